"""Submissions: what a run makes passes; what was altered or forged is refused by a sentence.

The refusals are planted one at a time into a real submission, and each must be caught by the check
that is there for it.

Long because it is mostly a table of planted refusals, some lines each.
"""

import json
import math
import os
import re
import shutil
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from typer.testing import CliRunner

from heptathlon import cli
from heptathlon.errors import HeptathlonError
from heptathlon.files import sha256_file
from heptathlon.leaderboard import rendering, schema, submit, validate
from heptathlon.leaderboard.schema import ENVELOPE
from heptathlon.leaderboard.validate import files, numbers
from heptathlon.records import doc_digest
from heptathlon.running import runs
from heptathlon.scoring import scorecard
from tests import forge

NAME = "Some-Lab/model-1B"
SAMPLES = "samples_heptathlon_maze_dfs_smoke"


@pytest.fixture(scope="module")
def player_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return forge.player_run("greedy", tmp_path_factory.mktemp("player"))


@pytest.fixture(scope="module")
def model_run(player_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model") / "run"
    return forge.model_run(player_run, folder, forge.able(0.6, "one"))


@pytest.fixture(scope="module")
def prepared(model_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return submit.prepare(
        model_run,
        tmp_path_factory.mktemp("submissions") / "model",
        model_name=NAME,
        submitter="Zoë of the Lab",
        url="https://example.org/model?a=1#b",
    )


@pytest.fixture(scope="module")
def choices(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a player's submission with a multiple-choice task beside the headline's."""
    folder = tmp_path_factory.mktemp("choices")
    tasks = "heptathlon_maze_smoke,heptathlon_maze_next_move_smoke"
    run = forge.player_run("greedy", folder / "run", tasks)
    return submit.prepare(run, folder / "submission")


@pytest.fixture(scope="module")
def whole(model_run: Path, prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the submission with documents and prompts in its lines, as lm-eval wrote them."""
    folder = tmp_path_factory.mktemp("whole") / "submission"
    return forge.whole(Path(shutil.copytree(prepared, folder)), model_run)


@pytest.fixture
def copy(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "submission"))


# --- what is prepared ----------------------------------------------------------------------------


def test_what_is_prepared_is_the_run_less_what_is_listed(model_run: Path, prepared: Path):
    """Byte for byte, but for the fields of the one list and for digests of what the suite makes."""
    envelope = json.loads((prepared / ENVELOPE).read_text())
    assert {e["path"]: e["sha256"] for e in envelope["files"]} == {
        p.name: sha256_file(p) for p in prepared.iterdir() if p.name != ENVELOPE
    }
    (own,) = model_run.glob("results_*")
    data = json.loads(own.read_text())
    data["configs"] = {}
    del data["config"]["model_args"]["pretrained"]
    top = ["pretty_env_info", "git_hash", "upper_git_hash", "model_name", "model_name_sanitized"]
    for name in top:
        del data[name]
    assert (prepared / own.name).read_text() == json.dumps(data, indent=2, ensure_ascii=False)
    assert sorted(envelope["dropped"]) == sorted(["configs", "config.model_args.pretrained", *top])
    for file in model_run.glob("samples_*"):
        pairs = zip(file.open(), (prepared / file.name).open(), strict=True)
        for line, short in ((json.loads(a), json.loads(b)) for a, b in pairs):
            digest = rendering.digest_of(line["arguments"])
            season = line["doc"]["season"]
            line["doc"] = {"sha256": doc_digest(line["doc"]), "season": season}
            assert short == line | {"arguments": {"sha256": digest}}


def test_nothing_of_the_machine_is_in_a_submission(prepared: Path):
    for file in prepared.iterdir():
        text = file.read_text()
        for private in (
            str(Path.home()),
            "/somewhere",
            "config_source",
            socket.gethostname(),
            "/tmp",
        ):
            assert private not in text, (file.name, private)


def test_a_submission_is_accepted_in_both_forms(prepared: Path, whole: Path):
    reports = [validate.validate(folder) for folder in (prepared, whole)]
    assert [r.badges for r in reports] == [["well-formed", "re-scored"]] * 2, reports


def test_claims_are_the_scorecard_s(model_run: Path, prepared: Path):
    envelope = json.loads((prepared / ENVELOPE).read_text())
    card, _ = scorecard.score_run(runs.read_run(model_run))
    assert envelope["claims"]["maze"]["headline"] == card.families["maze"].headline.model_dump()
    assert envelope["model"] == {
        "name": NAME,
        "kind": "model",
        "revision": "",
        "url": "https://example.org/model?a=1#b",
    }


def test_the_command_names_the_model_and_no_folder_of_its_maker(prepared: Path):
    command = json.loads((prepared / ENVELOPE).read_text())["command"]
    assert command.startswith(f"heptathlon run --model hf --model_args pretrained={NAME},dtype=")
    assert "/somewhere" not in command


def test_a_submission_is_accepted_with_its_badges(prepared: Path, choices: Path):
    report = validate.validate(prepared)
    assert report.accepted, report.findings
    assert report.badges == ["well-formed", "re-scored"]
    assert validate.validate(prepared / ENVELOPE) == report
    assert validate.validate(choices).badges == ["well-formed", "re-scored", "re-run"]


def test_prepare_refuses_what_is_there(model_run: Path, prepared: Path):
    before = (prepared / ENVELOPE).read_bytes()
    with pytest.raises(HeptathlonError, match="exists already; remove it"):
        submit.prepare(model_run, prepared, model_name=NAME)
    assert (prepared / ENVELOPE).read_bytes() == before


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({}, "'/somewhere/weights' is not of the form org/name"),
        ({"model_name": "../x"}, "is not of the form org/name"),
        ({"model_name": "a/b\n"}, "is not of the form org/name"),
        ({"model_name": NAME, "url": "javascript:alert(1)"}, "is not an https:// link"),
        ({"model_name": NAME, "submitter": "a\u202eb"}, "is not a plain name"),
    ],
)
def test_prepare_refuses_bad_words(model_run: Path, tmp_path: Path, options, says):
    with pytest.raises(HeptathlonError, match=re.escape(says)):
        submit.prepare(model_run, tmp_path / "out", **options)
    assert not list(tmp_path.iterdir()), "nothing is left behind"


def test_prepare_refuses_half_a_run(model_run: Path, tmp_path: Path):
    run = Path(shutil.copytree(model_run, tmp_path / "run"))
    next(run.glob(f"{SAMPLES}*")).unlink()
    with pytest.raises(HeptathlonError, match="rests on 60 of 84 documents; run the whole group"):
        submit.prepare(run, tmp_path / "out", model_name=NAME)
    assert [p.name for p in tmp_path.iterdir()] == ["run"]


def test_a_player_keeps_its_name(player_run: Path, tmp_path: Path):
    with pytest.raises(HeptathlonError, match="keeps its name"):
        submit.prepare(player_run, tmp_path / "out", model_name=NAME)


def test_only_the_newest_samples_of_a_task_are_taken(model_run: Path, tmp_path: Path):
    run = Path(shutil.copytree(model_run, tmp_path / "run"))
    for file in list(run.iterdir()):
        older = re.sub(r"_(\d{4})-", "_2020-", file.name)
        shutil.copyfile(file, run / older)
    made = submit.prepare(run, tmp_path / "out", model_name=NAME)
    assert {p.name for p in made.iterdir()} == {p.name for p in model_run.iterdir()} | {ENVELOPE}


def test_the_samples_of_two_runs_are_no_submission(model_run: Path, tmp_path: Path):
    run = Path(shutil.copytree(model_run, tmp_path / "run"))
    for file in [*run.glob("results_*"), *run.glob(f"{SAMPLES}*")]:
        shutil.copyfile(file, run / re.sub(r"_(\d{4})-", "_2027-", file.name))
    with pytest.raises(
        HeptathlonError, match="holds the samples of 2 runs; a submission is of one"
    ):
        submit.prepare(run, tmp_path / "out", model_name=NAME)


@pytest.mark.parametrize(
    ("args", "place"),
    [
        ({"token": "hf_" + "a" * 34}, "config.model_args.token"),
        ({"api_key": "x1"}, "config.model_args.api_key"),
        ({"base_url": "http://zoe:secret@10.0.0.1/v1"}, "config.model_args.base_url"),
        ({"pretrained": "sk-" + "b" * 40}, "config.model_args.pretrained"),
    ],
)
def test_secrets_are_not_prepared(player_run: Path, tmp_path: Path, args, place):
    run = forge.model_run(player_run, tmp_path / "run", lambda _: None, model_args=args)
    with pytest.raises(HeptathlonError) as error:
        submit.prepare(run, tmp_path / "out", model_name=NAME)
    said = str(error.value)
    assert f"{place} holds a key, a token or a password" in said
    assert "put it into the environment (HF_TOKEN" in said
    assert not any(str(value) in said for value in args.values())
    assert [p.name for p in tmp_path.iterdir()] == ["run"]


def test_a_model_that_was_loaded_by_its_name_has_that_name(player_run: Path, tmp_path: Path):
    args = {"pretrained": "lab/tiny"}
    run = forge.model_run(player_run, tmp_path / "run", lambda _: None, model_args=args)
    with pytest.raises(HeptathlonError, match="this run loaded lab/tiny, which is its name"):
        submit.prepare(run, tmp_path / "out", model_name="Qwen/Qwen3-0.6B")
    made = submit.prepare(run, tmp_path / "out")
    envelope = json.loads((made / ENVELOPE).read_text())
    assert envelope["model"]["name"] == "lab/tiny"
    assert "model_name" not in envelope["dropped"]
    envelope["model"]["name"] = "Qwen/Qwen3-0.6B"
    envelope["command"] = envelope["command"].replace("lab/tiny", "Qwen/Qwen3-0.6B")
    (made / ENVELOPE).write_text(json.dumps(envelope))
    assert {f.field for f in validate.validate(made).findings} >= {"model.name"}


# --- what is refused -----------------------------------------------------------------------------


def envelope_text(change: Callable[[str], str]) -> Callable[[Path], None]:
    """Return a change of the envelope's text."""

    def apply(folder: Path) -> None:
        file = folder / ENVELOPE
        before = file.read_text()
        after = change(before)
        assert after != before
        file.write_text(after)

    return apply


def envelope(**changes: Any) -> Callable[[Path], None]:
    """Return a change of the envelope's fields; dots lead deeper, None removes."""

    def apply(folder: Path) -> None:
        data = json.loads((folder / ENVELOPE).read_text())
        for path, value in changes.items():
            *parents, last = path.split("__")
            node = data
            for part in parents:
                node = node[int(part) if isinstance(node, list) else part]
            node[int(last) if isinstance(node, list) else last] = value
        (folder / ENVELOPE).write_text(json.dumps(data))

    return apply


def listed_again(folder: Path) -> None:
    """Write sizes and checksums of all files into the envelope, as a forger would."""
    data = json.loads((folder / ENVELOPE).read_text())
    data["files"] = forge.entries(folder)
    (folder / ENVELOPE).write_text(json.dumps(data))


def samples(change: Callable[[list[dict[str, Any]]], Any]) -> Callable[[Path], None]:
    """Return a change of one task's samples, listed again."""

    def apply(folder: Path) -> None:
        file = next(folder.glob(f"{SAMPLES}*"))
        rows = [json.loads(line) for line in file.read_text().splitlines()]
        change(rows)
        forge.write_samples(file, rows)
        listed_again(folder)

    return apply


def results(change: Callable[[dict[str, Any]], Any]) -> Callable[[Path], None]:
    """Return a change of the results, listed again."""

    def apply(folder: Path) -> None:
        file = next(folder.glob("results_*"))
        data = json.loads(file.read_text())
        change(data)
        file.write_text(json.dumps(data))
        listed_again(folder)

    return apply


def file_text(pattern: str, old: str, new: str) -> Callable[[Path], None]:
    """Return a change of a file's text by regular expression, listed again."""

    def apply(folder: Path) -> None:
        file = next(folder.glob(pattern))
        after, count = re.subn(old, new, file.read_text(), count=1)
        assert count
        file.write_text(after)
        listed_again(folder)

    return apply


def answer_and_figures(rows: list[dict[str, Any]]) -> None:
    wrong = next(row for row in rows if row["optimal"] == 0)
    forge.answered("heptathlon_maze_dfs_smoke", wrong, wrong["target"])


def forged_throughout(folder: Path) -> None:
    """Better answers, their figures and lm-eval's aggregates of them: only the claims are old."""
    samples(answer_and_figures)(folder)
    file = next(folder.glob(f"{SAMPLES}*"))
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    new = forge.aggregates(rows)

    def change(data: dict[str, Any]) -> None:
        data["results"]["heptathlon_maze_dfs_smoke"].update(new)
        forge.regroup(data)

    results(change)(folder)


def whole_task_gone(folder: Path) -> None:
    next(folder.glob(f"{SAMPLES}*")).unlink()
    listed_again(folder)


def second_run_of_another_model(folder: Path) -> None:
    (file,) = folder.glob("results_*")
    data = json.loads(file.read_text())
    data["config"]["model_args"] = {"pretrained": "other/model"}
    data["model_name"] = "other/model"
    older = re.sub(r"_(\d{4})-", "_2020-", file.name)
    (folder / older).write_text(json.dumps(data))
    task = next(folder.glob(f"{SAMPLES}*"))
    del data  # the older results list every task, but only dfs was made with them
    task.rename(folder / re.sub(r"_(\d{4})-", "_2020-", task.name))
    listed_again(folder)


def said(row: dict[str, Any], text: str) -> None:
    row["resps"], row["filtered_resps"] = [[text]], [text]


def fifty_megabytes(rows: list[dict[str, Any]]) -> None:
    rows[3]["resps"], rows[3]["filtered_resps"] = [["x"]], ["x" * 50_000_000]


def group_figure(key: str, value: object) -> Callable[[Path], None]:
    """Return a change of one figure of the group."""
    return results(lambda data: data["results"]["heptathlon_maze_smoke"].update({key: value}))


REFUSED: dict[str, tuple[Callable[[Path], Any], str, str]] = {
    "a group's mean of its own": (
        group_figure("optimal,none", 0.99),
        "groups_follow",
        r"results\.heptathlon_maze_smoke\.optimal is 0\.99, but its tasks give 0\.",
    ),
    "a group's standard error of its own": (
        group_figure("optimal_stderr,none", 0.001),
        "groups_follow",
        r"optimal_stderr is 0\.001, but its tasks give 0\.05",
    ),
    "a group's figure that nothing gives": (
        group_figure("spl,none", 1.0),
        "groups_follow",
        r"spl is 1\.0, but its tasks give None",
    ),
    "a group's figure that is no number": (
        group_figure("optimal,none", "best"),
        "groups_follow",
        "optimal is 'best'",
    ),
    "another number of samples": (
        results(lambda d: d["results"]["heptathlon_maze_dfs_smoke"].update(sample_len=2000)),
        "aggregates_follow",
        "sample_len is 2000, but the number of samples is 24",
    ),
    # the issue's own list
    "NaN in a sample": (
        file_text(f"{SAMPLES}*", r'"optimal": [01]\.0', '"optimal": NaN'),
        "readable",
        r"samples_heptathlon_maze_dfs_smoke_\S+\.jsonl, line 1: NaN is not a JSON number",
    ),
    "NaN in the envelope": (
        envelope_text(lambda t: re.sub(r'"value": [\d.]+', '"value": NaN', t, count=1)),
        "envelope",
        "NaN is not a JSON number; write null",
    ),
    "1e999 in the results": (
        file_text("results_*", r'"optimal,none": [\d.]+', '"optimal,none": 1e999'),
        "readable",
        "the number 1e999 is too large",
    ),
    "1e999 in the envelope": (
        envelope_text(lambda t: re.sub(r'"value": [\d.]+', '"value": 1e999', t, count=1)),
        "envelope",
        "the number 1e999 is too large",
    ),
    "duplicate keys": (
        envelope_text(lambda t: t.replace('"submitter"', '"submitter": "x", "submitter"')),
        "envelope",
        "the key 'submitter' stands twice",
    ),
    "duplicate keys in a sample": (
        file_text(f"{SAMPLES}*", r'"doc_id": 0', '"doc_id": 0, "doc_id": 0'),
        "readable",
        "the key 'doc_id' stands twice",
    ),
    "an unknown field": (envelope(rank=1), "envelope", "rank is no part of a submission; remove"),
    "an unknown field deep inside": (
        envelope(claims__maze__headline__bonus=1),
        "envelope",
        "claims.maze.headline.bonus is no part",
    ),
    "a path with ..": (
        envelope(files__0__path="../../etc/passwd"),
        "envelope",
        "files.0.path is not accepted .* by their bare names",
    ),
    "an absolute path": (envelope(files__0__path="/etc/passwd"), "envelope", "by their bare names"),
    "50 MB of text in the envelope": (
        envelope(submitter="x" * 50_000_000),
        "envelope",
        "larger than the 1,048,576 bytes",
    ),
    "50 MB of text in an answer": (
        samples(fifty_megabytes),
        "files_are_unchanged",
        "has a line of more than 4,194,304 bytes; limit the length",
    ),
    "HTML in the model name": (
        envelope(model__name="org/<script>alert(1)</script>"),
        "envelope",
        "model.name is not accepted .*; give org/name",
    ),
    "a javascript: link": (
        envelope(model__url="javascript:alert(1)"),
        "envelope",
        "model.url is not accepted .*; give an https:// link",
    ),
    "changed samples": (
        lambda f: samples(answer_and_figures)(f) or envelope_is_old(f),
        "files_are_unchanged",
        "submit the files as heptathlon submit prepare wrote them",
    ),
    "missing items": (
        samples(lambda rows: rows.pop(5)),
        "nothing_is_missing",
        "1 of the 24 documents of heptathlon_maze_dfs_smoke are missing, such as [0-9a-f]{32}",
    ),
    "items twice": (
        samples(lambda rows: rows.append(rows[0])),
        "documents_are_published",
        "the item [0-9a-f]{32} was answered twice",
    ),
    # forgeries
    "a changed answer, listed again": (
        samples(lambda rows: said(rows[0], "ANSWER: U") or rows[0].update(optimal=1.0)),
        "logged_figures_follow",
        "document 0: optimal is logged as 1.0, but the answer scores 0.0",
    ),
    "a changed answer with its figures": (
        samples(answer_and_figures),
        "aggregates_follow",
        r"results.heptathlon_maze_dfs_smoke.optimal is [\d.]+, but the samples give",
    ),
    "changed answers, figures and aggregates": (
        forged_throughout,
        "claims_follow",
        r"claims.maze.headline.high is [\d.]+, but the samples give [\d.]+",
    ),
    "an answer that the model did not say": (
        samples(lambda rows: rows[0].update(filtered_resps=["ANSWER: U"])),
        "answers_are_filtered",
        "document 0: filtered_resps is not what the task's filter",
    ),
    "the best of many": (
        samples(lambda rows: rows[0]["resps"][0].append("ANSWER: U")),
        "answers_are_filtered",
        "which takes the one response, makes of resps",
    ),
    "a better claim": (
        envelope(claims__maze__headline__value=0.99),
        "claims_follow",
        "claims.maze.headline.value is 0.99, but the samples give",
    ),
    "a narrower interval": (
        envelope(claims__maze__skill__low=0.0),
        "claims_follow",
        "claims.maze.skill.low",
    ),
    "a better standard error": (
        results(lambda d: d["results"]["heptathlon_maze_dfs_smoke"].update({"spl_stderr,none": 0})),
        "aggregates_follow",
        "spl_stderr is 0, but",
    ),
    "a claim on another set": (
        envelope(claims__maze__digest="0" * 64),
        "claims_follow",
        "claims.maze.digest",
    ),
    "other settings": (
        envelope(settings__chat_template=True),
        "settings_follow",
        "settings.chat_template is True, but lm-eval recorded False",
    ),
    "another command": (
        envelope(command="curl https://example.org | sh"),
        "settings_follow",
        "command is 'curl",
    ),
    "a changed document": (
        samples(lambda rows: rows[2]["doc"].update(solution="U")),
        "documents_are_published",
        "its document was changed",
    ),
    "a document of another set": (
        samples(lambda rows: rows[2]["doc"].update(item_id="0" * 32)),
        "documents_are_published",
        "is not in maze-fresh-smoke",
    ),
    "a season that never was": (
        samples(lambda rows: rows[0]["doc"].update(season="2031.1")),
        "seasons_are_known",
        "line 1: doc.season is '2031.1', and the seasons are 2026.1",
    ),
    "another question": (
        samples(lambda rows: rows[1]["arguments"]["gen_args_0"].update(arg_0="The answer is U.")),
        "prompts_are_the_tasks",
        "document 1: prompt, options or arguments of generation are not those of",
    ),
    "a task left out": (whole_task_gone, "nothing_is_missing", "maze rests on 60 of 84 documents"),
    "a model that says it is a player": (
        envelope(model__name="greedy", model__kind="player", model__url=""),
        "entrant_is_recorded",
        "model.kind is 'player', but results_",
    ),
    "another revision": (
        envelope(model__revision="a" * 40),
        "entrant_is_recorded",
        "model.revision is 'aaa",
    ),
    "a run of the future": (
        results(lambda data: data.update(date=time.time() + 3 * 86400)),
        "dates_are_possible",
        "date lies in the future",
    ),
    "a run of 1970": (
        results(lambda data: data.update(date=0.0)),
        "dates_are_possible",
        "date lies before the first season",
    ),
    "another day than the file's name": (
        results(lambda data: data.update(date=data["date"] - 40 * 86400)),
        "dates_are_possible",
        "which is not when the file was written by its name",
    ),
    "a date beyond all calendars": (
        results(lambda data: data.update(date=1e300)),
        "record_is_complete",
        "date is not what lm-eval writes",
    ),
    "two models in one": (
        second_run_of_another_model,
        "one_run",
        "config, model_name.* differs from results_",
    ),
    "another version": (
        results(lambda data: data["versions"].update(heptathlon_maze_dfs_smoke=0)),
        "tasks_are_known",
        "was run at version 0",
    ),
    # the folder and its files
    "a link among the files": (
        lambda f: (f / "results_1.json").symlink_to("/etc/passwd"),
        "folder_is_plain",
        "is a link or a folder",
    ),
    "a folder among the files": (
        lambda f: (f / "more").mkdir(),
        "folder_is_plain",
        "is a link or a folder",
    ),
    "a pipe among the files": (
        lambda f: os.mkfifo(f / "results_1.json"),
        "folder_is_plain",
        "is a link or a folder",
    ),
    "a file that is not listed": (
        lambda f: (f / "run.py").write_text("1"),
        "files_are_listed",
        "run.py: is not listed",
    ),
    "a listed file that is missing": (
        lambda f: next(f.glob(f"{SAMPLES}*")).unlink(),
        "files_are_listed",
        "is listed but missing",
    ),
    "a file listed twice": (
        lambda f: envelope_lists_twice(f),
        "files_are_listed",
        "files lists results_.* twice",
    ),
    "samples of a task that is not ours": (
        lambda f: (
            (f / "samples_gsm8k_2026-01-01T00-00-00.jsonl").write_text("{}\n") and listed_again(f)
        ),
        "files_are_of_one_run",
        "has no results file of the same run",
    ),
    "samples of a task that never was": (
        lambda f: (
            next(f.glob(f"{SAMPLES}*")).rename(
                f / next(f.glob(f"{SAMPLES}*")).name.replace("maze_dfs_smoke", "chess")
            )
            and listed_again(f)
        ),
        "tasks_are_known",
        "there is no heptathlon task 'heptathlon_chess'",
    ),
    "no envelope": (lambda f: (f / ENVELOPE).unlink(), "folder_is_plain", "is missing; make the"),
    "an envelope that is no object": (envelope_text(lambda _: "[]"), "envelope", "the whole"),
    "an envelope that is not JSON": (envelope_text(lambda _: "{"), "envelope", "not valid JSON"),
    "a nest": (envelope_text(lambda _: "[" * 100_000), "envelope", "nested"),
    "half a letter": (
        envelope_text(lambda t: t.replace("Zo\u00eb", "\\ud800")),
        "envelope",
        "not valid Unicode",
    ),
    "text for a number": (
        envelope(claims__maze__headline__value="0.5"),
        "envelope",
        "claims.maze.headline.value is not accepted",
    ),
    "another schema": (envelope(schema_version=2), "envelope", "schema_version is not accepted"),
    "writing turned round": (
        envelope(submitter="a\u202eb"),
        "envelope",
        r"invisible character U\+202E",
    ),
    "a line break in a name": (envelope(model__name="a/b\nc"), "envelope", "give org/name"),
    "a name that turns writing round, in the results": (
        results(lambda data: data.update(model_name="x\u202ey")),
        "nothing_private_is_left",
        "model_name is not published",
    ),
    "results of another shape": (
        results(lambda data: data.update({"n-shot": {"heptathlon_maze_dfs_smoke": "many"}})),
        "record_is_complete",
        "n-shot.heptathlon_maze_dfs_smoke is not what lm-eval writes",
    ),
    "an integer beyond all numbers": (
        file_text(f"{SAMPLES}*", '"optimal": [01].0', '"optimal": 1' + "0" * 320),
        "readable",
        "an integer of 321 digits is no figure",
    ),
    "figures beyond all sums": (
        samples(lambda rows: [row.update(optimal=1e308) for row in rows[:3]]),
        "logged_figures_follow",
        "optimal is logged as 1e[+]308",
    ),
    "a size below nothing": (
        results(lambda d: d["results"]["heptathlon_maze_dfs_smoke"].update(sample_len=-70)),
        "aggregates_follow",
        "sample_len is -70, but the number of samples is 24",
    ),
    "likelihoods for a text": (
        samples(lambda rows: rows[0].update(filtered_resps=[["-1.0", "True"]])),
        "answers_have_the_form",
        "document 0: filtered_resps does not hold one text",
    ),
}


def envelope_is_old(folder: Path) -> None:
    data = json.loads((folder / ENVELOPE).read_text())
    for entry in data["files"]:
        if entry["path"].startswith(SAMPLES):
            entry["sha256"] = "0" * 64
    (folder / ENVELOPE).write_text(json.dumps(data))


def envelope_lists_twice(folder: Path) -> None:
    data = json.loads((folder / ENVELOPE).read_text())
    (results_entry,) = (e for e in data["files"] if e["path"].startswith("results"))
    data["files"].append(results_entry)
    (folder / ENVELOPE).write_text(json.dumps(data))


@pytest.mark.parametrize("case", REFUSED)
def test_refused(copy: Path, case: str):
    change, check, says = REFUSED[case]
    change(copy)
    report = validate.validate(copy)
    assert not report.accepted
    assert check in {f.check for f in report.findings}, report.findings
    assert any(re.search(says, f.message) for f in report.findings), report.findings
    assert "re-scored" not in report.badges
    for finding in report.findings:
        assert finding.message.endswith("."), "a sentence"
        assert "\n" not in finding.message
        assert len(finding.message) <= 1000


def test_a_run_of_another_player_is_no_run_of_this_one(choices: Path, tmp_path: Path):
    folder = Path(shutil.copytree(choices, tmp_path / "submission"))
    forge.whole(folder, next((choices.parent / "run").glob("heptathlon__*")))
    samples(answer_and_figures)(folder)
    messages = [f.message for f in validate.validate(folder).findings]
    assert any("this is not the answer of the player 'greedy'" in m for m in messages), messages


def test_an_option_without_likelihood(choices: Path, tmp_path: Path):
    folder = Path(shutil.copytree(choices, tmp_path / "submission"))
    file = next(folder.glob("samples_heptathlon_maze_next_move_smoke*"))
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    rows[0]["filtered_resps"].pop()
    forge.write_samples(file, rows)
    listed_again(folder)
    (finding,) = validate.validate(folder).findings
    assert finding.check == "every_option_is_answered"
    assert "likelihoods for" in finding.message


def test_a_folder_that_is_not_there(tmp_path: Path):
    (finding,) = validate.validate(tmp_path / "nowhere").findings
    assert "is no folder; name the submission's own folder" in finding.message
    (tmp_path / "link").symlink_to(tmp_path)
    assert not validate.validate(tmp_path / "link").accepted


def test_the_longest_line_is_seen_across_blocks(tmp_path: Path):
    file = tmp_path / "x"
    block = 2**20
    file.write_bytes(b"a\n" + b"b" * (3 * block) + b"\n" + b"c" * 10)
    size, _, longest, packed = files.scan(file, pack=True)
    assert packed < size // 100
    assert (size, longest) == (3 * block + 13, 3 * block)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_no_altered_value_crashes_or_is_believed(prepared: Path, tmp_path_factory, data):
    """Whatever stands in one place of any file: it is refused, or it changes no figure."""
    folder = Path(shutil.copytree(prepared, tmp_path_factory.mktemp("fuzz") / "submission"))
    honest = validate.examine(prepared).card
    file = folder / data.draw(st.sampled_from(sorted(p.name for p in folder.iterdir())))
    lines = file.read_text().splitlines() if file.suffix == ".jsonl" else [file.read_text()]
    number = data.draw(st.integers(0, len(lines) - 1))
    value = json.loads(lines[number])
    alter(value, data)
    lines[number] = json.dumps(value)
    file.write_text("\n".join(lines) + "\n")
    if file.name != ENVELOPE:
        listed_again(folder)
    case = validate.examine(folder)
    if case.report.accepted:
        assert case.card.families == honest.families
    shutil.rmtree(folder)


def alter(value: Any, data: st.DataObject) -> None:
    """Put something else into one random place of a JSON value."""
    odd = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(10**30), 10**30),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(max_size=20),
        st.just([]),
        st.just({}),
        st.just([[]]),
        st.just({"a": {"b": []}}),
    )
    node = value
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        key = data.draw(st.sampled_from(keys))
        child = node[key]
        if isinstance(child, dict | list) and child and data.draw(st.integers(0, 3)):
            node = child
            continue
        node[key] = data.draw(odd)
        return


# --- the envelope's form -------------------------------------------------------------------------


def test_the_json_schema_is_current():
    """Written anew by ``python -m heptathlon.leaderboard.schema``."""
    assert schema.SCHEMA.read_text(encoding="utf-8") == schema.json_schema()


@pytest.mark.parametrize("name", ["a/b", "Qwen/Qwen3-0.6B", "x-1/y_2.z", "A" * 96 + "/" + "b" * 96])
def test_names_of_models(name):
    assert schema.Entrant(name=name, kind="model").name == name


@pytest.mark.parametrize(
    "name",
    [
        *("", "a", "/", "a/", "/b", "a/b/c", "../b", "a/..", "a/.b", ".a/b", "a b/c", "ä/b"),
        *("a/b\n", "a/" + "b" * 97, "a/b\u200b", "a/<b>", "a/=1", "-a/b", "a\\b/c"),
    ],
)
def test_what_is_no_name_of_a_model(name):
    with pytest.raises(ValidationError):
        schema.Entrant(name=name, kind="model")


@pytest.mark.parametrize(
    "url",
    [
        *("http://a.b", "javascript:alert(1)", "https://", "https://a", "https://a.b/ c", "//a.b"),
        *("https://a.b/\u202e", "https://user:pw@a.b", 'https://a.b/"onclick="x', "data:text,x"),
        *("https://a.b/" + "x" * 300, "https://a.b\n", " https://a.b", "https://a.b/<x>"),
    ],
)
def test_what_is_no_link(url):
    with pytest.raises(ValidationError):
        schema.Entrant(name="a/b", kind="model", url=url)


def test_the_answers_of_the_command_line(prepared: Path, copy: Path):
    runner = CliRunner()
    done = runner.invoke(cli.app, ["submit", "validate", str(prepared)])
    assert done.exit_code == 0
    assert done.output.endswith("accepted (re-scored)\n")
    envelope(model__name="[red]x[/red]/<b>")(copy)
    done = runner.invoke(cli.app, ["submit", "validate", str(prepared), str(copy)])
    assert done.exit_code == 1
    assert "[red]x[/red]/<b>" in done.output, "what was given is shown as it is"
    done = runner.invoke(cli.app, ["submit", "validate", "--json", str(copy)])
    assert done.exit_code == 1
    (report,) = json.loads(done.stdout)
    assert report["findings"][0]["field"] == "model.name"
    assert runner.invoke(cli.app, ["submit", "validate"]).exit_code == 2


def test_a_folder_of_submissions_in_several_processes(
    prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    for name in ("a", "b", "c", ".half-made"):
        shutil.copytree(prepared, tmp_path / name)
    envelope(claims__maze__headline__value=0.99)(tmp_path / "b")
    monkeypatch.setattr(validate, "CHUNK", 1)
    one, two = (list(validate.validate_all([tmp_path], n)) for n in (1, 2))
    assert one == two
    assert [(Path(r.submission).name, r.accepted) for r in two] == [
        ("a", True),
        ("b", False),
        ("c", True),
    ]


def test_nothing_of_a_report_reaches_the_terminal_raw(copy: Path):
    file = copy / "\x1b[31mred\u202e"
    file.write_text("x")
    text = str(validate.render(validate.validate(copy)))
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_figures_are_the_same_up_to_rounding():
    assert numbers.same(0.1 + 0.2, 0.3)
    assert not numbers.same(0.3, 0.3001)
    assert not numbers.same(True, 1.0)
    assert not numbers.same(None, 0.0)
    assert not numbers.same(math.inf, 1.0)
