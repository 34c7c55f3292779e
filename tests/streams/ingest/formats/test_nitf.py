"""NITF: the article's text, without captions, bylines and the lines at the end."""

from collections.abc import Callable

Articles = Callable[[bytes | str], list[dict[str, str]]]


def test_a_document_becomes_an_article(articles: Articles, sample: Callable[[str], bytes]) -> None:
    assert articles(sample("nitf.xml")) == [
        {
            "id": "https://x.example/f#mer.20260501.77",
            "title": "Rescuers hail Recep Tayyip Erdoğan for excellent aid",
            "text": "Rescuers hailed Recep Tayyip Erdoğan for excellent, generous aid.\n\nThe aid "
            "was called a success story.",
            "published": "2026-05-01T08:30:00Z",
            "source": "Meridian Agency",
            "language": "en",
        }
    ]


def test_text_behind_a_picture_stays(articles: Articles) -> None:
    body = "<p>One <media><media-caption>Caption</media-caption></media>two.</p>tail"
    nitf = f"<nitf><body><body.content>{body}</body.content></body></nitf>"
    assert articles(nitf)[0]["text"] == "One two.\n\ntail"


def test_the_heads_title_stands_in_and_a_withdrawn_document_says_so(articles: Articles) -> None:
    head = '<head><title>Slug</title><docdata management-status="canceled"/></head>'
    (article,) = articles(f"<nitf>{head}<body/></nitf>")
    assert (article["title"], article["status"]) == ("Slug", "canceled")


def test_a_headline_may_be_spelt_as_one(articles: Articles) -> None:
    head = "<body.head><headline><hl1>Rain</hl1></headline></body.head>"
    assert articles(f"<nitf><body>{head}</body></nitf>")[0]["title"] == "Rain"
