"""The colours that text stands in can be told apart by those who see less (WCAG 2.1, AA)."""

import re
from importlib.resources import files

import pytest

STYLE = files("streams.page").joinpath("files/style.css").read_text("utf-8")
TEXT = 4.5
GRAPHICS = 3.0
PAIRS = [
    *(
        (ink, sheet, TEXT)
        for ink in ("ink", "soft", "link")
        for sheet in ("paper", "sheet", "sunk")
    ),
    *((one, f"{one}-sheet", TEXT) for one in ("high", "medium", "low", "good")),
    *((one, "sheet", TEXT) for one in ("negative", "positive", "high", "medium", "low")),
    *(("ink", f"{one}-sheet", TEXT) for one in ("negative", "positive", "named")),
    ("sheet", "ink", TEXT),
    ("soft", "named-sheet", TEXT),
    ("strong-line", "sheet", GRAPHICS),
    ("strong-line", "paper", GRAPHICS),
    ("focus", "sheet", GRAPHICS),
    ("focus", "paper", GRAPHICS),
]


def colours(scheme: str) -> dict[str, str]:
    light, dark = re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", light))
    return (
        found
        if scheme == "light"
        else found | dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", dark))
    )


def luminance(colour: str) -> float:
    def linear(channel: int) -> float:
        share = channel / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(int(colour[at : at + 2], 16)) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "sheet", "least"), PAIRS)
def test_contrast(scheme: str, ink: str, sheet: str, least: float) -> None:
    of = colours(scheme)
    low, high = sorted(luminance(of[name]) for name in (ink, sheet))
    assert (high + 0.05) / (low + 0.05) >= least


def test_every_colour_of_the_light_is_thought_of_in_the_dark() -> None:
    assert set(colours("light")) == set(colours("dark"))
    dark = re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)[1]
    for name in colours("light"):
        assert f"--{name}:" in dark, name
