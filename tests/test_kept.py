"""Kept checks: a second build checks nothing that is unchanged, and believes nothing that is not.

What may not be believed is planted one at a time: a changed file, other code, another set, a
damaged entry. Each must lead to a new check, which a counter of checks shows.

Long because what may not be believed is planted into one site's entries.
"""

import json
import logging
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from heptathlon.builders import store
from heptathlon.errors import HeptathlonError
from heptathlon.files import dump_json, home, sha256_file
from heptathlon.leaderboard import board, kept, rerun, submit, validate
from heptathlon.leaderboard.kept import Kept
from heptathlon.leaderboard.schema import ENVELOPE
from heptathlon.scoring import environment as environments
from tests import command, forge


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the submissions of a player and two models."""
    work = tmp_path_factory.mktemp("work")
    player = forge.player_run("greedy", work / "greedy")
    submit.prepare(player, work / "submissions" / "greedy")
    for name, share in (("Lab/strong", 0.9), ("Lab/weak", 0.1)):
        run = forge.model_run(player, work / name, forge.able(share, name))
        folder = work / "submissions" / name.replace("/", "-").lower()
        submit.prepare(run, folder, model_name=name)
    return work / "submissions"


@pytest.fixture
def submissions(made: Path, tmp_path: Path) -> Path:
    """Return submissions that a test may change."""
    return Path(shutil.copytree(made, tmp_path / "submissions"))


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the names of the folders that are checked from now on."""
    names: list[str] = []
    real = validate.examine

    def examine(path: Path, **options: Any) -> validate.Case:
        names.append(path.name)
        return real(path, **options)

    monkeypatch.setattr(validate, "examine", examine)
    return names


@pytest.fixture
def build(submissions: Path, tmp_path: Path, checked: list[str]) -> Callable[..., dict[str, bytes]]:
    """Return a function that builds the site, with entries, and returns its files."""

    def build(**options: Any) -> dict[str, bytes]:
        checked.clear()
        out = tmp_path / "site"
        board.build([submissions], out, kept=tmp_path / "checked", **options)
        return {p.relative_to(out).as_posix(): p.read_bytes() for p in out.rglob("*.*")}

    return build


def names(site: dict[str, bytes]) -> set[str]:
    (found,) = json.loads(site["data.json"])["boards"]
    return {row["name"] for row in found["rows"]}


def entries(tmp_path: Path) -> list[Path]:
    return sorted(p for p in (tmp_path / "checked").rglob("*") if p.is_file())


def kept_now(tmp_path: Path) -> Kept:
    return Kept(tmp_path / "checked", kept.environment())


# --- what is unchanged is not checked again ------------------------------------------------------


def test_a_second_build_checks_nothing_and_writes_the_same(build, checked, tmp_path):
    first = build()
    assert checked == ["greedy", "lab-strong", "lab-weak"]
    times = {p: p.stat().st_mtime_ns for p in (tmp_path / "site" / "reports").iterdir()}
    assert build() == first
    assert checked == []
    assert {p: p.stat().st_mtime_ns for p in times} == times, "no report is written again"
    assert json.loads(first["data.json"])["boards"][0]["ranks"] == "paired"
    assert "compare.html" in first


def test_a_build_that_keeps_nothing_gives_the_same_site(build, submissions, tmp_path):
    with_entries = build()
    out = tmp_path / "other"
    board.build([submissions], out)
    assert {p.relative_to(out).as_posix(): p.read_bytes() for p in out.rglob("*.*")} == with_entries


def test_reports_that_are_missing_or_altered_come_back(build, checked, tmp_path):
    first = build()
    one, other, *_ = sorted((tmp_path / "site" / "reports").iterdir())
    one.unlink()
    other.write_text("altered")
    assert build() == first
    assert checked == []


def test_a_new_submission_alone_is_checked(build, checked, submissions, tmp_path):
    aside = (submissions / "greedy").rename(tmp_path / "aside")
    build()
    aside.rename(submissions / "greedy")
    assert names(build()) == {"greedy", "Lab/strong", "Lab/weak"}
    assert checked == ["greedy"]


def test_a_removed_submission_leaves_the_board(build, checked, submissions):
    build()
    shutil.rmtree(submissions / "lab-weak")
    site = build()
    assert names(site) == {"greedy", "Lab/strong"}
    assert not [name for name in site if name.startswith("reports/lab-weak")]
    assert checked == []


def test_a_copy_is_found_to_be_one_without_a_check(build, checked, submissions, caplog):
    build()
    shutil.copytree(submissions / "greedy", submissions / "greedy-again")
    with caplog.at_level(logging.WARNING, logger="heptathlon"):
        build()
    assert "greedy-again is a copy of" in caplog.text
    assert checked == []


def test_the_badge_of_a_repeated_run_comes_and_goes(build, checked, submissions, tmp_path):
    build()
    record = rerun.Rerun(
        envelope=sha256_file(submissions / "lab-weak" / ENVELOPE),
        seed=1, documents={"maze": 50}, needed={"maze": 20},
        same_text=50, same_start=50, same_score=50, weights="Lab/weak", revision="a" * 40,
    )  # fmt: skip
    (tmp_path / "reruns").mkdir()
    (tmp_path / "reruns" / "lab-weak.json").write_text(dump_json(record.model_dump()))
    assert badges(build(reruns=tmp_path / "reruns")) == {
        "greedy": validate.RE_RUN,
        "Lab/strong": validate.RE_SCORED,
        "Lab/weak": validate.RE_RUN,
    }
    assert badges(build())["Lab/weak"] == validate.RE_SCORED
    assert checked == []


def badges(site: dict[str, bytes]) -> dict[str, str]:
    (found,) = json.loads(site["data.json"])["boards"]
    return {row["name"]: row["badges"][-1] for row in found["rows"]}


def test_everything_is_checked_again_if_asked(build, checked):
    first = build()
    assert build(recheck=True) == first
    assert checked == ["greedy", "lab-strong", "lab-weak"]


def test_the_command_keeps_below_its_home_and_checks_again_if_asked(
    submissions, checked, tmp_path, monkeypatch
):
    # The sets that are built already are used; entries go to a place of the test's own.
    monkeypatch.setattr(kept, "FOLDER", f"checked-{tmp_path.name}")
    words = ("leaderboard", "build", submissions, "--out", tmp_path / "site")
    assert command.call(monkeypatch, *words) == 0
    assert len([p for p in (home() / kept.FOLDER).rglob("*") if p.is_file()]) == 3
    checked.clear()
    assert command.call(monkeypatch, *words, "--processes", 1) == 0
    assert checked == []
    assert command.call(monkeypatch, *words, "--recheck") == 0
    assert len(checked) == 3


# --- what is changed is checked ------------------------------------------------------------------


def test_a_changed_byte_in_any_file_is_found(build, checked, submissions):
    """The size stays, and the time too: neither is what an entry is found by."""
    build()
    files = sorted((submissions / "lab-strong").iterdir())
    assert len(files) == 7
    for file in files:
        before, state = file.read_bytes(), file.stat()
        middle = before.index(b"0", len(before) // 2)
        file.write_bytes(before[:middle] + b"1" + before[middle + 1 :])
        os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns))
        assert "Lab/strong" not in names(build())
        assert checked == ["lab-strong"]
        file.write_bytes(before)
    assert "Lab/strong" in names(build())
    assert checked == [], "the files are again what was checked"


def test_a_lie_with_right_checksums_is_found(build, checked, submissions, caplog):
    """Whoever claims more than the kept figures writes another envelope."""
    build()
    envelope = submissions / "lab-weak" / ENVELOPE
    data = json.loads(envelope.read_text())
    data["claims"]["maze"]["headline"]["value"] = 1.0
    envelope.write_text(json.dumps(data))
    with caplog.at_level(logging.WARNING, logger="heptathlon"):
        assert names(build()) == {"greedy", "Lab/strong"}
    assert "claims.maze.headline.value is 1.0, but the samples give" in caplog.text


def test_a_refused_submission_is_checked_at_every_build(build, checked, submissions):
    """Its reason may be the clock's, and it names the folder."""
    next((submissions / "lab-weak").glob("samples_*")).unlink()
    for _ in range(2):
        assert names(build()) == {"greedy", "Lab/strong"}
        assert "lab-weak" in checked
    assert checked == ["lab-weak"]


def test_other_code_checks_all_and_old_entries_go(build, checked, monkeypatch, tmp_path):
    first = build()
    old = entries(tmp_path)
    (tmp_path / "checked" / "notes.txt").write_text("mine")
    monkeypatch.setattr(kept, "environment", lambda: "0" * 64)
    assert build() == first
    assert len(checked) == 3
    assert not [p for p in old if p.exists()]
    assert len(entries(tmp_path)) == 3 + 1
    assert (tmp_path / "checked" / "notes.txt").read_text() == "mine"


def test_the_environment_is_code_libraries_and_own_data(monkeypatch, tmp_path):
    known = kept.environment()
    assert known == kept.environment()
    package = tmp_path / "package"
    (package / "part").mkdir(parents=True)
    (package / "part" / "scorer.py").write_text("a = 1\n")
    (package / "part" / "scorer.pyc").write_bytes(b"1")
    found = [known]
    with monkeypatch.context() as patch:
        real = environments._module_path
        patch.setattr(environments, "_module_path", lambda name: [*real(name), str(package)])
        for file in ("part/scorer.py", "part/task.yaml", "report.html.j2"):
            (package / file).write_text(f"b = {file}\n")
            found.append(kept.environment())
        (package / "part" / "scorer.pyc").write_bytes(b"2")
        assert kept.environment() == found[-1], "compiled files are made from the others"
    with monkeypatch.context() as patch:
        metadata = environments.metadata
        real_version = metadata.version
        patch.setattr(metadata, "version", lambda n: real_version(n) + ".1" * (n == "numpy"))
        found.append(kept.environment())
    own = tmp_path / "own.csv"
    monkeypatch.setenv("HEPTATHLON_MEMORABILITY_DATA", str(own))
    for text in ("a", "b"):
        own.write_text(text)
        found.append(kept.environment())
    assert len(set(found)) == len(found)


def test_an_entry_rests_on_the_sets_of_its_check(build, submissions, tmp_path, monkeypatch):
    build()
    key = kept_now(tmp_path).key(submissions / "greedy")
    assert key
    came = kept_now(tmp_path).find(key)
    assert came
    assert {used[:4] for used in came.sets} == {("maze", "fresh", "smoke", "2026.1")}
    with monkeypatch.context() as patch:
        patch.setenv("HEPTATHLON_SALT", "hidden")
        assert kept_now(tmp_path).find(key) is None, "the hidden split is another set"
    with monkeypatch.context() as patch:
        real = store.read_manifest
        other = {"digest": "0" * 64}
        patch.setattr(store, "read_manifest", lambda f: real(f).model_copy(update=other))
        assert kept_now(tmp_path).find(key) is None
    with monkeypatch.context() as patch:
        patch.setenv("HEPTATHLON_DATA", "nowhere")
        assert kept_now(tmp_path).find(key) is None, "a set that cannot be read proves nothing"
    assert kept_now(tmp_path).find(key) == came


def swap(first: Path, second: Path) -> None:
    data = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(data)


def test_a_damaged_entry_is_not_believed(build, checked, tmp_path):
    first = build()
    path = entries(tmp_path)[0]
    whole = path.read_bytes()
    line = whole.index(b"\n")
    damaged = [b"", b"\n", whole[:-1], whole + b"x", b"\xff" * 99]
    for place in (0, line, whole.index(b"0.", line) + 2, len(whole) - 9):
        damaged.append(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
    for data in damaged:
        path.write_bytes(data)
        assert build() == first
        assert len(checked) == 1
        assert kept_now(tmp_path).find(path.name), "it is mended"
    one, other, _ = entries(tmp_path)
    swap(one, other)
    assert build() == first
    assert len(checked) == 2


def test_an_entry_of_another_form_is_not_believed(build, tmp_path):
    """The checksum is right, as a program of ours in another version would write it."""
    build()
    here = kept_now(tmp_path)
    for path in entries(tmp_path):
        body = path.read_bytes().partition(b"\n")[2]
        said, _, parts = body.partition(b"\n")
        data = json.loads(said)
        for change in ({"extra": 1}, {"rows": 1}, {"envelope": None}):
            other = json.dumps(data | change).encode() + b"\n" + parts
            path.write_bytes(kept._seal(path.name, other) + b"\n" + other)
            assert here.find(path.name) is None
        path.write_bytes(kept._seal(path.name, body) + b"\n" + body)
        assert here.find(path.name)


def test_an_entry_that_changes_during_the_build_stops_it(build, tmp_path):
    build()
    here, path = kept_now(tmp_path), entries(tmp_path)[0]
    path.write_bytes(b"")
    with pytest.raises(HeptathlonError, match="was changed during the build; build the board aga"):
        here.items(path.name, 0)


def test_files_that_change_during_the_check_are_refused(build, submissions, monkeypatch, caplog):
    real = validate.examine
    envelope = submissions / "lab-weak" / ENVELOPE

    def examine(path: Path, **options: Any) -> validate.Case:
        case = real(path, **options)
        if path.name == "lab-weak":
            envelope.write_bytes(envelope.read_bytes() + b" ")
        return case

    monkeypatch.setattr(validate, "examine", examine)
    with caplog.at_level(logging.WARNING, logger="heptathlon"):
        assert names(build()) == {"greedy", "Lab/strong"}
    assert "lab-weak: was changed while it was checked; build the board again." in caplog.text


# --- keys and places -----------------------------------------------------------------------------


def test_a_key_is_of_the_bytes_and_of_nothing_else(submissions, tmp_path):
    here = kept_now(tmp_path)
    key = here.key(submissions / "greedy")
    assert key == here.key(shutil.copytree(submissions / "greedy", tmp_path / "elsewhere"))
    assert key != here.key(submissions / "lab-weak")
    assert key != Kept(tmp_path, "0" * 64).key(submissions / "greedy")


def link(folder: Path) -> None:
    file = next(folder.glob("samples_*"))
    file.rename(folder.with_name("aside"))
    file.symlink_to(folder.with_name("aside"))


@pytest.mark.parametrize(
    "change",
    [
        link,
        lambda folder: (folder / "more").mkdir(),
        lambda folder: (folder / "notes.txt").write_text("x"),
        lambda folder: (folder / "samples_a_2.jsonl\n").write_text("x"),
        lambda folder: os.mkfifo(folder / "results_2.json"),
        shutil.rmtree,
    ],
)
def test_what_no_check_accepts_has_no_key(change, submissions, tmp_path):
    folder = submissions / "greedy"
    change(folder)
    assert kept_now(tmp_path).key(folder) is None
    assert validate.examine(folder).findings


def test_a_linked_folder_or_an_endless_one_has_no_key(submissions, tmp_path, monkeypatch):
    folder = submissions / "greedy"
    (tmp_path / "link").symlink_to(folder)
    assert kept_now(tmp_path).key(tmp_path / "link") is None
    monkeypatch.setattr(validate, "MAX_TOTAL_BYTES", 1000)
    monkeypatch.setattr(validate, "MAX_ENVELOPE_BYTES", 1000)
    assert kept_now(tmp_path).key(folder) is None


def test_entries_never_lie_in_a_submission(submissions, tmp_path):
    for place in (submissions / "greedy", submissions / "greedy" / "deep" / "er"):
        with pytest.raises(HeptathlonError, match=r"lies in the submission .*set HEPTATHLON_HOME"):
            board.build([submissions], tmp_path / "site", kept=place / "checked")
