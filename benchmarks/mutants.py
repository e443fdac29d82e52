"""Faults planted in scorers, one at a time, each against its own module's tests.

``python -m benchmarks.mutants`` draws ``--sample`` places in ``scorers/stats`` and the scorers of
memorability and facts, plants a fault in each and prints which faults the tests did not notice.
Nothing is written to the tree: a process is forked for every fault, and there the module is loaded
with it. ``--log FILE`` keeps what was found, and a second run goes on from there.
"""

import argparse
import ast
import copy
import importlib.abc
import importlib.machinery
import importlib.util
import io
import json
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, ModuleType

import numpy as np

from benchmarks._timing import table

ROOT = Path(__file__).parents[1]
PACKAGE = "heptathlon.scorers"
# Which tests each module answers to. Those of level and figures that are drawn take longest.
TESTS = {
    **{
        f"stats.{name}": (f"tests/stats/test_{name}.py",)
        for name in (
            *("bootstrap", "detectable", "differences", "influence", "interval", "levels"),
            *("means", "pairs", "points", "ranks", "ratios"),
        )
    },
    "stats.falling": ("tests/stats/test_levels.py",),
    "stats.groups": ("tests/stats/test_means.py", "tests/stats/test_bootstrap.py"),
    "memorability": ("tests/memorability/test_memorability_scorer.py",),
    "memorability_ad": ("tests/memorability/test_memorability_scorer.py",),
    "memorability_score": ("tests/memorability/test_memorability_scorer.py",),
    "memorability_lists": (
        "tests/memorability/test_memorability_lists.py",
        "tests/memorability/test_memorability_picks.py",
    ),
    "memorability_order": ("tests/memorability/test_memorability_picks.py",),
    "facts": ("tests/test_facts_scorer.py",),
}
LIMIT = 120
"""Seconds after which tests that have not ended count as having noticed: a loop without end."""
NOTICED, SURVIVED, LATE = "noticed", "survived", "late"

COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
COUNTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Pow: ast.Mult,
}


@dataclass(frozen=True)
class Fault:
    """One fault: the node of a module's tree that is changed, and how.

    Attributes:
        module: the module's name below ``heptathlon.scorers``.
        node: number of the node in :func:`ast.walk`'s order.
        part: which of its operators.
        line: line of the source.
        says: what is changed into what.
    """

    module: str
    node: int
    part: int
    line: int
    says: str

    @property
    def key(self) -> str:
        """The fault's name in a log."""
        return f"{self.module}:{self.line}:{self.node}:{self.part} {self.says}"


def source_of(module: str) -> Path:
    """Return a module's file."""
    return ROOT / "scorers" / (module.replace(".", "/") + ".py")


def faults_of(module: str) -> Iterator[Fault]:
    """Return every fault that can be planted in a module."""
    tree = ast.parse(source_of(module).read_text(encoding="utf-8"))
    skipped = _annotations(tree)
    for at, node in enumerate(ast.walk(tree)):
        if at in skipped:
            continue
        for part, _ in enumerate(_changes(node)):
            changed = copy.deepcopy(node)
            _changes(changed)[part]()
            says = f"{ast.unparse(node)[:60]} -> {ast.unparse(changed)[:60]}"
            yield Fault(module, at, part, node.lineno, says)  # type: ignore[attr-defined]


def _annotations(tree: ast.Module) -> set[int]:
    """Return the nodes of types, whose change changes nothing."""
    typed: set[int] = set()
    for node in ast.walk(tree):
        for name in ("annotation", "returns"):
            if part := getattr(node, name, None):
                typed |= {id(x) for x in ast.walk(part)}
    return {at for at, node in enumerate(ast.walk(tree)) if id(node) in typed}


def _changes(node: ast.AST) -> list[Callable[[], None]]:
    """Return what can be changed in a node, each as a function that does it."""

    def put(field: str, value: object) -> Callable[[], None]:
        return lambda: setattr(node, field, value)

    if isinstance(node, ast.Compare):
        return [
            put("ops", [*node.ops[:i], COMPARED[type(op)](), *node.ops[i + 1 :]])
            for i, op in enumerate(node.ops)
            if type(op) in COMPARED
        ]
    if isinstance(node, ast.BinOp) and type(node.op) in COUNTED and not _text(node):
        return [put("op", COUNTED[type(node.op)]())]
    if isinstance(node, ast.BoolOp):
        return [put("op", ast.And() if isinstance(node.op, ast.Or) else ast.Or())]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return [put("operand", ast.UnaryOp(ast.Not(), node.operand))]
    if isinstance(node, ast.Constant):
        value = node.value
        if type(value) is int or (type(value) is float and value == 0):
            return [put("value", value + 1)]
        return [put("value", 2 * value)] if type(value) is float else []
    if isinstance(node, ast.IfExp):
        return [put("test", ast.UnaryOp(ast.Not(), node.test))]
    return []


def _text(node: ast.BinOp) -> bool:
    return any(
        isinstance(side, ast.JoinedStr) or (isinstance(side, ast.Constant) and side.value == "")
        for side in (node.left, node.right)
    )


def planted(fault: Fault) -> CodeType:
    """Return a module's code with a fault."""
    path = source_of(fault.module)
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for at, node in enumerate(ast.walk(tree)):
        if at == fault.node:
            _changes(node)[fault.part]()
    return compile(ast.fix_missing_locations(tree), str(path), "exec")


class _Planted(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Loads one module with its fault."""

    def __init__(self, fault: Fault) -> None:
        self._name, self._code = f"{PACKAGE}.{fault.module}", planted(fault)
        self._path = str(source_of(fault.module))

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self._name:
            return None
        spec = importlib.util.spec_from_loader(fullname, self, origin=self._path)
        if spec is not None:
            spec.has_location = True
        return spec

    def exec_module(self, module: ModuleType) -> None:
        exec(self._code, module.__dict__)  # noqa: S102


def outcome(fault: Fault | None, tests: Sequence[str], limit: float = LIMIT) -> str:
    """Return whether tests notice a fault, in a process of its own; None plants none."""
    child = os.fork()
    if child == 0:
        os._exit(_tried(fault, tests))
    end = time.monotonic() + limit
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return SURVIVED if os.waitstatus_to_exitcode(status) == 0 else NOTICED
        time.sleep(0.02)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return LATE


def _tried(fault: Fault | None, tests: Sequence[str]) -> int:
    import pytest

    # One fault's failing examples are not kept for the next.
    os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = os.devnull
    if fault is not None:
        sys.meta_path.insert(0, _Planted(fault))
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        found = pytest.main(["-q", "-x", "-n", "0", "-p", "no:cacheprovider", *tests])
    # Only tests that ran and passed let a fault live; none collected is no evidence.
    return 0 if found == pytest.ExitCode.OK else 1


def _warmed() -> None:
    """Import what every test needs and no fault touches, once, before the forks."""
    for name in ("hypothesis", "numpy", "scipy.optimize", "scipy.special", "scipy.stats"):
        importlib.import_module(name)
    loaded = [name for name in sys.modules if name.startswith(f"{PACKAGE}.")]
    if loaded:
        raise RuntimeError(f"{loaded[0]} is loaded already, a fault in it would not be")


def main() -> None:
    """Print the table and the faults that no test noticed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("modules", nargs="*", metavar="MODULE", help=f"of {', '.join(TESTS)}")
    parser.add_argument("--sample", type=int, default=200, help="faults drawn; 0 plants all")
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--minutes", type=float, default=60, help="no fault is begun after them")
    parser.add_argument("--log", type=Path, help="a JSONL file to go on from")
    args = parser.parse_args()
    modules = args.modules or list(TESTS)
    if unknown := set(modules) - set(TESTS):
        parser.error(f"no module is called {', '.join(sorted(unknown))}")
    faults = [fault for module in modules for fault in faults_of(module)]
    possible = Counter(fault.module for fault in faults)
    order = np.random.default_rng(args.seed).permutation(len(faults))
    chosen = [faults[i] for i in order[: args.sample or None]]
    found: dict[str, str] = {}
    if args.log and args.log.exists():
        lines = args.log.read_text(encoding="utf-8").splitlines()
        found = {row["fault"]: row["outcome"] for row in map(json.loads, lines)}
    _warmed()
    sound: dict[str, bool] = {}
    end = time.monotonic() + 60 * args.minutes
    for fault in chosen:
        if fault.key in found or time.monotonic() > end:
            continue
        tests = TESTS[fault.module]
        if fault.module not in sound:
            sound[fault.module] = outcome(None, tests) == SURVIVED
        if not sound[fault.module]:
            continue
        found[fault.key] = outcome(fault, tests)
        if args.log:
            with args.log.open("a", encoding="utf-8") as file:
                row = {"fault": fault.key, "outcome": found[fault.key]}
                file.write(json.dumps(row) + "\n")
    _tell(chosen, possible, found)
    if broken := [module for module, fine in sound.items() if not fine]:
        sys.exit(f"The tests of {', '.join(broken)} fail without any fault.")


def _tell(chosen: Sequence[Fault], possible: Counter[str], found: dict[str, str]) -> None:
    tried = [fault for fault in chosen if fault.key in found]
    rows: list[tuple[str, ...]] = [("module", "possible", "planted", "noticed", "survived")]
    for module in dict.fromkeys(fault.module for fault in sorted(tried, key=lambda f: f.module)):
        ends = [found[fault.key] for fault in tried if fault.module == module]
        lived = ends.count(SURVIVED)
        figures = possible[module], len(ends), len(ends) - lived, lived
        rows.append((module, *map(str, figures)))
    print(table(rows))
    print(f"\n{len(tried)} of {len(chosen)} faults drawn were planted. Survivors:")
    for fault in sorted(tried, key=lambda f: f.key):
        if found[fault.key] == SURVIVED:
            print(f"- {fault.module} line {fault.line}: `{fault.says}`")


if __name__ == "__main__":
    main()
