"""Second step: the files are those of the envelope, and no more than is read."""

import hashlib
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

from heptathlon.errors import HeptathlonError
from heptathlon.families import family_of_task
from heptathlon.leaderboard.schema import ENVELOPE
from heptathlon.leaderboard.validate.case import Case, Finding, finding, take
from heptathlon.running.runs import SAMPLES_NAME

MAX_RESULTS_BYTES = 4 * 2**20
"""Of a results file: 600 tasks with 20 figures each take one."""
MAX_EVENT_PACKED = 64 * 2**20
"""Of one event's samples, compressed as gzip does it fastest."""
MAX_EVENT_BYTES = 512 * 2**20
"""Of one event's samples as they are, so that what is packed small is not endless."""
MAX_TOTAL_BYTES = 2 * 2**30
MAX_LINE_BYTES = 4 * 2**20
"""A document, its prompt and the answer; a context of a million tokens would just fit."""
BLOCK = 2**20


def check_files(case: Case) -> None:
    """Take the step."""
    take(
        case,
        (files_are_listed, files_are_small, files_are_unchanged, files_are_of_one_run),
        all_of=False,
    )


def files_are_listed(case: Case) -> Iterator[Finding]:
    """Every file is listed once, and every listed file is there."""
    name = "files_are_listed"
    listed = [entry.path for entry in case.envelope.files]
    there = {p.name for p in case.folder.iterdir()} - {ENVELOPE}
    for path in sorted({p for p in listed if listed.count(p) > 1} if _repeats(listed) else ()):
        yield finding(
            name, ENVELOPE, "files", f"{case.folder}/{ENVELOPE}: files lists {path} twice; once."
        )
    for path in sorted(set(listed) - there):
        yield finding(name, path, "", f"{case.folder}/{path}: is listed but missing; add the file.")
    for path in sorted(there - set(listed)):
        yield finding(
            name,
            path,
            "",
            f"{case.folder}/{path}: is not listed in {ENVELOPE}; remove the file, or prepare the "
            "submission again.",
        )


def _repeats(listed: list[str]) -> bool:
    return len(set(listed)) < len(listed)


def files_are_small(case: Case) -> Iterator[Finding]:
    """Each file, each event's files and all together stay within what is read."""
    name = "files_are_small"
    events: dict[str, int] = {}
    for entry in case.envelope.files:
        size = case.size(entry.path)
        if entry.path.endswith(".json"):
            if size > MAX_RESULTS_BYTES:
                yield finding(
                    name,
                    entry.path,
                    "",
                    f"{case.folder}/{entry.path}: has {size:,} bytes, and {MAX_RESULTS_BYTES:,} "
                    "are read; prepare the submission again.",
                )
            continue
        event = event_of(entry.path)
        events[event] = events.get(event, 0) + size
    for event, size in sorted(events.items()):
        if size > MAX_EVENT_BYTES:
            yield finding(
                name,
                "",
                event,
                f"{case.folder}: the samples of {event} have {size:,} bytes, and "
                f"{MAX_EVENT_BYTES:,} are read; submit its tasks apart.",
            )
    total = sum(events.values())
    if total > MAX_TOTAL_BYTES:
        yield finding(
            name,
            "",
            "",
            f"{case.folder}: has {total:,} bytes in all, and {MAX_TOTAL_BYTES:,} are read; "
            "submit its families apart.",
        )


def event_of(path: str) -> str:
    """Return the family that a samples file is of; the file's own name if it is of none."""
    match = SAMPLES_NAME.match(path)
    try:
        return family_of_task(match[1]).name if match else path
    except HeptathlonError:
        return path


def files_are_unchanged(case: Case) -> Iterator[Finding]:
    """Each file has the size and checksum that the envelope lists, and no endless line."""
    name = "files_are_unchanged"
    events: dict[str, int] = {}
    for entry in case.envelope.files:
        events[event_of(entry.path)] = events.get(event_of(entry.path), 0) + case.size(entry.path)
    packed: dict[str, int] = {}
    for entry in case.envelope.files:
        path = case.folder / entry.path
        event = event_of(entry.path)
        # What is small as it is needs no packing to be known as small.
        size, digest, longest, small = scan(path, pack=events[event] > MAX_EVENT_PACKED)
        packed[event] = packed.get(event, 0) + small
        if (size, digest) != (entry.bytes, entry.sha256):
            yield finding(
                name,
                entry.path,
                "",
                f"{path}: has {size:,} bytes with the checksum {digest[:12]}…, not the "
                f"{entry.bytes:,} with {entry.sha256[:12]}… that {ENVELOPE} lists; submit the "
                "files as heptathlon submit prepare wrote them.",
            )
        elif longest > MAX_LINE_BYTES:
            yield finding(
                name,
                entry.path,
                "",
                f"{path}: has a line of more than {MAX_LINE_BYTES:,} bytes; limit the length of "
                "the answers and run again.",
            )
    for event, size in sorted(packed.items()):
        if size > MAX_EVENT_PACKED:
            yield finding(
                "files_are_small",
                "",
                event,
                f"{case.folder}: the samples of {event} have {size:,} bytes when they are "
                f"compressed, and {MAX_EVENT_PACKED:,} are allowed; limit the length of the "
                "answers.",
            )


def scan(path: Path, *, pack: bool = False) -> tuple[int, str, int, int]:
    """Return a file's size, SHA-256, a lower bound of its longest line, and its packed size.

    Args:
        path: the file, which is read in blocks.
        pack: whether it is packed to know how small it gets; 0 if not.
    """
    digest = hashlib.sha256()
    packer = zlib.compressobj(1)
    size = line = longest = small = 0
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
            size += len(block)
            if pack:
                small += len(packer.compress(block))
            first, newline, rest = block.partition(b"\n")
            longest = max(longest, line + len(first))
            # Lines that begin and end within a block are shorter than any limit.
            line = len(rest) - rest.rfind(b"\n") - 1 if newline else line + len(first)
    if pack:
        small += len(packer.flush())
    return size, digest.hexdigest(), max(longest, line), small


_STAMP = re.compile(r"_(\d{4}-\d{2}-\d{2}T[\d.-]+)\.jsonl?$")


def stamp_of(path: str) -> str:
    """Return the moment that lm-eval wrote into a file's name."""
    found = _STAMP.search(path)
    return found[1] if found else ""


def results_of(case: Case) -> list[str]:
    """Return the names of the results files, the oldest first."""
    return sorted(e.path for e in case.envelope.files if e.path.endswith(".json"))


def files_are_of_one_run(case: Case) -> Iterator[Finding]:
    """Every samples file is of a results file: lm-eval gives them the same moment in their names.

    A run of text and of picture tasks has two results files; no run has more.
    """
    name = "files_are_of_one_run"
    paths = [entry.path for entry in case.envelope.files]
    results = {stamp_of(p) for p in paths if p.endswith(".json")}
    samples = [p for p in paths if p.endswith(".jsonl")]
    if not samples:
        yield finding(
            name,
            "",
            "",
            f"{case.folder}: holds no samples_heptathlon_*.jsonl; run again with --log_samples, "
            "because every score is recomputed from the samples.",
        )
    for path in samples:
        if stamp_of(path) not in results:
            yield finding(
                name,
                path,
                "",
                f"{case.folder}/{path}: has no results file of the same run; submit the files of "
                "one run, all of them.",
            )
    written = {stamp_of(p) for p in samples}
    for path in paths:
        if path.endswith(".json") and stamp_of(path) not in written:
            yield finding(
                name,
                path,
                "",
                f"{case.folder}/{path}: has no samples of the same run; remove it.",
            )
    if len(results) > 2:
        yield finding(
            name,
            "",
            "",
            f"{case.folder}: holds {len(results)} runs; submit each apart.",
        )
    tasks = [match[1] for path in samples if (match := SAMPLES_NAME.match(path))]
    for task in sorted({t for t in tasks if tasks.count(t) > 1}):
        yield finding(
            name, "", task, f"{case.folder}: {task} was run twice; submit the files of one run."
        )
