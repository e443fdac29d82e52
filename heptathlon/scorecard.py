"""From a run's samples to its scorecard: everything is recomputed, nothing is believed."""

import importlib
import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

import heptathlon
from heptathlon.builders import store
from heptathlon.cards import (
    Estimate,
    FamilyCard,
    FormCard,
    ModelCard,
    PlayerScore,
    Scorecard,
    Settings,
    Stratum,
)
from heptathlon.errors import HeptathlonError
from heptathlon.families import Family, Headline
from heptathlon.records import doc_digest
from heptathlon.runs import Run, Sample
from heptathlon.scorers import stats
from heptathlon.scorers.verdict import Verdict
from heptathlon.tasks import catalog
from heptathlon.tasks.catalog import TaskData
from heptathlon.tasks.players import Player

SKILL_SEED = 20261
SKILL_RESAMPLES = 10_000


class Scorer(Protocol):
    """What a family's scorer module offers."""

    def verdict(self, doc: Mapping[str, Any], responses: Sequence[Any]) -> Verdict:
        """Judge one document's responses."""


@dataclass(frozen=True)
class Published:
    """The documents that a task may ask: the set they belong to and each one's digest.

    Attributes:
        name: name of the set's folder.
        digest: the set's digest.
        season: the set's season.
        docs: item_id -> digest of the document.
    """

    name: str
    digest: str
    season: str
    docs: Mapping[str, str]


@dataclass(frozen=True)
class ScoredSample:
    """A logged sample with the suite's own verdict on it."""

    sample: Sample
    task: TaskData
    verdict: Verdict

    @property
    def family(self) -> str:
        """Name of the family."""
        return self.task.family.name

    @property
    def variant(self) -> str:
        """The task's name without prefix and tier."""
        return self.task.variant

    @property
    def form(self) -> str:
        """Form of question."""
        return str(self.sample.doc["form"])


@cache
def scorer_of(family: str) -> Scorer:
    """Return a family's scorer module."""
    module: Any = importlib.import_module(f"heptathlon.scorers.{family}")
    return module  # type: ignore[no-any-return]


@cache
def players_of(family: str) -> dict[str, Player]:
    """Return a family's scripted players."""
    module = importlib.import_module(f"heptathlon.tasks.{family}.baselines")
    players: dict[str, Player] = module.PLAYERS
    return players


def published(data: TaskData, season: str) -> Published:
    """Return the documents that a task asks in a season, building the set if it is not there.

    Raises:
        UnknownNameError: for an unknown season.
    """
    salt = os.environ.get("HEPTATHLON_SALT", "")
    name = store.SetName(data.family.name, data.edition, data.tier, season, salt)
    return _published(data.task, name)


@cache
def _published(task: str, name: store.SetName) -> Published:
    data = catalog.task_data(task)
    folder = store.ensure(name, progress=store.log_progress(name))
    rows = store.read_docs(folder, data.config)
    chosen = [r for r in rows if all(r[k] == v for k, v in data.where.items())]
    return Published(
        name=name.folder,
        digest=store.read_manifest(folder).digest,
        season=name.season,
        docs={row["item_id"]: doc_digest(row) for row in chosen},
    )


def score_samples(
    run: Run, find_published: Callable[[TaskData, str], Published] = published
) -> tuple[list[ScoredSample], dict[str, Published]]:
    """Judge every sample of a run, after checking that its documents are the published ones.

    Args:
        run: the run folder as read.
        find_published: returns the published documents of a task in a season.

    Returns:
        The scored samples in the order of the files, and the published documents by task.

    Raises:
        HeptathlonError: if a task is not the suite's, or of another version; if a document is
            not in the published set, was changed, or was answered twice.
    """
    scored: list[ScoredSample] = []
    sets: dict[str, Published] = {}
    for task, samples in run.samples.items():
        file = run.samples_files[task]
        data = catalog.task_data(task)
        _check_version(run, data)
        if not samples:
            raise HeptathlonError(f"{file}: holds no sample; run the task {task} again.")
        season = str(samples[0].doc.get("season"))
        sets[task] = known = find_published(data, season)
        scorer = scorer_of(data.family.name)
        seen: set[str] = set()
        for sample in samples:
            item = str(sample.doc.get("item_id"))
            where = f"{file}, document {sample.doc_id}"
            if item not in known.docs:
                raise HeptathlonError(
                    f"{where}: the item {item} is not in {known.name}; the samples come from "
                    "another version, season or salt: run the task again with this version."
                )
            if doc_digest(sample.doc) != known.docs[item]:
                raise HeptathlonError(
                    f"{where}: the item {item} differs from the one in {known.name}; "
                    "its document was changed."
                )
            if item in seen:
                raise HeptathlonError(f"{where}: the item {item} was answered twice.")
            seen.add(item)
            scored.append(ScoredSample(sample, data, scorer.verdict(sample.doc, sample.results)))
    return scored, sets


def _check_version(run: Run, data: TaskData) -> None:
    """Refuse samples that a different version of the family made."""
    for results, file in zip(reversed(run.results), reversed(run.results_files), strict=True):
        if data.task in results["versions"]:
            version = results["versions"][data.task]
            if version != data.family.version:
                raise HeptathlonError(
                    f"{file}: {data.task} was run at version {version}, but this is version "
                    f"{data.family.version} of {data.family.name}; run it again, or score it with "
                    "the release of that version."
                )
            return
    raise HeptathlonError(
        f"{run.folder}: has samples of {data.task} but no results file that lists it; "
        "keep the results_*.json of the same run beside its samples."
    )


def score_run(
    run: Run, find_published: Callable[[TaskData, str], Published] = published
) -> tuple[Scorecard, list[ScoredSample]]:
    """Score a run from its samples.

    Args:
        run: the run folder as read.
        find_published: returns the published documents of a task in a season.

    Raises:
        HeptathlonError: see :func:`score_samples`.
    """
    scored, sets = score_samples(run, find_published)
    groups: dict[tuple[str, str, str, str], list[ScoredSample]] = {}
    for one in scored:
        key = (one.family, one.task.edition, one.task.tier, sets[one.task.task].season)
        groups.setdefault(key, []).append(one)
    cards: dict[str, FamilyCard] = {}
    for key in sorted(groups, key=_group_order):
        card = _family_card(groups[key], sets, find_published)
        name = card.family
        if name in cards:
            name = f"{card.family}/{card.edition}-{card.tier}-{card.season}"
        cards[name] = card
    newest = run.results[-1]
    return (
        Scorecard(
            model=model_card(newest),
            settings=_settings(run),
            date=_iso_date(newest.get("date")),
            families=cards,
        ),
        scored,
    )


def _group_order(key: tuple[str, str, str, str]) -> tuple[str, bool, int, str]:
    """Order a family's groups so that the one that stands for it comes first."""
    family, edition, tier, season = key
    rank = ("full", "lite", "smoke", "long").index(tier)
    return (family, edition == "paper", rank, season)


def _family_card(
    scored: Sequence[ScoredSample],
    sets: Mapping[str, Published],
    find_published: Callable[[TaskData, str], Published],
) -> FamilyCard:
    data = scored[0].task
    family = data.family
    headline = family.headline_of(data.edition)
    main = [one for one in scored if one.variant in headline.variants]
    known = sets[data.task]
    expected = sum(len(p.docs) for p in _headline_sets(data, headline, known, find_published))
    estimate = _estimate(headline.metric, main)
    players = _players(family, headline.metric, main)
    trivial = next((p for p, _ in players if not p.oracle), None)
    return FamilyCard(
        family=family.name,
        title=family.title,
        edition=data.edition,
        tier=data.tier,
        season=known.season,
        version=family.version,
        digest=known.digest,
        complete=len(main) == expected,
        expected=expected,
        headline=estimate,
        skill=_skill(family, headline.metric, main, players),
        best_trivial=trivial,
        players=[p for p, _ in players],
        ceiling=family.ceiling,
        chance=family.chance,
        invalid_rate=_invalid(main),
        strata=_strata(family, headline.metric, main),
        forms=_forms(family, headline, scored),
    )


def _headline_sets(
    data: TaskData,
    headline: Headline,
    known: Published,
    find_published: Callable[[TaskData, str], Published],
) -> Iterable[Published]:
    for variant in headline.variants:
        sibling = catalog.sibling(data, variant)
        if sibling in catalog.task_files():
            yield find_published(catalog.task_data(sibling), known.season)


def _column(metric: str, scored: Sequence[ScoredSample]) -> NDArray[np.float64]:
    return np.array([one.verdict.metrics[metric] for one in scored], dtype=np.float64)


def _clusters(scored: Sequence[ScoredSample]) -> NDArray[np.str_]:
    return np.array([str(one.sample.doc["cluster_id"]) for one in scored], dtype=np.str_)


def _as_estimate(metric: str, interval: stats.Interval) -> Estimate:
    return Estimate(
        metric=metric,
        value=interval.value,
        low=interval.low,
        high=interval.high,
        n=interval.n,
        clusters=interval.clusters,
        method=interval.method,
        reason=interval.reason,
    )


def _nothing(metric: str, reason: str) -> Estimate:
    return Estimate(
        metric=metric, value=None, low=None, high=None, n=0, clusters=0, method="", reason=reason
    )


def _estimate(metric: str, scored: Sequence[ScoredSample]) -> Estimate:
    if not scored:
        return _nothing(metric, "no document of the headline's tasks was in the run")
    return _as_estimate(metric, stats.mean_interval(_column(metric, scored), _clusters(scored)))


def _invalid(scored: Sequence[ScoredSample]) -> Estimate:
    if not scored:
        return _nothing("invalid_rate", "no document of the headline's tasks was in the run")
    values = np.array([float(one.verdict.invalid) for one in scored])
    return _as_estimate("invalid_rate", stats.mean_interval(values, _clusters(scored)))


def _players(
    family: Family, metric: str, scored: Sequence[ScoredSample]
) -> list[tuple[PlayerScore, NDArray[np.float64]]]:
    """Return every player's headline and its figures on the same documents, best first."""
    if not scored:
        return []
    out = []
    for player in players_of(family.name).values():
        values = np.array([_play(family.name, player, one, metric) for one in scored])
        score = PlayerScore(player=player.name, value=float(values.mean()), oracle=player.oracle)
        out.append((score, values))
    return sorted(out, key=lambda pair: (-pair[0].value, pair[0].player))


def _play(family: str, player: Player, one: ScoredSample, metric: str) -> float:
    """Return the metric of a player's own answer to a sample's document."""
    verdict = scorer_of(family).verdict(one.sample.doc, [player.answer(one.sample.doc)])
    return verdict.metrics[metric]


def _skill(
    family: Family,
    metric: str,
    scored: Sequence[ScoredSample],
    players: Sequence[tuple[PlayerScore, NDArray[np.float64]]],
) -> Estimate:
    trivial = next((values for player, values in players if not player.oracle), None)
    if trivial is None:
        return _nothing("skill", "no document of the headline's tasks was in the run")
    interval = stats.skill(
        _column(metric, scored),
        trivial,
        _clusters(scored),
        ceiling=family.ceiling,
        resamples=SKILL_RESAMPLES,
        seed=SKILL_SEED,
    )
    return _as_estimate("skill", interval)


def _strata(family: Family, metric: str, scored: Sequence[ScoredSample]) -> list[Stratum]:
    out = []
    for field in family.strata:
        levels: dict[str, list[ScoredSample]] = {}
        for one in scored:
            levels.setdefault(str(one.sample.doc[field]), []).append(one)
        for level in sorted(levels, key=level_order):
            estimate = _estimate(metric, levels[level])
            form = levels[level][0].form
            out.append(Stratum(form=form, field=field, level=level, **estimate.model_dump()))
    return out


def level_order(level: str) -> tuple[bool, float, str]:
    """Sort key of a stratum's level: by the number it begins with, else by name.

    Example:
        >>> sorted(["16-31", "4-7", "128+", "dfs"], key=level_order)
        ['4-7', '16-31', '128+', 'dfs']
    """
    digits = ""
    for character in level:
        if not character.isdigit():
            break
        digits += character
    return (not digits, float(digits or 0), level)


def _forms(family: Family, headline: Headline, scored: Sequence[ScoredSample]) -> list[FormCard]:
    groups: dict[tuple[str, str], list[ScoredSample]] = {}
    for one in scored:
        groups.setdefault((one.variant, one.form), []).append(one)
    out = []
    for (variant, form), ones in groups.items():
        outcomes = Counter(one.verdict.outcome for one in ones)
        out.append(
            FormCard(
                variant=variant,
                form=form,
                title=family.form_names[form],
                primary=variant in headline.variants,
                metrics={m: _estimate(m, ones) for m in ones[0].verdict.metrics},
                outcomes=dict(outcomes.most_common()),
                invalid_rate=_invalid(ones),
            )
        )
    return sorted(out, key=lambda f: (not f.primary, f.variant))


def model_card(results: Mapping[str, Any]) -> ModelCard:
    """Return who answered, from one of lm-eval's results files."""
    config = results["config"]
    args = config.get("model_args") or {}
    if isinstance(args, str):
        args = dict(pair.split("=", 1) for pair in args.split(",") if "=" in pair)
    backend = str(results.get("model_source") or config.get("model") or "")
    player = backend == "heptathlon"
    parameters = config.get("model_num_parameters")
    return ModelCard(
        name=str(args.get("player", "?")) if player else str(results.get("model_name") or "?"),
        kind="player" if player else "model",
        backend=backend,
        args={str(k): str(v) for k, v in args.items()},
        revision=str(config.get("model_sha") or ""),
        parameters=parameters if isinstance(parameters, int) else None,
        dtype=str(config.get("model_dtype") or "").removeprefix("torch."),
    )


def _settings(run: Run) -> Settings:
    shots: dict[str, int] = {}
    for results in run.results:
        shots |= {t: int(n) for t, n in results["n-shot"].items() if t in run.samples}
    newest = run.results[-1]
    config = newest["config"]
    return Settings(
        num_fewshot=shots,
        chat_template=bool(newest.get("chat_template")),
        chat_template_sha=str(newest.get("chat_template_sha") or ""),
        system_instruction=str(newest.get("system_instruction") or ""),
        gen_kwargs={str(k): str(v) for k, v in (config.get("gen_kwargs") or {}).items()},
        limit=config.get("limit"),
        lm_eval_version=str(newest.get("lm_eval_version") or ""),
        heptathlon_version=heptathlon.__version__,
    )


def _iso_date(stamp: object) -> str:
    """Return lm-eval's Unix time as an ISO date and time in UTC; empty if it wrote none."""
    if not isinstance(stamp, int | float):
        return ""
    return datetime.fromtimestamp(stamp, UTC).isoformat(timespec="seconds")
