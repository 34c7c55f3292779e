"""`python -m tools.reference`: write the generated parts of every page again (`make reference`)."""

from pathlib import Path

from tools.reference.parts import PICTURES, named, renewed

ROOT = Path(__file__).parents[2]


def main() -> None:
    """Renew every page that has a generated part and every picture, and say which changed."""
    written = {ROOT / name: draw() for name, draw in PICTURES.items()}
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        page = path.read_text(encoding="utf-8")
        if not named(page):
            continue
        written[path] = renewed(page)
    for path, text in written.items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            print(f"{path.relative_to(ROOT)}: renewed")


if __name__ == "__main__":
    main()
