"""What icl's page shows: which algorithm the answers follow, if the documents can tell."""

from collections.abc import Sequence

from heptathlon.pages import base as pages
from heptathlon.pages.drawings import THIS_RUN, Drawings, Figure, Played
from heptathlon.scoring.samples import ScoredSample
from heptathlon.tasks.icl.attribution import COIN, COMPARED, Attribution, attribute
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


DRAWINGS = Drawings(figures=draw)
