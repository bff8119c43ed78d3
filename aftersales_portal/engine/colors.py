"""How well a colour can be read. Pure Python: text in, numbers and text out.

As WCAG 2.1 defines relative luminance and contrast ratio; its success criterion 1.4.3
asks for 4.5:1 between text and what is behind it.
"""

import re

LEGIBLE = 4.5
WHITE, BLACK = "#ffffff", "#000000"
HEX = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})")


def read_color(text):
    """Return a colour as ``#rrggbb``, or "" for what is none.

    >>> read_color("#FA0"), read_color(" #ffaa00 "), read_color("red;"), read_color(None)
    ('#ffaa00', '#ffaa00', '', '')
    """
    text = text.strip().lower() if isinstance(text, str) else ""
    if not HEX.fullmatch(text):
        return ""
    return text if len(text) == 7 else "#" + "".join(2 * sign for sign in text[1:])


def get_parts(color):
    """Return red, green and blue of ``#rrggbb``, 0 to 255.

    >>> get_parts("#ffaa00")
    (255, 170, 0)
    """
    return tuple(bytes.fromhex(color[1:]))


def get_contrast(color, other=WHITE):
    """Return the contrast of two colours ``#rrggbb``, 1 to 21.

    >>> get_contrast("#000000"), get_contrast("#ffffff")
    (21.0, 1.0)
    """
    darker, lighter = sorted(map(_get_luminance, (color, other)))
    return (lighter + 0.05) / (darker + 0.05)


def _get_luminance(color):
    red, green, blue = map(_get_linear, get_parts(color))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _get_linear(part):
    part /= 255
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def get_text_color(color):
    """Return white or black: what is read better on a colour.

    >>> get_text_color("#ffaa00"), get_text_color("#714b67")
    ('#000000', '#ffffff')
    """
    return max(WHITE, BLACK, key=lambda text: get_contrast(text, color))
