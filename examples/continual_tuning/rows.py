"""Training rows of a task, replayed ones among them, and the reward by which GRPO tunes."""

import json
from typing import Any

from heptathlon.builders import mllm_ct
from heptathlon.scorers.mllm_ct import verdict
from heptathlon.seeding import Stream
from heptathlon.tasks.mllm_ct.prompts import prompt, target

REPLAYED = 0.25
"""Share of the rows of a later task that come from the tasks before it."""
MEMORY = 100
"""Rows a former task that may be seen again."""

Rows = list[dict[str, Any]]


def train_rows(task: str) -> Rows:
    """Return a task's training rows: question, gold reply, and the record for the reward.

    They are of the tier ``full``: no training scene of it is a test scene of any tier.
    """
    records = mllm_ct.dataset(config=task)["train"]
    return [
        {
            "prompt": [{"role": "user", "content": prompt(record)}],
            "completion": [{"role": "assistant", "content": target(record)}],
            "record": json.dumps(record),
        }
        for record in records
    ]


def mixed(new: Rows, old: Rows, count: int, stream: Stream) -> Rows:
    """Return ``count`` rows in random order, of which a share is old, if there are any."""
    replayed = round(REPLAYED * count) if old else 0
    rows = cycled(new, count - replayed, stream) + cycled(old, replayed, stream)
    return stream.sample(rows, count)


def cycled(rows: Rows, count: int, stream: Stream) -> Rows:
    """Return ``count`` rows, each as often as any other give or take one."""
    out: Rows = []
    while len(out) < count:
        out += stream.sample(rows, min(len(rows), count - len(out)))
    return out


def strict_reward(completions: list[Any], record: list[str], **_: Any) -> list[float]:
    """Return the suite's strict score of each reply: training and test read answers alike."""
    replies = [messages[-1]["content"] for messages in completions]
    return [
        verdict(json.loads(doc), [reply]).metrics["strict"]
        for doc, reply in zip(record, replies, strict=True)
    ]


def remembered(task: str, seed: int) -> Rows:
    """Return the rows of a learned task that may be seen again."""
    stream = Stream("continual_tuning", seed, task, "memory")
    rows = train_rows(task)
    return stream.sample(rows, min(MEMORY, len(rows)))


def without_record(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row as SFT takes it."""
    return {key: row[key] for key in ("prompt", "completion")}
