"""Cards as tables for a terminal."""

from typing import Any

from rich.markup import escape
from rich.table import Column, Table


def scorecard(card: Any) -> Table:
    """Return a scorecard's table; cells of two lines keep it within 80 columns."""
    table = Table(
        "family",
        "set",
        Column("headline", no_wrap=True),
        "best trivial",
        Column("skill", no_wrap=True),
        "invalid",
        "items",
        title=escape(card.model.name),
        box=None,
    )
    for family in card.families.values():
        trivial = family.best_trivial
        table.add_row(
            family.family,
            f"{family.edition} {family.tier}\n{family.season}"
            + "\n(incomplete)" * (not family.complete),
            f"{family.headline.metric} {_estimate(family.headline)}",
            f"{trivial.player}\n{_figure(trivial.value)}" if trivial else "-",
            _estimate(family.skill),
            _figure(family.invalid_rate.value),
            f"{family.headline.n:,}",
        )
    return table


def remarks(card: Any) -> list[str]:
    """Return what a scorecard says beside its table: broken documents, and what servers told."""
    out = [f"incomplete: {task}: {said}" for task, said in card.broken.items()]
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


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _estimate(estimate: Any) -> str:
    """Return a figure with its 95 % interval below it, or the reason why there is none."""
    if estimate.value is None:
        return f"- ({estimate.reason})"
    if estimate.low is None or estimate.high is None:
        return f"{_figure(estimate.value)}\n({estimate.reason})"
    return f"{_figure(estimate.value)}\n({estimate.low:.3f} to {estimate.high:.3f})"
