"""Signatures are those of the Standard Webhooks, and no error shows a secret."""

import base64

import pytest

from streams.forward.sinks.signing import key_of, signatures

# The example that libraries of the Standard Webhooks are tested with.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105
MESSAGE = ("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_signature_is_the_one_that_others_make() -> None:
    assert signatures([key_of(SECRET)], *MESSAGE) == SIGNATURE


def test_with_two_secrets_there_are_two_signatures_the_new_one_first() -> None:
    new = b"n" * 24
    both = signatures([new, key_of(SECRET)], *MESSAGE)
    assert both == f"{signatures([new], *MESSAGE)} {SIGNATURE}"


@pytest.mark.parametrize("change", [("other", *MESSAGE[1:]), (MESSAGE[0], 1, MESSAGE[2])])
def test_id_and_time_are_signed_too(change: tuple[str, int, bytes]) -> None:
    assert signatures([key_of(SECRET)], *change) != SIGNATURE


@pytest.mark.parametrize("length", [24, 32, 64])
def test_a_secret_has_24_to_64_bytes(length: int) -> None:
    encoded = base64.b64encode(b"k" * length).decode()
    assert key_of(f" whsec_{encoded}\n") == b"k" * length


@pytest.mark.parametrize(
    ("secret", "why"),
    [
        ("hush-hush-hush-hush-hush-hush", "it does not begin with whsec_"),
        ("whsec_hush!", "what follows whsec_ is not base64"),
        ("whsec_aHVzaA==", "it holds 4 bytes; 24 to 64 are needed"),
        ("whsec_" + base64.b64encode(b"h" * 65).decode(), "it holds 65 bytes"),
    ],
)
def test_what_is_no_secret_is_refused_without_being_shown(secret: str, why: str) -> None:
    with pytest.raises(ValueError, match=r"^it |^what ") as refused:
        key_of(secret)
    assert str(refused.value).startswith(why)
    assert secret.removeprefix("whsec_") not in str(refused.value)
    assert refused.value.__cause__ is None
