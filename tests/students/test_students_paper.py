"""Real answers: the documented form, its faults, the split, planted leaks, the adapters, Eedi."""

import csv
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from heptathlon.builders import sources, store, students
from heptathlon.builders.students import adapters, real, splitting
from heptathlon.builders.students.answers import REQUIRED, collect, read_answers
from heptathlon.builders.students.forecasts import Ask
from heptathlon.errors import HeptathlonError
from heptathlon.seeding import Stream

SEASON = "2026.1"


def row(**changes: Any) -> dict[str, Any]:
    made = {"student": "s1", "time": "1", "question": "q1", "options": "2|3|4|5", "chosen": "3",
            "correct": "4"}  # fmt: skip
    return made | changes


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(dict.fromkeys(k for r in rows for k in r)))
        writer.writeheader()
        writer.writerows(rows)
    return path


def school(students_count: int = 40, questions: int = 24) -> list[dict[str, Any]]:
    """A made-up school's answers: some students are good, some questions are hard."""
    stream = Stream("test school")
    rows = []
    for s in range(students_count):
        skill = stream.uniform()
        for t, q in enumerate(stream.sample(range(questions), 16)):
            options = [f"{q + k}" for k in range(4)]
            right = stream.uniform() < 0.25 + 0.6 * skill * (0.5 + q / 2 / questions)
            wrong = options[1 + (stream.below(4) == 0) + (stream.below(8) == 0)]
            rows.append(
                row(student=f"s{s}", time=f"2026-01-{t + 1:02d}T08:00:00", question=f"q{q}",
                    options=json.dumps(options), correct=options[0],
                    chosen=options[0] if right else wrong, text=f"What is {q} + 0?",
                    topic="Number > Adding")
            )  # fmt: skip
    return rows


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = write(tmp_path / "school.csv", school())
    monkeypatch.setenv("HEPTATHLON_STUDENTS_DATA", str(path))
    return path


# --- the form and its faults ---------------------------------------------------------------------


def test_a_sound_file_is_read(tmp_path: Path):
    path = write(tmp_path / "a.csv", [
        row(), row(time="2", question="q2", options='["yes, it is", "no"]', chosen="no",
                   correct="yes, it is", text="Is it?", topic="A > B"),
        row(student="s2", time="2026-01-02", options="5|4|3|2"),
    ])  # fmt: skip
    read = read_answers(path)
    assert [a.chosen for a in read.students["s1"]] == [1, 1]
    assert read.questions["q2"].topic == ("A", "B")
    assert read.questions["q2"].options == ("yes, it is", "no")
    assert read.students["s2"][0].chosen == 1, "options in another order are the same options"
    assert read.students["s2"][0].time == 1767312000.0


FAULTS = [
    ([row(), row(chosen="9")], "row 3, column chosen: '9' is not among the options 2, 3, 4, 5"),
    ([row(), row(correct="2")], "row 3, column correct: '2', but .* the key '4' in row 2"),
    ([row(time="5"), row(time="3", question="q2")], "row 3, column time: earlier than row 2"),
    ([row(time="noon")], "row 2, column time: is no time: 'noon'"),
    ([row(time="nan")], "row 2, column time: is no time"),
    ([row(options="2")], "row 2, column options: 1 options; there must be 2 to 10"),
    ([row(options="2|2|4")], "row 2, column options: an option is empty or stands twice"),
    ([row(options="[1, 2")], "row 2, column options: begins like a JSON list"),
    ([row(), row(options="3|4|5|6")], "row 3, column options: .* other options in row 2"),
    ([row(student=" ")], "row 2, column student: is empty"),
    ([row(part="validation")], "row 2, column part: 'validation' is neither train nor test"),
    ([row(part="train"), row(part="test", time="2")], "row 3, column part: .* another part"),
]


@pytest.mark.parametrize(("rows", "says"), FAULTS, ids=[says[:40] for _, says in FAULTS])
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_faults_name_row_and_column(rows, says, kind, tmp_path: Path):
    path = tmp_path / f"a.{kind}"
    if kind == "csv":
        write(path, rows)
    else:
        pq.write_table(pa.Table.from_pylist(rows), path)
    with pytest.raises(HeptathlonError, match=says):
        read_answers(path)


@pytest.mark.parametrize("column", REQUIRED)
def test_a_missing_column(column: str, tmp_path: Path):
    cells = {k: v for k, v in row().items() if k != column}
    with pytest.raises(HeptathlonError, match=rf"row 1: the column {column} is missing"):
        read_answers(write(tmp_path / "a.csv", [cells]))


def test_other_files_are_refused(tmp_path: Path):
    with pytest.raises(HeptathlonError, match="no such file"):
        read_answers(tmp_path / "none.csv")
    (tmp_path / "a.txt").write_text("x")
    with pytest.raises(HeptathlonError, match="neither"):
        read_answers(tmp_path / "a.txt")
    (tmp_path / "a.csv").write_bytes(b"student,time\n\xff\xfe,1\n")
    with pytest.raises(HeptathlonError, match=r"UTF-8|missing"):
        read_answers(tmp_path / "a.csv")
    (tmp_path / "b.csv").write_text(",".join(REQUIRED) + "\n")
    with pytest.raises(HeptathlonError, match="holds no answers"):
        read_answers(tmp_path / "b.csv")
    (tmp_path / "c.parquet").write_bytes(b"PAR0")
    with pytest.raises(HeptathlonError, match="not a parquet file"):
        read_answers(tmp_path / "c.parquet")


# --- one's own file ------------------------------------------------------------------------------


@pytest.mark.parametrize("config", real.CONFIGS)
def test_own_answers_are_built(config: str, own: Path, tmp_path: Path):
    folder = store.ensure(store.SetName("students", "paper", "smoke"), out=tmp_path)
    docs = store.read_docs(folder, config)
    assert docs
    for doc in docs:
        assert doc["question"].startswith("What is ")
        assert sum(doc["top"]) == pytest.approx(1, abs=1e-3)
        assert doc["base"] == doc["forecasts"]["popularity"]
        assert len(doc["past"]) <= real.SHOWN["smoke"]
    manifest = store.read_manifest(folder)
    assert manifest.sources[0].path == "school.csv"
    assert manifest.left_out[real.NO_HISTORY] > 0
    assert "Left out of the source files" in (folder / "README.md").read_text(encoding="utf-8")


def test_a_changed_file_is_another_set(own: Path):
    first = store.SetName("students", "paper", "smoke").folder
    assert "-own-" in first
    write(own, school()[:-1])
    assert store.SetName("students", "paper", "smoke").folder != first
    assert "-own-" not in store.SetName("students", "fresh", "smoke").folder


def test_a_wrong_variable_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("HEPTATHLON_STUDENTS_DATA", str(tmp_path / "none.csv"))
    with pytest.raises(HeptathlonError, match=r"HEPTATHLON_STUDENTS_DATA: .* is no file"):
        students.generate("paper", "smoke", "option", SEASON, "")


def test_students_with_one_answer_are_counted(own: Path):
    write(own, [*school(), row(student="lone", question="q0", options=json.dumps(list("0123")),
                               chosen="1", correct="0")])  # fmt: skip
    assert students.left_out("paper", "smoke", SEASON)[real.ONE_ANSWER] == 1
    parts, _, every = real.prepared(SEASON, new_questions=False)
    assert "lone" not in {*parts.train, *parts.test}
    counts = students.left_out("paper", "full", SEASON)
    asked = min(len(every), real.QUOTA["full"]["option"])
    given = sum(len(parts.answers.students[s]) for s in parts.test)
    assert asked + counts[real.NO_HISTORY] + counts.get(real.NOT_ASKED, 0) == given


def test_too_few_students_are_refused(own: Path):
    write(own, [row(), row(time="2", question="q2")])
    with pytest.raises(HeptathlonError, match="bring more students"):
        real.prepared(SEASON, new_questions=False)


def test_the_column_part_decides(own: Path):
    rows = [r | {"part": "test" if r["student"] in {"s1", "s2"} else "train"} for r in school()]
    write(own, rows)
    assert real.prepared(SEASON, new_questions=False)[0].test == ("s1", "s2")


# --- leaks ---------------------------------------------------------------------------------------


def test_no_leak_in_the_builder(own: Path):
    """What the split promises, checked without its own code."""
    for new_questions in (False, True):
        parts, training, every = real.prepared(SEASON, new_questions=new_questions)
        assert not set(parts.train) & set(parts.test)
        for target in every:
            assert all(a.time < target.answer.time for a in target.past)
            if parts.new is not None:
                assert target.answer.question in parts.new
                assert not training.knows(target.answer.question)
                assert not {a.question for a in target.past} & parts.new


def test_equal_times_are_not_earlier():
    given = [row(time=str(t), question=f"q{i}") for i, t in enumerate((1, 2, 2, 3))]
    answers = collect(enumerate(given, start=2), "test")
    parts = splitting.Split(answers, (), ("s1",), None)
    assert [len(t.past) for t in splitting.targets(parts)] == [1, 1, 3]


def planted(own: Path) -> tuple[splitting.Split, splitting.Target]:
    parts, _, every = real.prepared(SEASON, new_questions=False)
    return parts, max(every, key=lambda t: len(t.past))


def test_a_planted_target_in_its_own_history_is_caught(own: Path):
    """The first fault of the released protocol: the window ends with the row to forecast."""
    parts, target = planted(own)
    splitting.refuse_leaks(parts, [target])
    leak = splitting.Target(target.student, target.answer, (*target.past, target.answer))
    with pytest.raises(HeptathlonError, match=r"Leak: .* stands in its own history"):
        splitting.refuse_leaks(parts, [leak])


def test_a_planted_later_answer_is_caught(own: Path):
    parts, target = planted(own)
    later = max(parts.answers.students[target.student], key=lambda a: a.time)
    early = next(t for t in splitting.targets(parts) if t.student == target.student)
    leak = splitting.Target(early.student, early.answer, (*early.past, later))
    with pytest.raises(HeptathlonError, match="which is not earlier"):
        splitting.refuse_leaks(parts, [leak])


def test_a_planted_row_split_is_caught(own: Path):
    """The second fault: the same student on both sides."""
    parts, target = planted(own)
    both = splitting.Split(parts.answers, (*parts.train, target.student), parts.test, None)
    with pytest.raises(HeptathlonError, match="belongs to a training student"):
        splitting.refuse_leaks(both, [target])


def test_a_planted_known_question_is_caught(own: Path):
    parts, _, every = real.prepared(SEASON, new_questions=True)
    assert parts.new
    target = every[0]
    given = parts.answers.students[target.student]
    held = next((a for a in given if a.question in parts.new and a.time < target.answer.time), None)
    if held is None:
        held = next(a for a in target.past)
        parts = splitting.Split(parts.answers, parts.train, parts.test, parts.new | {held.question})
    leak = splitting.Target(target.student, target.answer, (held,))
    with pytest.raises(HeptathlonError, match="held-out question"):
        splitting.refuse_leaks(parts, [leak])


def test_a_leak_stops_the_build(own: Path, monkeypatch: pytest.MonkeyPatch):
    honest = splitting.targets

    def leaky(parts: splitting.Split) -> list[splitting.Target]:
        return [splitting.Target(t.student, t.answer, (*t.past, t.answer)) for t in honest(parts)]

    monkeypatch.setattr(real, "targets", leaky)
    write(own, school(41))
    with pytest.raises(HeptathlonError, match="Leak"):
        students.generate("paper", "smoke", "option", SEASON, "")


# --- adapters ------------------------------------------------------------------------------------


def test_ednet(tmp_path: Path):
    folder = tmp_path / "KT1"
    folder.mkdir()
    head = "timestamp,solving_id,question_id,user_answer,elapsed_time\n"
    (folder / "u10.csv").write_text(f"{head}1000,1,q1,b,9000\n1000,2,q2,c,9000\n900,0,q3,a,100\n")
    (folder / "u2.csv").write_text(f"{head}5,1,q1,,1\n6,2,q2,d,1\n7,3,q1,a,1\n")
    contents = tmp_path / "questions.csv"
    contents.write_text(
        "question_id,bundle_id,explanation_id,correct_answer,part,tags,deployed_at\n"
        "q1,b1,e1,b,1,1;2,0\nq2,b1,e1,c,2,5,0\nq3,b2,e2,a,5,7,0\n"
    )
    rows, left_out = adapters.ednet_kt1(folder, contents)
    assert left_out == {adapters.NO_ANSWER: 1, adapters.NOT_OFFERED: 1}
    answers = collect(rows, "EdNet")
    assert list(answers.students) == ["u2", "u10"]
    assert [a.question for a in answers.students["u10"]] == ["q3", "q1", "q2"]
    assert answers.questions["q2"].options == ("a", "b", "c")
    out = tmp_path / "ednet.parquet"
    adapters.write(rows, left_out, out)
    again = read_answers(out)
    assert again.students == answers.students
    assert json.loads(adapters.left_out_file(out).read_text()) == left_out
    assert len(collect(adapters.ednet_kt1(folder, contents, students=1)[0], "").students) == 1
    with pytest.raises(HeptathlonError, match="holds no file"):
        adapters.ednet_kt1(tmp_path, contents)
    (folder / "u3.csv").write_text(f"{head}1,1,q9,a,1\n")
    with pytest.raises(HeptathlonError, match="q9 is not in"):
        adapters.ednet_kt1(folder, contents)


def test_foundational_assist(tmp_path: Path):
    problems = write(tmp_path / "Problems.csv", [
        {"problem_id": "1", "body": "2 + 2?", "choices": "3|4|5", "answer": "4", "skill": "6.NS"},
        {"problem_id": "2", "body": "Why?", "choices": "", "answer": "because", "skill": ""},
    ])  # fmt: skip
    interactions = write(tmp_path / "Interactions.csv", [
        {"problem_id": p, "hint_count": "0", "answer_text": a, "saw_answer": "False",
         "discrete_score": "0", "end_time": t, "user_xid": "x"}
        for p, a, t in (("1", "4", "2024-02-01 10:00:00"), ("1", "3", "2024-01-01 10:00:00"),
                        ("2", "because", "2024-01-02 10:00:00"), ("1", "7", "2024-01-03 10:00:00"),
                        ("1", "", "2024-01-04 10:00:00"))
    ])  # fmt: skip
    names = {"body": "body", "options": "choices", "answer": "answer", "skill": "skill"}
    rows, left_out = adapters.foundational_assist(interactions, problems, **names)
    assert left_out == {adapters.NO_PROBLEM: 1, adapters.NOT_OFFERED: 1, adapters.NO_ANSWER: 1}
    answers = collect(rows, "FoundationalASSIST")
    assert [a.chosen for a in answers.students["x"]] == [0, 1], "in the order of time"
    assert answers.questions["1"].text == "2 + 2?"
    with pytest.raises(HeptathlonError, match="the column options is missing"):
        adapters.foundational_assist(interactions, problems, **names | {"options": "options"})


def test_the_adapters_command(tmp_path: Path):
    from typer.testing import CliRunner

    folder = tmp_path / "KT1"
    folder.mkdir()
    (folder / "u1.csv").write_text(
        "timestamp,solving_id,question_id,user_answer,elapsed_time\n1,1,q1,b,1\n"
    )
    contents = tmp_path / "questions.csv"
    contents.write_text("question_id,correct_answer,part\nq1,b,1\n")
    out = tmp_path / "ednet.parquet"
    done = CliRunner().invoke(adapters.app, ["ednet", str(folder), str(contents), str(out)])
    assert done.exit_code == 0, done.output
    assert len(read_answers(out).students["u1"]) == 1


# --- Eedi ----------------------------------------------------------------------------------------

TABLE = {"popularity": (0.560, 1.108), "rasch": (0.567, 1.019)}
"""Accuracy and log-loss measured with the item statistics of 1,230 students; here there are 615."""
STANDARD_ERROR = (0.015, 0.026)
"""Of both figures, between students."""


def need_eedi(folder: Path) -> None:
    if not sources.available(*students.SOURCES):
        pytest.skip(f"{folder} holds no Eedi files")


def test_eedi_gives_the_known_figures(sources_folder: Path):
    need_eedi(sources_folder)
    parts, training, every = real.prepared(SEASON, new_questions=False)
    assert (len(parts.train), len(parts.test)) == (615, 246)
    assert sum(map(len, parts.answers.students.values())) == 74_891 + 75_380 - 131
    assert parts.answers.left_out == {adapters.OTHER_KEY: 131}
    scores: dict[str, list[tuple[float, float]]] = {name: [] for name in TABLE}
    for target in every:
        question = parts.answers.questions[target.answer.question]
        ask = Ask(question.name, " > ".join(question.topic), 4, question.key)
        past = [splitting.step_of(parts.answers.questions[a.question], a) for a in target.past]
        for name, forecast in (("popularity", training.popularity(ask)),
                               ("rasch", training.rasch(past, ask))):  # fmt: skip
            hit = forecast.index(max(forecast)) == target.answer.chosen
            scores[name].append((float(hit), -math.log(forecast[target.answer.chosen])))
    assert len(every) == 15_152
    for name, (accuracy, loss) in TABLE.items():
        found = np.mean(scores[name], axis=0)
        assert found[0] == pytest.approx(accuracy, abs=2 * STANDARD_ERROR[0])
        assert found[1] == pytest.approx(loss, abs=2 * STANDARD_ERROR[1])
    gap = np.mean([p[1] - r[1] for p, r in zip(scores["popularity"], scores["rasch"], strict=True)])
    assert gap == pytest.approx(1.108 - 1.019, abs=0.02)


def test_no_wording_of_eedi_is_shown(sources_folder: Path):
    need_eedi(sources_folder)
    answers = splitting.loaded()
    assert all(
        not q.text and q.options == adapters.EEDI_OPTIONS for q in answers.questions.values()
    )
    assert all(q.topic for q in answers.questions.values())
