"""From the settings to the rules in force, and to the topics that they ask for."""

from pathlib import Path

import pytest

from processors.errors import BadRulesError, MisconfigurationError
from processors.watch import load_rules
from streams.kafka.topics import AlertTopics, plan
from streams.service.rules import own_topics, rules_digest, rules_in_force
from streams.service.settings import Settings

FRANCE = """
extends = "builtin"
[[rule]]
id = "france"
version = 1
kind = "sentiment"
topic = "news.alerts.france"
[[rule]]
id = "france-too"
version = 1
kind = "encounter"
topic = "news.alerts.france"
"""


def test_without_a_setting_the_built_in_rules_are_in_force() -> None:
    assert rules_in_force(Settings()) == load_rules()
    assert own_topics(load_rules()) == ()


def test_the_setting_names_a_file(tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_text(FRANCE, encoding="utf-8")
    rules = rules_in_force(Settings(rules=str(file)))
    assert rules.named("france") is not None
    assert own_topics(rules) == ("news.alerts.france",)


def test_a_file_that_is_wrong_or_missing_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    with pytest.raises(MisconfigurationError, match="cannot be read"):
        rules_in_force(Settings(rules=str(file)))
    file.write_text("x = 1", encoding="utf-8")
    with pytest.raises(BadRulesError, match="the file has no key x"):
        rules_in_force(Settings(rules=str(file)))


def test_rules_where_their_path_belongs_are_told_from_a_missing_file() -> None:
    with pytest.raises(MisconfigurationError, match="takes the path of a file"):
        rules_in_force(Settings(rules=FRANCE))


def test_topics_that_rules_name_are_planned_under_the_prefix_as_alerts_are() -> None:
    settings = Settings(topic_prefix="staging.")
    usual, planned = plan(settings), plan(settings, ["news.alerts.france"])
    (added,) = [topic for topic in planned if topic not in usual]
    assert added.name == "staging.news.alerts.france"
    kinds = {t.name: t for t in usual}
    assert added.config == kinds["staging.news.alerts.sentiment"].config


def test_an_alert_goes_to_its_rules_own_topic_or_to_its_kinds() -> None:
    alerts = AlertTopics.of(Settings(topic_prefix="p."), ["news.alerts.france"])
    assert alerts.of_alert("sentiment", "news.alerts.france") == "p.news.alerts.france"
    assert alerts.of_alert("sentiment", "news.alerts.sentiment") == "p.news.alerts.sentiment"
    assert alerts.of_alert("encounter", "") == "p.news.alerts.encounter"


def test_the_digest_is_of_what_the_rules_and_families_say(tmp_path: Path) -> None:
    builtin = rules_digest(Settings())
    own = tmp_path / "rules.toml"
    own.write_text('extends = "builtin"\n')
    once = rules_digest(Settings(rules=str(own)))
    assert once == rules_digest(Settings(rules=str(own)))
    own.write_text('extends = "builtin"\n# more\n')
    assert len({builtin, once, rules_digest(Settings(rules=str(own)))}) == 3
    families = tmp_path / "families.csv"
    families.write_text("kind,value,family\ncredit,The Paper,papers\n")
    assert rules_digest(Settings(families=str(families))) != builtin
    with pytest.raises(MisconfigurationError, match="cannot be read"):
        rules_digest(Settings(rules=str(tmp_path / "none.toml")))
