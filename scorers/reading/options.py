"""Which option, word or truth an answer names, if it names one and no other.

One rule for every event: a letter counts in either case where it stands alone, in brackets, before
a closing mark or behind a noun ("option b"); within a sentence only a capital does, and an ``A``
before a word is an article unless the word shows otherwise. What is said not to be the answer is
not named. Naming several things names none.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from heptathlon.scorers.reading.characters import clean
from heptathlon.scorers.reading.marks import DOUBT
from heptathlon.scorers.reading.response import Reading, Unread, settled
from heptathlon.scorers.reading.wrapping import peeled

YES, NO = "yes", "no"
LONGEST = 4_000
"""Characters of an answer that are looked at: no answer that names one thing is longer."""
ECHO = 2
"""Blanks in what stands after a label from which on it can only be the option's own beginning."""

_NOUNS = (
    r"(?:answer|option|choice|letter|segment|passage|event|statement|text|number|candidate|item"
    r"|excerpt|part|alternative)"
)
_OPENING, _CLOSING = "([{<\"'*`_-•– ", ")]}>\"'*`_.:,;! "
_LETTER = "[A-H]"
_EITHER = "[A-Ha-h]"
_REASON = re.compile(
    r"[\s.,;:)\]*-]{0,4}\b(?:because|since|as (?:it|the|this|that)|given|due to)\b", re.IGNORECASE
)
"""What begins an explanation, which may name what it likes."""
_AFTER_A = (
    r"or|and|because|is|was|are|comes?|came|happens?|happened|occurs?|occurred|appears?|appeared"
    r"|precedes?|preceded|since|first|describes?|takes?|took|would|should|must|then|but|nor|vs"
)
_MENTION = re.compile(
    rf"(?P<noun>\b{_NOUNS}s?\s{{1,3}}[(\[\"'*]{{0,3}}({_EITHER})(?![\w'-]))"
    rf"|\(({_EITHER})\)|\[({_EITHER})\]|\*\*({_EITHER})\*\*|\"({_EITHER})\""
    rf"|^[(\[\"'*]{{0,3}}({_EITHER})\s?[.):\]](?=\s|$)"
    rf"|(?<![\w'.-])(A(?! (?!(?:{_AFTER_A})\b)[a-z])|[B-H])(?![\w'-])",
    re.IGNORECASE,
)
_DENIAL = (
    r"(?:\b(?:not|never|neither|nor|cannot|without|unlike|excluding|excludes?|except|eliminated?"
    r"|eliminates|rejected?|rejects|rather than|instead of|ruled out|rules out|other than"
    r"|(?:wrong|incorrect|false) (?:answer|option|choice)s?)\b"
    r"|n't\b)"
)
_UNBELIEVED = (
    rf"(?:{DOUBT}|\b(?:nobody|no one)\b(?=\s+\w)"
    r"|(?:\b(?:not|never|hardly)|n't) (?:think|believe|say|claim|mean|suppose|suggest)s?\b)"
)
_DENIED = re.compile(
    rf"{_UNBELIEVED}[^.;!?\n,]{{0,200}}?(?=[.;!?\n,]|\bbut\b|$)"
    rf"|{_DENIAL}[^.;!?\n,]{{0,200}}?(?=[.;!?\n,]|\b(?:but|it's|it is|is (?!not))|$)",
    re.IGNORECASE,
)
"""A denial reaches to the end of its clause, and one of a belief over what is believed too."""
_WRONG = re.compile(
    rf"(?:\b{_NOUNS} )?[(\[\"'*]{{0,3}}\b{_EITHER}[)\]\"'*]{{0,3}}"
    r"(?: (?:is|was|are|were|would be|seems|cannot|can't|does|did|could)){0,2}"
    r"(?: (?:clearly|definitely|obviously|just|therefore|also)){0,1}"
    r"(?:n't| not| never| wrong| incorrect| false| impossible| out\b| ruled out| eliminated)"
    r"[^.;!?\n,]{0,80}",
    re.IGNORECASE,
)
_SET_OUT = re.compile(rf"[\W_]{{0,4}}({_LETTER})\s?[.):\]]\W{{0,4}}\w")
"""A line that sets out an option: its letter, a closing mark, and more."""
_UNDECIDED = re.compile(r"\b(?:or|and|either|both|neither|vs\.?)[\s.,]{0,3}$|^(?:either|both|or)\b",
                        re.IGNORECASE)  # fmt: skip

_OTHER_SIDE = re.compile(r"^[\W_]{0,8}(?:\([^()]{0,400}\)[\W_]{0,8}){0,3}or\b", re.IGNORECASE)


def undenied(text: str) -> str:
    """Return a text without what it denies, each time to the end of the clause.

    Example:
        >>> undenied("It is not Oslo, it is Rome.")
        'It is , it is Rome.'
    """
    return _DENIED.sub("", text)


def other_side(text: str) -> bool:
    """Tell whether a text is the second side of an alternative, whatever the first one is.

    Example:
        >>> other_side("or 40"), other_side("(I think) or no"), other_side("order")
        (True, True, False)
    """
    return _OTHER_SIDE.match(text) is not None


def option_in(text: str, said: Sequence[str], options: Sequence[str]) -> int | Unread:
    """Return the index of the option that an answer names, and no other.

    Args:
        text: what was marked or announced as the answer.
        said: what an answer says for each option: a letter, or a word such as ``before``.
        options: the options themselves.

    Example:
        >>> ask = ["A", "B"], ["the mill burns", "it rains"]
        >>> option_in("(b), because the mill burns later than A", *ask), option_in("A or B", *ask)
        (1, <Unread.SEVERAL: 'several'>)
        >>> option_in("It rains.", *ask), option_in("not A", *ask), option_in("B, not A", *ask)
        (1, <Unread.DENIED: 'denied'>, 1)
    """
    text = one_line(text)
    found = option_alone(text, said, options)
    if not isinstance(found, Unread) or found is Unread.SEVERAL:
        return found
    if any(len(label) > 1 for label in said):
        return _labelled(text, said)
    letter = letter_in(text, said)
    if letter is Unread.SEVERAL:
        return letter
    named = named_in(text, options)
    if isinstance(letter, Unread):
        if named is Unread.UNREADABLE or (letter is Unread.DENIED and isinstance(named, Unread)):
            return letter
        return named if isinstance(named, Unread) else options.index(named)
    index = list(said).index(letter)
    # A letter beside another option's words says two things at once.
    own = isinstance(named, Unread) or named == options[index] or _explained(text, letter)
    return index if own else Unread.SEVERAL


def chosen(reading: Reading, said: Sequence[str], options: Sequence[str]) -> int | Unread:
    """Return the index of the option that a reply chooses; see :func:`settled`.

    Lines that set out several options ("A: …" and "B: …") repeat the question, and choose none.
    """
    labels = {found[1] for line in reading.lines if (found := _SET_OUT.match(line))}

    def alone(line: str) -> int | Unread:
        if len(labels) > 1 and _SET_OUT.match(line):
            return Unread.UNREADABLE
        return option_alone(line, said, options)

    return settled(reading, lambda text: option_in(text, said, options), alone)


def option_alone(text: str, said: Sequence[str], options: Sequence[str]) -> int | Unread:
    """Return the option that a text is, and nothing else: its label, itself, or both."""
    text = one_line(text)
    if not bare(text):
        return Unread.NO_ANSWER
    for index, option in enumerate(options):
        if bare(text) == bare(option):
            return index
    rest = re.sub(rf"^[\W_]{{0,4}}{_NOUNS}\b\s{{0,3}}", "", text, flags=re.IGNORECASE)
    rest = (rest if bare(rest) else text).lstrip(_OPENING)
    for index, label in enumerate(said):
        if rest[: len(label)].casefold() != label.casefold():
            continue
        after = rest[len(label) :]
        if after and after[0] not in _CLOSING + "-–—=":
            continue
        after = bare(after.lstrip(_CLOSING + "-–—="))
        option = bare(options[index])
        if not after or after == option or (after.count(" ") >= ECHO and option.startswith(after)):
            return index
        if after in {bare(o) for o in options} or after in {x.casefold() for x in said}:
            return Unread.SEVERAL
    return Unread.UNREADABLE


def _labelled(text: str, said: Sequence[str]) -> int | Unread:
    """Read labels that are words: the answer must begin with one, and name no other."""
    words = {word.casefold() for word in re.findall(r"[^\W_]+", text)}
    named = [i for i, label in enumerate(said) if label.casefold() in words]
    if len(named) > 1:
        return Unread.SEVERAL
    first = re.match(r"[\W_]{0,4}([^\W_]+)", text)
    if named and first and first[1].casefold() == said[named[0]].casefold():
        return named[0]
    return Unread.UNREADABLE


def letter_in(text: str, letters: Sequence[str]) -> str | Unread:
    """Return the letter that an answer names as its choice, in upper case.

    Example:
        >>> letter_in("It is a tree, so (b)", "ABC"), letter_in("A red herring", "ABC").value
        ('B', 'unreadable')
    """
    text = one_line(text)
    if not text:
        return Unread.NO_ANSWER
    if (alone := re.fullmatch(rf"[\W_]{{0,6}}({_EITHER})[\W_]{{0,6}}", text)) is not None:
        letter = alone[1].upper()
        return letter if letter in letters else Unread.UNREADABLE
    first = _MENTION.match(text)
    if first and _letter_of(first) in letters and _REASON.match(text, first.end()):
        return _letter_of(first)
    if _UNDECIDED.search(text) or other_side(text):
        return Unread.SEVERAL
    denied = [m.span() for m in _DENIED.finditer(text)] + [m.span() for m in _WRONG.finditer(text)]
    named, refused = set(), False
    for found in _MENTION.finditer(text):
        letter = _letter_of(found)
        if not letter:
            continue
        if any(start <= found.start() < end for start, end in denied):
            refused = True
        else:
            named.add(letter)
    if len(named) > 1:
        return Unread.SEVERAL
    if not named:
        return Unread.DENIED if refused else Unread.UNREADABLE
    letter = named.pop()
    return letter if letter in letters else Unread.UNREADABLE


def _letter_of(found: re.Match[str]) -> str:
    """Return a mention's letter; empty if it is a small one that stands as a word of its own."""
    letter = next(group for group in found.groups()[1:] if group)
    if found.lastindex == len(found.groups()) and letter.islower():
        return ""
    return letter.upper()


def _explained(text: str, letter: str) -> bool:
    first = _MENTION.match(text)
    return bool(first and _letter_of(first) == letter and _REASON.match(text, first.end()))


def named_in(text: str, words: Sequence[str]) -> str | Unread:
    """Return the one of some words or phrases that stands in a text as a whole, and is not denied.

    Example:
        >>> named_in("It is far left.", ["left", "far left"]), named_in("not left", ["left"]).value
        ('far left', 'denied')
    """
    text = one_line(text).casefold()
    if other_side(text):
        return Unread.SEVERAL
    pattern, back = _words(tuple(words))
    denied = [m.span() for m in _DENIED.finditer(text)]
    named: dict[str, None] = {}
    refused = False
    for found in pattern.finditer(text):
        if any(start <= found.start() < end for start, end in denied):
            refused = True
        else:
            named[back[found[0]]] = None
    if len(named) > 1:
        return Unread.SEVERAL
    return next(iter(named), Unread.DENIED if refused else Unread.UNREADABLE)


@lru_cache(maxsize=1024)
def _words(words: tuple[str, ...]) -> tuple[re.Pattern[str], dict[str, str]]:
    """Return a pattern of whole words, longer ones first, and the word of each match."""
    back = {one_line(word).casefold(): word for word in words if word.strip()}
    wanted = "|".join(re.escape(word) for word in sorted(back, key=len, reverse=True)) or r"(?!)"
    # A figure is no part of a longer one, nor of a decimal fraction.
    return re.compile(rf"(?<![\w-])(?<!\d[.,])(?:{wanted})(?![\w-])(?![.,]\d)"), back


# --- yes and no ----------------------------------------------------------------------------------

_TRUTHS = re.compile(
    r"(?P<not>\b(?:not|never|isn't|wasn't|hardly|cannot be|can't be) (?:\w+ly )?)?"
    r"\b(?P<word>yes|no|true|false|untrue)\b",
    re.IGNORECASE,
)
_ALONE = {
    **dict.fromkeys(
        ("y", "yes", "true", "correct", "right", "yep", "yeah", "ja", "wahr", "richtig", "oui",
         "vrai", "sí", "si", "verdadero", "sim", "да", "evet", "نعم", "是", "是的", "对", "正确",
         "真", "はい", "예", "네"),
        YES,
    ),
    **dict.fromkeys(
        ("n", "no", "false", "incorrect", "wrong", "nope", "nein", "falsch", "non", "faux", "falso",
         "não", "нет", "hayır", "لا", "否", "不是", "不", "错误", "假", "いいえ",
         "아니요", "아니오"),
        NO,
    ),
}  # fmt: skip
"""Words that are a whole answer; within a sentence only yes, no, true and false are looked for."""


def truth_in(text: str) -> str | Unread:
    """Return ``yes`` or ``no``, if an answer says one of them and not the other.

    Example:
        >>> truth_in("Yes, it is."), truth_in("not true"), truth_in("There is no doubt: yes").value
        ('yes', 'no', 'several')
    """
    text = one_line(text)
    outside = re.sub(r"\([^()]{0,40}\)", "", text) if "(" in text else text
    alone = [bare(part) for part in (text, outside)]
    found = {_ALONE[part] for part in alone if part in _ALONE}
    gloss = re.search(r"\(([^()]{1,40})\)", text)
    if found and gloss and _ALONE.get(bare(gloss[1]), next(iter(found))) not in found:
        return Unread.SEVERAL
    if found:
        return found.pop()
    if other_side(text):
        return Unread.SEVERAL
    if re.search(r"\b(?:wrong|incorrect|false) answer\b", text, re.IGNORECASE):
        return Unread.DENIED
    said: set[str | Unread] = set()
    for match in _TRUTHS.finditer(text):
        word = match["word"].lower()
        truth = YES if word in {"yes", "true"} else NO
        if not match["not"]:
            said.add(truth)
        else:
            # "not true" is false; "not false", "not yes" and "not no" say nothing sure.
            said.add(NO if word == "true" else Unread.DENIED)
    if len(said) != 1:
        return Unread.SEVERAL if said else Unread.UNREADABLE
    return said.pop()


def truth_alone(line: str) -> str | Unread:
    """Return the truth that a line is, and nothing else."""
    return _ALONE.get(bare(line), Unread.UNREADABLE)


def letter_alone(line: str, letters: Sequence[str]) -> str | Unread:
    """Return the letter that a line is, and nothing else but brackets or a noun."""
    found = option_alone(line, letters, [""] * len(letters))
    return found if isinstance(found, Unread) else letters[found]


def bare(text: str) -> str:
    """Return a text without case, blanks and marks at its ends."""
    return " ".join(clean(text).split()).strip(_OPENING + _CLOSING).casefold()


def one_line(text: str) -> str:
    """Return the answer's text in plain characters on one line, without what wraps it."""
    return " ".join(peeled(clean(text[:LONGEST])).split())
