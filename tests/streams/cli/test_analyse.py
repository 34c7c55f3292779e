"""`tocsin analyse`: lines in, analyses out, without a broker."""

import io
import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from streams.cli import main
from streams.service import logs


@pytest.fixture(autouse=True)
def _logging_and_settings_as_they_were(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in [name for name in os.environ if name.startswith("TOCSIN_")]:
        monkeypatch.delenv(name)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in logs.QUIET}
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, was in levels.items():
        logging.getLogger(name).setLevel(was)
    structlog.reset_defaults()


class Shell:
    """Runs the command, and gives code, standard output and standard error."""

    def __init__(self, patch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._patch = patch
        self._capsys = capsys

    def __call__(self, *arguments: str, stdin: bytes = b"") -> tuple[Any, str, str]:
        self._patch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        with pytest.raises(SystemExit) as end:
            main.run(["analyse", *arguments])
        shown = self._capsys.readouterr()
        return end.value.code, shown.out, shown.err


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    monkeypatch.setenv("COLUMNS", "120")
    return Shell(monkeypatch, capsys)


def line(article_id: str, title: str, **more: str) -> bytes:
    return json.dumps({"id": article_id, "title": title, **more}).encode() + b"\n"


XI = line("xi", "Xi Jinping hails a wonderful deal")
PUTIN = line("putin", "Vladimir Putin speaks")
NOBODY = line("nobody", "Rain in the north")


def analyses(out: str) -> list[dict[str, Any]]:
    return [json.loads(one) for one in out.splitlines()]


def leaders(analysis: dict[str, Any]) -> list[str]:
    return [mention["leader_id"] for mention in analysis["mentions"]]


def test_json_gives_one_analysis_a_line_in_the_order_of_the_input(shell: Shell) -> None:
    code, out, err = shell("--json", stdin=XI + NOBODY + b"\n" + PUTIN)
    assert (code, err) == (0, "")
    found = analyses(out)
    assert [one["article_id"] for one in found] == ["xi", "nobody", "putin"]
    assert [leaders(one) for one in found] == [["Q15031"], [], ["Q7747"]]


def test_a_file_is_read_like_standard_input(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "articles.jsonl"
    file.write_bytes(XI + PUTIN)
    from_file = shell("--json", "--on", "2026-05-20", str(file))
    from_input = shell("--json", "--on", "2026-05-20", "-", stdin=XI + PUTIN)
    assert from_file == from_input
    assert from_file[0] == 0


def test_a_bad_line_is_reported_with_its_number_and_the_others_are_analysed(shell: Shell) -> None:
    code, out, err = shell("--json", stdin=XI + b"{nonsense\n" + PUTIN + b'{"id": "x"}\n')
    assert code == 2
    assert [one["article_id"] for one in analyses(out)] == ["xi", "putin"]
    reports = err.splitlines()
    assert [report.split(": ")[:2] for report in reports] == [
        ["line 2", "invalid_json"],
        ["line 4", "no_text"],
    ]


def test_a_bad_first_line_does_not_make_a_text_of_the_articles_behind_it(shell: Shell) -> None:
    code, out, err = shell("--json", stdin=b"nonsense\n" + XI)
    assert code == 2
    assert [one["article_id"] for one in analyses(out)] == ["xi"]
    assert err.startswith("line 1: invalid_json: ")


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("before", [b"", b"\n", b"\xef\xbb\xbf"])
def test_json_that_is_spread_over_lines_is_one_article(
    shell: Shell, indent: int | None, before: bytes
) -> None:
    spread = json.dumps(json.loads(XI), indent=indent).encode()
    code, out, err = shell("--json", stdin=before + spread)
    assert (code, err) == (0, "")
    assert [one["article_id"] for one in analyses(out)] == ["xi"]


def test_an_array_that_is_spread_over_lines_is_its_articles(shell: Shell) -> None:
    spread = json.dumps([json.loads(XI), json.loads(PUTIN)], indent=2).encode()
    code, out, err = shell("--json", stdin=spread)
    assert (code, err) == (0, "")
    assert [one["article_id"] for one in analyses(out)] == ["xi", "putin"]


def test_spread_json_that_is_broken_is_reported_line_by_line(shell: Shell) -> None:
    code, out, err = shell("--json", stdin=b'{\n"id": 1,\n' + PUTIN)
    assert code == 2
    assert [one["article_id"] for one in analyses(out)] == ["putin"]
    assert err.startswith("line 1: invalid_json: ")


def test_several_lines_of_plain_text_are_one_article(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "story.txt"
    file.write_text("Xi Jinping in Moscow\n\nHe met Vladimir Putin.\nIt rained.\n", "utf-8")
    code, out, _ = shell("--json", str(file))
    (analysis,) = analyses(out)
    assert code == 0
    assert analysis["article_id"] == "story.txt"
    assert analysis["title"] == "Xi Jinping in Moscow"
    assert leaders(analysis) == ["Q15031", "Q7747"]


def test_plain_text_on_standard_input_needs_no_clean_encoding(shell: Shell) -> None:
    code, out, _ = shell("--json", stdin=b"Xi Jinping \xff speaks\nIn Beijing.\n")
    (analysis,) = analyses(out)
    assert (code, leaders(analysis)) == (0, ["Q15031"])


def test_a_file_with_a_byte_order_mark_is_read(shell: Shell) -> None:
    code, out, err = shell("--json", stdin=b"\xef\xbb\xbf" + XI + PUTIN)
    assert (code, err) == (0, "")
    assert [one["article_id"] for one in analyses(out)] == ["xi", "putin"]


def test_nothing_in_gives_nothing_out(shell: Shell) -> None:
    assert shell("--json") == (0, "", "")
    assert shell("--json", stdin=b"\n \n") == (0, "", "")


def test_a_person_sees_text_leader_and_the_words_that_count(shell: Shell) -> None:
    code, out, _ = shell(stdin=XI)
    assert code == 0
    assert "Xi Jinping hails a wonderful deal" in out
    assert "Xi Jinping (Q15031)" in out
    assert "hails +" in out
    assert "positive +" in out


def test_a_person_is_told_that_no_leader_was_found(shell: Shell) -> None:
    assert "No leader found." in shell(stdin=NOBODY)[1]


def test_an_article_cannot_speak_to_the_terminal(shell: Shell) -> None:
    hostile = "Xi Jinping [red]speaks[/red] \u202eback \x1b[2J\u061c"
    _, out, _ = shell(stdin=line("urn:\u202eid", hostile, source="\x1b]0;title\x07"))
    assert "[red]speaks[/red]" in out
    for character in ("\x1b", "\x07", "\u202e", "\u061c"):
        assert character not in out


def test_the_date_given_stands_in_for_articles_without_their_own(shell: Shell) -> None:
    johnson = line("a", "Boris Johnson speaks")
    dated = line("b", "Boris Johnson speaks", published="2023-06-01T00:00:00Z")
    _, out, _ = shell("--json", "--on", "2022-03-01", stdin=johnson + dated)
    statuses = [one["mentions"][0]["status"] for one in analyses(out)]
    assert statuses == ["in_office", "former"]
    assert analyses(out)[0]["event_time"] == "2022-03-01T00:00:00Z"


def test_event_time_is_the_articles_own_date_where_it_has_one(shell: Shell) -> None:
    _, out, _ = shell("--json", stdin=line("a", "Rain", published="2023-06-01T00:00:00Z"))
    assert analyses(out)[0]["event_time"] == "2023-06-01T00:00:00Z"


@pytest.mark.parametrize("date", ["yesterday", "2026-13-01", "0001-01-01T00:00:00+23:59", ""])
def test_a_date_that_is_none_is_refused_before_anything_is_read(shell: Shell, date: str) -> None:
    code, out, err = shell("--on", date, stdin=XI)
    assert (code, out) == (2, "")
    assert err.startswith(f"tocsin: --on is {date!r}, no ISO 8601 date; give one such as ")


def test_a_file_that_is_not_there_is_refused(shell: Shell, tmp_path: Path) -> None:
    code, out, err = shell(str(tmp_path / "none.jsonl"))
    assert (code, out) == (2, "")
    assert "No such file" in err
    assert shell(str(tmp_path))[0] == 2


def test_the_scorer_of_the_settings_is_used(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOCSIN_SCORER", "textblob")
    _, out, _ = shell("--json", stdin=XI)
    assert analyses(out)[0]["versions"]["scorer"].startswith("textblob/")
