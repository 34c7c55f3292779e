"""A canary's article, as it is sent.

Owns its words and its id. The id holds the canary's name and the moment of sending, so that two
canaries, or one that was started again, never send the same article, and each has an alert of its
own.
"""

import json
import re
from datetime import datetime

from processors.canary import ARTICLE_PREFIX, CANARY_NAME, CANARY_SOURCE
from streams.kafka.envelope import Outgoing

_TITLE = f"{CANARY_NAME}: a test of the alarm, and no news"
_TEXT = (
    f"{CANARY_NAME} is nobody. This article is sent to see whether its alert comes back, and "
    "whoever reads it may pass over it."
)
_MAX_NAME = 64
NAME = re.compile(rf"[A-Za-z0-9._-]{{1,{_MAX_NAME}}}")


def name_of_host(host: str) -> str:
    """Make a canary's name of a host's."""
    return re.sub(r"[^A-Za-z0-9._-]", "-", host)[:_MAX_NAME] or "canary"


def canary_article(topic: str, name: str, moment: datetime) -> tuple[str, Outgoing]:
    """Write an article.

    Args:
        topic: Where articles are read from.
        name: The canary's; matches `NAME`.
        moment: When it is sent, in aware UTC.

    Returns:
        Its id, and its record.
    """
    published = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    article_id = f"{ARTICLE_PREFIX}{name}:{published}"
    value = {
        "id": article_id,
        "title": _TITLE,
        "text": _TEXT,
        "source": CANARY_SOURCE,
        "published": published,
        "language": "en",
    }
    return article_id, Outgoing(topic, article_id.encode(), json.dumps(value).encode())
