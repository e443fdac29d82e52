"""The report's browser of items: what was asked, what was said, how it was read and judged."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from markupsafe import Markup

from heptathlon import harmless
from heptathlon.families import Family, Headline
from heptathlon.pages.drawings import drawings_of
from heptathlon.scoring import scorecard
from heptathlon.scoring.scorecard import ScoredSample
from heptathlon.tasks import catalog, rendered

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

Right = Literal["right", "partly", "wrong"]


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


BLANK = Item(0, "", "", "", "wrong", {}, "", "", "", "", "")
"""Stands in the page for every item that its script shows."""


def outcome_words(outcome: str) -> str:
    """Return a verdict's word as it is printed."""
    return harmless.label(outcome.replace("_", " "))


def score_of(headline: Headline, one: ScoredSample) -> float:
    """Return the figure by which an item counts as right: the headline's, else its form's first."""
    metrics = one.verdict.metrics
    named = (name for name in (headline.item, headline.metric) if name in metrics)
    return metrics[next(named, next(iter(metrics)))] if metrics else 0.0


def right_of(score: float) -> Right:
    """Return whether a score is that of a right answer."""
    return "right" if score >= 1 else "partly" if score > 0 else "wrong"


@dataclass(frozen=True)
class _Ranked:
    number: int
    score: float
    one: ScoredSample


def items_of(family: Family, headline: Headline, scored: Sequence[ScoredSample]) -> Iterator[Item]:
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
        right, outcome = right_of(entry.score), entry.one.verdict.outcome
        turn[right, outcome] += 1
        key = (order.index(right), turn[right, outcome], -counts[outcome], outcome)
        keyed.append((key, entry))
    return [entry for _, entry in sorted(keyed, key=lambda pair: pair[0])]


def fitting(items: Iterable[Item], max_items: int, max_bytes: int) -> Iterator[Item]:
    """Yield the items that a page has room for."""
    used = 0
    for count, item in enumerate(items):
        used += len(json.dumps(vars(item), ensure_ascii=False).encode())
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
        right=right_of(entry.score),
        strata={_words(n): harmless.label(str(doc[n])) for n in family.strata if n in doc},
        metrics=", ".join(f"{harmless.label(m)} {v:.3g}" for m, v in verdict.metrics.items()),
        read=_text(verdict.answer, MAX_SHORT),
        gold=_text(rendered.answer(one.task.task, doc).strip(), MAX_SHORT),
        response=_text(response_text(one), MAX_RESPONSE),
        prompt=_text(one.sample.prompt, MAX_PROMPT),
        drawing=drawings_of(family.name).drawn(doc, verdict.answer),
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


def island(items: Sequence[Item]) -> dict[str, Any]:
    """Return what the page's script reads; drawings travel as templates of the page itself."""
    rows = []
    for item in items:
        row = dict(vars(item))
        del row["drawing"]
        rows.append(row)
    return {"page": FIRST_ITEMS, "items": rows}


def filters(family: Family, items: Sequence[Item]) -> list[tuple[str, str, list[tuple[str, int]]]]:
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
