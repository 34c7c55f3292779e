"""Loads the reader of articles and the analysis that runs it, as the settings say."""

from functools import partial

from processors.analyse import load_analyser
from processors.articles.decode import DecodeLimits
from processors.articles.formats.shapes import load_shapes
from streams.analysis import Analysis
from streams.analysis.inline import InlineAnalysis
from streams.analysis.pool import AnalysisPool
from streams.analysis.reader import EVERYTHING, ArticleReader
from streams.analysis.selection import Selection
from streams.kafka.topics import TopicNames
from streams.service.cores import available_cores
from streams.service.settings import Settings, path_of
from streams.service.version import tocsin_version

# Two keep two cores busy, and one worker's own work fills a third. Each takes some 140 MB.
MAX_AUTO_PROCESSES = 2


def load_reader(settings: Settings, selection: Selection = EVERYTHING) -> ArticleReader:
    """Load registry, lexicon and scorer. This takes a few hundred milliseconds.

    Raises:
        MisconfigurationError: there is no such scorer, or a data file is wrong.
    """
    return ArticleReader(
        analyser=load_analyser(
            tocsin_version(),
            settings.scorer,
            settings.confirm,
            path_of(settings.registry_extra),
            path_of(settings.families),
        ),
        limits=DecodeLimits(
            value_bytes=settings.max_message_bytes, text_characters=settings.max_text_characters
        ),
        names=TopicNames.of(settings),
        partitions=settings.partitions,
        selection=selection,
        shapes=load_shapes(path_of(settings.shapes)),
    )


def process_count(settings: Settings) -> int:
    """Return how many processes analyse beside the worker's own."""
    if settings.analysis_processes == "auto":
        return min(MAX_AUTO_PROCESSES, available_cores())
    return settings.analysis_processes


def analysis_of(settings: Settings, selection: Selection = EVERYTHING) -> Analysis:
    """Return the analysis that the settings name, before it is loaded."""
    load = partial(load_reader, settings, selection)
    count = process_count(settings)
    if count:
        return AnalysisPool(load, count)
    return InlineAnalysis(load)
