"""From items to records: every item under every verbalizer, with all that a prompt shows.

A shard is one dataset. Its items are drawn in a fixed order, so a smaller tier is the beginning of
a larger one. Golds, the place of the gold's word in the instruction (under the natural words and
under all others apart) and the wording of the instruction each go through all their values before
one comes again, every round in a random order of its own: so they are balanced, and none of them
says anything of another.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from heptathlon.builders.verbalizer import paper
from heptathlon.builders.verbalizer.datasets import FRESH, PAPER, Dataset
from heptathlon.builders.verbalizer.grammar import Drawer
from heptathlon.builders.verbalizer.records import (
    Channel,
    Demo,
    Form,
    Group,
    Part,
    Place,
    VerbalizerRecord,
)
from heptathlon.builders.verbalizer.words import (
    Verbalizer,
    class_name_sets,
    two_class_sets,
)
from heptathlon.errors import UnknownNameError
from heptathlon.families import FAMILIES
from heptathlon.records import Record, content_id
from heptathlon.seeding import Stream

T = TypeVar("T")
Built = dict[tuple[str, str], list[Record]]

FAMILY = "verbalizer"
VERSION = FAMILIES[FAMILY].version
CONFIG = "items"

QUOTA: dict[str, dict[int, int]] = {
    "smoke": {2: 4, 3: 3, 4: 4, 8: 4, 16: 4},
    "lite": {2: 24, 3: 27, 4: 32, 6: 36, 8: 32, 12: 36, 16: 32},
    "full": {2: 104, 3: 108, 4: 128, 6: 108, 8: 104, 12: 108, 16: 112},
}
"""Items of a dataset by its number of classes: whole rounds of the classes, but for a smoke test's,
which leaves rungs of the ladder out."""
PAPER_QUOTA = {"smoke": 4, "full": 100, "long": 400}
"""Items of a dataset in the paper edition; Li et al. sample 100."""
SMOKE_SETS = ("names", "foo_bar", "names_swapped", "derangement_1")
SMOKE_CHANNELS = ("both",)
DEMOS_A_CLASS = 2
DEMO_POOL_A_CLASS = 8
FEWSHOT_SETS = ("foo_bar", "nouns")
"""Few-shot examples of lm-eval teach the form of an answer; neutral words teach nothing else."""
WORDINGS = 3


@dataclass(frozen=True)
class Item:
    """An item before any verbalizer: its texts and class, and where it stands in its dataset."""

    texts: tuple[str, ...]
    gold: int
    template: str
    index: int


@dataclass(frozen=True)
class Given:
    """How the mapping of one prompt is given.

    Attributes:
        form: form of the record.
        group: task that asks it.
        asked: the words to answer with.
        shown: the words of the demonstrations; None without any.
        channel: see :class:`VerbalizerRecord`.
        place: see :class:`VerbalizerRecord`.
    """

    form: Form
    group: Group
    asked: Verbalizer
    shown: Verbalizer | None = None
    channel: Channel = "instruction"
    place: Place = "before"


def configs(edition: str) -> dict[str, type[Record]]:
    """Return the data set's one configuration; tasks choose from it by ``group``.

    Raises:
        UnknownNameError: if the edition does not exist.
    """
    if edition not in ("fresh", "paper"):
        raise UnknownNameError("edition of verbalizer", edition, ("fresh", "paper"))
    return {CONFIG: VerbalizerRecord}


def shards(edition: str, tier: str) -> list[str]:
    """Return the datasets of an edition: each is built alone.

    Raises:
        UnknownNameError: if the edition or the tier does not exist.
    """
    quotas: Mapping[str, object] = QUOTA if edition == "fresh" else PAPER_QUOTA
    configs(edition)
    if tier not in quotas:
        raise UnknownNameError(f"tier of verbalizer's {edition} edition", tier, quotas)
    if edition == "paper":
        return list(PAPER)
    return [name for name, (dataset, _) in FRESH.items() if dataset.classes in QUOTA[tier]]


def generate(edition: str, tier: str, shard: str, season: str, salt: str) -> Built:
    """Build one dataset's records.

    Args:
        edition: ``fresh`` or ``paper``.
        tier: a tier of the edition.
        shard: one of :func:`shards`.
        season: names the public seeds, such as ``2026.1``.
        salt: empty for the public sets; a secret for a hidden draw.

    Returns:
        The records by (configuration, split): ``test`` and ``fewshot``.

    Raises:
        HeptathlonError: if a name is unknown, or a source cannot be had.
    """
    known = shards(edition, tier)
    if shard not in known:
        raise UnknownNameError(f"dataset of verbalizer's {edition} edition", shard, known)
    smoke = tier == "smoke"
    if edition == "paper":
        return paper_records(shard, PAPER_QUOTA[tier], season, salt, smoke=smoke)
    dataset, grammar = FRESH[shard]
    drawer, k = Drawer(grammar), dataset.classes

    def stream(split: str, index: int) -> Stream:
        return Stream(FAMILY, VERSION, season, split, shard, index, salt=salt)

    def drawn(split: str, count: int) -> list[Item]:
        golds = _Rounds((FAMILY, VERSION, season, split, shard, "gold"), salt)
        return [
            Item(draft.texts, gold, draft.template, i)
            for i, gold in enumerate(golds.at(i, k) for i in range(count))
            for draft in [drawer.draw(gold, stream(split, i))]
        ]

    # Demonstrations and few-shot examples first, so that they do not depend on the tier. Classes
    # that trade names are never shown in examples.
    pool = [] if dataset.trades_names else drawn("demo", DEMO_POOL_A_CLASS * k)
    few = drawn("fewshot", k)
    test = drawn("test", QUOTA[tier][k])
    return _Writer("fresh", dataset, season, salt, pool, smoke).all(test, few)


def paper_records(
    name: str, items: int, season: str, salt: str = "", *, smoke: bool = False
) -> Built:
    """Build one dataset of the paper edition with any number of items.

    Args:
        name: a key of :data:`PAPER`.
        items: items to sample; all there are if the source has fewer.
        season: names the public seeds.
        salt: see :func:`generate`.
        smoke: keep only the smoke tier's verbalizers.

    Raises:
        HeptathlonError: if the source cannot be had or is not as expected.
    """
    dataset = PAPER[name]
    k = dataset.classes
    # The reduced and the unreduced form of one source draw in one order.
    stream = Stream(FAMILY, VERSION, season, "paper", name, salt=salt)
    rows = paper.rows(name)
    by_class = [[row for row in rows if row.gold == gold] for gold in range(k)]
    for pile in by_class:
        stream.shuffle(pile)
    pool = [
        Item(row.texts, row.gold, row.split, i)
        for i, row in enumerate(in_turns([p[:DEMO_POOL_A_CLASS] for p in by_class]))
    ]
    few = [
        Item(row.texts, row.gold, row.split, i)
        for i, row in enumerate(in_turns([p[DEMO_POOL_A_CLASS : DEMO_POOL_A_CLASS + 1]
                                           for p in by_class]))
    ]  # fmt: skip
    rest = in_turns([pile[DEMO_POOL_A_CLASS + 1 :] for pile in by_class])
    test = [Item(row.texts, row.gold, row.split, i) for i, row in enumerate(rest[:items])]
    return _Writer("paper", dataset, season, salt, pool, smoke).all(test, few)


def balanced_items(name: str) -> int:
    """Return how many items of each class alike a dataset's source holds, over all classes.

    Raises:
        HeptathlonError: if the source cannot be had or is not as expected.
    """
    counts = Counter(row.gold for row in paper.rows(name))
    return PAPER[name].classes * (min(counts.values()) - DEMO_POOL_A_CLASS - 1)


def in_turns(piles: Sequence[Sequence[T]]) -> list[T]:
    """Return what all classes have by turns, until the classes run out one by one."""
    longest = max(map(len, piles), default=0)
    return [pile[i] for i in range(longest) for pile in piles if i < len(pile)]


@dataclass(frozen=True)
class _Rounds:
    """Numbers that go through all values before one comes again, each round in an own order.

    Attributes:
        address: what the random orders are keyed by.
        salt: see :func:`generate`.
    """

    address: tuple[str | int, ...]
    salt: str

    def at(self, index: int, values: int) -> int:
        """Return the number at a place, from 0 to ``values - 1``."""
        number, place = divmod(index, values)
        order = list(range(values))
        Stream(*self.address, values, number, salt=self.salt).shuffle(order)
        return order[place]


@dataclass(frozen=True)
class _Writer:
    """Writes the records of one dataset."""

    edition: str
    dataset: Dataset
    season: str
    salt: str
    pool: Sequence[Item]
    smoke: bool

    def all(self, test: Sequence[Item], few: Sequence[Item]) -> Built:
        """Return the test items under every verbalizer, and the few-shot examples."""
        return {
            (CONFIG, "test"): [r for item in test for r in self._records("test", item)],
            (CONFIG, "fewshot"): [
                record
                for item in few
                for record in self._records("fewshot", item)
                if record.verbalizer in FEWSHOT_SETS and record.channel == "instruction"
            ],
        }

    def _records(self, split: str, item: Item) -> list[VerbalizerRecord]:
        address = (FAMILY, VERSION, self.season, split, self.edition, self.dataset.name)
        stream = Stream(*address, "prompt", item.index, salt=self.salt)
        wording = _Rounds((*address, "wording"), self.salt).at(item.index, WORDINGS)
        demos = [] if self.dataset.trades_names else self._demonstrations(stream)
        orders = {
            natural: _order(
                item.gold,
                _Rounds((*address, "place", int(natural)), self.salt).at(
                    item.index, self.dataset.classes
                ),
                self.dataset.classes,
                stream,
            )
            for natural in (False, True)
        }
        base = content_id(FAMILY, self.dataset.name, item.texts, item.gold)
        out = []
        for given in self._given(stream):
            fields = {
                "dataset": self.dataset.name,
                "classes": self.dataset.classes,
                "rung": self.dataset.rung,
                "template": item.template,
                "inputs": self._parts(item),
                "names": list(self.dataset.own.names),
                "conditions": list(self.dataset.conditions),
                "form": given.form,
                "group": given.group,
                "verbalizer": given.asked.name,
                "pull": given.asked.pull,
                "words": list(given.asked.words),
                "natural": list(given.asked.natural),
                "shown": list(given.shown.words) if given.shown else [],
                "channel": given.channel,
                "place": given.place,
                "order": orders[given.form == "natural"],
                "wording": wording,
                "demos": [Demo(inputs=self._parts(demo), word=given.shown.words[demo.gold])
                          for demo in demos] if given.shown else [],
                "gold": item.gold,
            }  # fmt: skip
            plain = {k: _plain(v) for k, v in fields.items()}
            record = VerbalizerRecord.model_validate(
                {
                    "item_id": content_id(FAMILY, base, plain),
                    "cluster_id": base,
                    "season": self.season,
                    **plain,
                }
            )
            out.append(record)
        return out

    def _parts(self, item: Item) -> list[Part]:
        pairs = zip(self.dataset.labels, item.texts, strict=True)
        return [Part(label=label, text=text) for label, text in pairs]

    def _demonstrations(self, stream: Stream) -> list[Item]:
        demos = [
            demo
            for gold in range(self.dataset.classes)
            for demo in stream.sample([d for d in self.pool if d.gold == gold], DEMOS_A_CLASS)
        ]
        stream.shuffle(demos)
        return demos

    def _given(self, stream: Stream) -> list[Given]:
        own = self.dataset.own
        if self.dataset.trades_names:
            sets = class_name_sets(own.names, stream)
            # The paper's groups are of two classes: its unreduced datasets stay in one task.
            out = [
                Given(s.form, "derangement" if self.edition == "paper" else _group(s.form), s)
                for s in sets
            ]
        else:
            sets = two_class_sets(own)
            group = _paper_group if self.edition == "paper" else _group
            out = [Given(s.form, group(s.form), s) for s in sets]
            out += _channels({s.name: s for s in sets})
        if not self.smoke:
            return out
        return [
            given
            for given in out
            if (given.form in SMOKE_CHANNELS
                if given.group == "channel" else given.asked.name in SMOKE_SETS)
        ]  # fmt: skip


def _group(form: Form) -> Group:
    return "pairs" if form in ("natural", "unnatural", "derangement") else _paper_group(form)


def _paper_group(form: Form) -> Group:
    return form if form in ("natural", "neutral", "unnatural") else "pull"


def _channels(sets: Mapping[str, Verbalizer]) -> list[Given]:
    """Return the ways to give a mapping other than an instruction before the input."""
    names, swapped, foo = sets["names"], sets["names_swapped"], sets["foo_bar"]
    return [
        Given("demonstrations", "channel", swapped, swapped, "demonstrations"),
        Given("demonstrations", "channel", foo, foo, "demonstrations"),
        Given("both", "channel", swapped, swapped, "both"),
        Given("conflict", "channel", swapped, names, "conflict"),
        Given("conflict", "channel", names, swapped, "conflict"),
        Given("after", "channel", swapped, place="after"),
    ]


def _order(gold: int, place: int, classes: int, stream: Stream) -> list[int]:
    """Return the classes in random order, with the gold at a given place."""
    order = [c for c in range(classes) if c != gold]
    stream.shuffle(order)
    order.insert(place, gold)
    return order


def _plain(value: object) -> object:
    if isinstance(value, list):
        return [_plain(v) for v in value]
    return value.model_dump() if isinstance(value, Part | Demo) else value
