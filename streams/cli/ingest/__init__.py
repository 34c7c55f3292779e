"""The command `tocsin ingest`: its options, its job and its run."""
