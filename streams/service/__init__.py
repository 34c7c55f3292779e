"""One process of Tocsin: settings, logs, metrics, health and its HTTP server."""
