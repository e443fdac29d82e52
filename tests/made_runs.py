"""Runs that tests make of samples, with what lm-eval would have recorded beside them."""

from pathlib import Path

from heptathlon.running.runs import Run, Sample
from heptathlon.tasks import catalog


def run_of(samples: dict[str, list[Sample]]) -> Run:
    """Return a run of a model with some samples by task."""
    results = {
        "results": {}, "configs": {}, "n-shot": dict.fromkeys(samples, 0),
        "versions": {task: catalog.task_data(task).family.version for task in samples},
        "config": {"model": "hf", "model_args": {}, "gen_kwargs": {}},
        "model_name": "org/model", "date": 1_790_000_000.0, "lm_eval_version": "0.4.13",
    }  # fmt: skip
    folder = Path("made")
    files = {task: folder / f"{task}.jsonl" for task in samples}
    return Run(folder, [results], [folder / "r.json"], samples, files)
