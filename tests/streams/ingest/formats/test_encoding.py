"""Bytes as text: marks, zeros, the bytes themselves, and last what is declared."""

import pytest

from streams.ingest.formats.encoding import decode_text

WORD = "Erdoğan – Дума"
LATIN = "Sánchez “hué” – Zoë"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be"])
def test_a_mark_or_zeros_decide_against_every_declaration(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="iso-8859-1"?><a>{WORD}</a>'
    assert decode_text(text.encode(encoding), "text/xml; charset=windows-1252") == text


@pytest.mark.parametrize("declared", ["iso-8859-1", "windows-1252", "us-ascii", "hex", "none-such"])
def test_utf_8_is_read_whatever_is_declared(declared: str) -> None:
    text = f"<?xml version='1.0' encoding='{declared}'?><a>{WORD}</a>"
    assert decode_text(text.encode(), f"text/xml; charset={declared}") == text


@pytest.mark.parametrize("declared", ["utf-8", "iso-8859-1", "us-ascii", "none-such", ""])
def test_windows_1252_is_read_whatever_is_declared(declared: str) -> None:
    text = f"<?xml version='1.0' encoding='{declared}'?><a>{LATIN}</a>"
    assert decode_text(text.encode("windows-1252")) == text


@pytest.mark.parametrize("encoding", ["windows-1251", "koi8-r", "gb18030", "shift_jis", "euc-kr"])
def test_the_servers_or_the_documents_word_counts_for_other_encodings(encoding: str) -> None:
    word = {"gb18030": "马克龙", "shift_jis": "マクロン", "euc-kr": "마크롱"}.get(encoding, "Дума")
    declared = f"<?xml version='1.0' encoding='{encoding}'?><a>{word}</a>"
    assert decode_text(declared.encode(encoding)) == declared
    assert decode_text(f"<a>{word}</a>".encode(encoding), f"x; charset={encoding}") == (
        f"<a>{word}</a>"
    )


def test_one_entry_in_another_encoding_does_not_spoil_the_others() -> None:
    body = ("ğ" * 50).encode() + b" caf\xe9 " + "Дума".encode() * 10
    text = decode_text(body)
    assert text.startswith("ğ" * 50)
    assert text.endswith("Дума")


def test_no_bytes_raise() -> None:
    for body in (b"", b"\xff", b"\xff\xfe", b"\x00<", bytes(range(256)) * 3):
        assert isinstance(decode_text(body, "charset=utf-7"), str)
