"""Starts Apache Kafka from its jars for tests and benchmarks."""
