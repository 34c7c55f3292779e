"""The receivers that `tocsin forward` can send alerts to, behind one protocol (`sink.Sink`).

A sink sends one alert once and returns the receiver's answer. Retries, dead letters, the order per
key and the commit of offsets are outside the sinks, and the same for all of them.
"""
