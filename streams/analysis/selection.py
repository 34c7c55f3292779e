"""The selection of a replay: which articles and which mentions it is about.

Owns the choice. Must not know how it is asked for, nor where articles come from. An empty list
chooses everything; several kinds are all to hold.
"""

from collections.abc import Callable, Collection

from msgspec import Struct

from processors.contracts import Alert, Article, Mention


class Selection(Struct, frozen=True, kw_only=True):
    """What is chosen.

    Attributes:
        articles: Ids.
        sources: Names, in any case.
        languages: Primary tags such as `en`; an article without a tag is of none.
        leaders: Ids.
        countries: Codes of the countries that leaders are of.
    """

    articles: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    leaders: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything is left out."""
        return any(getattr(self, name) for name in self.__struct_fields__)

    @property
    def chooses_articles(self) -> bool:
        """Return whether articles are left out, and not mentions alone."""
        return bool(self.articles or self.sources or self.languages)

    def has_article(self, article: Article) -> bool:
        """Say whether an article is chosen."""
        return (
            (not self.articles or article.article_id in self.articles)
            and (not self.languages or article.language in self.languages)
            and (
                not self.sources
                or article.source.casefold() in {source.casefold() for source in self.sources}
            )
        )

    def has_mention(self, mention: Mention) -> bool:
        """Say whether a mention is chosen."""
        return (not self.leaders or mention.leader_id in self.leaders) and (
            not self.countries or mention.country in self.countries
        )

    def may_have_fired(self, alert: Alert, countries_of: Callable[[str], Collection[str]]) -> bool:
        """Say whether an alert can be of what is chosen, as far as an alert tells.

        It is of a chosen leader, and rests on a chosen article beside others perhaps. Of the
        language of its articles an alert says nothing.

        Args:
            alert: Any, such as one of the live ones.
            countries_of: Gives the countries that a leader, by id, was ever of.
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
