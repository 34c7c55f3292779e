"""Builds the article that a canary sends.

The id holds the canary's name and the time of sending. Two canaries, or one that was restarted,
never send the same article, and each article has its own alert.
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
    """Return a canary's name, made of the host's name."""
    return re.sub(r"[^A-Za-z0-9._-]", "-", host)[:_MAX_NAME] or "canary"


def canary_article(topic: str, name: str, moment: datetime) -> tuple[str, Outgoing]:
    """Return the id and the record of a canary's article.

    Args:
        topic: The topic of articles.
        name: The canary's name, which matches `NAME`.
        moment: The time of sending, in aware UTC.
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
