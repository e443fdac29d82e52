"""The paper edition: Book-SORT's published rows, and the paper's thirteen prompts.

Data: ``memari/booksort`` on the Hub (CC0; the texts are in the public domain in the US). Prompts:
``bridge-ai-neuro/SORT`` (BSD-3-Clause). Nothing of either is in this package.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import pyarrow.parquet as pq
import yaml

from heptathlon.builders import sources
from heptathlon.builders.sort import spans
from heptathlon.builders.sort.asking import FAMILY, both_orders, record
from heptathlon.builders.sort.records import (
    DISTANCES,
    EXTENDED,
    SEGMENTS,
    STANDARD,
    Condition,
    SortRecord,
    SweepRecord,
)
from heptathlon.builders.sources import Source
from heptathlon.errors import HeptathlonError, UnknownNameError
from heptathlon.records import content_id

HUB = "memari/booksort"
HUB_REVISION = "main"
"""The Hub's commit is not known here; the manifest records the checksum of what was read."""
GITHUB = "github/bridge-ai-neuro/SORT"
COMMIT = "ba136318b721f1bfe690927c41abb13f0c61f323"
PROMPT_SHA256 = (
    "60db499d27ec1100d692b7203c7631ea64a42692a541cbb7214cec015f64b3b8",
    "337855fc7960a400821b3b8aff131076183bbb4d2e2ce092ce2791f573ef52cc",
    "170ec2d08dc556dce694eebc61397cfdbff9b96949cc1f66a1a4376e410ab3cb",
    "05e216a5860765ef3ddb8df01eaabbd1ed32a39e43b4ce80b6de6ffe9efacbb1",
    "ef6ea36b2f83be9cc294a19e97bd941bd690c0fdccae9d40c39ad23a400697ed",
    "8b9ec78280eb3ba06cd478ebd913d7d4444ace4c5328e87ec5dcc3414a57ea35",
    "039f6951d61422519bf25ae09a563e18be24b331d1469b6584bc24b39f6b7e0e",
    "e4ae7dea524f3a575b5a59c2c20274afb44b953e58ac4a2bffa59527f603a23b",
    "1c8840ffa1bface1edb363210f6bd736c6704f9a4dca3f8fe61191d56efabbce",
    "bef255ee4e8c9e18a1f0111ddb2bf3cc7d0a85b72388a26ad4fcfdcc1aa3fba6",
    "587ceb55830ac7052085e09db1babc55afa749ad65abd9ea17e1a18e12cfd302",
    "d9845cebcd5fa8bbfa7fbedf51bbdd3ae3e9fa2f3f8a15c28017ed3bb28d3121",
    "723097a7514e8e507c34204bc954d62115dfdc8e837bbb9cf30dde1f65e15ab6",
)
PROMPTS = tuple(
    Source(
        GITHUB,
        f"sort/evaluation/conf/prompts/prompt_{number}.yaml",
        COMMIT,
        sha256,
        "BSD-3-Clause",
    )
    for number, sha256 in enumerate(PROMPT_SHA256)
)
DEFAULT_PROMPT = 2
"""The prompt that the paper's fine-tuning used, and that its own default for chat APIs repeats."""
LABELS = ("A", "B")
TASK_TYPE = "first"
TEST_EXCERPTS, VALIDATION_EXCERPTS = range(100), range(100, 110)

CONFIGS: dict[str, Condition] = {
    "book": "text",
    "book_notext": "notext",
    "book_memory": "memory",
    "swapped": "text",
}
SWEEP = "sweep"


@dataclass(frozen=True)
class Tier:
    """What of Book-SORT a tier asks.

    Attributes:
        cells: (excerpt length, segment length) in words.
        excerpts: test excerpts a book and cell; the paper has 100.
        validation: validation excerpts a book and cell for the prompt sweep; the paper has 10.
        swapped: whether every pair is also offered in the other order.
    """

    cells: tuple[tuple[int, int], ...]
    excerpts: int
    validation: int
    swapped: bool = True


TIERS = {
    "smoke": Tier(((250, 20),), 1, 1),
    "lite": Tier(((250, 20), (250, 50), (1000, 50)), 10, 2),
    "full": Tier(tuple((e, s) for e in STANDARD for s in SEGMENTS), 100, 10),
    "long": Tier(tuple((e, s) for e in EXTENDED for s in SEGMENTS), 100, 0, swapped=False),
}


def shards(tier: str) -> list[str]:
    """Return the cells of a tier, each of which is built alone.

    Raises:
        UnknownNameError: if there is no such tier.
    """
    if tier not in TIERS:
        raise UnknownNameError("tier of sort's paper edition", tier, TIERS)
    return [f"e{length}_s{segment}" for length, segment in TIERS[tier].cells]


def cell_file(split: str, cell: str) -> Source:
    """Return the published file of a cell, such as ``e250_s20``, in the Hub's layout."""
    return Source(HUB, f"data/{split}_{cell}.parquet", HUB_REVISION, licence="CC0-1.0")


def needed(tier: str) -> tuple[Source, ...]:
    """Return the source files that a tier is built from."""
    splits = ("test", "validation") if TIERS[tier].validation else ("test",)
    cells = [cell_file(split, cell) for cell in shards(tier) for split in splits]
    return (*cells, *PROMPTS)


def generate(
    tier: str, shard: str, season: str
) -> dict[tuple[str, str], list[SortRecord] | list[SweepRecord]]:
    """Return a cell's records by (config, split).

    Raises:
        HeptathlonError: if the cell is unknown, or its files cannot be had or are not Book-SORT's.
    """
    if shard not in shards(tier):
        raise UnknownNameError(f"cell of sort's tier {tier!r}", shard, shards(tier))
    size = TIERS[tier]
    out: dict[tuple[str, str], list[SortRecord] | list[SweepRecord]] = {}
    test = list(_questions("test", shard, TEST_EXCERPTS[: size.excerpts]))
    for config, condition in CONFIGS.items():
        if config != "swapped" or size.swapped:
            place = 1 if config == "swapped" else 0
            out[config, "test"] = [record(both[place], condition, season) for both in test]
    if size.validation:
        wanted = VALIDATION_EXCERPTS[: size.validation]
        validation = [
            record(both[0], "text", season) for both in _questions("validation", shard, wanted)
        ]
        out[SWEEP, "test"] = [
            _swept(one, number) for number in range(len(PROMPTS)) for one in validation
        ]
    return out


def _swept(one: SortRecord, number: int) -> SweepRecord:
    fields = one.model_dump() | {"prompt": str(number)}
    fields["item_id"] = content_id(FAMILY, SWEEP, number, one.item_id)
    fields["pair_id"] = content_id(FAMILY, SWEEP, number, one.pair_id)
    return SweepRecord.model_validate(fields)


def _questions(
    split: str, cell: str, excerpts: range
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield each published pair as a question: in the published order, and in the other one."""
    source = cell_file(split, cell)
    table = pq.read_table(sources.fetch(source))
    missing = [name for name in _COLUMNS if name not in table.schema.names]
    if missing:
        raise HeptathlonError(f"{source}: is not Book-SORT: the column {missing[0]!r} is missing.")
    for row in table.select(_COLUMNS).to_pylist():
        if row["excerpt_idx"] in excerpts:
            yield _question(row, str(source))


_COLUMNS = [
    "book_idx", "book_title", "excerpt_idx", "excerpt_text", "segment_1", "segment_2", "seg1_pos",
    "seg2_pos", "present_seg1_first", "segment_length", "excerpt_length",
]  # fmt: skip


def _question(row: Mapping[str, Any], where: str) -> tuple[dict[str, Any], dict[str, Any]]:
    length, segment = int(row["excerpt_length"]), int(row["segment_length"])
    starts = [int(row["seg1_pos"]), int(row["seg2_pos"])]
    bounds = spans.edges(length, segment)
    distance = starts[1] - starts[0]
    if distance < segment:
        raise HeptathlonError(
            f"{where}: the segments of excerpt {row['excerpt_idx']} of book {row['book_idx']} "
            f"overlap: they start {distance} words apart and are {segment} words long."
        )
    fields = {
        "form": "first",
        "title": str(row["book_title"]),
        "text": str(row["excerpt_text"]),
        "events": [],
        "labels": ["A", "B"],
        "starts": starts,
        "words": length,
        "length": str(length),
        "segment": str(segment),
        "distance": DISTANCES[spans.nearest_bin(distance, bounds)],
        "place": spans.place_of(starts, length),
        "agreement": "none",
        "source": f"Book-SORT {row['book_idx']}",
        "pair": starts,
    }
    first, second = both_orders(fields, [str(row["segment_1"]), str(row["segment_2"])])
    return (first, second) if row["present_seg1_first"] else (second, first)


@dataclass(frozen=True)
class Prompt:
    """One of the paper's prompts, with its placeholders.

    Attributes:
        system: the system prompt.
        before: what stands before the question, with ``<booktitle>`` and ``<excerpt>``.
        after: the question, with ``<booktitle>``, ``<segments>`` and the labels.
        prefix: how the answer begins.
    """

    system: str
    before: str
    after: str
    prefix: str


@cache
def prompt(number: int) -> Prompt:
    """Return one of the paper's prompts, read from its repository's file.

    Raises:
        HeptathlonError: if there is no such prompt, or its file cannot be had.
    """
    if not 0 <= number < len(PROMPTS):
        raise HeptathlonError(
            f"There is no prompt {number} in Book-SORT; its prompts are 0 to {len(PROMPTS) - 1}."
        )
    path = sources.fetch(PROMPTS[number])
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Prompt(
        system=data["system_prompt"],
        before=data["pre_excerpt"],
        after=data["post_excerpt"],
        prefix=data["model_answer_prefix"],
    )
