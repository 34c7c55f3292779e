"""Everything that speaks to Kafka: connections, topics, rights, records, positions and lag."""
