"""Fetching: code between the sockets of Kafka's clients and their parsers.

A client decompresses a batch whole, and one bad record makes it raise for the whole batch. The
consumer then stops at that offset, at every start. Here a batch that the client's parser cannot
read, or that would decompress to too much, is read again record by record within bounds. An
unreadable record is passed on with a mark (`streams.kafka.unreadable`), so its consumer can count
it, dead-letter it and continue behind it.

    codecs               decompression in pieces, with a bound
    batch                one batch: the quick and the careful way, and the marks of bad records
    aiokafka_guard       the consumer of the worker and of forward, which pauses while idle
    kafka_python_guard   the readers of commands, page, lag
"""
