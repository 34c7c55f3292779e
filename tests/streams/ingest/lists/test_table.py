"""Tables of feeds: columns, delimiters, and every problem with its line."""

from pathlib import Path

import pytest

from streams.ingest.lists import BadFeedListError, Feed, read_table


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "feeds.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_each_line_is_a_feed(tmp_path: Path) -> None:
    table = (
        "\ufeffurl,name,source,language,country,interval\r\n"
        '\r\n# agencies\r\nhttps://h.example/rss,"Harbour, Sea",Harbour Post,en,GB,300\r\n'
        "https://me:secret@s.example/atom,,,,,\r\n"
    )
    assert read_table(written(tmp_path, table)) == [
        Feed(
            url="https://h.example/rss",
            name="Harbour, Sea",
            source="Harbour Post",
            language="en",
            country="GB",
            interval_seconds=300,
        ),
        Feed(url="https://me:secret@s.example/atom", name="https://s.example/atom"),
    ]


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_what_spreadsheets_write_between_fields_is_read(tmp_path: Path, delimiter: str) -> None:
    table = f"name{delimiter}URL\nA{delimiter}https://a.example/?b,c\n"
    (feed,) = read_table(written(tmp_path, table))
    assert (feed.name, feed.url) == ("A", "https://a.example/?b,c")


def test_a_table_that_is_not_utf_8_says_where(tmp_path: Path) -> None:
    with pytest.raises(BadFeedListError, match=r"csv:2: this is not UTF-8; save the file as UTF-8"):
        read_table(written(tmp_path, b"url,name\nhttps://a.example/,Caf\xe9\n"))


def test_every_problem_is_named_with_its_line(tmp_path: Path) -> None:
    table = (
        "url,country,language,name\n"
        "https://a.example/,Atlantis,a tongue of ours,One\n"
        '"https://b.example/\n",KE,,"Two\nlines"\n'
        "https://b.example/,,,One\n"
        "https://c.example/,,,Two lines\n"
        "https://d.example/,,,a,b\n"
    )
    with pytest.raises(BadFeedListError) as caught:
        read_table(written(tmp_path, table))
    assert [(one.line, one.message.partition(";")[0]) for one in caught.value.problems] == [
        (2, "language is 'a tongue of ours', no BCP 47 tag"),
        (2, "country is 'Atlantis', not an ISO 3166-1 code"),
        (6, "the feed of line 3 again"),
        (7, "the feed of line 3 has the same name"),
        (8, "5 fields for 4 columns"),
    ]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("", "the column url is missing"),
        ("url,langauge\n", r"no column 'langauge'; is it language\?"),
        ("url,url\n", "two columns are called url"),
        ("name\nx\n", "the column url is missing"),
        ("url\n", "no feed is in it"),
        ('url\n"https://a.example', "not valid CSV"),
    ],
)
def test_a_file_that_is_no_table_says_why(tmp_path: Path, table: str, said: str) -> None:
    with pytest.raises(BadFeedListError, match=said):
        read_table(written(tmp_path, table))
