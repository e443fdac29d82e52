"""Publishing: the real client against a Hub on this machine, with and without faults.

Long because one Hub with its faults serves all tests.
"""

import errno
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import yaml
from huggingface_hub import HfApi
from lm_eval.tasks import TaskManager
from pydantic import BaseModel

from heptathlon import families
from heptathlon.builders import croissant, hub, maze, patience, publish, store, views
from heptathlon.builders.dictionary import VIEWS, described, fields, strangers
from heptathlon.builders.store import published
from heptathlon.cli import data
from heptathlon.errors import HeptathlonError, OwnFaultError
from heptathlon.files import home
from heptathlon.tasks import catalog
from tests.fakehub import BROKEN, TOKEN, FakeHub
from tests.salts import salt

SMOKE = store.SetName("maze", tier="smoke")
PAPER = store.SetName("maze", "paper", "smoke")
REPO = "org/heptathlon-maze"
TAG = hub.tag_of("2026.1", families.family("maze").version)


@pytest.fixture
def api(hub_here: FakeHub) -> HfApi:
    return HfApi(endpoint=hub_here.url, token=TOKEN)


def send(api: HfApi, name: store.SetName = SMOKE, **options) -> publish.Change:
    waited: list[float] = []
    folder = options.pop("folder", None) or store.ensure(name)
    return publish.push(name, folder, REPO, api=api, sleep=waited.append, **options)


def test_a_push_is_one_commit_and_a_tag(hub_here: FakeHub, api: HfApi):
    change = send(api)
    repo = hub_here.dataset(REPO)
    assert repo.history() == [f"Fresh edition, tier smoke, season {TAG}", "initial commit"]
    assert repo.tags == {TAG: repo.branches["main"]}
    manifest = store.read_manifest(store.ensure(SMOKE))
    parquet = {f"fresh-smoke/{e.path}" for e in manifest.files}
    whole = {*parquet, "fresh-smoke/manifest.json", "README.md", "croissant.json", "eval.yaml"}
    assert set(repo.files()) == {*whole, ".gitattributes"}
    assert set(change.add) == whole
    there = store.Manifest.model_validate_json(text_of(hub_here, "fresh-smoke/manifest.json"))
    assert there.digest == manifest.digest
    for entry in there.files:
        assert repo.files()[f"fresh-smoke/{entry.path}"].sha256 == entry.sha256


def test_the_canary_stands_in_every_file(hub_here: FakeHub, api: HfApi):
    send(api)
    for path, blob in hub_here.dataset(REPO).files().items():
        if path != ".gitattributes":
            assert families.CANARY.encode() in blob.data, path


def test_the_same_bytes_make_no_commit(hub_here: FakeHub, api: HfApi):
    send(api)
    hub_here.log.clear()
    change = send(api)
    assert not change.commits
    assert not change.retag
    assert len(hub_here.dataset(REPO).history()) == 2
    assert not [line for line in hub_here.log if not line.startswith(("GET", "HEAD"))]


def test_a_dry_run_sends_nothing_and_says_so(
    hub_here: FakeHub, api: HfApi, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    change = send(api, dry_run=True)
    assert not hub_here.repos
    assert {row["path"] for row in publish.summary(change)} == set(change.add)
    real = publish.push
    monkeypatch.setattr(publish, "push", lambda *a, **k: real(*a, **k, api=api))
    data.push("maze", REPO, tier="smoke", dry_run=True)
    said = capsys.readouterr().out
    assert f"dry run: nothing was sent; this would be, to {REPO}, tag {TAG}" in said
    assert "fresh-smoke/path/test.parquet" in said
    assert not [line for line in hub_here.log if not line.startswith(("GET", "HEAD"))]
    assert not hub_here.repos
    data.push("maze", REPO, tier="smoke")
    assert f"sent; {REPO}, tag {TAG}" in capsys.readouterr().out
    data.push("maze", REPO, tier="smoke", dry_run=True)
    assert "nothing to send: it is there already" in capsys.readouterr().out


def test_sets_of_a_season_lie_side_by_side(hub_here: FakeHub, api: HfApi):
    send(api)
    change = send(api, PAPER)
    repo = hub_here.dataset(REPO)
    assert not [p for p in change.add if p.startswith("fresh-smoke/")]
    assert {p.split("/")[0] for p in repo.files() if "/" in p} == {"fresh-smoke", "paper-smoke"}
    assert repo.tags == {TAG: repo.branches["main"]}
    header = yaml.safe_load(repo.files()["README.md"].data.decode().split("---")[1])
    names = [c["config_name"] for c in header["configs"]]
    assert "fresh-smoke-path" in names
    assert "paper-smoke-mlmu_dfs" in names
    tasks = yaml.safe_load(repo.files()["eval.yaml"].data)["tasks"]
    assert {t["config"] for t in tasks} <= set(names)
    assert [t["id"] for t in tasks if t["config"].startswith("fresh")] == ["maze-fresh-smoke"]


def test_a_new_season_replaces_the_old_and_leaves_its_tag(
    hub_here: FakeHub, api: HfApi, monkeypatch: pytest.MonkeyPatch
):
    send(api)
    send(api, PAPER)
    monkeypatch.setattr(families, "SEASONS", ("2026.1", "2026.2"))
    send(api, store.SetName("maze", tier="smoke", season="2026.2"))
    repo = hub_here.dataset(REPO)
    assert {p.split("/")[0] for p in repo.files() if "/" in p} == {"fresh-smoke"}
    assert set(repo.tags) == {TAG, TAG.replace("2026.1", "2026.2")}
    assert "paper-smoke/manifest.json" in repo.files(TAG)
    with pytest.raises(HeptathlonError, match="an older one"):
        send(api)


def test_published_records_never_change(hub_here: FakeHub, api: HfApi, tmp_path: Path):
    send(api)
    folder = tmp_path / "changed"
    shutil.copytree(store.ensure(SMOKE), folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["digest"] = "0" * 64
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(HeptathlonError, match="raise the family's version"):
        send(api, folder=folder)


def test_another_writer_s_bytes_of_the_same_records_are_no_news(
    hub_here: FakeHub, api: HfApi, tmp_path: Path
):
    from heptathlon.files import sha256_file

    send(api)
    folder = tmp_path / "other"
    shutil.copytree(store.ensure(SMOKE), folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    for entry in manifest["files"]:
        path = folder / entry["path"]
        pq.write_table(pq.read_table(path), path, compression="snappy")
        entry["sha256"], entry["bytes"] = sha256_file(path), path.stat().st_size
    (folder / "manifest.json").write_text(json.dumps(manifest))
    assert not send(api, folder=folder).commits


def test_what_may_not_be_published_is_refused(
    api: HfApi, hub_here: FakeHub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    salted = store.SetName("maze", tier="smoke", salt=salt("s"))
    with pytest.raises(HeptathlonError, match="hidden no more"):
        send(api, salted, folder=store.ensure(SMOKE))
    with pytest.raises(HeptathlonError, match="holds another set"):
        send(api, PAPER, folder=store.ensure(SMOKE))
    folder = tmp_path / "damaged"
    shutil.copytree(store.ensure(SMOKE), folder)
    (folder / "path" / "test.parquet").write_bytes(b"PAR1")
    with pytest.raises(HeptathlonError, match="not the file that was built"):
        send(api, folder=folder)
    with pytest.raises(HeptathlonError, match="not of the form org/name"):
        publish.push(SMOKE, store.ensure(SMOKE), "../../x", api=api)
    closed = families.family("maze").model_copy(
        update={"paper_licence": None, "paper_licence_note": "the publisher says so"}
    )
    monkeypatch.setitem(families.FAMILIES, "maze", closed)
    with pytest.raises(HeptathlonError, match="may not be published: the publisher says so"):
        send(api, PAPER)
    with pytest.raises(HeptathlonError, match="built from a file of your own"):
        publish.refuse_early(store.SetName("sort", "own"), "org/heptathlon-sort")
    monkeypatch.setenv("HEPTATHLON_STUDENTS_DATA", "hf://datasets/no/where@main/x.csv")
    with pytest.raises(HeptathlonError, match="built from a file of your own"):
        publish.refuse_early(store.SetName("students", "paper"), "org/heptathlon-students")
    assert not hub_here.repos
    assert not hub_here.log


def test_what_may_not_be_published_is_not_even_fetched(monkeypatch: pytest.MonkeyPatch):
    def never(*arguments, **options):
        raise AssertionError("nothing may be built")

    monkeypatch.setattr(store, "ensure", never)
    for family in families.FAMILIES.values():
        for edition in (*family.editions, *family.further):
            if edition in family.editions and family.licence_of(edition):
                continue
            with pytest.raises(HeptathlonError, match="may not be published"):
                data.push(family.name, f"org/heptathlon-{family.name}", edition=edition)
    with pytest.raises(HeptathlonError, match="not of the form org/name"):
        data.push("maze", "../x")


def test_a_paper_edition_is_closed_until_its_licence_is_stated():
    assert families.Family.model_fields["paper_licence"].default is None


FAULTS = {
    "429 at a look": ("GET", "/api/datasets/", 429),
    "500 at the preupload": ("POST", "/preupload/", 500),
    "503 at an object": ("PUT", "/__lfs/", 503),
    "an object breaks off": ("PUT", "/__lfs/", BROKEN),
    "500 at the commit": ("POST", "/commit/", 500),
    "429 at the commit": ("POST", "/commit/", 429),
    "the commit breaks off": ("POST", "/commit/", BROKEN),
    "500 at the tag": ("POST", "/tag/", 500),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
@pytest.mark.parametrize("times", [1, 10_000], ids=["once", "for long"])
def test_faults(hub_here: FakeHub, api: HfApi, fault: tuple[str, str, int], times: int):
    """A fault that passes is waited for; one that stays leaves nothing half done."""
    method, path, status = fault
    hub_here.fail(method, path, status, times)
    if times == 1:
        send(api)
    else:
        with pytest.raises(HeptathlonError, match="nothing is half done"):
            send(api)
        repo = hub_here.repos.get(("dataset", REPO))
        tagged = path == "/tag/"
        assert not repo or set(repo.files()) == {".gitattributes"} or tagged
        hub_here.faults.clear()
        send(api)
    repo = hub_here.dataset(REPO)
    assert len(repo.history()) == 2
    assert repo.tags == {TAG: repo.branches["main"]}
    assert not send(api).commits


def test_objects_that_arrived_are_not_sent_again(hub_here: FakeHub, api: HfApi):
    hub_here.fail("POST", "/commit/", 500, 10_000)
    with pytest.raises(HeptathlonError):
        send(api)
    hub_here.faults.clear()
    hub_here.log.clear()
    send(api)
    assert not [line for line in hub_here.log if line.startswith("PUT")]


def test_a_commit_of_someone_else_in_between(
    hub_here: FakeHub, api: HfApi, monkeypatch: pytest.MonkeyPatch
):
    """The push is planned anew on what is there now, and nothing of it is lost."""
    from tests.fakehub import Blob

    send(api)
    repo = hub_here.dataset(REPO)
    real = api.create_commit

    def slow(*args, **options):
        if len(repo.history()) == 2:
            repo.commit("main", {**repo.files(), "NOTES.md": Blob(b"mine")}, "A note")
        return real(*args, **options)

    monkeypatch.setattr(api, "create_commit", slow)
    send(api, PAPER)
    assert any("-> 412" in line for line in hub_here.log)
    assert repo.files()["NOTES.md"].data == b"mine"
    assert [title.split(",")[0] for title in repo.history()] == [
        "Paper edition",
        "A note",
        "Fresh edition",
        "initial commit",
    ]


def test_no_token(hub_here: FakeHub):
    stranger = HfApi(endpoint=hub_here.url, token=False)
    with pytest.raises(HeptathlonError, match="hf auth login"):
        send(stranger)


# --- what is published beside the data -----------------------------------------------------------


def text_of(hub_here: FakeHub, path: str) -> str:
    return hub_here.dataset(REPO).files()[path].data.decode()


def test_the_card_tells_a_reader_what_to_know(hub_here: FakeHub, api: HfApi):
    send(api)
    family = families.family("maze")
    card = text_of(hub_here, "README.md")
    for words in (family.question, family.paper.url, family.headline.says, "## Citation", TAG):
        assert words in card
    assert store.read_manifest(store.ensure(SMOKE)).digest in card
    header = yaml.safe_load(card.split("---")[1])
    assert header["license"] == "cc0-1.0"
    assert header["size_categories"] == ["n<1K"]
    (default,) = [c["config_name"] for c in header["configs"] if c.get("default")]
    assert default == "fresh-smoke-path"
    for name, said in (*VIEWS.items(), *described(maze.configs("fresh")["path"]).items()):
        cell = said.replace("|", "\\|")
        assert f"| `{name}` | {cell} |" in card


@pytest.mark.parametrize("family", families.FAMILIES)
def test_every_field_is_described(family: str):
    """In the words of the records' own docstrings, and nothing that is not there."""
    entry = families.family(family)
    for edition in (*entry.editions, *entry.further):
        for model in set(store.builder_of(family).configs(edition).values()):
            said = described(model)
            assert [f"{model.__name__}.{f}" for f in fields(model) if f not in said] == []
            assert strangers(model) == []
            assert not [words for words in said.values() if ":`" in words or "``" in words]
            assert not [words for words in said.values() if words.startswith("see ")]


def test_a_field_without_a_word_is_seen():
    class Part(BaseModel):
        """A part.

        Attributes:
            a: the first,
                on two lines.
        """

        a: str
        b: str

    class Whole(Part):
        """A whole.

        Attributes:
            b: see :class:`~heptathlon.grid.Grid`.
            c: gone.
        """

        parts: list[Part]

    assert described(Whole) == {
        "a": "the first, on two lines.", "b": "see `Grid`.", "parts.a": "the first, on two lines.",
    }  # fmt: skip
    assert [f for f in fields(Whole) if f not in described(Whole)] == ["parts", "parts.b"]
    assert strangers(Whole) == ["Whole.c"]


def test_croissant(hub_here: FakeHub, api: HfApi, tmp_path: Path):
    """Every file with its checksum, every column with its type, by the standard's own tool."""
    send(api)
    send(api, PAPER)
    path = tmp_path / "croissant.json"
    path.write_text(text_of(hub_here, "croissant.json"))
    data = json.loads(path.read_text())
    files = {f["@id"]: f for f in data["distribution"]}
    blobs = hub_here.dataset(REPO).files()
    assert set(files) == {p for p in blobs if p.endswith(".parquet")}
    for name, file in files.items():
        assert file["sha256"] == blobs[name].sha256
        assert file["contentSize"] == f"{len(blobs[name].data)} B"
        assert file["contentUrl"] == f"{hub_here.url}/datasets/{REPO}/resolve/{TAG}/{name}"
    required = ("@context", "@type", "name", "conformsTo", "description", "license", "url")
    assert all(data[key] for key in required)
    (test,) = [r for r in data["recordSet"] if r["@id"] == "fresh-smoke-path/test"]
    kinds = {f["source"]["extract"]["column"]: f for f in test["field"]}
    assert kinds["solution"]["dataType"] == "sc:Text"
    assert kinds["solvable"]["dataType"] == "sc:Boolean"
    assert kinds["size"]["dataType"] == "sc:Integer"
    assert (kinds["start"]["isArray"], kinds["start"]["arrayShape"]) == (True, "-1")
    assert [f["name"] for f in test["field"] if not f.get("description")] == []
    assert kinds["prompt"]["description"] == VIEWS["prompt"]
    if importlib.util.find_spec("mlcroissant"):
        import mlcroissant

        dataset = mlcroissant.Dataset(str(path))
        assert not dataset.metadata.ctx.issues.errors
        assert len(list(dataset.records("fresh-smoke-path/test"))) > 0


def test_croissant_of_nested_columns():
    import pyarrow as pa

    row = pa.struct([("a", pa.string()), ("b", pa.list_(pa.list_(pa.float64())))])
    found = croissant._field("r/x", pa.field("x", pa.list_(row)), "f", "x", {"x.a": "said"}, "x")
    assert (found["isArray"], found["arrayShape"]) == (True, "-1")
    assert [f["dataType"] for f in found["subField"]] == ["sc:Text", "sc:Float"]
    assert [f.get("description") for f in found["subField"]] == ["said", None]
    assert found["subField"][1]["arrayShape"] == "-1,-1"
    with pytest.raises(TypeError, match="no type for y"):
        croissant._field("r/y", pa.field("y", pa.date32()), "f", "y", {}, "y")


def test_a_task_in_eval_yaml_is_a_headline_s_config():
    family = families.family("maze")
    assert hub.headline_configs(family, "fresh", "lite") == ["path"]
    assert hub.headline_configs(family, "paper", "smoke") == ["mlmu_dfs", "mlmu_astar"]


# --- the way back --------------------------------------------------------------------------------


def in_a_process(hub_here: FakeHub, home: Path, code: str, **env: str) -> str:
    """Run Python with this Hub and a cache of its own, as a user's process would."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={
            **os.environ,
            **hub_here.environment(),
            "HF_HOME": str(home / "hf"),
            "HEPTATHLON_HOME": str(home / "suite"),
            **env,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout.strip()


def test_it_loads_with_plain_datasets(
    hub_here: FakeHub, api: HfApi, tmp_path: Path, manager: TaskManager
):
    """The headline's config by default, each row with prompt and target as lm-eval has them."""
    send(api)
    send(api, PAPER)
    code = (
        "import json, datasets\n"
        f"d = datasets.load_dataset({REPO!r}, revision={TAG!r})\n"
        f"p = datasets.load_dataset({REPO!r}, 'paper-smoke-mlmu_dfs', revision={TAG!r})\n"
        "print(json.dumps([sorted(d), d['test'].to_list(), p['test'].to_list()]))"
    )
    splits, rows, paper = json.loads(in_a_process(hub_here, tmp_path, code))
    assert splits == ["fewshot", "test"]
    assert [{k: v for k, v in row.items() if k not in VIEWS} for row in rows] == store.read_docs(
        store.ensure(SMOKE), "path"
    )
    names = {"heptathlon_maze_mlmu_dfs_smoke": paper}
    for topology in ("dfs", "cells"):
        of = [row for row in rows if row["topology"] == topology]
        names[f"heptathlon_maze_{topology}_smoke"] = of
    for name, shown in names.items():
        task = manager.load([name])["tasks"][name]
        asked = [task.fewshot_context(doc, num_fewshot=0) for doc in task.test_docs()]
        assert [row["prompt"] for row in shown] == asked
        assert [row["target"] for row in shown] == [
            task.doc_to_target(doc) for doc in task.test_docs()
        ]


@pytest.mark.parametrize("family", families.FAMILIES)
def test_views_are_what_lm_eval_shows(family: str, tmp_path: Path, manager: TaskManager):
    """Of every config of a fresh set: the prompt to the letter, and the answer, not its index."""
    name = store.SetName(family, tier="smoke")
    shown = views.write(name, store.ensure(name), tmp_path)
    assert shown.views == list(VIEWS)
    assert store.content_digest(tmp_path) == shown.digest
    seen = set()
    for config in dict.fromkeys(entry.config for entry in shown.files):
        tasks = [t for t, _ in views.tasks_of(name, config) if t.endswith("_smoke")]
        if not tasks:
            continue
        rows = {
            row["item_id"]: row
            for row in pq.read_table(tmp_path / config / "test.parquet").to_pylist()
        }
        asked: set[str] = set()
        for task in tasks:
            one = manager.load([task])["tasks"][task]
            docs = [doc for doc in one.test_docs() if doc["item_id"] not in asked]
            asked |= {doc["item_id"] for doc in docs}
            for doc in docs[:: max(1, len(docs) // 3)]:
                row = rows[doc["item_id"]]
                assert row["prompt"] == one.fewshot_context(doc, num_fewshot=0), task
                target = one.doc_to_target(doc)
                if isinstance(target, int):
                    target = catalog.named_option(one.doc_to_choice(doc), target)
                assert row["target"] == target, task
                seen.add(task)
        assert asked == set(rows)
    assert seen


def test_a_field_of_a_view_s_name_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    class Taken(maze.configs("fresh")["path"]):
        prompt: str = ""

    with pytest.raises(HeptathlonError, match="Taken has a field 'prompt'"):
        views.schema(SMOKE, "path", Taken)
    for entry in families.FAMILIES.values():
        for edition in entry.editions:
            if entry.licence_of(edition):
                name = store.SetName(entry.name, edition, entry.tiers_of(edition)[0])
                for config, model in store.builder_of(entry.name).configs(edition).items():
                    assert views.schema(name, config, model)


def test_tasks_load_it_from_the_hub(hub_here: FakeHub, api: HfApi, tmp_path: Path):
    """The fetched set is the built one, to the last record, and nothing is built."""
    send(api)
    code = (
        "from heptathlon.builders import maze, store\n"
        "maze.generate = store.builder_of('maze').generate = None\n"
        "d = maze.dataset(config='path', tier='smoke', topology='dfs')\n"
        "folder = store.locate(store.SetName('maze', tier='smoke'))\n"
        "print(len(d['test']), store.content_digest(folder), folder)"
    )
    env = {"HEPTATHLON_DATA": "hub", "HEPTATHLON_HUB_ORG": "org"}
    count, digest, folder = in_a_process(hub_here, tmp_path, code, **env).split()
    local = store.ensure(SMOKE)
    assert digest == store.read_manifest(local).digest
    assert int(count) == sum(r["topology"] == "dfs" for r in store.read_docs(local, "path"))
    assert Path(folder).is_relative_to(tmp_path / "suite" / "hub" / "org")
    fetched = [line for line in hub_here.log if line.startswith("GET") and "/resolve/" in line]
    assert len(fetched) == len(set(fetched)), "once fetched, it is here"


@pytest.fixture
def from_hub(
    hub_here: FakeHub, api: HfApi, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> FakeHub:
    send(api)
    for name, value in {
        "HEPTATHLON_DATA": "hub",
        "HEPTATHLON_HUB_ORG": "org",
        "HEPTATHLON_HOME": str(tmp_path / "suite"),
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(
        published,
        "hf_hub_download",
        lambda *args, **options: api.hf_hub_download(
            *args, **options, cache_dir=tmp_path / "hub-cache"
        ),
    )
    monkeypatch.setattr(patience.time, "sleep", lambda s: None)
    return hub_here


def tamper(hub_here: FakeHub, path: str, data: bytes) -> None:
    from tests.fakehub import Blob

    repo = hub_here.dataset(REPO)
    files = repo.files()
    files[path] = Blob(data, lfs=files[path].lfs)


def test_a_changed_file_is_refused(from_hub: FakeHub):
    tamper(from_hub, "fresh-smoke/path/test.parquet", b"PAR1 but not what it was")
    with pytest.raises(HeptathlonError, match=r"path/test\.parquet has another checksum"):
        store.locate(SMOKE)
    assert not list((home() / "hub").rglob(f"{TAG}/manifest.json"))


def test_a_fetched_set_that_lost_a_file_is_fetched_anew(from_hub: FakeHub):
    folder = store.locate(SMOKE)
    digest = store.content_digest(folder)
    for path in (folder / "manifest.json", folder / "path" / "test.parquet"):
        path.unlink()
        assert store.locate(SMOKE) == folder
        assert store.content_digest(folder) == digest


def test_a_full_disk_is_no_fault_of_the_hub(from_hub: FakeHub, monkeypatch: pytest.MonkeyPatch):
    def full(*arguments, **options):
        raise OSError(errno.ENOSPC, "x")

    def never(seconds):
        raise AssertionError("waiting makes no room")

    monkeypatch.setattr(published, "hf_hub_download", full)
    monkeypatch.setattr(patience.time, "sleep", never)
    with pytest.raises(OwnFaultError, match=r"cannot be written \(No space left on device\)"):
        store.locate(SMOKE)
    assert not [p for p in (home() / "hub").rglob("*") if p.suffix != ".lock" and p.is_file()]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("digest", "0" * 64, "another digest"),
        ("season", "2026.9", "another set"),
        ("salted", True, "another set"),
    ],
)
def test_a_changed_manifest_is_refused(from_hub: FakeHub, field: str, value: object, said: str):
    path = "fresh-smoke/manifest.json"
    manifest = json.loads(text_of(from_hub, path))
    tamper(from_hub, path, json.dumps(manifest | {field: value}).encode())
    with pytest.raises(HeptathlonError, match=said):
        store.locate(SMOKE)


def test_a_path_that_leaves_the_folder_is_refused(from_hub: FakeHub):
    path = "fresh-smoke/manifest.json"
    manifest = json.loads(text_of(from_hub, path))
    manifest["files"][0]["path"] = "../../../path/test.parquet"
    tamper(from_hub, path, json.dumps(manifest).encode())
    with pytest.raises(HeptathlonError, match="no part of a set"):
        store.locate(SMOKE)


def test_what_is_not_published_is_said(from_hub: FakeHub, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(HeptathlonError, match="not published there"):
        store.locate(PAPER)
    with pytest.raises(HeptathlonError, match="never published"):
        store.locate(store.SetName("maze", tier="smoke", salt=salt("s")))
    monkeypatch.setenv("HEPTATHLON_HUB_ORG", "")
    with pytest.raises(HeptathlonError, match="names no organisation"):
        store.locate(SMOKE)
    monkeypatch.setenv("HEPTATHLON_DATA", "moon")
    with pytest.raises(HeptathlonError, match="neither 'local'"):
        store.locate(SMOKE)
