"""What an abstain set is made of: twins of each kind, asked four ways, or published questions."""

from typing import Any

from heptathlon.builders.abstain import squad
from heptathlon.builders.abstain.records import FAMILY, AbstainRecord, Form, SquadRecord
from heptathlon.builders.abstain.twins import (
    KINDS,
    Pair,
    Saying,
    Twin,
    named_values,
    pair,
    question,
    sentences,
)
from heptathlon.errors import UnknownNameError
from heptathlon.records import Record, content_id
from heptathlon.seeding import Stream
from heptathlon.tasks.abstain import NOT_STATED

VERSION = 1
FORMS: tuple[Form, ...] = ("told", "untold", "choice", "priced")
PEOPLE = {"smoke": (4,), "lite": (4, 8, 16, 32), "full": (4, 8, 16, 32)}
"""People of a passage, the rungs of the ladder: four are told in 13 sentences, 32 in 97."""
PAIRS = {"smoke": 2, "lite": 4, "full": 16}
"""Pairs of each kind, number of hops and of people."""
HOPS = (1, 2)
PRICES = ("0", "0.5", "0.75")
"""The confidence from which on an answer pays, by turns."""
WORDINGS = 3
OPTIONS = 4


def configs(edition: str) -> dict[str, type[Record]]:
    """Return the configs of an edition, one a form.

    Raises:
        UnknownNameError: if the edition does not exist.
    """
    if edition == "paper":
        return {"squad": SquadRecord}
    if edition != "fresh":
        raise UnknownNameError(f"edition of {FAMILY}", edition, ("fresh", "paper"))
    return dict.fromkeys(FORMS, AbstainRecord)


def shards(edition: str, tier: str) -> list[str]:
    """Return the units of work: one a kind; the published questions are one.

    Raises:
        UnknownNameError: if the edition or the tier does not exist.
    """
    configs(edition)
    if tier not in PAIRS:
        raise UnknownNameError(f"tier of {FAMILY}", tier, PAIRS)
    return list(KINDS) if edition == "fresh" else ["squad"]


def generate(
    edition: str, tier: str, shard: str, season: str, salt: str
) -> dict[tuple[str, str], list[Record]]:
    """Make one shard.

    Args:
        edition: ``fresh`` or ``paper``.
        tier: ``smoke``, ``lite`` or ``full``.
        shard: a kind, or ``squad``.
        season: names the public seeds.
        salt: empty for the public sets; a secret for a hidden draw.

    Raises:
        UnknownNameError: if a name is unknown.
        HeptathlonError: if the published file cannot be had.
    """
    if shard not in shards(edition, tier):
        raise UnknownNameError(f"shard of {FAMILY}", shard, shards(edition, tier))
    if edition == "paper":
        return {("squad", "test"): list(squad.generate(tier))}
    kind = next(one for one in KINDS if one == shard)
    out: dict[tuple[str, str], list[Record]] = {(form, "test"): [] for form in FORMS}
    for people in PEOPLE[tier]:
        for hops in HOPS:
            for n in range(PAIRS[tier]):
                key = (FAMILY, VERSION, season, kind, people, hops, n)
                stream = Stream(*key, salt=salt)
                made = pair(kind, hops, people, stream)
                for form, record in _records(made, n, season, stream):
                    out[form, "test"].append(record)
    return out


def _records(made: Pair, n: int, season: str, stream: Stream) -> list[tuple[Form, AbstainRecord]]:
    """Return a pair's twins in every form."""
    first = made.twins[0]
    saying = Saying.draw(len(first.people), stream)
    wording = stream.below(WORDINGS)
    # The price and the place of the option take turns over the kinds' cells.
    price, place = PRICES[stream.below(len(PRICES))], (n + stream.below(OPTIONS)) % OPTIONS
    order = stream.sample(range(OPTIONS - 1), OPTIONS - 1)
    texts = [sentences(twin, saying) for twin in made.twins]
    shared = content_id(FAMILY, made.kind, made.hops, texts)
    out: list[tuple[Form, AbstainRecord]] = []
    for twin, passage, outsider in zip(made.twins, texts, made.outsiders, strict=True):
        told = named_values(twin)
        answer = twin.answer or NOT_STATED
        for form in FORMS:
            fields: dict[str, Any] = {
                "pair_id": shared,
                "kind": made.kind,
                "edit": KINDS[made.kind],
                "hops": made.hops,
                "people": len(twin.people),
                "attribute": twin.asked.attribute,
                "wording": wording,
                "price": price if form == "priced" else "",
                "sentences": passage,
                "text": question(twin, made.hops, saying),
                "answerable": bool(twin.answer),
                "answer": answer,
                "trap": twin.trap,
                "values": tuple(sorted({*told, outsider})),
            }
            if form == "choice":
                options = _options(twin, outsider, place, order)
                fields |= {"options": options, "gold": options.index(answer)}
            item = content_id(FAMILY, form, season, fields)
            fields |= {"form": form, "season": season, "cluster_id": shared}
            out.append((form, AbstainRecord(item_id=item, **fields)))
    return out


def _options(twin: Twin, outsider: str, place: int, order: list[int]) -> tuple[str, ...]:
    """Return two values that the passage names, one that it does not, and that nothing is stated.

    So many of each stand there whether there is an answer or not.
    """
    first = twin.answer or twin.trap
    others = [v for v in named_values(twin) if v != first]
    second = twin.trap if twin.trap in others else others[0]
    values = [(first, second, outsider)[i] for i in order]
    return (*values[:place], NOT_STATED, *values[place:])
