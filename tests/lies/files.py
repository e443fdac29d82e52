"""What lies in the folder, and how its files are written."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from tests import forge
from tests.lies.forger import Forged
from tests.lies.lie import Lie


def lies() -> Iterator[Lie]:
    """What lies in the folder, and how its files are written."""
    for words, change in (
        ("blank lines", lambda t: t.replace("\n", "\n\n", 1)),
        ("a blank line at the end", lambda t: t + "\n"),
        ("no last line's end", lambda t: t.rstrip("\n")),
        ("other ends of lines", lambda t: t.replace("\n", "\r\n")),
        ("a mark of byte order", lambda t: "\ufeff" + t),
        ("a comment", lambda t: "// x\n" + t),
        ("a number that is none", lambda t: re.sub(r": [01]\.0,", ": NaN,", t, count=1)),
        ("a key twice", lambda t: t.replace('"doc_id"', '"doc_id": 0, "doc_id"', 1)),
        ("half a letter", lambda t: t.replace('"filter": "none"', '"filter": "none\\ud800"', 1)),
        (
            "an endless line",
            lambda t: t.replace('"filter"', '"filler": "' + "x" * 5_000_000 + '", "filter"', 1),
        ),
    ):
        yield Lie(words, "maze", lambda o, c=change: o.text.append(c))
    yield Lie(
        "a hard link",
        "maze",
        lambda o: o.after.append(
            lambda f: os.link(f / o.files[o.task()], f.parent / f"{f.name}-elsewhere")
        ),
    )
    yield Lie("a symbolic link", "maze", lambda o: o.after.append(_linked))
    yield Lie(
        "a file that is not listed",
        "maze",
        lambda o: o.after.append(lambda f: (f / "README.md").write_text("x")),
    )
    yield Lie(
        "results of a second run",
        "maze",
        lambda o: o.results.update({_moved(next(iter(o.results))): dict(o.result)}),
    )
    yield Lie("samples of a second run", "maze", lambda o: o.after.append(_second_samples))
    yield Lie(
        "results without samples",
        "maze",
        lambda o: o.results.update({_moved(next(iter(o.results))): dict(o.result)}),
    )
    yield Lie("a moment that never was", "maze", _other_moment)
    yield Lie("samples of another task under this one's name", "maze", _swapped)
    yield Lie(
        "samples of no task",
        "maze",
        lambda o: o.files.update({t: f.replace("dfs", "gsm8k") for t, f in o.files.items()}),
    )


def _moved(name: str) -> str:
    return re.sub(r"_(\d{4})-", "_2027-", name)


def _linked(folder: Path) -> None:
    path = next(folder.glob("samples_*"))
    path.rename(folder.parent / f"{folder.name}-{path.name}")
    path.symlink_to(folder.parent / f"{folder.name}-{path.name}")


def _second_samples(folder: Path) -> None:
    path = next(folder.glob("samples_*"))
    (folder / _moved(path.name)).write_bytes(path.read_bytes())
    forge.listed(folder)


def _other_moment(one: Forged) -> None:
    (name,) = one.results
    one.results = {re.sub(r"\d{4}-\d\d-\d\dT[\d-]+", "2026-13-45T99-99-99", name): one.result}
    one.files = {
        t: re.sub(r"\d{4}-\d\d-\d\dT[\d-]+", "2026-13-45T99-99-99", f) for t, f in one.files.items()
    }


def _swapped(one: Forged) -> None:
    first, second = list(one.rows)[:2]
    one.rows[first], one.rows[second] = one.rows[second], one.rows[first]
