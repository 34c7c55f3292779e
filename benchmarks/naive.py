"""The Faust program that everyone writes first: what Tocsin's speed is compared with.

A typed topic, TextBlob on each text, one awaited send per article. It finds no leaders, keeps no
state, and loses an article when its agent raises. Run by `throughput.py`, as a worker:

    BENCH_BROKER=… BENCH_PREFIX=… python benchmarks/naive.py worker --without-web -l error
"""

import os

import faust
from textblob import TextBlob


class Article(faust.Record):
    """The flat form of an article."""

    id: str
    title: str
    text: str


class Scored(faust.Record):
    """What comes out."""

    id: str
    polarity: float
    subjectivity: float


PREFIX = os.environ["BENCH_PREFIX"]
app = faust.App(
    f"{PREFIX}naive",
    broker=f"kafka://{os.environ['BENCH_BROKER']}",
    store="memory://",
    datadir=os.environ["BENCH_FOLDER"],
    topic_partitions=4,
    topic_disable_leader=True,
    consumer_auto_offset_reset="earliest",
)
articles = app.topic(f"{PREFIX}news.articles", value_type=Article)
scores = app.topic(f"{PREFIX}news.scores", value_type=Scored)


@app.agent(articles)
async def score(stream: faust.StreamT[Article]) -> None:
    """Score each article and send the result."""
    async for article in stream:
        sentiment = TextBlob(f"{article.title}\n{article.text}").sentiment
        await scores.send(value=Scored(article.id, sentiment.polarity, sentiment.subjectivity))


if __name__ == "__main__":
    app.main()
