"""WordPress JSON: posts as articles, with the ids of the site's RSS feed."""

import json
from collections.abc import Callable

Articles = Callable[[bytes | str], list[dict[str, str]]]


def test_a_post_becomes_an_article(articles: Articles, sample: Callable[[str], bytes]) -> None:
    assert articles(sample("wordpress.json")) == [
        {
            "id": "https://fjord.example/?p=88",
            "url": "https://fjord.example/2026/05/harbour/",
            "title": "Keir Starmer attacked over “shameful” harbour fees",
            "text": "Fishermen attacked Keir Starmer on Friday.\n\nThey called the fees a shameful "
            "betrayal.",
            "published": "2026-05-01T09:00:00Z",
            "source": "x.example",
        }
    ]


def test_local_time_alone_is_no_date_and_a_single_post_is_read(articles: Articles) -> None:
    post = {
        "link": "https://f.example/1",
        "title": {"rendered": "T"},
        "date": "2026-05-01T11:00:00",
    }
    (article,) = articles(json.dumps(post))
    assert article["id"] == "https://f.example/1"
    assert "published" not in article


def test_a_protected_post_has_its_excerpt_for_text(articles: Articles) -> None:
    post = {
        "link": "https://f.example/1",
        "title": {"rendered": "T"},
        "content": {"rendered": "", "protected": True},
        "excerpt": {"rendered": "<p>Beginning.</p>"},
    }
    assert articles(json.dumps([post]))[0]["text"] == "Beginning."
