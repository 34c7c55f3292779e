"""Which error ends the process with which code."""

import pytest

from processors.errors import (
    BadArticleError,
    BadInputError,
    BadLexiconError,
    BadRegistryError,
    DeadLetterReason,
    MisconfigurationError,
    TocsinError,
)
from streams.errors import (
    BadSettingsError,
    BrokerUnavailableError,
    DeadLetterLimitError,
    PassingFaultError,
    ReceiverRefusesError,
    TopicMismatchError,
    UndeliveredReason,
    exit_code,
)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (MisconfigurationError("x"), 2),
        (BadSettingsError(["x"]), 2),
        (TopicMismatchError("x"), 2),
        (BadRegistryError("x"), 2),
        (BadLexiconError("x"), 2),
        (PassingFaultError("x"), 3),
        (BrokerUnavailableError("x"), 3),
        (DeadLetterLimitError("x"), 3),
        (ReceiverRefusesError("x"), 3),
        (KeyboardInterrupt(), 130),
        (TocsinError("x"), 1),
        (BadInputError("x"), 1),
        (BadArticleError(DeadLetterReason.EMPTY, "x"), 1),
        (RuntimeError("x"), 1),
    ],
)
def test_an_error_ends_the_process_with_its_code(error: BaseException, code: int) -> None:
    assert exit_code(error) == code


def test_wrong_settings_are_listed_every_one() -> None:
    error = BadSettingsError(["TOCSIN_A is wrong.", "TOCSIN_B is wrong."])
    assert str(error).splitlines() == [
        "The settings are wrong:",
        "  - TOCSIN_A is wrong.",
        "  - TOCSIN_B is wrong.",
    ]
    assert error.problems == ("TOCSIN_A is wrong.", "TOCSIN_B is wrong.")


def test_the_reasons_of_dead_letters_are_never_renamed() -> None:
    # Metric labels and header values: subscribers and dashboards rest on them. More may follow.
    assert {
        *("null_value", "empty", "too_large", "invalid_utf8", "invalid_json", "too_deep"),
        *("not_an_object", "wrong_type", "no_identity", "no_text", "text_too_large"),
        *("invalid_date", "invalid_language", "invalid_cloudevent"),
        *("invalid_timestamp", "future_timestamp"),
        *("not_an_alert", "delivery_refused", "delivery_given_up"),
    } <= {reason.value for reason in (*DeadLetterReason, *UndeliveredReason)}
