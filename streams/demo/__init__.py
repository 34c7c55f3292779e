"""What `tocsin demo` publishes: a bundled set of invented articles and some bad records."""
