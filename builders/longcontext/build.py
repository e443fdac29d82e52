"""What a longcontext set is made of: one shard a form and length; a smaller tier is a part.

A record holds a recipe and no text. Every form has equally many questions at every length, so that
the headline is the mean over lengths and forms.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from heptathlon.builders.longcontext import checks, nested, passages, text
from heptathlon.builders.longcontext.records import (
    DECILES,
    LENGTHS,
    Form,
    LongRecord,
    Negative,
    PassagesRecord,
)
from heptathlon.builders.longcontext.units import UNITS as PLAIN
from heptathlon.builders.longcontext.woven import UNITS as WOVEN
from heptathlon.errors import UnknownNameError
from heptathlon.records import Record, content_id
from heptathlon.salts import keyed
from heptathlon.seeding import Stream

FAMILY = "longcontext"
UNITS = PLAIN | WOVEN | nested.UNITS
GIVEN = "given"
VERSION = 1
FORMS: tuple[Form, ...] = (
    "needle", "latent", "update", "absent", "hops", "count", "order", "set", "listops", "rare",
)  # fmt: skip
TEXTS = dict.fromkeys(("update", "hops", "count", "set", "listops", "rare"), 2)
"""Forms whose texts have half as many questions as the others', and so twice as many texts."""
SEED = 2**63
"""Seeds of texts: whole numbers that every file format holds."""


@dataclass(frozen=True)
class Size:
    """How much a tier asks.

    Attributes:
        lengths: words of its texts.
        texts: texts a form and length; a multiple of 3 asks each number of changes equally often.
        questions: questions before passages of one kind; a multiple of 3 has each place as often.
        passages: numbers of passages.
    """

    lengths: tuple[int, ...]
    texts: int
    questions: int
    passages: tuple[int, ...]


SIZES = {
    "smoke": Size(LENGTHS[:2], 3, 3, (0, 1, 5, 10)),
    "lite": Size(LENGTHS[:4], 12, 6, passages.COUNTS[:7]),
    "full": Size(LENGTHS, 24, 12, passages.COUNTS),
}


def configs(edition: str) -> dict[str, type[Record]]:
    """Return the configs of an edition, one a form.

    Raises:
        UnknownNameError: if the edition does not exist.
    """
    if edition != "fresh":
        raise UnknownNameError("edition of longcontext", edition, ("fresh",))
    return {**dict.fromkeys(FORMS, LongRecord), GIVEN: PassagesRecord}


def shards(edition: str, tier: str) -> list[str]:
    """Return the units of work: one a form and length, or a kind of passages.

    Raises:
        UnknownNameError: if the edition or the tier does not exist.
    """
    if tier not in SIZES:
        raise UnknownNameError("tier of longcontext", tier, SIZES)
    configs(edition)
    texts = [f"{form}-{words}" for form in FORMS for words in SIZES[tier].lengths]
    return texts + [f"{GIVEN}-{kind}" for kind in passages.KINDS]


def generate(
    edition: str, tier: str, shard: str, season: str, salt: str
) -> dict[tuple[str, str], list[Record]]:
    """Make one shard.

    Args:
        edition: ``fresh``.
        tier: ``smoke``, ``lite`` or ``full``.
        shard: one of :func:`shards`.
        season: names the public seeds.
        salt: empty for the public sets; a secret for a hidden draw.

    Raises:
        HeptathlonError: if a name is unknown, or a text tells an answer without being read.
    """
    if shard not in shards(edition, tier):
        raise UnknownNameError("shard of longcontext", shard, shards(edition, tier))
    checks.check_words()
    form, what = shard.split("-")
    out: dict[tuple[str, str], list[Record]] = {(c, "test"): [] for c in configs(edition)}
    if form == GIVEN:
        for number in range(SIZES[tier].questions):
            found = before_passages(cast("Negative", what), number, season, salt)
            out[form, "test"] += [row for row in found if row.passages in SIZES[tier].passages]
        return out
    for number in range(SIZES[tier].texts * TEXTS.get(form, 1)):
        out[form, "test"] += asked(form, int(what), number, season, salt)
    return out


def asked(form: str, words: int, number: int, season: str, salt: str) -> Iterator[Record]:
    """Yield the questions on one text."""
    address = (FAMILY, VERSION, season, form, words, number)
    turn = _turn(form, words, number, season, salt)
    unit = UNITS[form](turn, Stream(*address, salt=salt))
    checks.check_unit(form, unit)
    order = sorted(range(len(unit.told)), key=lambda i: unit.at[i])
    recipe = text.Recipe(
        int.from_bytes(keyed(salt, *address, "seed")) % SEED,
        words,
        tuple(unit.told[i] for i in order),
        tuple(int(unit.at[i] * words) for i in order),
    )
    digest = text.digest_of(text.blocks(recipe))
    cluster = content_id(FAMILY, form, digest)
    for one in unit.asked:
        fields: dict[str, Any] = {
            "words": words,
            "asks": one.asks,
            "topic": unit.topic,
            "changes": one.changes,
            "ending": one.ending,
            "steps": one.steps,
            "depth": int(unit.at[one.fact] * DECILES),
            "seed": recipe.seed,
            "told": recipe.told,
            "places": recipe.places,
            "digest": digest,
            "question": one.text,
            "values": one.values,
            "options": one.options,
            "gold": one.gold,
        }
        yield LongRecord(
            item_id=content_id(FAMILY, form, fields),
            cluster_id=cluster,
            pair_id=content_id(FAMILY, form, digest, one.pair),
            season=season,
            form=cast("Form", form),
            **fields,
        )


def _turn(form: str, words: int, number: int, season: str, salt: str) -> int:
    """Return which cells a text is of; where a small tier has few of them, they are drawn."""
    if form != "listops":
        return number
    cycle, at = divmod(number, nested.CYCLE)
    stream = Stream(FAMILY, VERSION, season, form, words, "cells", cycle, salt=salt)
    return cycle * nested.CYCLE + stream.sample(range(nested.CYCLE), nested.CYCLE)[at]


def before_passages(
    kind: Negative, number: int, season: str, salt: str
) -> Iterator[PassagesRecord]:
    """Yield one question before each number of passages."""
    address = (FAMILY, VERSION, season, GIVEN, kind, number)
    seed = int.from_bytes(keyed(salt, *address, "seed")) % SEED
    stream = Stream(*address, salt=salt)
    cluster = content_id(FAMILY, GIVEN, seed)
    for fields in passages.asked(kind, number, seed, max(passages.COUNTS), stream):
        yield PassagesRecord(
            item_id=content_id(FAMILY, GIVEN, fields),
            cluster_id=cluster,
            season=season,
            form="given",
            **fields,
        )
