"""Requests to HTTP servers of others: allowed addresses, bounded answers, `Retry-After`."""
