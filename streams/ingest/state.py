"""Keeps the state of feeds between looks: validators, the next look, entries already sent.

It is an SQLite database, in the file of `--state`, else in memory. One transaction saves all
changes of a look, after the broker has acknowledged the look's articles. A crash before it sends
those articles again, under the same ids, and loses none. Only one process at a time can use the
file.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Final

import msgspec

from processors.contracts import Article
from processors.errors import MisconfigurationError
from streams.http_client.fetch import Validators

KEPT_ENTRIES: Final = 4_000
"""How many removed entries of a feed are remembered."""

_APPLICATION: Final = 0x746F6373
_VERSION: Final = 1
_HASH_BYTES: Final = 16
_SCHEMA: Final = """
CREATE TABLE feeds (url TEXT PRIMARY KEY, known BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE entries (
    feed TEXT NOT NULL, article BLOB NOT NULL, content BLOB NOT NULL, look INTEGER NOT NULL,
    PRIMARY KEY (feed, article)
) WITHOUT ROWID;
CREATE INDEX entries_by_article ON entries (article);
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""


class FeedState(msgspec.Struct, frozen=True, kw_only=True):
    """The state of one feed.

    Attributes:
        validators: By address: of the feed itself, and of the parts of an index.
        page_feed: The feed that a web page names, or "" for the address of a feed.
        parts: The documents that an index names.
        next_look: When the feed may be looked at again, in Unix time.
        last_success: When it was last read or unchanged, in Unix time. 0: never.
        looks: The number of looks that brought entries.
    """

    validators: dict[str, Validators] = {}
    page_feed: str = ""
    parts: tuple[str, ...] = ()
    next_look: float = 0.0
    last_success: float = 0.0
    looks: int = 0


class FeedStates:
    """The states of all feeds. Safe to use from several threads.

    Args:
        connection: An open database of `open_states`.
        kept_entries: See `KEPT_ENTRIES`.
    """

    def __init__(self, connection: sqlite3.Connection, kept_entries: int = KEPT_ENTRIES) -> None:
        self._connection = connection
        self._kept_entries = kept_entries
        self._lock = threading.Lock()

    def load(self, url: str) -> FeedState:
        """Return the state of a feed, which is empty for a new one."""
        with self._lock:
            row = self._connection.execute(
                "SELECT known FROM feeds WHERE url = ?", (url,)
            ).fetchone()
        return FeedState() if row is None else msgspec.json.decode(row[0], type=FeedState)

    def look(self, url: str) -> "Look":
        """Return a new look at a feed."""
        return Look(self, url)

    def save(self, url: str, state: FeedState) -> None:
        """Save only a feed's state, as after a look that failed."""
        self.commit(url, state, {})

    def commit(self, url: str, state: FeedState, entries: dict[bytes, bytes]) -> None:
        """Save a feed's state and the content of its entries in one transaction."""
        looks = state.looks + bool(entries)
        state = msgspec.structs.replace(state, looks=looks)
        with self._lock, self._connection:
            self._connection.execute(
                "INSERT OR REPLACE INTO feeds VALUES (?, ?)", (url, msgspec.json.encode(state))
            )
            if entries:
                self._connection.executemany(
                    "INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?)",
                    [(url, article, content, looks) for article, content in entries.items()],
                )
                self._forget(url, looks)

    def is_sent(self, url: str, article: bytes, content: bytes) -> bool:
        """Return whether this version was sent, for this feed or, if it is new here, for another.

        Two feeds of one publisher may have different texts of the same article. Each is compared
        with itself, so that the two do not alternate as the newest version.
        """
        with self._lock:
            rows = self._connection.execute(
                "SELECT feed, content FROM entries WHERE article = ?", (article,)
            ).fetchall()
        own = [known for feed, known in rows if feed == url]
        return content in (own or [known for _, known in rows])

    def _forget(self, url: str, looks: int) -> None:
        # All entries that are in the feed now are kept.
        self._connection.execute(
            "DELETE FROM entries WHERE feed = ?1 AND look < ?2 AND article NOT IN ("
            "SELECT article FROM entries WHERE feed = ?1 AND look < ?2 "
            "ORDER BY look DESC LIMIT ?3)",
            (url, looks, self._kept_entries),
        )


class Look:
    """One look at one feed: it finds new entries, and saves the state at its end."""

    def __init__(self, states: FeedStates, url: str) -> None:
        self._states = states
        self._url = url
        self._entries: dict[bytes, bytes] = {}

    def is_known(self, article: Article) -> bool:
        """Return whether an entry was sent as it is, and remember it as it is now.

        Dates are left out: some feeds date every entry again each time that they are asked.
        """
        identity = _hash(article.article_id)
        content = _hash(f"{article.title}\0{article.text}\0{article.status}")
        if identity in self._entries:
            known = self._entries[identity] == content
        else:
            known = self._states.is_sent(self._url, identity, content)
        self._entries[identity] = content
        return known

    def commit(self, state: FeedState) -> None:
        """Save the look, after the broker has acknowledged its records."""
        self._states.commit(self._url, state, self._entries)


@contextmanager
def open_states(path: Path | None, topic: str) -> Iterator[FeedStates]:
    """Open the states of feeds.

    Args:
        path: The file, made if it is missing. None: in memory.
        topic: The topic of the articles. A file belongs to one topic.

    Raises:
        MisconfigurationError: the file cannot be used. The message says why and what to do.
    """
    try:
        connection = sqlite3.connect(
            ":memory:" if path is None else str(path), timeout=0.0, check_same_thread=False
        )
    except sqlite3.Error as error:
        raise _unusable(path, error) from error
    with closing(connection):
        try:
            _prepare(connection, topic, path)
        except sqlite3.Error as error:
            raise _unusable(path, error) from error
        yield FeedStates(connection)


def _prepare(connection: sqlite3.Connection, topic: str, path: Path | None) -> None:
    # Exclusive, so that two processes do not send the same. The lock ends with its process.
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("BEGIN EXCLUSIVE")
    application, version = (
        connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("application_id", "user_version")
    )
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if not tables:
        for statement in _SCHEMA.split(";"):
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {_APPLICATION}")
        connection.execute(f"PRAGMA user_version = {_VERSION}")
        connection.execute("INSERT INTO facts VALUES ('topic', ?)", (topic,))
    elif (application, version) != (_APPLICATION, _VERSION):
        raise MisconfigurationError(
            f"{path} is a database, but not a state file of this version of `tocsin ingest`: name "
            f"another file with --state."
        )
    else:
        (known,) = connection.execute("SELECT value FROM facts WHERE name = 'topic'").fetchone()
        if known != topic:
            raise MisconfigurationError(
                f"{path} records what was sent to the topic {known}, but this run sends to "
                f"{topic}: name another file with --state."
            )
    connection.commit()


def _unusable(path: Path | None, error: sqlite3.Error) -> MisconfigurationError:
    if "locked" in str(error):
        return MisconfigurationError(
            f"{path} is in use: another `tocsin ingest` runs with it. Stop that one, or name "
            f"another file with --state."
        )
    if "not a database" in str(error):
        return MisconfigurationError(
            f"{path} is not a state file of `tocsin ingest`: name another file."
        )
    return MisconfigurationError(
        f"The state {path} cannot be used ({error}): name a file in an existing, writable folder."
    )


def _hash(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_HASH_BYTES).digest()
