"""Texts of many plain sentences and four that matter, one of which is asked for at a time."""

from typing import Any, Literal

from heptathlon.builders import store
from heptathlon.records import Record, content_id
from heptathlon.seeding import Stream

FAMILY, VERSION = "needle", 1
LENGTHS = (20, 80, 320)
"""Sentences of a text."""
TEXTS = {"smoke": 4, "lite": 10, "full": 100}
"""Texts of each length; a smaller tier is a part of a larger one."""
PLACES = ("harbour", "mill", "tower", "market", "bridge", "chapel", "garden", "quarry")
WORDS = ("amber", "basil", "cedar", "delta", "ember", "fable", "grove", "hazel", "ivory", "kelp")
WHO = ("baker", "teacher", "sailor", "widow", "clerk", "child", "doctor", "painter", "farmer")
DID = ("sang", "slept", "waited", "laughed", "read", "wrote", "dug", "rested", "swam", "prayed")


class NeedleRecord(Record):
    """A question for one of the four words that a text gives.

    Attributes:
        text: the text.
        place: the place whose word is asked for.
        options: the four words, in an order that is drawn.
        gold: index of the right one.
        length: sentences of the text.
        depth: which of the four sentences that matter is asked for, from the beginning.
    """

    form: Literal["say", "choose"]
    text: str
    place: str
    options: tuple[str, ...]
    gold: int
    length: str
    depth: str


def configs(edition: str) -> dict[str, type[Record]]:
    """Return the configs of the data set: one a form."""
    return {"say": NeedleRecord, "choose": NeedleRecord}


def shards(edition: str, tier: str) -> list[str]:
    """Return the units that are built one at a time: one a length."""
    return [str(length) for length in LENGTHS]


def generate(edition: str, tier: str, shard: str, season: str, salt: str) -> store.Records:
    """Return the records of the texts of one length."""
    out: store.Records = {("say", "test"): [], ("choose", "test"): []}
    for index in range(TEXTS[tier]):
        stream = Stream(FAMILY, VERSION, season, shard, index, salt=salt)
        places, words = stream.sample(PLACES, 4), stream.sample(WORDS, 4)
        lines = [
            f"By the {stream.choice(PLACES)} a {stream.choice(WHO)} {stream.choice(DID)}."
            for _ in range(int(shard) - 4)
        ]
        spots = sorted(stream.sample(range(int(shard)), 4))
        for spot, place, word in zip(spots, places, words, strict=True):
            lines.insert(spot, f"The word for the {place} is {word}.")
        same = {"text": " ".join(lines), "season": season, "length": shard}
        same["cluster_id"] = content_id(same["text"])
        for depth, (place, word) in enumerate(zip(places, words, strict=True), start=1):
            options = stream.sample(words, 4)
            asked = {"place": place, "options": options, "gold": options.index(word)}
            for (form, _), records in out.items():
                fields = {**same, **asked, "form": form, "depth": str(depth)}
                records.append(NeedleRecord(item_id=content_id(fields), **fields))
    return out


def dataset(**options: Any) -> Any:
    """Return a config for lm-eval's ``custom_dataset``, building the set if need be."""
    return store.dataset(FAMILY, **options)
