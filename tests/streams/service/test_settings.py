"""The settings as a value: what its repr shows."""

from rich.pretty import pretty_repr

from streams.service.settings import PREFIX, Settings, describe

PLANTED = "wachet-auf-140"
SECRETS = {one.field: PLANTED for one in describe() if one.secret}


def test_a_repr_shows_what_is_set_and_no_secret() -> None:
    shown = repr(Settings(broker="kafka:9092", **SECRETS))
    assert shown.startswith("Settings(broker='kafka:9092', ")
    assert all(f"{name}='(hidden)'" in shown for name in SECRETS)
    assert PLANTED not in shown
    assert repr(Settings()) == "Settings()"


def test_neither_does_one_of_rich_nor_an_error_with_the_settings_in_it() -> None:
    settings = Settings(**SECRETS)
    assert PLANTED not in pretty_repr(settings)
    assert PLANTED not in pretty_repr({"of": [settings]})
    assert PLANTED not in str(ValueError(settings))


def test_whatever_is_called_password_or_secret_or_token_is_marked_as_one() -> None:
    words = ("PASSWORD", "SECRET", "TOKEN", "CREDENTIAL")
    named = {
        d.variable for d in describe() if any(w in d.variable.removeprefix(PREFIX) for w in words)
    }
    assert named
    assert named <= {d.variable for d in describe() if d.secret}
