"""Chooses the format that reads a document, from an ordered list.

The content of the document decides, because servers often send wrong content types.
"""

import contextlib
from typing import Final, Protocol

from streams.ingest.formats import (
    html_page,
    json_feed,
    newsml,
    nitf,
    sitemap,
    syndication,
    wordpress,
)
from streams.ingest.formats.document import Document
from streams.ingest.formats.entry import NotAFeedError, Reading, UnrecognisedError
from streams.ingest.formats.looks import described


class Format(Protocol):
    """The functions of a format's module."""

    NAME: str

    def recognise(self, document: Document) -> bool:
        """Return whether a document is of this format."""

    def read(self, document: Document) -> Reading:
        """Read a document of this format."""


FORMATS: Final[tuple[Format, ...]] = (
    json_feed,
    wordpress,
    sitemap,
    newsml,
    nitf,
    html_page,
    syndication,
)


def read_document(document: Document) -> Reading:
    """Return the content of a document of any format.

    Raises:
        NotAFeedError: the format is not supported. The message says what it looks like.
    """
    for one in FORMATS:
        if one.recognise(document):
            with contextlib.suppress(UnrecognisedError):
                return one.read(document)
    names = ", ".join(one.NAME for one in FORMATS)
    raise NotAFeedError(f"{described(document)} instead of a feed; these are read: {names}")
