"""Text of strangers made harmless before it is shown: nothing in it hides, turns or breaks."""

import re

NOTE = "\n[… {left:,} characters left out …]\n"
ELLIPSIS = "…"

# Controls (line feed and tab apart), marks that change the direction of writing, characters
# without width that can hide text, tags and variation selectors beyond the emoji's, and lone
# surrogates. The joiners U+200C and U+200D stay: several scripts cannot be written without them.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)


def visible(text: str) -> str:
    r"""Return a text in which every character that acts instead of showing is shown.

    Example:
        >>> visible("a\x00b\u202ec")
        'a⟨U+0000⟩b⟨U+202E⟩c'
    """
    return _HIDDEN.sub(lambda m: f"⟨U+{ord(m.group()):04X}⟩", text.replace("\r\n", "\n"))


def clipped(text: str, limit: int) -> str:
    r"""Return a text of about ``limit`` characters at most, with a note in place of its middle.

    The end is kept because that is where answers stand.

    Example:
        >>> clipped("0123456789" * 3, 9)
        '012345\n[… 21 characters left out …]\n789'
    """
    if len(text) <= limit:
        return text
    tail = limit // 3
    head = limit - tail
    return text[:head] + NOTE.format(left=len(text) - limit) + text[len(text) - tail :]


def label(text: str, limit: int = 120) -> str:
    """Return a name for one line: nothing hidden, no line break, of bounded length."""
    short = text if len(text) <= limit else text[: limit - 1] + ELLIPSIS
    return visible(short.replace("\n", " ").replace("\t", " "))
