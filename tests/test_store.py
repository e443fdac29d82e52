"""The store: whole sets or none, resumed builds, digests, parquet types, the lm-eval dataset."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pytest
from datasets import load_dataset
from pydantic import BaseModel

from heptathlon import families
from heptathlon.builders import maze, sources, store
from heptathlon.errors import HeptathlonError, UnknownNameError
from heptathlon.files import home, read_json_strict
from heptathlon.records import doc_digest
from tests.salts import salt

DIGESTS = Path(__file__).with_name("digests")
"""One file a family: the digest of each of its public sets, by the name of the set's folder."""
SMOKE = store.SetName("maze", tier="smoke")
SALT = salt("s3cret")


@pytest.fixture(scope="module")
def smoke(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return store.ensure(SMOKE, out=tmp_path_factory.mktemp("data"))


def published_sets(family: families.Family) -> list[store.SetName]:
    """Return every public set of a family that can be built here."""
    return [
        store.SetName(family.name, edition, tier)
        for edition in family.editions
        for tier in family.tiers_of(edition)
        if edition == "fresh" or sources_are_here(family.name, edition, tier)
    ]


def sources_are_here(family: str, edition: str, tier: str) -> bool:
    """Tell whether a paper edition's source files lie in a mirror, or none are needed."""
    builder = store.builder_of(family)
    if getattr(builder, "PACKAGED", "") == edition:
        # Its digits are those of the packages that are installed; no digest could hold them.
        return False
    needed = getattr(builder, "SOURCES", ())
    if hasattr(builder, "needed"):
        needed = builder.needed(edition, tier)
    return not needed or sources.available(*needed)


@pytest.mark.parametrize(
    "name",
    [name for family in families.FAMILIES.values() for name in published_sets(family)],
    ids=lambda n: n.folder,
)
def test_digest_of_each_set(name: store.SetName, tmp_path: Path):
    """A season's data never changes. If this fails, the version must rise."""
    known = read_json_strict(DIGESTS / f"{name.family}.json", max_bytes=10**6)
    folder = store.ensure(name, out=tmp_path)
    assert store.read_manifest(folder).digest == known[name.folder]
    shutil.rmtree(folder)


def test_the_digest_sees_one_changed_letter():
    records = maze.generate("fresh", "smoke", "fewshot", "2026.1", "")
    before = store.digest(records)
    key = ("path", "fewshot")
    changed = records[key][0].model_copy(update={"solution": "U"})
    assert store.digest({**records, key: [changed, *records[key][1:]]}) != before


def test_a_second_call_builds_nothing(smoke: Path):
    stamp = (smoke / "manifest.json").stat().st_mtime_ns
    called = []
    again = store.ensure(SMOKE, out=smoke.parent, progress=lambda *a: called.append(a))
    assert again == smoke
    assert not called
    assert (smoke / "manifest.json").stat().st_mtime_ns == stamp


def test_an_interrupted_build_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, smoke: Path):
    made: list[str] = []
    real = maze.generate

    def failing(edition, tier, shard, season, salt):
        if len(made) == 2:
            raise KeyboardInterrupt
        made.append(shard)
        return real(edition, tier, shard, season, salt)

    monkeypatch.setattr(maze, "generate", failing)
    with pytest.raises(KeyboardInterrupt):
        store.ensure(SMOKE, out=tmp_path)
    target = tmp_path / SMOKE.folder
    assert not target.exists(), "half a set must not be there"
    finished = list(made)
    made.clear()
    monkeypatch.setattr(maze, "generate", lambda *a: made.append(a[2]) or real(*a))
    store.ensure(SMOKE, out=tmp_path)
    assert not set(made) & set(finished), "finished shards are used again"
    assert store.read_manifest(target).digest == store.read_manifest(smoke).digest
    assert sorted(p.name for p in tmp_path.iterdir()) == [target.name, f"{target.name}.lock"]


def test_two_processes_build_once(tmp_path: Path):
    code = (
        "from heptathlon.builders import store; from pathlib import Path\n"
        f"n = store.SetName('maze', tier='smoke'); made = []\n"
        f"store.ensure(n, out=Path({str(tmp_path)!r}), progress=lambda *a: made.append(a))\n"
        "print(len(made))"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    counts = sorted(int(p.communicate(timeout=120)[0]) for p in running)
    assert counts == [0, len(maze.shards("fresh", "smoke"))]


def test_a_changed_file_is_noticed(tmp_path: Path):
    folder = store.ensure(SMOKE, out=tmp_path)
    file = folder / "path" / "test.parquet"
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    with pytest.raises(HeptathlonError, match=r"test\.parquet: is not the file that was built"):
        store.read_table(folder, "path", "test")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"family": "mase"}, "did you mean 'maze'"),
        ({"family": "maze", "tier": "lit"}, "did you mean 'lite'"),
        ({"family": "maze", "season": "2026.2"}, "2026.1"),
        ({"family": "maze", "edition": "papers"}, "did you mean 'paper'"),
    ],
)
def test_unknown_names(arguments, says):
    with pytest.raises(UnknownNameError, match=says):
        store.SetName(**arguments)


def test_a_repeated_item_stops_the_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    real = maze.generate

    def doubled(*arguments):
        made = real(*arguments)
        return {key: [*records, *records[:1]] for key, records in made.items()}

    monkeypatch.setattr(maze, "generate", doubled)
    with pytest.raises(HeptathlonError, match="generated twice"):
        store.ensure(SMOKE, out=tmp_path)
    assert not (tmp_path / SMOKE.folder).exists()


def test_a_salt_is_other_data_and_stays_secret(tmp_path: Path, smoke: Path):
    salted = store.ensure(store.SetName("maze", tier="smoke", salt=SALT), out=tmp_path)
    assert SALT not in salted.name
    assert SALT not in (salted / "manifest.json").read_text()
    assert store.read_manifest(salted).salted
    ids = [{d["item_id"] for d in store.read_docs(f, "path")} for f in (salted, smoke)]
    assert not ids[0] & ids[1]


def test_a_set_of_another_version_is_refused(tmp_path: Path, smoke: Path):
    """In one sentence, wherever a set is read: by its folder, or one's own texts by name."""
    old = shutil.copytree(smoke, tmp_path / "old")
    manifest = json.loads((old / "manifest.json").read_text())
    (old / "manifest.json").write_text(json.dumps(manifest | {"version": 1}))
    for read in (store.read_manifest, store.content_digest, lambda f: store.read_docs(f, "path")):
        with pytest.raises(HeptathlonError, match="is version 1 of maze") as refused:
            read(old)
        assert "\n" not in str(refused.value)
    assert store.read_manifest(old, of_any_version=True).version == 1


def test_the_set_loads_as_the_hub_would_load_it(smoke: Path):
    """The card's own header names the configs and splits."""
    for config in maze.configs("fresh"):
        loaded = load_dataset(str(smoke), config)
        assert set(loaded) == {"test", "fewshot"}
        rows = store.read_docs(smoke, config)
        assert [doc_digest(r) for r in loaded["test"]] == [doc_digest(r) for r in rows]


def test_a_document_survives_json(smoke: Path):
    """A submission carries documents as JSON; their identity must not depend on that."""
    for row in store.read_docs(smoke, "nosol"):
        assert doc_digest(json.loads(json.dumps(row))) == doc_digest(row)


def test_dataset_filters_only_the_test_split(monkeypatch: pytest.MonkeyPatch):
    one = maze.dataset(config="path", tier="smoke", topology="dfs", pretrained="ignored/model")
    assert {row["topology"] for row in one["test"]} == {"dfs"}
    assert len({row["topology"] for row in one["fewshot"]}) > 1
    with pytest.raises(HeptathlonError, match="nothing matches"):
        maze.dataset(config="path", tier="smoke", topology="spiral")
    with pytest.raises(UnknownNameError, match="next_move"):
        maze.dataset(config="next_mov", tier="smoke")
    monkeypatch.setenv("HEPTATHLON_DATA", "hub")
    with pytest.raises(HeptathlonError, match="HEPTATHLON_DATA=hub"):
        maze.dataset(config="path", tier="smoke")


def test_home_follows_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("HEPTATHLON_HOME", str(tmp_path))
    assert home() == tmp_path
    monkeypatch.delenv("HEPTATHLON_HOME")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "c"))
    assert home() == tmp_path / "c" / "heptathlon"


def test_arrow_types():
    class Inner(BaseModel):
        a: float

    class Outer(BaseModel):
        kind: Literal["x", "y"]
        maybe: int | None
        pair: tuple[int, int]
        many: list[str]
        inner: Inner
        flag: bool

    assert store.arrow_schema(Outer) == pa.schema(
        [
            ("kind", pa.string()),
            ("maybe", pa.int64()),
            ("pair", pa.list_(pa.int64())),
            ("many", pa.list_(pa.string())),
            ("inner", pa.struct([("a", pa.float64())])),
            ("flag", pa.bool_()),
        ]
    )

    class Odd(BaseModel):
        x: dict[str, int]

    with pytest.raises(TypeError, match="parquet"):
        store.arrow_schema(Odd)


if __name__ == "__main__":
    # `python tests/test_store.py FAMILY…` writes the digests anew, after a version has risen.
    os.environ.setdefault("HEPTATHLON_HOME", "build/digests")
    for entry in map(families.family, sys.argv[1:] or list(families.FAMILIES)):
        found = {
            name.folder: store.read_manifest(store.ensure(name)).digest
            for name in published_sets(entry)
        }
        DIGESTS.mkdir(exist_ok=True)
        (DIGESTS / f"{entry.name}.json").write_text(json.dumps(found, indent=2) + "\n")
