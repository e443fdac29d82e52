"""``heptathlon score``'s page: one self-contained HTML file that asks nothing of any network.

Everything that a model, a data set or a results file says is hostile text here. It is shown and
never obeyed: characters that act are made visible before anything is printed (``finalize``),
autoescaping is on, the page's script sets text and no markup, and its Content-Security-Policy
allows the page's own style and script, by their hashes, and nothing else.
"""

import functools
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from heptathlon import harmless
from heptathlon.facts import AFTER_TITLE, set_edition
from heptathlon.families import FAMILIES, Headline, Human, Ladder
from heptathlon.files import write_text_atomic
from heptathlon.pages import base as pages
from heptathlon.pages import items, plots
from heptathlon.pages.drawings import THIS_RUN, drawings_of
from heptathlon.pages.plots import Reference, Scale
from heptathlon.published import of_headline
from heptathlon.scoring import levels, scorecard
from heptathlon.scoring.cards import (
    Estimate,
    FamilyCard,
    FormCard,
    PlayerScore,
    Scorecard,
    Stratum,
)
from heptathlon.scoring.scorecard import ScoredSample
from heptathlon.scoring.skills import ON_THESE
from heptathlon.tasks.players import players_of
from heptathlon.tasks.prompt_forms import design

PEOPLE = "people"
"""Name of the ladder's row with a human figure; no player is called so."""
METHODS = {
    "wilson": "Wilson's interval",
    "clustered-wilson": "Wilson's interval on the clusters' effective number",
    "clustered-t": "Student's t on clusters",
    "wilson-on-clusters": "bound for clusters that are all alike",
    "cluster-bootstrap": "bootstrap of clusters",
    "betting-sequence": "confidence sequence by betting, which holds whenever one stops",
}
"""Words for the names of methods that :class:`heptathlon.scorers.stats.Interval` uses."""
RIGHT_KINDS: dict[items.Right, plots.Kind] = {"right": "good", "partly": "partly", "wrong": "bad"}


def write_report(card: Scorecard, scored: Sequence[ScoredSample], path: Path) -> None:
    """Write a run's report.

    Args:
        card: the run's scorecard.
        scored: the run's scored samples.
        path: the HTML file.
    """
    write_text_atomic(path, render_report(card, scored))


def render_report(card: Scorecard, scored: Sequence[ScoredSample]) -> str:
    """Return a run's report as one HTML document; see :func:`write_report`."""
    count = len(card.families)
    return of_parts(
        card,
        [
            part_of(name, family, of_card(family, scored), count, card.model.name)
            for name, family in card.families.items()
        ],
    )


def part_of(
    name: str, card: FamilyCard, scored: Sequence[ScoredSample], count: int, model: str
) -> dict[str, Any]:
    """Return what a report shows of one family, for the template.

    Args:
        name: name of the part in the scorecard.
        card: the part.
        scored: the samples that it is about.
        count: number of the scorecard's parts, which share the room for items.
        model: name of the model.
    """
    many = max(1, count)
    return _family(name, card, scored, items.MAX_ITEMS // many, items.MAX_ITEM_BYTES // many, model)


def of_parts(card: Scorecard, parts: Sequence[dict[str, Any]]) -> str:
    """Return the report of a scorecard whose parts were made one by one.

    Args:
        card: the scorecard.
        parts: :func:`part_of` of each of its parts, in order.
    """
    style = pages.style("base.css", "report.css")
    script = Markup(pages.asset("report.js"))  # noqa: S704
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            card=card,
            families=parts,
            blank=items.BLANK,
            summary_axis=plots.axis(_summary_scale(card)),
            summary_scale=_summary_scale(card),
            style=style,
            script=script,
            policy=pages.policy(style, script),
        )
        + "\n"
    )


@functools.cache
def _environment() -> Environment:
    environment = pages.environment()
    environment.filters["outcome"] = items.outcome_words
    environment.globals |= {"plots": plots, "methods": METHODS, "first_items": items.FIRST_ITEMS}
    environment.globals |= {"factors": design.FACTORS, "aliases": design.ALIASES}
    return environment


# --- a family's part -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Rung:
    """One row of the ladder: the model or a player on the same documents, or people."""

    name: str
    says: str
    figure: str
    interval: str
    mark: Markup
    is_model: bool


@dataclass(frozen=True)
class Outcome:
    """One row of a form's outcomes: how many answers of each variant ended so."""

    word: str
    right: items.Right
    cells: list[tuple[int, float, Markup]]


@dataclass(frozen=True)
class Form:
    """A form of question with the variants that asked it, one a column of its tables."""

    title: str
    variants: list[FormCard]
    totals: list[int]
    outcomes: list[Outcome]
    metrics: list[tuple[str, list[Estimate | None]]]


@dataclass(frozen=True)
class Strata:
    """A record field's levels with their figures."""

    field: str
    rows: list[tuple[Stratum, Markup]]


def _family(
    name: str,
    card: FamilyCard,
    scored: Sequence[ScoredSample],
    max_items: int,
    max_bytes: int,
    model: str,
) -> dict[str, Any]:
    """Return what the template needs of one family."""
    family = FAMILIES[card.family]
    headline = family.headline_of(card.edition)
    human = family.human_of(card.edition)
    own = drawings_of(card.family)
    main = {THIS_RUN: [one for one in scored if one.variant in headline.variants]}
    ceiling = card.bar.ceiling if card.bar else family.ceiling
    scale = Scale.of(
        [card.headline.value, card.headline.low, card.headline.high, ceiling]
        + [human.value if human else None]
        + [p.value for p in card.players]
        + [x for s in card.strata for x in (s.value, s.low, s.high)]
    )
    references = [Reference(ceiling, "solid")]
    if card.bar:
        references.append(Reference(card.bar.value))
    if human:
        references.append(Reference(human.value, "dotted"))
    shown = list(items.fitting(items.items_of(family, headline, scored), max_items, max_bytes))
    return {
        "name": name,
        "slug": "".join(c if c.isalnum() else "-" for c in name),
        "title": card.title + AFTER_TITLE.get(card.edition, ""),
        "card": card,
        "family": family,
        "headline": headline,
        "human": human,
        "published": of_headline(card.family, card.edition, headline),
        "standing": _standing(card),
        "ceiling": ceiling,
        "measured": _measured(card),
        "level": _level(card, family.ladder),
        "axis": plots.axis(scale),
        "sure": _sure(card),
        "ladder": _ladder(card, human, scale, references),
        "strata": _strata(card, scale, references),
        "panels": own.compared({harmless.label(model, 40): scored}),
        "forms": _forms(headline, card, scored),
        "items": shown,
        "answered": len(scored),
        "data": items.island(shown),
        "choices": items.filters(family, shown),
        "legend": own.legend,
        "figures": own.shown(
            lambda: scorecard.played(family, headline, scored, main),
            [one for one in scored if one.variant not in headline.variants],
        ),
    }


def of_card(card: FamilyCard, scored: Iterable[ScoredSample]) -> list[ScoredSample]:
    """Return the samples that a family's card is about."""
    wanted = (card.family, set_edition(card.edition), card.tier, card.season)
    return [
        one
        for one in scored
        if (one.family, one.task.edition, one.task.tier, one.sample.doc["season"]) == wanted
    ]


def _summary_scale(card: Scorecard) -> Scale:
    headlines = [f.headline for f in card.families.values()]
    return Scale.of(x for h in headlines for x in (h.value, h.low, h.high))


def _measured(card: FamilyCard) -> str:
    """Say where bar and ceiling come from."""
    bar = card.bar
    if bar is None:
        return ""
    if not bar.draws:
        return f"Bar and ceiling were {ON_THESE}."
    return (
        f"Bar and ceiling are constants of this tier and version, measured on {bar.draws} sets "
        f"that no one is asked ({bar.n:,} documents; standard errors {bar.se:.4f} and "
        f"{bar.ceiling_se:.4f})."
    )


def _level(card: FamilyCard, ladder: Ladder | None) -> dict[str, Any] | None:
    """Return the level as it is printed; None where the edition has no ladder."""
    if ladder is None or card.level is None:
        return None
    found = card.level
    scale = Scale.of([0.0, 1.0, *(rung.skill for rung in found.rungs)])
    rows = [
        (r, plots.interval(scale, r.skill, None, None, references=[Reference(0.5, "solid")]))
        for r in found.rungs
    ]
    return {
        "figure": levels.figure(found, ladder) or pages.DASH,
        "interval": levels.interval(found, ladder),
        "sentence": levels.sentence(found, ladder),
        "field": ladder.field.replace("_", " "),
        "falling": found.falling,
        "lapses": None if found.top is None else 1 - found.top,
        "rows": rows,
        "axis": plots.axis(scale),
    }


def _standing(card: FamilyCard) -> str:
    """Say in one sentence how the headline stands against the bar."""
    bar, skill = card.bar, card.skill
    if bar is None or card.headline.value is None:
        return "There is no bar to set it against."
    name = f"the bar ({bar.player}, {pages.figure(bar.value)})"
    if skill.low is None or skill.high is None or skill.value is None:
        return f"How it stands against {name} cannot be said: {skill.reason}."
    if skill.low > 0:
        return f"Better than {name}: {skill.value:.0%} of the way from there to the ceiling."
    if skill.high < 0:
        return f"Below {name}: what it answers is no evidence of the skill that is asked for."
    return f"Not told apart from {name}: the interval of the skill holds 0."


def _sure(card: FamilyCard) -> str:
    """Say in one sentence what the first confidence of a family is worth; empty without any."""
    if not card.confidence:
        return ""
    one = card.confidence[0]
    over, auroc = one.figures["over"], one.figures["auroc"]
    if over.value is None or over.low is None or over.high is None:
        sure = "Whether it is too sure cannot be said"
    elif over.low > 0 or over.high < 0:
        sure = f"Too {'sure' if over.low > 0 else 'modest'} by {pages.figure(abs(over.value))}"
    else:
        sure = "As sure as it is right, as far as these answers show"
    tells = auroc.reason if auroc.value is None else f"AUROC {pages.figure(auroc.value)}"
    return f"{sure}; {tells}."


def _knows(player: PlayerScore) -> str:
    """Say why a player is no bar, where it is none."""
    if player.oracle:
        return " (oracle)"
    return "" if player.sees == "prompt" else " (reference: knows more than the prompt says)"


def _ladder(
    card: FamilyCard, human: Human | None, scale: Scale, references: Sequence[Reference]
) -> list[Rung]:
    """Return the model among the players, and people where their figure is known, best first."""
    says = {p.name: p.says for p in players_of(card.family).values()}
    others = [(p.player, says.get(p.player, "") + _knows(p), p.value) for p in card.players]
    if human:
        others.append((PEOPLE, human.source, human.value))
    rungs = [
        (
            value,
            Rung(
                name=name,
                says=words,
                figure=pages.figure(value),
                interval="",
                mark=plots.interval(
                    scale, value, None, None, kind="reference", references=references
                ),
                is_model=False,
            ),
        )
        for name, words, value in others
    ]
    h = card.headline
    model = Rung(
        name="this run",
        says="",
        figure=pages.figure(h.value),
        interval=pages.interval_words(h),
        mark=plots.interval(scale, h.value, h.low, h.high, references=references),
        is_model=True,
    )
    rungs.insert(0, (h.value, model))
    lowest = float("-inf")
    return [r for _, r in sorted(rungs, key=lambda r: lowest if r[0] is None else r[0])[::-1]]


def _strata(card: FamilyCard, scale: Scale, references: Sequence[Reference]) -> list[Strata]:
    fields: dict[str, list[tuple[Stratum, Markup]]] = {}
    for s in card.strata:
        mark = plots.interval(scale, s.value, s.low, s.high, references=references)
        fields.setdefault(s.field, []).append((s, mark))
    return [Strata(name, rows) for name, rows in fields.items()]


def _forms(headline: Headline, card: FamilyCard, scored: Sequence[ScoredSample]) -> list[Form]:
    """Return a family's forms of question, those of the headline first."""
    groups: dict[str, list[FormCard]] = {}
    for form in card.forms:
        groups.setdefault(form.form, []).append(form)
    return [_form(headline, name, cards, scored) for name, cards in groups.items()]


def _form(
    headline: Headline, name: str, cards: list[FormCard], scored: Sequence[ScoredSample]
) -> Form:
    scores: dict[str, list[float]] = {}
    for one in scored:
        if one.form == name:
            scores.setdefault(one.verdict.outcome, []).append(items.score_of(headline, one))
    totals = [sum(card.outcomes.values()) for card in cards]
    counts: Counter[str] = Counter()
    for card in cards:
        counts.update(card.outcomes)
    outcomes = []
    for word, _ in counts.most_common():
        values = scores.get(word, [0.0])
        right = items.right_of(sum(values) / len(values))
        cells = []
        for card, total in zip(cards, totals, strict=True):
            count = card.outcomes.get(word, 0)
            share = count / total
            cells.append((count, share, plots.share_bar(share, RIGHT_KINDS[right])))
        outcomes.append(Outcome(word, right, cells))
    names = dict.fromkeys(metric for card in cards for metric in card.metrics)
    metrics = [(metric, [card.metrics.get(metric) for card in cards]) for metric in names]
    metrics.append(("invalid", [card.invalid_rate for card in cards]))
    return Form(cards[0].title, cards, totals, outcomes, metrics)
