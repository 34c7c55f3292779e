"""The words that show what a text is about: how their file is read."""

from processors.leaders.languages.topics import NO_TOPICS, load_topics, read_topics

TEXT = """\
# a comment
sport 9: goal striker
sport-names 10: villa
public 12: summit
public -5: goal
ordinary: table
trades: striker
followers: ally
given: annika
ceremonies: attends
deeds: vows
"""


def test_each_line_adds_words_to_its_list() -> None:
    topics = read_topics(TEXT)
    assert topics.strengths == {
        "goal": ("sport", 0.9),
        "striker": ("sport", 0.9),
        "villa": ("sport", 1.0),
    }
    assert topics.ordinary == {"goal", "striker", "table"}
    assert (topics.trades, topics.followers, topics.given) == ({"striker"}, {"ally"}, {"annika"})
    assert (topics.ceremonies, topics.deeds) == ({"attends"}, {"vows"})


def test_strengths_add_up_by_topic() -> None:
    assert read_topics(TEXT).sums(["goal", "villa", "table"]) == {"sport": 1.9}


def test_public_words_count_less_the_more_there_are() -> None:
    topics = read_topics(TEXT)
    assert topics.publicness(["summit"]) == 1.2000000000000002
    assert topics.publicness(["summit", "goal", "table"]) == (1.2000000000000002 - 0.5) / 2**0.5
    assert topics.publicness([]) == 0.0


def test_a_language_without_a_file_has_no_topic_words() -> None:
    assert load_topics("xx") is NO_TOPICS
    assert "parliament" in load_topics("en").ordinary
