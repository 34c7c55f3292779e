"""XML of strangers: repaired where that is safe, refused where it is a trap."""

import time

import pytest

from streams.ingest.formats.xml_tree import MAX_DEPTH, BadXmlError, child, html_of, parse, text_of


def test_names_lose_their_prefix_and_references_are_read() -> None:
    root = parse(
        "<n:a x:b='1' xml:lang='fr'><n:c>&eacute;&nbsp;&#233; &amp; AT&T &own;</n:c></n:a>"
    )
    assert (root.tag, root.attrib) == ("a", {"b": "1", "xml:lang": "fr"})
    assert text_of(child(root, "c")) == "é é & AT&T &own;"


def test_a_cdata_section_is_left_as_it_is() -> None:
    assert text_of(parse("<a><![CDATA[AT&T &eacute; <b>]]></a>")) == "AT&T &eacute; <b>"


def test_what_stands_before_the_fault_of_a_broken_document_is_kept() -> None:
    assert text_of(parse("<a><b>one</b><b>two</a>")) == "onetwo"
    assert text_of(parse("<a><b>one</b><b>tw")) == "onetw"


@pytest.mark.parametrize("signs", ["\x00", "\x1b", "\ufffe", "&#0;", "&#xD83D;", "&#x110000;"])
def test_what_no_document_may_hold_costs_itself_alone(signs: str) -> None:
    assert text_of(parse(f"<a>one {signs} two</a>")) == "one \ufffd two"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "declares entities"),
        ('<!DOCTYPE a [<!ENTITY % x SYSTEM "file:///etc/hosts"> %x;]><a/>', "declares entities"),
        ("<a>" * (MAX_DEPTH + 1), "nested more than"),
        ("", "no element"),
        ("plain", "no element"),
    ],
)
def test_traps_and_what_is_no_xml_are_refused(text: str, said: str) -> None:
    with pytest.raises(BadXmlError, match=said):
        parse(text)


def test_a_doctype_that_names_a_file_opens_none() -> None:
    assert text_of(parse('<!DOCTYPE nitf SYSTEM "file:///dev/zero"><nitf>x</nitf>')) == "x"


def test_html_keeps_its_void_elements_and_its_signs() -> None:
    assert html_of(parse("<p>1 &lt; 2<br/>3</p>")) == "<p>1 &lt; 2<br>3</p>"


@pytest.mark.parametrize("unit", ["&a", "<![CDATA[", "&#1", "<a ", "<!--", "<?xml "])
def test_repairing_is_linear(unit: str) -> None:
    started = time.process_time()
    with pytest.raises(BadXmlError):
        parse(unit * (1_000_000 // len(unit)))
    assert time.process_time() - started < 5
