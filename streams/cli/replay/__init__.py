"""The commands of `tocsin replay`."""
