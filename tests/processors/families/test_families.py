"""Who counts as one source."""

from pathlib import Path

import pytest

from processors.errors import BadFamiliesError
from processors.families import COLUMNS, load_families, read_families

HEAD = ",".join(COLUMNS)
LONG = "A ship sank. " * 30


@pytest.mark.parametrize(
    ("source", "url", "text", "family"),
    [
        ("Example Wire", "", "", "Example Wire"),
        ("", "", "", ""),
        ("", "https://www.gazette.example/a", "", "gazette.example"),
        ("news.gazette.example", "", "", "gazette.example"),
        ("", "https://news.gazette.co.uk/a", "", "gazette.co.uk"),
        ("", "https://edition.cnn.com/a", "", "warner-bros-discovery"),
        ("www.nypost.com", "", "", "news-corp"),
        ("the wall street journal", "", "", "news-corp"),
        # The publisher's name goes before the host of an aggregator.
        ("Reuters", "https://news.yahoo.com/a", "", "reuters"),
        ("Example Post", "https://www.nypost.com/a", "", "news-corp"),
        ("Example Post", "", "LONDON (Reuters) - A ship sank.", "reuters"),
        ("Example Post", "", "LONDON, March 3 (AP) — A ship sank.", "associated-press"),
        ("Example Post", "", LONG + "(By nobody; Reuters)", "Example Post"),
        ("Example Post", "", LONG + "All saved. (AFP)", "afp"),
        # Not in the dateline: the article speaks of the agency.
        ("Example Post", "", LONG + "He told (AP) so. " + LONG, "Example Post"),
        ("Example Post", "", "The map (ap) was wrong.", "Example Post"),
        ("", "https://[broken", "", ""),
    ],
)  # fmt: skip
def test_a_source_has_the_family_of_its_agency_owner_or_domain(
    source: str, url: str, text: str, family: str
) -> None:
    assert load_families().family(source, url, text) == family


def test_users_lay_their_own_over_ours(tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    own.write_text(f"{HEAD}\ndomain,nypost.com,mine\nname,Example Post,mine\ncredit,XYZ,xyz\n")
    families = load_families(own)
    assert families.family("nypost.com", "", "") == "mine"
    assert families.family("example post", "", "") == "mine"
    assert families.family("S", "", "ROME (XYZ) - It rained.") == "xyz"
    assert families.family("wsj.com", "", "") == "news-corp"


def test_every_wrong_row_is_named() -> None:
    with pytest.raises(BadFamiliesError) as caught:
        read_families(
            {
                "a.csv": f"{HEAD}\nowner,a.example,b\ndomain,,b\ndomain,a.example,b\nname,x\n",
                "b.csv": "no",
            }
        )
    wrong = [one.partition(":")[0] for one in str(caught.value).splitlines()]
    assert wrong == ["a.csv, line 2", "a.csv, line 3", "a.csv, line 5", "b.csv, line 1"]


def test_a_file_that_cannot_be_read_is_named_with_what_it_should_be(tmp_path: Path) -> None:
    with pytest.raises(BadFamiliesError, match=r"none\.csv cannot be read.*kind,value,family"):
        load_families(tmp_path / "none.csv")


def test_without_credits_nothing_is_credited() -> None:
    assert read_families({"own.csv": HEAD}).family("S", "", "ROME (AP) - It rained.") == "S"
