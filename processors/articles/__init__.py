"""Articles as they arrive: from a record's bytes to one clean `Article`, or a reason why not.

Owns the input formats (flat JSON, a profile of IPTC ninjs, CloudEvents around either), an article's
identity and the cleaning of its text. Must not know Kafka, nor what the article is read for.
"""
