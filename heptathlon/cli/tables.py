"""Cards as tables for a terminal."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.markup import escape
from rich.table import Column, Table

from heptathlon.facts import SAID
from heptathlon.harmless import label


def scorecard(card: Any) -> Table:
    """Return a scorecard's table; cells of several lines keep it within 80 columns."""
    table = Table(
        *(Column(name, no_wrap=True) for name in ("family", "headline")),
        Column("bar", overflow="fold"),
        *(Column(name, no_wrap=True) for name in ("skill", "points", "items")),
        title=escape(card.model.name),
        caption=_total(card),
        box=None,
        padding=(0, 1, 0, 0),
        pad_edge=False,
    )
    for family in card.families.values():
        bar = family.bar
        table.add_row(
            f"{family.family}\n{family.edition} {family.tier}\n{family.season}"
            + ("" if family.complete else "\n(stopped)" if family.stopped else "\n(incomplete)"),
            f"{family.headline.metric} {_estimate(family.headline)}",
            f"{bar.player}\n{_figure(bar.value)}" if bar else "-",
            _estimate(family.skill) + "\nbelow the bar" * _is_below(family),
            _points(family.points),
            f"{family.headline.n:,}\n{_unread(family.invalid_rate.value)}",
        )
    return table


def remarks(card: Any) -> list[str]:
    """Return what stands below a scorecard's table: why a figure is missing, what servers told."""
    out = [
        f"{name}: no {family.headline.metric}: {family.headline.reason}"
        for name, family in card.families.items()
        if family.headline.value is None
    ]
    out += [
        f"{name}: {family.headline.metric} has no interval: {family.headline.reason}"
        for name, family in card.families.items()
        if family.headline.value is not None and family.headline.low is None
    ]
    out += [
        f"{name}: stopped when {family.stopped.says}; "
        + (
            "it has no headline"
            if family.stopped.adaptive
            else "its interval holds whenever one stops"
        )
        for name, family in card.families.items()
        if family.stopped
    ]
    out += [line for name, family in card.families.items() for line in _sure(name, family)]
    out += [f"incomplete: {task}: {said}" for task, said in card.broken.items()]
    if (told := card.told) is not None:
        counts = {
            "prompts": told.prompt_tokens,
            "answers": told.completion_tokens,
            "reasoning": told.reasoning_tokens,
        }
        spent = ", ".join(f"{n:,} of {name}" for name, n in counts.items() if n is not None)
        said = f"told by the server: {told.cut:,} of {told.answers:,} answers were cut"
        out.append(f"{said}{f'; tokens: {spent}' if spent else ''}")
        if told.left_out:
            out.append(f"not taken by the server: {', '.join(told.left_out)}")
    return out


def _sure(name: str, family: Any) -> list[str]:
    """Say in a line of 80 columns whether the first confidence of a family can be trusted."""
    if not family.confidence:
        return []
    one = family.confidence[0]
    over = one.figures["over"]
    apart = over.low is not None and (over.low > 0 or over.high < 0)
    sure = "too sure" if over.value > 0 else "too modest"
    auroc = one.figures["auroc"].value
    return [
        f"{name}: confidence {f'{sure} by {abs(over.value):.2f}' if apart else 'as high as right'}"
        f", AUROC {'-' if auroc is None else f'{auroc:.2f}'}, "
        f"selective {one.figures['selective'].value:.2f}"
    ]


def runs(found: Sequence[Any]) -> Table:
    """Return the table of the runs in a folder; each one's file, by which it is named, is whole."""
    table = Table(
        "run",
        Column("started (UTC)", no_wrap=True),
        "tasks",
        Column("model\nfile", overflow="fold"),
        box=None,
    )
    for one in found:
        if not one.fault:
            tasks = "\n".join(f"{name}: {count}" for name, count in one.sets.items()) or "-"
            named = escape(f"{label(one.model)}\n{label(one.file, 1_000)}")
            table.add_row(one.identity.key, one.date or "-", tasks, named)
    return table


def run_remarks(found: Sequence[Any], differing: Mapping[str, Sequence[str]]) -> list[str]:
    """Return what stands below the table of runs: in what they differ, and which are unreadable."""
    keys = [one.identity.key for one in found if not one.fault]
    out = []
    for name, values in differing.items():
        said = {key: label(value, 40) or "none" for key, value in zip(keys, values, strict=True)}
        out.append(f"{name}: {', '.join(f'{key} {value}' for key, value in said.items())}")
    return out + [f"not read: {one.fault}" for one in found if one.fault]


def as_data(one: Any) -> dict[str, Any]:
    """Return a run of a list as plain data."""
    return {
        "file": one.file,
        "date": one.date,
        "model": one.model,
        "run": one.identity.key,
        "asked": dict(one.identity.model) | dict(one.identity.settings),
        "sets": one.sets,
        "fault": one.fault,
    }


def judged(card: Any) -> Table:
    """Return the table of one judge's opinions."""
    at = f" at {card.host}" if card.host else ""
    table = Table(
        "task", "judged", "scores", "answers", "outcomes", box=None,
        title=f"{card.rubric}, the opinion of {escape(card.judged_by + at)} "
        f"(prompt {card.prompt_sha256[:12]})",
    )  # fmt: skip
    for task, one in card.tasks.items():
        table.add_row(
            task,
            "-" if one.score is None else f"{one.score:.1f}",
            "\n".join(f"{name} {value:.1f}" for name, value in one.scores.items()) or "-",
            f"{one.documents:,}",
            "\n".join(f"{name} {count:,}" for name, count in one.outcomes.items()),
        )
    return table


def _is_below(family: Any) -> bool:
    """Tell whether a skill is surely below 0, which its points do not show."""
    return family.skill.high is not None and family.skill.high < 0


def _points(points: Any) -> str:
    """Return points as a whole number, with the ends of their interval below it."""
    if points.value is None:
        return "-"
    ends = "" if points.low is None else f"\n{points.low:.0f}-{points.high:.0f}"
    return f"{points.value:.0f}{ends}"


def _unread(rate: float | None) -> str:
    """Return the share of answers of which nothing could be read, where there are any."""
    return f"{rate:.0%}\nunread" if rate else ""


def _total(card: Any) -> str:
    """Say what the total is, and of how many events."""
    total = card.total
    if total is None or total.points.value is None:
        return ""
    mean = total.points
    said = ", answered in words" if total.edition == SAID else ""
    between = "" if mean.low is None else f" ({mean.low:.0f} to {mean.high:.0f})"
    return (
        f"{mean.value:.0f}{between} of 1,000 points: the mean over {len(total.events)} of "
        f"{total.of} events, tier {total.tier}{said}."
    )


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _estimate(estimate: Any) -> str:
    """Return a figure with its 95 % interval below it; the remarks say why there is none."""
    if estimate.value is None:
        return "-"
    if estimate.low is None or estimate.high is None:
        return f"{_figure(estimate.value)}\n(no interval)"
    return f"{_figure(estimate.value)}\n({estimate.low:.3f} to {estimate.high:.3f})"
