"""The workflows of a results repository: no secret, nothing of a stranger run, tools of main."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

FOLDER = Path(__file__).parents[1] / "docs" / "results-repository"
WORKFLOWS = sorted(FOLDER.glob("*.yml"))


def read(path: Path) -> dict[str, Any]:
    # YAML 1.1 reads the key "on" as true.
    return {("on" if k is True else k): v for k, v in yaml.safe_load(path.read_text()).items()}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda p: p.stem)
def test_every_action_is_pinned_and_nothing_is_pasted_into_a_script(path: Path):
    text = path.read_text()
    assert "pull_request_target" not in text
    assert "secrets." not in text
    for job in read(path)["jobs"].values():
        assert job["timeout-minutes"]
        for step in job["steps"]:
            if "uses" in step:
                assert re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", step["uses"])
            assert "${{" not in step.get("run", "")
            if "checkout" in step.get("uses", ""):
                assert step["with"]["persist-credentials"] is False


def test_the_check_may_only_read():
    workflow = read(FOLDER / "check-submission.yml")
    assert list(workflow["on"]) == ["pull_request"]
    assert workflow["permissions"] == {"contents": "read"}
    (job,) = workflow["jobs"].values()
    for step in job["steps"]:
        run = step.get("run", "")
        # What is executed or installed from lies in base; proposed is an argument.
        assert not re.search(r"(bash|python|--requirement) +proposed", run)


def git(folder: Path, *words: str) -> str:
    names = ("-c", "user.name=t", "-c", "user.email=t@example.org")
    done = subprocess.run(
        ["git", "-C", str(folder), *names, *words], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "proposed"
    (folder / "submissions" / "old-1").mkdir(parents=True)
    (folder / "submissions" / "old-1" / "submission.json").write_text("{}")
    (folder / "requirements.txt").write_text("heptathlon\n")
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "main")
    return folder


def new_submissions(folder: Path, **files: str) -> subprocess.CompletedProcess[str]:
    base = git(folder, "rev-parse", "HEAD")
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "proposed")
    return subprocess.run(
        ["bash", str(FOLDER / "new-submissions.sh"), str(folder), base],
        capture_output=True,
        text=True,
        check=False,
    )


def test_new_folders_are_named_once(repository: Path):
    done = new_submissions(
        repository,
        **{
            "submissions/lab-model-0123/submission.json": "{}",
            "submissions/lab-model-0123/samples_x.jsonl": "{}",
        },
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{repository}/submissions/lab-model-0123\n"


@pytest.mark.parametrize(
    "name",
    [
        "requirements.txt",
        ".github/workflows/check-submission.yml",
        "reruns/lab-model-0123.json",
        "submissions/old-1/submission.json",
        "submissions/old-1/more.jsonl",
        "submissions/new/deeper/x.json",
        "submissions/new model/x.json",
        "submissions/x\nsubmissions/y/z.json",
        "submissions/$(id)/x.json",
        "submissions/ünew/x.json",
    ],
)
def test_anything_else_is_refused(repository: Path, name: str):
    done = new_submissions(repository, **{name: "changed", "submissions/new-2/a.json": "{}"})
    assert done.returncode == 1
    assert re.search("may be proposed|there already", done.stderr)


def test_jobs_install_only_what_is_pinned_by_a_hash():
    """The lock file pins every package by hashes, and none below the floors of the suite."""
    import tomllib

    from packaging.requirements import Requirement

    lock = (FOLDER / "requirements.lock").read_text()
    pinned: dict[str, str] = {}
    for entry in lock.replace("\\\n", " ").strip().split("\n"):
        what, *hashes = entry.split()
        name, _, version = what.partition("==")
        assert version, entry
        assert hashes, entry
        assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", one) for one in hashes), entry
        pinned[name.lower().replace("_", "-")] = version
    project = tomllib.loads((FOLDER.parents[1] / "pyproject.toml").read_text())["project"]
    for line in [*project["dependencies"], *project["optional-dependencies"]["image"]]:
        asked = Requirement(line)
        name = asked.name.lower().replace("_", "-")
        assert pinned[name] in asked.specifier, line
        assert any(s.operator == "<" for s in asked.specifier), f"no upper bound: {line}"
    for path in WORKFLOWS:
        for job in read(path)["jobs"].values():
            for step in job["steps"]:
                if "pip install" in step.get("run", ""):
                    assert "--require-hashes" in step["run"]
