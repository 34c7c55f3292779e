"""Communication with Kafka: connections, topics, rights, records, positions and lag."""
