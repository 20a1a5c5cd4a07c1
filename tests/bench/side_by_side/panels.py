# SPDX-License-Identifier: Apache-2.0
"""Lines as SVG: what grows with the number of processes, in panels side by side."""

from math import log2
from xml.sax.saxutils import escape

_WIDTH, _HEIGHT = 400, 250
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 22, 74, 34
_LEGEND_ROW = 20
_STYLE = ("<style>text{fill:#222}.grid{stroke:#888;stroke-opacity:.35}"
          "@media(prefers-color-scheme:dark){text{fill:#ddd}}</style>")


def _step(highest):
    """Of the grid: 1, 2 or 5 of a power of ten, four to nine of them."""
    step = 10 ** len(str(int(highest * 1000))) / 1000
    for part in (0.5, 0.4, 0.5) * 12:
        if highest / step >= 4:
            break
        step *= part
    return step


class _Panel:
    def __init__(self, left, title, series):
        self._left, self._title, self._series = left + _LEFT, title, series
        self._xs = sorted({x for line in series for x in line.points})
        highest = max(y for line in series for y in line.points.values())
        self._step = _step(highest)
        self._top_value = self._step * (int(highest / self._step) + 1)

    def _x(self, x):
        low, high = log2(self._xs[0]), log2(self._xs[-1])
        return self._left + (_WIDTH - _LEFT - _RIGHT) * ((log2(x) - low) / (high - low) if high > low else 0.5)

    def _y(self, y):
        return _TOP + (_HEIGHT - _TOP) * (1 - y / self._top_value)

    def _grid(self):
        right = self._x(self._xs[-1])
        for number in range(round(self._top_value / self._step) + 1):
            value = number * self._step
            y = self._y(value)
            yield f'<line class="grid" x1="{self._left}" x2="{right:.1f}" y1="{y:.1f}" y2="{y:.1f}"/>'
            yield f'<text x="{self._left - 6}" y="{y + 4:.1f}" text-anchor="end">{value:.6g}</text>'
        for x in self._xs:
            yield f'<text x="{self._x(x):.1f}" y="{_HEIGHT + 18}" text-anchor="middle">{x}</text>'

    def svg(self):
        yield f'<text x="{self._left - _LEFT + 8}" y="{_TOP - 18}">{escape(self._title)}</text>'
        yield from self._grid()
        for line in self._series:
            places = [(self._x(x), self._y(y)) for x, y in sorted(line.points.items())]
            dash = ' stroke-dasharray="5 4"' if line.dashed else ""
            yield (f'<polyline fill="none" stroke="{line.color}" stroke-width="2"{dash} points="'
                   + " ".join(f"{x:.1f},{y:.1f}" for x, y in places) + '"/>')
            yield from (f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{line.color}"/>' for x, y in places)


class Line:
    """points: {number of processes: value}."""

    def __init__(self, label, color, points, dashed=False):
        self.label, self.color, self.points, self.dashed = label, color, points, dashed


def draw(title, panels):
    """panels: [(title, [Line, …])]. Lines of one label are the same thing in each panel; the legend names it once."""
    legend = {line.label: line for _, series in panels for line in series}
    height, width = _HEIGHT + 34 + _LEGEND_ROW * len(legend), _WIDTH * len(panels)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
             f'width="{width}" height="{height}" role="img" font-family="sans-serif" font-size="13">',
             f"<title>{escape(title)}</title>", _STYLE, f'<text x="8" y="24" font-size="15">{escape(title)}</text>']
    for number, (name, series) in enumerate(panels):
        parts += _Panel(number * _WIDTH, name, series).svg()
    for number, line in enumerate(legend.values()):
        y = _HEIGHT + 40 + number * _LEGEND_ROW
        dash = ' stroke-dasharray="5 4"' if line.dashed else ""
        parts += [f'<line x1="{_LEFT}" x2="{_LEFT + 30}" y1="{y}" y2="{y}" stroke="{line.color}" '
                  f'stroke-width="2"{dash}/>',
                  f'<text x="{_LEFT + 38}" y="{y + 4}">{escape(line.label)}</text>']
    return "\n".join([*parts, "</svg>", ""])
