"""The canary: a test article sent again and again, and the wait for its alert.

Owns the sending, the waiting and what is counted of them. Must not know a worker: it writes into
the articles' topic as any publisher does, and reads the canaries' alerts as any subscriber does.
"""
