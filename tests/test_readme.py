"""The README's commands, run as they stand there, on a random model of the same name."""

import contextlib
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from heptathlon.pages import docs
from tests import misbehaving
from tests.command import call
from tests.fakehub import FakeHub

README = Path(__file__).parents[1] / "README.md"
MODEL, OTHER = "Qwen/Qwen3-0.6B", "Qwen/Qwen3-1.7B"
INSTALLS = "pip install"
"""Installing is what ``make test`` did before this test could run."""


def commands() -> list[str]:
    """Return the lines of the README's bash blocks."""
    blocks = re.findall(r"```bash\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.strip()]


def quickened(command: str) -> str:
    """Return a command on the smoke tier and with short answers: what a test has time for."""
    command = command.replace("heptathlon_lite", "heptathlon_smoke").replace(
        "_maze_lite", "_maze_smoke"
    )
    if command.startswith(("heptathlon build", "heptathlon push")):
        command = command.replace("--tier lite", "--tier smoke")
    if " run " in command:
        command += " --device cpu --gen_kwargs max_gen_toks=4"
    if command.startswith("lm_eval"):
        command += " --limit 2"
    return command


def done(command: str, monkeypatch, capfd, **online: str) -> tuple[int, str]:
    """Run a command; return its exit code and the last of what it said.

    The suite's own commands run in this process, where its libraries are loaded; those that see a
    Hub, whose address is read once a process, and other programs run in one of their own.
    """
    words = shlex.split(command, comments=True)
    if words[0] == "heptathlon" and not online:
        code = call(monkeypatch, *words[1:])
        said = capfd.readouterr()
        return code, said.out[-3000:] + said.err[-3000:]
    ran = subprocess.run(
        command,
        shell=True,
        env={**os.environ, **online},
        capture_output=True,
        text=True,
        check=False,
    )
    return ran.returncode, ran.stdout[-3000:] + ran.stderr[-3000:]


def test_the_commands_do_what_they_say(tiny_model: Path, tmp_path: Path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    shutil.copytree(tiny_model, tmp_path / MODEL)
    binaries = Path(sys.executable).parent
    monkeypatch.setenv("PATH", f"{binaries}{os.pathsep}{os.environ['PATH']}")
    other = tmp_path / "runs" / OTHER.replace("/", "__")
    server = misbehaving.Server()
    with FakeHub() as hub, contextlib.closing(server):
        hub.create("dataset", "ORG/results")
        for command in commands():
            if command.startswith(INSTALLS):
                continue
            if "compare" in command:
                # The reader has run a second model by then.
                shutil.copytree(tmp_path / "runs" / MODEL.replace("/", "__"), other)
            # Only what publishes may see a Hub; all else runs without one.
            online = hub.environment() if " push " in command else {}
            asked = quickened(command).replace("127.0.0.1:8000", server.host)
            code, said = done(asked, monkeypatch, capfd, **online)
            assert code == 0, f"{command}\n{said}"
        assert list(hub.dataset("ORG/results").pulls) == [1]
        assert "fresh-smoke/path/test.parquet" in hub.dataset("ORG/heptathlon-maze").files()
    assert (tmp_path / "runs" / MODEL.replace("/", "__") / "report.html").is_file()
    assert (tmp_path / "site" / "index.html").is_file()
    assert len(server.bodies) > 400, "the whole smoke tier, as far as a chat server can be asked"


def test_make_commands_exist():
    makefile = README.with_name("Makefile").read_text(encoding="utf-8")
    named = re.findall(r"^make (\w+)", README.read_text(encoding="utf-8"), re.MULTILINE)
    assert named == ["demo", "test"]
    assert all(re.search(rf"^{name}:", makefile, re.MULTILINE) for name in named)


def test_links_and_pictures_are_there():
    text = README.read_text(encoding="utf-8")
    local = [t for t in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in t]
    assert local
    assert not [target for target in local if not (README.parent / target).exists()]


@pytest.mark.parametrize("path", docs.generated(), ids=lambda p: p.name)
def test_generated_pages_are_current(path: Path):
    """``make docs`` writes them."""
    assert path.read_text(encoding="utf-8") == docs.generated()[path]
