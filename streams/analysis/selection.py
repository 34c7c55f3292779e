"""The selection of a replay: which articles and mentions it processes.

An empty list selects everything. Several lists must all match.
"""

from collections.abc import Callable, Collection

from msgspec import Struct

from processors.contracts import Alert, Article, Mention


class Selection(Struct, frozen=True, kw_only=True):
    """The values that are selected.

    Attributes:
        articles: Ids of articles.
        sources: Names of sources, in any case.
        languages: Primary tags such as `en`. An article without a tag matches none.
        leaders: Ids of leaders.
        countries: Codes of the leaders' countries.
    """

    articles: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    leaders: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Return whether the selection excludes anything."""
        return any(getattr(self, name) for name in self.__struct_fields__)

    @property
    def chooses_articles(self) -> bool:
        """Return whether the selection excludes articles, and not only mentions."""
        return bool(self.articles or self.sources or self.languages)

    def has_article(self, article: Article) -> bool:
        """Return whether an article is selected."""
        return (
            (not self.articles or article.article_id in self.articles)
            and (not self.languages or article.language in self.languages)
            and (
                not self.sources
                or article.source.casefold() in {source.casefold() for source in self.sources}
            )
        )

    def has_mention(self, mention: Mention) -> bool:
        """Return whether a mention is selected."""
        return (not self.leaders or mention.leader_id in self.leaders) and (
            not self.countries or mention.country in self.countries
        )

    def may_have_fired(self, alert: Alert, countries_of: Callable[[str], Collection[str]]) -> bool:
        """Return whether an alert can come from this selection, as far as the alert tells.

        Its leader must be selected, and one of its articles. An alert does not name the language of
        its articles.

        Args:
            alert: An alert, such as a live one.
            countries_of: Returns the countries of a leader at any time, by id.
        """
        sources = {source.casefold() for source in self.sources}
        return (
            any(
                (not self.leaders or one.leader_id in self.leaders)
                and (
                    not self.countries
                    or not set(self.countries).isdisjoint(countries_of(one.leader_id))
                )
                for one in alert.leaders
            )
            and (not self.articles or any(x.article_id in self.articles for x in alert.articles))
            and (not sources or any(x.source.casefold() in sources for x in alert.articles))
        )
