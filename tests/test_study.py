"""Studies: planted losses recovered exactly from runs, and runs that cannot be compared refused."""

import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from heptathlon.errors import HeptathlonError
from heptathlon.running import runner
from heptathlon.running.runs import SAMPLES_NAME, find_run_folder
from heptathlon.scorers import mllm_ct as scorer
from heptathlon.seeding import Stream
from heptathlon.studies import study
from heptathlon.tasks.mllm_ct.baselines import PLAYERS
from heptathlon.tasks.mllm_ct.prompts import ANSWER, target

TASKS = ["heptathlon_mllm_ct_numeric_smoke", "heptathlon_mllm_ct_economics_smoke"]
NAMES = ["base", "one", "two"]


@pytest.fixture(scope="module")
def oracle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("oracle")
    runner.run(["--model", "heptathlon", "--model_args", "player=oracle", "--tasks",
                ",".join(TASKS), "--output_path", str(folder)])  # fmt: skip
    return find_run_folder(folder)


def rank(doc: dict[str, Any]) -> float:
    """Return a fixed place of a document among all, in [0, 1): who is lost first."""
    return Stream("planted", str(doc["item_id"])).uniform()


def planted(source: Path, folder: Path, answer: Callable[[str, dict[str, Any], int], str]) -> Path:
    """Write a run that answers with ``answer(task, doc, place)``, place being by rank."""
    folder.mkdir(parents=True)
    for file in source.iterdir():
        match = SAMPLES_NAME.match(file.name)
        if not match:
            (folder / file.name).write_bytes(file.read_bytes())
            continue
        rows = [json.loads(line) for line in file.read_text().splitlines()]
        order = {id(r): i for i, r in enumerate(sorted(rows, key=lambda r: rank(r["doc"])))}
        for row in rows:
            text = answer(match[1], row["doc"], order[id(row)])
            row["resps"], row["filtered_resps"] = [[text]], [text]
            row |= scorer.process_results(row["doc"], [text])
        (folder / file.name).write_text("".join(json.dumps(r) + "\n" for r in rows))
    return folder


def wrong(doc: dict[str, Any]) -> str:
    """Return a wrong answer in the asked form, after the right reasoning."""
    other = "B" if doc["answer"] == "A" else "A"
    bad = other if doc["form"] == "choice" else str(int(doc["content"]) + 7)
    return f"{target(doc).rpartition(ANSWER)[0]}{ANSWER} {bad}"


OFF_FORM = PLAYERS["format_forgetter"].answer
KNOWN = {"base": (0, 0), "one": (40, 36), "two": (24, 12)}
"""Of 48 documents of the first task: how many are known at each checkpoint, and of those how many
are answered in the asked form. So knowledge is lost on 16 and form on 8 more."""


@pytest.fixture(scope="module")
def folders(oracle: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("planted")

    def checkpoint(name: str) -> Callable[[str, dict[str, Any], int], str]:
        def answer(task: str, doc: dict[str, Any], place: int) -> str:
            if task == TASKS[1]:
                return target(doc) if name == "two" else wrong(doc)
            known, formed = KNOWN[name]
            if place >= known:
                return wrong(doc)
            return target(doc) if place < formed else OFF_FORM(doc)

        return answer

    return {name: planted(oracle, root / name, checkpoint(name)) for name in NAMES}


def write(path: Path, folders: dict[str, Path], **fields: Any) -> Path:
    after = dict(zip(NAMES, [None, *TASKS], strict=True))
    data = {
        "study": "planted",
        "kind": "continual",
        "tasks": TASKS,
        "checkpoints": [
            {"name": n, "run": str(f)} | ({"after": after[n]} if after[n] else {})
            for n, f in folders.items()
        ],
    } | fields
    file = path / "study.yaml"
    file.write_text(yaml.safe_dump(data))
    return file


def test_planted_losses_are_recovered_exactly(folders: dict[str, Path], tmp_path: Path):
    card = study.score_study(study.read_study(write(tmp_path, folders)))
    strict, lenient = card.metrics["strict"], card.metrics["lenient"]
    assert strict.base == [0.0, 0.0]
    assert strict.scores == [[36 / 48, 0.0], [12 / 48, 1.0]]
    assert lenient.scores == [[40 / 48, 0.0], [24 / 48, 1.0]]
    assert card.metrics["parsed"].scores[1][0] == 1 - 12 / 48
    split = {name: figure.value for name, figure in card.split.items()}
    assert split["bwt_strict"] == pytest.approx((12 - 36) / 48)
    assert split["bwt_essential"] == pytest.approx((24 - 40) / 48)
    assert split["bwt_superficial"] == pytest.approx(-8 / 48)
    assert strict.figures["acc_learn"].value == pytest.approx((36 / 48 + 1) / 2)
    assert strict.figures["fwt"].value == 0.0
    assert card.documents == dict.fromkeys(TASKS, 48)
    # The reasoning was right throughout: only answers were forgotten.
    assert card.metrics["reasoning"].figures["bwt_gem"].value == 0.0
    assert card.apart.value == pytest.approx(-16 / 48)
    # Paired: the 24 documents that were lost are drawn together, and none was ever gained.
    figure = card.split["bwt_strict"]
    assert figure.low < figure.value < figure.high < -0.2
    assert card.split["bwt_superficial"].high <= 0
    assert card.checkpoints == NAMES


def test_a_hole_is_null(folders: dict[str, Path], tmp_path: Path):
    some = {n: f for n, f in folders.items() if n != "one"}
    card = study.score_study(study.read_study(write(tmp_path, some)))
    figures = card.metrics["strict"].figures
    assert figures["bwt_gem"].value is None
    assert "missing" in figures["bwt_gem"].reason
    assert figures["acc_last"].value == pytest.approx((12 / 48 + 1) / 2)
    assert card.metrics["strict"].scores[0] == [None, None]
    assert card.checkpoints == ["base", "", "two"]
    assert card.apart.value is None


def edit(folder: Path, target_: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    target_.mkdir()
    for file in folder.iterdir():
        (target_ / file.name).write_bytes(file.read_bytes())
    (results,) = target_.glob("results_*.json")
    data = json.loads(results.read_text())
    change(data)
    results.write_text(json.dumps(data))
    return target_


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda d: d["configs"][TASKS[0]]["generation_kwargs"].update(max_gen_toks=7),
         "their generation settings differ"),
        (lambda d: d["config"].update(gen_kwargs={"temperature": 1}), "generation settings differ"),
        (lambda d: d.update(chat_template_sha="abc"), "their chat template differ"),
        (lambda d: d["n-shot"].update({TASKS[0]: 2}), "their worked examples differ"),
        (lambda d: d.update(lm_eval_version="0.4.12"), "their version of lm-eval differ"),
    ],
)  # fmt: skip
def test_other_settings_are_refused(folders, tmp_path, change, says):
    other = edit(folders["two"], tmp_path / "other", change)
    file = write(tmp_path, {**folders, "two": other})
    with pytest.raises(HeptathlonError, match=rf"base and two cannot be compared.*{says}"):
        study.score_study(study.read_study(file))


def test_other_documents_are_refused(folders: dict[str, Path], tmp_path: Path):
    other = edit(folders["two"], tmp_path / "other", lambda d: None)
    for file in other.glob(f"samples_{TASKS[0]}_*"):
        file.write_text("".join(file.read_text().splitlines(keepends=True)[:-1]))
    with pytest.raises(HeptathlonError, match=r"number of samples differ \(48 and 47\)"):
        study.score_study(study.read_study(write(tmp_path, {**folders, "two": other})))


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"kind": "continua"}, "did you mean 'continual'"),
        ({"tasks": ["heptathlon_mllm_ct_numeri_smoke"]}, "did you mean"),
        ({"tasks": [TASKS[0], TASKS[0]]}, "has two rows"),
        ({"checkpoints": [{"name": "a"}, {"name": "a", "after": TASKS[0]}]}, "'a' has two rows"),
        ({"checkpoints": [{"name": "a"}, {"name": "b"}]}, "both the base model"),
        ({"checkpoints": [{"name": "a", "after": TASKS[0]}, {"name": "b", "after": TASKS[0]}]},
         "both after"),
        ({"checkpoints": [{"name": "a", "after": "heptathlon_maze_dfs"}]}, "none of the study"),
        ({"checkpoints": [{"name": "../a"}]}, "checkpoints.0.name"),
        ({"checkpoints": []}, "checkpoints"),
        ({"orders": 1}, "orders: Extra inputs"),
        ({"references": {"alone": {"art": 0.5}}}, "references name 'art'"),
    ],
)  # fmt: skip
def test_bad_study_files(tmp_path: Path, fields: dict[str, Any], says: str):
    with pytest.raises(HeptathlonError, match=says):
        study.read_study(write(tmp_path, {"base": tmp_path}, **fields))


@pytest.mark.parametrize("text", ["- a", "", "a: [", "\x00"])
def test_files_that_are_no_studies(tmp_path: Path, text: str):
    path = tmp_path / "s.yaml"
    path.write_text(text)
    with pytest.raises(HeptathlonError, match=r"study|YAML"):
        study.read_study(path)


def test_a_study_is_run_once_and_resumed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Each checkpoint gets its own arguments and folder; what is done is not run again."""
    asked: list[list[str]] = []
    real = runner.run

    def counting(arguments: list[str]) -> list[Path]:
        asked.append(arguments)
        return real([*arguments, "--limit", "2"])

    monkeypatch.setattr(runner, "run", counting)
    players = {"base": "blind", "t1": "oracle", "t2": "last_task_expert"}
    rows = [
        {"name": name, "model_args": {"player": player}} | ({"after": after} if after else {})
        for (name, player), after in zip(players.items(), [None, *TASKS], strict=True)
    ]
    path = write(tmp_path, {}, model="heptathlon", checkpoints=rows[:2])
    study.run_study(study.read_study(path), lambda text: None)
    assert len(asked) == 2
    path = write(tmp_path, {}, model="heptathlon", checkpoints=rows)
    said: list[str] = []
    study.run_study(study.read_study(path), said.append)
    assert said == ["base: done before", "t1: done before", "t2: running 2 tasks"]
    assert '{"player": "last_task_expert"}' in asked[-1]
    card = study.score_study(study.read_study(path))
    assert np.array(card.metrics["strict"].scores).tolist() == [[1, 1], [0, 1]]
    assert card.metrics["strict"].figures["bwt_gem"].value == -1.0


# --- the report and the commands -----------------------------------------------------------------


def cli(*arguments: str) -> Any:
    from typer.testing import CliRunner

    from heptathlon.cli import app

    return CliRunner().invoke(app, list(arguments))


def test_score_command_and_report(folders: dict[str, Path], tmp_path: Path):
    title = "a <b>study</b>\u202e of forgetting"
    file = write(tmp_path, {n: f for n, f in folders.items() if n != "base"}, study=title)
    done = cli("study", "score", str(file), "--json")
    assert done.exit_code == 0, done.output
    card = json.loads(done.stdout)
    assert card["metrics"]["strict"]["scores"] == [[0.75, 0.0], [0.25, 1.0]]
    assert json.loads((tmp_path / "study.card.json").read_text()) == card
    page = (tmp_path / "study.report.html").read_text()
    assert "<b>" not in page
    assert "\u202e" not in page
    assert "<script" not in page
    assert "default-src &#39;none&#39;" in page
    assert page.count('<table class="heat">') == len(scorer.VECTOR)
    assert page.count('class="own"') == 2 * len(scorer.VECTOR)
    assert page.count('<svg class="curves"') == 4
    shown = cli("study", "score", str(file))
    assert "bwt_superficial" in shown.stdout


def test_figure_of_two_studies(folders: dict[str, Path], tmp_path: Path):
    import xml.etree.ElementTree as ET

    cards = []
    for name, chosen in (("a", NAMES), ("b", NAMES[::2])):
        (tmp_path / name).mkdir()
        file = write(tmp_path / name, {n: folders[n] for n in chosen}, study=f"<{name}>\u202e")
        assert cli("study", "score", str(file)).exit_code == 0
        cards.append(str(tmp_path / name / "study.card.json"))
    done = cli("study", "figure", *cards, "--out", str(tmp_path / "both.svg"))
    assert done.exit_code == 0, done.output
    text = (tmp_path / "both.svg").read_text()
    assert "\u202e" not in text
    assert "var(" not in text
    root = ET.fromstring(text)
    svg = "{http://www.w3.org/2000/svg}"
    said = [t.text for t in root.iter(f"{svg}text") if t.get("class") == "score mid"]
    assert said == ["0", "0", "75", "0", "25", "100", "0", "0", "\u2013", "\u2013", "25", "100"]
    assert len(list(root.iter(f"{svg}polyline"))) > 0
    wrong_file = tmp_path / "a" / "study.yaml"
    two = ["--metric", "strict", "--metric", "step_recall"]
    cli("study", "figure", *cards, *two, "--out", str(tmp_path / "two.svg"))
    drawn = (tmp_path / "two.svg").read_text(encoding="utf-8")
    assert [drawn.count(f": {name}</text>") for name in two[1::2]] == [len(cards)] * 2
    unknown = cli("study", "figure", *cards, "--metric", "recal", "--out", str(tmp_path / "c.svg"))
    assert "no metric of the study" in str(unknown.exception or unknown.output)
    refused = cli("study", "figure", str(wrong_file), "--out", str(tmp_path / "c.svg"))
    assert "not a card" in str(refused.exception or refused.output)


def test_names_of_curves_stay_in_the_plot():
    from heptathlon.pages import curves

    ends = [(1.0, "a"), (1.0, "b"), (0.0, "c"), (0.0, "d"), (None, "e"), (0.01, "f")]
    found = curves._spaced(ends)
    heights = sorted(found.values())
    assert all(b - a >= 14.9 for a, b in itertools.pairwise(heights))
    assert heights[0] > 0
    assert heights[-1] <= curves.HEIGHT - curves.BOTTOM + 4
    assert found["a"] < found["c"]


def test_matrix_command(tmp_path: Path):
    path = tmp_path / "m.csv"
    path.write_text("after,a,b\na,0.9,0.2\nb,0.5,0.8\n")
    done = cli("study", "matrix", str(path), "--json")
    found = json.loads(done.stdout)
    assert found["bwt_gem"] == {"value": pytest.approx(-0.4), "reason": ""}
    assert found["fwt"]["value"] is None
    assert "bwt_over_t" in cli("study", "matrix", str(path)).stdout


def test_matrices_of_several_orders_are_averaged(tmp_path: Path):
    one, other, third = (tmp_path / f"{name}.csv" for name in ("one", "other", "third"))
    one.write_text("after,a,b\na,0.9,0.2\nb,0.5,0.8\n")
    other.write_text("after,b,a\nb,0.7,0.1\na,0.5,0.6\n")
    found = json.loads(cli("study", "matrix", str(one), str(other), "--json").stdout)
    assert found["bwt_gem"]["mean"] == pytest.approx((-0.4 - 0.2) / 2)
    assert (found["bwt_gem"]["least"], found["bwt_gem"]["most"]) == pytest.approx((-0.4, -0.2))
    assert found["acc_last"]["mean"] == pytest.approx((0.65 + 0.55) / 2)
    assert found["acc_last"]["sd"] == pytest.approx(0.1 / 2**0.5)
    third.write_text("after,a,c\na,0.9,0.2\nc,0.5,0.8\n")
    refused = cli("study", "matrix", str(one), str(third)).exception
    assert isinstance(refused, HeptathlonError)
    assert "has other tasks than" in str(refused)
