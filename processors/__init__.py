"""The pure half of Tocsin: what an article means.

Everything here is a function of its arguments. Nothing here knows Kafka, Faust, asyncio, the
environment, a log, a metric or the clock: time is an argument. `analyse` joins the steps of one
article, `watch` turns mentions into alerts; every step has a module or package of its own.
"""
