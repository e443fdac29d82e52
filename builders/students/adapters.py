"""Adapters: published sets of real answers in the documented form of :mod:`.answers`.

``python -m heptathlon.builders.students.adapters ednet FOLDER QUESTIONS OUT.parquet`` (or
``foundational INTERACTIONS PROBLEMS OUT.parquet``) writes a file for ``HEPTATHLON_STUDENTS_DATA``.
Eedi's answers need no file: they are the paper edition's own.

Sources: Wang et al. 2020, arXiv 2007.12061 (Eedi); Choi et al. 2020, arXiv 1912.03072 (EdNet);
the cards of the sets for the columns.
"""

import csv
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from heptathlon.builders.sources import Source
from heptathlon.builders.students.answers import (
    FIRST_ROW,
    MAX_OPTIONS,
    OPTIONAL,
    REQUIRED,
    Answers,
    collect,
)
from heptathlon.errors import HeptathlonError
from heptathlon.files import dump_json, replacing, write_text_atomic

Row = tuple[int, Mapping[str, Any]]
EEDI_LICENCE = "taken as non-commercial without redistribution; question wording may not be used"
_CUBOULDER = "github/CUBoulder-DS/CSCI-5502-Final-Report"
_CUBOULDER_COMMIT = "a2f17aba36acc23d6644a28ab1f5f8c28f4319bd"
_EEDI = "data/Eedi_dataset"

EEDI_TRAIN = Source(
    _CUBOULDER,
    f"{_EEDI}/test_data/test_public_task_4_more_splits.csv",
    _CUBOULDER_COMMIT,
    "c5f321de7eaf4a8ea9e12cdcefa1354045ebb3dc49f4492a9b57c1de7396f488",
    EEDI_LICENCE,
)
EEDI_TEST = Source(
    "github/arghosh/NeurIPSEducation2020",
    "data_task_4/valid_task_4.csv",
    "ad2ba1eaf7f3e1132b929facdf80e8ca4b1d9063",
    "69b18aa3587b96e7a0d9f4855d79aff0db039e13fa59babe8c0e79dc811a127f",
    EEDI_LICENCE,
)
EEDI_QUESTIONS = Source(
    _CUBOULDER,
    f"{_EEDI}/metadata/question_metadata_task_3_4.csv",
    _CUBOULDER_COMMIT,
    "c2a0078dbc54622fb02a14799037dd2871e179ead27945a308f3dfc3ba8a12e6",
    EEDI_LICENCE,
)
EEDI_SUBJECTS = Source(
    _CUBOULDER,
    f"{_EEDI}/metadata/subject_metadata.csv",
    _CUBOULDER_COMMIT,
    "31f16ba481e00d8e262c4ee9a3b779c626ba7327eff1b090920dea7cf3b49796",
    EEDI_LICENCE,
)
EEDI = (EEDI_TRAIN, EEDI_TEST, EEDI_QUESTIONS, EEDI_SUBJECTS)

EEDI_OPTIONS = ("A", "B", "C", "D")
OTHER_KEY = "answers whose key differs from the usual one of their question"
NO_ANSWER = "answers without a chosen option"
NOT_OFFERED = "answers that chose an option the question does not have"
NO_PROBLEM = "answers to a problem that is not multiple choice with one key"


def _table(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


# --- Eedi ----------------------------------------------------------------------------------------


def eedi(train: Path, test: Path, questions: Path, subjects: Path) -> Answers:
    """Return Eedi's answers (NeurIPS 2020 Education Challenge, tasks 3 and 4, the part in GitHub).

    The files have no times. A test student's answers with ``IsTarget`` 1 are those to forecast
    and count as given at time 1; all others count as given at time 0, so that the strictly
    earlier history of a target is the official one, ``IsTarget`` 0, without an order of its own.
    """
    topics = eedi_topics(questions, subjects)
    rows = [("train", row) for row in _table(train)] + [("test", row) for row in _table(test)]
    keys: dict[str, Counter[str]] = defaultdict(Counter)
    for _, row in rows:
        keys[row["QuestionId"]][row["CorrectAnswer"]] += 1
    usual = {question: counter.most_common(1)[0][0] for question, counter in keys.items()}

    def as_rows() -> Iterator[Row]:
        ordered = sorted(rows, key=lambda pair: pair[1].get("IsTarget", "0") == "1")
        for number, (part, row) in enumerate(ordered, start=FIRST_ROW):
            question = row["QuestionId"]
            if row["CorrectAnswer"] != usual[question]:
                continue
            yield (
                number,
                {
                    "student": row["UserId"],
                    "time": int(row.get("IsTarget", "0")),
                    "question": question,
                    "options": list(EEDI_OPTIONS),
                    "chosen": EEDI_OPTIONS[int(row["AnswerValue"]) - 1],
                    "correct": EEDI_OPTIONS[int(row["CorrectAnswer"]) - 1],
                    "topic": topics.get(question, ""),
                    "part": part,
                },
            )

    out = collect(as_rows(), "Eedi")
    out.leave_out(
        OTHER_KEY, sum(row["CorrectAnswer"] != usual[row["QuestionId"]] for _, row in rows)
    )
    return out


def eedi_topics(questions: Path, subjects: Path) -> dict[str, str]:
    """Return every question's path of topics, below Maths, to its most special one."""
    table = {row["SubjectId"]: row for row in _table(subjects)}
    out = {}
    for row in _table(questions):
        listed = [str(s) for s in json.loads(row["SubjectId"])]
        known = [table[s] for s in listed if s in table and table[s]["Level"] != "0"]
        path = sorted(known, key=lambda s: int(s["Level"]))
        # A question may stand under two special topics; the first is kept at each level.
        levels = {s["Level"]: s["Name"] for s in reversed(path)}
        out[row["QuestionId"]] = " > ".join(levels[k] for k in sorted(levels))
    return out


# --- EdNet ---------------------------------------------------------------------------------------


def ednet_kt1(
    folder: Path, questions: Path, *, students: int = 0
) -> tuple[list[Row], Counter[str]]:
    """Return EdNet-KT1's answers in the documented form, and what was left out.

    Args:
        folder: folder of one ``u<number>.csv`` a student, with the columns ``timestamp``,
            ``question_id`` and ``user_answer``.
        questions: ``questions.csv`` of the set's contents, with ``question_id``,
            ``correct_answer`` and ``part``.
        students: read the first so many students only, by number; 0 reads all.

    Raises:
        HeptathlonError: if a file is missing or an answer is to an unknown question.
    """
    key = {row["question_id"]: (row["correct_answer"], row["part"]) for row in _read(questions)}
    files = sorted(
        (f for f in folder.glob("u*.csv") if f.stem[1:].isdecimal()), key=lambda f: int(f.stem[1:])
    )
    if not files:
        raise HeptathlonError(f"{folder}: holds no file u<number>.csv of EdNet-KT1.")
    out: list[Row] = []
    left_out: Counter[str] = Counter()
    for file in files[: students or None]:
        # Questions of one bundle share a time stamp, so the sort must keep their order.
        for row in sorted(_read(file), key=lambda r: int(r["timestamp"])):
            question = row["question_id"]
            if question not in key:
                raise HeptathlonError(f"{file}: the question {question} is not in {questions}.")
            correct, part = key[question]
            # Part 2 of the test has three options.
            options = list("abc") if part == "2" else list("abcd")
            if not row["user_answer"]:
                left_out[NO_ANSWER] += 1
            elif row["user_answer"] not in options or correct not in options:
                left_out[NOT_OFFERED] += 1
            else:
                cells = {
                    "student": file.stem,
                    "time": row["timestamp"],
                    "question": question,
                    "options": options,
                    "chosen": row["user_answer"],
                    "correct": correct,
                    "topic": f"Part {part}",
                }
                out.append((len(out) + FIRST_ROW, cells))
    return out, left_out


# --- FoundationalASSIST --------------------------------------------------------------------------


def foundational_assist(
    interactions: Path, problems: Path, *, body: str, options: str, answer: str, skill: str = ""
) -> tuple[list[Row], Counter[str]]:
    """Return FoundationalASSIST's multiple-choice answers in the documented form.

    Args:
        interactions: the set's ``Interactions.csv`` (``problem_id``, ``answer_text``,
            ``end_time``, ``user_xid``).
        problems: the set's ``Problems.csv`` (``problem_id`` and the columns named below, which
            its card does not list: look them up in the file).
        body: column of the wording.
        options: column of the options, a JSON list or texts between ``|``.
        answer: column of the right answer.
        skill: column of the topic, if there is one.

    Raises:
        HeptathlonError: if a file or a column is missing.
    """
    known: dict[str, dict[str, Any]] = {}
    for row in _read(problems, "problem_id", body, options, answer, *([skill] if skill else [])):
        listed = _choices(row[options])
        if row[answer].strip() in listed and len(listed) <= MAX_OPTIONS:
            known[row["problem_id"]] = {
                "options": listed,
                "correct": row[answer].strip(),
                "text": row[body],
                "topic": row[skill] if skill else "",
            }
    out: list[Row] = []
    left_out: Counter[str] = Counter()
    rows = list(_read(interactions, "problem_id", "answer_text", "end_time", "user_xid"))
    for row in sorted(rows, key=lambda r: (r["user_xid"], r["end_time"])):
        problem = known.get(row["problem_id"])
        chosen = row["answer_text"].strip()
        if problem is None:
            left_out[NO_PROBLEM] += 1
        elif not chosen:
            left_out[NO_ANSWER] += 1
        elif chosen not in problem["options"]:
            left_out[NOT_OFFERED] += 1
        else:
            cells = {
                "student": row["user_xid"],
                "time": row["end_time"],
                "question": row["problem_id"],
                "chosen": chosen,
                **problem,
            }
            out.append((len(out) + FIRST_ROW, cells))
    return out, left_out


def _choices(cell: str) -> list[str]:
    """Return distinct options, or none where a cell holds no two of them."""
    said = cell.strip()
    if said.startswith("["):
        try:
            listed = [str(option).strip() for option in json.loads(said)]
        except json.JSONDecodeError:
            return []
    else:
        listed = [option.strip() for option in said.split("|")]
    return listed if len(set(listed)) == len(listed) > 1 and "" not in listed else []


def _read(path: Path, *columns: str) -> list[dict[str, str]]:
    """Return a CSV's rows, after checking that it has the columns."""
    if not path.is_file():
        raise HeptathlonError(f"{path}: no such file.")
    rows = list(_table(path))
    missing = [c for c in columns if rows and c not in rows[0]]
    if missing:
        raise HeptathlonError(f"{path}, row 1: the column {missing[0]} is missing.")
    return rows


# --- the command ---------------------------------------------------------------------------------

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)


def write(rows: Iterable[Row], left_out: Mapping[str, int], out: Path) -> None:
    """Write rows of the documented form as parquet, and beside it what was left out."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = [
        {
            **{name: str(cells.get(name, "")) for name in (*REQUIRED, *OPTIONAL)},
            "options": list(cells["options"]),
        }
        for _, cells in rows
    ]
    schema = pa.schema(
        [(n, pa.list_(pa.string()) if n == "options" else pa.string())
         for n in (*REQUIRED, *OPTIONAL)]
    )  # fmt: skip
    with replacing(out) as temporary:
        pq.write_table(pa.Table.from_pylist(table, schema=schema), temporary, compression="zstd")
    write_text_atomic(left_out_file(out), dump_json(dict(left_out)))


def left_out_file(path: Path) -> Path:
    """Return where an adapter writes what it left out of a file."""
    return path.with_name(f"{path.name}.left_out.json")


@app.command("ednet")
def _ednet(
    folder: Path,
    questions: Path,
    out: Path,
    students: Annotated[int, typer.Option(help="First so many students; 0 for all.")] = 0,
) -> None:
    """Write EdNet-KT1 in the documented form."""
    write(*ednet_kt1(folder, questions, students=students), out)


@app.command("foundational")
def _foundational(
    interactions: Path,
    problems: Path,
    out: Path,
    body: Annotated[str, typer.Option(help="Column of the wording in Problems.csv.")],
    options: Annotated[str, typer.Option(help="Column of the options.")],
    answer: Annotated[str, typer.Option(help="Column of the right answer.")],
    skill: Annotated[str, typer.Option(help="Column of the topic.")] = "",
) -> None:
    """Write FoundationalASSIST's multiple-choice answers in the documented form."""
    rows, left_out = foundational_assist(
        interactions, problems, body=body, options=options, answer=answer, skill=skill
    )
    write(rows, left_out, out)


if __name__ == "__main__":
    try:
        app(standalone_mode=True)
    except HeptathlonError as error:
        typer.echo(str(error), err=True)
        raise SystemExit(1) from None
