"""A response, read: the turn, its reasoning, and the answer that it marks."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from heptathlon.scorers.reading.characters import clean
from heptathlon.scorers.reading.marks import MarkedAnswer, marked_answer, statements
from heptathlon.scorers.reading.turns import first_turn
from heptathlon.scorers.reading.wrapping import last_line, peeled, unwrapped

T = TypeVar("T")

_GOES_ON = re.compile(
    r"[?]|[.;!,]\s{1,3}[^\W\d_]{2}|\b(?:but|wait|let|because|since|or|hmm|maybe|perhaps|that|this)\b",
    re.IGNORECASE,
)
"""What shows that reasoning goes on behind an answer that it marks."""
ABOUT_ITSELF = re.compile(
    r"^[\W_]{0,8}(?:my )?(?:confidence|certainty|probability|uncertainty|margin|error|word count"
    r"|tokens?|time|step|page|figure|note)\b[^:=\n]{0,30}[:=]",
    re.IGNORECASE,
)
"""A line about the answer, or about something else, which is no answer."""
_TAKES_BACK = re.compile(
    r"\b(?:wait|actually|correction|oops|sorry|mistake|on second thought|scratch that|let me re\w*"
    r"|(?:that|this|it) (?:is|was) (?:wrong|incorrect|not right))\b|^no\b",
    re.IGNORECASE | re.MULTILINE,
)
"""What takes back an answer."""
_DENIES = re.compile(
    r"^\W*(?:no|wait|actually|sorry|oops)\b\W+(?:that|this|it)(?:['’]s| is| was)"
    r" (?:wrong|incorrect|not right|a mistake)\b",
    re.IGNORECASE | re.MULTILINE,
)
"""A line that calls the answer before it wrong."""
_REMARK = re.compile(r"\s?(?:,(?!\d)|[;(\[（【]|\s(?:or|not|instead)\b).*", re.DOTALL)
"""What is remarked of an answer behind it on its line."""
_OVER_LINES = re.compile(
    r"(?P<or>\bor)[^\S\n]{0,4}(?:\n[^\S\n]{0,4}){1,3}"
    r"|[^\S\n]{0,4}(?:\n[^\S\n]{0,4}){1,3}[`*_>~-]{0,4}[^\S\n]{0,2}(?=or\b)",
    re.IGNORECASE,
)
"""The break of a line in an alternative: its other side is no answer of its own."""
_JOINS = ("or", "and", "to", "through", "plus", "minus", "times", "versus", "out", "not")
"""Words behind which another answer, or another part of it, may follow on its line."""
_NO_WORDS = re.compile(r"[^\w)\]}>%°]+\Z")
LONGEST = 400
"""Characters of a line on which an answer is told from what is remarked of it."""
_CONFIRMS = re.compile(
    r"(?:indeed|still|therefore|thus|also)?\W{0,3}(?:correct|right|fine|good|valid|the same"
    r"|as (?:above|before|stated|given)|consistent|confirmed|unchanged|not? )",
    re.IGNORECASE,
)
"""What an answer is said to be when it is kept, or when another one is denied."""


class CutShort(str):
    """A response of which it is known that the token limit cut it off.

    What reaches the end of such a text is not whole, and is not read.
    """

    __slots__ = ()


class Unread(StrEnum):
    """Why an answer could not be read, in a word; no reader returns a value beside it."""

    NO_ANSWER = "no_answer"
    """Nothing was said."""
    TRUNCATED = "truncated"
    """The reply ends before its answer does: in its reasoning, or in the middle of a mark."""
    SEVERAL = "several"
    """Several things are named, so none is chosen."""
    DENIED = "denied"
    """Things are only said not to be the answer."""
    RANGE = "range"
    """A range or a bound, where one number is asked for."""
    OUT_OF_RANGE = "out_of_range"
    """A number that the scale does not have."""
    WORDS = "words"
    """Words for a number."""
    REFUSAL = "refusal"
    """The reply declines to answer."""
    UNREADABLE = "unreadable"
    """Something else than what was asked for."""
    UNCLEAR = "unclear"
    """It cannot be told whether the answer belongs to the reasoning or to an invented turn."""


@dataclass(frozen=True)
class Reading:
    r"""A response, read.

    Attributes:
        text: what the model said in its turn after its reasoning, without tokens and HTML.
        answer: the content of the last marked answer in ``text``, or else its last line that is
            not blank; without decoration such as stars, quotes and backticks round it.
        marked: whether the answer was marked: an ``ANSWER:`` line, ``<answer>``, ``\boxed{}``,
            JSON.
        truncated: whether the reply ends before its answer does, as far as that can be seen.
        listed: the contents of marks that follow one another with nothing between them, the last
            of which is ``answer``; without a mark ``answer`` alone.
        after: what stands behind a marked answer.
        cut: the unfinished line or word that the token limit is known to have left behind the text.
        unclear: whether reasoning cannot be told from an invented turn; then nothing is read.
    """

    text: str
    answer: str
    marked: bool
    truncated: bool
    listed: tuple[str, ...] = field(default=(), compare=False)
    after: str = field(default="", compare=False)
    cut: str = field(default="", compare=False)
    unclear: bool = field(default=False, compare=False)

    @property
    def silent(self) -> Unread | None:
        """Why there is nothing to read at all; None if there is something."""
        if self.truncated:
            return Unread.TRUNCATED
        if self.unclear:
            return Unread.UNCLEAR
        return None if self.text else Unread.NO_ANSWER

    @property
    def aside(self) -> bool:
        """Whether the last line only asks or speaks of the answer: "Wait, A?", "Confidence: 9"."""
        return self.answer.endswith("?") or ABOUT_ITSELF.search(self.answer) is not None

    @property
    def lines(self) -> list[str]:
        """The lines of the text that are not blank, each without what wraps it."""
        return [found for line in self.text.split("\n") if (found := peeled(line))]


def read(response: str, next_items: Sequence[str] = (), *, at_once: bool = False) -> Reading:
    r"""Read a response.

    Args:
        response: the model's text.
        at_once: whether the prompt ends where the answer is due. Then what stands on whole lines,
            or before the last word of the only one, counts although the limit is known to have cut
            off what followed it.
        next_items: what lines begin with where a prompt of the task, or the next item in it,
            begins: a base model that has answered goes on to invent further items.

    Example:
        >>> read("<think>ANSWER: U</think>So:\n**ANSWER: R D**").answer
        'R D'
        >>> read("ANSWER: R D<|im_end|>\n<|im_start|>user\nANSWER: L").answer
        'R D'
        >>> read("<think>Let me see. Going up is").truncated
        True
    """
    turn = first_turn(clean(response), next_items)
    known = isinstance(response, CutShort) and not turn.ended
    said = _OVER_LINES.sub(lambda m: f"{m['or'] or ''} ", unwrapped(turn.said))
    if turn.doubtful:
        return Reading("", "", marked=False, truncated=False, unclear=True)
    if turn.unended is not None:
        return _unended(turn.unended, said, known=known, ended=turn.ended)
    mark = marked_answer(said)
    if mark is None:
        whole = _before_cut(said) if known and at_once else "" if known else said
        last = last_line(whole)
        cut = said[len(whole) :].strip() if known else ""
        truncated = known and not whole
        return Reading(whole, last, marked=False, truncated=truncated, listed=(last,), cut=cut)
    if (mark.cut and not turn.ended) or (known and not mark.after):
        return Reading("", "", marked=False, truncated=True)
    return _marked(said, mark)


def _before_cut(said: str) -> str:
    """Return what of a cut text is whole: all lines but the last, or all words of the only one.

    Nothing is, where the one line breaks off at what may change its answer: a sign, or the
    beginning of a word that joins another answer to it.
    """
    if lines := said.rpartition("\n")[0].strip():
        return lines
    words, _, cut = said.rstrip().rpartition(" ")
    joins = any(word.startswith(cut.casefold()) for word in _JOINS)
    return "" if joins or not any(map(str.isalnum, cut)) else words.strip()


def _unended(thought: str, before: str, *, known: bool, ended: bool) -> Reading:
    """Read reasoning that was begun and never ended, and what was said before it.

    An answer that was marked before it counts. One in it counts only if nothing was said before it
    and it is marked, on a line of its own, and ends the response.
    """
    mark = marked_answer(before)
    if mark is not None:
        return _marked(before, mark)
    thought = unwrapped(thought)
    mark = marked_answer(thought)
    whole = mark is not None and mark.closes and not mark.cut and not known and not before.strip()
    if mark is not None and whole and not _GOES_ON.search(mark.content):
        return _marked(thought, mark)
    return Reading("", "", marked=False, truncated=not ended)


def _marked(said: str, mark: MarkedAnswer) -> Reading:
    return Reading(said, mark.content, marked=True, truncated=False, listed=mark.contents,
                   after=mark.after)  # fmt: skip


def reasoning(response: str, next_items: Sequence[str] = ()) -> str:
    """Return what a response says before its answer, within and after its reasoning tags.

    That is everything before the last marked answer; without one, everything before the last line,
    or all of it where the reasoning was begun and never ended.
    """
    turn = first_turn(clean(response), next_items)
    said = unwrapped(turn.said)
    if turn.unended is not None:
        shown = f"{said}\n{turn.unended}"
    elif (mark := marked_answer(said)) is not None:
        shown = said[: mark.start]
    else:
        shown = said.rpartition("\n")[0]
    return unwrapped(f"{turn.thought}\n{shown}")


def settled(
    reading: Reading,
    name: Callable[[str], T | Unread],
    whole: Callable[[str], T | Unread],
    nouns: Sequence[str] = (),
) -> T | Unread:
    """Return the one answer of a response, or why there is none.

    A marked answer counts, and nothing else does where one is marked, unless it is taken back in
    words behind the mark and another answer is given there without one; then neither counts. Marks
    that follow one another with nothing between them must agree. Without a mark, the last sentence
    that announces an answer counts; else the lines that are nothing but an answer, if they agree.

    Args:
        reading: the response.
        name: reads an answer from what was marked or announced.
        whole: reads a line that is nothing but an answer.
        nouns: what the family's answers are called besides "answer".
    """
    if (silent := reading.silent) is not None:
        return silent
    if reading.marked:
        value = agreed([name(content) for content in reading.listed])
        return Unread.SEVERAL if taken_back(reading, value, name, whole) else value
    stated = last_stated(reading, name, nouns)
    if not isinstance(stated, Unread):
        return stated
    values = [v for line in reading.lines if not isinstance(v := whole(line), Unread)]
    if values:
        return agreed(values)
    why = name(reading.answer)
    return why if isinstance(why, Unread) else Unread.UNREADABLE


def taken_back(
    reading: Reading,
    value: T | Unread,
    name: Callable[[str], T | Unread],
    whole: Callable[[str], T | Unread],
) -> bool:
    """Tell whether a marked answer is taken back behind its mark, and another one given there.

    One that is called wrong, with nothing given in its place, is taken back as well.

    Args:
        reading: the response.
        value: what was marked.
        name: reads an answer from what was announced.
        whole: reads a line that is nothing but an answer.
    """
    if not _TAKES_BACK.search(reading.after):
        return False
    announced = [name(s) for s in statements(reading.after) if not _CONFIRMS.match(s)]
    lines = [line for line in map(peeled, reading.after.split("\n")) if line]
    # Instead of the first answer another one is given, whatever is remarked of it on its line.
    heads = [
        _NO_WORDS.sub("", _REMARK.sub("", line))
        for line in lines
        if len(line) <= LONGEST and not _TAKES_BACK.search(line)
    ]
    alone = [v for v in map(whole, (*lines, *heads)) if not isinstance(v, Unread)]
    if any(other != value for other in (*announced, *alone)):
        return True
    return not announced and not alone and _DENIES.search(reading.after) is not None


def last_stated(
    reading: Reading, name: Callable[[str], T | Unread], nouns: Sequence[str] = ()
) -> T | Unread:
    """Return what the last sentence that announces an answer names; sentences without are passed.

    Args:
        reading: the response.
        name: reads an answer from what was announced.
        nouns: what the family's answers are called besides "answer".
    """
    for content in statements(reading.text, nouns):
        if not isinstance(found := name(content), Unread):
            return found
    return Unread.UNREADABLE


def agreed(values: Sequence[T | Unread]) -> T | Unread:
    """Return the last value if no other one differs from it; an unreadable one differs from none.

    Example:
        >>> agreed([1, Unread.UNREADABLE, 1]), agreed([1, 2])
        (1, <Unread.SEVERAL: 'several'>)
    """
    named = [v for v in values if not isinstance(v, Unread) or v is Unread.SEVERAL]
    if any(v != named[0] for v in named):
        return Unread.SEVERAL
    return values[-1]
