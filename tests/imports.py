"""The package's imports, read from its source as data, and the rules that they keep.

``python -m tests.imports`` draws them into ``docs/architecture.md``.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "heptathlon"

WAY = ("models", "running", "scoring", "studies", "pages", "leaderboard", "demo", "face", "cli")
"""The rooms on the way of an item, lowest first; each may use those before it."""
BESIDE = ("builders", "tasks", "scorers")
"""Rooms beside the way: every room on it may use them, they use the ground and one another."""
GROUND = "ground"
APART = {("builders", "scorers"), ("scorers", "builders")}
"""What makes an item and what judges it must not know each other."""
OPEN_LEADERBOARD = {"cli", "demo", "face", "leaderboard"}
"""Rooms that may use the leaderboard: all others work where there is none."""

Imports = Mapping[str, Iterable[str]]


def modules() -> dict[str, Path]:
    """Return the file of every module of the package."""
    files = list(PACKAGE.rglob("*.py"))
    for folder in (*BESIDE, "leaderboard"):
        files += (PACKAGE / folder).rglob("*.py")
    out = {}
    for file in sorted(set(files)):
        parts = ("heptathlon", *file.relative_to(PACKAGE).with_suffix("").parts)
        out[".".join(parts).removesuffix(".__init__")] = file
    return out


def imports() -> dict[str, set[str]]:
    """Return what every module imports of the package, wherever in it the import stands."""
    return {name: set(used) for name, used in _imports().items()}


@cache
def _imports() -> dict[str, set[str]]:
    known = modules()
    out: dict[str, set[str]] = defaultdict(set)
    for name, file in known.items():
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("heptathlon"):
                for alias in node.names:
                    whole = f"{node.module}.{alias.name}"
                    out[name].add(whole if whole in known else str(node.module))
            elif isinstance(node, ast.Import):
                out[name] |= {a.name for a in node.names if a.name.startswith("heptathlon")}
        out[name].discard(name)
    return dict(out)


def room(module: str) -> str:
    """Return the room of a module; the ground for what stands in none."""
    # The package itself is what ``import heptathlon`` offers; run as a module it is the command.
    first = module.split(".")[1] if "." in module else "face"
    first = "cli" if first == "__main__" else first
    return first if first in (*WAY, *BESIDE) else GROUND


def wrong_ways(found: Imports) -> list[str]:
    """Return every import that goes upwards, or to where its room must not go."""
    out = []
    for name, used in found.items():
        for other in used:
            here, there = room(name), room(other)
            if not _may_use(here, there):
                out.append(f"{name} ({here}) imports {other} ({there})")
    return sorted(out)


def _may_use(here: str, there: str) -> bool:
    if there == "leaderboard" and here not in OPEN_LEADERBOARD:
        return False
    if here == there or there == GROUND:
        return True
    if here in BESIDE:
        return there in BESIDE and (here, there) not in APART
    return here in WAY and (there in BESIDE or WAY.index(there) < WAY.index(here))


def drawing() -> str:
    """Return the picture of the rooms: a row a room, and a dot where it uses the column's.

    On the way of an item all dots are left of the diagonal: what a room uses stands below it.
    """
    order = [GROUND, *BESIDE, *WAY]
    uses: dict[str, set[str]] = defaultdict(set)
    for name, used in imports().items():
        uses[room(name)] |= {room(other) for other in used}
    width = max(map(len, order))
    numbered = list(enumerate(order, start=1))
    head = " " * (width + 4) + " ".join(f"{number:2}" for number, _ in numbered)
    rows = []
    for number, here in reversed(numbered):
        cells = " ".join(f" {_cell(here, there, uses)}" for there in order)
        rows.append(f"{here:>{width}} {number:2} {cells}")
    return "\n".join([head, *rows]) + "\n"


def _cell(here: str, there: str, uses: Mapping[str, set[str]]) -> str:
    return "□" if here == there else "●" if there in uses[here] else "·"


PAGE = ROOT / "docs" / "architecture.md"
BLOCK = re.compile(r"(<!-- rooms: generated -->\n```text\n).*?(```\n<!-- /rooms -->)", re.DOTALL)


def page() -> str:
    """Return the page of the house with its picture as the imports are now."""
    told = PAGE.read_text(encoding="utf-8")
    return BLOCK.sub(lambda match: match[1] + drawing() + match[2], told)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
