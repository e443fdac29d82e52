"""Players of the taught tasks: what a script can make of examples without knowing what words mean.

Those that learn are fitted on the prompt's own examples, question by question. Each gives a content
and puts it as a task of the prompt does; what looks random is drawn by player and item.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from heptathlon.builders.mllm_ct.lessons import put
from heptathlon.seeding import Stream
from heptathlon.tasks.players import Doc

Floats = NDArray[np.float64]
Block = Mapping[str, Any]

RIDGE = 1.0
"""Penalty of the in-context regression, whose features have length one."""


def _stream(name: str, doc: Doc) -> Stream:
    return Stream("mllm_ct player", name, str(doc["item_id"]))


def own_block(doc: Doc) -> Block:
    """Return the block that teaches the task asked about."""
    block: Block = next(b for b in doc["blocks"] if b["name"] == doc["name"])
    return block


def said_in(block: Block) -> list[str]:
    """Return what the block's examples answer, without how it is put."""
    before, _, after = str(block["pattern"]).partition("{}")
    twice = "{}" in after
    out = []
    for one in block["examples"]:
        said = str(one["answer"])
        out.append(said.split()[0] if twice else said[len(before) : len(said) - len(after)])
    return out


def _words(item: str) -> list[str]:
    return item.split(", ")


def _picks(block: Block) -> bool:
    """Tell whether a block's answers are words that are given."""
    contents = said_in(block)
    return all(c in _words(e["item"]) for c, e in zip(contents, block["examples"], strict=True))


# --- what they look at ---------------------------------------------------------------------------


def blind(doc: Doc) -> str:
    """One of the words of the question, as one of the prompt's tasks puts it."""
    stream = _stream("blind", doc)
    return put(stream.choice(doc["blocks"])["pattern"], stream.choice(_words(doc["item"])))


def majority(doc: Doc) -> str:
    """The commonest answer of the asked block, or the word in the commonest place."""
    stream, block = _stream("majority", doc), own_block(doc)
    contents = said_in(block)
    if _picks(block):
        places = Counter(
            _words(one["item"]).index(content)
            for one, content in zip(block["examples"], contents, strict=True)
        )
        words = _words(doc["item"])
        return put(block["pattern"], words[_commonest(places, stream) % len(words)])
    return put(block["pattern"], _commonest(Counter(contents), stream))


def _commonest(counts: Counter[Any], stream: Stream) -> Any:
    most = max(counts.values())
    return stream.choice(sorted(value for value, count in counts.items() if count == most))


def latest(doc: Doc) -> str:
    """The answer of the last example, or the word in its place, as the asked block puts it."""
    block = own_block(doc)
    content, words = said_in(block)[-1], _words(doc["item"])
    if _picks(block):
        content = words[_words(block["examples"][-1]["item"]).index(content) % len(words)]
    return put(block["pattern"], content)


def last_block(doc: Doc) -> str:
    """Reads nothing but the last block and the question, and answers as the last block does."""
    block = doc["blocks"][-1]
    return put(block["pattern"], _best(_ridge(doc, block), "last_block", doc))


def last_rule(doc: Doc) -> str:
    """The last block's rule, put as the asked task puts it."""
    return put(own_block(doc)["pattern"], _best(_ridge(doc, doc["blocks"][-1]), "last_rule", doc))


def neighbour(doc: Doc) -> str:
    """The answer of the asked block whose examples look most like the question."""
    block = own_block(doc)
    return put(block["pattern"], _best(_kernel(doc, block), "neighbour", doc))


def ridge(doc: Doc) -> str:
    """A regression on how words are spelled and where they stand, fitted on the asked block."""
    block = own_block(doc)
    return put(block["pattern"], _best(_ridge(doc, block), "ridge", doc))


def _best(scores: Mapping[str, float], name: str, doc: Doc) -> str:
    most = max(scores.values())
    return _stream(name, doc).choice(sorted(c for c, s in scores.items() if s > most - 1e-9))


# --- learning from a block -----------------------------------------------------------------------


class _Lesson(NamedTuple):
    """What a script can learn from a block, and what it can tell of a question by it.

    Attributes:
        alike: how much the examples' rows are alike, shape (rows, rows).
        asked: how much the question's rows are like those, shape (rows of the question, rows).
        goals: what was right of each row, shape (rows, answers).
        contents: what the values say, in the order of ``value.ravel()``.
    """

    alike: Floats
    asked: Floats
    goals: Floats
    contents: list[str]


def _lesson(doc: Doc, block: Block) -> _Lesson:
    """Return a block's examples as rows of features: one for each word where words are picked.

    What a row looks like is how its words are spelled, how long they are and where they stand.
    """
    said, words = said_in(block), _words(doc["item"])
    if _picks(block):
        shown = [_words(one["item"]) for one in block["examples"]]
        rows = [_row([word], place) for item in shown for place, word in enumerate(item)]
        right = [w == content for item, content in zip(shown, said, strict=True) for w in item]
        asked, goals, contents = [_row([w], p) for p, w in enumerate(words)], [right], words
    else:
        contents = sorted(set(said))
        rows = [_row(_words(one["item"])) for one in block["examples"]]
        asked, goals = [_row(words)], [[x == content for x in said] for content in contents]
    columns = {name: i for i, name in enumerate(dict.fromkeys(n for row in rows for n in row))}
    known, new = (_unit(part, columns) for part in (rows, asked))
    return _Lesson(known @ known.T, new @ known.T, np.array(goals, dtype=np.float64).T, contents)


def _row(words: Sequence[str], place: int = -1) -> Counter[str]:
    found: Counter[str] = Counter({f"place {place}": 2})
    for number, word in enumerate(words):
        for run in _runs(word):
            # Which word it is may tell, and at which place it stands.
            found[run] += 1
            found[f"{number} {run}"] += len(words) > 1
    return found


@cache
def _runs(word: str) -> tuple[str, ...]:
    """Return a word's runs of one to three letters, with its ends, and its length twice."""
    bound = f"<{word}>"
    runs = [bound[i : i + n] for n in (1, 2, 3) for i in range(len(bound) - n + 1)]
    return (*runs, *[f"length {len(word)}"] * 2)


def _unit(rows: Sequence[Mapping[str, float]], columns: Mapping[str, int]) -> Floats:
    """Return rows of counts as a table of rows of length one."""
    table = np.zeros((len(rows), len(columns)))
    for place, row in enumerate(rows):
        for name, count in row.items():
            if name in columns:
                table[place, columns[name]] = count
    long: Floats = np.linalg.norm(table, axis=1, keepdims=True)
    return table / np.maximum(long, 1e-9)


def _ridge(doc: Doc, block: Block) -> Mapping[str, float]:
    """Score the possible answers by a regression on the block's examples, in its dual form."""
    lesson = _lesson(doc, block)
    mean = lesson.goals.mean(axis=0)
    weights = np.linalg.solve(lesson.alike + RIDGE * np.eye(len(lesson.alike)), lesson.goals - mean)
    values = (lesson.asked @ weights).ravel()
    return dict(zip(lesson.contents, values.tolist(), strict=True))


def _kernel(doc: Doc, block: Block) -> Mapping[str, float]:
    """Score each possible answer by the most similar row that had it, less that of one without."""
    lesson = _lesson(doc, block)
    like = [
        np.where(lesson.goals == right, lesson.asked[..., None], -1.0).max(axis=1)
        for right in (1.0, 0.0)
    ]
    return dict(zip(lesson.contents, (like[0] - like[1]).ravel().tolist(), strict=True))


# --- who is told the answer ----------------------------------------------------------------------


def expert_of_last(doc: Doc) -> str:
    """The last task's own answer, whatever is asked: everything before it is lost."""
    return put(doc["blocks"][-1]["pattern"], doc["others"][-1])


def off_form(doc: Doc) -> str:
    """The right content as the last task puts it: every form but that one is lost."""
    return put(doc["blocks"][-1]["pattern"], doc["content"])


def dump(doc: Doc) -> str:
    """Everything that could be right."""
    return ", ".join(put(doc["pattern"], content) for content in doc["candidates"])
