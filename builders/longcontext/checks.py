"""What is held of every text when it is built: nothing but reading it tells the answer."""

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache

from heptathlon.builders.longcontext import haystack
from heptathlon.builders.longcontext.links import TABLES
from heptathlon.builders.longcontext.units import NOBODY, Unit
from heptathlon.builders.longcontext.words import FAMILY_NAMES, GIVEN, VALUES
from heptathlon.errors import HeptathlonError
from heptathlon.lexical import tokens

FUNCTION = frozenset(
    ["a", "an", "and", "are", "as", "at", "been", "by", "for", "from", "had", "has", "have", "in",
     "is", "it", "of", "on", "or", "some", "that", "the", "to", "was", "which", "who", "with"]
)  # fmt: skip
"""Words that say nothing by themselves; all facts of a text share those of their template."""
STEM = 4
"""Words that begin with the same so many letters count as of one stem."""


def stems(text: str) -> set[str]:
    """Return the stems of a text's words that say something.

    Example:
        >>> sorted(stems("She works at the farms"))
        ['farm', 'she', 'work']
    """
    return {_stem(word) for word in tokens(text)} - {_stem(word) for word in FUNCTION}


def _stem(word: str) -> str:
    return word.removesuffix("s")[:STEM] if len(word) >= STEM else word


@cache
def check_words() -> None:
    """Hold that no name, value or link is part of another one, or of what a chronicle can say.

    Raises:
        HeptathlonError: if one is.
    """
    hay = haystack.vocabulary()
    hidden = [*GIVEN, *FAMILY_NAMES, *(value for values in VALUES.values() for value in values)]
    small = [word.lower() for word in hidden]
    sides = [side for table in TABLES.values() for link in table.links.items() for side in link]
    for word in [*small, *map(_bare, sides)]:
        if word in hay:
            raise HeptathlonError(f"longcontext: {word!r} is part of what a chronicle says.")
    for word in small:
        if sum(word in other for other in small) > 1:
            raise HeptathlonError(f"longcontext: {word!r} is part of another name or value.")
    for name, table in TABLES.items():
        told = [t.format(who="", told=link) for t in table.tells for link in table.links]
        asked = [a.format(asked=link) for a in table.asks for link in table.links.values()]
        shared = set().union(*map(stems, told)) & set().union(*map(stems, asked))
        if shared:
            raise HeptathlonError(f"longcontext: {name}: facts and questions share {shared}.")


def _bare(side: str) -> str:
    return re.sub(r"^(?:the|an?) ", "", side.lower())


def check_unit(form: str, unit: Unit) -> None:
    """Hold what a form promises of its facts and questions.

    Raises:
        HeptathlonError: if a count or a shared word tells an answer.
    """
    for one in unit.asked:
        if one.asks == "days":
            continue
        named = mentions(unit.told, one.values or [o for o in one.options if o != NOBODY])
        if len(set(named.values())) != 1 or 0 in named.values():
            raise HeptathlonError(f"longcontext: {form}: options are named {dict(named)} times.")
        if form not in ("latent", "absent", "rare"):
            continue
        if any(stems(one.text) & stems(told) for told in unit.told):
            raise HeptathlonError(f"longcontext: {form}: a fact shares a stem with {one.text!r}.")


def mentions(told: Sequence[str], options: Sequence[str]) -> Counter[str]:
    """Return how often the facts name each option."""
    found = {o: re.compile(rf"\b{re.escape(o)}\b") for o in options}
    return Counter({o: sum(len(found[o].findall(fact)) for fact in told) for o in options})
