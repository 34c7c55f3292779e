"""The published contracts: what is on the topics, as files that other programs can read.

Owns the names of the files. They are written by `tools.contracts.generate` from the structs in
`processors.contracts`, the headers in `streams.kafka.envelope` and the plan in
`streams.kafka.topics`, and are checked in, so that a change of a contract is seen in review. Must
not know who reads them.
"""

from importlib import resources
from typing import Final

ARTICLE_SCHEMA: Final = "article.schema.json"
ANALYSIS_SCHEMA: Final = "analysis.schema.json"
MENTION_SCHEMA: Final = "mention.schema.json"
WITHDRAWAL_SCHEMA: Final = "withdrawal.schema.json"
ALERT_SCHEMA: Final = "alert.schema.json"
DEAD_LETTER_HEADERS_SCHEMA: Final = "dead-letter.headers.schema.json"
ASYNCAPI: Final = "asyncapi.json"

PUBLISHED: Final = (
    ARTICLE_SCHEMA,
    ANALYSIS_SCHEMA,
    MENTION_SCHEMA,
    WITHDRAWAL_SCHEMA,
    ALERT_SCHEMA,
    DEAD_LETTER_HEADERS_SCHEMA,
    ASYNCAPI,
)


def published(name: str) -> bytes:
    """Read one published contract, as it is shipped with this release.

    Args:
        name: One of `PUBLISHED`, such as "alert.schema.json".

    Returns:
        JSON in UTF-8.

    Raises:
        ValueError: No contract has that name.
    """
    if name not in PUBLISHED:
        raise ValueError(f"{name!r} is no published contract; there are {', '.join(PUBLISHED)}")
    return resources.files(__name__).joinpath("published", name).read_bytes()
