"""The fresh edition: chronicles of a season and the questions about their order.

A unit is one index of one length: a chronicle in order, asked by paraphrase and by quotation, and a
chronicle out of order, asked for the order of telling and of happening. Every pair is offered in
both orders and every triple in three, so that a player who knows nothing earns chance exactly.
"""

from dataclasses import dataclass

from heptathlon.builders.sort.asking import FAMILY, VERSION, record
from heptathlon.builders.sort.records import EXTENDED, RUNGS, STANDARD, Condition, Form, SortRecord
from heptathlon.builders.sort.unit import BINS, PAIRS, Unit
from heptathlon.errors import UnknownNameError

FORMS: tuple[Form, ...] = ("order", "first", "middle", "before", "nearer", "told", "happened")
NAMES: dict[Form, str] = {"first": "quoted"}
"""Configs whose name is not their form's: Book-SORT's form is one way to ask among several here."""
CONFIGS: dict[str, tuple[Form, Condition]] = {
    **{NAMES.get(form, form): (form, "text") for form in FORMS},
    **{f"{NAMES.get(form, form)}_notext": (form, "notext") for form in FORMS},
    "order_memory": ("order", "memory"),
    "quoted_memory": ("first", "memory"),
    "order_between": ("order", "between"),
}


@dataclass(frozen=True)
class Size:
    """How much a tier asks.

    Attributes:
        lengths: lengths of the texts in words.
        units: units a length; short texts carry fewer questions and have more units.
        rounds: how often each unit asks each form; long texts carry more questions, because
            reading them is what costs.
        others: units that ask more than the headline's form.
        between: lengths of the texts that are asked about with other chronicles between.
    """

    lengths: tuple[int, ...]
    units: int
    rounds: int
    others: int
    between: tuple[int, ...]


SIZES = {
    "smoke": Size(RUNGS[:3], 2, 1, 1, (RUNGS[2],)),
    "lite": Size(RUNGS[:6], 20, 1, 8, (RUNGS[2],)),
    "full": Size(RUNGS[:6], 50, 1, 30, RUNGS[2:4]),
    "long": Size(EXTENDED, 8, 3, 8, ()),
}
FEWSHOT_LENGTH, FEWSHOT_UNITS = STANDARD[0], 2


def shards(tier: str) -> list[str]:
    """Return the shards of a tier: the few-shot items, and one length each.

    Raises:
        UnknownNameError: if there is no such tier.
    """
    if tier not in SIZES:
        raise UnknownNameError("tier of sort", tier, SIZES)
    return ["fewshot", *(f"e{length}" for length in SIZES[tier].lengths)]


def generate(tier: str, shard: str, season: str, salt: str) -> dict[str, list[SortRecord]]:
    """Return a shard's records by config.

    Raises:
        UnknownNameError: if the tier has no such shard.
    """
    if shard not in shards(tier):
        raise UnknownNameError(f"shard of sort's tier {tier!r}", shard, shards(tier))
    out: dict[str, list[SortRecord]] = {config: [] for config in CONFIGS}
    few = shard == "fewshot"
    size = SIZES[tier]
    length = FEWSHOT_LENGTH if few else int(shard.removeprefix("e"))
    number = FEWSHOT_UNITS if few else size.units * BINS // PAIRS.get(length, BINS)
    for index in range(number):
        rounds = 1 if few else size.rounds
        unit = Unit(season, salt, "fewshot" if few else "test", length, index, rounds)
        asked = unit.paraphrased()
        if length not in PAIRS and (few or index < size.others):
            asked += unit.quoted() + unit.in_order() + unit.out_of_order()
        for config, (form, condition) in CONFIGS.items():
            mine = [q for q in asked if q["form"] == form]
            if condition == "between":
                mine = [unit.interrupted(q) for q in mine] if length in size.between else []
            out[config] += [record(q, condition, season) for q in mine]
    return out


__all__ = ["CONFIGS", "FAMILY", "FORMS", "VERSION", "generate", "shards"]
