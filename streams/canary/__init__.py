"""The canary sends a test article at an interval and waits for its alert.

It writes to the topic of articles as any publisher does, and reads the canaries' alerts as any
subscriber does.
"""
