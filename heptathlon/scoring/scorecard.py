"""From a run's samples to its scorecard: everything is recomputed, nothing is believed."""

import contextlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from heptathlon.facts import EDITIONS
from heptathlon.families import Family, Headline
from heptathlon.running.arguments import as_mapping
from heptathlon.running.broken import in_words
from heptathlon.running.identity import moment_of
from heptathlon.running.runs import Run
from heptathlon.scorers.hooks import bounds_of, scorer_of, statistics_of
from heptathlon.scoring import levels, playing, prompt_forms, remembered, sequential, skills
from heptathlon.scoring.cards import (
    FamilyCard,
    FormCard,
    ModelCard,
    Scorecard,
    Settings,
    Stratum,
)
from heptathlon.scoring.confide.figures import cards_of
from heptathlon.scoring.confide.records import Confided
from heptathlon.scoring.confidence import confidence_of
from heptathlon.scoring.figures import (
    SEED,
    STATISTIC_RESAMPLES,
    as_estimate,
    clusters,
    columns,
    estimate,
    invalid_rate,
    of_whole,
)
from heptathlon.scoring.playing import played
from heptathlon.scoring.samples import (
    Group,
    Published,
    ScoredSample,
    groups_of,
    looked_across,
    published,
    score_samples,
)
from heptathlon.scoring.told import told_card
from heptathlon.tasks import catalog
from heptathlon.tasks.catalog import TaskData
from heptathlon.version import __version__

__all__ = [
    "SEED",
    "STATISTIC_RESAMPLES",
    "Published",
    "ScoredSample",
    "as_estimate",
    "assembled",
    "bounds_of",
    "card_of",
    "clusters",
    "columns",
    "estimate",
    "family_cards",
    "group_order",
    "level_order",
    "looked_across",
    "model_card",
    "played",
    "published",
    "score_run",
    "score_samples",
    "scorer_of",
    "statistics_of",
]


def score_run(
    run: Run,
    find_published: Callable[[TaskData, str], Published] = published,
    *,
    details: bool = True,
    confided: Mapping[str, Mapping[str, Confided]] | None = None,
) -> tuple[Scorecard, list[ScoredSample]]:
    """Score a run from its samples.

    Args:
        run: the run folder as read.
        find_published: returns the published documents of a task in a season.
        details: whether strata, forms and the level are wanted too; most of the time goes into
            them.
        confided: what the model said of its own answers, by task and item.

    Returns:
        The scorecard, and the scored samples of the published prompts.

    Raises:
        HeptathlonError: see :func:`score_samples`.
    """
    scored, sets = score_samples(run, find_published)
    # Of documents from elsewhere nothing is known that could be kept.
    kept = remembered.players(sets) if find_published is published else contextlib.nullcontext()
    with kept:
        card = card_of(run, scored, sets, find_published, details=details, confided=confided)
    return card, [one for one in scored if prompt_forms.is_published(one)]


def card_of(
    run: Run,
    scored: Sequence[ScoredSample],
    sets: Mapping[str, Published],
    find_published: Callable[[TaskData, str], Published] = published,
    *,
    details: bool = True,
    confided: Mapping[str, Mapping[str, Confided]] | None = None,
) -> Scorecard:
    """Return the scorecard of samples that were judged.

    Args:
        run: the run, of which the results files are read.
        scored: its samples with the verdicts on them.
        sets: the published documents by task.
        find_published: returns the published documents of a task in a season.
        details: whether strata, forms and the level are wanted too.
        confided: what the model said of its own answers, by task and item.
    """
    cards: dict[str, FamilyCard] = {}
    parts = family_cards(scored, sets, find_published, details=details, confided=confided, run=run)
    for name, card, _ in parts:
        cards[name] = card
    return assembled(run, cards)


def family_cards(
    scored: Sequence[ScoredSample],
    sets: Mapping[str, Published],
    find_published: Callable[[TaskData, str], Published] = published,
    *,
    details: bool = True,
    known: Collection[str] = (),
    confided: Mapping[str, Mapping[str, Confided]] | None = None,
    run: Run | None = None,
) -> Iterator[tuple[str, FamilyCard, list[ScoredSample]]]:
    """Yield the part of a scorecard on each family, edition, tier and season, with its samples.

    Args:
        scored: samples with the verdicts on them.
        sets: the published documents by task.
        find_published: returns the published documents of a task in a season.
        details: whether strata, forms and the level are wanted too.
        known: names of the scorecard's parts that were made before.
        confided: what the model said of its own answers, by task and item.
        run: the run, if it may have been stopped.

    Yields:
        The part's name in the scorecard, the part, and the samples that it is about.
    """
    of_task = groups_of(sets)
    groups: dict[Group, list[ScoredSample]] = {}
    for one in scored:
        groups.setdefault(of_task[one.task.task], []).append(one)
    names = set(known)
    for key in sorted(groups, key=group_order):
        card = _family_card(
            run, key.edition, groups[key], sets, find_published, details, confided or {}
        )
        name = card.family
        if name in names:
            name = f"{card.family}/{card.edition}-{card.tier}-{card.season}"
        names.add(name)
        yield name, card, groups[key]


def assembled(
    run: Run,
    cards: Mapping[str, FamilyCard],
    broken: Mapping[str, Sequence[str]] | None = None,
) -> Scorecard:
    """Return a scorecard of its parts.

    Args:
        run: the run, of which the results files are read.
        cards: the parts by name.
        broken: why answers are broken, where that is known; the run's samples tell it else.
    """
    faults_of = run.broken if broken is None else broken
    newest = run.results[-1]
    moment = moment_of(newest)
    return Scorecard(
        model=model_card(newest),
        settings=_settings(run),
        date=moment.isoformat(timespec="seconds") if moment else "",
        families=dict(cards),
        total=skills.total_of(cards.values()),
        broken={task: in_words(faults) for task, faults in faults_of.items()},
        told=told_card(run),
    )


def group_order(key: Group) -> tuple[str, int, int, str]:
    """Order a family's groups so that the one that stands for it comes first."""
    family, edition, tier, season = key
    rank = ("full", "lite", "smoke", "long").index(tier)
    place = EDITIONS.index(edition) if edition in EDITIONS else 0
    return (family, place, rank, season)


def _family_card(
    run: Run | None,
    edition: str,
    scored: Sequence[ScoredSample],
    sets: Mapping[str, Published],
    find_published: Callable[[TaskData, str], Published],
    details: bool,
    confided: Mapping[str, Mapping[str, Confided]],
) -> FamilyCard:
    data = scored[0].task
    asked_in_forms = scored
    scored = [one for one in scored if prompt_forms.is_published(one)]
    family = data.family
    headline = family.headline_of(edition)
    main = [one for one in scored if one.variant in headline.variants]
    known = sets[data.task]
    asked = dict(_headline_sets(data, headline, known, find_published))
    expected = sum(len(p.docs) for p in asked.values())
    players = playing.known(family, headline, scored)
    bar = skills.bar_of(family, edition, data.tier, main, players)
    complete = len(main) == expected
    halted = None
    if not complete and main and run is not None:
        halted = sequential.stopped_of(run, list({one.task.task for one in main}))
    found = (
        sequential.headline(halted, headline, main[0].task, known.season, main)
        if halted is not None
        else estimate(headline.metric, main)
    )
    figure = of_whole(headline, found, main, {name: p.whole for name, p in asked.items()})
    skill = skills.skill_of(figure, main, bar, players)
    sure, unsure = confidence_of(headline.variants, scored) if details else ([], "")
    told, judged, unread = cards_of(headline.variants, scored, confided)
    return FamilyCard(
        family=family.name,
        title=family.title,
        edition=edition,
        tier=data.tier,
        season=known.season,
        version=family.version,
        digest=known.digest,
        complete=complete,
        expected=expected,
        headline=figure,
        skill=skill,
        points=skills.points_of(skill),
        level=levels.level_of(family, edition, data.tier, main) if details else None,
        bar=bar,
        players=[p.score for p in players],
        chance=family.chance,
        invalid_rate=invalid_rate(main),
        strata=_strata(family, headline.metric, main) if details else [],
        forms=_forms(family, headline, scored) if details else [],
        confidence=[*sure, *told],
        no_confidence=" ".join([unsure, *unread]).strip(),
        prompt_forms=prompt_forms.forms_of(asked_in_forms) if details else [],
        self_judged=judged,
        stopped=halted,
    )


def _headline_sets(
    data: TaskData,
    headline: Headline,
    known: Published,
    find_published: Callable[[TaskData, str], Published],
) -> Iterable[tuple[str, Published]]:
    for variant in headline.variants:
        sibling = catalog.sibling(data, variant)
        if sibling in catalog.leaves():
            yield variant, find_published(catalog.task_data(sibling), known.season)


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
                invalid_rate=invalid_rate(ones),
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
        heptathlon_version=__version__,
    )
