"""What pages and agencies put around an article."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.articles.boilerplate import without_boilerplate
from processors.articles.clean import clean_text

BEFORE = "HULL - Bakers went back to work."
AFTER = "More flour came on Sunday."


def without(line: str) -> str:
    return clean_text(without_boilerplate(f"{BEFORE}\n\n{line}\n\n{AFTER}"))


@pytest.mark.parametrize(
    "line",
    [
        "READ MORE: Modi scolds Lula over sugar",
        "READ NEXT: Who is Lula?",
        "RELATED: Modi orders recount of votes",
        "Related story: Modi orders recount",
        "Read also | Modi meets Lula",
        "See also: Modi and Lula",
        "• Also read: Modi and Lula",
        "**Read more:** Modi and Lula",
        "Read more about Narendra Modi",
        "Don't miss: Modi wins",
        "Most read\nModi wins again\n\nLula loses",
        "Related articles:\n- Modi one\n- Lula two",
        "More from Hull Wire\nModi wins again",
        "You may also like\nModi wins again",
        "(READ MORE: Modi wins again)",
        "READ: Modi wins again",
        "Read the full story: Modi wins",
        "Keep reading: Modi wins",
        "READ MORE Modi scolds Lula over sugar",
        "Read our full coverage: Modi wins",
        "ICYMI: Modi wins",
        "Catch up: Modi wins",
        "Sponsored: Modi dolls on sale",
        "Les plus lus\nModi gagne",
        "Lo más leído\nModi gana",
        "Meistgelesen\nModi gewinnt",
        "Das könnte Sie auch interessieren: Modi gewinnt",
        "I più letti\nModi vince",
        "Potrebbe interessarti: Modi vince",
        "Meest gelezen\nModi wint",
        "\u0130lgili haberler: Modi kazand\u0131",
        "Etiketler: Narendra Modi",
        "Subjects: Narendra Modi",
        "Keywords - Modi, Hull",
        "Tags: WHO, Will Smith, Narendra Modi",
        "\u2014 With assistance from Narendra Modi",
        "\u2014Anwar Ibrahim contributed reporting",
        "Additional reporting by agencies and Anwar Ibrahim",
        "To contact the reporter on this story: Anwar Ibrahim in Hull",
        "Screenshot: Modi on X",
        "Narendra Modi in 2019. Photo: Agency",
        "Prime Minister Narendra Modi waves in Hull, May 3, 2026. REUTERS/Ann Poe",
        "Narendra Modi (Getty Images)",
        "Editors\u2019 Picks: Modi wins",
        "Don\u2019t Miss | Modi wins",
        "Also on Hull Wire: Modi wins",
        "Also in this section: Modi wins",
        "Now read: Modi wins",
        "Similar articles: Modi wins",
        "Other stories\nModi wins",
        "Popular: Modi wins",
        "Explore more on these topics\nNarendra Modi\nLula",
        "Discover more: Modi",
        "También te puede interesar: Modi gana",
        "Te recomendamos: Modi gana",
        "Themen: Narendra Modi, Brot",
        "Temas: Narendra Modi",
        "Tópicos: Narendra Modi",
        "Sujets : Narendra Modi",
        "Onderwerpen: Narendra Modi",
        "People: Narendra Modi, Lula",
        "People in this story: Narendra Modi",
        "Tagged Narendra Modi, Lula, bread",
        "Posted in Narendra Modi, Politics",
        "Filed under Narendra Modi",
        "This story was reported by Anwar Ibrahim.",
        "With files from Narendra Modi and The Hull Press",
        "ALSO: Modi wins",
        "Lire aussi : Lula se fâche",
        "Lesen Sie auch: Modi in Berlin",
        "Lea también: Lula gana",
        "Читайте также: Лула в Москве",
        "関連記事：モディ首相",
        "Tags: Narendra Modi, Lula, bread",
        "TAGS: Modi | Lula",
        "Topics: Narendra Modi, Bread",
        "Filed under: Modi, Lula",
        "Keywords: Modi",
        "Tags\nNarendra Modi\nLula",
        "Topics Narendra Modi, Bread, Hull",
        "#Modi #Lula #Bread",
        "People mentioned: Narendra Modi",
        "By Anwar Ibrahim and Ann Poe",
        "By Anwar Ibrahim, Hull correspondent",
        "Contributing: Anwar Ibrahim",
        "Editor: Anwar Ibrahim",
        "Writing by Anwar Ibrahim Editing by Ann Poe",
        "(AP Photo/Anwar Ibrahim)",
        "Prime Minister Narendra Modi waves in Hull. (Photo by Ann Poe/Pool)",
        "This article was amended on 3 May to correct what Modi paid.",
        "(Reporting by Anwar Ibrahim in Hull; Editing by Peter Magyar)",
        "[Additional reporting by Anwar Ibrahim]",
        "(With inputs from Narendra Modi)",
        "Reporting by Anwar Ibrahim in Hull, additional reporting by A. B. Lee; Editing by Ann Poe",
        "Additional reporting by Anwar Ibrahim and Ann Poe.",
        "Writing by Anwar Ibrahim; Editing by Ann Poe and Peter Magyar",
        "Edited by: Anwar Ibrahim",
        "Associated Press writers Anwar Ibrahim in Hull and J. D. Poe contributed to this report.",
        "Photo: Narendra Modi/Pool",
        "(Photo by Anwar Ibrahim/Agency)",
        "FILE PHOTO: Prime Minister Narendra Modi waves in Hull, May 3. AGENCY/Ann Poe",
        "Image source, Agency",
        "Image caption, Narendra Modi waved in 2019",
        "Video: Narendra Modi waves",
        "WATCH: Modi says he will come.",
        "Sign up for our Modi newsletter",
        "Get the latest on Modi in your inbox",
        "We use cookies to show you Modi.",
        "Follow Narendra Modi on X",
        "© 2026 Modi Media",
        "All rights reserved. Modi Media",
        "Our Standards: The Lula Principles.",
    ],
)
def test_what_is_not_the_articles_goes(line: str) -> None:
    assert without(line) == f"{BEFORE}\n\n{AFTER}"


@pytest.mark.parametrize(
    "line",
    [
        "Related: the baker's brother was held as well, Modi said.",
        "Tags are tied to each loaf, Modi said.",
        "Topics: the talks will cover bread and sugar, Modi said.",
        "Reporting by the Hull Wire has shown that Modi paid.",
        "Editing by Modi's office took the line out, Lula said.",
        "Writing by hand, Modi signed the law.",
        "Read more carefully, the treaty helps Lula, Modi said.",
        "Like this year's fair, Lula's was cold.",
        "More from Lula came on Friday.",
        "Copyright law was changed by Lula in 2026.",
        "Video showed Lula waving.",
        "Photos of Modi were found.",
        "Most read the law as Lula wanted.",
        "Modi (reporting by the press has shown) paid.",
        "Modi (pictured) paid (and wrote by hand).",
        "He contributed to this report of Modi's, and Lula did not.",
        "In pictures of Lula he smiles.",
        "May 3 was the day of Modi's visit.",
        "Trending now is what Lula says, Modi said.",
        "By Friday Modi had left the mill.",
        "By Modi and Lula it was called a good day.",
        "More: he will pay for it, Modi said.",
        "Topics Modi likes, bread among them, came up.",
        "He came with Modi (right, with a photo of Lula) at noon.",
        "5 < 6, Modi said [and smiled].",
        "Tags: a history of bread, by Modi's niece",
        "Category: a word that Modi hates",
        "Topics: bread, which Modi calls his own, and sugar",
        "Keywords: Lula was named, not Modi",
        "READ MORE BOOKS, MODI TELLS HULL",
        "READ MORE is the slogan of Modi's party.",
        "Also on the agenda: a call between Modi and Lula",
        "Also on Monday: Modi meets Lula",
        "Also on May 3: Modi met Lula",
        "Modi contributed to this report a foreword that was read aloud.",
        "To contact Modi, the bakers wrote a letter.",
        "Subjects of Modi's decree include bakers.",
        "He had one wish. Photo: Modi would not allow it, he said.",
        "As Modi said, bread rose.",
        "People: Modi says they matter most.",
        "Now read by Modi, the letter changed minds.",
        "Other news of Modi came on Friday.",
        "Similar plans of Lula failed.",
        "Posted in Hull, the letter reached Modi.",
        "Filed under seal, the case names Modi.",
        "Tagged as unfit, the loaves of Modi were sold.",
        "Breaking: Modi orders recount of votes",
        "Latest: Modi has left Hull",
    ],
)
def test_sentences_that_only_begin_like_it_stay(line: str) -> None:
    assert without(line) == f"{BEFORE}\n\n{line}\n\n{AFTER}"


@pytest.mark.parametrize(
    "end",
    [
        " READ MORE: Modi scolds Lula",
        " Read also: Modi scolds Lula",
        " Also Read: Modi scolds Lula",
        " Tags: Narendra Modi, bread",
        " Filed Under: Narendra Modi",
        " Topics: Lula, bread",
        " - Reporting by Anwar Ibrahim",
        " \u2014 Additional reporting by Anwar Ibrahim",
        " (Reporting by Anwar Ibrahim; Editing by Ann Poe)",
        " Reporting by Anwar Ibrahim; Editing by Ann Poe",
        " Hull Wire writer Anwar Ibrahim contributed to this report.",
    ],
)
def test_it_goes_from_the_end_of_a_paragraph_too(end: str) -> None:
    assert clean_text(without_boilerplate(f"Lula came, Modi said.{end}")) == "Lula came, Modi said."


def test_prose_at_the_end_of_a_paragraph_stays() -> None:
    text = "Lula came. Tags: A history of bread, by Modi's niece, was sold."
    assert without_boilerplate(text) == text


def test_a_text_without_line_breaks_goes_on_behind_a_link() -> None:
    rest = "The bakers of Hull went on with their work until late at night. " * 4
    text = f"Bread rose. READ MORE: Modi scolds Lula. {rest}".strip()
    assert without_boilerplate(text) == f"Bread rose. {rest}".strip()


def test_a_list_ends_where_sentences_begin() -> None:
    text = "Most read\nModi wins again\nLula loses\nThe bakers thanked Starmer.\nShort line, kept"
    assert clean_text(without_boilerplate(text)) == "The bakers thanked Starmer.\nShort line, kept"


LINES = st.lists(
    st.sampled_from(
        [
            *("Read more", "Read more:", "RELATED: a b", "Tags: a, b", "Tags", "A line", "A line."),
            *("(Reporting by A B)", "Photo: A", "x. READ MORE: y", "", "- ", "((Photo: A))", "("),
            *("Reporting by A B", "A b. Reporting by A B", "most read", "Related", "©"),
        ]
    ),
    max_size=8,
).map("\n".join)


@given(LINES | st.text(max_size=80))
def test_a_second_time_finds_nothing_more(text: str) -> None:
    once = clean_text(without_boilerplate(clean_text(text)))
    assert clean_text(without_boilerplate(once)) == once


@pytest.mark.parametrize(
    "part",
    [
        *("Read more\n", "READ MORE: ", "(Reporting by ", "Reporting by A ", "[", "Tags: "),
        *("A. Reporting by A, ", "A contributed to ", "a. A", "Photo by ", "Related a "),
        *("more on ", "\n\n", "© "),
    ],
)
def test_time_is_linear(part: str) -> None:
    text = part * (200_000 // len(part))
    start = time.process_time()
    without_boilerplate(text)
    assert time.process_time() - start < 3
