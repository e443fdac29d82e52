"""What a longcontext set is made of: one shard a form and length; a smaller tier is a part.

A record holds a recipe and no text. Every form has equally many questions at every length, so that
the headline is the mean over lengths and forms.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

from heptathlon.builders import store
from heptathlon.builders.longcontext import checks, nested, passages, rag, text
from heptathlon.builders.longcontext.records import (
    DECILES,
    LENGTHS,
    Form,
    LongRecord,
    Negative,
    OwnRecord,
    PassagesForm,
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
VERSION = 1
FORMS: tuple[Form, ...] = (
    "needle", "latent", "update", "absent", "hops", "count", "order", "set", "listops", "rare",
)  # fmt: skip
TEXTS = dict.fromkeys(("update", "hops", "count", "set", "listops", "rare"), 2)
"""Forms whose texts have half as many questions as the others', and so twice as many texts."""
PASSAGES: tuple[PassagesForm, ...] = ("given", "which", "unsaid", "retrieved")
TWINNED = tuple(kind for kind in passages.KINDS if kind != "stale")
"""Kinds among which the right passage may lack: of older values the newest would answer."""
SEARCHED = 2
"""Questions before what was found, for each one before passages of a kind."""
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
    if edition == store.OWN:
        return dict.fromkeys(FORMS, OwnRecord)
    if edition != "fresh":
        raise UnknownNameError("edition of longcontext", edition, ("fresh", store.OWN))
    return {**dict.fromkeys(FORMS, LongRecord), **dict.fromkeys(PASSAGES, PassagesRecord)}


def shards(edition: str, tier: str) -> list[str]:
    """Return the units of work: one a form and length, or a kind of passages.

    Raises:
        UnknownNameError: if the edition or the tier does not exist.
    """
    if tier not in SIZES:
        raise UnknownNameError("tier of longcontext", tier, SIZES)
    configs(edition)
    texts = [f"{form}-{words}" for form in FORMS for words in SIZES[tier].lengths]
    kinds = [f"given-{kind}" for kind in passages.KINDS]
    return [*texts, *kinds, *(f"unsaid-{kind}" for kind in TWINNED), "retrieved-bm25"]


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
    if form in PASSAGES:
        size = SIZES[tier]
        for number in range(size.questions * (SEARCHED if form == "retrieved" else 1)):
            of = (form, cast("Negative", what), number, season, salt)
            for row in before_passages(*of, size.passages):
                out[row.form, "test"].append(row)
        return out
    for number in range(SIZES[tier].texts * TEXTS.get(form, 1)):
        out[form, "test"] += asked(form, int(what), number, season, salt)
    return out


def asked(
    form: str, words: int, number: int, season: str, salt: str, hay: str = ""
) -> Iterator[Record]:
    """Yield the questions on one text.

    Args:
        form: one of :data:`FORMS`.
        words: the most words of the text.
        number: which text of the form and length.
        season: names the public seeds.
        salt: empty for the public sets.
        hay: checksum of a user's hay; empty for the suite's chronicles.
    """
    own: dict[str, str] = {"hay": hay} if hay else {}
    address: tuple[str | int, ...] = (FAMILY, VERSION, season, form, words, number, *own.values())
    turn = _turn(form, words, number, season, salt)
    unit = UNITS[form](turn, Stream(*address, salt=salt))
    checks.check_unit(form, unit)
    order = sorted(range(len(unit.told)), key=lambda i: unit.at[i])
    recipe = text.Recipe(
        int.from_bytes(keyed(salt, *address, "seed")) % SEED,
        words,
        tuple(unit.told[i] for i in order),
        tuple(int(unit.at[i] * words) for i in order),
        hay,
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
            **own,
        }
        yield (OwnRecord if own else LongRecord)(
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
    form: str, kind: Negative, number: int, season: str, salt: str, counts: Sequence[int]
) -> Iterator[PassagesRecord]:
    """Yield one question before each number of passages.

    Args:
        form: of a shard: ``given``, whose passages ``which`` asks about too, ``unsaid`` or
            ``retrieved``.
        kind: what the passages are like that do not answer, or what found them.
        number: which question of the kind.
        season: names the public seeds.
        salt: empty for the public sets.
        counts: numbers of passages.
    """
    address = (FAMILY, VERSION, season, form, kind, number)
    seed = int.from_bytes(keyed(salt, *address, "seed")) % SEED
    stream = Stream(*address, salt=salt)
    found: Iterator[dict[str, Any]]
    if form == "retrieved":
        found = rag.retrieved(passages.searched(number, seed, stream), counts, stream)
    elif form == "unsaid":
        world = passages.of_kind(kind, number, seed, stream, replaced=True)
        found = rag.unsaid(world, number, counts, stream)
    else:
        world = passages.of_kind(kind, number, seed, stream)
        found = itertools.chain(rag.given(world, number, counts), rag.which(world, counts, stream))
    cluster = content_id(FAMILY, form, seed)
    for fields in found:
        yield PassagesRecord(
            item_id=content_id(FAMILY, fields["form"], fields),
            cluster_id=cluster,
            pair_id=content_id(FAMILY, form, seed, fields["passages"], fields["order"]),
            season=season,
            kind=kind,
            **fields,
        )
