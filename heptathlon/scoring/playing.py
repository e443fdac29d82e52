"""What the scripted players make of a run's documents, through the same parser as the model."""

import hashlib
import math
import sys
from collections import OrderedDict
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

from heptathlon.facts import set_edition
from heptathlon.families import Family, Headline, task_name
from heptathlon.parts import module_name
from heptathlon.running import twins
from heptathlon.running.runs import Sample
from heptathlon.scorers.hooks import across, scorer_of
from heptathlon.scorers.verdict import Verdict
from heptathlon.scoring.cards import PlayerScore
from heptathlon.scoring.figures import point
from heptathlon.scoring.samples import ScoredSample, documents, forget_shared, shared
from heptathlon.tasks import catalog
from heptathlon.tasks.players import Player, players_of


@dataclass(frozen=True)
class Played:
    """A player's headline, and its own answers to the headline's documents.

    Attributes:
        score: its headline.
        answers: returns its scored answers; they take time and room, and few ask for them.
    """

    score: PlayerScore
    answers: Callable[[], list[ScoredSample]]

    @cached_property
    def scored(self) -> list[ScoredSample]:
        """Its own scored answers to the headline's documents."""
        return self.answers()

    @property
    def may_be_bar(self) -> bool:
        """Whether it sees no more than an entrant, and has a headline at all."""
        own = self.score
        return own.sees == "prompt" and not own.oracle and own.value is not None


def play_all(family: Family, headline: Headline, scored: Sequence[ScoredSample]) -> list[Played]:
    """Return what every player makes of the same documents, best first."""
    asked = _asked(family, headline, scored)
    _answer(family, asked)
    out = []
    for player in players_of(family.name).values() if asked else ():
        main = _main(player, headline, asked)
        out.append(Played(_score(player, point(headline.metric, main)), lambda own=main: own))  # type: ignore[misc]
    return sorted(out, key=_best_first)


def played(
    family: Family,
    headline: Headline,
    scored: Sequence[ScoredSample],
    before: Mapping[str, list[ScoredSample]] | None = None,
) -> Mapping[str, list[ScoredSample]]:
    """Return every player's own scored answers to the headline's documents, best player first.

    Each player's are made when they are looked up.

    Args:
        family: the family.
        headline: the headline.
        scored: samples of its documents.
        before: answers by other names that stand before the players'.
    """
    return Later(before or {}, {one.score.player: one for one in known(family, headline, scored)})


class Later(Mapping[str, list[ScoredSample]]):
    """Players' answers by their names, made when they are looked up, behind others."""

    def __init__(
        self, before: Mapping[str, list[ScoredSample]], players: Mapping[str, Played]
    ) -> None:
        """Take what is there, and the players by name."""
        self._before, self._players = before, players

    def __getitem__(self, name: str) -> list[ScoredSample]:
        """Return the answers of a name."""
        found = self._before.get(name)
        return self._players[name].scored if found is None else found

    def __iter__(self) -> Iterator[str]:
        """Yield the names, the best player first."""
        yield from self._before
        yield from self._players

    def __len__(self) -> int:
        """Return the number of names."""
        return len(self._before) + len(self._players)


def _asked(
    family: Family, headline: Headline, scored: Sequence[ScoredSample]
) -> Sequence[ScoredSample]:
    """Return what players are asked for a headline: where its scorer looks across, all of it."""
    main = [one for one in scored if one.variant in headline.variants]
    return scored if main and hasattr(scorer_of(family.name), "across") else main


def _main(player: Player, headline: Headline, asked: Sequence[ScoredSample]) -> list[ScoredSample]:
    """Return a player's scored answers to the headline's documents."""
    mine = [replace(one, verdict=_play(player, one)) for one in asked]
    verdicts = across(asked[0].family, [one.row for one in mine])
    if not _lasting:
        _verdicts.clear()
    return [
        replace(one, verdict=shared(verdict))
        for one, verdict in zip(mine, verdicts, strict=True)
        if one.variant in headline.variants
    ]


def _answer(family: Family, asked: Iterable[ScoredSample]) -> None:
    """Let all players answer a document before the next, which may have to be read for it.

    Where nothing is kept, each has to answer by itself.
    """
    players = players_of(family.name).values() if _lasting else ()
    for one in asked:
        for player in players:
            _play(player, one)


def _score(player: Player, value: float | None) -> PlayerScore:
    return PlayerScore(player=player.name, value=value, oracle=player.oracle, sees=player.sees)


def _best_first(one: Played) -> tuple[float, str]:
    return (math.inf if one.score.value is None else -one.score.value, one.score.player)


Headlines = dict[str, float | None]
"""Players' headlines by their names."""


@dataclass(frozen=True)
class _Known:
    """What players made of some documents: of which tasks, and their headlines."""

    tasks: frozenset[str]
    headlines: Headlines


_headlines: OrderedDict[str, _Known] = OrderedDict()
_played: OrderedDict[str, list[Played]] = OrderedDict()
MAX_PLAYED = 16
"""Sets of documents of which the players' results are kept; submissions mostly share one."""
MAX_HEADLINES = 256
"""Sets of documents of which the players' headlines are kept."""


def known(family: Family, headline: Headline, scored: Sequence[ScoredSample]) -> list[Played]:
    """Return :func:`play_all`, kept for the next run of the same documents in the same order."""
    asked = _asked(family, headline, scored)
    if not asked:
        return []
    key = _key(family, headline, asked)
    if key not in _played:
        players = players_of(family.name)
        found = _headlines.get(key)
        if found is None or found.headlines.keys() != players.keys():
            _answer(family, asked)
            values = {
                name: point(headline.metric, _main(player, headline, asked))
                for name, player in players.items()
            }
            found = _Known(frozenset(one.task.task for one in asked), values)
            _take(key, found)
        _played[key] = sorted(
            (
                Played(
                    _score(player, found.headlines[name]), partial(_main, player, headline, asked)
                )
                for name, player in players.items()
            ),
            key=_best_first,
        )
        while len(_played) > MAX_PLAYED:
            _played.popitem(last=False)
    return _played[key]


def _key(family: Family, headline: Headline, asked: Iterable[ScoredSample]) -> str:
    """Return what stands for a headline and its documents in their order."""
    found = hashlib.sha256(repr((family.name, headline.metric, headline.variants)).encode())
    for one in asked:
        found.update(f"{one.task.task} {one.sample.doc['item_id']}\n".encode())
    return found.hexdigest()


def _take(key: str, found: _Known) -> None:
    _headlines[key] = found
    while len(_headlines) > MAX_HEADLINES:
        _headlines.popitem(last=False)


def remember_headlines(tasks: Iterable[str], found: Mapping[str, Headlines]) -> None:
    """Take players' headlines of documents of some tasks, by what stands for the documents."""
    for key, headlines in found.items():
        _take(key, _Known(frozenset(tasks), headlines))


def headlines_of(tasks: Container[str]) -> dict[str, Headlines]:
    """Return players' headlines of documents of some tasks, by what stands for the documents."""
    return {
        key: one.headlines
        for key, one in _headlines.items()
        if all(task in tasks for task in one.tasks)
    }


_lasting = True
_verdicts: dict[tuple[str, str], dict[str, Verdict]] = {}
"""Verdicts on players' answers, by player and task, then by item."""
_sources: dict[str, Callable[[], None]] = {}
"""Tasks of which more verdicts are known, and what brings them: they are many, and seldom asked."""
_brought: set[tuple[str, str]] = set()
"""Tasks and names of sources that have brought what they know of them."""
_made: set[str] = set()
"""Tasks of which a player has made an answer that was not known."""


def _play(player: Player, one: ScoredSample) -> Verdict:
    """Return the verdict on a player's own answer to a sample's document, kept for the next run.

    The document is the published one (:func:`score_samples` has checked it), so its item_id
    stands for it.
    """
    task = one.task.task
    if task in _sources:
        _sources.pop(task)()
    known = _verdicts.setdefault((player.name, task), {})
    item = str(one.sample.doc["item_id"])
    if item not in known:
        _made.add(task)
        doc = one.sample.doc
        responses: list[Any]
        if one.sample.written:
            responses = [player.answer(doc)]
        else:
            responses = list(player.likelihoods(doc, catalog.choices_of(task, doc)))
        known[item] = shared(scorer_of(one.family).verdict(doc, responses))
    return known[item]


def unanswered(family: Family, edition: str, tier: str, season: str) -> list[ScoredSample]:
    """Return the documents of a family's headline as samples that nobody has answered yet.

    Where the family's scorer looks across documents, those of the family's other tasks in the same
    tier come with them. ``HEPTATHLON_SALT`` chooses the set, as everywhere.
    """
    headline = family.headline_of(edition)
    wanted = list(headline.variants)
    if hasattr(scorer_of(family.name), "across"):
        group = twins.group_of(family, edition, tier)
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


def remember_later(name: str, tasks: Iterable[str], bring: Callable[[], None]) -> None:
    """Take what brings the known verdicts on players' answers to some tasks, if they are asked.

    Args:
        name: name of the source; what it brought once is not brought again.
        tasks: the tasks.
        bring: calls :func:`remember`.
    """
    waiting = {task for task in tasks if (name, task) not in _brought}

    def once() -> None:
        for task in waiting:
            _sources.pop(task, None)
            _brought.add((name, task))
        bring()

    _sources.update(dict.fromkeys(waiting, once))


def made(tasks: Collection[str]) -> bool:
    """Tell whether players have made answers to some tasks that are kept nowhere."""
    return any(task in _made for task in tasks)


def kept(tasks: Iterable[str]) -> None:
    """Take note that what players made of some tasks is kept."""
    _made.difference_update(tasks)


def remember(found: Mapping[tuple[str, str, str], Verdict]) -> None:
    """Take verdicts on players' answers, by player, task and item, as known from before."""
    for (player, task, item), verdict in found.items():
        _verdicts.setdefault((player, task), {}).setdefault(item, shared(verdict))


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
    forget_shared()
    for task in tasks:
        _sources.pop(task, None)
        _made.discard(task)
    _brought.difference_update([one for one in _brought if one[1] in tasks])
    for stale in [name for name, one in _headlines.items() if not one.tasks.isdisjoint(tasks)]:
        del _headlines[stale]
        _played.pop(stale, None)
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
    forget_shared()
    _played.clear()
    _headlines.clear()
    _sources.clear()
    _brought.clear()
    _made.clear()
