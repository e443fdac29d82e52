"""Run folders for the tests of submissions and board: real players, and models made of answers.

A made model's files have the very form of lm-eval's: they start from a player's real run, get
other answers, and every figure in them is computed again.
"""

import hashlib
import json
import math
import re
import statistics
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from heptathlon.files import sha256_file
from heptathlon.leaderboard import dropped, rendering
from heptathlon.leaderboard.expected import renderings
from heptathlon.leaderboard.rendering import Asked
from heptathlon.leaderboard.schema import ENVELOPE
from heptathlon.leaderboard.validate.record import chat_text
from heptathlon.leaderboard.validate.recorded import Recorded
from heptathlon.running import runner
from heptathlon.running.runs import SAMPLES_NAME, find_run_folder
from heptathlon.scoring import scorecard
from heptathlon.seeding import Stream
from heptathlon.tasks import catalog

Answer = Callable[[dict[str, Any]], str | None]
"""Returns the answer to a logged sample, whose ``target`` is the gold answer; None keeps it."""


def player_run(player: str, folder: Path, task: str = "heptathlon_maze_smoke") -> Path:
    """Run a scripted player through lm-eval and return its run folder."""
    flags = ["--model", "heptathlon", "--model_args", f"player={player}"]
    runner.run([*flags, "--tasks", task, "--output_path", str(folder)], brief=True)
    return find_run_folder(folder)


def able(share: float, key: str) -> Answer:
    """Return a model that knows a share of the answers and gives one move to the rest."""

    def answer(sample: dict[str, Any]) -> str:
        stream = Stream("able", key, sample["doc"]["item_id"])
        return sample["target"] if stream.uniform() < share else "ANSWER: D"

    return answer


def model_run(player: Path, folder: Path, answer: Answer, **config: Any) -> Path:
    """Write the run of a model that answers with a function, and return its folder.

    Args:
        player: run folder that documents and prompts are taken from.
        folder: where to write.
        answer: gives each answer.
        config: entries for the results' ``config``, such as ``model_args``.
    """
    folder.mkdir(parents=True)
    (results_file,) = player.glob("results_*.json")
    results = json.loads(results_file.read_text())
    args = {"pretrained": "/somewhere/weights", "dtype": "bfloat16"}
    known = {
        "model": "hf",
        "model_args": args,
        "model_sha": "",
        "model_num_parameters": 135 * 10**6,
    }
    results["config"] |= known | config
    recorded = results["config"]
    name = str(recorded["model_args"].get("pretrained", recorded["model_args"].get("model")))
    results |= {
        "model_source": recorded["model"],
        "model_name": name,
        "model_name_sanitized": re.sub(r"[\"<>:/|\\?*\[\]]+", "__", name),
        "chat_template": None,
    }
    for file in sorted(player.iterdir()):
        if match := SAMPLES_NAME.match(file.name):
            rows = [json.loads(line) for line in file.read_text().splitlines()]
            for row in rows:
                if (text := answer(row)) is not None:
                    answered(match[1], row, text)
                _as_likelihoods(match[1], row)
            write_samples(folder / file.name, rows)
            results["results"][match[1]] |= aggregates(rows)
    regroup(results)
    (folder / results_file.name).write_text(json.dumps(results, indent=2))
    return folder


def _as_likelihoods(task: str, row: dict[str, Any]) -> None:
    """Make a player's weights log-likelihoods: none of a model's is above 0."""
    pairs = row["filtered_resps"]
    if isinstance(pairs[0], str) or max(float(value) for value, _ in pairs) <= 0:
        return
    highest = max(float(value) for value, _ in pairs)
    chosen = [[str(float(value) - highest), greedy] for value, greedy in pairs]
    row["resps"], row["filtered_resps"] = [[pair] for pair in chosen], chosen
    scorer: Any = scorecard.scorer_of(catalog.task_data(task).family.name)
    row |= scorer.process_results(row["doc"], [(float(v), g == "True") for v, g in chosen])


def whole(submission: Path, run: Path) -> Path:
    """Put documents and requests back into a submission's lines, and list the files again."""
    for file in submission.glob("samples_*"):
        file.write_bytes((run / file.name).read_bytes())
    path = submission / ENVELOPE
    data = json.loads(path.read_text())
    data["files"] = entries(submission)
    path.write_text(json.dumps(data, ensure_ascii=False))
    return submission


def enveloped(submission: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    """Alter a submission's envelope."""
    path = submission / ENVELOPE
    data = json.loads(path.read_text())
    change(data)
    path.write_text(json.dumps(data, ensure_ascii=False))


def listed(submission: Path) -> None:
    """List a submission's files again, as they are now."""
    enveloped(submission, lambda data: data.update(files=entries(submission)))


def entries(submission: Path) -> list[dict[str, Any]]:
    """Return what an envelope lists of a submission's files, as they are now."""
    return [
        {"path": p.name, "bytes": p.stat().st_size, "sha256": sha256_file(p)}
        for p in sorted(submission.iterdir())
        if p.name != ENVELOPE
    ]


def as_asked(run: Path) -> Path:
    """Write a run's requests anew by its recorded settings, and every hash of them."""
    (path,) = run.glob("results_*.json")
    results = json.loads(path.read_text())
    recorded = Recorded.model_validate(dropped.without(results)[0])
    asked = Asked(
        recorded.config.model,
        chat=recorded.chat_template is not None,
        template=recorded.chat_template or "",
        seen=chat_text(recorded),
        system=recorded.system_instruction or "",
        multiturn=bool(recorded.fewshot_as_multiturn),
        generation=json.dumps(recorded.config.gen_kwargs or {}),
    )
    with renderings() as processes:
        render = processes.of(asked, datetime.fromtimestamp(recorded.date, UTC).date())
        for file in run.glob("samples_*"):
            task = SAMPLES_NAME.match(file.name)[1]  # type: ignore[index]
            rows = [json.loads(line) for line in file.read_text().splitlines()]
            made = rendering.rendered(task, [row["doc"] for row in rows], asked, (), render)
            for row, requests in zip(rows, made, strict=True):
                row["arguments"] = rendering.recorded(requests)
                row["prompt_hash"] = rendering.prompt_hash(requests[0][0])
            write_samples(file, rows)
            results["task_hashes"][task] = task_hash(rows)
    path.write_text(json.dumps(results, indent=2, ensure_ascii=False))
    return run


def sha(text: str) -> str:
    """Return lm-eval's hash of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def task_hash(rows: list[dict[str, Any]]) -> str:
    """Return lm-eval's hash of a task's samples."""
    joined = "".join(r["doc_hash"] + r["prompt_hash"] + r["target_hash"] for r in rows)
    return hashlib.sha256(joined.encode()).hexdigest()


def answered(task: str, row: dict[str, Any], text: str) -> None:
    """Give a sample another answer, and the figures that it scores."""
    row["resps"], row["filtered_resps"] = [[text]], [text]
    scorer: Any = scorecard.scorer_of(catalog.task_data(task).family.name)
    row |= scorer.process_results(row["doc"], [text])


def aggregates(rows: list[dict[str, Any]]) -> dict[str, float]:
    """Return lm-eval's aggregates of samples."""
    out: dict[str, float] = {}
    for metric in rows[0]["metrics"]:
        values = [row[metric] for row in rows]
        out[f"{metric},none"] = sum(values) / len(values)
        error = statistics.stdev(values) / math.sqrt(len(values)) if len(values) > 1 else 0.0
        out[f"{metric}_stderr,none"] = error
    return out


def regroup(results: dict[str, Any]) -> None:
    """Write lm-eval's aggregates of groups anew, by lm-eval's own functions."""
    from lm_eval.api.metrics import aggregate_subtask_metrics, pooled_sample_stderr

    recorded = results["results"]
    for group, tasks in results.get("group_subtasks", {}).items():
        for key in [k for k in recorded.get(group, {}) if k.endswith("_stderr,none")]:
            metric = key.removesuffix("_stderr,none")
            leaves = [recorded[t] for t in tasks if f"{metric},none" in recorded[t]]
            sizes = [leaf["sample_len"] for leaf in leaves]
            values = [leaf[f"{metric},none"] for leaf in leaves]
            recorded[group][f"{metric},none"] = aggregate_subtask_metrics(values, sizes)
            errors = [leaf[key] for leaf in leaves]
            recorded[group][key] = float(pooled_sample_stderr(errors, sizes))
    results["groups"] = {group: recorded[group] for group in results.get("groups", {})}


def write_samples(path: Path, rows: list[dict[str, Any]]) -> None:
    """Write samples as lm-eval does."""
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
