"""The carry-over from a facts folder to the registry's tables."""

import csv
from pathlib import Path

import pytest

from processors.leaders.registry.registry import read_registry
from processors.leaders.registry.tables import TABLES, Layer
from tools.registry.carry_over import carry_over, main
from tools.registry.corrections import BadCorrectionError
from tools.registry.scope import in_scope

OFFICES = "country,office,words,source\n,president,president,book\n"
CARRIED = [name for name in TABLES if name != "offices.csv"]

BERT = "x-bert,Bert  Example,FR,president,President,state,1995,2007-05-16"
TERMS = f"""\
person_id,name,country,office,office_title,role,start,end,sources,confidence
x-anna,Anna Example,FR,president,President,state,1930,1935,factbook,high
{BERT},factbook+world-leaders-current-2026-08-22,high
x-cleo,Cleo Sample,NR,president,President,state,2020-01,,world-leaders-current-2026-08-22,low
x-dora,Dora Other,NR,president,President,state,1931,1934,factbook,low
x-kim,Kim Su-min,KR,president,President,state,2003,2008,factbook,high
"""
ALIASES = """\
person_id,alias,kind,ambiguous,source
x-bert,Bert Example,full,0,name
x-bert,Berto Exampel,transliteration,0,factbook
x-bert,Example,second_reference,1,factbook
x-bert,Bertie,nickname,1,hand
x-kim,Su-min,surname,0,derived
x-kim,Sumin,second_reference,0,derived
x-dora,Other,surname,0,factbook
"""
COUNTRIES = """\
code,name,other_names,adjective,demonym_noun,capital,metonyms,kind
NR,Nauru,Republic of Nauru,Nauruan,Nauruan,Yaren|administrative capital,,country
FR,France,,French,French,Paris,Paris:strong,country
KR,South Korea,,South Korean,South Koreans,Seoul,Seoul:strong,country
"""
CORRECTIONS_HEADER = "op,person_id,match,value,reason\n"


@pytest.fixture
def facts(tmp_path: Path) -> Path:
    folder = tmp_path / "facts"
    folder.mkdir()
    (folder / "terms.csv").write_text(TERMS, encoding="utf-8")
    (folder / "aliases.csv").write_text(ALIASES, encoding="utf-8")
    (folder / "countries.csv").write_text(COUNTRIES, encoding="utf-8")
    return folder


def carried(facts: Path, tmp_path: Path, corrections: str = "") -> dict[str, list[dict[str, str]]]:
    out = tmp_path / "out"
    out.mkdir(exist_ok=True)
    corrections_file = tmp_path / "corrections.csv"
    corrections_file.write_text(CORRECTIONS_HEADER + corrections, encoding="utf-8")
    carry_over(facts, corrections_file, out)
    tables = {}
    for name in CARRIED:
        with (out / name).open(encoding="utf-8", newline="") as lines:
            tables[name] = list(csv.DictReader(lines))
    return tables


@pytest.mark.parametrize(
    ("end", "expected"),
    [("", True), ("1945", True), ("1989-05-01", True), ("1944-12-31", False), ("2020-01", True)],
)
def test_the_scope_is_people_who_held_an_office_since_1945(
    end: str,
    expected: bool,  # noqa: FBT001 - a column of the table above
) -> None:
    assert in_scope(end) is expected


def test_people_in_scope_are_carried_over_with_names_and_sources(
    facts: Path, tmp_path: Path
) -> None:
    tables = carried(facts, tmp_path)
    assert [p["name"] for p in tables["people.csv"]] == [
        "Bert Example",
        "Cleo Sample",
        "Kim Su-min",
    ]
    assert {p["person_id"]: p["source"] for p in tables["people.csv"]} == {
        "x-bert": "factbook",
        "x-cleo": "hand",
        "x-kim": "factbook",
    }
    assert [(c["code"], c["capitals"]) for c in tables["countries.csv"]] == [
        ("FR", "Paris"),
        ("KR", "Seoul"),
        ("NR", "Yaren"),
    ]


def test_surnames_are_sorted_out(facts: Path, tmp_path: Path) -> None:
    aliases = carried(facts, tmp_path)["aliases.csv"]
    assert [(a["person_id"], a["alias"], a["kind"], a["ambiguous"]) for a in aliases] == [
        ("x-bert", "Berto Exampel", "name", "0"),
        ("x-bert", "Bertie", "nickname", "1"),
        ("x-bert", "Exampel", "surname", "0"),
        ("x-bert", "Example", "surname", "1"),
        ("x-cleo", "Sample", "surname", "0"),
        ("x-kim", "Kim Su Min", "name", "0"),
        ("x-kim", "Kim Su-Min", "name", "0"),
        ("x-kim", "Kim Sumin", "name", "0"),
        ("x-kim", "Kim", "surname", "0"),
    ]


def test_a_mend_says_where_the_family_name_is_not_first(facts: Path, tmp_path: Path) -> None:
    corrections = "set_name,x-kim,,Frank Kim,the Western order\nadd_alias,x-kim,surname,Kim,his\n"
    aliases = carried(facts, tmp_path, corrections)["aliases.csv"]
    mine = [a for a in aliases if a["person_id"] == "x-kim"]
    surnames = {a["alias"] for a in mine if a["kind"] == "surname"}
    assert "Kim" in surnames
    assert "Frank" not in surnames


def test_a_term_of_two_people_in_one_is_moved(facts: Path, tmp_path: Path) -> None:
    corrections = (
        "move_term,x-bert,FR president,x-emil,his father\nset_name,x-emil,,Emil Old,his own\n"
    )
    tables = carried(facts, tmp_path, corrections)
    (moved,) = [t for t in tables["terms.csv"] if t["person_id"] == "x-emil"]
    assert moved["source"] == "factbook+correction"
    assert "Emil Old" in {p["name"] for p in tables["people.csv"]}


def test_what_is_written_is_a_registry_and_the_same_each_time(facts: Path, tmp_path: Path) -> None:
    carried(facts, tmp_path)
    first = {name: (tmp_path / "out" / name).read_bytes() for name in CARRIED}
    carried(facts, tmp_path)
    second = {name: (tmp_path / "out" / name).read_bytes() for name in CARRIED}
    assert first == second
    registry = read_registry(
        [
            Layer(
                {name: content.decode() for name, content in first.items()}
                | {"offices.csv": OFFICES}
            )
        ]
    )
    assert set(registry.people) == {"x-bert", "x-cleo", "x-kim"}


def test_corrections_change_the_facts_first(facts: Path, tmp_path: Path) -> None:
    tables = carried(
        facts,
        tmp_path,
        "rename_person,x-bert,,Q1,his item\n"
        "set_name,Q1,,Albert Example,his usual name\n"
        "set_term_end,Q1,FR president 1995,2002-05-16,left earlier\n"
        "set_term_title,x-cleo,NR president,Head,usual title\n"
        "drop_term,x-kim,KR president,,not a person\n"
        "add_alias,x-cleo,full,Cleopatra Sample,long form\n"
        "drop_alias,Q1,,Bertie,nobody says so\n"
        "mark_ambiguous,Q1,,Berto Exampel,a footballer\n"
        "set_home,x-cleo,,FR,for the test\n"
        "set_gender,x-cleo,,f,Mrs\n"
        "set_country,FR,adjective,French|Gallic,for the test\n"
        "add_country,RUR,Ruritania,former country,for the test\n"
        "set_country,RUR,until,1975-05-01,for the test\n",
    )
    people = {p["person_id"]: p for p in tables["people.csv"]}
    assert set(people) == {"Q1", "x-cleo"}
    assert people["Q1"]["name"] == "Albert Example"
    assert (people["x-cleo"]["home"], people["x-cleo"]["gender"]) == ("FR", "f")
    assert tables["countries.csv"][0]["adjectives"] == "French|Gallic"
    (ruritania,) = (c for c in tables["countries.csv"] if c["code"] == "RUR")
    assert (ruritania["name"], ruritania["kind"]) == ("Ruritania", "former country")
    assert (ruritania["until"], ruritania["source"]) == ("1975-05-01", "hand")
    terms = {t["person_id"]: t for t in tables["terms.csv"]}
    assert (terms["Q1"]["end"], terms["Q1"]["source"]) == ("2002-05-16", "factbook+correction")
    assert terms["x-cleo"]["title"] == "Head"
    aliases = {a["alias"]: a["ambiguous"] for a in tables["aliases.csv"]}
    assert aliases["Berto Exampel"] == "1"
    assert "Cleopatra Sample" in aliases
    assert "Bertie" not in aliases


@pytest.mark.parametrize(
    ("correction", "what"),
    [
        ("set_wings,x-bert,,2,why not", "unknown op"),
        ("set_name,x-bert,,Bert,", "needs a reason"),
        ("set_name,x-nobody,,Bert,typo", "matches no row"),
        ("set_term_end,x-bert,FR monarch,2001,typo", "matches no row"),
        ("drop_term,x-bert,FR president 1991,,typo", "matches no row"),
        ("drop_alias,x-bert,,Bertram,typo", "matches no row"),
        ("mark_ambiguous,x-bert,,Bertram,typo", "matches no row"),
        ("rename_person,x-nobody,,Q2,typo", "matches no row"),
        ("add_alias,x-nobody,full,No Body,typo", "matches no row"),
        ("set_gender,x-nobody,,f,typo", "matches no row"),
        ("set_country,XX,capital,Nowhere,typo", "matches no row"),
        ("set_country,FR,river,Seine,typo", "matches no row"),
        ("add_country,FR,France,country,it is there", "matches no row"),
    ],
)
def test_a_mend_that_cannot_be_applied_is_refused(
    facts: Path, tmp_path: Path, correction: str, what: str
) -> None:
    with pytest.raises(BadCorrectionError, match=rf"corrections\.csv:2: .*{what}"):
        carried(facts, tmp_path, f"{correction}\n")


def test_corrections_need_their_columns(facts: Path, tmp_path: Path) -> None:
    corrections = tmp_path / "other.csv"
    corrections.write_text("op,who\n", encoding="utf-8")
    with pytest.raises(BadCorrectionError, match="columns must be"):
        carry_over(facts, corrections, tmp_path)


def earlier_options(folder: Path, terms: str = "", aliases: str = "") -> list[str]:
    """Write tables of earlier holders and return the options that name them."""
    (folder / "terms_earlier.csv").write_text(
        TERMS.splitlines()[0] + ",gender,home\n" + terms, encoding="utf-8"
    )
    (folder / "aliases_earlier.csv").write_text(
        ALIASES.splitlines()[0] + "\n" + aliases, encoding="utf-8"
    )
    return [
        "--earlier-terms",
        str(folder / "terms_earlier.csv"),
        "--earlier-aliases",
        str(folder / "aliases_earlier.csv"),
    ]


def test_earlier_holders_join_after_the_corrections(facts: Path, tmp_path: Path) -> None:
    corrections = tmp_path / "corrections.csv"
    # The correction has one match only as long as the earlier term of the office is not there.
    corrections.write_text(
        CORRECTIONS_HEADER + "set_term_end,x-bert,FR president,2006,left earlier\n",
        encoding="utf-8",
    )
    additions = tmp_path / "additions.csv"
    additions.write_text(TERMS.splitlines()[0] + "\n", encoding="utf-8")
    earlier = earlier_options(
        tmp_path,
        "x-bert,Bert Example,FR,president,President,state,1960,1964-02-01,hand,high,,\n"
        "x-emma,Emma Early,FR,president,President,state,1964-02-01,1970,hand,high,f,NR\n",
        "x-emma,Emma E. Early,full,0,hand\n",
    )
    options = ["--out", str(tmp_path), "--corrections", str(corrections)]
    assert main([str(facts), *options, "--additions", str(additions), *earlier]) == 0
    terms = (tmp_path / "terms.csv").read_text(encoding="utf-8").splitlines()
    assert "x-bert,FR,president,President,state,1960,1964-02-01,hand" in terms
    assert "x-bert,FR,president,President,state,1995,2006,factbook+correction" in terms
    people = (tmp_path / "people.csv").read_text(encoding="utf-8").splitlines()
    assert "x-emma,Emma Early,NR,f,,hand" in people
    aliases = (tmp_path / "aliases.csv").read_text(encoding="utf-8").splitlines()
    assert "x-emma,Emma E. Early,name,0,hand" in aliases


def test_the_command_says_how_many_rows_it_wrote(
    facts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    corrections = tmp_path / "corrections.csv"
    corrections.write_text(CORRECTIONS_HEADER, encoding="utf-8")
    additions = tmp_path / "additions.csv"
    additions.write_text(TERMS.splitlines()[0] + "\n", encoding="utf-8")
    options = [
        "--out",
        str(tmp_path),
        "--corrections",
        str(corrections),
        "--additions",
        str(additions),
        *earlier_options(tmp_path),
    ]
    assert main([str(facts), *options]) == 0
    assert capsys.readouterr().out.startswith("people=3 aliases=9 terms=3 countries=3")


def test_the_command_tells_a_bad_mend_and_writes_nothing(
    facts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    corrections = tmp_path / "corrections.csv"
    corrections.write_text(CORRECTIONS_HEADER + "set_wings,x-bert,,2,why\n", encoding="utf-8")
    assert main([str(facts), "--out", str(tmp_path), "--corrections", str(corrections)]) == 1
    assert "unknown op" in capsys.readouterr().err
    assert not (tmp_path / "people.csv").exists()
