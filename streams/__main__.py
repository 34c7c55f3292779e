"""`python -m streams` is `tocsin`."""

from streams.cli.main import run

run()
