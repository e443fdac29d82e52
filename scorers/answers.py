"""What a short answer names, read so that naming several things names none.

Published scorers accept a gold string within any word and the article "a" as option A; here a word
counts as a whole, a letter as an option, and only if it is the only one.
"""

import re
from collections.abc import Sequence

from heptathlon.scorers.chain import same

YES, NO = "yes", "no"

_TRUTH = re.compile(r"\b(?:yes|no|true|false)\b")
# An A before a word is an article, unless the word shows that the letter was meant.
_THE_LETTER = r"(A(?! (?!or\b|and\b|because\b|is\b)[a-z])|[B-H])"
_OPTION = re.compile(rf"(?:^|\b[Oo]ption\s|\bis\s|[(\[]){_THE_LETTER}(?=[\s.,:;)\]]|$)")
_ANY_LETTER = re.compile(rf"(?<![\w']){_THE_LETTER}(?![\w'])")


def one_truth(text: str) -> tuple[bool, str]:
    """Return whether yes or no is said at all, and which; empty if both are."""
    said = {word in (YES, "true") for word in _TRUTH.findall(text.lower())}
    if len(said) != 1:
        return bool(said), ""
    return True, YES if said.pop() else NO


def one_letter(text: str, letters: str) -> tuple[bool, str]:
    """Return whether several options are named by letter, and the one that is; else empty."""
    if len({x for x in _ANY_LETTER.findall(text) if x in letters}) > 1:
        return True, ""
    named = {x for x in _OPTION.findall(text) if x in letters}
    return False, named.pop() if len(named) == 1 else ""


def only(found: Sequence[str]) -> str:
    """Return what was found if it is one thing, however often; empty otherwise."""
    return found[0] if found and all(same(found[0], f) for f in found) else ""
