"""`tocsin leaders`: what it finds, what it writes, and how it ends."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from streams.cli import context
from streams.registry import wikidata
from tests.streams.conftest import answer, binding

EXAMPLE = Path(__file__).parents[3] / "docs" / "guides" / "registry-extra"
NEW = binding("FR", "state", "Q999999999", "Ann Other", "2027-05-13")
LEAVES = binding("FR", "state", "Q3052772", "Emmanuel Macron", "2017-05-14", "2027-05-13")

Tocsin = Callable[..., Any]
Start = Callable[..., tuple[str, list[dict[str, Any]]]]


@pytest.mark.parametrize("arguments", [["find", "Zelenskyy"], ["zelensky"], ["Q3874799"]])
def test_a_leader_is_shown_with_offices_and_names(tocsin: Tocsin, arguments: list[str]) -> None:
    done = tocsin("leaders", *arguments)
    assert done.code == 0
    assert done.out.startswith("Volodymyr Zelenskyy (Q3874799)\n  President, Ukraine: since 2019")
    assert "  also: " in done.out


def test_who_held_what_on_a_day(tocsin: Tocsin) -> None:
    done = tocsin("leaders", "--country", "GB", "--on", "2022-09-20")
    assert done.out.splitlines() == [
        "GB  King            Charles III  Q43274   since 2022-09-08",
        "GB  Prime Minister  Liz Truss    Q272201  2022-09-06 to 2022-10-25",
    ]


def test_words_and_country_and_day_together(tocsin: Tocsin) -> None:
    done = tocsin("leaders", "Bush", "--on", "2005-01-01", "--json")
    assert [json.loads(line)["person_id"] for line in done.out.splitlines()] == ["Q207"]
    done = tocsin("leaders", "Park", "--country", "KR", "--on", "2015-01-01", "--json")
    assert [json.loads(line)["name"] for line in done.out.splitlines()] == ["Park Geun-hye"]


def test_json_has_a_person_or_a_term_a_line(tocsin: Tocsin) -> None:
    person = json.loads(tocsin("leaders", "Q272201", "--json").out)
    assert (person["name"], person["kind"], person["home"]) == ("Liz Truss", "person", "GB")
    assert person["terms"][0]["end"] == "2022-10-25"
    assert {"text": "Truss", "kind": "surname", "ambiguous": False} in person["aliases"]
    term = json.loads(tocsin("leaders", "--country", "VA", "--on", "2010-01-01", "--json").out)
    assert (term["name"], term["role"]) == ("Pope Benedict XVI", "state")


def test_nobody_is_no_error(tocsin: Tocsin) -> None:
    done = tocsin("leaders", "xyzzy")
    assert (done.code, done.out, done.err) == (
        0,
        "",
        "The registry has no leader with this name.\n",
    )
    done = tocsin("leaders", "--country", "XK", "--on", "1991-01-01")
    assert (done.code, done.out, done.err) == (0, "", "The registry has no leader there.\n")


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["--country", "Narnia"], "no country or body 'Narnia'"),
        (["--on", "soon"], "'soon' is no day"),
        (["find"], "give a name, --country, --on or --check"),
    ],
)
def test_wrong_use_is_told(tocsin: Tocsin, arguments: list[str], what: str) -> None:
    done = tocsin("leaders", *arguments)
    assert done.code == 2
    assert what in done.err


def test_check_marks_what_is_known(tocsin: Tocsin) -> None:
    done = tocsin("leaders", "--check")
    assert done.code == 0
    lines = done.out.splitlines()
    assert all(": known: " in line for line in lines)
    assert f"{len(lines)} gaps and overlaps, 0 of them not looked at" in done.err


def test_check_ends_with_2_for_what_nobody_looked_at(tocsin: Tocsin, tmp_path: Path) -> None:
    (tmp_path / "terms.csv").write_text(
        "person_id,country,office,title,role,start,end,source\n"
        "Q207,FR,president,President,state,2018-01-01,2019-01-01,test\n",
        encoding="utf-8",
    )
    extra = {"REGISTRY_EXTRA": str(tmp_path)}
    done = tocsin("leaders", "--check", "--country", "FR", **extra)
    assert done.code == 2
    assert done.out.startswith("overlap FR president 2018-01-01 to 2019-01-01, 365 days (")
    assert "George W. Bush" in done.out
    assert "NOT LOOKED AT" in done.out
    (finding,) = tocsin("leaders", "--check", "--country", "FR", "--json", **extra).out.splitlines()
    assert json.loads(finding)["known"] == ""


def test_tables_of_ones_own_are_part_of_the_registry(tocsin: Tocsin) -> None:
    done = tocsin("leaders", "examotors", REGISTRY_EXTRA=str(EXAMPLE))
    assert done.out.startswith("Example Motors (x-example-motors)\n")
    assert tocsin("leaders", "examotors").out == ""


def test_broken_tables_end_every_command_that_reads_them(tocsin: Tocsin, tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("name\n", encoding="utf-8")
    for command in (["leaders", "Trump"], ["analyse", "-"], ["leaders", "--check"]):
        done = tocsin(*command, REGISTRY_EXTRA=str(tmp_path))
        assert done.code == 2
        assert f"{tmp_path}/people.csv:1: the columns must be" in done.err


def test_update_shows_what_differs_and_writes_nothing_unasked(
    tocsin: Tocsin, service: Start, tmp_path: Path
) -> None:
    endpoint, _ = service((200, {}, answer(NEW, LEAVES)))
    done = tocsin("leaders", "update", "--endpoint", endpoint, "--into", str(tmp_path / "mine"))
    assert done.code == 0
    left = "2017-05-14 to 2027-05-13; the registry has since 2017-05-14"
    assert done.out.splitlines() == [
        f"- President, France: Emmanuel Macron (Q3052772) {left}",
        "+ President, France: Ann Other (Q999999999) since 2027-05-13",
    ]
    assert "Nothing is written without --yes (2 could be)." in done.err
    assert not (tmp_path / "mine").exists()


def test_update_writes_what_is_accepted_and_is_then_up_to_date(
    tocsin: Tocsin, service: Start, tmp_path: Path
) -> None:
    body = answer(NEW, LEAVES)
    endpoint, _ = service((200, {}, body), (200, {}, body))
    arguments = ["leaders", "update", "--endpoint", endpoint, "--yes"]
    done = tocsin(*arguments, "--into", str(tmp_path / "mine"))
    assert f"2 changes written to {tmp_path}/mine. Set TOCSIN_REGISTRY_EXTRA=" in done.err
    extra = str(tmp_path / "mine")
    assert "Ann Other" in tocsin("leaders", "Ann Other", REGISTRY_EXTRA=extra).out
    done = tocsin(*arguments, REGISTRY_EXTRA=extra)
    assert (done.out, done.err) == ("", "The registry has all that Wikidata has.\n")


def test_update_asks_a_person(
    tocsin: Tocsin, service: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint, _ = service((200, {}, answer(NEW)))
    monkeypatch.setattr(context, "is_terminal", lambda: True)
    monkeypatch.setattr("typer.confirm", lambda *_, **__: True)
    tocsin("leaders", "update", "--endpoint", endpoint, "--into", str(tmp_path))
    assert "Ann Other" in (tmp_path / "people.csv").read_text(encoding="utf-8")


def test_update_as_json(tocsin: Tocsin, service: Start) -> None:
    endpoint, _ = service((200, {}, answer(NEW)))
    done = tocsin("leaders", "update", "--endpoint", endpoint, "--json")
    change = json.loads(done.out)
    assert (change["kind"], change["person_id"], change["start"]) == (
        "added",
        "Q999999999",
        "2027-05-13",
    )


def test_update_needs_a_folder_to_write_to(tocsin: Tocsin, service: Start) -> None:
    endpoint, _ = service((200, {}, answer(NEW)))
    done = tocsin("leaders", "update", "--endpoint", endpoint, "--yes")
    assert done.code == 2
    assert "there is no folder to write to. Give --into FOLDER" in done.err


def test_update_without_internet_is_a_passing_fault(
    tocsin: Tocsin, monkeypatch: pytest.MonkeyPatch
) -> None:
    # That it waits before it tries again is tested where the waiting is.
    monkeypatch.setattr(wikidata, "FIRST_WAIT_SECONDS", 0.01)
    done = tocsin("leaders", "update", "--endpoint", "http://127.0.0.1:1/sparql")
    assert done.code == 3
    assert "http://127.0.0.1:1/sparql was not reached" in done.err
    assert done.out == ""
