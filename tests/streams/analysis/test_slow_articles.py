"""Articles that take long are named while they are read."""

import threading
import time

import pytest

from streams.analysis import slow_articles
from streams.analysis.slow_articles import SlowArticles


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [50.0]
    monkeypatch.setattr(slow_articles.time, "monotonic", lambda: now[0])
    return now


def test_an_article_is_reported_once_and_the_next_one_again(clock: list[float]) -> None:
    reports: list[tuple[int, float]] = []
    articles = SlowArticles(lambda *late: reports.append(late), slow_seconds=3.0)
    articles.report_slow()
    for number in (0, 7):
        articles.begin(number)
        clock[0] += 2.9
        articles.report_slow()
        clock[0] += 0.1
        articles.report_slow()
        clock[0] += 60.0
        articles.report_slow()
    assert [number for number, _ in reports] == [0, 7]
    assert [seconds for _, seconds in reports] == pytest.approx([3.0, 3.0])


def test_an_article_that_is_done_is_never_reported(clock: list[float]) -> None:
    reports: list[tuple[int, float]] = []
    articles = SlowArticles(lambda *late: reports.append(late), slow_seconds=3.0)
    articles.begin(0)
    clock[0] += 10.0
    articles.done()
    articles.report_slow()
    assert reports == []


def test_done_waits_for_a_report_under_way() -> None:
    reporting, go_on = threading.Event(), threading.Event()
    order: list[str] = []

    def report(_: int, __: float) -> None:
        reporting.set()
        go_on.wait(10)
        order.append("reported")

    articles = SlowArticles(report, slow_seconds=0.0)
    articles.begin(0)
    looking = threading.Thread(target=articles.report_slow)
    looking.start()
    assert reporting.wait(10)
    ending = threading.Thread(target=lambda: (articles.done(), order.append("done")))
    ending.start()
    ending.join(0.05)
    assert ending.is_alive()
    go_on.set()
    ending.join(10)
    looking.join(10)
    assert order == ["reported", "done"]


def test_the_thread_looks_by_itself() -> None:
    reported = threading.Event()
    articles = SlowArticles(lambda *_: reported.set(), slow_seconds=0.01)
    articles.begin(3)
    articles.start()
    assert reported.wait(10)


def check_until_it_raises(articles: SlowArticles) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        articles.check()


def test_an_error_of_the_thread_reaches_the_process() -> None:
    reported = threading.Event()

    def report(_: int, __: float) -> None:
        reported.set()
        raise BrokenPipeError

    articles = SlowArticles(report, slow_seconds=0.01)
    articles.check()
    articles.begin(0)
    articles.start()
    assert reported.wait(10)
    with pytest.raises(BrokenPipeError):
        check_until_it_raises(articles)
