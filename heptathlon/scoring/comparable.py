"""What of two runs can be compared: the sets that both were asked. Their settings are told.."""

from collections.abc import Iterable
from typing import Any

from heptathlon.errors import HeptathlonError
from heptathlon.facts import set_edition
from heptathlon.families import FAMILIES
from heptathlon.harmless import label
from heptathlon.scoring.cards import FamilyCard, Scorecard, Settings
from heptathlon.scoring.scorecard import ScoredSample

Set = tuple[str, str, str, str, int]


def set_of(card: FamilyCard) -> Set:
    """Return which set a part of a scorecard is about."""
    return (card.family, card.edition, card.tier, card.season, card.version)


def _set_words(card: FamilyCard) -> str:
    return f"{card.family} {card.edition} {card.tier} {card.season} version {card.version}"


def common(card_a: Scorecard, card_b: Scorecard) -> tuple[dict[str, FamilyCard], list[str]]:
    """Return a card of each set that both runs were asked, and warnings about the others."""
    of_a = {set_of(card): card for card in card_a.families.values()}
    of_b = {set_of(card): card for card in card_b.families.values()}
    words = [", ".join(_set_words(c) for c in of.values()) or "nothing" for of in (of_a, of_b)]
    shared = [key for key in of_a if key in of_b]
    if not shared:
        raise HeptathlonError(
            f"The two runs have no set in common: A was asked {words[0]}, B {words[1]}; run both "
            "on the same tasks, season and version."
        )
    changed = [key for key in shared if of_a[key].digest != of_b[key].digest]
    if len(changed) == len(shared):
        raise HeptathlonError(
            f"The two runs were asked different data under the same name ({words[0]}): the digests "
            "of the sets differ, as with another salt; build and run both with the same one."
        )
    warnings = [
        f"{_set_words(of_a[key])}: left out, because the digests of the two runs' sets differ."
        for key in changed
    ]
    for name, mine, others in (("A", of_a, of_b), ("B", of_b, of_a)):
        warnings += [
            f"{_set_words(card)}: left out, because only {name} was asked it."
            for key, card in mine.items()
            if key not in others
        ]
    found: dict[str, FamilyCard] = {}
    for key in (k for k in shared if k not in changed):
        family, edition, tier, season, _ = key
        name = family if family not in found else f"{family}/{edition}-{tier}-{season}"
        found[name] = of_a[key]
    return found, warnings


def main_of(
    card: FamilyCard, scored: Iterable[ScoredSample]
) -> dict[tuple[str, str], ScoredSample]:
    """Return the samples of a card's headline by task and item."""
    variants = FAMILIES[card.family].headline_of(card.edition).variants
    return {
        (one.task.task, str(one.sample.doc["item_id"])): one
        for one in scored
        if one.family == card.family
        and (one.task.edition, one.task.tier) == (set_edition(card.edition), card.tier)
        and one.sample.doc["season"] == card.season
        and one.variant in variants
    }


def settings_warnings(card_a: Scorecard, card_b: Scorecard) -> list[str]:
    """Say how differently the two models were asked.

    A player reads the record and not the prompt, so that its run's settings do not matter.
    """
    if "player" in (card_a.model.kind, card_b.model.kind):
        return []
    a, b = card_a.settings, card_b.settings
    out = [
        f"The {what} differ: A {label(_words(mine))}, B {label(_words(other))}."
        for what, mine, other in _asked(a, b)
        if mine != other
    ]
    tasks = [t for t in a.num_fewshot if t in b.num_fewshot]
    shots = [t for t in tasks if a.num_fewshot[t] != b.num_fewshot[t]]
    if shots:
        first = shots[0]
        more = f" and {len(shots) - 1} more tasks" if len(shots) > 1 else ""
        out.append(
            f"The numbers of worked examples differ: A {a.num_fewshot[first]}, "
            f"B {b.num_fewshot[first]} in {label(first)}{more}."
        )
    return out


def _asked(a: Settings, b: Settings) -> list[tuple[str, Any, Any]]:
    return [
        ("uses of a chat template", a.chat_template, b.chat_template),
        ("system instructions", a.system_instruction, b.system_instruction),
        ("generation arguments", a.gen_kwargs, b.gen_kwargs),
        ("versions of lm-eval", a.lm_eval_version, b.lm_eval_version),
    ]


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{k}={v}" for k, v in sorted(value.items())) or "none"
    return str(value) or "none"
