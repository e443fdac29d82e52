"""What an icl set is made of: one shard a form; a smaller tier is a part of a larger one.

The paper edition is drawn in :mod:`heptathlon.builders.icl.paper`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from heptathlon.builders.icl import numbers, paper, rules
from heptathlon.builders.icl.records import (
    SHOWN_DIGITS,
    BoolRecord,
    LinearRecord,
    RuleRecord,
    Told,
    UrnsRecord,
)
from heptathlon.builders.icl.rules import FAMILY
from heptathlon.errors import HeptathlonError, UnknownNameError
from heptathlon.records import Record, content_id
from heptathlon.seeding import Stream

VERSION = 1
CONFIGS: Mapping[str, type[Record]] = {
    "forced": RuleRecord,
    "open": RuleRecord,
    "teach": RuleRecord,
    "linear": LinearRecord,
    "urns": UrnsRecord,
}
TOLD_SHOWN, UNTOLD_SHOWN = (2, 4, 6, 8, 12), (6, 8, 12)
"""Examples of a context: fewer leave nothing sure if the class is not told either."""
WORDINGS = 3
OPAQUE = (("F", "P"), ("J", "T"), ("K", "R"), ("H", "N"), ("L", "S"))
"""Pairs of labels that say nothing: capital letters are one token in every tokenizer at hand."""
BITS_AS_LABELS = ("0", "1")
TRIES = 5_000
"""Contexts drawn before a class counts as one of which nothing is sure at that length."""
OPEN_TRIES = 30
"""Contexts drawn before a cell counts as one that leaves nothing open: many examples do not."""
DOUBT = (Fraction(1, 10), Fraction(9, 10))
"""Between these a query is open."""
CONTEXTS = {"smoke": 1, "lite": 4, "full": 16}
"""Contexts of a cell; a smoke test takes a part of the cells."""
SMOKE_SHOWN = (4, 8)
PLACES = (1, 2, 3)
KNOWN, DRAWS = (2, 8, 32), (3, 6, 12)
BALLS = 10
"""Balls of a known urn."""
APART = 0.1
"""Least distance of memoriser and generaliser, in nats of the symmetric divergence: below it an
answer tells nothing about which of the two was followed."""
LETTERS = ("A", "B", "C")


@dataclass(frozen=True)
class Cell:
    """A class of rules asked after so many examples, told or not."""

    rule: str
    shown: int
    told: Told

    @property
    def known(self) -> str | None:
        """The class, if the prompt says it."""
        return self.rule if self.told == "told" else None


@dataclass(frozen=True)
class Context:
    """Examples of a hidden rule and everything that decides how they are shown."""

    cell: Cell
    inputs: tuple[str, ...]
    truths: tuple[bool, ...]
    options: tuple[str, str]
    positive: int
    wording: int

    def record(self, form: str, season: str, query: str, gold: bool, **more: Any) -> RuleRecord:
        """Return the record that asks about an input."""
        chances = rules.belief(self.inputs, self.truths, self.cell.known)
        true = chances[query]
        exact = [1 - true, true] if self.positive else [true, 1 - true]
        fields = {
            "rule": self.cell.rule,
            "shown": len(self.inputs),
            "told": self.cell.told,
            "near": min(sum(a != b for a, b in zip(query, i, strict=True)) for i in self.inputs),
            "arm": "",
            "wording": self.wording,
            "options": self.options,
            "positive": self.positive,
            "inputs": self.inputs,
            "answers": tuple(self.label(truth) for truth in self.truths),
            "query": query,
            "exact": tuple(round(float(share), SHOWN_DIGITS) for share in exact),
            "gold": self.label(gold),
            **more,
        }
        own = {"form": form, "season": season, "cluster_id": more.get("cluster_id", self.id)}
        fields.setdefault("pair_id", self.id)
        return RuleRecord(item_id=content_id(FAMILY, form, fields), **{**fields, **own})

    def label(self, truth: bool) -> int:
        """Return the index of the label that stands for a truth value."""
        return self.positive if truth else 1 - self.positive

    @property
    def id(self) -> str:
        """What the queries of the context share."""
        return content_id(
            FAMILY, self.cell.told, self.inputs, self.truths, self.options, self.positive
        )


def configs(edition: str) -> dict[str, type[Record]]:
    """Return the configs of an edition, one a form.

    Raises:
        UnknownNameError: if the edition does not exist.
    """
    if edition == "paper":
        return {"bool": BoolRecord}
    if edition != "fresh":
        raise UnknownNameError("edition of icl", edition, ("fresh", "paper"))
    return dict(CONFIGS)


def shards(edition: str, tier: str) -> list[str]:
    """Return the units of work: one a form.

    Raises:
        UnknownNameError: if the edition or the tier does not exist.
    """
    if tier not in CONTEXTS:
        raise UnknownNameError("tier of icl", tier, CONTEXTS)
    return list(configs(edition))


def generate(
    edition: str, tier: str, shard: str, season: str, salt: str
) -> dict[tuple[str, str], list[Record]]:
    """Make one shard.

    Args:
        edition: ``fresh`` or ``paper``.
        tier: ``smoke``, ``lite`` or ``full``.
        shard: one of :func:`shards`.
        season: names the public seeds.
        salt: empty for the public sets; a secret for a hidden draw.

    Raises:
        HeptathlonError: if a name is unknown, or nothing is sure in a cell.
    """
    if shard not in shards(edition, tier):
        raise UnknownNameError("shard of icl", shard, shards(edition, tier))
    if edition == "paper":
        return {("bool", "test"): list(paper.generate(tier, season, salt, VERSION))}
    make: Callable[[str, str, str], Iterator[Record]] = {
        "forced": _forced,
        "open": _open,
        "teach": _teach,
        "linear": _linear,
        "urns": _urns,
    }[shard]
    out: dict[tuple[str, str], list[Record]] = {(c, "test"): [] for c in configs(edition)}
    out[shard, "test"] = list(make(tier, season, salt))
    return out


def cells(tier: str) -> list[Cell]:
    """Return the cells that a tier asks about."""
    out = [Cell(rule, n, "told") for rule in rules.RULES for n in TOLD_SHOWN]
    out += [Cell(rule, n, "untold") for rule in rules.RULES for n in UNTOLD_SHOWN]
    if tier != "smoke":
        return out
    return [one for one in out if one.shown in SMOKE_SHOWN]


def _drawn(form: str, tier: str, season: str, salt: str) -> Iterator[tuple[Cell, int, Stream]]:
    for cell in cells(tier):
        for n in range(CONTEXTS[tier]):
            key = (FAMILY, VERSION, season, form, cell.rule, cell.shown, cell.told, n)
            yield cell, n, Stream(*key, salt=salt)


def context(cell: Cell, number: int, stream: Stream) -> Context:
    """Return examples of a rule; labels and their sign are by turns, the wording is drawn."""
    table = stream.choice(list(rules.tables(cell.rule)))
    inputs = tuple(stream.sample(rules.INPUTS, cell.shown))
    return Context(
        cell,
        inputs,
        tuple(bool(table[rules.PLACE[text]]) for text in inputs),
        BITS_AS_LABELS if stream.below(2) else stream.choice(OPAQUE),
        stream.below(2),
        (number + stream.below(WORDINGS)) % WORDINGS,
    )


def forced(cell: Cell, number: int, stream: Stream) -> tuple[Context, tuple[str, str]]:
    """Return a context with a true and a false input of which nobody can doubt.

    Raises:
        HeptathlonError: if no context of the cell has any.
    """
    for _ in range(TRIES):
        made = context(cell, number, stream)
        pairs = rules.twins(made.inputs, rules.belief(made.inputs, made.truths, cell.known))
        if pairs:
            return made, stream.choice(pairs)
    raise HeptathlonError(
        f"icl: {cell.shown} examples of {cell.rule}, {cell.told}, leave no two inputs sure; ask "
        "for more examples."
    )


def _forced(tier: str, season: str, salt: str) -> Iterator[Record]:
    for cell, n, stream in _drawn("forced", tier, season, salt):
        made, (true, false) = forced(cell, n, stream)
        yield made.record("forced", season, true, True)
        yield made.record("forced", season, false, False)


def _open(tier: str, season: str, salt: str) -> Iterator[Record]:
    for cell, n, stream in _drawn("open", tier, season, salt):
        low, high = DOUBT
        for _ in range(OPEN_TRIES):
            made = context(cell, n, stream)
            chances = rules.belief(made.inputs, made.truths, cell.known)
            # An even chance has no likelier label, which a said answer is asked for.
            doubtful = [
                text
                for text in rules.INPUTS
                if text not in made.inputs and low < chances[text] < high and chances[text] * 2 != 1
            ]
            if doubtful:
                query = stream.choice(doubtful)
                yield made.record("open", season, query, chances[query] * 2 > 1)
                break


def _teach(tier: str, season: str, salt: str) -> Iterator[Record]:
    for rule in rules.RULES:
        for n in range(CONTEXTS[tier] * (1 if tier == "smoke" else 3)):
            stream = Stream(FAMILY, VERSION, season, "teach", rule, n, salt=salt)
            table = stream.choice(list(rules.tables(rule)))
            truth = bool(stream.below(2))
            query = stream.choice([t for t in rules.INPUTS if table[rules.PLACE[t]] == truth])
            others = stream.sample([t for t in rules.INPUTS if t != query], 2**rules.BITS - 1)
            lesson = rules.teaching(rule, table, others)
            stream.shuffle(lesson)
            chance = [(t, bool(table[rules.PLACE[t]])) for t in stream.sample(others, len(lesson))]
            shared = content_id(FAMILY, "teach", rule, table.tolist(), query, lesson, chance)
            shown = (
                BITS_AS_LABELS if stream.below(2) else stream.choice(OPAQUE),
                stream.below(2),
                stream.below(WORDINGS),
            )
            for arm, examples in (("teach", lesson), ("random", chance)):
                texts, truths = zip(*examples, strict=True)
                made = Context(Cell(rule, len(texts), "told"), texts, truths, *shown)
                more = {"arm": arm, "pair_id": shared, "cluster_id": shared}
                yield made.record("teach", season, query, truth, **more)


def _linear(tier: str, season: str, salt: str) -> Iterator[Record]:
    for places in PLACES:
        for room, count in (("below", places - 1), ("at", places), ("above", places + 2)):
            for noise in (False, True):
                if not count or (tier == "smoke" and noise):
                    continue
                for n in range(CONTEXTS[tier]):
                    key = (FAMILY, VERSION, season, "linear", places, count, int(noise), n)
                    yield _line(places, room, count, noise, season, Stream(*key, salt=salt))


def _line(
    places: int, room: Any, count: int, noise: bool, season: str, stream: Stream
) -> LinearRecord:
    hidden = stream.choice(list(numbers.weights(places)))
    points: list[tuple[int, ...]] = []
    while len(points) <= count:
        point = tuple(stream.choice(numbers.NUMBERS) for _ in range(places))
        # An input of zeros says nothing of the weights.
        if any(point) and point not in points:
            points.append(point)
    *shown, query = points
    errors = [stream.choice((-1, 0, 0, 1)) if noise else 0 for _ in shown]
    answers = [int(hidden @ p) + e for p, e in zip(shown, errors, strict=True)]
    chances = numbers.likely(shown, answers, query, noise)
    fields: dict[str, Any] = {
        "shown": count,
        "places": places,
        "room": room,
        "noise": noise,
        "wording": stream.below(WORDINGS),
        "inputs": tuple(" ".join(map(str, point)) for point in shown),
        "answers": tuple(answers),
        "query": " ".join(map(str, query)),
        "values": tuple(chances),
        "exact": tuple(round(float(share), SHOWN_DIGITS) for share in chances.values()),
        "answer": numbers.likeliest(chances),
    }
    return LinearRecord(
        item_id=content_id(FAMILY, "linear", fields),
        cluster_id=content_id(FAMILY, "linear", fields["inputs"], answers, noise),
        season=season,
        form="linear",
        **fields,
    )


def _urns(tier: str, season: str, salt: str) -> Iterator[Record]:
    for known in KNOWN:
        for drawn in DRAWS:
            for origin in ("known", "new"):
                if tier == "smoke" and known == max(KNOWN):
                    continue
                for n in range(CONTEXTS[tier]):
                    key = (FAMILY, VERSION, season, "urns", known, drawn, origin, n)
                    yield _urn(known, drawn, origin, season, Stream(*key, salt=salt))


def _urn(known: int, drawn: int, origin: str, season: str, stream: Stream) -> UrnsRecord:
    while True:
        urns = [_filled(stream) for _ in range(known)]
        if origin == "known":
            inside = [balls / BALLS for balls in stream.choice(urns)]
        else:
            first, second = sorted((stream.uniform(), stream.uniform()))
            inside = [first, second - first, 1 - second]
        draws = [_draw(inside, stream.uniform()) for _ in range(drawn)]
        counts = [draws.count(at) for at in range(len(LETTERS))]
        if numbers.apart(urns, counts) <= APART:
            continue
        best = numbers.mixture(urns, counts)
        if best.count(max(best)) == 1:
            break
    fields: dict[str, Any] = {
        "shown": drawn,
        "known": known,
        "origin": origin,
        "options": LETTERS,
        "urns": tuple(" ".join(map(str, urn)) for urn in urns),
        "draws": tuple(LETTERS[at] for at in draws),
        "exact": tuple(round(float(share), SHOWN_DIGITS) for share in best),
        "gold": best.index(max(best)),
    }
    ids = (content_id(FAMILY, "urns", fields), content_id(FAMILY, "urns", fields["urns"]))
    return UrnsRecord(item_id=ids[0], cluster_id=ids[1], season=season, form="urns", **fields)


def _filled(stream: Stream) -> list[int]:
    """Return how many balls of each letter an urn holds: at least one, all ways alike."""
    first, second = sorted(stream.sample(range(1, BALLS), len(LETTERS) - 1))
    return [first, second - first, BALLS - second]


def _draw(inside: Sequence[float], at: float) -> int:
    place = 0
    while place < len(inside) - 1 and at >= inside[place]:
        at -= inside[place]
        place += 1
    return place
