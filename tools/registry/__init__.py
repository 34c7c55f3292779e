"""Builds the registry's tables from their sources."""
