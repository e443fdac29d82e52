"""Text of strangers made harmless before it is shown: nothing in it hides, turns or breaks."""

import re
import unicodedata
from collections.abc import Iterable

NOTE = "\n[… {left:,} characters left out …]\n"
ELLIPSIS = "…"

# Controls (line feed and tab apart), marks that change the direction of writing, characters
# without width that can hide text, letters that are blank (the fillers of Hangul, Khmer's inherent
# vowels, the empty pattern of Braille), tags and variation selectors beyond the emoji's, and lone
# surrogates. The joiners U+200C and U+200D stay: several scripts cannot be written without them.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\u2800\u3164\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
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


MARKS = 2
"""Combining marks in a row that a name may have: Vietnamese needs two on a letter."""
BADGES = ("rerun", "rescored", "wellformed", "confirmed", "maintainer")
"""Words of the board's own badges."""
CLAIMING = (*BADGES, "verified", "official", "checked", "certified", "heptathlon")
"""Words by which a name would pass for a badge."""
_ALPHABETS = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC")
"""Alphabets whose letters look like one another's."""


def claims(text: str, words: Iterable[str] = CLAIMING) -> bool:
    """Tell whether a text holds a word by which it would pass for a badge.

    Example:
        >>> claims("float32, re-run by us"), claims("Observation:")
        (True, False)
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    bare = "".join(c for c in plain if c.isalnum())
    return any(word in bare for word in words)


def look_of(name: str) -> str:
    """Return why a person's or a group's name cannot be shown as one; empty if it can.

    Args:
        name: a name, or nothing.

    Example:
        >>> look_of("Zoë of the Lab"), look_of("re-run by the maintainers")
        ('', 'says what only a badge may say')
    """
    if not name:
        return ""
    plain = unicodedata.normalize("NFKC", name)
    if plain != unicodedata.normalize("NFC", name):
        return "holds letters of another form; write it in plain ones"
    marks = 0
    for character in unicodedata.normalize("NFD", name):
        kind = unicodedata.category(character)
        marks = marks + 1 if kind.startswith("M") else 0
        if marks > MARKS:
            return "holds too many marks on a letter"
        if kind[0] not in "LMN" and character not in " .,'\u2019&()+-_@/:":
            return f"holds U+{ord(character):04X}, which is no part of a name"
    if unicodedata.category(name[0]).startswith("M"):
        return "begins with a mark that stands on no letter"
    if unicodedata.category(name[0])[0] not in "LN":
        # A spreadsheet would compute what begins with some of the others.
        return "begins with no letter"
    if not any(unicodedata.category(c)[0] in "LN" for c in name):
        return "holds no letter"
    for word in name.split():
        if len({_alphabet(c) for c in word} - {""}) > 1:
            return "mixes alphabets whose letters look alike"
    if claims(name):
        return "says what only a badge may say"
    return ""


def _alphabet(character: str) -> str:
    first = unicodedata.name(character, "").split(" ")[0]
    return first if first in _ALPHABETS else ""
