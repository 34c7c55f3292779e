"""Writes boxes, arrows and text as SVG. It needs no font or style from elsewhere."""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

_FONT = "system-ui, 'DejaVu Sans', Helvetica, Arial, sans-serif"
_BOX_HEIGHT = 30.0


@dataclass(frozen=True, slots=True)
class Box:
    """A box with a name, by its centre."""

    name: str
    x: float
    y: float
    width: float
    fill: str

    @property
    def top(self) -> float:
        """Return where arrows from above end."""
        return self.y - _BOX_HEIGHT / 2

    @property
    def bottom(self) -> float:
        """Return where arrows downwards begin."""
        return self.y + _BOX_HEIGHT / 2

    def drawn(self) -> str:
        """Return the box as SVG."""
        return (
            f'<rect x="{self.x - self.width / 2:.1f}" y="{self.top:.1f}" width="{self.width:.1f}"'
            f' height="{_BOX_HEIGHT:g}" rx="5" fill="{self.fill}" stroke="#52606d"/>'
            f'<text x="{self.x:.1f}" y="{self.y + 4.5:.1f}" text-anchor="middle">'
            f"{escape(self.name)}</text>"
        )


def arrow(start: tuple[float, float], end: tuple[float, float], *, sideways: bool = False) -> str:
    """Return a curved arrow, which leaves and arrives upright or, with `sideways`, level."""
    (x1, y1), (x2, y2) = start, end
    if sideways:
        bend = (x2 - x1) / 2
        path = f"M{x1:.1f},{y1:.1f} C{x1 + bend:.1f},{y1:.1f} {x2 - bend:.1f},{y2:.1f}"
    else:
        bend = (y2 - y1) / 2
        path = f"M{x1:.1f},{y1:.1f} C{x1:.1f},{y1 + bend:.1f} {x2:.1f},{y2 - bend:.1f}"
    return f'<path d="{path} {x2:.1f},{y2:.1f}" marker-end="url(#end)"/>'


def label(text: str, x: float, y: float) -> str:
    """Return a heading."""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="middle" font-weight="600" fill="#52606d">'
        f"{escape(text)}</text>"
    )


def picture(title: str, width: float, height: float, parts: Iterable[str]) -> str:
    """Return a whole picture: its arrows go below its boxes in the order that is given."""
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" role="img">\n'
        f"<title>{escape(title)}</title>\n"
        '<defs><marker id="end" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7"'
        ' markerHeight="7" orient="auto"><path d="M0,0 L8,4 L0,8 z" fill="#7b8794"/></marker>'
        "</defs>\n"
        f'<rect width="{width:g}" height="{height:g}" fill="#ffffff"/>\n'
        f'<g font-family="{_FONT}" font-size="13" fill="#1f2933">\n{body}\n</g>\n</svg>\n'
    )


def arrows(parts: Iterable[str]) -> str:
    """Return arrows in one style."""
    return '<g fill="none" stroke="#7b8794" stroke-width="1.1">\n' + "\n".join(parts) + "\n</g>"
