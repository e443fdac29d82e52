"""Trust at the door, beyond single lies: nothing runs, one's own faults, who was first, limits.

Long because what it attacks is one submission, made once.
"""

import json
import logging
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from heptathlon import cli, private
from heptathlon.builders import store
from heptathlon.errors import HeptathlonError, OwnFaultError
from heptathlon.harmless import look_of
from heptathlon.leaderboard import (
    board,
    documents,
    page,
    propose,
    rendering,
    row_words,
    seen,
    submit,
    templates,
    validate,
)
from heptathlon.leaderboard.rows import rows_of
from heptathlon.leaderboard.schema import ENVELOPE
from heptathlon.leaderboard.standings import tables
from heptathlon.leaderboard.validate import agreeing, files, lines
from heptathlon.leaderboard.validate.recorded import Recorded
from heptathlon.running import runner
from heptathlon.tasks import catalog
from heptathlon.tasks.players import players_of
from tests import forge, mutants
from tests.lies.forger import CHAT, templated

NAME = "some-lab/model-1b"
PLANTED = "heptathlon_planted_code"


@pytest.fixture(scope="module")
def player(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return forge.player_run("greedy", tmp_path_factory.mktemp("player"))


@pytest.fixture(scope="module")
def model(player: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return forge.model_run(player, tmp_path_factory.mktemp("m") / "run", forge.able(0.6, "one"))


@pytest.fixture(scope="module")
def submission(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = submit.prepare(model, tmp_path_factory.mktemp("s") / "model", model_name=NAME)
    return forge.whole(folder, model)


# --- nothing runs --------------------------------------------------------------------------------


def places(folder: Path) -> Iterator[tuple[str, list[Any]]]:
    """Yield every place of the files of a submission, of one task's samples in the first line."""
    samples = sorted(folder.glob("samples_*"))
    for path in [*(p for p in sorted(folder.iterdir()) if p not in samples), samples[0]]:
        lines = path.read_text().splitlines() if path.suffix == ".jsonl" else [path.read_text()]
        for place in mutants.paths_of(json.loads(lines[0])):
            yield path.name, place


def planted(value: Any, place: list[Any], code: str) -> Any:
    """Return a JSON value with code in one place, as a value and in the name of a field."""
    node = value
    for part in place[:-1]:
        node = node[part]
    node[place[-1]] = code
    if isinstance(node, dict):
        node[code] = code
    return value


def test_code_in_any_field_does_not_run(submission: Path, tmp_path: Path, monkeypatch):
    """Four languages in every place of every file: nothing of it leaves a trace."""
    trace = tmp_path / "trace"
    # A module that would leave a trace, where an import could find it.
    (tmp_path / f"{PLANTED}.py").write_text(f"open({str(trace)!r}, 'w').close()\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.chdir(tmp_path)
    codes = (
        f"__import__('{PLANTED}')",
        f"{PLANTED}:Memory",
        f"{{{{ cycler.__init__.__globals__.os.system('touch {trace}') }}}}",
        f"; touch {trace} #",
        f"!!python/object/apply:os.system ['touch {trace}']",
        f"$(touch {trace})",
    )
    called: list[Any] = []
    monkeypatch.setattr(subprocess, "run", lambda *a, **k: called.append(a))
    work = tmp_path / "submission"
    everywhere = list(places(submission))
    assert len(everywhere) > 250
    for number, (name, place) in enumerate(everywhere):
        shutil.rmtree(work, ignore_errors=True)
        shutil.copytree(submission, work)
        path = work / name
        code = codes[number % len(codes)]
        if path.suffix == ".jsonl":
            first, _, rest = path.read_text().partition("\n")
            path.write_text(json.dumps(planted(json.loads(first), place, code)) + "\n" + rest)
        else:
            path.write_text(json.dumps(planted(json.loads(path.read_text()), place, code)))
        if name != ENVELOPE:
            forge.listed(work)
        assert not validate.validate(work).accepted, (name, place)
        assert not trace.exists(), (name, place, code)
    assert PLANTED not in sys.modules
    assert not called


def test_a_template_that_would_run_runs_nothing(player: Path, tmp_path: Path):
    trace = tmp_path / "trace"
    evil = f"{{{{ cycler.__init__.__globals__.os.system('touch {trace}') }}}}" + CHAT
    run = forge.model_run(player, tmp_path / "run", lambda _: None)
    (path,) = run.glob("results_*")
    path.write_text(json.dumps(json.loads(path.read_text()) | templated(evil)))
    folder = submit.prepare(run, tmp_path / "out", model_name=NAME)
    report = validate.validate(folder)
    assert (report.accepted, report.ranked) == (True, False)
    assert report.notes == [
        "prompts not checked: the chat template cannot be rendered: it fails (SecurityError)"
    ]
    assert not trace.exists()
    (row, _), *_ = rows_of(validate.examine(folder))
    text = page.render_page(tables([row]))
    assert "no rank: prompts not checked: the chat template cannot be rendered" in text


@pytest.mark.parametrize(
    ("flags", "place"),
    [
        (["--model_args", "pretrained=a/b,token=hf_" + "a" * 34], "model_args.token"),
        (["--model_args", "model=x,base_url=http://zoe:secret@host/v1"], "model_args.base_url"),
        (["--model_args", "model=x,api_key=abc"], "model_args.api_key"),
        (["--metadata", '{"note": "sk-' + "a" * 40 + '"}'], "metadata.note"),
        (["--system_instruction", "Bearer abcdefghijkl"], "system_instruction"),
        (["--gen_kwargs", "extra=ghp_" + "a" * 36], "gen_kwargs.extra"),
    ],
)
def test_a_run_with_a_secret_is_refused_before_it_begins(tmp_path: Path, flags, place):
    words = ["--model", "hf", "--tasks", "heptathlon_maze_smoke", "--output_path", str(tmp_path)]
    with pytest.raises(HeptathlonError) as error:
        runner.run([*words, *flags], brief=True)
    said = str(error.value)
    assert said.startswith(f"run: {place} holds a key, a token or a password")
    assert "put it into the environment" in said
    assert "aaaa" not in said
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "value",
    [
        {"pretrained": "a/b", "add_bos_token": True, "max_tokens": 4, "eos_token": "</s>"},
        {"tokenizer_bos_token": ["<s>", "1"], "token": True, "think_end_token": "</think>"},
        {"url": "https://example.org/a?b=c", "text": "a bearer of news", "keys": "w a s d"},
    ],
)
def test_what_is_no_secret(value: dict[str, Any]):
    assert list(private.secrets_in(value)) == []


@pytest.mark.parametrize(
    "name",
    ["Zoë of the Lab", "株式会社 例", "O'Neill & Søn (UK)", "Нина", "Nguyễn Thị", "a-b_c 2", ""],
)
def test_names_of_people(name: str):
    assert look_of(name) == ""


# --- faults of one's own -------------------------------------------------------------------------


@pytest.fixture
def damaged(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, submission: Path) -> Path:
    """Damage one byte of a cached set, in a copy of the cache."""
    folder = store.locate(store.SetName("maze", "fresh", "smoke"))
    home = tmp_path / "home"
    # Only the set itself: beside it, tests that run meanwhile build others in the shared cache.
    shutil.copytree(folder, home / folder.parent.name / folder.name)
    monkeypatch.setenv("HEPTATHLON_HOME", str(home))
    monkeypatch.setattr(documents, "_sets", type(documents._sets)())
    file = home / "data" / folder.name / "path" / "test.parquet"
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(bytes(data))
    return submission


def test_a_damaged_set_is_nobody_else_s_fault(damaged: Path, tmp_path: Path, monkeypatch, capsys):
    with pytest.raises(OwnFaultError, match=r"the published set maze-fresh-smoke.* is damaged"):
        validate.validate(damaged)
    out = tmp_path / "site"
    with pytest.raises(OwnFaultError):
        board.build([damaged], out)
    assert not out.exists(), "no site is written"
    for words in (
        ["submit", "validate", str(damaged)],
        ["leaderboard", "build", str(damaged), "--out", str(out)],
    ):
        monkeypatch.setattr(sys, "argv", ["heptathlon", *words])
        with pytest.raises(SystemExit) as done:
            cli.main()
        assert done.value.code == 3
        assert "is damaged" in capsys.readouterr().err
    assert not out.exists()


def test_a_crash_of_the_check_is_our_fault(submission: Path, monkeypatch: pytest.MonkeyPatch):
    def crash(*_: Any) -> Any:
        raise ZeroDivisionError("x")

    monkeypatch.setattr(lines, "_scored", crash)
    with pytest.raises(OwnFaultError, match=r"the check itself failed \(ZeroDivisionError"):
        validate.validate(submission)


def test_what_is_refused_is_not_our_fault(submission: Path, tmp_path: Path, monkeypatch, capsys):
    folder = Path(shutil.copytree(submission, tmp_path / "x"))
    forge.enveloped(folder, lambda e: e.update(rank=1))
    monkeypatch.setattr(sys, "argv", ["heptathlon", "submit", "validate", str(folder)])
    with pytest.raises(SystemExit) as done:
        cli.main()
    assert done.value.code == 1
    assert "rank is no part of a submission" in capsys.readouterr().out


# --- who was first -------------------------------------------------------------------------------


def by(folder: Path, to: Path, submitter: str, name: str = "") -> Path:
    """Copy a submission under another submitter, or another model's name."""
    copy = Path(shutil.copytree(folder, to))

    def change(envelope: dict[str, Any]) -> None:
        envelope.update(submitter=submitter)
        if name:
            envelope["command"] = envelope["command"].replace(envelope["model"]["name"], name)
            envelope["model"]["name"] = name

    forge.enveloped(copy, change)
    return copy


def rows(out: Path) -> list[dict[str, Any]]:
    (found,) = json.loads((out / "data.json").read_text())["boards"]
    return list(found["rows"])


def git(folder: Path, *words: str) -> None:
    names = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", "-C", str(folder), *names, *words], check=True, capture_output=True)


def test_the_first_in_the_repository_stays(submission: Path, tmp_path: Path, caplog):
    """Whatever the folder is called, and whatever date a commit claims."""
    work = tmp_path / "submissions"
    by(submission, work / "zz-original", "Zoë")
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    for folder, submitter, date in (
        ("zz-original", "Zoë", "2026-06-01"),
        ("aa-copy", "Mallory", "2001-01-01"),
    ):
        if submitter == "Mallory":
            by(submission, work / folder, submitter)
        git(tmp_path, "add", "--all")
        git(tmp_path, "commit", "--quiet", "--message", "x", "--date", f"{date}T00:00:00")
    with caplog.at_level(logging.WARNING, logger="heptathlon"):
        board.build([work], tmp_path / "site")
    assert "aa-copy is a copy of" in caplog.text
    assert "which was first" in caplog.text
    assert [r["submitter"] for r in rows(tmp_path / "site")] == ["Zoë"]


def test_the_list_of_the_accepted_comes_before_all(submission: Path, tmp_path: Path):
    listed = tmp_path / "accepted.json"
    first = by(submission, tmp_path / "b", "Zoë")
    board.build([first], tmp_path / "site", accepted=listed)
    assert seen.read_list(listed) == [propose.envelope_hash(first)]
    copy = by(submission, tmp_path / "a", "Mallory")
    board.build([copy, first], tmp_path / "site", accepted=listed)
    assert [r["submitter"] for r in rows(tmp_path / "site")] == ["Zoë"]
    assert seen.read_list(listed) == [propose.envelope_hash(f) for f in (first, copy)]


def test_where_nobody_knows_nobody_is_named(submission: Path, tmp_path: Path, caplog):
    with caplog.at_level(logging.WARNING, logger="heptathlon"):
        a, b = by(submission, tmp_path / "a", "Zoë"), by(submission, tmp_path / "b", "Mallory")
        board.build([a, b], tmp_path / "site")
    assert [r["submitter"] for r in rows(tmp_path / "site")] == [""]
    assert "nobody knows which was first" in caplog.text


def test_the_same_answers_under_another_name_have_no_rank(submission: Path, tmp_path: Path):
    a, b = submission, by(submission, tmp_path / "b", "", "evil-lab/stolen-1b")
    board.build([a, b], tmp_path / "site")
    found = {r["name"]: r for r in rows(tmp_path / "site")}
    assert {r["rank"] for r in found.values()} == {None}
    assert found[NAME]["unranked"] == [
        "the same answers as evil-lab/stolen-1b; which was first is not known"
    ]


def test_runs_are_counted_by_their_answers(player: Path, submission: Path, tmp_path: Path):
    """Not by dates: a later run with an earlier date is the second one still."""
    listed = tmp_path / "accepted.json"
    board.build([submission], tmp_path / "site", accepted=listed)
    again = forge.model_run(player, tmp_path / "run", forge.able(0.7, "two"))
    (path,) = again.glob("results_*")
    results = json.loads(path.read_text())
    results["date"] -= 7200.0
    path.write_text(json.dumps(results))
    second = submit.prepare(again, tmp_path / "0-second", model_name=NAME)
    board.build([second, submission, submission], tmp_path / "site", accepted=listed)
    found = sorted((r["run"], r["date"], r["runs"]) for r in rows(tmp_path / "site"))
    assert [(n, of) for n, _, of in found] == [(1, 2), (2, 2)]
    one = {r["run"]: r["slug"] for r in rows(tmp_path / "site")}
    ((row, _),) = rows_of(validate.examine(submission))
    assert one[1] == row.slug


# --- parts that agree ----------------------------------------------------------------------------


def test_weights_that_are_as_they_were_asked_for():
    """What lm-eval writes of honest runs agrees with itself."""
    name = {"pretrained": NAME}
    for args, more in (
        ({"dtype": "half"}, {"model_dtype": "torch.float16"}),
        ({"dtype": "auto"}, {"model_dtype": "torch.bfloat16"}),
        ({}, {"model_dtype": "torch.float32"}),
        ({"dtype": "bfloat16", "load_in_4bit": True}, {"model_dtype": "torch.float16"}),
        (name, {"model_sha": "a" * 40, "model_revision": "main"}),
        (name | {"revision": "v2"}, {"model_sha": "a" * 40, "model_revision": "v2"}),
        (name | {"revision": "a" * 40}, {"model_sha": "a" * 40, "model_revision": "a" * 40}),
        ({}, {"model_sha": "", "limit": 100.0}),
    ):
        results = {"results": {}, "versions": {}, "n-shot": {}, "date": 1.0, "model_source": "hf"}
        results |= {"lm_eval_version": "0.4.13", "n-samples": {"x": {"effective": 100}}}
        results["config"] = {"model": "hf", "model_args": args} | more
        found = agreeing._of(Recorded.model_validate(results))
        assert all(found.values()), (args, more, found)


@pytest.mark.parametrize(
    "tail",
    [
        "<|im_end|>\n<|im_start|>assistant\n", "[/INST]", "<end_of_turn>\n<start_of_turn>model\n",
        "<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n", "\n\n### Response:\n",
        "<|end_of_turn|>GPT4 Correct Assistant:", "<|Assistant|><think>\n\n</think>\n\n",
        "<|start|>assistant<|channel|>final<|message|>", "<|reserved_token_12|>assistant:",
        "</s>\n<|assistant|>\n", "[unused10][unused9]: ",
    ],
)  # fmt: skip
def test_the_end_of_a_template_may_hold_marks_and_no_answer(tail: str):
    assert templates.Frame(("<s>", tail)).excess() == ""
    for begun in ("1", "No, ", "\n42"):
        assert templates.Frame(("<s>", tail + begun)).excess().startswith("the beginning of")


def test_a_submitter_s_words_are_told_from_the_board_s(submission: Path):
    ((row, _),) = rows_of(validate.examine(submission))
    name = "Zoë, 405B parameters"
    assert look_of(name) == ""
    said = row_words.note_of(row.model_copy(update={"submitter": name}))
    assert said == "says 135M parameters, submitted by “Zoë, 405B parameters”"
    assert look_of(f"Zoë”, {name}") != "", "no name ends the marks"


# --- what the row says ---------------------------------------------------------------------------


def test_a_claimed_name_looks_like_one(submission: Path):
    ((row, _),) = rows_of(validate.examine(submission))
    confirmed = row.model_copy(
        update={"confirmed": "a" * 40, "name": "lab/sure", "slug": "sure", "badges": ("re-run",)}
    )
    text = page.render_page(tables([row, confirmed]))
    assert '<tr class="model claimed">' in text
    assert '<tr class="model">' in text
    claimed, sure = (text.partition(f'reports/{r.slug}.html">')[2][:400] for r in (row, confirmed))
    assert '<span class="badge">re-scored, claimed name</span>' in claimed
    assert "says 135M parameters" in claimed
    assert '<span class="badge">re-run</span>' in sure
    assert "135M parameters" in sure
    assert "says 135M" not in sure


@pytest.mark.parametrize("system", ["", "You are a helpful assistant."])
def test_a_row_of_the_suite_s_own_way_to_a_server_says_so(
    player: Path, tmp_path: Path, system: str
):
    body = {"reasoning_effort": "low"}
    args = {"model": "lab/chat", "base_url": "https://inside.example/v1", "body": body}
    args["key_variable"] = "INSIDE_KEY"
    run = forge.model_run(player, tmp_path / "run", lambda _: None, model="api", model_args=args)
    (path,) = run.glob("results_*")
    results = json.loads(path.read_text())
    if system:
        sha = forge.sha(system)
        results |= {"chat_template": "", "fewshot_as_multiturn": True}
        results |= {"system_instruction": system, "system_instruction_sha": sha}
    path.write_text(json.dumps(results))
    folder = submit.prepare(forge.as_asked(run), tmp_path / "out")
    report = validate.validate(folder)
    assert (report.ranked, report.notes) == (True, ["template applied by the server: not checked"])
    written = "".join(p.read_text() for p in folder.iterdir())
    assert "inside.example" not in written
    assert "INSIDE_KEY" not in written


def test_a_row_from_a_server_says_so(player: Path, tmp_path: Path):
    run = forge.model_run(
        player, tmp_path / "run", lambda _: None, model="local-chat-completions",
        model_args={"model": "lab/chat", "base_url": "http://10.0.0.1:8000/v1", "timeout": 4},
    )  # fmt: skip
    (path,) = run.glob("results_*")
    results = json.loads(path.read_text())
    results |= {"chat_template": "", "fewshot_as_multiturn": True}
    path.write_text(json.dumps(results))
    forge.as_asked(run)
    folder = submit.prepare(run, tmp_path / "out")
    envelope = json.loads((folder / ENVELOPE).read_text())
    assert "config.model_args.base_url" in envelope["dropped"]
    assert "10.0.0.1" not in "".join(p.read_text() for p in folder.iterdir())
    report = validate.validate(folder)
    assert report.notes == ["template applied by the server: not checked"]
    assert report.ranked


# --- limits --------------------------------------------------------------------------------------

MEASURE = """
import sys
from pathlib import Path
from heptathlon.leaderboard import validate
for folder in sys.argv[1:]:
    report = validate.validate(Path(folder))
    assert report.accepted, report.findings[:2]
    (line,) = (x for x in open("/proc/self/status") if x.startswith("VmHWM"))
    print(int(line.split()[1]) / 2**10)
"""


def most_memory(*submissions: Path) -> list[float]:
    """Return the MiB that checking took at most after each submission, in one other process."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, *map(str, submissions)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return [float(line) for line in done.stdout.splitlines()]


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="measured on Linux")
def test_long_answers_take_no_memory(player: Path, tmp_path: Path):
    """Of 25 MB of answers, nothing but their verdicts and their ends is kept."""
    given = {"max_gen_toks": 2**17}
    run = forge.model_run(player, tmp_path / "run", forge.able(0.6, "one"), gen_kwargs=given)
    folder = submit.prepare(forge.as_asked(run), tmp_path / "x", model_name=NAME)
    submission = Path(shutil.copytree(folder, tmp_path / "short"))
    for path in folder.glob("samples_*"):
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        for line in lines:
            text = f"{line['doc_id']} {'so ' * 40_000}\n{line['filtered_resps'][0]}"
            line |= {"resps": [[text]], "filtered_resps": [text]}
        forge.write_samples(path, lines)
    forge.listed(folder)
    assert sum(p.stat().st_size for p in folder.iterdir()) > 22 * 2**20
    short, long = most_memory(submission, folder)
    assert long < 512
    assert long - short < 16


@pytest.mark.parametrize(
    ("limit", "most", "words"),
    [
        ("MAX_EVENT_PACKED", 9000, "when they are compressed"),
        ("MAX_EVENT_BYTES", 9000, "submit its tasks apart"),
        ("MAX_TOTAL_BYTES", 9000, "submit its families apart"),
        ("MAX_RESULTS_BYTES", 900, "and 900 are read"),
        ("MAX_LINE_BYTES", 900, "has a line of more than 900 bytes"),
    ],
)
def test_what_is_too_large_is_not_read(submission: Path, monkeypatch, limit, most, words):
    monkeypatch.setattr(files, limit, most)
    report = validate.validate(submission)
    assert not report.accepted
    assert words in report.findings[0].message


# --- real runs -----------------------------------------------------------------------------------


def test_a_real_run_is_accepted_as_it_is(tiny_model: Path, tmp_path: Path):
    """A real model through its tokenizer's own chat template, with a system prompt of the list."""
    flags = ["--model", "hf", "--model_args", f"pretrained={tiny_model},dtype=float32"]
    flags += ["--tasks", "heptathlon_students_smoke", "--batch_size", "16", "--device", "cpu"]
    flags += ["--apply_chat_template", "--system_instruction", "You are a helpful assistant."]
    (path,) = runner.run([*flags, "--output_path", str(tmp_path / "run")], brief=True)
    folder = submit.prepare(path.parent, tmp_path / "s", model_name="lab/tiny")
    assert str(tiny_model) not in "".join(p.read_text() for p in folder.iterdir())
    report = validate.validate(folder)
    assert report.badges == ["well-formed", "re-scored"], report.findings
    assert (report.ranked, report.notes) == (True, [])


@pytest.mark.parametrize(
    "arguments",
    [
        "pretrained=bm25",
        '{"pretrained": "bm25_stemmed", "plain_query_template": "Query: {query}"}',
    ],
)
def test_a_retriever_s_run_is_accepted(tmp_path: Path, arguments: str):
    flags = ["--model", "heptathlon-encoder", "--model_args", arguments]
    (path,) = runner.run(
        [*flags, "--tasks", "heptathlon_rarb_smoke", "--output_path", str(tmp_path / "run")],
        brief=True,
    )
    folder = submit.prepare(path.parent, tmp_path / "s", model_name="heptathlon/bm25")
    assert validate.validate(folder).badges == ["well-formed", "re-scored"]


def test_a_submitted_player_may_not_sharpen_its_forecast():
    """The order of its options stays, so that no rate changes: the forecast must be its own."""
    name = "heptathlon_memorability_lists_smoke"
    doc = store.read_docs(
        store.ensure(store.SetName("memorability", tier="smoke")), "lists", "test"
    )[0]
    player = players_of("memorability")["random"]
    asked = rendering.Asked("heptathlon")
    options = [str(one[1]) for one in rendering.requests_of(name, doc, asked, "")]
    joint = catalog.target_delimiter(name)
    honest = player.likelihoods(doc, [one.removeprefix(joint) for one in options])
    task: Any = SimpleNamespace(
        case=SimpleNamespace(
            envelope=SimpleNamespace(model=SimpleNamespace(kind="player", name="random"))
        ),
        player=player,
        data=catalog.task_data(name),
        asked=asked,
        fault=lambda *fault: fault,
    )

    def findings(pairs: list[tuple[float, bool]]) -> int:
        return len(list(lines._played(task, doc, pairs, "line 1")))

    assert findings(honest) == 0
    assert findings([(2 * value, greedy) for value, greedy in honest]) == 1
