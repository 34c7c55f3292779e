"""Fetching: what stands between the sockets of Kafka's clients and their parsers.

A client decompresses a batch whole, and raises for the whole batch what one record of it causes.
The consumer then stops at that offset, at every start. Here a batch that the client's parser cannot
read, or that would decompress to too much, is read again record by record within bounds. A record
that cannot be read is handed on with a mark (`streams.kafka.unreadable`), so that its consumer can
count it, keep it as a dead letter, and continue behind it.

    codecs               decompression in pieces, with a bound
    batch                one batch: the quick way, the careful way, and what is said of a bad record
    aiokafka_guard       the worker's and forward's consumer; also rests while nothing comes
    kafka_python_guard   the readers of commands, page, lag
"""
