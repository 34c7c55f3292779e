"""Determines the id of an article.

It is the publisher's id, else the canonical URL, else the record's key. The same article always
gets the same id, also in a new version (`revision` separates the versions).

A canonical URL is compared, never fetched: scheme and host in lower case, the host in its ASCII
(IDNA) form, other signs outside ASCII and spaces percent-encoded, default port, user and fragment
dropped, tracking parameters dropped, the other parameters kept in their order, a trailing slash
dropped (sites serve the same article with and without).

Ids of more than 512 characters are replaced by "sha256:" and their hash.
"""

import re
from hashlib import sha256
from typing import Final
from urllib.parse import SplitResult, quote, urlsplit

from processors.articles.clean import clean_line
from processors.errors import BadArticleError, DeadLetterReason

# Ids become Kafka keys and parts of other ids: they stay short. A longer one is replaced by
# "sha256:" and the hash of what was sent, which is as stable as the id itself.
LONGEST_ID_CHARACTERS: Final = 512
# Browsers and caches give up on longer ones; it bounds the work, too.
LONGEST_URL_CHARACTERS: Final = 4_096
_LONGEST_HOST_CHARACTERS: Final = 253

_HOST: Final = re.compile(r"[a-z0-9._:-]+")
_URL_SIGNS: Final = "%/?:@!$&'()*+,;=-._~[]"
_PORTS: Final = {"http": 80, "https": 443}
_TRACKING: Final = re.compile(
    r"utm_.*|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|twclid|ttclid|yclid|igshid|igsh"
    r"|li_fat_id|mc_cid|mc_eid|mkt_tok|_hsenc|_hsmi|_ga|_gl|ns_mchannel|ns_source|ns_campaign"
    r"|at_medium|at_campaign|at_link_.*|cmpid|ocid|smid|ref_src|__twitter_impression",
    re.IGNORECASE | re.DOTALL,
)


def article_id(given: str, url: str, key: bytes | None) -> str:
    """Choose the id: the given one, else the canonical URL, else the key.

    Args:
        given: The publisher's id or URI, as sent; "" where there is none.
        url: The article's address, as sent; "" where there is none.
        key: The record's key.

    Returns:
        1 to 512 characters of clean text.

    Raises:
        BadArticleError: NO_IDENTITY.
    """
    chosen = _bounded(given) or _bounded(canonical_url(url)) or _bounded(_read_key(key))
    if not chosen:
        raise BadArticleError(
            DeadLetterReason.NO_IDENTITY,
            "no id, no uri, no absolute http(s) url, and no text as the record's key;"
            " send one of them",
        )
    return chosen


def _bounded(identity: str) -> str:
    if len(identity) <= LONGEST_ID_CHARACTERS:
        identity = clean_line(identity)
    if len(identity) <= LONGEST_ID_CHARACTERS:  # NFC can make a text longer
        return identity
    return f"sha256:{sha256(identity.encode('utf-8', 'surrogatepass')).hexdigest()}"


def canonical_url(url: str) -> str:
    """Return the form of an address by which two copies are the same; "" if it is not http(s).

    Addresses of more than 4,096 characters are none.
    """
    if not 0 < len(url) <= LONGEST_URL_CHARACTERS:
        return ""
    try:
        parts = urlsplit(clean_line(url))
        host, port = _host(parts), parts.port
    except ValueError:  # a port that is no number, a broken IPv6 address, a host IDNA refuses
        return ""
    if parts.scheme not in _PORTS or not host:
        return ""
    if port is not None and port != _PORTS[parts.scheme]:
        host = f"{host}:{port}"
    query = "&".join(
        pair
        for pair in parts.query.split("&")
        if pair and not _TRACKING.fullmatch(pair.partition("=")[0])
    )
    rest = f"{parts.path.rstrip('/')}{'?' if query else ''}{query}"
    if not rest.isascii() or " " in rest:
        rest = quote(rest, safe=_URL_SIGNS)
    return f"{parts.scheme}://{host}{rest}"


def clean_url(url: str) -> str:
    """Return an address as people may follow it: as sent, or "" where it is not http(s).

    Other schemes (`javascript:`, `file:`) never reach a page that shows alerts.
    """
    return clean_line(url) if canonical_url(url) else ""


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    if len(host) > _LONGEST_HOST_CHARACTERS:
        return ""
    if not host.isascii():
        host = host.encode("idna").decode("ascii").lower()
    if not _HOST.fullmatch(host):
        return ""
    return f"[{host}]" if ":" in host else host


def _read_key(key: bytes | None) -> str:
    if not key:
        return ""
    try:
        return key.decode("utf-8")
    except UnicodeDecodeError:  # binary keys are legal in Kafka; they are no identity here
        return ""
