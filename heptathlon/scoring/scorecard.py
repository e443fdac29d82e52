"""From a run's samples to its scorecard: everything is recomputed, nothing is believed."""

import math
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from typing import Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

import heptathlon
from heptathlon import salts
from heptathlon.builders import store
from heptathlon.errors import HeptathlonError
from heptathlon.families import Family, Headline
from heptathlon.families import family as family_named
from heptathlon.models.told import LENGTH
from heptathlon.parts import load_part
from heptathlon.records import doc_digest
from heptathlon.running.arguments import as_mapping
from heptathlon.running.broken import in_words
from heptathlon.running.runs import Run, Sample
from heptathlon.scorers import stats
from heptathlon.scorers.reading import CutShort
from heptathlon.scorers.verdict import Row, Statistic, Verdict
from heptathlon.scoring.cards import (
    Estimate,
    FamilyCard,
    FormCard,
    ModelCard,
    PlayerScore,
    Scorecard,
    Settings,
    Stratum,
    ToldCard,
)
from heptathlon.tasks import catalog
from heptathlon.tasks.catalog import TaskData
from heptathlon.tasks.players import Player, players_of

SEED = 20261
"""Seed of every bootstrap on a scorecard, so that anyone gets the same intervals."""
SKILL_RESAMPLES = 10_000
STATISTIC_RESAMPLES = 2_000
"""Resamples of a figure that is not a mean: each is computed anew, which takes its time."""


class Scorer(Protocol):
    """What a family's scorer module offers; :mod:`heptathlon.scorers.verdict` names the rest."""

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

    @property
    def row(self) -> Row:
        """What the scorer's hooks are given."""
        return Row(self.variant, self.sample.doc, self.verdict)


@cache
def scorer_of(family: str) -> Scorer:
    """Return a family's scorer module."""
    return cast("Scorer", load_part(family_named(family), "scorer"))


def statistics_of(family: str) -> dict[str, Statistic]:
    """Return a family's figures that are not the mean of a metric, by name."""
    statistics: dict[str, Statistic] = getattr(scorer_of(family), "STATISTICS", {})
    return statistics


def bounds_of(family: str) -> dict[str, tuple[float, float]]:
    """Return the ranges of a family's metrics that are no rates from 0 to 1, by name."""
    bounds: dict[str, tuple[float, float]] = getattr(scorer_of(family), "BOUNDS", {})
    return bounds


def published(data: TaskData, season: str) -> Published:
    """Return the documents that a task asks in a season, building the set if it is not there.

    Raises:
        UnknownNameError: for an unknown season.
    """
    name = store.SetName(data.family.name, data.edition, data.tier, season, salts.named())
    return _published(data.task, name)


@cache
def _published(task: str, name: store.SetName) -> Published:
    data = catalog.task_data(task)
    folder = store.locate(name)
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
            if sample.broken:
                continue
            scored.append(ScoredSample(sample, data, _verdict(scorer, sample)))
    return looked_across(scored, sets), sets


def _verdict(scorer: Any, sample: Sample) -> Verdict:
    """Judge one answer; of one that the token limit cut off, what reaches the cut is not read.

    That it was cut is the submitter's word, and can only take an answer away.
    """
    results = sample.results
    if sample.finish == LENGTH and isinstance(sample.response, str):
        results = [CutShort(sample.response)]
    verdict: Verdict = scorer.verdict(sample.doc, results)
    return verdict


def looked_across(
    scored: Sequence[ScoredSample], sets: Mapping[str, Published]
) -> list[ScoredSample]:
    """Let each family's scorer look at all of a group's documents together, where it wants to."""
    out = list(scored)
    groups: dict[_Group, list[int]] = {}
    for index, one in enumerate(scored):
        groups.setdefault(_group(one, sets), []).append(index)
    for (family, *_), indices in groups.items():
        for index, verdict in zip(
            indices, _across(family, [scored[i].row for i in indices]), strict=True
        ):
            out[index] = replace(scored[index], verdict=verdict)
    return out


def _across(family: str, rows: Sequence[Row]) -> list[Verdict]:
    """Return the rows' verdicts after the scorer's hook ``across``, if it has one."""
    hook: Callable[[Sequence[Row]], list[Verdict]] | None
    hook = getattr(scorer_of(family), "across", None)
    return hook(rows) if hook else [row.verdict for row in rows]


_Group = tuple[str, str, str, str]


def _group(one: ScoredSample, sets: Mapping[str, Published]) -> _Group:
    """Return what a family's part of a scorecard is about: family, edition, tier and season."""
    return (one.family, one.task.edition, one.task.tier, sets[one.task.task].season)


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
    run: Run,
    find_published: Callable[[TaskData, str], Published] = published,
    *,
    details: bool = True,
) -> tuple[Scorecard, list[ScoredSample]]:
    """Score a run from its samples.

    Args:
        run: the run folder as read.
        find_published: returns the published documents of a task in a season.
        details: whether strata and forms are wanted too; most of the time goes into them.

    Raises:
        HeptathlonError: see :func:`score_samples`.
    """
    scored, sets = score_samples(run, find_published)
    return card_of(run, scored, sets, find_published, details=details), scored


def card_of(
    run: Run,
    scored: Sequence[ScoredSample],
    sets: Mapping[str, Published],
    find_published: Callable[[TaskData, str], Published] = published,
    *,
    details: bool = True,
) -> Scorecard:
    """Return the scorecard of samples that were judged.

    Args:
        run: the run, of which the results files are read.
        scored: its samples with the verdicts on them.
        sets: the published documents by task.
        find_published: returns the published documents of a task in a season.
        details: whether strata and forms are wanted too.
    """
    groups: dict[_Group, list[ScoredSample]] = {}
    for one in scored:
        groups.setdefault(_group(one, sets), []).append(one)
    cards: dict[str, FamilyCard] = {}
    for key in sorted(groups, key=_group_order):
        card = _family_card(groups[key], sets, find_published, details=details)
        name = card.family
        if name in cards:
            name = f"{card.family}/{card.edition}-{card.tier}-{card.season}"
        cards[name] = card
    newest = run.results[-1]
    return Scorecard(
        model=model_card(newest),
        settings=_settings(run),
        date=_iso_date(newest.get("date")),
        families=cards,
        broken={task: in_words(faults) for task, faults in run.broken.items()},
        told=_told_card(run),
    )


def _told_card(run: Run) -> ToldCard | None:
    """Return in short what servers told of a run's answers; None if they told nothing."""
    files = list(run.told.values())
    if not files:
        return None

    def total(name: str) -> int | None:
        known = [n for n in (file.tokens(name) for file in files) if n is not None]
        return sum(known) if known else None

    return ToldCard(
        answers=sum(one.finish != "" for ones in run.samples.values() for one in ones),
        cut=sum(one.finish == LENGTH for ones in run.samples.values() for one in ones),
        prompt_tokens=total("prompt_tokens"),
        completion_tokens=total("completion_tokens"),
        reasoning_tokens=total("reasoning_tokens"),
        models=sorted({model for file in files for model in file.run.models}),
        left_out=sorted({name for file in files for name in file.run.left_out}),
    )


def _group_order(key: _Group) -> tuple[str, bool, int, str]:
    """Order a family's groups so that the one that stands for it comes first."""
    family, edition, tier, season = key
    rank = ("full", "lite", "smoke", "long").index(tier)
    return (family, edition == "paper", rank, season)


def _family_card(
    scored: Sequence[ScoredSample],
    sets: Mapping[str, Published],
    find_published: Callable[[TaskData, str], Published],
    *,
    details: bool,
) -> FamilyCard:
    data = scored[0].task
    family = data.family
    headline = family.headline_of(data.edition)
    main = [one for one in scored if one.variant in headline.variants]
    known = sets[data.task]
    expected = sum(len(p.docs) for p in _headline_sets(data, headline, known, find_published))
    ceiling = ceiling_of(family, [one.row for one in main])
    players = _known_players(family, headline, scored)
    trivial = next((p for p in players if not p.score.oracle and p.score.value is not None), None)
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
        headline=estimate(headline.metric, main),
        skill=skill(headline.metric, main, trivial.scored if trivial else [], ceiling),
        best_trivial=trivial.score if trivial else None,
        players=[p.score for p in players],
        ceiling=ceiling,
        chance=family.chance,
        invalid_rate=_invalid(main),
        strata=_strata(family, headline.metric, main) if details else [],
        forms=_forms(family, headline, scored) if details else [],
    )


def ceiling_of(family: Family, rows: Sequence[Row]) -> float:
    """Return the best reachable headline: on these very documents, where the scorer knows it."""
    hook: Callable[[Sequence[Row]], float] | None
    hook = getattr(scorer_of(family.name), "ceiling", None)
    return hook(rows) if hook and rows else family.ceiling


def _headline_sets(
    data: TaskData,
    headline: Headline,
    known: Published,
    find_published: Callable[[TaskData, str], Published],
) -> Iterable[Published]:
    for variant in headline.variants:
        sibling = catalog.sibling(data, variant)
        if sibling in catalog.leaves():
            yield find_published(catalog.task_data(sibling), known.season)


def columns(metrics: Sequence[str], scored: Sequence[ScoredSample]) -> NDArray[np.float64]:
    """Return the samples' figures, shape (samples, metrics)."""
    rows = [[one.verdict.metrics[m] for m in metrics] for one in scored]
    return np.array(rows, dtype=np.float64).reshape(len(scored), len(metrics))


def clusters(scored: Sequence[ScoredSample]) -> NDArray[np.str_]:
    """Return the label of each sample's cluster, shape (samples,)."""
    return np.array([str(one.sample.doc["cluster_id"]) for one in scored], dtype=np.str_)


def as_estimate(metric: str, interval: stats.Interval) -> Estimate:
    """Return an interval as a card holds it."""
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


NO_DOCUMENT = "no document of the headline's tasks was in the run"
NO_PARTNER = "the documents that this figure compares them with were not in the run"


def estimate(metric: str, scored: Sequence[ScoredSample]) -> Estimate:
    """Return a figure of one family's samples with its interval.

    Args:
        metric: a metric of the verdicts, whose mean over the samples that have it is taken, or
            one of the family's statistics.
        scored: samples of one family.
    """
    if not scored:
        return _nothing(metric, NO_DOCUMENT)
    statistic = statistics_of(scored[0].family).get(metric)
    if statistic is None:
        having = [one for one in scored if metric in one.verdict.metrics]
        if not having:
            return _nothing(metric, NO_PARTNER)
        values = columns([metric], having)[:, 0]
        bounds = bounds_of(scored[0].family).get(metric)
        return as_estimate(metric, stats.mean_interval(values, clusters(having), bounds=bounds))
    having = _with_columns(statistic, scored)
    interval = stats.cluster_bootstrap(
        columns(statistic.columns, having),
        clusters(having),
        statistic.compute,
        resamples=STATISTIC_RESAMPLES,
        seed=SEED,
    )
    return as_estimate(metric, interval)


def _with_columns(statistic: Statistic, scored: Sequence[ScoredSample]) -> list[ScoredSample]:
    return [one for one in scored if set(statistic.columns) <= one.verdict.metrics.keys()]


def _invalid(scored: Sequence[ScoredSample]) -> Estimate:
    if not scored:
        return _nothing("invalid_rate", NO_DOCUMENT)
    values = np.array([float(one.verdict.invalid) for one in scored])
    return as_estimate("invalid_rate", stats.mean_interval(values, clusters(scored)))


@dataclass(frozen=True)
class _Played:
    """A player's headline and its own scored answers to the headline's documents."""

    score: PlayerScore
    scored: list[ScoredSample]


def _players(family: Family, headline: Headline, scored: Sequence[ScoredSample]) -> list[_Played]:
    """Return what every player makes of the same documents, best first."""
    main = [one for one in scored if one.variant in headline.variants]
    if not main:
        return []
    asked = scored if hasattr(scorer_of(family.name), "across") else main
    out = []
    for player in players_of(family.name).values():
        played = [replace(one, verdict=_play(player, one)) for one in asked]
        verdicts = _across(family.name, [one.row for one in played])
        main = [
            replace(one, verdict=verdict)
            for one, verdict in zip(played, verdicts, strict=True)
            if one.variant in headline.variants
        ]
        value = point(headline.metric, main)
        score = PlayerScore(player=player.name, value=value, oracle=player.oracle)
        out.append(_Played(score, main))
    return sorted(
        out, key=lambda p: (math.inf if p.score.value is None else -p.score.value, p.score.player)
    )


def played(
    family: Family, headline: Headline, scored: Sequence[ScoredSample]
) -> dict[str, list[ScoredSample]]:
    """Return every player's own scored answers to the headline's documents, best player first."""
    return {one.score.player: one.scored for one in _players(family, headline, scored)}


def point(metric: str, scored: Sequence[ScoredSample]) -> float | None:
    """Return a figure without its interval; None if it is not defined."""
    statistic = statistics_of(scored[0].family).get(metric) if scored else None
    if statistic is None:
        having = [one.verdict.metrics[metric] for one in scored if metric in one.verdict.metrics]
        return float(np.mean(having)) if having else None
    having_all = _with_columns(statistic, scored)
    value = statistic.compute(columns(statistic.columns, having_all), np.ones(len(having_all)))
    return float(value) if math.isfinite(value) else None


_Asked = tuple[str, tuple[str, ...], tuple[tuple[str, str], ...]]
_played: OrderedDict[_Asked, list[_Played]] = OrderedDict()
MAX_PLAYED = 16
"""Sets of documents of which the players' results are kept; submissions mostly share one."""


def _known_players(
    family: Family, headline: Headline, scored: Sequence[ScoredSample]
) -> list[_Played]:
    """Return :func:`_players`, kept for the next run of the same documents in the same order."""
    asked = tuple((one.task.task, str(one.sample.doc["item_id"])) for one in scored)
    key = (family.name, headline.variants, asked)
    if key not in _played:
        _played[key] = _players(family, headline, scored)
        while len(_played) > MAX_PLAYED:
            _played.popitem(last=False)
    return _played[key]


_verdicts: dict[tuple[str, str, str], Verdict] = {}


def _play(player: Player, one: ScoredSample) -> Verdict:
    """Return the verdict on a player's own answer to a sample's document, kept for the next run.

    The document is the published one (:func:`score_samples` has checked it), so its item_id
    stands for it.
    """
    key = (player.name, one.task.task, str(one.sample.doc["item_id"]))
    if key not in _verdicts:
        doc = one.sample.doc
        responses: list[Any]
        if isinstance(one.sample.response, str):
            responses = [player.answer(doc)]
        else:
            responses = list(player.likelihoods(doc, catalog.choices_of(one.task.task, doc)))
        _verdicts[key] = scorer_of(one.family).verdict(doc, responses)
    return _verdicts[key]


def skill(
    metric: str,
    scored: Sequence[ScoredSample],
    trivial: Sequence[ScoredSample],
    ceiling: float,
) -> Estimate:
    """Return the share of the way from the best trivial player to the ceiling, with its interval.

    Args:
        metric: the headline's metric or statistic.
        scored: the model's samples of the headline's documents.
        trivial: the player's samples of the same documents in the same order.
        ceiling: best reachable headline.
    """
    if not scored:
        return _nothing("skill", NO_DOCUMENT)
    if not trivial:
        return _nothing("skill", "no trivial player has a headline on these documents")
    statistic = statistics_of(scored[0].family).get(metric)
    needed = statistic.columns if statistic else (metric,)
    # A figure of the hook ``across`` may be missing where its partner was not asked.
    both = [
        (one, other)
        for one, other in zip(scored, trivial, strict=True)
        if all(m in one.verdict.metrics and m in other.verdict.metrics for m in needed)
    ]
    if not both:
        return _nothing("skill", NO_PARTNER)
    model, player = (columns(needed, [pair[i] for pair in both]) for i in (0, 1))
    labels = clusters([one for one, _ in both])
    if statistic is None:
        interval = stats.skill(
            model[:, 0],
            player[:, 0],
            labels,
            ceiling=ceiling,
            resamples=SKILL_RESAMPLES,
            seed=SEED,
        )
        return as_estimate("skill", interval)
    width = len(statistic.columns)

    def share(values: NDArray[np.float64], weights: NDArray[Any]) -> float:
        bar = statistic.compute(values[:, width:], weights)
        room = ceiling - bar
        return (
            (statistic.compute(values[:, :width], weights) - bar) / room if room > 0 else math.nan
        )

    interval = stats.cluster_bootstrap(
        np.hstack([model, player]),
        labels,
        share,
        resamples=STATISTIC_RESAMPLES,
        seed=SEED,
    )
    return as_estimate("skill", interval)


def _strata(family: Family, metric: str, scored: Sequence[ScoredSample]) -> list[Stratum]:
    out = []
    for field in family.strata:
        levels: dict[str, list[ScoredSample]] = {}
        for one in (one for one in scored if field in one.sample.doc):
            levels.setdefault(str(one.sample.doc[field]), []).append(one)
        for level in sorted(levels, key=level_order):
            figure = estimate(metric, levels[level])
            form = levels[level][0].form
            out.append(Stratum(form=form, field=field, level=level, **figure.model_dump()))
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
                metrics={m: estimate(m, ones) for m in _metric_names(family, ones)},
                outcomes=dict(outcomes.most_common()),
                invalid_rate=_invalid(ones),
            )
        )
    return sorted(out, key=lambda f: (not f.primary, f.variant))


def _metric_names(family: Family, scored: Sequence[ScoredSample]) -> list[str]:
    """Return every metric of a form's verdicts, and the statistics that rest on them."""
    names = dict.fromkeys(name for one in scored for name in one.verdict.metrics)
    return list(names) + [
        name
        for name, statistic in statistics_of(family.name).items()
        if set(statistic.columns) <= names.keys()
    ]


def model_card(results: Mapping[str, Any]) -> ModelCard:
    """Return who answered, from one of lm-eval's results files."""
    config = results["config"]
    args = as_mapping(config.get("model_args"))
    backend = str(results.get("model_source") or config.get("model") or "")
    player = backend == "heptathlon"
    parameters = config.get("model_num_parameters")
    return ModelCard(
        name=str(args.get("player", "?")) if player else str(results.get("model_name") or "?"),
        kind="player" if player else "model",
        backend=backend,
        args=args,
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
        gen_kwargs=as_mapping(config.get("gen_kwargs")),
        limit=config.get("limit"),
        lm_eval_version=str(newest.get("lm_eval_version") or ""),
        heptathlon_version=heptathlon.__version__,
    )


def _iso_date(stamp: object) -> str:
    """Return lm-eval's Unix time as an ISO date and time in UTC; empty if it wrote none."""
    if not isinstance(stamp, int | float):
        return ""
    return datetime.fromtimestamp(stamp, UTC).isoformat(timespec="seconds")
