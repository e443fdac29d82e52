"""What icl's page shows: which algorithm the answers follow, and forecasts of urns between two."""

import math
from collections.abc import Sequence

import numpy as np

from heptathlon.pages import base as pages
from heptathlon.pages.drawings import THIS_RUN, Drawings, Figure, Played
from heptathlon.scorers.icl import divergence
from heptathlon.scorers.likelihoods import logs_of
from heptathlon.scoring.samples import ScoredSample
from heptathlon.tasks.icl.attribution import (
    COIN,
    COMPARED,
    Attribution,
    Floats,
    attribute,
    leaning,
)
from heptathlon.tasks.players import Doc, player_of


def draw(played: Played) -> list[Figure]:
    """Show agreement and mixture; the verdict only if each algorithm would be told by itself."""
    run = [one for one in played[THIS_RUN] if one.form == "forced"]
    docs, answers = _chosen(run)
    found = attribute(docs, answers) if docs else None
    if found is None:
        return []
    lost = mistaken(tuple(one.sample.doc["item_id"] for one in run), docs)
    return [_figure(found, lost)]


def _chosen(run: Sequence[ScoredSample]) -> tuple[list[Doc], list[int]]:
    """Return documents and the label given; an undecided or unread answer is none."""
    docs: list[Doc] = []
    answers: list[int] = []
    for one in run:
        options = [str(option) for option in one.sample.doc["options"]]
        if one.verdict.answer in options and not one.verdict.invalid:
            docs.append(one.sample.doc)
            answers.append(options.index(one.verdict.answer))
    return docs, answers


_KNOWN: dict[tuple[str, ...], tuple[str, ...]] = {}


def mistaken(ids: tuple[str, ...], docs: Sequence[Doc]) -> tuple[str, ...]:
    """Return the algorithms whose own answers to these documents are not told to be theirs."""
    if ids not in _KNOWN:
        _KNOWN[ids] = tuple(name for name in COMPARED if _self(docs, name) != name)
    return _KNOWN[ids]


def _self(docs: Sequence[Doc], name: str) -> str:
    """Return which algorithm is named for the answers of one of them."""
    player = player_of("icl", name)
    found = attribute(docs, [player.choose(d, d["options"]) for d in docs], resamples=1)
    return found.nearest if found else ""


def _figure(found: Attribution, lost: Sequence[str]) -> Figure:
    if lost:
        verdict = (
            "Nothing is attributed: on these documents the own answers of "
            f"{', '.join(lost)} are not told to be theirs."
        )
        return Figure("Which algorithm?", verdict, ("",), ())
    verdict = (
        f"Nearest: {found.nearest}. On {found.items} documents of {found.contexts} contexts the "
        "algorithms differ; one is named if it agrees with the answers better than every other, by "
        "paired tests over contexts (Holm, 0.05), and differs from less than "
        f"{pages.figure(found.most, 3)} of them. The one that agrees best differs from "
        f"{pages.figure(found.differs, 3)}. The mixture is the likeliest one, with 95 % from "
        "resampled contexts; a coin stands for what no algorithm explains."
    )
    rows = []
    for name in (*COMPARED, COIN):
        agreement = found.agreement.get(name)
        ends = f"{pages.figure(found.low[name], 2)} to {pages.figure(found.high[name], 2)}"
        share = f"{pages.figure(found.mixture[name], 2)} ({ends})"
        rows.append((name, pages.figure(agreement, 2) if agreement is not None else "", share))
    return Figure("Which algorithm?", verdict, ("algorithm", "agrees", "mixture"), tuple(rows))


URNS = "icl_urns"
FORECASTERS = ("memoriser", "generaliser", "bayes")
FEWEST_SETS = 8
"""Sets of urns from which on an interval is drawn."""
RESAMPLES = 200


def beside(run: Sequence[ScoredSample]) -> list[Figure]:
    """Show where forecasts of urns lie between memoriser and generaliser, if there are any."""
    asked = [one for one in run if one.variant == URNS]
    if not asked:
        return []
    docs = [one.sample.doc for one in asked]
    said = [_forecast(logs_of(one.sample.results)) for one in asked]
    known = {
        name: [_forecast(logs_of(player.likelihoods(doc, doc["options"]))) for doc in docs]
        for name in FORECASTERS
        for player in [player_of("icl", name)]
    }
    place, left = leaning(said, known["memoriser"], known["generaliser"])
    sets: list[int] = np.unique([doc["cluster_id"] for doc in docs], return_inverse=True)[
        1
    ].tolist()
    caption = (
        f"{len(docs)} forecasts of the next ball, on the line from the generaliser (0), to whom "
        f"every urn is new, to the memoriser (1), who knows no new one: {pages.figure(place, 2)}"
        f"{_ends(said, known, sets)}. The place is not held between the two. What the nearest "
        f"point of the line leaves is {pages.figure(left, 3)} nats; where that is not far below "
        "what the two leave themselves, the forecasts are like neither. Right is the mixture of "
        "both by their chances."
    )
    rows = []
    for name, ones in known.items():
        off = [divergence(list(q), list(p)) for q, p in zip(said, ones, strict=True)]
        shown = {"bayes": "the exact mixture"}.get(name, name)
        rows.append((shown, pages.figure(float(np.mean(off)), 3)))
    return [Figure("Known urn or new one?", caption, ("forecaster", "divergence, nats"),
                   tuple(rows))]  # fmt: skip


def _forecast(logs: Sequence[float]) -> Floats:
    top = max(logs)
    shares = np.array([math.exp(one - top) for one in logs])
    return np.asarray(shares / shares.sum(), dtype=float)


def _ends(said: Sequence[Floats], known: dict[str, list[Floats]], sets: Sequence[int]) -> str:
    """Return 95 % of the places over resampled sets of urns, in words; nothing for too few."""
    count = max(sets) + 1
    if count < FEWEST_SETS:
        return ""
    draw = np.random.default_rng(0)
    members = [np.flatnonzero(np.array(sets) == one) for one in range(count)]
    places = []
    for _ in range(RESAMPLES):
        drawn = np.concatenate([members[one] for one in draw.integers(count, size=count)])
        parts = ([ones[i] for i in drawn] for ones in (said, *list(known.values())[:2]))
        places.append(leaning(*parts)[0])
    low, high = np.quantile(places, [0.025, 0.975])
    return f" ({pages.figure(float(low), 2)} to {pages.figure(float(high), 2)})"


DRAWINGS = Drawings(figures=draw, beside=beside)
