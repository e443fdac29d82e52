"""How RAR-b's query and corpus files are made of the original data sets: facts as data.

The authors published the checksum of every file and not the code that made it. A recipe therefore
names original files and states readings: the ways in which a text may have been written or the
splits put in order. :mod:`heptathlon.builders.rarb.originals` keeps the reading whose bytes have
the published checksum, so a reading that is wrong gives no file.

Sources: query texts, prefixes and the order of first occurrence were found from the benchmark's own
multiple-choice files and relevance judgements.
"""

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from heptathlon.builders.rarb import tables
from heptathlon.builders.rarb.tables import Row, Table

Text = Callable[[Row], str]
Options = Callable[[Row], Sequence[str]]


def every(row: Row) -> bool:
    """Keep all rows."""
    del row
    return True


@dataclass(frozen=True)
class Part:
    """Rows of a table that are queries.

    Attributes:
        prefix: begins their ids, which are numbered by prefix.
        table: the rows.
        texts: the query's text, a function for each of the recipe's readings.
        keep: which rows are queries.
    """

    prefix: str
    table: Table
    texts: tuple[Text, ...]
    keep: Callable[[Row], bool] = every


@dataclass(frozen=True)
class Pool:
    """A corpus: each option once, in the order in which the tables show them first.

    Attributes:
        prefix: begins the documents' ids.
        evaluated: the tables that the queries are from, in order.
        others: the other splits' tables; every order of them is a reading.
        options: what is said of a reading, and a row's options in their order.
    """

    prefix: str
    evaluated: tuple[Table, ...]
    others: tuple[Table, ...]
    options: tuple[tuple[str, Options], ...]


@dataclass(frozen=True)
class Recipe:
    """How a task's two files are made.

    Attributes:
        parts: the queries, in order.
        readings: what is said of each way to write them.
        pool: the corpus; None where it cannot be rebuilt.
        no_corpus: why the corpus cannot be rebuilt.
        no_order: why only the sum of the queries can be compared, if their order is not known.
    """

    parts: tuple[Part, ...]
    readings: tuple[str, ...]
    pool: Pool | None = None
    no_corpus: str = ""
    no_order: str = ""


# --- texts ---------------------------------------------------------------------------------------


def story(start: str, end: str) -> str:
    """Return the query of alphaNLI."""
    return f"Start: {start} End: {end}"


def sentence(text: str) -> str:
    """Return WinoGrande's query; the published ones end in two full stops."""
    return f"Sentence: {text}."


def in_context(context: str, question: str, between: str = " ") -> str:
    """Return a query of SIQA or QuAIL."""
    return f"Context: {context}{between}Question: {question}"


def field(name: str) -> Text:
    """Return the function that takes a row's field as it is."""
    return lambda row: row[name]


def fields(*names: str) -> Options:
    """Return the function that takes several fields of a row as its options."""
    return lambda row: [row[name] for name in names]


def _finished(row: Row) -> str:
    """Return HellaSwag's context with its unfinished sentence begun by a capital."""
    end = row["ctx_b"]
    return f"{row['ctx_a']} {end[:1].upper()}{end[1:]}" if end else row["ctx_a"]


def _value(cell: Any) -> Any:
    """Return a cell of TempReason, which some releases write as Python's text of it."""
    return ast.literal_eval(cell) if isinstance(cell, str) else cell


def _answers(row: Row) -> list[str]:
    """Return TempReason's right answers and then its wrong ones."""
    return [*_value(row["text_answers"])["text"], *(_value(row.get("neg_answers")) or [])]


def _right_first(row: Row) -> list[str]:
    """Return SpartQA's options, the right one first."""
    options = row["candidate_answers"]
    return [options[row["answer"]], *options]


def _right_first_stripped(row: Row) -> list[str]:
    return [text.strip() for text in _right_first(row)]


def _with_facts(between: str, *, context: bool) -> Text:
    def text(row: Row) -> str:
        found = f"Question: {row['question']}{between}Facts: {row['fact_context']}"
        return f"{found}{between}Context: {row['context']}" if context else found

    return text


# --- recipes -------------------------------------------------------------------------------------

AS_IT_IS = "the text as it is"


def _one(
    prefix: str,
    evaluated: tuple[Table, ...],
    others: tuple[Table, ...],
    texts: Mapping[str, Text],
    options: Mapping[str, Options] | Options,
) -> Recipe:
    """Return the recipe of a task with one prefix, whose corpus is the options of all splits."""
    named = {AS_IT_IS: options} if callable(options) else options
    return Recipe(
        tuple(Part(prefix, table, tuple(texts.values())) for table in evaluated),
        tuple(texts),
        Pool(prefix, evaluated, others, tuple(named.items())),
    )


_BETWEEN = {"spaces between the parts": " ", "line ends between the parts": "\n"}


def _temporal(level: int) -> dict[str, Recipe]:
    """Return the three settings of a level of TempReason; they share one corpus."""
    prefix, test = f"TR{level}", tables.tempreason("test", level)
    pool = Pool(
        prefix,
        (test,),
        (tables.tempreason("train", level), tables.tempreason("val", level)),
        (("right answers before wrong ones", _answers),),
    )
    settings: dict[str, dict[str, Text]] = {
        "pure": {AS_IT_IS: field("question")},
        "fact": {s: _with_facts(b, context=False) for s, b in _BETWEEN.items()},
        "context": {s: _with_facts(b, context=True) for s, b in _BETWEEN.items()},
    }
    return {
        f"tempreason_l{level}_{setting}": Recipe(
            (Part(prefix, test, tuple(texts.values())),), tuple(texts), pool
        )
        for setting, texts in settings.items()
    }


RECIPES: dict[str, Recipe] = {
    "arc": _one(
        "ARC-Challenge",
        (tables.arc("test"),),
        (tables.arc("train"), tables.arc("validation")),
        {AS_IT_IS: field("question")},
        lambda row: row["choices"]["text"],
    ),
    "alphanli": _one(
        "alpha",
        (Table(tables.ALPHANLI, "dev.jsonl"),),
        (Table(tables.ALPHANLI, "train.jsonl"),),
        {AS_IT_IS: lambda row: story(row["obs1"], row["obs2"])},
        fields("hyp1", "hyp2"),
    ),
    "hellaswag": _one(
        "hellaswag",
        (Table(tables.HELLASWAG, "hellaswag-train-dev/valid.jsonl"),),
        (Table(tables.HELLASWAG, "hellaswag-train-dev/train.jsonl"),),
        {AS_IT_IS: field("ctx"), "the unfinished sentence begun by a capital": _finished},
        lambda row: row["ending_options"],
    ),
    "winogrande": _one(
        "wino",
        (Table(tables.WINOGRANDE, "winogrande_1.1/dev.jsonl"),),
        (Table(tables.WINOGRANDE, "winogrande_1.1/train_xl.jsonl"),),
        {AS_IT_IS: lambda row: sentence(row["sentence"])},
        fields("option1", "option2"),
    ),
    "piqa": _one(
        "piqa",
        (tables.piqa("valid"),),
        (tables.piqa("train"),),
        {AS_IT_IS: field("goal")},
        fields("sol1", "sol2"),
    ),
    "siqa": _one(
        "siqa",
        (Table(tables.SIQA, "socialiqa-train-dev/dev.jsonl"),),
        (Table(tables.SIQA, "socialiqa-train-dev/train.jsonl"),),
        {AS_IT_IS: lambda row: in_context(row["context"], row["question"])},
        fields("answerA", "answerB", "answerC"),
    ),
    "quail": _one(
        "quail",
        (tables.quail("dev"), tables.quail("challenge")),
        (tables.quail("train"),),
        {
            "a space before the question": lambda row: in_context(row["context"], row["question"]),
            "a line end before the question": lambda row: in_context(
                row["context"], row["question"], "\n"
            ),
        },
        lambda row: row["answers"],
    ),
    "spartqa": _one(
        "spartqa",
        (tables.spartqa("test"),),
        (tables.spartqa("train"), tables.spartqa("validation")),
        {AS_IT_IS: lambda row: f"{row['story']} {row['question']}"},
        {
            "the right option first": _right_first,
            "the right option first, without spaces at the ends": _right_first_stripped,
        },
    ),
    "tempreason_l1": _one(
        "TR1",
        (tables.tempreason("test", 1),),
        (tables.tempreason("train", 1), tables.tempreason("val", 1)),
        {
            AS_IT_IS: field("question"),
            "without the question mark": lambda row: row["question"].removesuffix("?"),
        },
        _answers,
    ),
    **_temporal(2),
    **_temporal(3),
    "code": Recipe(
        (
            *(
                Part(
                    "humanevalpack",
                    tables.humanevalpack(language),
                    (
                        lambda row: (
                            "Finish the following code based on the docstring: " + row["prompt"]
                        ),
                    ),
                )
                for language in ("python", "js", "java", "go", "cpp", "rust")
            ),
            Part(
                "mbpp",
                tables.deepseek("MBPP/data/mbpp.jsonl"),
                (field("text"),),
                # MBPP's test split.
                lambda row: 11 <= row["task_id"] <= 510,
            ),
        ),
        (AS_IT_IS,),
        no_corpus="how its distractors were drawn from other code is not published",
    ),
    "math": Recipe(
        (
            Part(
                "MATH",
                tables.deepseek("PAL-Math/datasets/math/test.json", "MIT"),
                (lambda row: f"Problem: {row['problem']}",),
            ),
            Part("gsm8k", tables.GSM8K, (lambda row: f"Problem: {row['question']}",)),
        ),
        (AS_IT_IS,),
        no_corpus="the order of MATH's problems in it is not known",
        no_order="the order of MATH's problems in it is not known",
    ),
}
"""The recipe of every published task."""
