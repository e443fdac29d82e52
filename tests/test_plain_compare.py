"""Runs of any of lm-eval's tasks, held against SciPy and statsmodels on the logged samples."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.stats
import statsmodels.api as sm
from lm_eval import simple_evaluate
from lm_eval.api.model import LM
from lm_eval.loggers import EvaluationTracker
from lm_eval.tasks import TaskManager
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests

import heptathlon as hept
from heptathlon.errors import HeptathlonError
from heptathlon.scoring import plain, plain_compare
from tests.command import call

ITEMS = 60
CHOICE = """
task: {name}
dataset_path: json
dataset_kwargs: {{data_files: {{test: {data}}}}}
output_type: multiple_choice
test_split: test
doc_to_text: "{{{{question}}}} ="
doc_to_target: "{{{{gold}}}}"
doc_to_choice: ["even", "odd"]
metric_list:
  - metric: acc
  - metric: f1
metadata: {{version: {version}}}
"""
GENERATED = """
task: spelled
dataset_path: json
dataset_kwargs: {{data_files: {{test: {data}}}}}
output_type: generate_until
test_split: test
doc_to_text: "{{{{question}}}} ="
doc_to_target: "{{{{said}}}}"
generation_kwargs: {{until: ["."]}}
filter_list:
  - name: first
    filter: [{{function: take_first}}]
  - name: lower
    filter: [{{function: lowercase}}, {{function: take_first}}]
metric_list:
  - metric: exact_match
    aggregation: mean
    higher_is_better: true
metadata: {{version: 1.0}}
"""
GROUP = """
group: parity
task: [small, large]
aggregate_metric_list:
  - metric: acc
    weight_by_size: {by_size}
metadata: {{version: 1}}
"""


class Able(LM):
    """Right with some chance, by the question alone."""

    def __init__(self, seed: int, share: float) -> None:
        super().__init__()
        self.seed, self.share = seed, share

    def _right(self, prompt: str) -> bool:
        number = int(prompt.split()[0])
        return bool(np.random.default_rng([self.seed, number]).random() < self.share)

    def loglikelihood(self, requests: Sequence[Any]) -> list[tuple[float, bool]]:
        """Rate the gold option higher where it is right."""
        out = []
        for request in requests:
            prompt, option = request.args
            even = int(prompt.split()[0]) % 2 == 0
            gold = (option.strip() == "even") == even
            out.append((-1.0 if gold == self._right(prompt) else -2.0, False))
        return out

    def generate_until(self, requests: Sequence[Any]) -> list[str]:
        """Spell the answer, in capitals where it is wrong."""
        out = []
        for request in requests:
            word = "even" if int(request.args[0].split()[0]) % 2 == 0 else "odd"
            out.append(word if self._right(request.args[0]) else word.upper())
        return out

    def loglikelihood_rolling(self, requests: Sequence[Any]) -> list[float]:
        """Refuse: no task here asks for it."""
        raise NotImplementedError


def tasks_in(folder: Path, by_size: bool = True, version: str = "1.0") -> Path:
    folder.mkdir()
    for name, numbers in (("small", range(20)), ("large", range(100, 100 + ITEMS))):
        data = folder / f"{name}.jsonl"
        rows = [
            {"question": f"{n} modulo two", "gold": n % 2, "said": "even" if n % 2 == 0 else "odd",
             "passage": n // 4, "lone": "x"}
            for n in numbers
        ]  # fmt: skip
        data.write_text("".join(json.dumps(row) + "\n" for row in rows))
        text = CHOICE.format(name=name, data=data, version=version)
        (folder / f"{name}.yaml").write_text(text)
    (folder / "spelled.yaml").write_text(GENERATED.format(data=folder / "large.jsonl"))
    (folder / "parity.yaml").write_text(GROUP.format(by_size=str(by_size).lower()))
    return folder


def ran(tasks: Path, to: Path, model: LM, limit: int | None = None, names: str = "") -> Path:
    """Run plain lm-eval and save what it logs, as its own command does."""
    tracker = EvaluationTracker(output_path=str(to))
    results = simple_evaluate(
        model=model,
        tasks=names.split() or ["parity", "spelled"],
        task_manager=TaskManager(include_path=str(tasks), include_defaults=False),
        evaluation_tracker=tracker,
        limit=limit,
        log_samples=True,
        bootstrap_iters=0,
    )
    samples = results.pop("samples")
    tracker.save_results_aggregated(results=results, samples=samples)
    for name, rows in samples.items():
        tracker.save_results_samples(task_name=name, samples=rows)
    (found,) = to.rglob("results_*.json")
    return found.parent


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("plain")
    tasks = tasks_in(folder / "tasks")
    return (
        ran(tasks, folder / "a", Able(1, 0.9)),
        ran(tasks, folder / "b", Able(2, 0.6)),
    )


def logged(folder: Path, task: str, metric: str, chain: str = "none") -> dict[str, float]:
    (file,) = folder.glob(f"samples_{task}_*.jsonl")
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    return {r["doc"]["question"]: float(r[metric]) for r in rows if r["filter"] == chain}


def both(runs: tuple[Path, Path], task: str) -> tuple[np.ndarray, np.ndarray, list[str]]:
    a, b = (logged(folder, task, "acc") for folder in runs)
    questions = sorted(a)
    return np.array([a[q] for q in questions]), np.array([b[q] for q in questions]), questions


def compared(runs: tuple[Path, Path], **asked: str) -> plain_compare.PlainComparison:
    a, b = (plain.read(folder, asked.get("cluster", "")) for folder in runs)
    return plain_compare.compare(a, b, **asked)


def test_independent_documents_are_tested_as_mcnemar_does(runs: tuple[Path, Path]):
    found = compared(runs)
    raw = []
    for name in ("small", "large"):
        x, y, _ = both(runs, name)
        table = [[((x == i) & (y == j)).sum() for j in (1, 0)] for i in (1, 0)]
        one = found.tasks[name]
        n01, n10 = table[0][1], table[1][0]
        assert one.test == "mcnemar-exact"
        assert one.p_value == pytest.approx(mcnemar(table, exact=True).pvalue, abs=1e-12)
        assert one.p_value == pytest.approx(scipy.stats.binomtest(n01, n01 + n10).pvalue)
        assert (one.a_better, one.b_better) == (n01, n10)
        assert one.shared == len(x)
        assert one.difference.value == pytest.approx((x - y).mean())
    for one in found.tasks.values():
        raw.append(one.p_value)
    adjusted = multipletests(raw, method="holm")[1]
    assert [one.p_adjusted for one in found.tasks.values()] == pytest.approx(adjusted)
    assert found.tasks["large"].verdict == "a"
    assert "not the mean" not in " ".join(found.warnings)


def test_clusters_are_those_of_statsmodels(runs: tuple[Path, Path]):
    """Passages of four questions each: CR2 of a mean is then the usual clustered error."""
    one = compared(runs, cluster="passage").tasks["large"]
    x, y, questions = both(runs, "large")
    passages = [int(q.split()[0]) // 4 for q in questions]
    fit = sm.OLS(x - y, np.ones(len(x))).fit(
        cov_type="cluster", cov_kwds={"groups": passages, "use_correction": True}, use_t=True
    )
    assert one.clusters == len(set(passages)) == ITEMS // 4
    assert one.p_value == pytest.approx(float(fit.pvalues[0]), rel=1e-9)
    low, high = fit.conf_int()[0]
    assert (one.difference.low, one.difference.high) == pytest.approx((low, high), rel=1e-9)


def test_a_group_is_weighted_as_it_was(runs: tuple[Path, Path], tmp_path: Path):
    group = compared(runs).groups["parity"]
    assert group.weights == "by size"
    x, y = (np.concatenate([both(runs, n)[i] for n in ("small", "large")]) for i in (0, 1))
    assert (group.a, group.b) == pytest.approx((x.mean(), y.mean()))
    n01, n10 = (x > y).sum(), (x < y).sum()
    assert group.p_value == pytest.approx(scipy.stats.binomtest(n01, n01 + n10).pvalue)
    tasks = tasks_in(tmp_path / "tasks", by_size=False)
    folders = ran(tasks, tmp_path / "a", Able(1, 0.9)), ran(tasks, tmp_path / "b", Able(2, 0.6))
    equal = compared(folders).groups["parity"]
    assert equal.weights == "equally"
    means = [np.mean([both(runs, n)[i].mean() for n in ("small", "large")]) for i in (0, 1)]
    assert (equal.a, equal.b) == pytest.approx(tuple(means))
    data = json.loads(next(folders[0].glob("results_*")).read_text())
    assert equal.a == pytest.approx(data["groups"]["parity"]["acc,none"])


def test_filters_and_metrics_are_told_apart(runs: tuple[Path, Path]):
    a, b = (plain.read(folder) for folder in runs)
    first = plain_compare.compare(a, b).tasks["spelled"]
    assert first.metric == "exact_match,first"
    assert first.difference.value == pytest.approx(
        np.mean(list(logged(runs[0], "spelled", "exact_match", "first").values()))
        - np.mean(list(logged(runs[1], "spelled", "exact_match", "first").values()))
    )
    with pytest.raises(HeptathlonError, match="metric of large"):
        plain_compare.compare(a, b, metric="bleu")
    # f1 has no figure of a document: lm-eval logs what was asked and answered.
    with pytest.raises(HeptathlonError, match="metric of large"):
        plain_compare.compare(a, b, metric="f1")


def test_only_shared_documents_count(runs: tuple[Path, Path], tmp_path: Path):
    tasks = tasks_in(tmp_path / "tasks")
    short = ran(tasks, tmp_path / "c", Able(2, 0.6), limit=12, names="large")
    found = compared((runs[0], short))
    assert list(found.tasks) == ["large"]
    assert (found.tasks["large"].shared, found.tasks["large"].only_a) == (12, ITEMS - 12)
    assert any("only A was asked: small, spelled" in one for one in found.warnings)
    newer = tasks_in(tmp_path / "newer", version="2.0")
    other = ran(newer, tmp_path / "d", Able(2, 0.6), names="large")
    with pytest.raises(HeptathlonError, match=r"A was asked version 1\.0, B version 2\.0"):
        compared((runs[0], other))


def test_what_cannot_be_compared_is_said(runs: tuple[Path, Path], tmp_path: Path):
    with pytest.raises(HeptathlonError, match="no field 'subject' to cluster by; it has gold"):
        plain.read(runs[0], "subject")
    copy = tmp_path / "copy"
    copy.mkdir()
    for file in runs[1].iterdir():
        text = file.read_text()
        if file.name.startswith("samples_large"):
            rows = [json.loads(line) for line in text.splitlines()]
            rows[0]["acc"], rows[1]["acc"] = float("nan"), None
            rows[2]["prompt_hash"] = "another"
            text = "".join(json.dumps(row) + "\n" for row in rows)
        (copy / file.name).write_text(text)
    found = compared((runs[0], copy))
    assert found.tasks["large"].shared == ITEMS - 2
    said = " ".join(found.warnings)
    assert "large: 2 documents of B have no number for acc" in said
    assert "large: 1 of 58 shared documents were asked with another prompt" in said
    assert "is not the mean of its documents' figures" in said


def test_less_may_be_better(runs: tuple[Path, Path], tmp_path: Path):
    folders = []
    for name, folder in zip("ab", runs, strict=True):
        copy = tmp_path / name
        copy.mkdir()
        folders.append(copy)
        for file in folder.iterdir():
            text = file.read_text()
            if file.name.startswith("results_"):
                data = json.loads(text)
                data["higher_is_better"]["large"]["acc"] = False
                text = json.dumps(data)
            (copy / file.name).write_text(text)
    found = compared((folders[0], folders[1])).tasks["large"]
    assert found.verdict == "b"
    assert found.sentence.startswith("B is better on large by")


def test_the_command_takes_them(
    runs: tuple[Path, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    assert call(monkeypatch, "compare", *runs) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "nothing was scored again" in said
    assert "A is better on large by" in said
    assert call(monkeypatch, "compare", *runs, "--cluster", "passage", "--json") == 0
    data = json.loads(capsys.readouterr().out)
    assert data["cluster"] == "passage"
    assert data["tasks"]["large"]["clusters"] == ITEMS // 4
    assert hept.compare(*runs, cluster="passage").model_dump() == data
    page = tmp_path / "page.html"
    assert call(monkeypatch, "profile", *runs, "--out", page, "--cluster", "passage") == 0
    html = page.read_text()
    assert "<h2><bdi>large</bdi></h2>" in html
    assert "nothing was scored again" in html
    assert call(monkeypatch, "compare", *runs, "--cluster", "nothing") == 1
