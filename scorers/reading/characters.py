"""The characters of a response, brought to one form before anything is read.

A letter says the same whether it is plain, full-width, bold by Unicode or in a circle, and a quote
whether it is straight or typographic. Marks that nobody sees are dropped: a zero-width space
between a colon and an answer is no part of either. Nothing is made up here: no character becomes
another letter or figure than the one that a reader sees.
"""

import re
import unicodedata


def _same(first: int, last: int) -> dict[int, str]:
    """Return what characters of a block look like, as Unicode's compatibility forms have it."""
    return {code: unicodedata.normalize("NFKC", chr(code)) for code in range(first, last + 1)}


def _each(characters: str, becomes: str) -> dict[int, str]:
    return dict.fromkeys(map(ord, characters), becomes)


_DIGITS = {
    zero + figure: str(figure)
    for zero in (0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6,
                 0xD66, 0xE50, 0xED0, 0xF20, 0x1040, 0x17E0, 0x1810)
    for figure in range(10)
}  # fmt: skip
"""The decimal figures of other scripts."""
_CIRCLED = {
    first + i: chr(ord("A") + i) for first in (0x1F150, 0x1F170) for i in range(26)
}  # white letters in black circles and squares
_UNSEEN = [0xAD, 0x61C, 0x180E, 0x20E3, 0xFEFF, 0xFFFC, *range(0x200B, 0x2010),
           *range(0x202A, 0x202F), *range(0x2060, 0x2070), *range(0xFE00, 0xFE10),
           *range(0xE0000, 0xE0080)]  # fmt: skip
"""Zero-width marks, marks of direction and of variation, byte-order marks."""
_CONTROLS = [*range(9), *range(0x0E, 0x20), *range(0x7F, 0x85), *range(0x86, 0xA0)]

_TABLE: dict[int, str] = {
    **_same(0x1D400, 0x1D7FF),  # mathematical letters and figures
    **_same(0x2460, 0x24E9),  # letters and figures in circles and parentheses
    **_same(0x1F110, 0x1F149),  # letters in parentheses and squares
    **_CIRCLED,
    **_same(0xFF01, 0xFF5E),  # full-width forms
    **_DIGITS,
    **_each("‘’‚‛′´", "'"),
    **_each("“”„‟″«»「」『』", '"'),
    **_each("【〔〖〈", "["),
    **_each("】〕〗〉", "]"),
    **_each("‐‑−﹣", "-"),
    **_each("∶꞉", ":"),
    **_each("∕⁄", "/"),
    **_each("。", "."),
    **_each("、", ","),
    **_each("٪﹪", "%"),
    **_each("…", "..."),
    **_each("\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
            "\u202f\u205f\u3000", " "),
    **_each("\r\u2028\u2029\u0085\u000b\u000c", "\n"),
    **dict.fromkeys(_UNSEEN, ""),
    **dict.fromkeys(_CONTROLS, " "),
}  # fmt: skip
_HALF = re.compile("[\ud800-\udfff]")
_REPLACEMENT = "\ufffd"
_BREAK = re.compile(r"(?<=[\w.,])\u200b(?=\w)")
"""A zero-width space within a word or a figure, which parts it, so that none is made of two."""


def clean(text: str) -> str:
    r"""Return a text in plain characters, with line feeds alone between its lines.

    Half of a surrogate pair, which a token limit leaves of an emoji and no file can hold, becomes
    the replacement character.

    Example:
        >>> clean("\uff22\u200b \u201cno\u201d\r\n\u24d3")  # full-width, in a circle
        'B "no"\nd'
    """
    if not text.isascii():
        text = _HALF.sub(_REPLACEMENT, text)
        text = _BREAK.sub(" ", text)
    return text.replace("\r\n", "\n").translate(_TABLE)
