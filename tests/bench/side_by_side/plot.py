# SPDX-License-Identifier: Apache-2.0
"""Bars as SVG: CPU microseconds of a request."""

from xml.sax.saxutils import escape

_ROW, _BAR, _LEFT, _WIDTH = 26, 16, 260, 720
_COLORS = {"none": "#7f8c8d", "openidc": "#c0792a"}
_OURS = "#2a6fb0"


def _color(name):
    return _COLORS.get(name.partition("-")[0], _OURS)


def bars(rows, title, unit):
    """rows: (name, label, value). Text and grid take the color of the page, light or dark."""
    top = 44
    height = top + _ROW * len(rows) + 14
    scale = (_WIDTH - _LEFT - 80) / max(value for _, _, value in rows)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" '
             f'width="{_WIDTH}" height="{height}" role="img" font-family="sans-serif" font-size="13">',
             f"<title>{escape(title)}</title>",
             "<style>text{fill:#222}@media(prefers-color-scheme:dark){text{fill:#ddd}}</style>",
             f'<text x="8" y="24" font-size="15">{escape(title)}</text>']
    for number, (name, label, value) in enumerate(rows):
        y = top + number * _ROW
        width = value * scale
        parts += [f'<text x="{_LEFT - 8}" y="{y + 13}" text-anchor="end">{escape(label)}</text>',
                  f'<rect x="{_LEFT}" y="{y}" width="{width:.1f}" height="{_BAR}" fill="{_color(name)}"/>',
                  f'<text x="{_LEFT + width + 6:.1f}" y="{y + 13}">{value:.1f} {escape(unit)}</text>']
    return "\n".join([*parts, "</svg>", ""])
