"""Scoring large runs: seconds and peak memory of ``heptathlon score`` and ``compare``.

``python -m benchmarks.scale`` (100,000 samples; ``--samples N`` others) makes two run folders and
prints the table. There is no run of a million samples to take: documents of the lite tiers are
written again and again under ids of their own, as a set under a salt and as samples, each answered
by one of its family's scripted players. Commands run in processes of their own; memory is the sum
over a command and its workers of what only they hold and their share of the rest (PSS), looked at
five times a second, so that this benchmark needs Linux. ``--keep DIR`` keeps the folders, and takes
them from there if they were kept. Against another version: ``--package FOLDER`` with its checkout.
"""

import argparse
import hashlib
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks._timing import table
from heptathlon import salts
from heptathlon.builders import store
from heptathlon.builders.store import MANIFEST, SetName, read_manifest
from heptathlon.files import canonical_json, dump_json, home, sha256_file
from heptathlon.parts import load_part
from heptathlon.tasks import catalog, rendered
from heptathlon.tasks.players import players_of

TIER = "lite"
EVENTS = ("maze", "memorability", "rarb", "sort", "students", "verbalizer")
"""Events without pictures."""
SALT = salts.written(hashlib.sha256(b"benchmarks.scale").digest())
ID = re.compile(r'"([0-9a-f]{32})"')
DATE = "2026-01-01T00-00-00.000000"
EVERY = 0.2
"""Seconds between two looks at the memory."""


def again(line: str, copy: int) -> str:
    """Return a JSON text in which every id is another one, the same for the same id and copy."""
    return ID.sub(lambda m: f'"{hashlib.sha256(f"{m[1]}{copy}".encode()).hexdigest()[:32]}"', line)


def answers(task: str, doc: Mapping[str, Any]) -> Iterator[list[Any]]:
    """Yield what a family's players say to a document, as lm-eval logs it, over and over."""
    said: list[list[Any]] = []
    for player in players_of(catalog.task_data(task).family.name).values():
        if catalog.is_generated(task):
            said.append([player.answer(doc)])
        else:
            pairs = player.likelihoods(doc, catalog.choices_of(task, doc))
            said.append([[str(value), str(greedy)] for value, greedy in pairs])
    return itertools.cycle(said)


def sample_of(task: str, doc: dict[str, Any], said: list[Any], number: int) -> dict[str, Any]:
    """Return a sample as lm-eval logs it."""
    family = catalog.task_data(task).family
    scorer = load_part(family, "scorer")
    raw = said if isinstance(said[0], str) else [(float(v), g == "True") for v, g in said]
    figures = scorer.process_results(doc, raw)
    figures = {name: value for name, value in figures.items() if isinstance(value, int | float)}
    prompt = rendered.question(task, doc)
    return {
        "doc_id": number, "doc": doc, "target": rendered.answer(task, doc),
        "arguments": {"gen_args_0": {"arg_0": prompt, "arg_1": ""}},
        "resps": [said], "filtered_resps": said, "metrics": list(figures), **figures,
        "doc_hash": "0" * 64, "prompt_hash": "0" * 64, "target_hash": "0" * 64,
    }  # fmt: skip


def make(folder: Path, samples: int) -> None:
    """Write the sets, and two runs of them."""
    tasks = [t for name in EVENTS for t in catalog.asked(name, TIER)]
    sets = {name: store.ensure(SetName(name, tier=TIER)) for name in EVENTS}
    docs = {t: documents(sets[catalog.task_data(t).family.name], t) for t in tasks}
    copies = max(1, round(samples / sum(map(len, docs.values()))))
    os.environ["HEPTATHLON_HOME"] = str(folder / "home")
    for name in EVENTS:
        grow(sets[name], home() / "data" / SetName(name, tier=TIER, salt=SALT).folder, copies)
    for run, shift in (("a", 0), ("b", 1)):
        (folder / run).mkdir()
        for task in tasks:
            write_samples(
                folder / run / f"samples_{task}_{DATE}.jsonl", task, docs[task], copies, shift
            )
        versions = {task: catalog.task_data(task).family.version for task in tasks}
        results = {
            "results": {task: {} for task in tasks}, "configs": {}, "versions": versions,
            "n-shot": dict.fromkeys(tasks, 0), "date": 1.0, "model_name": run,
            "config": {"model": "hf", "model_args": {"pretrained": run}},
        }  # fmt: skip
        (folder / run / f"results_{DATE}.json").write_text(dump_json(results), encoding="utf-8")


def documents(folder: Path, task: str) -> list[dict[str, Any]]:
    """Return a task's documents."""
    data = catalog.task_data(task)
    return list(filter(data.asks, store.each_doc(folder, data.config)))


def write_samples(
    file: Path, task: str, docs: Sequence[dict[str, Any]], copies: int, shift: int
) -> None:
    """Write a file of samples, each document in every copy."""
    with file.open("w", encoding="utf-8") as out:
        for number, doc in enumerate(docs):
            said = itertools.islice(answers(task, doc), shift, None)
            width = len(players_of(catalog.task_data(task).family.name))
            lines = [
                json.dumps(sample_of(task, doc, one, number), ensure_ascii=False)
                for one in itertools.islice(said, min(width, copies))
            ]
            for copy in range(copies):
                head = f'{{"doc_id": {copy * len(docs) + number},'
                line = lines[copy % width].replace(f'{{"doc_id": {number},', head, 1)
                out.write(again(line, copy) + "\n")


def grow(source: Path, target: Path, copies: int) -> None:
    """Write a set that holds each document of another one in every copy, under a salt."""
    manifest = read_manifest(source)
    entries = []
    for entry in manifest.files:
        path = target / entry.path
        path.parent.mkdir(parents=True, exist_ok=True)
        rows = pq.read_table(source / entry.path)
        lines = [canonical_json(row) for row in rows.to_pylist()]
        times = copies if entry.split == "test" else 1
        with pq.ParquetWriter(path, rows.schema, compression="zstd") as out:
            for copy in range(times):
                more = [json.loads(again(line, copy)) for line in lines]
                out.write_table(pa.Table.from_pylist(more, schema=rows.schema))
        size = path.stat().st_size
        update = {"records": len(lines) * times, "bytes": size, "sha256": sha256_file(path)}
        entries.append(entry.model_copy(update=update))
    whole = manifest.model_copy(update={"salted": True, "files": entries})
    (target / MANIFEST).write_text(dump_json(whole.model_dump()), encoding="utf-8")


def measured(command: Sequence[str], package: Path, data: Path) -> tuple[float, float, int]:
    """Run a command of the suite; return wall seconds, processor seconds and peak bytes."""
    environment = os.environ | {
        "PYTHONPATH": str(package), "HEPTATHLON_HOME": str(data), "HEPTATHLON_SALT": SALT,
    }  # fmt: skip
    before = os.times()
    start = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", "heptathlon", *command],
        env=environment, cwd=package, stdout=subprocess.DEVNULL, start_new_session=True,
    ) as child:  # fmt: skip
        peak = 0
        while child.poll() is None:
            peak = max(peak, held(child.pid))
            time.sleep(EVERY)
    if child.returncode:
        raise RuntimeError(f"{' '.join(command)}: exit code {child.returncode}")
    wall, after = time.perf_counter() - start, os.times()
    used = after.children_user + after.children_system
    return wall, used - before.children_user - before.children_system, peak


def held(session: int) -> int:
    """Return the bytes that the processes of a session hold."""
    total = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            if int(fields[3]) == session:
                found = re.search(r"^Pss:\s+(\d+)", (folder / "smaps_rollup").read_text(), re.M)
                total += 1024 * int(found[1]) if found else 0
        except OSError:
            continue  # It has ended.
    return total


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, default=100_000)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--package", type=Path, default=Path(__file__).parents[1])
    parser.add_argument("--only", choices=("score", "compare"))
    args = parser.parse_args()
    folder = args.keep or Path(tempfile.mkdtemp(prefix="heptathlon-benchmark-"))
    try:
        if not (folder / "b").is_dir():
            folder.mkdir(exist_ok=True, parents=True)
            make(folder, args.samples)
        count = sum(sum(1 for _ in f.open("rb")) for f in (folder / "a").glob("samples_*"))
        rows: list[tuple[object, ...]] = [
            ("command", "samples", "wall", "processor", "peak memory")
        ]
        for name, command in (
            ("score", ("score", str(folder / "a"), "--json")),
            ("compare", ("compare", str(folder / "a"), str(folder / "b"), "--json")),
        ):
            if args.only in (None, name):
                wall, used, peak = measured(command, args.package, folder / "home")
                shown = (f"{wall:.0f} s", f"{used:.0f} s", f"{peak / 2**20:,.0f} MiB")
                rows.append((f"`{name}`", f"{count:,}", *shown))
    finally:
        if args.keep is None:
            shutil.rmtree(folder)
    print(f"{len(EVENTS)} events; {os.cpu_count()} processors.\n")
    print(table(rows))


if __name__ == "__main__":
    main()
