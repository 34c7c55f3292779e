"""`tocsin config` as a program: what it prints, where, and its exit codes."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from streams.service.settings import describe

Run = Callable[..., Any]


def test_every_setting_is_shown_with_value_origin_and_meaning(tocsin: Run) -> None:
    done = tocsin("config", "show", BROKER="kafka:9092")
    assert (done.code, done.err) == (0, "")
    assert "TOCSIN_BROKER = kafka:9092  (TOCSIN_BROKER)\n    Bootstrap addresses" in done.out
    assert "TOCSIN_HTTP_PORT = 9464  (default)\n" in done.out
    assert "TOCSIN_CREATE_TOPICS = false  (default)\n" in done.out
    assert all(described.variable in done.out for described in describe())


def test_json_has_a_document_a_line_and_no_secret_is_in_it(tocsin: Run, tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("hunter2\n")
    done = tocsin("config", "show", "--json", SASL_PASSWORD_FILE=str(file), PARTITIONS="12")
    assert done.code == 0
    assert "hunter2" not in done.out + done.err
    shown = {one["variable"]: one for one in map(json.loads, done.out.splitlines())}
    assert len(shown) == len(describe())
    password, key_password = shown["TOCSIN_SASL_PASSWORD"], shown["TOCSIN_SSL_KEY_PASSWORD"]
    assert (password["value"], password["origin"]) == ("(set)", "TOCSIN_SASL_PASSWORD_FILE")
    assert (key_password["value"], key_password["secret"]) == ("(empty)", True)
    assert (shown["TOCSIN_PARTITIONS"]["value"], shown["TOCSIN_PARTITIONS"]["default"]) == (12, 4)


def test_a_secret_is_not_shown_to_a_person_either(tocsin: Run) -> None:
    done = tocsin("config", "show", SASL_PASSWORD="hunter2")  # noqa: S106 - made up
    assert "TOCSIN_SASL_PASSWORD = (set)  (TOCSIN_SASL_PASSWORD)" in done.out
    assert "hunter2" not in done.out + done.err


def test_settings_that_are_well_are_said_to_be(tocsin: Run) -> None:
    done = tocsin("config", "check")
    assert done.code == 0
    assert "The settings are well; 0 of " in done.out
    assert "No broker is set" in done.err


def test_the_rules_that_the_settings_name_are_checked(tocsin: Run, tmp_path: Path) -> None:
    file = tmp_path / "my.toml"
    file.write_text("x = 1\ny = 2")
    done = tocsin("config", "check", RULES=str(file))
    assert done.code == 2
    assert f"  - TOCSIN_RULES: {file}:1:1: the file has no key x." in done.err
    assert f"  - TOCSIN_RULES: {file}:2:1: the file has no key y." in done.err
    missing = tocsin("config", "check", RULES="none.toml")
    assert "TOCSIN_RULES: The rules none.toml cannot be read" in missing.err


def test_the_families_that_the_settings_name_are_checked(tocsin: Run, tmp_path: Path) -> None:
    file = tmp_path / "own.csv"
    file.write_text("kind,value,family\nowner,a.example,b\n")
    done = tocsin("config", "check", FAMILIES=str(file))
    assert done.code == 2
    assert f"  - TOCSIN_FAMILIES: {file}, line 2: give one of credit, domain, name" in done.err
    file.write_text("kind,value,family\ndomain,a.example,b\n")
    assert tocsin("config", "check", FAMILIES=str(file)).code == 0


def test_the_shapes_that_the_settings_name_are_checked(tocsin: Run, tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text('[[shape]]\nname = "acme"\nrecognise = []\ntitel = ["a"]\ntext = ["b c"]\n')
    done = tocsin("config", "check", SHAPES=str(file))
    assert done.code == 2
    assert f"  - TOCSIN_SHAPES: {file}:3:1: recognise is empty" in done.err
    assert f"  - TOCSIN_SHAPES: {file}:4:1: [shape] has no key titel. Did you mean" in done.err
    assert f"  - TOCSIN_SHAPES: {file}:5:1: text is ['b c']" in done.err
    file.write_text('[[shape]]\nname = "acme"\nrecognise = ["acmeId"]\ntext = ["story.body"]\n')
    assert tocsin("config", "check", SHAPES=str(file)).code == 0
    missing = tocsin("config", "check", SHAPES="none.toml")
    assert "TOCSIN_SHAPES: The shapes none.toml cannot be read" in missing.err


def test_every_problem_is_reported_at_once_with_exit_code_2(tocsin: Run) -> None:
    done = tocsin(
        "config", "check",
        LOG_LEVL="x", HTTP_PORT="many", SCORER="afinn", SECURITY_PROTOCOL="SASL_SSL",
        SASL_PASSWORD="hunter2", SSL_CA_FILE="/does/not/exist",  # noqa: S106 - made up
    )  # fmt: skip
    assert (done.code, done.out) == (2, "")
    assert done.err.count("\n  - ") == 6
    for part in (
        "Did you mean TOCSIN_LOG_LEVEL?",
        "TOCSIN_HTTP_PORT is 'many'",
        "TOCSIN_SCORER is 'afinn'; it takes one of minilm, textblob, textblob-news, vader",
        "SASL_SSL needs a SASL mechanism",
        "SASL_SSL needs a SASL user name",
        "/does/not/exist",
    ):
        assert part in done.err
    assert "hunter2" not in done.err


def test_the_connection_is_not_judged_while_a_part_of_it_is_wrong_by_itself(tocsin: Run) -> None:
    done = tocsin("config", "check", SECURITY_PROTOCOL="SASL_SSL", SASL_MECHANISM="PLAN")
    assert done.code == 2
    assert done.err.count("\n  - ") == 1


def test_a_file_that_is_no_certificate_is_found_out(tocsin: Run, tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_text("no certificate")
    done = tocsin("config", "check", SECURITY_PROTOCOL="SSL", SSL_CA_FILE=str(file))
    assert done.code == 2
    assert "cannot be read as PEM certificates" in done.err


@pytest.mark.parametrize("address", ["kafka", "kafka:0", "kafka:9092,:9093", "http://kafka:9092"])
def test_an_address_that_is_none_is_found_out(tocsin: Run, address: str) -> None:
    assert tocsin("config", "check", BROKER=address).code == 2
    assert tocsin("config", "check", "--broker", address).code == 2
