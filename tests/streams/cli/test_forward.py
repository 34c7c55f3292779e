"""What `tocsin forward` refuses before it asks a broker, and that it shows no secret.

`tests/broker/test_forward.py` runs the command against brokers.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

TOKEN = "T0KEN-hush"  # noqa: S105
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105
GOOD = {"FORWARD_TO": f"https://hooks.example/{TOKEN}", "FORWARD_SECRET": SECRET}


@pytest.mark.parametrize(
    ("arguments", "variables", "why"),
    [
        ([], {"FORWARD_SECRET": SECRET}, "give --to URL, or set TOCSIN_FORWARD_TO"),
        ([], {"FORWARD_TO": GOOD["FORWARD_TO"]}, "set TOCSIN_FORWARD_SECRET_FILE, or"),
        (
            [],
            GOOD | {"FORWARD_SECRET": "hush"},
            "TOCSIN_FORWARD_SECRET is no secret of the Standard Webhooks: it does not begin with",
        ),
        (
            [],
            GOOD | {"FORWARD_PREVIOUS_SECRET": "whsec_hush"},
            "TOCSIN_FORWARD_PREVIOUS_SECRET is no secret of the Standard Webhooks: it holds 3",
        ),
        (["--to", f"http://hooks.example/{TOKEN}"], GOOD, "allow it with --allow-http"),
        (["--to", f"https://127.0.0.1/{TOKEN}"], GOOD, "only with --allow-private"),
        (["--since", "soon"], GOOD, "--since: 'soon' is no moment"),
        (["--leader", "!"], GOOD, "--leader:"),
        (["--group", "a b"], GOOD, "text that matches"),
        (["--mode", "batch"], GOOD, "'batch' is not one of"),
        ([], GOOD, "No broker is set"),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_do_and_without_secrets(
    tocsin: Callable[..., Any], arguments: list[str], variables: dict[str, str], why: str
) -> None:
    done = tocsin("forward", *arguments, **variables)
    assert done.code == 2
    assert why in " ".join(done.err.split())
    assert done.out == ""
    for secret in (TOKEN, SECRET, "hush"):
        assert secret not in done.err


def test_address_and_secrets_can_come_from_files_and_are_hidden_among_the_settings(
    tocsin: Callable[..., Any], tmp_path: Path
) -> None:
    files = {}
    for name, text in GOOD.items():
        (tmp_path / name).write_text(f"{text}\n", encoding="utf-8")
        files[f"{name}_FILE"] = str(tmp_path / name)
    # Read well: it is the broker that is missing.
    assert "No broker is set" in tocsin("forward", **files).err
    for arguments in (["config", "show"], ["config", "show", "--json"]):
        done = tocsin(*arguments, **GOOD, FORWARD_PREVIOUS_SECRET=SECRET)
        assert done.code == 0
        assert TOKEN not in done.out + done.err
        assert SECRET not in done.out + done.err
