"""The receivers that `tocsin forward` can send alerts to, behind one protocol (`sink.Sink`).

A sink sends one alert once and says what came of it. Retries, dead letters, the order per key and
the commit of offsets are the same for all sinks, and none of their business.
"""
