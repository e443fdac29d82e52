"""The rows of the stream: a scene, a question in one of five styles, and the facts behind it."""

from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from heptathlon.records import Id, Record

TASKS = ("numeric", "art", "math", "economics", "medicine", "ocr", "science")
"""The seven tasks in the order of MLLM-CTBench's first task order."""
TEXT_TASKS = ("numeric", "economics")
IMAGE_TASKS = tuple(task for task in TASKS if task not in TEXT_TASKS)
STYLES = ("yes_no", "choice", "short", "brief", "detailed")
"""The five answer styles of SEFE's diversification (arXiv 2505.02486)."""
NATIVE = {
    "numeric": "short",
    "art": "brief",
    "math": "short",
    "economics": "choice",
    "medicine": "yes_no",
    "ocr": "short",
    "science": "choice",
}
"""The style in which each task is asked: neighbours in the stream differ, so formats collide."""

Task = Literal["numeric", "art", "math", "economics", "medicine", "ocr", "science"]
Style = Literal["yes_no", "choice", "short", "brief", "detailed"]


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Mark(_Closed):
    """One thing in a picture (or one given quantity of a text), from which it is drawn.

    Attributes:
        kind: what it is, such as ``bar``; each task's drawing knows its kinds.
        label: what is written on it, or its shape; may be empty.
        numbers: its figures and places, in the order that the drawing expects.
        colour: name of its colour; may be empty.
    """

    kind: str
    label: str
    numbers: tuple[int, ...]
    colour: str


class Step(_Closed):
    """One fact of the chain that leads to the answer.

    Attributes:
        kind: ``number`` (a figure read or computed), ``word`` (one of a few words), ``relation``
            (who eats whom: the subject is eaten by the value).
        subject: what the fact is about.
        names: other names of the subject under which it is recognised.
        value: what is said of it.
        domain: the words of which ``value`` is one; empty for ``number``.
        formula: the computation, such as ``42 - 17``; empty for a reading.
        says: the fact as a sentence.
    """

    kind: Literal["number", "word", "relation"]
    subject: str
    names: tuple[str, ...]
    value: str
    domain: tuple[str, ...]
    formula: str
    says: str


class StreamRecord(Record):
    """A question about a scene in one style.

    Attributes:
        form: the answer style.
        task: one of the seven tasks.
        kind: sub-type within the task, such as ``chart``.
        depth: steps from what is given to the answer; 1 to 6 in the tasks without a picture.
        question: the question without instructions about the form of its answer.
        options: the lettered options of ``choice``; empty otherwise.
        proposed: what ``yes_no`` asks about; empty otherwise.
        asks: what an answer is, such as ``a whole number``.
        candidates: what the answer might be: every word of a closed domain, or the right figure
            among near ones.
        content: the right one, whatever the style.
        answer: the gold answer in the asked style: ``yes``, ``B``, ``25``.
        explanation: a gold explanation for ``brief`` and ``detailed``; empty otherwise.
        steps: the chain of facts; the last one gives ``content``.
        scene: what is drawn; for text tasks the quantities given.
    """

    form: Style
    task: Task
    kind: str
    depth: int = Field(ge=1)
    question: str = Field(min_length=1)
    options: tuple[str, ...]
    proposed: str
    asks: str
    candidates: tuple[str, ...] = Field(min_length=2)
    content: str = Field(min_length=1)
    answer: str = Field(min_length=1)
    explanation: str
    steps: tuple[Step, ...] = Field(min_length=1)
    scene: tuple[Mark, ...] = Field(min_length=1)


class Example(_Closed):
    """One example of a taught task.

    Attributes:
        item: what is given, in words.
        answer: the answer as the task puts it.
        marks: how a figure is drawn; empty for words.
    """

    item: str
    answer: str
    marks: tuple[Mark, ...] = ()


class Block(_Closed):
    """One task as a prompt teaches it.

    Attributes:
        name: the invented word that the task is called by.
        pattern: how it puts an answer, with ``{}`` in its place.
        examples: in the order in which they are shown.
    """

    name: str
    pattern: str
    examples: tuple[Example, ...] = Field(min_length=1)


class BlockRecord(Record):
    """A question on one of several tasks that the prompt teaches one after another.

    Attributes:
        form: ``blocks``, or ``blocks_image`` where the blocks stand in a picture.
        task: ``blocks``.
        kind: the kind of the sequence's rules: ``pick``, ``label``, ``both``, ``pair``, ``which``.
        tasks: how many tasks the sequence has; the rung of the ladder.
        cut: how many blocks are shown before the question.
        asked: the place, from 1, of the block that teaches the task asked about.
        since: blocks between that one and the question.
        gap: the same in four bins, for tables; 0 for a question right after its block.
        order: whether the blocks come in the sequence's order or in the reverse.
        wording: which wording the prompt has.
        blocks: what is shown.
        name: the name of the task asked about.
        pattern: how that task puts its answer.
        item: what the question gives.
        marks: how it is drawn; empty for words.
        candidates: what the answer may be about: the words given, or the sequence's invented words.
        content: the right one.
        answer: the right answer as the task puts it.
        others: what the rule of each block that is shown says of what the question gives.
        rule: the task's rule in words, for people who read items; no prompt has it.
        sequence: what records share whose prompts begin with the same blocks.
        query: what records share that ask the same after more or fewer blocks.
    """

    BLOCK: ClassVar[str] = "sequence"
    ASKED: ClassVar[str] = "query"

    form: Literal["blocks", "blocks_image"]
    task: Literal["blocks"]
    kind: Literal["pick", "label", "both", "pair", "which"]
    tasks: int = Field(ge=2)
    cut: int = Field(ge=1)
    asked: int = Field(ge=1)
    since: int = Field(ge=0)
    gap: str
    order: Literal["forward", "reverse"]
    wording: int = Field(ge=0)
    blocks: tuple[Block, ...] = Field(min_length=1)
    name: str
    pattern: str
    item: str = Field(min_length=1)
    marks: tuple[Mark, ...]
    candidates: tuple[str, ...] = Field(min_length=4, max_length=4)
    content: str = Field(min_length=1)
    answer: str = Field(min_length=1)
    others: tuple[str, ...]
    rule: str
    sequence: Id
    query: Id


class PaperRecord(Record):
    """A row of MLLM-CTBench.

    Attributes:
        form: ``paper``.
        task: the repository's key of the task.
        kind: how the gold answer is compared: ``letter``, ``yes_no``, ``number`` or ``text``.
        problem: the prompt with its own answer-format constraint.
        solution: the published reasoning and answer.
        gold: the answer alone.
        image: path of the picture in the publisher's archive; empty for text tasks.
        row: place of the row in its file.
    """

    form: Literal["paper"]
    task: str
    kind: Literal["letter", "yes_no", "number", "text"]
    problem: str
    solution: str
    gold: str = Field(min_length=1)
    image: str
    row: int = Field(ge=0)


class CoinRecord(Record):
    """A row of one of CoIN's tasks.

    Attributes:
        form: ``coin``.
        task: CoIN's name of the task.
        kind: how the gold answer is compared: ``letter``, ``text``, ``votes`` (of several people)
            or ``box``.
        problem: the prompt with its own answer-format constraint.
        golds: the gold answer; for ``votes`` each person's.
        image: path of the picture below the user's folder; empty for a question without one.
        question: the publisher's id of the question.
        row: place of the row in its file.
    """

    form: Literal["coin"]
    task: str
    kind: Literal["letter", "text", "votes", "box"]
    problem: str
    golds: tuple[str, ...] = Field(min_length=1)
    image: str
    question: str
    row: int = Field(ge=0)
