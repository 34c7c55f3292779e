"""The kinds of alerts, one module each."""
