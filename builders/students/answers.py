"""Real students' answers: the documented form of a file, read and checked.

A CSV (with a header) or parquet file of one row an answer, each student's rows in the order of
time. Needed columns: ``student``, ``time`` (a number, or an ISO 8601 date and time), ``question``
(its name), ``options`` (a list; in CSV a JSON list or texts between ``|``), ``chosen`` and
``correct`` (texts among the options). Optional: ``text`` (the question's wording), ``topic`` (from
the general to the special, between ``>``) and ``part`` (``train`` or ``test``, the same for all of
a student's rows; without it a fifth of the students is drawn for the test).
"""

import csv
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from heptathlon.errors import HeptathlonError

REQUIRED = ("student", "time", "question", "options", "chosen", "correct")
OPTIONAL = ("text", "topic", "part")
PARTS = ("train", "test")
MAX_OPTIONS = 10
"""Options that have a letter."""
FIRST_ROW = 2
"""Number of the first row below a CSV's header, as a spreadsheet counts; parquet is counted so too,
so that a row has one number in both."""


@dataclass(frozen=True)
class Question:
    """A question.

    Attributes:
        name: its name in the file.
        options: its options, in the order of its first row.
        key: index of the right one.
        text: its wording; empty if there is none.
        topic: its topic, from the general to the special; empty if there is none.
        row: row in which it was first met.
    """

    name: str
    options: tuple[str, ...]
    key: int
    text: str
    topic: tuple[str, ...]
    row: int


@dataclass(frozen=True)
class Answer:
    """One answer.

    Attributes:
        row: its row in the file; ties in time keep the order of the file.
        time: when it was given; any unit.
        question: name of the question.
        chosen: index of the chosen option.
    """

    row: int
    time: float
    question: str
    chosen: int


@dataclass
class Answers:
    """All answers of a file.

    Attributes:
        questions: by name.
        students: each student's answers, in the order of time.
        part: ``train`` or ``test`` by student, where the file says so.
        left_out: how many answers (or students) were left out, by the reason.
    """

    questions: dict[str, Question] = field(default_factory=dict)
    students: dict[str, list[Answer]] = field(default_factory=dict)
    part: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)

    def leave_out(self, reason: str, count: int = 1) -> None:
        """Count something that is not used."""
        if count:
            self.left_out[reason] = self.left_out.get(reason, 0) + count


def read_answers(path: Path) -> Answers:
    """Read a file of the documented form.

    Raises:
        HeptathlonError: with the row and the column, if anything is missing, out of order or
            contradicts itself.
    """
    return collect(_rows(path), str(path))


def collect(rows: Iterable[tuple[int, Mapping[str, Any]]], where: str) -> Answers:
    """Check rows of the documented form and put them together.

    Args:
        rows: each row's number and its cells by column.
        where: names the file in messages.

    Raises:
        HeptathlonError: see :func:`read_answers`.
    """
    out = Answers()
    for row, cells in rows:
        _add(out, row, cells, where)
    if not out.students:
        raise HeptathlonError(f"{where}: holds no answers.")
    return out


def _rows(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    if not path.is_file():
        raise HeptathlonError(f"{path}: no such file.")
    if path.suffix == ".parquet":
        yield from _parquet_rows(path)
        return
    if path.suffix != ".csv":
        raise HeptathlonError(f"{path}: is neither .csv nor .parquet.")
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            _check_columns(reader.fieldnames or (), str(path))
            # A quoted cell may hold line breaks, so rows are counted, not lines.
            for row, cells in enumerate(reader, start=FIRST_ROW):
                if None in cells:
                    raise HeptathlonError(f"{path}, row {row}: has more cells than the header.")
                yield row, cells
    except UnicodeDecodeError as error:
        raise HeptathlonError(f"{path}: not UTF-8 text (byte {error.start}).") from None
    except csv.Error as error:
        raise HeptathlonError(f"{path}: not a CSV file ({error}).") from None


def _parquet_rows(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise HeptathlonError(f"{path}: not a parquet file ({error}).") from None
    names = file.schema_arrow.names
    _check_columns(names, str(path))
    wanted = [n for n in (*REQUIRED, *OPTIONAL) if n in names]
    row = FIRST_ROW
    for batch in file.iter_batches(columns=wanted):
        for cells in batch.to_pylist():
            yield row, cells
            row += 1


def _check_columns(names: Iterable[str], where: str) -> None:
    missing = [n for n in REQUIRED if n not in set(names)]
    if missing:
        raise HeptathlonError(
            f"{where}, row 1: the column{'s' * (len(missing) > 1)} {', '.join(missing)} "
            f"{'are' if len(missing) > 1 else 'is'} missing; needed are {', '.join(REQUIRED)}."
        )


def _add(out: Answers, row: int, cells: Mapping[str, Any], where: str) -> None:
    def refuse(column: str, fault: str) -> HeptathlonError:
        return HeptathlonError(f"{where}, row {row}, column {column}: {fault}")

    def text(column: str) -> str:
        value = cells.get(column)
        said = "" if value is None else str(value).strip()
        if not said and column in REQUIRED:
            raise refuse(column, "is empty.")
        return said

    student, name = text("student"), text("question")
    try:
        time, options = _time(cells["time"]), _options(cells["options"])
    except ValueError as error:
        column = "time" if str(error).startswith("is no time") else "options"
        raise refuse(column, str(error)) from None
    chosen, correct = text("chosen"), text("correct")
    for column, value in (("chosen", chosen), ("correct", correct)):
        if value not in options:
            raise refuse(column, f"{value!r} is not among the options {', '.join(options)}.")
    topic = tuple(t.strip() for t in text("topic").split(">") if t.strip())
    known = out.questions.get(name)
    if known is None:
        known = Question(name, options, options.index(correct), text("text"), topic, row)
        out.questions[name] = known
    elif set(known.options) != set(options):
        raise refuse(
            "options",
            f"the question {name!r} has other options in row {known.row}; give the question with "
            "other options another name.",
        )
    elif known.options[known.key] != correct:
        raise refuse(
            "correct",
            f"{correct!r}, but the question {name!r} has the key {known.options[known.key]!r} in "
            f"row {known.row}; a question has one key.",
        )
    answers = out.students.setdefault(student, [])
    if answers and time < answers[-1].time:
        raise refuse(
            "time",
            f"earlier than row {answers[-1].row} of the same student; bring each student's rows "
            "into the order of time.",
        )
    part = text("part")
    if part and part not in PARTS:
        raise refuse("part", f"{part!r} is neither train nor test.")
    if answers and out.part.get(student, "") != part:
        raise refuse("part", f"the student {student!r} is in another part in an earlier row.")
    if part:
        out.part[student] = part
    answers.append(Answer(row, time, name, known.options.index(chosen)))


def _time(value: Any) -> float:
    if isinstance(value, datetime):
        moment = value
    else:
        said = str(value).strip()
        try:
            number = float(said)
        except ValueError:
            try:
                moment = datetime.fromisoformat(said)
            except ValueError:
                raise ValueError(f"is no time: {said!r}.") from None
        else:
            if not math.isfinite(number):
                raise ValueError(f"is no time: {said!r}.")
            return number
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _options(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        said = value.strip()
        if said.startswith("["):
            try:
                listed = json.loads(said)
            except (json.JSONDecodeError, RecursionError):
                raise ValueError("begins like a JSON list and is none.") from None
        else:
            listed = said.split("|")
    else:
        listed = value
    if not isinstance(listed, list | tuple):
        raise ValueError("is not a list.")
    options = tuple(str(option).strip() for option in listed)
    if len(set(options)) < len(options) or "" in options:
        raise ValueError("an option is empty or stands twice.")
    if not 2 <= len(options) <= MAX_OPTIONS:
        raise ValueError(f"{len(options)} options; there must be 2 to {MAX_OPTIONS}.")
    return options
