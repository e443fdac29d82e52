"""What is said of a row beside its name: what it is, what was checked of it, and what was not."""

from heptathlon.families import FAMILIES
from heptathlon.leaderboard.standings import Row
from heptathlon.scoring import levels


def is_below(row: Row) -> bool:
    """Tell whether a row is surely below the bar in every event that it has."""
    return bool(row.scores) and all(score.below for score in row.scores.values())


def is_claimed(row: Row) -> bool:
    """Tell whether a row's name is its submitter's word: no public weights gave its answers."""
    return row.kind == "model" and not row.confirmed


def badge_of(row: Row) -> str:
    """Return what was checked of a row, in the words beside its name."""
    checked = row.badges[-1] if row.badges else ""
    claim = "claimed name" if is_claimed(row) else ""
    return ", ".join(word for word in (checked, claim) if word)


def note_of(row: Row, events: int = 0, of: int = 0) -> str:
    """Return the line under a row's name: what it is, and what of it was not checked."""
    words = []
    if row.kind != "model":
        words.append("player that is told the answer" if row.kind == "oracle" else "player")
    if row.is_bar:
        words.append("the bar to pass")
    if of == 1:
        words += _levels(row)
    if row.parameters:
        said = _size(row.parameters)
        words.append(said if row.confirmed else f"says {said}")
    if 0 < events < of:
        words.append(f"{events} of {of} events")
    if row.submitter:
        # In marks that no name holds: what stands between them is the submitter's word.
        words.append(f"submitted by “{row.submitter}”")
    if row.runs > 1:
        words.append(f"run {row.run} of {row.runs}")
    words += [f"no rank: {why}" for why in row.unranked]
    words += row.notes
    return ", ".join(words)


def _levels(row: Row) -> list[str]:
    """Return what a row's levels mean, without their reasons where there are none."""
    out = []
    for name, score in row.scores.items():
        ladder = FAMILIES[name].ladder
        if ladder and score.level and score.level.value is not None:
            out.append(levels.sentence(score.level, ladder))
    return out


def link_of(row: Row) -> str:
    """Return a row's link if it is one that may be followed; validation has seen to it before."""
    return row.url if row.url.startswith("https://") else ""


def _size(parameters: int) -> str:
    for unit, size in (("B", 10**9), ("M", 10**6), ("k", 10**3)):
        if parameters >= size:
            return f"{parameters / size:.3g}{unit} parameters"
    return f"{parameters} parameters"
