"""What the scripted players make of a run's documents, through the same parser as the model."""

import math
import sys
from collections import OrderedDict
from collections.abc import Collection, Container, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from heptathlon.facts import SAID, set_edition
from heptathlon.families import Family, Headline, task_name
from heptathlon.parts import module_name
from heptathlon.running.runs import Sample
from heptathlon.scorers.hooks import across, scorer_of
from heptathlon.scorers.verdict import Verdict
from heptathlon.scoring.cards import PlayerScore
from heptathlon.scoring.figures import point
from heptathlon.scoring.samples import ScoredSample, documents
from heptathlon.tasks import catalog
from heptathlon.tasks.players import Player, players_of


@dataclass(frozen=True)
class Played:
    """A player's headline and its own scored answers to the headline's documents."""

    score: PlayerScore
    scored: list[ScoredSample]

    @property
    def may_be_bar(self) -> bool:
        """Whether it sees no more than an entrant, and has a headline at all."""
        own = self.score
        return own.sees == "prompt" and not own.oracle and own.value is not None


def play_all(family: Family, headline: Headline, scored: Sequence[ScoredSample]) -> list[Played]:
    """Return what every player makes of the same documents, best first."""
    main = [one for one in scored if one.variant in headline.variants]
    if not main:
        return []
    asked = scored if hasattr(scorer_of(family.name), "across") else main
    out = []
    for player in players_of(family.name).values():
        played = [replace(one, verdict=_play(player, one)) for one in asked]
        verdicts = across(family.name, [one.row for one in played])
        main = [
            replace(one, verdict=_shared(verdict))
            for one, verdict in zip(played, verdicts, strict=True)
            if one.variant in headline.variants
        ]
        if not _lasting:
            _verdicts.clear()
        value = point(headline.metric, main)
        score = PlayerScore(player=player.name, value=value, oracle=player.oracle, sees=player.sees)
        out.append(Played(score, main))
    return sorted(
        out, key=lambda p: (math.inf if p.score.value is None else -p.score.value, p.score.player)
    )


def played(
    family: Family, headline: Headline, scored: Sequence[ScoredSample]
) -> dict[str, list[ScoredSample]]:
    """Return every player's own scored answers to the headline's documents, best player first."""
    return {one.score.player: one.scored for one in known(family, headline, scored)}


_Asked = tuple[str, tuple[str, ...], tuple[tuple[str, str], ...]]
_played: OrderedDict[_Asked, list[Played]] = OrderedDict()
MAX_PLAYED = 16
"""Sets of documents of which the players' results are kept; submissions mostly share one."""


def known(family: Family, headline: Headline, scored: Sequence[ScoredSample]) -> list[Played]:
    """Return :func:`play_all`, kept for the next run of the same documents in the same order."""
    asked = tuple((one.task.task, str(one.sample.doc["item_id"])) for one in scored)
    key = (family.name, headline.variants, asked)
    if key not in _played:
        _played[key] = play_all(family, headline, scored)
        while len(_played) > MAX_PLAYED:
            _played.popitem(last=False)
    return _played[key]


_verdicts: dict[tuple[str, str], dict[str, Verdict]] = {}
"""Verdicts on players' answers, by player and task, then by item."""
_lasting = True
_distinct: dict[tuple[Any, ...], Verdict] = {}
MAX_DISTINCT = 2**16
"""Different verdicts that are kept once for all items; of a choice there are few."""


def _play(player: Player, one: ScoredSample) -> Verdict:
    """Return the verdict on a player's own answer to a sample's document, kept for the next run.

    The document is the published one (:func:`score_samples` has checked it), so its item_id
    stands for it.
    """
    known = _verdicts.setdefault((player.name, one.task.task), {})
    item = str(one.sample.doc["item_id"])
    if item not in known:
        doc = one.sample.doc
        responses: list[Any]
        if isinstance(one.sample.response, str):
            responses = [player.answer(doc)]
        else:
            responses = list(player.likelihoods(doc, catalog.choices_of(one.task.task, doc)))
        known[item] = _shared(scorer_of(one.family).verdict(doc, responses))
    return known[item]


def _shared(verdict: Verdict) -> Verdict:
    """Return the verdict, as the same object as all that are equal to it."""
    if type(verdict) is not Verdict:
        return verdict
    key = (verdict.outcome, verdict.answer, verdict.invalid, *verdict.metrics.items())
    if len(_distinct) >= MAX_DISTINCT and key not in _distinct:
        return verdict
    return _distinct.setdefault(key, verdict)


def unanswered(family: Family, edition: str, tier: str, season: str) -> list[ScoredSample]:
    """Return the documents of a family's headline as samples that nobody has answered yet.

    Where the family's scorer looks across documents, those of the family's other tasks in the same
    tier come with them. ``HEPTATHLON_SALT`` chooses the set, as everywhere.
    """
    headline = family.headline_of(edition)
    wanted = list(headline.variants)
    if hasattr(scorer_of(family.name), "across"):
        group = _group_of(family, edition, tier)
        if group in catalog.groups():
            wanted += [catalog.task_data(leaf).variant for leaf in catalog.leaves_of(group)]
    out = []
    for variant in dict.fromkeys(wanted):
        task = task_name(variant, tier)
        if task not in catalog.leaves():
            continue
        data = catalog.task_data(task)
        if data.edition != set_edition(edition):
            continue
        written = catalog.is_generated(task)
        for number, doc in enumerate(documents(data, season)):
            response: Any = "" if written else []
            sample = Sample(task, number, doc, "", response, {})
            out.append(ScoredSample(sample, data, Verdict({}, "unanswered")))
    return out


def _group_of(family: Family, edition: str, tier: str) -> str:
    if edition == SAID:
        return catalog.said_group(family, tier)
    return task_name(family.name if edition == "fresh" else f"{family.name}_{edition}", tier)


def remember(found: Mapping[tuple[str, str, str], Verdict]) -> None:
    """Take verdicts on players' answers, by player, task and item, as known from before."""
    for (player, task, item), verdict in found.items():
        _verdicts.setdefault((player, task), {}).setdefault(item, _shared(verdict))


def said(tasks: Container[str]) -> dict[tuple[str, str, str], Verdict]:
    """Return the verdicts on players' answers to some tasks, by player, task and item."""
    return {
        (player, task, item): verdict
        for (player, task), known in _verdicts.items()
        if task in tasks
        for item, verdict in known.items()
    }


def forget_tasks(tasks: Collection[str]) -> None:
    """Forget what the players made of the documents of some tasks, and what they learnt of them."""
    for key in [key for key in _verdicts if key[1] in tasks]:
        del _verdicts[key]
    _distinct.clear()
    for asked in [one for one in _played if any(task in tasks for task, _ in one[2])]:
        del _played[asked]
    for package in {module_name(catalog.task_data(task).family, "tasks") for task in tasks}:
        _clear(package)


def _clear(package: str) -> None:
    """Empty the caches of a package's functions: a family's players keep texts and models there."""
    for name, module in list(sys.modules.items()):
        if name == package or name.startswith(f"{package}."):
            for value in list(vars(module).values()):
                if callable(clear := getattr(value, "cache_clear", None)):
                    clear()


def keep_nothing() -> None:
    """Keep no verdicts on players' answers from now on, in a process that no other run follows in.

    They are a third of the memory that a long run takes.
    """
    global _lasting
    _lasting = False
    _verdicts.clear()


def forget() -> None:
    """Forget what the players made of documents that will not be asked for again."""
    _verdicts.clear()
    _distinct.clear()
    _played.clear()
