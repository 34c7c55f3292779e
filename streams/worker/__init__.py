"""The worker: reads articles and mentions in consumer groups, and publishes analyses and alerts."""
