"""A run that is read as a stream, family by family, is scored as one that is held whole."""

import json
import os
import tracemalloc
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heptathlon.errors import HeptathlonError, OwnFaultError, UnknownNameError
from heptathlon.pages import report
from heptathlon.running import runner, runs
from heptathlon.running.samples import Sample
from heptathlon.running.streamed import HeldDoc, Streamed
from heptathlon.scoring import by_family, compare, judging, scorecard

TASKS = (
    "heptathlon_maze_dfs_smoke", "heptathlon_maze_open_smoke",
    "heptathlon_verbalizer_pairs_smoke", "heptathlon_memorability_lists_smoke",
    "heptathlon_students_choice_smoke", "heptathlon_rarb_choose_smoke",
    "heptathlon_icl_forced_smoke", "heptathlon_recall_told_smoke",
)  # fmt: skip


def asked(player: str, out: Path) -> Path:
    flags = ["--model", "heptathlon", "--model_args", f"player={player}", "--limit", "12"]
    (written,) = runner.run([*flags, "--tasks", ",".join(TASKS), "--output_path", str(out)])
    return written.parent


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    out = tmp_path_factory.mktemp("runs")
    return asked("random", out / "a"), asked("oracle", out / "b")


def test_card_report_and_comparison_are_the_same_to_the_last_digit(folders, tmp_path: Path):
    held = [scorecard.score_run(runs.read_run(one)) for one in folders]
    for folder, (card, scored) in zip(folders, held, strict=True):
        found = by_family.score(folder, draw=report.part_of)
        assert found.card == card
        assert list(found.card.families) == list(card.families)
        assert report.of_parts(found.card, found.drawn) == report.render_report(card, scored)
    (card_a, scored_a), (card_b, scored_b) = held
    assert by_family.compare(*folders) == compare.compare(card_a, scored_a, card_b, scored_b)


def test_processes_change_nothing_and_bring_their_refusals(folders, tmp_path: Path, monkeypatch):
    monkeypatch.setattr(by_family, "WORTH_IT", 0)
    alone = by_family.score(folders[0], draw=report.part_of)
    shared = by_family.score(folders[0], draw=report.part_of, processes=2)
    assert shared.card == alone.card
    assert report.of_parts(shared.card, shared.drawn) == report.of_parts(alone.card, alone.drawn)


def test_refusals_travel_as_what_they_are():
    def refuse(error: HeptathlonError) -> None:
        raise error

    guarded = by_family._Guarded(refuse)
    for error in (UnknownNameError("task", "x", ["y"]), OwnFaultError("no room")):
        found = guarded(error)
        assert (found.own_fault, found.message) == (isinstance(error, OwnFaultError), str(error))


def broken(folder: Path, task: str, out: Path, count: int) -> Path:
    """Return a copy of a run in which the first answers to a task are broken."""
    for file in folder.iterdir():
        lines = file.read_text().splitlines(keepends=True)
        if file.name.startswith(f"samples_{task}"):
            rows = [json.loads(line) for line in lines]
            for row in rows[:count]:
                row["broken"] = "no reply"
            lines = [json.dumps(row) + "\n" for row in rows]
        (out / file.name).write_text("".join(lines))
    return out


@pytest.mark.parametrize("count", [3, 12])
def test_broken_answers_are_told_and_leave_their_room(folders, tmp_path: Path, count: int):
    folder = broken(folders[0], "heptathlon_icl_forced_smoke", tmp_path, count)
    card, scored = scorecard.score_run(runs.read_run(folder))
    found = by_family.score(folder, draw=report.part_of)
    assert found.card == card
    assert ("icl" in card.families) == (count < 12)
    assert report.of_parts(found.card, found.drawn) == report.render_report(card, scored)


def test_a_stream_is_its_file(folders):
    whole = runs.read_run(folders[0])
    for task, samples in runs.read_run(folders[0], streamed=True).samples.items():
        assert isinstance(samples, Streamed)
        assert list(samples) == whole.samples[task]
        assert (len(samples), samples[-1]) == (len(whole.samples[task]), whole.samples[task][-1])
        assert samples[3:5] == whole.samples[task][3:5]
        for index, one in enumerate(samples):
            held = samples.held(index, one)
            assert asdict_of(held) == asdict(one)
            assert held.written == one.written
            assert held.results == one.results


def asdict_of(sample: Sample) -> dict[str, Any]:
    names = Sample.__dataclass_fields__
    return {name: getattr(sample, name) for name in names} | {"doc": dict(sample.doc)}


def test_a_file_that_changes_under_its_reader_is_refused(folders, tmp_path: Path):
    (file,) = folders[0].glob("samples_heptathlon_icl_forced_smoke_*")
    path = tmp_path / "samples.jsonl"
    for change in (lambda text: text.replace("0", "1"), lambda text: text + text,
                   lambda text: text[: len(text) // 2 + 1]):  # fmt: skip
        path.write_text(file.read_text())
        stream = Streamed(path, "heptathlon_icl_forced_smoke", {})
        held = [stream.held(i, one) for i, one in enumerate(stream)]
        text = path.read_text()
        with path.open("r+") as out:
            out.write(change(text))
            out.truncate()
        with pytest.raises(HeptathlonError):
            list(stream)
        if change(text)[-10:] != text[-10:]:
            with pytest.raises(HeptathlonError, match="was changed while it was read"):
                _ = held[-1].prompt


LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False)
    | st.sampled_from(["", "a", "b" * 128, "c" * 129, "\U0001f600"])
)  # fmt: skip
VALUES = LEAVES | st.lists(LEAVES, max_size=18) | st.dictionaries(st.sampled_from("xyz"), LEAVES)


@settings(max_examples=40, deadline=None)
@given(doc=st.dictionaries(st.sampled_from(["item_id", "form", "text", "options"]), VALUES))
def test_a_held_document_is_the_document(doc: dict[str, Any]):
    class Whole:
        def read(self, index: int) -> Sample:
            return Sample("task", index, doc, "", "", {})

    held = HeldDoc(Whole(), 0, doc)  # type: ignore[arg-type]
    assert repr(dict(held)) == repr(doc)
    assert list(held) == list(doc)
    assert all(name in held for name in doc)
    assert "no such field" not in held
    with pytest.raises(KeyError):
        held["no such field"]


def test_little_is_held_of_a_sample(tmp_path: Path):
    path, count = tmp_path / "samples.jsonl", 400
    text = "word " * 4000
    with path.open("w") as out:
        for number in range(count):
            row = {
                "doc_id": number, "metrics": ["acc"], "acc": 1.0, "filtered_resps": [text],
                "doc": {"item_id": f"{number:032x}", "cluster_id": f"{number:032x}",
                        "season": "2026.1", "form": "x", "text": text, "options": ["a", "b"]},
                "arguments": {"gen_args_0": {"arg_0": text}},
            }  # fmt: skip
            out.write(json.dumps(row) + "\n")
    stream = Streamed(path, "task", {})
    tracemalloc.start()
    held = [stream.held(i, one) for i, one in enumerate(stream)]
    size = tracemalloc.get_traced_memory()[0] / count
    tracemalloc.stop()
    assert size < 1_000
    assert held[7].prompt == held[7].response == held[7].doc["text"] == text


def test_opinions_of_one_judge_stand_on_one_card():
    who = {"rubric": "r", "host": "", "prompt_sha256": "0" * 64}
    task = judging.JudgedTask(documents=1, outcomes={}, score=None, scores={})
    cards = [judging.JudgedCard(**who, judged_by=name, tasks={t: task})
             for name, t in (("x", "b"), ("y", "a"), ("x", "c"))]  # fmt: skip
    found = judging.together(cards)
    assert [(card.judged_by, list(card.tasks)) for card in found] == [
        ("x", ["b", "c"]),
        ("y", ["a"]),
    ]


def test_the_command_says_what_the_library_says(folders, tmp_path: Path, capsys):
    from typer.testing import CliRunner

    from heptathlon.cli import app

    result = CliRunner().invoke(app, ["score", str(folders[1]), "--json", "--out", str(tmp_path)])
    assert result.exit_code == 0
    card, _ = scorecard.score_run(runs.read_run(folders[1]))
    assert json.loads(result.output) == json.loads(json.dumps(card.model_dump()))
    assert sorted(os.listdir(tmp_path)) == ["report.html", "scorecard.json"]
