"""``heptathlon score``'s page: one self-contained HTML file that asks nothing of any network.

Everything that a model, a data set or a results file says is hostile text here. It is shown and
never obeyed: characters that act are made visible before anything is printed (``finalize``),
autoescaping is on, the page's script sets text and no markup, and its Content-Security-Policy
allows the page's own style and script, by their hashes, and nothing else.
"""

import functools
import importlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from heptathlon import harmless
from heptathlon.errors import HeptathlonError
from heptathlon.families import FAMILIES, Family, Headline, Human
from heptathlon.files import write_text_atomic
from heptathlon.pages import base as pages
from heptathlon.pages import drawings, figures, plots, profiles
from heptathlon.pages.plots import Reference, Scale
from heptathlon.scoring import scorecard
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
from heptathlon.tasks import catalog
from heptathlon.tasks.players import players_of

MAX_ITEMS = 1_000
"""Items embedded in a page, over all families."""
MAX_ITEM_BYTES = 5 * 2**20
"""Bytes of embedded items, over all families; style, tables and markup come on top."""
FIRST_ITEMS = 20
"""Items on a page of the browser, and the ones that can be read without JavaScript."""
MAX_PROMPT = 6_000
MAX_RESPONSE = 6_000
MAX_SHORT = 1_000
"""Characters shown of a gold answer and of an answer as read."""

PEOPLE = "people"
"""Name of the ladder's row with a human figure; no player is called so."""
METHODS = {
    "wilson": "Wilson's interval",
    "clustered-wilson": "Wilson's interval on the clusters' effective number",
    "clustered-t": "Student's t on clusters",
    "wilson-on-clusters": "bound for clusters that are all alike",
    "cluster-bootstrap": "bootstrap of clusters",
}
"""Words for the names of methods that :class:`heptathlon.scorers.stats.Interval` uses."""

Right = Literal["right", "partly", "wrong"]
RIGHT_KINDS: dict[Right, plots.Kind] = {"right": "good", "partly": "partly", "wrong": "bad"}


@dataclass(frozen=True)
class Item:
    """One answered document as the browser of items shows it; every text is safe to print.

    Attributes:
        number: its place among the family's documents in the run, from 1.
        id: its item_id, shortened.
        form: the variant and the registry's words for the form.
        outcome: the verdict's word.
        right: whether the answer was right, by :func:`score_of`.
        strata: level of each of the family's strata.
        metrics: every metric and its figure.
        read: the answer as the scorer read it.
        gold: the gold answer.
        response: what the model said.
        prompt: what it was asked.
        drawing: SVG of the item; empty if there is none.
    """

    number: int
    id: str
    form: str
    outcome: str
    right: Right
    strata: dict[str, str]
    metrics: str
    read: str
    gold: str
    response: str
    prompt: str
    drawing: Markup = field(default=Markup(""))


_BLANK = Item(0, "", "", "", "wrong", {}, "", "", "", "", "")


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
    style = Markup(pages.asset("base.css") + pages.asset("report.css"))  # noqa: S704
    script = Markup(pages.asset("report.js"))  # noqa: S704
    count = max(1, len(card.families))
    parts = [
        _family(
            name,
            family,
            _of_card(family, scored),
            MAX_ITEMS // count,
            MAX_ITEM_BYTES // count,
            card.model.name,
        )
        for name, family in card.families.items()
    ]
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            card=card,
            families=parts,
            blank=_BLANK,
            summary_axis=plots.axis(_summary_scale(card)),
            summary_scale=_summary_scale(card),
            style=style,
            script=script,
            policy=pages.policy(style, script),
        )
        + "\n"
    )


def render_profile(runs: Sequence[tuple[Scorecard, Sequence[ScoredSample]]]) -> str:
    """Return one HTML document with the panels of several runs beside each other.

    Args:
        runs: each run's scorecard and scored samples.

    Raises:
        HeptathlonError: if no family of theirs has panels.
    """
    sets: dict[tuple[str, str, str, str], dict[str, Sequence[ScoredSample]]] = {}
    names = [card.model.name for card, _ in runs]
    for number, (card, scored) in enumerate(runs, start=1):
        # Two runs of one model stay two.
        again = f" ({number})" * (names.count(card.model.name) > 1)
        name = harmless.label(f"{card.model.name}{again}", 40)
        for family in card.families.values():
            if family.family in profiles.PANELS:
                key = (family.family, family.edition, family.tier, family.season)
                sets.setdefault(key, {})[name] = _of_card(family, scored)
    if not sets:
        known = ", ".join(profiles.PANELS)
        raise HeptathlonError(f"profile: none of the runs has a family with panels ({known}).")
    style = Markup(pages.asset("base.css") + pages.asset("report.css"))  # noqa: S704
    parts = [
        (
            f"{FAMILIES[name].title}, {edition} edition, tier {tier}, season {season}",
            profiles.panels(name, part),
        )
        for (name, edition, tier, season), part in sets.items()
    ]
    models = list(dict.fromkeys(name for part in sets.values() for name in part))
    template = _environment().get_template("profile.html.j2")
    return (
        template.render(models=models, parts=parts, style=style, policy=pages.policy(style)) + "\n"
    )


@functools.cache
def _environment() -> Environment:
    environment = pages.environment(PackageLoader("heptathlon.pages"))
    environment.filters |= {
        "interval": interval_words,
        "outcome": outcome_words,
    }
    environment.globals |= {"plots": plots, "methods": METHODS, "first_items": FIRST_ITEMS}
    return environment


def interval_words(estimate: Estimate) -> str:
    """Return the ends of an interval as they are printed."""
    return pages.interval(estimate.low, estimate.high) or pages.DASH


def outcome_words(outcome: str) -> str:
    """Return a verdict's word as it is printed."""
    return harmless.label(outcome.replace("_", " "))


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
    right: Right
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
    items = list(_chosen(_items(family, headline, scored), max_items, max_bytes))
    return {
        "name": name,
        "slug": "".join(c if c.isalnum() else "-" for c in name),
        "title": card.title + (", paper edition" if card.edition == "paper" else ""),
        "card": card,
        "family": family,
        "headline": headline,
        "human": human,
        "standing": _standing(card),
        "ceiling": ceiling,
        "measured": _measured(card),
        "axis": plots.axis(scale),
        "ladder": _ladder(card, human, scale, references),
        "strata": _strata(card, scale, references),
        "panels": profiles.panels(card.family, {harmless.label(model, 40): scored}),
        "forms": _forms(headline, card, scored),
        "items": items,
        "answered": len(scored),
        "data": _island(items),
        "choices": _choices(family, items),
        "legend": drawings.legend(card.family),
        "figures": figures.figures(
            card.family,
            lambda: {
                figures.THIS_RUN: [o for o in scored if o.variant in headline.variants],
                **scorecard.played(family, headline, scored),
            },
            [o for o in scored if o.variant not in headline.variants],
        ),
    }


def _of_card(card: FamilyCard, scored: Iterable[ScoredSample]) -> list[ScoredSample]:
    """Return the samples that a family's card is about."""
    wanted = (card.family, card.edition, card.tier, card.season)
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
        interval=interval_words(h),
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
            scores.setdefault(one.verdict.outcome, []).append(score_of(headline, one))
    totals = [sum(card.outcomes.values()) for card in cards]
    counts: Counter[str] = Counter()
    for card in cards:
        counts.update(card.outcomes)
    outcomes = []
    for word, _ in counts.most_common():
        values = scores.get(word, [0.0])
        right = _right(sum(values) / len(values))
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


# --- the browser of items ------------------------------------------------------------------------


def score_of(headline: Headline, one: ScoredSample) -> float:
    """Return the figure by which an item counts as right: the headline's, else its form's first."""
    metrics = one.verdict.metrics
    return metrics.get(headline.metric, next(iter(metrics.values()), 0.0))


def _right(score: float) -> Right:
    return "right" if score >= 1 else "partly" if score > 0 else "wrong"


@dataclass(frozen=True)
class _Ranked:
    number: int
    score: float
    one: ScoredSample


def _items(family: Family, headline: Headline, scored: Sequence[ScoredSample]) -> Iterator[Item]:
    """Yield the family's items in the order of the browser, as they are asked for."""
    ranked = [_Ranked(i, score_of(headline, one), one) for i, one in enumerate(scored, start=1)]
    for entry in in_turns(ranked):
        yield _item(family, entry)


def in_turns(ranked: Iterable[_Ranked]) -> list[_Ranked]:
    """Return wrong answers, then partly right ones, then right ones, outcomes taking turns.

    So the first page shows every way of failing once before it shows one of them twice, and what
    a cut keeps of a large run is stratified by outcome.
    """
    order: tuple[Right, ...] = ("wrong", "partly", "right")
    ranked = list(ranked)
    counts = Counter(entry.one.verdict.outcome for entry in ranked)
    turn: Counter[tuple[Right, str]] = Counter()
    keyed = []
    for entry in ranked:
        right, outcome = _right(entry.score), entry.one.verdict.outcome
        turn[right, outcome] += 1
        key = (order.index(right), turn[right, outcome], -counts[outcome], outcome)
        keyed.append((key, entry))
    return [entry for _, entry in sorted(keyed, key=lambda pair: pair[0])]


def _chosen(items: Iterable[Item], max_items: int, max_bytes: int) -> Iterator[Item]:
    """Yield the items that a page has room for."""
    used = 0
    for count, item in enumerate(items):
        used += len(json.dumps(asdict(item), ensure_ascii=False).encode())
        if count >= max_items or (used > max_bytes and count >= 1):
            return
        yield item


def _item(family: Family, entry: _Ranked) -> Item:
    one = entry.one
    doc, verdict = one.sample.doc, one.verdict
    return Item(
        number=entry.number,
        id=harmless.label(str(doc["item_id"])[:12]),
        form=harmless.label(f"{one.variant}: {family.form_names.get(one.form, one.form)}"),
        outcome=outcome_words(verdict.outcome),
        right=_right(entry.score),
        strata={_words(n): harmless.label(str(doc[n])) for n in family.strata if n in doc},
        metrics=", ".join(f"{harmless.label(m)} {v:.3g}" for m, v in verdict.metrics.items()),
        read=_text(verdict.answer, MAX_SHORT),
        gold=_text(gold_of(one), MAX_SHORT),
        response=_text(response_text(one), MAX_RESPONSE),
        prompt=_text(one.sample.prompt, MAX_PROMPT),
        drawing=drawings.draw(family.name, doc, verdict.answer),
    )


def _words(name: str) -> str:
    return name.replace("_", " ")


def _text(text: str, limit: int) -> str:
    return harmless.visible(harmless.clipped(text, limit))


def response_text(one: ScoredSample) -> str:
    """Return what the model said: its text, or each option with its log-likelihood."""
    response = one.sample.response
    if isinstance(response, str):
        return response
    options = catalog.choices_of(one.task.task, one.sample.doc)
    best = max(range(len(response)), key=lambda i: response[i][0])
    return "\n".join(
        f"{'→' if i == best else ' '} {value:10.3f}  {option}"
        for i, ((value, _), option) in enumerate(zip(response, options, strict=False))
    )


def gold_of(one: ScoredSample) -> str:
    """Return a document's gold answer in the words of its task.

    Raises:
        TypeError: if the task's target is not given by a function of this package.
    """
    task, doc = one.task.task, one.sample.doc
    name = catalog.read_yaml(catalog.task_files()[task]).get("doc_to_target")
    if not isinstance(name, str) or not name.startswith("heptathlon."):
        raise TypeError(f"{task}: doc_to_target is not a function of this package")
    module, _, function = name.rpartition(".")
    target = getattr(importlib.import_module(module), function)(doc)
    is_index = isinstance(target, int) and not isinstance(one.sample.response, str)
    if is_index:
        target = catalog.named_option(catalog.choices_of(task, doc), target)
    return str(target).strip()


def _island(items: Sequence[Item]) -> dict[str, Any]:
    """Return what the page's script reads; drawings travel as templates of the page itself."""
    rows = []
    for item in items:
        row = asdict(item)
        del row["drawing"]
        rows.append(row)
    return {"page": FIRST_ITEMS, "items": rows}


def _choices(family: Family, items: Sequence[Item]) -> list[tuple[str, str, list[tuple[str, int]]]]:
    """Return the browser's filters: (key, title, [(value, number of items)])."""
    counts: list[tuple[str, str, Counter[str]]] = [
        ("right", "answer", Counter(item.right for item in items)),
        ("outcome", "outcome", Counter(item.outcome for item in items)),
        ("form", "question", Counter(item.form for item in items)),
    ]
    for name in map(_words, family.strata):
        levels = Counter(item.strata[name] for item in items if name in item.strata)
        counts.append((f"strata.{name}", name, levels))
    out = []
    for key, title, counter in counts:
        if key.startswith("strata."):
            values = sorted(counter.items(), key=lambda pair: scorecard.level_order(pair[0]))
        else:
            values = counter.most_common()
        if len(values) > 1:
            out.append((key, title, values))
    return out
