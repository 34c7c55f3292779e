"""The commands of `tocsin rules`, one module for each kind of work."""
