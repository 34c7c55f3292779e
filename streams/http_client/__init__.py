"""Requests to third-party HTTP servers: allowed addresses, bounded answers, `Retry-After`."""
