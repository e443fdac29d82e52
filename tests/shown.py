"""Prompts as a model sees them, held against the files of ``tests/snapshots``.

``python -m tests.shown [TASK…]`` writes them anew after a version has risen: those of the tasks, or
all that are generated. Published rows stay out of the repository: what shows the prompts of a set
that is read from files stands on invented rows.
"""

import sys
from pathlib import Path

from heptathlon.running.show import prompts
from heptathlon.tasks import catalog

SNAPSHOTS = Path(__file__).with_name("snapshots")


def rendered(task: str) -> str:
    """Return the first item of a task with its gold answer."""
    (item,) = prompts(task, n=1)
    return f"{item.text}\n\n[gold] {item.target}\n"


def snapshot(task: str) -> Path:
    """Return the file of a task's snapshot, which stands for all its tiers."""
    return SNAPSHOTS / f"{task.removesuffix('_smoke')}.txt"


if __name__ == "__main__":
    there = [t for t in catalog.leaves() if t.endswith("_smoke") and snapshot(t).is_file()]
    generated = [t for t in there if catalog.task_data(t).edition == "fresh"]
    for name in sys.argv[1:] or generated:
        snapshot(name).write_text(rendered(name), encoding="utf-8")
