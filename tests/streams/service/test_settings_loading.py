"""The settings: what each takes, where it comes from, and what is said of what is wrong."""

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.errors import BadSettingsError
from streams.service.settings import PREFIX, Settings, describe
from streams.service.settings_loading import examine, load

VARIABLES = [described.variable for described in describe()]


def setting(name: str, text: str) -> object:
    return getattr(load({f"TOCSIN_{name}": text}).settings, name.lower())


def problems_of(environment: dict[str, str], **options: object) -> tuple[str, ...]:
    with pytest.raises(BadSettingsError) as caught:
        load(environment, **options)
    return caught.value.problems


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("HTTP_PORT", "0", 0),
        ("HTTP_PORT", "65535", 65535),
        ("PARTITIONS", "12", 12),
        ("LIVE_TIMEOUT_SECONDS", "2.5", 2.5),
        ("LIVE_TIMEOUT_SECONDS", "3", 3.0),
        ("LIVE_TIMEOUT_SECONDS", "1e3", 1000.0),
        ("BROKER_WAIT_SECONDS", "0", 0.0),
        ("DEAD_LETTER_LIMIT_SHARE", "1", 1.0),
        ("CREATE_TOPICS", "true", True),
        ("CREATE_TOPICS", "FALSE", False),
        ("CREATE_TOPICS", "1", True),
        ("CREATE_TOPICS", "0", False),
        ("LOG_LEVEL", "DEBUG", "DEBUG"),
        ("SASL_MECHANISM", "", ""),
        ("SASL_MECHANISM", "SCRAM-SHA-512", "SCRAM-SHA-512"),
        ("BROKER", "a:1, b:2", "a:1, b:2"),
        ("BROKER", "", ""),
        ("SASL_PASSWORD", " spaces count ", " spaces count "),
        ("APPLICATION_ID", "a.B_c-9", "a.B_c-9"),
        ("TOPIC_PREFIX", "", ""),
    ],
)
def test_a_text_becomes_the_settings_type(name: str, text: str, value: object) -> None:
    found = setting(name, text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("name", "texts", "taken"),
    [
        ("HTTP_PORT", ["-1", "65536", "9" * 400, "1.5", "x", "", " 5", "٣", "nan"], "from 0 up"),
        ("PARTITIONS", ["0", "-3", "10001", "0x10", "1_0"], "whole number from 1 up to 10000"),
        (
            "LIVE_TIMEOUT_SECONDS",
            ["0", "-1", "nan", "inf", "-inf", "Infinity", "1e400", "", "5 ", "5s"],
            "a number above 0 up to 86400",
        ),
        ("BATCH_WAIT_SECONDS", ["10.1", "nan", "inf"], "a number above 0 up to 10"),
        ("BROKER_WAIT_SECONDS", ["-0.1", "nan", "inf"], "a number from 0 up to 86400"),
        ("DEAD_LETTER_LIMIT_SHARE", ["0", "1.01", "nan", "inf"], "a number above 0 up to 1"),
        ("DEAD_LETTER_LIMIT_RECORDS", ["0", "9" * 20], "from 1 up to 10000000"),
        ("RETENTION_ALERTS_SECONDS", ["0", "9" * 18], "from 1 up to 3155760000"),
        ("CREATE_TOPICS", ["yes", "on", "2", "", " true"], "true or false"),
        ("LOG_LEVEL", ["info", "Loud", "", "INFO "], "one of DEBUG, INFO, WARNING, ERROR"),
        ("SASL_MECHANISM", ["PLAN", "GSSAPI"], "one of (empty), PLAIN, SCRAM-SHA-256"),
        ("APPLICATION_ID", ["", "a b", "é", "a\n", "a" * 101], "[A-Za-z0-9._-]{1,100}."),
        ("TOPIC_PREFIX", ["a/", "a\n"], "[A-Za-z0-9._-]{0,100}."),
    ],
)
def test_what_a_setting_does_not_take_is_refused_and_what_it_takes_is_said(
    name: str, texts: list[str], taken: str
) -> None:
    for text in texts:
        (problem,) = problems_of({f"TOCSIN_{name}": text})
        assert problem.startswith(f"TOCSIN_{name} is '")
        assert taken in problem
        assert len(problem) < 400


@given(text=st.sampled_from(["nan", "inf", "-inf", "Infinity", "1e999", "-Infinity", "NaN"]))
def test_no_setting_of_a_number_is_ever_anything_but_finite(text: str) -> None:
    for described in describe():
        if isinstance(described.default, float):
            read, problems = examine({described.variable: text})
            assert problems
            assert math.isfinite(getattr(read.settings, described.field))


def test_every_problem_is_reported_at_once() -> None:
    problems = problems_of(
        {
            "TOCSIN_HTTP_PORT": "x",
            "TOCSIN_LOG_LEVEL": "x",
            "TOCSIN_NONSENSE": "x",
            "TOCSIN_SCORER_FILE": "/does/not/exist",
        },
        batch_records=0,
    )
    assert len(problems) == 5


def test_what_does_not_begin_with_our_prefix_is_none_of_our_business() -> None:
    assert load({"HTTP_PORT": "x", "tocsin_http_port": "x", "XTOCSIN_A": ""}).settings == Settings()


@pytest.mark.parametrize(
    ("variable", "hint"),
    [
        ("TOCSIN_LOG_LEVL", "Did you mean TOCSIN_LOG_LEVEL?"),
        ("TOCSIN_BROKERS", "Did you mean TOCSIN_BROKER?"),
        ("TOCSIN_http_port", "Did you mean TOCSIN_HTTP_PORT?"),
        ("TOCSIN_SASL_PASWORD_FILE", "Did you mean TOCSIN_SASL_PASSWORD_FILE?"),
        ("TOCSIN_SERVICE_HOST", "enableServiceLinks: false"),
        ("TOCSIN_SERVICE_PORT_METRICS", "enableServiceLinks: false"),
        ("TOCSIN_PORT_9464_TCP_ADDR", "enableServiceLinks: false"),
        ("TOCSIN_WORKER_PORT", "enableServiceLinks: false"),
        ("TOCSIN_XYZZY", "`tocsin config show` lists the settings."),
        ("TOCSIN_", "`tocsin config show` lists the settings."),
    ],
)
def test_an_unknown_variable_is_an_error_with_a_hint(variable: str, hint: str) -> None:
    (problem,) = problems_of({variable: "hunter2"})
    assert problem.startswith(f"{variable} is not a setting.")
    assert hint in problem
    assert "hunter2" not in problem


@pytest.mark.parametrize("content", ["s3cret", "s3cret\n", "s3cret\r\n", "\ufeffs3cret\n"])
def test_a_file_gives_a_value_without_its_last_line_break(tmp_path: Path, content: str) -> None:
    file = tmp_path / "password"
    file.write_bytes(content.encode())
    read = load({"TOCSIN_SASL_PASSWORD_FILE": str(file)})
    assert read.settings.sasl_password == "s3cret"  # noqa: S105 - made up
    assert read.origins["sasl_password"] == "TOCSIN_SASL_PASSWORD_FILE"  # noqa: S105 - a variable


def test_every_setting_can_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "value"
    for described in describe():
        default = described.default
        file.write_text(str(default).lower() if isinstance(default, bool) else str(default))
        read = load({f"{described.variable}_FILE": str(file)})
        assert read.settings == Settings()
        assert read.origins[described.field] == f"{described.variable}_FILE"


def test_a_bad_value_from_a_file_names_the_files_variable(tmp_path: Path) -> None:
    file = tmp_path / "port"
    file.write_text("many\n")
    (problem,) = problems_of({"TOCSIN_HTTP_PORT_FILE": str(file)})
    assert problem.startswith("TOCSIN_HTTP_PORT_FILE is 'many'")


@pytest.mark.parametrize("path", ["/does/not/exist", "", "a\0b", "\ud800", "/" + "x" * 5000])
def test_a_file_that_cannot_be_read_is_a_problem(path: str) -> None:
    (problem,) = problems_of({"TOCSIN_BROKER_FILE": path})
    assert problem.startswith("TOCSIN_BROKER_FILE ")


def test_a_file_that_is_no_utf8_is_a_problem(tmp_path: Path) -> None:
    file = tmp_path / "broker"
    file.write_bytes(b"\xff\xfe")
    (problem,) = problems_of({"TOCSIN_BROKER_FILE": str(file)})
    assert "not UTF-8" in problem


def test_a_variable_that_is_no_utf8_is_a_problem() -> None:
    # The environment hands bytes that are no UTF-8 over as lone surrogates.
    (problem,) = problems_of({"TOCSIN_BROKER": "host\udcff:9092"})
    assert "not UTF-8" in problem
    problem.encode()


def test_a_value_and_a_file_together_are_a_problem_even_if_the_file_is_well(
    tmp_path: Path,
) -> None:
    file = tmp_path / "broker"
    file.write_text("b:2")
    (problem,) = problems_of({"TOCSIN_BROKER": "a:1", "TOCSIN_BROKER_FILE": str(file)})
    assert problem == "TOCSIN_BROKER is set twice: as a value and as a file. Keep one."


def test_a_setting_whose_own_name_ends_in_file_is_no_file_of_another() -> None:
    read = load({"TOCSIN_SSL_CA_FILE": "/etc/ca.pem"})
    assert read.settings.ssl_ca_file == "/etc/ca.pem"


@pytest.mark.parametrize("secret", [d.variable for d in describe() if d.secret])
def test_a_secret_is_in_no_message(secret: str, tmp_path: Path) -> None:
    latin = tmp_path / "latin"
    latin.write_bytes(b"hunter2\xff")
    environments = [
        # Whoever mixes up the two variables puts the secret where the path belongs.
        {f"{secret}_FILE": "hunter2"},
        {f"{secret}_FILE": "hunter2\0"},
        {f"{secret}_FILE": str(latin)},
        {secret: "hunter2\udcff"},
        {secret: "hunter2", f"{secret}_FILE": "hunter2"},
        {f"{secret}S": "hunter2"},
    ]
    for environment in environments:
        problems = problems_of(environment)
        assert not any("hunter2" in problem for problem in problems)


def test_the_command_line_wins_and_none_there_means_not_given() -> None:
    read = load({"TOCSIN_BROKER": "a:1", "TOCSIN_PARTITIONS": "3"}, broker="b:2", partitions=None)
    assert (read.settings.broker, read.origins["broker"]) == ("b:2", "command line")
    assert (read.settings.partitions, read.origins["partitions"]) == (3, "TOCSIN_PARTITIONS")
    assert read.origins["http_port"] == "default"


@pytest.mark.parametrize("value", [-1, 65536, "x", 1.5])
def test_a_value_on_the_command_line_is_checked_too(value: object) -> None:
    (problem,) = problems_of({}, http_port=value)
    assert problem.startswith("--http-port is ")


def test_what_is_wrong_has_its_default_when_examined() -> None:
    read, problems = examine({"TOCSIN_HTTP_PORT": "x", "TOCSIN_PARTITIONS": "3"})
    assert [problem.field for problem in problems] == ["http_port"]
    assert (read.settings.http_port, read.origins["http_port"]) == (9464, "default")
    assert read.settings.partitions == 3


def test_every_default_is_a_value_that_the_setting_takes() -> None:
    environment = {
        d.variable: str(d.default).lower() if isinstance(d.default, bool) else str(d.default)
        for d in describe()
    }
    assert load(environment).settings == Settings()


def test_every_setting_is_described() -> None:
    assert all(d.description.endswith((".", "?")) for d in describe())
    assert {d.field for d in describe() if d.secret} == {
        *("sasl_password", "ssl_key_password"),
        *("forward_to", "forward_secret", "forward_previous_secret"),
    }


@given(
    st.dictionaries(
        st.one_of(
            st.sampled_from(VARIABLES),
            st.sampled_from([f"{variable}_FILE" for variable in VARIABLES]),
            st.text(max_size=30).map(PREFIX.__add__),
        ),
        st.one_of(st.text(), st.floats().map(str), st.integers().map(str)),
        max_size=6,
    ),
)
def test_whatever_the_environment_holds_settings_are_loaded_or_refused(
    environment: dict[str, str],
) -> None:
    try:
        settings = load(environment).settings
    except BadSettingsError:
        return
    for value in (getattr(settings, field) for field in Settings.__struct_fields__):
        assert not isinstance(value, float) or math.isfinite(value)
