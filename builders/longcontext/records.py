"""The rows of the longcontext sets: a text's recipe, its digest, and one question about it."""

from typing import ClassVar, Literal

from pydantic import Field, model_validator

from heptathlon.records import Id, Record

Form = Literal[
    "needle", "latent", "update", "absent", "hops", "count", "order", "set", "listops", "rare"
]
LENGTHS = (250, 1_000, 4_000, 16_000, 64_000, 128_000)
"""Words of the texts: the same bytes for every tokenizer, so that models can be compared."""
DECILES = 10
PassagesForm = Literal["given", "which", "unsaid", "retrieved"]
Negative = Literal["random", "attribute", "name", "stale", "rumour", "bm25"]


class LongRecord(Record):
    """A question about a text that is not here: it is made anew from its recipe.

    Attributes:
        form: what is asked; see the card.
        pair_id: what two questions share of which one can be answered and one cannot; else the
            question's own.
        words: the most words of the text, facts included; it has few less.
        asks: what of a form is asked: ``value``, ``owner``, ``now``, ``told``, ``untold``,
            ``days``, ``earlier``, ``later``, ``all`` or ``number``.
        topic: the attribute, or the table of links, that the text's facts are of.
        changes: how often the value that is asked for changed; 0 in all forms but ``update``.
        ending: what is said of it after the last change: ``none``, ``denied``, ``planned``,
            ``quoted``.
        steps: facts on the way to the answer: links of a chain, events counted, times that one fact
            is told, values of a set, people of a tree; 1 in the other forms.
        depth: tenth of the text, from 0, in which the fact stands that answers, or the last of
            several; for what no fact answers, its twin's.
        seed: decides every word of the text but the facts; with a salt, drawn under it.
        told: the facts, in the order of the text.
        places: word of the text at whose next sentence end each fact is told.
        digest: SHA-256 over the digests of the text's blocks, its name before it.
        question: the question.
        values: those of which the answer is a set, all named equally often in the text; they are
            offered where it is said. Empty where the answer is one.
        options: the answers offered, sets parted by commas among them; all that are none of those
            and no count are named equally often in the text.
        gold: index of the right one.
    """

    ASKED: ClassVar[str] = "pair_id"

    form: Form
    pair_id: Id
    words: int = Field(gt=0)
    asks: Literal[
        "value", "owner", "now", "told", "untold", "days", "earlier", "later", "all", "number"
    ]
    topic: str
    changes: int = Field(ge=0)
    ending: Literal["none", "denied", "planned", "quoted"]
    steps: int = Field(ge=0)
    depth: int = Field(ge=0, lt=DECILES)
    seed: int = Field(ge=0, lt=2**63)
    told: tuple[str, ...]
    places: tuple[int, ...]
    digest: str = Field(pattern=r"^sha256:[0-9a-f]{64}$")
    question: str
    values: tuple[str, ...] = ()
    options: tuple[str, ...]
    gold: int = Field(ge=0)

    @model_validator(mode="after")
    def _of_one_piece(self) -> "LongRecord":
        if len(self.told) != len(self.places) or list(self.places) != sorted(self.places):
            raise ValueError("every fact has a place, and they rise")
        if self.gold >= len(self.options):
            raise ValueError("gold is none of the options")
        return self


class OwnRecord(LongRecord):
    """The same, in a user's own text.

    Attributes:
        hay: SHA-256 of its sentences, as they are kept.
    """

    hay: str = Field(pattern=r"^[0-9a-f]{64}$")


class PassagesRecord(Record):
    """A question before a number of passages.

    Attributes:
        form: ``given``: one of them answers; ``which``: its number is asked for; ``unsaid``: one
            may answer; ``retrieved``: they are what was found in a collection.
        pair_id: what questions share that stand before the same passages, but for one of them.
        kind: what the passages are like that do not answer: ``random``; of the same owner and
            another ``attribute``; of the same attribute and a similar ``name``; an older, ``stale``
            value; a ``rumour``; or what ``bm25`` finds first for the question among all of these.
        passages: number of passages; without any nothing answers.
        asks: ``value``, ``passage``; of twins ``told``, which a passage answers, and ``untold``.
        place: where among them the one stands that answers, or its stand-in, where that is chosen.
        order: of what was found by ``score``, ``reversed``, ``reordered`` (the best at both ends)
            or ``random``; else ``placed``.
        at: place of the one that answers, from 0; -1 if it is not among them.
        topic: the attribute that is asked for.
        seed: decides every word of the passages but their statements; with a salt, drawn under it.
        shown: numbers of the passages, in the order in which they are shown; 0 answers.
        told: statement of each.
        digest: SHA-256 over the digests of the passages, its name before it.
        question: the question.
        options: the answers offered.
        gold: index of the right one.
    """

    ASKED: ClassVar[str] = "pair_id"

    form: PassagesForm
    pair_id: Id
    kind: Negative
    passages: int = Field(ge=0)
    asks: Literal["value", "passage", "told", "untold"]
    place: Literal["first", "middle", "last", "any"]
    order: Literal["placed", "score", "reversed", "reordered", "random"]
    at: int = Field(ge=-1)
    topic: str
    seed: int = Field(ge=0, lt=2**63)
    shown: tuple[int, ...]
    told: tuple[str, ...]
    digest: str = Field(pattern=r"^sha256:[0-9a-f]{64}$")
    question: str
    options: tuple[str, ...]
    gold: int = Field(ge=0)
