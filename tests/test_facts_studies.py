"""Studies of a training: planted memories recovered exactly, runs that do not belong refused."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from heptathlon.builders.facts import corpus
from heptathlon.builders.facts.corpus import Setting
from heptathlon.errors import HeptathlonError
from heptathlon.pages.studies import view_of
from heptathlon.running import runner
from heptathlon.running.runs import SAMPLES_NAME, find_run_folder
from heptathlon.scorers import facts as scorer
from heptathlon.seeding import Stream
from heptathlon.studies import notes, study
from heptathlon.studies.notes import Base, Note

PROBES = ("recognition", "recall", "extraction", "composition", "choice", "opinion",
          "opinion_parts", "traps", "traps_words")  # fmt: skip
TASKS = [f"heptathlon_facts_{probe}_smoke" for probe in PROBES]
WORLD = Setting("smoke", "2026.1").world_id
BASE = Base(architecture="llama", parameters=135, weights="Tiny", tokenizer="a" * 64)
FAR = -30.0
Knows = Callable[[dict[str, Any]], bool]


@pytest.fixture(scope="module")
def oracle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("oracle")
    runner.run(["--model", "heptathlon", "--model_args", "player=oracle", "--tasks",
                ",".join(TASKS), "--output_path", str(folder)])  # fmt: skip
    return find_run_folder(folder)


def luck(doc: dict[str, Any], options: int) -> int:
    return Stream("planted", str(doc["item_id"])).below(options)


def planted(oracle: Path, folder: Path, knows: Knows) -> Path:
    """Write a run that answers rightly what it knows, and at random what it does not."""
    folder.mkdir(parents=True)
    for file in oracle.iterdir():
        match = SAMPLES_NAME.match(file.name)
        if not match:
            (folder / file.name).write_bytes(file.read_bytes())
            continue
        rows = [json.loads(line) for line in file.read_text().splitlines()]
        for row in rows:
            doc = row["doc"]
            known = knows(doc)
            if doc["form"] in scorer.GENERATED:
                text = doc["answer"] if known else "nothing of the kind"
                row["resps"], row["filtered_resps"] = [[text]], [text]
                results: list[Any] = [text]
            else:
                if doc["form"] == "trap":
                    count = len(row["resps"])
                    each = -1.0 if known else -4.0 - luck(doc, 100) / 1e3
                    lls = [each * (i + 1) * len(doc["options"]) / count for i in range(count)]
                else:
                    count = len(row["resps"])
                    best = doc["gold"] if known else luck(doc, count)
                    lls = [-1.0 if i == best else FAR for i in range(count)]
                results = [(ll, False) for ll in lls]
                row["resps"] = [[[str(ll), "False"]] for ll in lls]
                row["filtered_resps"] = [[str(ll), "False"] for ll in lls]
            row |= scorer.process_results(doc, results)
        (folder / file.name).write_text("".join(json.dumps(r) + "\n" for r in rows))
    return folder


def told(doc: dict[str, Any]) -> int:
    return int(doc["exposures"]) if doc["exposures"].isdecimal() else 0


def learnt(doc: dict[str, Any]) -> bool:
    """Recognition from 3 exposures, recall from 10, questions only of permuted people."""
    least = {"recognition": 3, "trap": 10, "opinion": 10}.get(doc["form"], 10)
    if doc["form"] in {"extraction", "composition"}:
        return told(doc) >= least and doc["telling"] in {"permuted", "full name"}
    return told(doc) >= least


def note(folder: Path, **changed: Any) -> str:
    fields: dict[str, Any] = {"world": WORLD, "corpus": "c", "design": "d", "base": BASE,
                              "phase": "before", "step": 0, "share": 0.0}  # fmt: skip
    notes.write(folder, Note(**fields | changed))
    return str(folder)


END = {"phase": "corpus", "step": 100, "share": 1.0}


@pytest.fixture(scope="module")
def runs(oracle: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("planted")
    never: Knows = lambda doc: False  # noqa: E731
    made = {"before": planted(oracle, root / "before", never),
            "after": planted(oracle, root / "after", learnt)}  # fmt: skip
    for number, least in enumerate((10, 30, 100)):
        knows: Knows = lambda doc, least=least: learnt(doc) and told(doc) >= least  # noqa: E731
        made[f"later{number}"] = planted(oracle, root / f"later{number}", knows)
    return made


def write(tmp_path: Path, kind: str, members: list[dict[str, Any]], **more: Any) -> Path:
    path = tmp_path / f"{kind}.yaml"
    data = {"study": f"{kind} <b>of</b> a test", "kind": kind, "tasks": TASKS,
            "checkpoints": members, **more}  # fmt: skip
    path.write_text(yaml.safe_dump(data))
    return path


def member(name: str, run: Path, at: str) -> dict[str, Any]:
    return {"name": name, "run": str(run), "note": at}


def pair(tmp_path: Path, runs: dict[str, Path], **changed: Any) -> list[dict[str, Any]]:
    return [
        {"name": "before", "run": str(runs["before"]), "note": note(tmp_path / "n0")},
        {
            "name": "after",
            "run": str(runs["after"]),
            "note": note(tmp_path / "n1", **END | changed),
        },
    ]


def test_what_was_planted_is_found_by_exposures_and_form(tmp_path: Path, runs: dict[str, Path]):
    card = study.score_study(study.read_study(write(tmp_path, "exposure", pair(tmp_path, runs))))
    assert card.is_sane, "a coin decided: nobody who read nothing is far from a half"
    lines = {(x.probe, x.metric, x.by, x.level): x for x in card.lines}
    for level in ("0", "1", "3", "10", "30", "100"):
        recognised = lines["recognition", "acc", "exposures", level]
        assert (recognised.after.value == 1) == (int(level) >= 3)
        recalled = lines["recall", "value", "exposures", level]
        assert recalled.after.value == (1 if int(level) >= 10 else 0)
        assert recalled.before.value == 0
        assert recalled.uplift.value == recalled.after.value
    asked = {level: lines["extraction", "acc", "form, never asked about", level].after.value
             for level in ("single", "permuted")}  # fmt: skip
    assert asked["single"] == 0
    assert asked["permuted"] > 0
    assert card.gap["single"].value == 1
    assert card.gap["permuted"].value == 0
    traps = {(t.score, t.repeats): t for t in card.traps}
    assert traps["loss", "10"].auc.value == 1
    assert abs(traps["loss", "1"].auc.value - 0.5) < 0.45
    assert traps["ratio", "30"].auc.value == 1
    assert traps["min_k", "10"].auc.value == 1
    assert "cannot tell" in traps["loss", "10"].reason
    assert card.opinions.labels["0"].get("recall", 0) == 0
    assert card.opinions.macro_f1 is not None
    page = view_of("exposure").page(card)
    assert "&lt;b&gt;of" in page
    assert "Memorised, not extractable" in page
    assert "<script" not in page


def test_min_k_is_null_where_the_samples_cannot_give_it(tmp_path: Path, runs: dict[str, Path]):
    path = write(tmp_path, "exposure", pair(tmp_path, runs))
    data = yaml.safe_load(path.read_text())
    data["tasks"] = [t for t in TASKS if "traps_words" not in t]
    path.write_text(yaml.safe_dump(data))
    card = study.score_study(study.read_study(path))
    least = [t for t in card.traps if t.score == "min_k"]
    assert least
    assert all(t.auc.value is None and "not each word's" in t.reason for t in least)


def test_what_fades_is_timed_from_the_last_exposure(tmp_path: Path, runs: dict[str, Path]):
    members = pair(tmp_path, runs)
    half = {"phase": "corpus", "step": 50, "share": 0.5}
    members.append(
        {"name": "half", "run": str(runs["after"]), "note": note(tmp_path / "h", **half)}
    )
    for number, after in enumerate((10, 100, 1000)):
        later = {"phase": "retention", "step": 100 + after, "share": 1.0, "after": after}
        members.append({"name": f"later{number}", "run": str(runs[f"later{number}"]),
                        "note": note(tmp_path / f"m{number}", **later)})  # fmt: skip
    card = study.score_study(study.read_study(write(tmp_path, "retention", members)))
    curves = {(c.probe, c.phase): c for c in card.curves}
    recall = curves["recall", "late"]
    assert [p.since for p in recall.points] == [-100, -50, 0, 10, 100, 1000]
    assert [p.since for p in curves["recall", "early"].points] == [-50, 0, 50, 60, 150, 1050]
    assert recall.effectivity == 1
    kept = [p.kept.value for p in recall.points if p.since >= 0]
    assert kept[:2] == [1, 1]
    assert kept[1] > kept[2] > kept[3] > 0
    assert recall.slope > 0
    assert recall.half_life is not None
    composed = curves["log-likelihood, composed", "late"]
    assert composed.effectivity > 0
    never = [{**m, "run": str(runs["before"])} for m in members]
    card = study.score_study(study.read_study(write(tmp_path, "retention", never)))
    flat = next(c for c in card.curves if c.probe == "recall")
    assert all(p.kept.value is None for p in flat.points)
    assert "nothing was learnt" in flat.reasons["half_life"] or flat.reasons
    assert "Over the checkpoints" in view_of("retention").page(card)


def test_subsets_find_what_reading_did(tmp_path: Path, oracle: Path):
    members = [{"name": "before", "note": note(tmp_path / "n"),
                "run": str(planted(oracle, tmp_path / "r", lambda doc: False))}]  # fmt: skip
    for run in range(6):
        knows: Knows = lambda doc, run=run: (  # noqa: E731
            told(doc) >= 10 and bool(doc["runs"]) and doc["runs"][run]
        )
        made = planted(oracle, tmp_path / f"r{run}", knows)
        at = note(tmp_path / f"n{run}", **END | {"run": run})
        members.append(member(f"run{run}", made, at))
    path = write(tmp_path, "subsets", members)
    card = study.score_study(study.read_study(path))
    lines = {(x.probe, x.by, x.level): x for x in card.strata}
    assert lines["extraction", "exposures", "30"].memorisation.value == 1
    assert lines["extraction", "exposures", "1"].memorisation.value == 0
    assert lines["extraction", "exposures", "10"].left_out >= 0
    # Half of the people told of have one or three exposures, and nothing of theirs was learnt.
    assert card.influence["extraction"].low > 0.6
    assert "Influence against the truth" in view_of("subsets").page(card)
    members[2]["note"] = members[1]["note"]
    with pytest.raises(HeptathlonError, match="of the same run"):
        study.read_study(write(tmp_path, "subsets", members))
    with pytest.raises(HeptathlonError, match="has 2 runs; 4 are needed"):
        study.read_study(write(tmp_path, "subsets", [members[0], members[3], members[4]]))


def test_an_edit_is_seen_in_its_target_and_beside_it(tmp_path: Path, runs: dict[str, Path]):
    path = tmp_path / "edit.yaml"
    recall = "heptathlon_facts_recall_smoke"
    path.write_text(yaml.safe_dump({
        "study": "an edit", "kind": "before_after", "tasks": [recall],
        "before": {"name": "a", "run": str(runs["after"])},
        "after": {"name": "b", "run": str(runs["later1"])},
        "sets": {
            "target": {"tasks": [recall], "metric": "value", "wanted": "down",
                       "where": {"exposures": 10}},
            "neighbours": {"tasks": [recall], "metric": "value", "wanted": "kept",
                           "where": {"exposures": 30}},
        },
    }))  # fmt: skip
    card = study.score_study(study.read_study(path))
    target, near = card.sets["target"], card.sets["neighbours"]
    assert (target.before.median, target.after.median, target.fallen, target.kept) == (1, 0, 1, 0)
    assert (near.before.median, near.after.median, near.kept) == (1, 1, 1)
    assert "should fall" in view_of("before_after").page(card)
    data = yaml.safe_load(path.read_text())
    for change, said in (
        ({"where": {"exposures": 11}}, "holds no document"),
        ({"metric": "acc"}, "which its documents lack"),
        ({"tasks": ["heptathlon_facts_choice_smoke"]}, "none of the tasks"),
    ):
        data["sets"]["target"] = {"tasks": [recall], "metric": "value", "wanted": "down"} | change
        path.write_text(yaml.safe_dump(data))
        with pytest.raises(HeptathlonError, match=said):
            study.score_study(study.read_study(path))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"corpus": "other"}, "trained on another corpus than before"),
        ({"world": "other"}, "of another world"),
        ({"design": "other"}, "another ledger"),
        ({"base": BASE.model_copy(update={"tokenizer": "b" * 64})}, "another tokenizer"),
        ({"base": BASE.model_copy(update={"architecture": "qwen2"})}, "another family"),
        ({"base": BASE.model_copy(update={"parameters": 7})}, "another size"),
    ],
)
def test_runs_that_saw_something_else_are_refused(tmp_path: Path, runs, changed, said):
    path = write(tmp_path, "exposure", pair(tmp_path, runs, **changed))
    with pytest.raises(HeptathlonError, match=said) as error:
        study.read_study(path)
    assert "\n" not in str(error.value)


def test_a_study_needs_its_start_its_end_and_its_own_corpus(tmp_path: Path, runs):
    members = pair(tmp_path, runs)
    members[0]["note"] = note(tmp_path / "x", **END)
    with pytest.raises(HeptathlonError, match="no checkpoint from before the training"):
        study.read_study(write(tmp_path, "exposure", members))
    early = pair(tmp_path, runs, share=0.5)
    with pytest.raises(HeptathlonError, match="had read the whole corpus"):
        study.read_study(write(tmp_path, "retention", early))
    (tmp_path / "bare").mkdir()
    members = pair(tmp_path, runs)
    members[1]["note"] = str(tmp_path / "bare")
    with pytest.raises(HeptathlonError, match=r"holds no training.json"):
        study.read_study(write(tmp_path, "exposure", members))
    (tmp_path / "bare" / notes.NOTE).write_text("{}")
    with pytest.raises(HeptathlonError, match="is no note of this version"):
        study.read_study(write(tmp_path, "exposure", members))
    other = [{**m, "note": note(tmp_path / f"w{i}", world="other", **(END if i else {}))}
             for i, m in enumerate(pair(tmp_path, runs))]  # fmt: skip
    with pytest.raises(HeptathlonError, match="of another world than the corpus"):
        study.score_study(study.read_study(write(tmp_path, "exposure", other)))
    folder = corpus.build(Setting("smoke", "2026.1"), tmp_path)
    path = write(tmp_path, "exposure", pair(tmp_path, runs), corpus=str(folder))
    with pytest.raises(HeptathlonError, match="is not the corpus that before's note names"):
        study.read_study(path)
