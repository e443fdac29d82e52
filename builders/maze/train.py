"""Mazes to train on, of the paper edition's distributions, none of which any tier asks.

The paper trains small transformers on 98,000 mazes of one side. A maze that one of the season's
public tests has is left out, and so is another question on the same walls: in the paper's own split
a third of the 5 x 5 test layouts stand in the training set too.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from heptathlon import families
from heptathlon.builders.maze import paper
from heptathlon.builders.maze.build import PAPER_SIZES, generate
from heptathlon.builders.maze.fresh import FAMILY, VERSION
from heptathlon.errors import HeptathlonError, UnknownNameError
from heptathlon.files import home, write_bytes_atomic
from heptathlon.seeding import Stream

FILE = "train.jsonl"
NOTE = "train.json"
MAX_DRAWS = 1_000
"""Draws of one maze before a side counts as exhausted."""


def write(
    count: int, *, season: str = families.CURRENT_SEASON, sides: Sequence[int] = (),
    out: Path | None = None,
) -> Path:  # fmt: skip
    """Write training sequences, one folder a distribution and side, and return the folder above.

    A line of ``train.jsonl`` has ``given`` (the prompt of the task in tokens alone) and
    ``continuation`` (what must follow); ``train.json`` says what they are. The same arguments give
    the same bytes, and a larger count begins with the same mazes.

    Args:
        count: mazes of each distribution and side.
        season: season whose tests are kept out.
        sides: the sides; all of the paper edition if empty.
        out: folder below which the folder is made; the cache if not given.

    Raises:
        UnknownNameError: for a side that neither distribution has.
        HeptathlonError: if a side has not so many mazes beside the tests.
    """
    known = sorted({side for of in PAPER_SIZES.values() for side in of})
    for side in sides:
        if side not in known:
            raise UnknownNameError("side of maze's paper edition", str(side), map(str, known))
    wanted = set(sides or known)
    root = (out or home() / "data") / f"{FAMILY}-train-{count}-{season}-v{VERSION}"
    for config, own in PAPER_SIZES.items():
        for side in own:
            if side in wanted:
                rows = [json.dumps(row) for row in sequences(config, side, count, season)]
                data = ("\n".join(rows) + "\n").encode()
                folder = root / f"{config}-{side:02d}"
                write_bytes_atomic(folder / FILE, data)
                note = {
                    "family": FAMILY, "config": config, "side": side, "mazes": count,
                    "season": season, "version": VERSION, "canary": families.CANARY,
                    "sha256": hashlib.sha256(data).hexdigest(),
                    "left_out": "all walls that a test of the season stands in",
                }  # fmt: skip
                text = json.dumps(note, indent=2) + "\n"
                write_bytes_atomic(folder / NOTE, text.encode())
    return root


def sequences(config: str, side: int, count: int, season: str) -> Iterator[dict[str, str]]:
    """Yield training sequences of one distribution and side.

    Raises:
        HeptathlonError: if there are not so many mazes beside the tests.
    """
    kept_out = asked(config, side, season)
    seen: set[tuple[str, int, int]] = set()
    for number in range(count):
        stream = Stream(FAMILY, VERSION, season, "train", config, side, number)
        for _ in range(MAX_DRAWS):
            drawn = paper.item(config, side, stream)
            if drawn is None:
                continue
            maze, path = drawn
            identity = (maze.text, path[0], path[-1])
            if maze.text in kept_out or identity in seen:
                continue
            seen.add(identity)
            given, continuation = paper.tokens(config, maze, path, stream)
            yield {"given": given, "continuation": continuation}
            break
        else:
            raise HeptathlonError(
                f"{config}: {MAX_DRAWS:,} mazes of side {side} gave none beside the tests and "
                f"{number:,} others; ask for fewer with --train."
            )


@cache
def asked(config: str, side: int, season: str) -> frozenset[str]:
    """Return the walls of all mazes of a distribution and side that a public tier asks."""
    shard = f"{config.removeprefix('mlmu_')}-{side:02d}"
    built = generate("paper", "full", shard, season, "")
    return frozenset(row.model_dump()["open"] for rows in built.values() for row in rows)
