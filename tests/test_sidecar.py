"""What a server told lies beside a run, is read strictly, and changes no score."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heptathlon.errors import HeptathlonError
from heptathlon.running import runner, runs, sidecar
from heptathlon.running.arguments import as_mapping
from heptathlon.running.sidecar import AnswerLine, RunLine
from heptathlon.scoring import scorecard

TASK = "heptathlon_sort_say_smoke"
RUN = {"kind": "run", "schema_version": 1, "models": [], "renamed": {}, "left_out": []}
LINE = {"kind": "answer", "task": TASK, "doc_id": 0, "finish": "length"}


def written(tmp_path: Path, *rows: object) -> Path:
    path = tmp_path / "heptathlon_2026-01-01T10-00-00.000001.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([LINE], "no line of kind 'run'"),
        ([RUN, RUN], "a second time"),
        ([RUN, LINE, LINE], "tells of document 0 a second time"),
        ([RUN, LINE | {"score": 1}], "line 2: score"),
        ([RUN, LINE | {"doc_id": -1}], "doc_id"),
        ([RUN, LINE | {"completion_tokens": 2**60}], "completion_tokens"),
        ([RUN, LINE | {"completion_tokens": "7"}], "completion_tokens"),
        ([RUN, LINE | {"finish": "x" * 41}], "finish"),
        ([RUN, LINE | {"task": "../etc"}], "task"),
        ([RUN | {"host": "here"}], "host"),
        ([[]], "line"),
    ],
)
def test_what_is_not_of_the_schema_is_refused(rows: list[object], says: str, tmp_path: Path):
    with pytest.raises(HeptathlonError, match=says):
        sidecar.read(written(tmp_path, *rows))


COUNTS = st.none() | st.integers(0, 2**40)


@given(
    st.builds(RunLine, models=st.lists(st.text(max_size=20), max_size=3),
              left_out=st.lists(st.text(max_size=20), max_size=3)),
    st.lists(st.builds(AnswerLine, task=st.just(TASK), doc_id=st.integers(0, 99),
                       finish=st.text(max_size=40), prompt_tokens=COUNTS),
             unique_by=lambda line: line.doc_id, max_size=5),
)  # fmt: skip
def test_what_is_written_is_read(tmp_path_factory, run: RunLine, lines: list[AnswerLine]):
    path = tmp_path_factory.mktemp("s") / "s.jsonl"
    path.write_text(sidecar.dump([run, *lines]), encoding="utf-8")
    found = sidecar.read(path)
    assert found.run == run
    assert found.answers.get(TASK, {}) == {line.doc_id: line for line in lines}


def test_it_names_what_was_cut_and_changes_no_score(tmp_path: Path):
    """Written beside a run whose answers hold nothing, and one that has answered well."""
    flags = ["--model", "heptathlon", "--tasks", TASK, "--limit", "4", "--output_path"]
    for player in ("oracle",):
        (results,) = runner.run(
            [*flags, str(tmp_path), "--model_args", f"player={player}"], brief=True
        )
    folder = results.parent
    (file,) = folder.glob("samples_*")
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    for row in rows[:2]:
        row["resps"], row["filtered_resps"] = [["I wonder"]], ["I wonder"]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    before, _ = scorecard.score_run(runs.read_run(folder))
    date = results.stem.removeprefix("results_")
    (folder / f"heptathlon_{date}.jsonl").write_text(
        sidecar.dump([RunLine(), *(AnswerLine(task=TASK, doc_id=n, finish="length")
                                   for n in range(4))])
    )  # fmt: skip
    after, scored = scorecard.score_run(runs.read_run(folder))
    outcomes = [one.verdict.outcome for one in scored]
    assert outcomes.count("truncated") == 2, "an answer that was given counts, cut or not"
    assert before.families["sort"].headline == after.families["sort"].headline
    (form_before,), (form_after,) = (card.families["sort"].forms for card in (before, after))
    assert form_before.metrics == form_after.metrics
    assert (after.told and after.told.cut) == 4


@given(st.dictionaries(st.text("abcdef_", min_size=1), st.integers() | st.text("xyz/.-")))
def test_arguments_are_read_back_from_text(arguments: dict[str, object]):
    text = ",".join(f"{name}={value}" for name, value in arguments.items())
    plain = {name: str(value) for name, value in arguments.items()}
    assert as_mapping(text) == as_mapping(arguments) == plain


@given(st.text())
def test_any_text_is_some_arguments(text: str):
    assert all(isinstance(k, str) and isinstance(v, str) for k, v in as_mapping(text).items())
