"""The rows of the SORT data sets: one closed model, because every form asks about an order."""

from typing import ClassVar, Literal

from pydantic import Field

from heptathlon.records import Id, Record

Form = Literal["order", "first", "middle", "before", "nearer", "told", "happened"]
Condition = Literal["text", "notext", "memory", "between"]

STANDARD, EXTENDED = (250, 1000, 2500), (10000, 20000)
"""Lengths of the texts in words, as the paper groups them (arXiv 2410.08133, code)."""
LENGTHS = STANDARD + EXTENDED
RUNGS = (50, 100, 250, 500, 1000, 2500, 10000, 20000)
"""Lengths of the chronicles in words: shorter ones too, from two events on."""
SEGMENTS = (20, 50)
"""Lengths of the quoted segments in words."""
DISTANCES = ("1 (nearest)", "2", "3", "4 (farthest)")
"""Names of the four distance bins; their edges in words follow from the length."""
PLACES = ("0-20 %", "20-40 %", "40-60 %", "60-80 %", "80-100 %")
"""Names of the fifths of a text, for the middle of the span that is asked about."""
ORDERED = ("order", "first", "told", "happened")
"""Forms that offer two of a kind and ask which is the earlier one, or the later."""
LABELS = (("A", "B", "C"), ("C", "D", "E"), ("F", "G", "H"))
"""What the options are called, from question to question: a habit of one letter decides nothing."""
WORDINGS = 3
"""Ways to put a question of the forms that are ``ORDERED``."""


class SortRecord(Record):
    """One question about the order of what a text tells.

    Attributes:
        form: ``order`` which of two events, in other words than the text's, is told first (or
            last); ``first`` which of two quoted segments comes first (or last); ``middle`` which of
            three events is told between the others; ``before`` whether X is told before or after Y;
            ``nearer`` which of two events is told at the smaller distance from a third; ``told``
            which of two events is told first, and ``happened`` which happened first, in a text that
            does not follow time.
        condition: ``text`` the text is in the prompt; ``notext`` the record has no text; ``memory``
            the record has the text, which a memory is given before, and the prompt has not;
            ``between`` the text is in the prompt, and other chronicles between it and the question.
        asked_id: what is asked, in whatever condition; the conditions share it.
        pair_id: the pair (or triple) that is asked about, in whatever order it is offered.
        title: title of the text.
        text: the text; empty where the condition is ``notext``.
        events: X and Y of ``before``, and the third event of ``nearer``; else empty.
        options: what is offered: segments, events or words.
        gold: index of the right option.
        asks: whether the ``first`` or the ``last`` of two is asked for; ``first`` in other forms.
        wording: number of the wording of the question, from 0.
        labels: what the options are called, one label an option; of ``before`` its options.
        between: the other chronicles, each with its title on its first line.
        others: number of the other chronicles.
        starts: word at which each of what is asked about begins, in the order of the text.
        words: number of words of the text, as blanks part them; of its characters in Chinese and
            Japanese.
        length: nominal length of the text in words, as text.
        rung: the same as a number: the rung of the ladder.
        segment: length of the quoted segments in words, or ``event`` where events are paraphrased.
        distance: bin of the distance between what is asked about, from start to start.
        place: fifth of the text in which the middle of the span that is asked about lies.
        agreement: in a text out of order, whether the two events are told in the order in which
            they happened (``same``) or not (``opposed``); else ``none``.
        source: the generator, the book or the file that the text is from.
    """

    ASKED: ClassVar[str] = "asked_id"

    form: Form
    condition: Condition
    asked_id: Id
    pair_id: Id
    title: str
    text: str
    events: list[str]
    options: list[str] = Field(min_length=2, max_length=3)
    gold: int = Field(ge=0, le=2)
    asks: Literal["first", "last"] = "first"
    wording: int = Field(default=0, ge=0, lt=WORDINGS)
    labels: list[str] = Field(min_length=2, max_length=3)
    between: list[str] = Field(default=[])
    others: int = 0
    starts: list[int]
    words: int = Field(ge=1)
    length: str
    rung: int = Field(ge=1)
    segment: str
    distance: str
    place: str
    agreement: Literal["same", "opposed", "none"]
    source: str


class SweepRecord(SortRecord):
    """An item of the paper's validation split, asked in one of the paper's prompts.

    Attributes:
        prompt: number of the prompt, as text so that results can be reported by it.
    """

    prompt: str
