"""OPML lists: outlines, categories, and every problem with its line."""

from pathlib import Path

import pytest

from streams.ingest.lists import BadFeedListError, read_opml

LIST = """<?xml version="1.0"
  encoding="UTF-8"?>
<opml version="2.0"><head><title>Mine</title></head><body>
<outline text="World">
  <outline text="Europe">
    <outline type="rss" text="Harbour &amp; Sea" xmlUrl="https://h.example/rss" language="en-GB"
      country="gb" source="Harbour Post" interval="15m"/>
  </outline>
  <outline title="Spree" XMLURL="feed://s.example/atom" category="/Rail/Night,Politics"/>
</outline>
<outline text="Also" ><outline text="Harbour" xmlUrl="https://h.example/rss"/></outline>
<outline text="A note"/><outline type="link" text="A page" url="https://x.example/"/>
<outline type="rss" text="Spree" xmlUrl="https://t.example/rss"/>
</body></opml>"""


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "feeds.opml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def refused(folder: Path, text: str | bytes) -> str:
    with pytest.raises(BadFeedListError) as caught:
        read_opml(written(folder, text))
    return str(caught.value).replace(f"{folder}/", "")


def test_feeds_are_found_at_every_depth_with_their_categories_once(tmp_path: Path) -> None:
    harbour, spree, other = read_opml(written(tmp_path, LIST))
    assert harbour.url == "https://h.example/rss"
    assert (harbour.name, harbour.source) == ("Harbour & Sea", "Harbour Post")
    assert (harbour.language, harbour.country, harbour.interval_seconds) == ("en", "GB", 900)
    assert harbour.categories == ("World", "Europe", "Also")
    assert spree.url == "http://s.example/atom"
    assert spree.categories == ("World", "Rail/Night", "Politics")
    assert other.name == "Spree (t.example)"


def test_a_list_may_be_in_the_encoding_that_it_names(tmp_path: Path) -> None:
    outline = '<outline text="Café" xmlUrl="https://c.example/rss"/>'
    text = f'<?xml version="1.0" encoding="ISO-8859-1"?><opml><body>{outline}</body></opml>'
    assert read_opml(written(tmp_path, text.encode("latin-1")))[0].name == "Café"


def test_every_problem_is_named_with_its_line(tmp_path: Path) -> None:
    text = LIST.replace("feed://s.example/atom", "ftp://s.example").replace('"gb"', '"Atlantis"')
    text = text.replace('"15m"', '"soon"').replace('text="A note"', 'text="N" type="rss"')
    assert refused(tmp_path, text).splitlines() == [
        "The list of feeds is wrong:",
        "  - feeds.opml:6: country is 'Atlantis', not an ISO 3166-1 code; give two letters (KE)",
        "  - feeds.opml:6: interval: 'soon' is not between 1 s and 7 d; give seconds, or 15m or 1h",
        "  - feeds.opml:9: url: ftp://s.example is not a feed address: use http:// or https://",
        "  - feeds.opml:12: url: an empty text is not a feed address: use http:// or https://",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "feeds.opml:1: broken XML: no element found"),
        ("<opml><body>\n<outline", "feeds.opml:2: broken XML"),
        ("<rss/>", "feeds.opml:1: this is not OPML: it begins with <rss>"),
        ("<opml><body/></opml>", "feeds.opml: no feed is in it"),
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><opml>&b;</opml>", "declares entities"),
    ],
)
def test_a_file_that_is_no_list_says_why(tmp_path: Path, text: str | bytes, said: str) -> None:
    assert said in refused(tmp_path, text)


def test_a_list_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(BadFeedListError, match="No such file"):
        read_opml(tmp_path / "none.opml")
