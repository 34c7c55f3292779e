"""The checked-in contracts are what the code says, and are found where they are looked for."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from streams.contracts import ASYNCAPI, PUBLISHED, published
from tools.contracts import generate

SCHEMAS = [name for name in PUBLISHED if name != ASYNCAPI]


def test_the_checked_in_contracts_are_what_the_code_says() -> None:
    changed = generate.differences(generate.FOLDER)
    assert not changed, f"{', '.join(changed)} differ from the code: run `make contracts`"


def test_what_is_written_is_byte_for_byte_what_is_shipped(tmp_path: Path) -> None:
    assert generate.write(tmp_path) == list(PUBLISHED)
    for name in PUBLISHED:
        assert (tmp_path / name).read_bytes() == published(name), f"{name}: run `make contracts`"


def test_writing_twice_changes_nothing_the_second_time(tmp_path: Path) -> None:
    assert generate.main([], tmp_path) == 0
    assert generate.write(tmp_path) == []


def test_a_check_of_what_was_just_written_succeeds(tmp_path: Path) -> None:
    generate.write(tmp_path)
    assert generate.main(["--check"], tmp_path) == 0


@pytest.mark.parametrize("damage", ["changed", "missing", "unknown"])
def test_a_check_names_the_file_that_differs_and_changes_nothing(
    damage: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    generate.write(tmp_path)
    file = tmp_path / ("old.schema.json" if damage == "unknown" else "alert.schema.json")
    if damage == "missing":
        file.unlink()
    else:
        file.write_bytes(b"{}\n")
    before = sorted((path.name, path.read_bytes()) for path in tmp_path.iterdir())

    assert generate.main(["--check"], tmp_path) == 1

    said = capsys.readouterr().err
    assert file.name in said
    assert "make contracts" in said
    assert sorted((path.name, path.read_bytes()) for path in tmp_path.iterdir()) == before
    assert generate.write(tmp_path) == [file.name]
    assert generate.differences(tmp_path) == []


@pytest.mark.parametrize("name", ["alert", "../describe.py", ""])
def test_a_name_that_is_no_contract_is_refused_with_the_names_there_are(name: str) -> None:
    with pytest.raises(ValueError, match=r"alert\.schema\.json"):
        published(name)


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_schema_is_valid_names_itself_and_accepts_its_own_examples(name: str) -> None:
    schema = json.loads(published(name))
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"urn:tocsin:schema:1:{name.removesuffix('.schema.json')}"
    assert schema["title"]
    assert schema["description"]
    assert schema["examples"]
    for example in schema["examples"]:
        Draft202012Validator(schema).validate(example)


def test_no_two_schemas_share_an_id() -> None:
    ids = [json.loads(published(name))["$id"] for name in SCHEMAS]
    assert len(set(ids)) == len(ids)
