"""What a user installs: the wheel has every file, types check, and no stray top-level package."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = {
    "heptathlon": ROOT / "heptathlon",
    "heptathlon/builders": ROOT / "builders",
    "heptathlon/scorers": ROOT / "scorers",
    "heptathlon/tasks": ROOT / "tasks",
    "heptathlon/leaderboard": ROOT / "leaderboard",
}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from a copy of the tracked tree, so that nothing stray gets in."""
    work = tmp_path_factory.mktemp("wheel")
    source = work / "source"
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in listed.stdout.splitlines():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_symlink():
            (source / name).symlink_to((ROOT / name).readlink())
        elif (ROOT / name).is_file():
            (source / name).write_bytes((ROOT / name).read_bytes())
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(work)]
    done = subprocess.run([*command, str(source)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = work.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Unpack the wheel as an installer would."""
    target = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)
    return target


def shipped_files() -> list[str]:
    """Return the installed path of every file that the package's folders hold."""
    out = []
    for package, folder in FOLDERS.items():
        for file in folder.rglob("*"):
            relative = file.relative_to(folder)
            hidden = any(part.startswith((".", "__pycache__")) for part in relative.parts)
            accepted_rows = package.endswith("leaderboard") and relative.parts[0] == "results"
            if file.is_file() and not hidden and not accepted_rows:
                out.append(f"{package}/{relative.as_posix()}")
    return out


def test_wheel_holds_every_file_of_the_package(wheel: Path):
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    missing = sorted(set(shipped_files()) - names)
    assert not missing
    assert any(name.endswith(".yaml") for name in names)
    assert any(name.endswith(".j2") for name in names)


def test_wheel_brings_one_top_level_package(installed: Path):
    assert sorted(p.name for p in installed.iterdir() if "dist-info" not in p.name) == [
        "heptathlon"
    ]


def test_wheel_runs_away_from_the_source(installed: Path, tmp_path: Path):
    code = (
        "import heptathlon, heptathlon.builders, heptathlon.tasks.catalog as c\n"
        "print(heptathlon.__file__); print(heptathlon.builders.__file__)\n"
        "print(len(c.leaves()))"
    )
    env = {**os.environ, "PYTHONPATH": str(installed)}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    core, builders, tasks = done.stdout.splitlines()
    assert Path(core).is_relative_to(installed)
    assert Path(builders).is_relative_to(installed)
    assert int(tasks) > 10


def test_mypy_strict_on_the_installed_package(installed: Path):
    command = [sys.executable, "-m", "mypy", "--config-file", str(ROOT / "pyproject.toml")]
    done = subprocess.run(
        [*command, "--cache-dir", str(ROOT / ".mypy_cache"), "-p", "heptathlon"],
        cwd=installed,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_base_install_needs_no_torch():
    """Importing the package, its tasks and scorers must not pull in torch or transformers."""
    code = (
        "import sys, heptathlon.cli, heptathlon.scoring.scorecard, heptathlon.builders.maze\n"
        "print([m for m in ('torch', 'transformers') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
