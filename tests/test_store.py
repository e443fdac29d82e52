"""The store: whole sets or none, resumed builds, digests, parquet types, the lm-eval dataset.

Long because one store, whole and interrupted, serves all tests.
"""

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pytest
from datasets import load_dataset
from pydantic import BaseModel

from heptathlon import families, files
from heptathlon.builders import maze, sources, store
from heptathlon.builders.store import writing
from heptathlon.errors import HeptathlonError, OwnFaultError, UnknownNameError
from heptathlon.files import home, read_json_strict
from heptathlon.records import doc_digest
from tests.salts import salt

DIGESTS = Path(__file__).with_name("digests")
"""One file a family: the digest of each of its public sets, by the name of the set's folder."""
LARGE = {
    "facts-fresh-full-2026.1-v1",
    "icl-fresh-full-2026.1-v1",
    "longcontext-fresh-full-2026.1-v1",
    "maze-fresh-full-2026.1-v2",
    "maze-paper-full-2026.1-v2",
    "mllm_ct-fresh-full-2026.1-v2",
    "rarb-fresh-full-2026.1-v2",
    "sort-fresh-long-2026.1-v2",
    "students-paper-full-2026.1-v2",
    "unlearn-fresh-full-2026.1-v1",
}
"""Sets that take long to build, by the code that builds their smaller tiers, whose digests are
always held: they are built where HEPTATHLON_DIGESTS=all."""
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
def test_digest_of_each_set(name: store.SetName):
    """A season's data never changes. If this fails, the version must rise."""
    known = read_json_strict(DIGESTS / f"{name.family}.json", max_bytes=10**6)
    if name.folder in LARGE and os.environ.get("HEPTATHLON_DIGESTS") != "all":
        pytest.skip("HEPTATHLON_DIGESTS=all builds the large sets")
    # The cache is the tests' own, so that whatever lies there was built by this code.
    folder = store.ensure(name)
    assert store.read_manifest(folder).digest == known[name.folder]


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


def test_a_changed_file_is_noticed_and_built_anew(tmp_path: Path, smoke: Path):
    folder = shutil.copytree(smoke, tmp_path / smoke.name)
    file = folder / "path" / "test.parquet"
    whole = file.read_bytes()
    file.write_bytes(whole[:-1] + b"x")
    with pytest.raises(HeptathlonError, match=r"test\.parquet: is not the file that was built"):
        store.read_table(folder, "path", "test")
    # The command looks into every file, and prints no digest of what is not there.
    assert heptathlon("build", "maze", "--tier", "smoke", "--out", str(tmp_path)).returncode == 0
    assert file.read_bytes() == whole


DAMAGES = {
    "no manifest": lambda folder: (folder / "manifest.json").unlink(),
    "half a manifest": lambda folder: (folder / "manifest.json").write_text('{"family": "ma'),
    "another set's manifest": lambda folder: (folder / "manifest.json").write_text(
        (folder / "manifest.json").read_text().replace('"smoke"', '"lite"')
    ),
    "a file is gone": lambda folder: (folder / "nosol" / "test.parquet").unlink(),
    "a file is cut": lambda folder: (folder / "nosol" / "test.parquet").write_bytes(b"PAR1"),
    "a temporary file": lambda folder: [
        (folder / "manifest.json").unlink(),
        (folder / "path" / ".test.parquet.x.part").write_bytes(b"PAR1"),
    ],
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_a_damaged_set_is_built_anew(
    damage, tmp_path: Path, smoke: Path, caplog: pytest.LogCaptureFixture
):
    folder = shutil.copytree(smoke, tmp_path / smoke.name)
    damage(folder)
    assert store.ensure(SMOKE, out=tmp_path) == folder
    assert "built anew" in caplog.text
    assert store.content_digest(folder) == store.read_manifest(smoke).digest
    assert sorted(p.name for p in tmp_path.iterdir()) == [folder.name, f"{folder.name}.lock"]
    assert sorted(p.name for p in folder.rglob("*")) == sorted(p.name for p in smoke.rglob("*"))


def test_what_is_no_part_of_a_set_is_never_removed(tmp_path: Path, smoke: Path):
    folder = tmp_path / smoke.name
    folder.mkdir()
    (folder / "thesis.txt").write_text("mine")
    with pytest.raises(HeptathlonError, match=r"thesis\.txt in it is none of the set's files"):
        store.ensure(SMOKE, out=tmp_path)
    assert (folder / "thesis.txt").read_text() == "mine"
    assert not (tmp_path / f"{folder.name}.staging").exists()


def test_a_damaged_part_is_made_anew(tmp_path: Path, smoke: Path, caplog: pytest.LogCaptureFixture):
    parts = tmp_path / f"{SMOKE.folder}.parts"
    parts.mkdir()
    first, second, *_ = maze.shards("fresh", "smoke")
    (parts / f"{first}.jsonl").write_text('["path", "test", {"item_id": "1"}]\n')
    (parts / f"{second}.jsonl").write_bytes(b"\xff\x00")
    folder = store.ensure(SMOKE, out=tmp_path)
    assert caplog.text.count("is damaged, and made anew") == 2
    assert store.read_manifest(folder).digest == store.read_manifest(smoke).digest


@pytest.mark.parametrize("writes", [0, 1, 9], ids=["a part", "the first file", "the manifest"])
def test_a_full_disk_leaves_no_half_set(
    writes: int, tmp_path: Path, smoke: Path, monkeypatch: pytest.MonkeyPatch
):
    """It says where there is no room, as a limit on the size of files makes it be for real."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    target = tmp_path / SMOKE.folder
    left = [writes]
    real = files.replacing

    @contextlib.contextmanager
    def filling(path):
        with real(path) as temporary:
            if path.parent.name != f"{target.name}.parts" or not writes:
                left[0] -= 1
            if left[0] < 0:
                resource.setrlimit(resource.RLIMIT_FSIZE, (64, hard))
            yield temporary

    for module in (files, writing):
        monkeypatch.setattr(module, "replacing", filling)
    try:
        with pytest.raises(HeptathlonError) as refused:
            store.ensure(SMOKE, out=tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert str(refused.value).startswith(str(target))
    assert "cannot be written (File too large); make room there" in str(refused.value)
    assert not target.exists()
    assert not (tmp_path / f"{target.name}.staging").exists()
    assert not list(tmp_path.rglob("*.part"))
    monkeypatch.undo()
    assert store.read_manifest(store.ensure(SMOKE, out=tmp_path)).digest == (
        store.read_manifest(smoke).digest
    )


def test_a_source_that_does_not_fit_is_no_fault_of_the_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    import resource

    monkeypatch.delenv("HEPTATHLON_SOURCES", raising=False)
    monkeypatch.setenv("HEPTATHLON_HOME", str(tmp_path))
    monkeypatch.setattr(sources.urllib.request, "urlopen", lambda *a, **k: io.BytesIO(b"x" * 999))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64, hard))
    try:
        with pytest.raises(OwnFaultError, match=r"a\.zip: .*cannot be kept there \(File too large"):
            sources.fetch(sources.Source("https/h.org", "a.zip", ""))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not [p for p in tmp_path.rglob("*") if p.is_file()]


@pytest.mark.parametrize("place", ["/proc/heptathlon", "file/below"])
def test_a_home_that_cannot_be_written_is_named(place: str, tmp_path: Path, smoke: Path):
    (tmp_path / "file").write_text("")
    home_there = tmp_path / place
    done = heptathlon("build", "maze", "--tier", "smoke", home=home_there)
    assert done.returncode == 3
    assert "\n" not in done.stderr.strip()
    assert f"{home_there}/data/{SMOKE.folder}: cannot be written" in done.stderr
    assert "let HEPTATHLON_HOME or --out name a folder" in done.stderr


def test_a_set_in_a_read_only_home_is_used(smoke: Path):
    """Nothing is written where everything is there."""
    with tempfile.TemporaryDirectory() as place:
        there = Path(place)
        shutil.copytree(smoke, there / "data" / smoke.name)
        before = sorted(there.rglob("*"))
        for path in (there, *before):
            path.chmod(0o555 if path.is_dir() else 0o444)
        code = (
            "import os\n"
            "from heptathlon.builders import maze\n"
            "from heptathlon.files import home\n"
            "# What Python loads when it needs it may be closed to others.\n"
            "maze.dataset(config='path', tier='smoke')\n"
            "# Permissions are nothing to a superuser.\n"
            "if os.geteuid() == 0: os.seteuid(65534)\n"
            "assert not os.access(home(), os.W_OK, effective_ids=True)\n"
            "print(len(maze.dataset(config='path', tier='smoke')['test']))\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "HEPTATHLON_HOME": place},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert int(done.stdout) == len(store.read_docs(smoke, "path"))
        assert sorted(there.rglob("*")) == before
        for path in (there, *before):
            path.chmod(0o755)


def heptathlon(*arguments: str, home: Path | None = None) -> subprocess.CompletedProcess[str]:
    code = "from heptathlon.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={**os.environ, **({"HEPTATHLON_HOME": str(home)} if home else {})},
        capture_output=True,
        text=True,
        check=False,
    )


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
    # `python -m tests.test_store FAMILY…` writes the digests anew, after a version has risen.
    for entry in map(families.family, sys.argv[1:] or list(families.FAMILIES)):
        found = {}
        for name in published_sets(entry):
            # Not in a cache, which may hold what the code of yesterday made.
            with tempfile.TemporaryDirectory() as place:
                built = store.ensure(name, out=Path(place))
                found[name.folder] = store.read_manifest(built).digest
        DIGESTS.mkdir(exist_ok=True)
        (DIGESTS / f"{entry.name}.json").write_text(json.dumps(found, indent=2) + "\n")
