"""The live page: what a newsroom's desk looks at while the stream runs.

Owns the page and everything behind it: a bounded picture of the newest alerts and of the leaders
who are written about, filled by an ordinary subscriber of the published topics, and sent on to
browsers as server-sent events. Must not know how an alert is made: it has the published contract
and nothing else, so that it can run apart from every worker.
"""
