"""The agents: what a worker does with each batch.

Owns the two steps `analyse` and `watch`, and the loop that both share. Must not know how the app
is made, run or stopped.
"""
