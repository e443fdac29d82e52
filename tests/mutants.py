"""Altered submissions: a recipe of a few steps, applied to a copy, and the same on every machine.

A recipe is JSON, so that a fuzz run can keep what it found in a line of text. Files are named by
what stands before their date, lines and places by numbers that wrap around: a recipe means
something in any submission.
"""

import contextlib
import gzip
import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from heptathlon.files import sha256_file
from heptathlon.leaderboard.schema import ENVELOPE
from heptathlon.running.runs import SAMPLES_NAME
from heptathlon.scoring import scorecard
from heptathlon.tasks import catalog
from tests import forge

Step = dict[str, Any]
Recipe = list[Step]

SENTINEL = "\u0001here\u0001"
"""Stands in parsed JSON for text that no parser would have given."""
RAW = (
    *("NaN", "Infinity", "-Infinity", "1e999", "-1e999", "1e308", "5e-324", "-0.0", "-0", "01"),
    *("9" * 30, "9" * 320, "-" + "9" * 399, "9" * 500, "9" * 5000, "1e-400", "0x10", "1_0", "+1"),
    *("[" * 70 + "]" * 70, "[" * 100_000, '{"a":' * 70 + "1" + "}" * 70, "nul", "'x'", "//x", ""),
    *('"\\ud800"', '"\\udc00\\ud800"', '"\\u0000"', '"\\u202e"', '"\\x"', '"\x07"', '"\u2028"'),
    *('"=1+1"', '"<script>alert(1)</script>"', '"../../etc/passwd"', "[]", "{}", "null", "true"),
    *('{"__proto__": 1}', '"' + "a" * 5_000_000 + '"', "[" + "1," * 50_000 + "1]"),
)
"""JSON that is none, or that readers disagree about, or that is much of a thing."""
NAMES = (
    *(
        "../x",
        "/etc/passwd",
        "results_..json",
        "x/../y",
        "",
        ".",
        "..",
        "submission.json",
        "run.py",
    ),
    *("results_1.json", "results_9999-01-01T00-00-00.json", "con", "a" * 300, "\u202ex", "a\nb"),
    *("samples_heptathlon_maze_dfs_smoke_9999-01-01T00-00-00.jsonl", "samples_gsm8k_1.jsonl"),
)
"""Names that a file, or an entry of the envelope, may be given."""
CODINGS: dict[str, Callable[[bytes], bytes]] = {
    "utf-16": lambda data: data.decode(errors="replace").encode("utf-16"),
    "bom": lambda data: b"\xef\xbb\xbf" + data,
    "crlf": lambda data: data.replace(b"\n", b"\r\n"),
    "cr": lambda data: data.replace(b"\n", b"\r"),
    "one line": lambda data: data.replace(b"\n", b""),
    "blank lines": lambda data: data.replace(b"\n", b"\n \n\n"),
    "separators": lambda data: data.replace(b"\n", "\u2028".encode()),
    "gzip": lambda data: gzip.compress(data, mtime=0),
    "bomb": lambda _: gzip.compress(b"[" * 2**22, mtime=0),
    "empty": lambda _: b"",
    "half": lambda data: data[: len(data) // 2],
    "twice": lambda data: data + data,
    "nothing": lambda data: b"\0" * len(data),
    "no last newline": lambda data: data.rstrip(b"\n"),
}
"""What can be done to a whole file."""


def apply(recipe: Recipe, folder: Path) -> None:
    """Alter a submission. A step that finds nothing to alter does nothing."""
    for step in recipe:
        STEPS[step["do"]](folder, step)


def kept(folder: Path, out: Path) -> Path:
    """Copy a submission; a file with another name elsewhere would be refused for that."""
    shutil.copytree(folder, out, copy_function=shutil.copyfile)
    return out


def paths_of(value: Any) -> Iterator[list[Any]]:
    """Yield the way to each place in a JSON value, the root left out."""
    children = value.items() if isinstance(value, dict) else enumerate(value)
    for key, child in children:
        yield [key]
        if isinstance(child, dict | list):
            for rest in paths_of(child):
                yield [key, *rest]


def _files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.iterdir() if p.is_file() and not p.is_symlink())


def _file(folder: Path, name: str) -> Path | None:
    """Return the file whose name begins so; the last one, because runs are read oldest first."""
    return next((p for p in reversed(_files(folder)) if p.name.startswith(name)), None)


def _write(path: Path, data: bytes) -> None:
    # A link to the submission that was copied is broken first.
    path.unlink(missing_ok=True)
    path.write_bytes(data)


def _number(value: Any, count: int) -> int:
    return int(value) % count if count else 0


def _bytes(folder: Path, step: Step) -> None:
    """Replace some bytes of a file."""
    if (path := _file(folder, step["file"])) is None:
        return
    data = path.read_bytes()
    at = _number(step["at"], len(data) + 1)
    _write(path, data[:at] + step["put"].encode("latin-1") + data[at + step["cut"] :])


def _whole(folder: Path, step: Step) -> None:
    """Write a file in another way."""
    if (path := _file(folder, step["file"])) is not None:
        _write(path, CODINGS[step["how"]](path.read_bytes()))


def _at(value: Any, path: list[Any]) -> tuple[Any, Any]:
    """Return the container and key that a path leads to, numbers in lists wrapping around."""
    node, key = None, None
    for part in path:
        node = value if node is None else node[key]
        if not isinstance(node, dict | list) or not node:
            raise LookupError(part)
        key = _number(part, len(node)) if isinstance(node, list) else part
        if isinstance(node, dict) and part not in node:
            if not isinstance(part, int):
                raise LookupError(part)
            key = list(node)[_number(part, len(node))]
    return node, key


def _json(folder: Path, step: Step) -> None:
    """Put JSON, or text for it, in one place; or take the place away, rename or repeat it."""
    if (path := _file(folder, step["file"])) is None:
        return
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
        if path.suffix == ".json":
            lines = ["\n".join(lines)]
        number = _number(step["line"], len(lines))
        value = json.loads(lines[number])
        node, key = _at(value, step["path"])
    except (ValueError, LookupError, RecursionError):
        return
    raw = None
    match step["how"]:
        case "set":
            node[key] = step["value"]
        case "raw":
            node[key], raw = SENTINEL, RAW[_number(step["value"], len(RAW))]
        case "delete":
            del node[key]
        case "again" if isinstance(node, dict):
            # The key twice, the second one with another value.
            raw = json.dumps(node[key]) + f", {json.dumps(key)}: {json.dumps(step['value'])}"
            node[key] = SENTINEL
        case "rename" if isinstance(node, dict):
            node[str(step["value"])] = node.pop(key)
        case "add" if isinstance(node, dict):
            node["added"] = step["value"]
        case "nudge" if isinstance(node[key], int | float):
            # An integer may be larger than any float.
            with contextlib.suppress(OverflowError):
                node[key] = node[key] + step["value"]
        case "nudge" if isinstance(node[key], str):
            node[key] = node[key] + " "
        case "copy" if isinstance(node, list):
            node.append(node[key])
        case _:
            return
    text = json.dumps(value)
    if raw is not None:
        text = text.replace(json.dumps(SENTINEL), raw)
    lines[number] = text
    _write(path, "\n".join(lines).encode(errors="replace"))


def _rows(path: Path) -> list[dict[str, Any]]:
    text = path.read_text(encoding="utf-8-sig").split("\n")
    rows = [json.loads(line) for line in text if line.strip()]
    if not rows or not all(isinstance(row, dict) for row in rows):
        raise ValueError("no samples")
    return rows


def _write_rows(path: Path, rows: list[dict[str, Any]]) -> None:
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    _write(path, "".join(lines).encode(errors="surrogatepass"))


def _swap(folder: Path, step: Step) -> None:
    """Change a part of two samples for each other's, of one task or of two."""
    first, second = _file(folder, step["file"]), _file(folder, step["other"])
    if first is None or second is None:
        return
    try:
        ours = _rows(first)
        theirs = ours if second == first else _rows(second)
        a, b = (rows[_number(step[n], len(rows))] for rows, n in ((ours, "line"), (theirs, "with")))
        keys = list(a.keys() & b.keys()) if step["key"] == "all" else [step["key"]]
        for key in keys:
            a[key], b[key] = b[key], a[key]
    except (ValueError, LookupError, RecursionError):
        return
    _write_rows(first, ours)
    _write_rows(second, theirs)


def _rows_step(folder: Path, step: Step) -> None:
    """Leave out, repeat or turn round samples."""
    if (path := _file(folder, step["file"])) is None:
        return
    try:
        rows = _rows(path)
    except (ValueError, RecursionError):
        return
    number = _number(step["line"], len(rows))
    match step["how"]:
        case "drop":
            del rows[number]
        case "repeat":
            rows.insert(number, rows[number])
        case "reverse":
            rows.reverse()
        case "none":
            rows.clear()
    _write_rows(path, rows)


def _answer(folder: Path, step: Step) -> None:
    """Give another answer, and let as much of the record follow as ``follow`` says.

    1: the sample's own figures; 2: lm-eval's aggregates too; 3: the envelope too. The last makes
    an honest submission of another model.
    """
    if (path := _file(folder, step["file"])) is None:
        return
    match = SAMPLES_NAME.match(path.name)
    try:
        rows = _rows(path)
        row = rows[_number(step["line"], len(rows))]
        answer = step["value"]
        if isinstance(row["filtered_resps"][0], list):
            count = len(row["filtered_resps"])
            answer = [[str(-abs(hash_of(step["value"], i))), str(i == 0)] for i in range(count)]
            row["resps"], row["filtered_resps"] = [[pair] for pair in answer], answer
        else:
            row["resps"], row["filtered_resps"] = [[str(answer)]], [str(answer)]
        if step["follow"] >= 1 and match is not None:
            responses = (
                [(float(v), g == "True") for v, g in answer]
                if isinstance(answer, list)
                else [str(answer)]
            )
            family = catalog.task_data(match[1]).family.name
            scorer: Any = scorecard.scorer_of(family)
            row |= scorer.process_results(row["doc"], responses)
    except Exception:
        return
    _write_rows(path, rows)
    if step["follow"] >= 2 and match is not None:
        with_aggregates(folder, match[1], rows)


def hash_of(value: Any, number: int) -> float:
    """Return a made-up log-likelihood, different for each option."""
    return (sum(map(ord, str(value))) * (number + 3) % 97) / 7 + 0.125 * number


def with_aggregates(folder: Path, task: str, rows: list[dict[str, Any]]) -> None:
    """Write lm-eval's aggregates of a task and its groups anew."""
    if (path := _file(folder, "results_")) is None:
        return
    try:
        results = json.loads(path.read_text(encoding="utf-8-sig"))
        results["results"][task] |= forge.aggregates(rows)
        forge.regroup(results)
    except Exception:
        return
    _write(path, json.dumps(results, indent=2).encode())


def _place(folder: Path, step: Step) -> None:
    """Add, remove, link or rename a file."""
    name = NAMES[_number(step["name"], len(NAMES))]
    target = folder / name
    path = _file(folder, step["file"])
    if target.parent != folder:
        # Nothing is written outside; the envelope may name such a file all the same.
        return
    try:
        match step["how"]:
            case "link":
                target.symlink_to("/etc/passwd")
            case "folder":
                target.mkdir()
            case "pipe":
                os.mkfifo(target)
            case "write":
                _write(target, b"{}\n")
            case "copy" if path is not None:
                _write(target, path.read_bytes())
            case "rename" if path is not None:
                path.rename(target)
            case "older" if path is not None:
                _write(path.with_name(path.name.replace("_20", "_19", 1)), path.read_bytes())
            case "newer" if path is not None:
                _write(path.with_name(path.name.replace("_20", "_21", 1)), path.read_bytes())
            case "remove" if path is not None:
                path.unlink()
            case "own link" if path is not None:
                moved = path.rename(path.with_name("moved"))
                path.symlink_to(moved)
    except (OSError, ValueError):
        return


def _list(folder: Path, step: Step) -> None:
    """Write sizes and checksums of all files into the envelope, as a forger would."""
    del step
    if not (folder / ENVELOPE).is_file():
        return  # reading a pipe would never end
    try:
        envelope = json.loads((folder / ENVELOPE).read_text(encoding="utf-8-sig"))
        envelope["files"] = [
            {"path": p.name, "bytes": p.stat().st_size, "sha256": sha256_file(p)}
            for p in _files(folder)
            if p.name != ENVELOPE
        ]
        text = json.dumps(envelope)
    except (OSError, ValueError, TypeError, RecursionError):
        return
    _write(folder / ENVELOPE, text.encode(errors="replace"))


def _claim(folder: Path, step: Step) -> None:
    """Let the envelope follow what the samples give."""
    del step
    from heptathlon.leaderboard.schema import claims_of
    from heptathlon.running import runs

    if not (folder / ENVELOPE).is_file():
        return
    try:
        envelope = json.loads((folder / ENVELOPE).read_text(encoding="utf-8-sig"))
        card, _ = scorecard.score_run(runs.read_run(folder), details=False)
        envelope["claims"] = {n: c.model_dump() for n, c in claims_of(card).items()}
        text = json.dumps(envelope)
    except Exception:
        return
    _write(folder / ENVELOPE, text.encode(errors="replace"))


STEPS: dict[str, Callable[[Path, Step], None]] = {
    "bytes": _bytes,
    "whole": _whole,
    "json": _json,
    "swap": _swap,
    "rows": _rows_step,
    "answer": _answer,
    "place": _place,
    "claim": _claim,
    "list": _list,
}
