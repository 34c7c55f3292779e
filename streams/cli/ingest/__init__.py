"""`tocsin ingest`: its options, the job that they ask for, and its run."""
