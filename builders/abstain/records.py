"""The rows of the abstain sets: a passage, a question, and whether the one answers the other."""

from typing import Literal

from pydantic import Field

from heptathlon.records import Id, Record

FAMILY = "abstain"
Form = Literal["told", "untold", "choice", "priced"]
Kind = Literal["missing", "negated", "ambiguous", "swapped", "premise"]
Edit = Literal["passage", "question"]


class AbstainRecord(Record):
    """One of two twins: the text answers one of them, and not the other.

    Attributes:
        form: ``told``: the word for no answer is told; ``untold``: it is not; ``choice``: it is one
            of four options; ``priced``: a wrong answer has a stated price.
        pair_id: what the twins share.
        kind: why one of them has no answer.
        edit: what the twins differ in: one sentence or one name of the passage, or one word, name
            or value of the question.
        hops: 1 if the question names whom it asks about, 2 if it names a pupil of theirs.
        people: people of the passage.
        attribute: what is asked for.
        wording: which of the three wordings the instruction has.
        price: of the form ``priced``: the confidence from which on answering pays; else empty.
        sentences: the passage.
        text: the question.
        answerable: whether the passage answers it.
        answer: the right answer, ``NOT_STATED`` included.
        trap: an answer of the right type that the passage names and that is wrong.
        values: answers of the type that are read as such, those of the passage among them.
        options: the options of the form ``choice``; else none.
        gold: index of the right option; -1 without options.
    """

    form: Form
    pair_id: Id
    kind: Kind
    edit: Edit
    hops: int = Field(ge=1, le=2)
    people: int = Field(ge=4)
    attribute: str
    wording: int = Field(ge=0)
    price: Literal["", "0", "0.5", "0.75"] = ""
    sentences: tuple[str, ...]
    text: str
    answerable: bool
    answer: str
    trap: str
    values: tuple[str, ...]
    options: tuple[str, ...] = ()
    gold: int = -1


class SquadRecord(Record):
    """One question of SQuAD 2.0's development set.

    Attributes:
        form: ``squad``.
        question_id: the authors' name of it.
        title: the article.
        sentences: the passage, as one text.
        text: the question.
        answers: the answers that annotators gave, as parts of the passage; none where it has none.
        answer: the first of them, or ``NOT_STATED``.
        answerable: whether it has one.
        part: the same in the authors' words, by which their figures are parted.
    """

    form: Literal["squad"]
    question_id: str = Field(min_length=1)
    title: str
    sentences: tuple[str, ...]
    text: str
    answers: tuple[str, ...]
    answer: str
    answerable: bool
    part: Literal["HasAns", "NoAns"]
