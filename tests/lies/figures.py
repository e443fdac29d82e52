"""Figures and claims that do not follow from the answers, or of what was not answered."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests import forge
from tests.lies.forger import Forged
from tests.lies.lie import FAMILIES, Lie, Plant, enveloped, every, late


def _figure(one: Forged, key: str, value: Any) -> None:
    one.result["results"][one.task()][key] = value


CLAIMS = {
    "headline.value": 0.999,
    "headline.low": 0.99,
    "headline.n": 10**6,
    "skill.value": 0.999,
    "invalid_rate.value": 0.0001,
    "digest": "0" * 64,
    "season": "2031.1",
    "version": 99,
    "edition": "paper",
    "tier": "full",
}


def lies() -> Iterator[Lie]:
    """Figures that do not follow from the answers, or of what was not answered."""
    yield from every("a better mean", late(lambda o: _figure(o, f"{_metric(o)},none", 0.987)))
    yield from every(
        "a smaller error", late(lambda o: _figure(o, f"{_metric(o)}_stderr,none", 1e-4))
    )
    yield from every(
        "a figure that nothing gives", late(lambda o: _figure(o, "brilliance,none", 1.0))
    )
    yield from every("more samples", late(lambda o: _figure(o, "sample_len", 10**6)))
    yield from every("another alias", late(lambda o: _figure(o, "alias", "first place")))
    yield from every(
        "a figure left out",
        late(lambda o: o.result["results"][o.task()].pop(f"{_metric(o)},none")),
    )
    yield from every(
        "a task without samples",
        late(lambda o: o.result["results"].update(heptathlon_gsm8k={"acc,none": 1.0})),
    )
    yield from every(
        "results of another suite",
        late(lambda o: o.result["results"].update(mmlu={"acc,none": 1.0})),
    )
    yield from every("a group's better mean", late(_better_group))
    yield from every("a better mean where the groups stand alone", late(_better_groups))
    yield from every(
        "groups of another suite",
        late(lambda o: o.result.setdefault("groups", {}).update(mmlu={"acc,none": 1.0})),
    )
    yield from every(
        "a group of other tasks",
        late(
            lambda o: o.result["group_subtasks"].update({f"heptathlon_{o.family}_smoke": ["mmlu"]})
        ),
    )
    yield from every(
        "a configuration", late(lambda o: o.result.update(configs={"mmlu": {"metadata": {}}}))
    )
    yield from every(
        "a version above all", late(lambda o: o.result["versions"].update({o.task(): 99}))
    )
    yield from every(
        "a version of another suite", late(lambda o: o.result["versions"].update(mmlu=1))
    )
    yield from every(
        "10^30 worked examples", late(lambda o: o.result["n-shot"].update({o.task(): 10**30}))
    )
    yield from every(
        "three worked examples", late(lambda o: o.result["n-shot"].update({o.task(): 3}))
    )
    yield from every(
        "less than no examples", late(lambda o: o.result["n-shot"].update({o.task(): -3}))
    )
    yield from every(
        "lower is better",
        late(lambda o: o.result["higher_is_better"][o.task()].update({_metric(o): False})),
    )
    yield from every(
        "more documents than there are",
        late(
            lambda o: o.result["n-samples"].update(
                {o.task(): {"original": 10**6, "effective": 10**6}}
            )
        ),
    )
    yield from every(
        "a hash of zeros for the task",
        late(lambda o: o.result["task_hashes"].update({o.task(): "0" * 64})),
    )
    yield from every("a logged figure", lambda o: o.after.append(lambda f: _logged(o, f)))
    yield from every(
        "a metric more",
        lambda o: [r.update(bonus=1.0) or r["metrics"].append("bonus") for r in o.rows[o.task()]],
    )
    yield from every(
        "a metric less", lambda o: [r.pop(r["metrics"].pop()) for r in o.rows[o.task()]]
    )
    for place, value in CLAIMS.items():
        yield Lie(f"a claim: {place}", FAMILIES[0], _claimed(place, value), follow=True)
    yield Lie(
        "a claim of another family",
        "maze",
        enveloped(lambda e: e["claims"].update(sort=dict(e["claims"]["maze"]))),
    )
    yield Lie(
        "a claim of a family's other tier",
        "maze",
        enveloped(
            lambda e: e["claims"].update({"maze/fresh-full-2026.1": dict(e["claims"]["maze"])})
        ),
    )


def _better_group(one: Forged) -> None:
    group = one.result["results"].setdefault(f"heptathlon_{one.family}_smoke", {})
    group["optimal,none"] = 0.99
    one.result["groups"] = {f"heptathlon_{one.family}_smoke": group}


def _better_groups(one: Forged) -> None:
    groups = one.result.setdefault("groups", {})
    groups[f"heptathlon_{one.family}_smoke"] = {"optimal,none": 0.99, "alias": "x"}


def _logged(one: Forged, folder: Path) -> None:
    path = folder / one.files[one.task()]
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    for row in rows:
        row[row["metrics"][0]] = 0.875
    forge.write_samples(path, rows)
    forge.listed(folder)


def _claimed(place: str, value: Any) -> Plant:
    def change(envelope: dict[str, Any]) -> None:
        *above, last = place.split(".")
        node = envelope["claims"]["maze"]
        for part in above:
            node = node[part]
        node[last] = value

    return enveloped(change)


def _metric(one: Forged) -> str:
    return str(one.one()["metrics"][0])
