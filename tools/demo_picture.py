"""The README's picture: a real run of the demo, rendered as a terminal.

    .venv/bin/python tools/demo_picture.py      writes docs/images/demo.svg

Owns the choice of lines: the beginning, the alerts about `SHOWN`, the summary. A dim line says how
many alerts are left out between them. Nothing is drawn or reworded, and the picture needs no font
or style sheet from elsewhere.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

OUT = Path(__file__).parents[1] / "docs/images/demo.svg"
COLUMNS = 104
# One alert that praises, one that blames, and one meeting.
SHOWN = ("sentiment  Xi Jinping", "sentiment  Karol Nawrocki", "encounter  Emmanuel Macron")
THEME = TerminalTheme(
    (16, 20, 28),
    (214, 219, 229),
    [
        (16, 20, 28),
        (214, 66, 82),
        (126, 197, 124),
        (229, 183, 92),
        (108, 160, 240),
        (190, 140, 220),
        (90, 190, 200),
        (214, 219, 229),
    ],
)
HEADING = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC +(LOW|MEDIUM|HIGH) +(\w+)")
END = "The first alert came"
FONTS = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace"


def recorded() -> list[Text]:
    """Run the demo as a terminal of this width would show it, and give its lines."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TOCSIN_")}
    done = subprocess.run(
        [sys.executable, "-m", "streams", "demo", "--exit"],
        env={**kept, "COLUMNS": str(COLUMNS), "FORCE_COLOR": "1", "TERM": "xterm-256color"},
        stdout=subprocess.PIPE,
        check=True,
    )
    return [Text.from_ansi(line) for line in done.stdout.decode().splitlines()]


def blocks(lines: Sequence[Text]) -> Iterator[list[Text]]:
    """Part the lines: what comes before the first alert, each alert, and the summary."""
    block: list[Text] = []
    for line in lines:
        if HEADING.match(line.plain) or line.plain.startswith(END):
            yield block
            block = []
        block.append(line)
    yield block


def chosen(lines: Sequence[Text]) -> list[Text]:
    """Choose the blocks that are shown."""
    beginning, *alerts, summary = blocks(lines)
    shown = beginning
    left_out = 0
    for alert in alerts:
        if any(about in alert[0].plain for about in SHOWN):
            shown += [*_gap(left_out), *alert]
            left_out = 0
        else:
            left_out += 1
    return [*shown, *_gap(left_out), *summary]


def _gap(count: int) -> list[Text]:
    more = "alert" if count == 1 else "alerts"
    return [Text(f"  ⋯ {count} more {more} ⋯", "dim"), Text()] if count else []


def render(lines: Sequence[Text]) -> str:
    """Render the lines as a terminal."""
    console = Console(record=True, width=COLUMNS, file=StringIO(), color_system="truecolor")
    for line in lines:
        console.print(line, soft_wrap=True, highlight=False)
    svg = console.export_svg(title="make demo", theme=THEME, unique_id="tocsin")
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    return re.sub(r"font-family: (Fira Code, monospace|arial)", f"font-family: {FONTS}", svg)


if __name__ == "__main__":
    OUT.write_text(render(chosen(recorded())), encoding="utf-8")
