"""Runs through servers that fail: nothing lost, nothing asked twice, nothing made up.

Long because one scripted server serves all tests.
"""

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from heptathlon.errors import HeptathlonError, UnknownNameError
from heptathlon.models import server as transport
from heptathlon.models.habits import Habits
from heptathlon.running import runner, runs, sidecar
from heptathlon.scoring import scorecard
from tests.command import call
from tests.misbehaving import Server, chat, completion, newer, older

SAY = "heptathlon_sort_say_smoke"
CHOICES = "heptathlon_sort_e250_smoke"
MOVE = "heptathlon_students_hidden_smoke"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HEPTATHLON_API_KEY", "OPENAI_API_KEY", "OPENAI_ORG_ID", "ANTHROPIC_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    made = Server()
    yield made
    made.close()


def flags(server: Server, folder: Path, *more: str, model: str = "api", **args: Any) -> list[str]:
    args = {"model": "org/m", "base_url": server.url, "timeout": 20, "tries": 2, **args}
    if model != "api":
        args.pop("tries")
    told = ",".join(f"{k}={v}" for k, v in args.items())
    tasks = [] if "--tasks" in more else ["--tasks", SAY, "--limit", "6"]
    return ["--model", model, "--model_args", told, *tasks, *more, "--output_path", str(folder)]


def asked(folder: Path, server: Server, *more: str, **args: Any) -> runs.Run:
    (path,) = runner.run(flags(server, folder, *more, **args), brief=True)
    return runs.read_run(path.parent)


def rows(run: runs.Run, task: str = SAY) -> list[dict[str, Any]]:
    return [json.loads(line) for line in run.samples_files[task].read_text().splitlines()]


# --- asking ------------------------------------------------------------------------------------


def test_a_chat_server_is_asked_many_things_at_once_and_tells_how_answers_ended(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-not-for-this-server")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-not-for-this-server")
    server.slow = 0.1
    server.answer = lambda n, b: (
        (200, chat("", "length", reasoning_content="It goes on"))
        if n % 2
        else (200, chat("ANSWER: A", reasoning_content="So"))
    )
    run = asked(tmp_path, server, concurrency=4)
    assert 1 < server.together <= 4
    assert len(server.bodies) == 6
    assert set(server.paths) == {"/v1/chat/completions"}
    body = server.bodies[0]
    assert (body["model"], body["temperature"]) == ("org/m", 0)
    assert [turn["role"] for turn in body["messages"]] == ["user"]
    assert "stop" not in body
    assert not any("not-for-this" in str(h) for h in server.headers)
    assert not any("authorization" in h for h in server.headers)
    samples = run.samples[SAY]
    # The prompt is logged as the suite renders it, and as it was sent.
    assert {s.prompt for s in samples} == {server.prompt(n) for n in range(1, 7)}
    assert Counter(s.finish for s in samples) == {"length": 3, "stop": 3}
    assert {str(s.response) for s in samples} == {
        "<think>\nSo\n</think>\nANSWER: A", "<think>\nIt goes on\n</think>\n",
    }  # fmt: skip
    (file,) = (p for p in run.folder.iterdir() if runs.SIDECAR_NAME.match(p.name))
    told = sidecar.read(file)
    assert told.run.models == ["served/model-1"]
    lines = told.answers[SAY].values()
    assert {(line.completion_tokens, line.reasoning_tokens) for line in lines} == {(7, 3)}
    card, scored = scorecard.score_run(run)
    assert Counter(one.verdict.outcome for one in scored)["truncated"] == 3
    assert card.told is not None
    assert (card.told.cut, card.told.answers, card.told.prompt_tokens) == (3, 6, 66)


def test_a_key_comes_from_the_environment_alone(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("HEPTATHLON_API_KEY", "key-of-this-server")
    run = asked(tmp_path, server, "--limit", "1", "--tasks", SAY)
    assert server.headers[0]["authorization"] == "Bearer key-of-this-server"
    assert not any("key-of-this" in p.read_text() for p in tmp_path.rglob("*") if p.is_file())
    assert run.samples[SAY]
    for argument in ("api_key=abc", "auth_token=abc", "header=Bearer sk-012345678901234567890"):
        name, value = argument.split("=")
        with pytest.raises(HeptathlonError, match=f"{name} holds a key.*into the environment"):
            asked(tmp_path, server, **{name: value})
    with pytest.raises(HeptathlonError, match="MY_KEY holds no key"):
        asked(tmp_path, server, key_variable="MY_KEY")
    monkeypatch.setenv("MY_KEY", "mine")
    asked(tmp_path, server, "--limit", "1", "--tasks", SAY, key_variable="MY_KEY")
    assert server.headers[-1]["authorization"] == "Bearer mine"


def test_a_server_is_given_time(server: Server, tmp_path: Path):
    server.more = {"Retry-After": "0.6"}
    server.answer = lambda n, b: (429, {"error": "slowly"}) if n == 2 else (200, chat("A"))
    begun = time.monotonic()
    asked(tmp_path, server)
    assert time.monotonic() - begun > 0.6
    assert len(server.bodies) == 7


def test_no_whole_answer_in_time(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """One question that is never answered is broken, and the others are not."""
    stuck = threading.Event()
    first: list[str] = []

    def answer(number: int, body: dict[str, Any]) -> Any:
        first.append(server.prompt(number))
        if len(first) > 1 and server.prompt(number) == first[1]:
            stuck.wait(5)
        return 200, chat("ANSWER: A")

    server.answer = answer
    try:
        run = asked(tmp_path, server, timeout=1, tries=1)
    finally:
        stuck.set()
    faults = [s.broken for s in run.samples[SAY] if s.broken]
    assert len(faults) == 1
    assert "gave no reply" in faults[0]


def test_parameters_by_other_names(server: Server, tmp_path: Path):
    def answer(number: int, body: dict[str, Any]) -> Any:
        for name, says in {
            "max_tokens": "Unsupported parameter: 'max_tokens' is not supported with this model. "
            "Use 'max_completion_tokens' instead.",
            "temperature": "Unsupported value: 'temperature' does not support 0 with this model. "
            "Only the default (1) value is supported.",
            "stop": "Unsupported parameter: 'stop' is not supported with this model.",
            "seed": "property 'seed' is unsupported",
        }.items():
            if name in body:
                return 400, {"error": {"message": says, "code": "unsupported_parameter"}}
        assert body["max_completion_tokens"] == 2048
        return 200, chat("ANSWER: A\nSTOP and more")

    server.answer = answer
    gen = ["--gen_kwargs", '{"until": ["STOP"], "max_gen_toks": 2048}']
    run = asked(tmp_path, server, *gen, seed=7)
    assert len(server.bodies) == 6 + 4, "the first question finds out for all"
    assert {str(s.response) for s in run.samples[SAY]} == {"ANSWER: A\n"}, "cut here, then"
    (told,) = run.told.values()
    assert told.run.left_out == ["temperature", "stop", "seed"]
    assert told.run.renamed == {"max_tokens": "max_completion_tokens"}


def test_a_long_prompt_is_no_unknown_parameter():
    """A refusal by vLLM of a prompt that is too long names both parameters."""
    habits = Habits()
    says = (
        "'max_tokens' or 'max_completion_tokens' is too large: 2048. This model's maximum context "
        "length is 4096 tokens and your request has 3000 input tokens."
    )
    assert not habits.learn({"max_tokens": 2048}, says)
    assert habits.learn({"max_tokens": 1}, "Unknown field: max_tokens, use max_completion_tokens")
    assert habits.applied({"max_tokens": 1}) == {"max_completion_tokens": 1}
    # A server that knows neither is refused, not asked in turns.
    assert not habits.learn({"max_completion_tokens": 1}, "unknown: 'max_completion_tokens'")


# --- faults ------------------------------------------------------------------------------------

FAULTS: dict[str, Any] = {
    "an error in place of an answer: overloaded": (200, {"error": {"message": "overloaded"}}),
    "empty choices": (200, {"choices": []}),
    "null text": (200, chat(None)),
    "an answer that is no JSON": (200, b"<html>"),
    "refuses the question with state 400": (400, {"error": {"message": "content policy"}}),
    "state 500": (500, {"error": {"message": "out of memory"}}),
    "refuses the question with state 413": (413, b"too long"),
    "state 502": (200, {"error": {"message": "bad gateway", "code": 502}}),
}


def test_one_bad_answer_takes_nothing_else_with_it(server: Server, tmp_path: Path):
    """Every fault once, at documents that are not the first; all others are answered."""
    seen: list[str] = []
    reasons = list(FAULTS)
    limit = 2 * len(FAULTS) + 1

    def answer(number: int, body: dict[str, Any]) -> Any:
        prompt = server.prompt(number)
        seen.extend([prompt] * (prompt not in seen))
        place = seen.index(prompt)
        return FAULTS[reasons[place // 2]] if place % 2 else (200, chat("ANSWER: A \ud83d"))

    server.answer = answer
    more = ["--tasks", SAY, "--limit", str(limit)]
    run = asked(tmp_path, server, *more, concurrency=1)
    faults = [s.broken for s in run.samples[SAY] if s.broken]
    assert len(faults) == len(FAULTS)
    for reason in FAULTS:
        assert sum(reason in fault for fault in faults) == 1, reason
    answers = Counter(str(s.response) for s in run.samples[SAY])
    assert answers == {"ANSWER: A \ufffd": len(FAULTS) + 1, "": len(FAULTS)}
    broken = [row for row in rows(run) if "broken" in row]
    assert [row["metrics"] for row in broken] == [[]] * len(FAULTS)
    assert run.results[-1]["results"][SAY]["sample_len"] == len(FAULTS) + 1
    card, scored = scorecard.score_run(run)
    assert len(scored) == len(FAULTS) + 1, "a broken answer is no score"
    assert card.broken[SAY].startswith(f"{len(FAULTS)} of {limit} documents are broken")
    # The same command asks for these, and for no other; at another pace, if it is told so.
    count = len(server.bodies)
    server.answer = lambda n, b: (200, chat("ANSWER: B"))
    again = asked(tmp_path, server, *more)
    assert len(server.bodies) == count + len(FAULTS)
    assert not again.broken
    assert not list((tmp_path / ".journal").glob("*"))


def test_a_broken_connection_is_tried_again(server: Server, tmp_path: Path):
    server.answer = lambda n, b: None if n in (1, 4) else (200, chat("A"))
    run = asked(tmp_path, server)
    assert len(server.bodies) == 8
    assert not run.broken


@pytest.mark.parametrize("down", [(500, b"down"), None, (200, {"choices": []})])
def test_a_server_that_dies_loses_nothing_and_is_asked_nothing_twice(
    down: Any, server: Server, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    server.answer = lambda n, b: (200, chat("A")) if n <= 3 else down
    with pytest.raises(HeptathlonError, match=r"3 answers are kept in .*same command goes on"):
        asked(tmp_path, server, concurrency=2)
    first = {server.prompt(n) for n in (1, 2, 3)}
    count = len(server.bodies)
    assert not list(tmp_path.rglob("results_*"))
    server.answer = lambda n, b: (200, chat("A"))
    run = asked(tmp_path, server)
    assert len(server.bodies) == count + 3
    assert not first & {server.prompt(n) for n in range(count + 1, count + 4)}
    assert len(run.samples[SAY]) == 6
    assert "3 responses are known" in caplog.text


def test_a_server_that_is_started_again_at_another_port_is_asked_the_rest(
    server: Server, tmp_path: Path
):
    server.answer = lambda n, b: (200, chat("A")) if n <= 3 else (500, b"down")
    with pytest.raises(HeptathlonError, match="3 answers are kept"):
        asked(tmp_path, server, concurrency=1)
    again = Server()
    try:
        run = asked(tmp_path, again, concurrency=2, base_url=f"{again.url}/")
    finally:
        again.close()
    assert len(again.bodies) == 3
    assert len(run.samples[SAY]) == 6


def test_sampled_answers_are_kept_too(server: Server, tmp_path: Path):
    """A reasoning model is asked at a temperature, and its answers cost the most."""
    server.answer = lambda n, b: (200, chat(f"draw {n}")) if n <= 3 else (500, b"down")
    gen = ["--gen_kwargs", "do_sample=True,temperature=0.6"]
    with pytest.raises(HeptathlonError, match="3 answers are kept"):
        asked(tmp_path, server, *gen, concurrency=1)
    assert server.bodies[0]["temperature"] == 0.6
    server.bodies.clear()
    server.answer = lambda n, b: (200, chat(f"later {n}"))
    run = asked(tmp_path, server, *gen, concurrency=1)
    assert len(server.bodies) == 3
    said = sorted(str(s.response).split()[0] for s in run.samples[SAY])
    assert said == ["draw"] * 3 + ["later"] * 3


def test_finished_tasks_are_saved_when_the_server_dies(server: Server, tmp_path: Path):
    """Six questions of one task are answered; the next one's are not."""
    other = "heptathlon_sort_say_notext_smoke"
    server.answer = lambda n, b: (200, chat("ANSWER: A")) if n <= 7 else (500, b"down")
    tasks = ["--tasks", f"{SAY},{other}", "--limit", "6"]
    with pytest.raises(HeptathlonError, match=r"1 of 2 tasks are saved in .*results_"):
        asked(tmp_path, server, *tasks, concurrency=1)
    run = runs.read_run(tmp_path)
    assert list(run.samples) == [SAY]
    scorecard.score_run(run)
    count = len(server.bodies)
    server.answer = lambda n, b: (200, chat("ANSWER: A"))
    whole = asked(tmp_path, server, *tasks)
    assert len(server.bodies) == count + 5
    card, _ = scorecard.score_run(whole)
    assert card.told is not None
    assert (card.told.answers, card.told.prompt_tokens) == (12, 12 * 11)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (
            (401, {"error": {"message": "no such key"}}),
            r"state 401 \(no such key\); is the right key in .* HEPTATHLON_API_KEY",
        ),
        (
            (404, {"detail": "no such model"}),
            r"state 404 .no such model.; look at .* http://[^/]*/v1/chat/completions\.",
        ),
        ((307, b""), "state 307"),
        ((400, {"error": {"message": "no such thing"}}), "state 400 .no such thing"),
        ((200, chat(None)), "null text"),
    ],
)
def test_a_server_that_refuses_all_is_asked_little(
    answer: Any, says: str, server: Server, tmp_path: Path
):
    server.more["Location"] = f"{server.url}/elsewhere"
    server.answer = lambda n, b: answer
    with pytest.raises(HeptathlonError, match=says):
        asked(tmp_path, server, concurrency=1)
    assert len(server.bodies) <= transport.IN_A_ROW * transport.LOOKS
    assert set(server.paths) == {"/v1/chat/completions"}, "no key is carried elsewhere"


def test_the_command(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any, caplog: Any
):
    seen: list[str] = []

    def answer(number: int, body: dict[str, Any]) -> Any:
        seen.append(server.prompt(number))
        return (200, chat(None)) if server.prompt(number) == seen[0] else (200, chat("x", "length"))

    server.answer = answer
    assert call(monkeypatch, "run", *flags(server, tmp_path, concurrency=1)) == 0
    said = capsys.readouterr().err
    assert f"{SAY}: 1 of 6 documents is broken (null text: 1)" in caplog.text
    folder = said.split("next: heptathlon score ")[1].strip()
    assert call(monkeypatch, "score", folder) == 0
    said = capsys.readouterr().out
    assert "incomplete" in said
    assert "5 of 5 answers were cut; tokens: 55 of prompts, 35 of answers, 15 of reasoning" in said
    page = (Path(folder) / "report.html").read_text()
    assert "the word of whoever ran it" in page
    assert "1 of 6 documents is broken" in page


# --- likelihoods -------------------------------------------------------------------------------


def test_a_chat_server_is_not_asked_for_likelihoods(server: Server, tmp_path: Path):
    with pytest.raises(HeptathlonError) as refused:
        asked(tmp_path, server, "--tasks", f"{CHOICES},{MOVE}", "--limit", "2")
    assert "and 1 more tasks rate options by likelihood" in str(refused.value)
    assert SAY in str(refused.value)
    assert "--generated" in str(refused.value)
    assert server.bodies == []
    run = asked(tmp_path, server, "--tasks", f"{CHOICES},{MOVE}", "--limit", "2", "--generated")
    assert list(run.samples) == [SAY]
    with pytest.raises(HeptathlonError, match="none of the tasks has a generated form"):
        asked(tmp_path, server, "--tasks", MOVE, "--limit", "2", "--generated")


def test_the_smoke_tier_through_a_chat_server_ends_in_a_scored_row(server: Server, tmp_path: Path):
    """Everything that can be asked, of every family that has something to be asked in words."""
    (path,) = runner.run(
        flags(server, tmp_path, "--tasks", "heptathlon_smoke", "--generated", "--limit", "3")
    )
    run = runs.read_run(path.parent)
    card, scored = scorecard.score_run(run)
    assert len(scored) == len(server.bodies) == sum(map(len, run.samples.values()))
    assert {len(samples) for samples in run.samples.values()} <= {2, 3}, "all that a task has"
    assert len(run.samples) > 12
    assert {"maze", "memorability", "mllm_ct", "sort", "verbalizer"} <= set(card.families)
    assert card.families["maze"].headline.value is not None
    assert not card.broken
    asked_ll = [t for t in run.samples if runs.read_results(path)["configs"][t]["output_type"]
                != "generate_until"]  # fmt: skip
    assert asked_ll == []


def words(text: str) -> list[str]:
    """Return a text as a server's tokens: a blank goes with the word after it."""
    out, start = [], 0
    for place in range(1, len(text) + 1):
        if place == len(text) or (text[place] == " " and text[place - 1] != " "):
            out.append(text[start:place])
            start = place
    return out


def rating(form: Any) -> Any:
    def answer(number: int, body: dict[str, Any]) -> Any:
        assert body["echo"] is True
        tokens = [*words(body["prompt"]), " more"]
        values = [None, *(-float(len(t)) for t in tokens[1:])]
        return 200, form(tokens, values, greedy=False)

    return answer


@pytest.mark.parametrize("form", [older, newer])
def test_a_completions_server_rates_options_in_both_forms(
    form: Any, server: Server, tmp_path: Path
):
    server.answer = rating(form)
    run = asked(tmp_path, server, "--tasks", CHOICES, "--limit", "2", form="completions")
    for sample in run.samples[CHOICES]:
        assert sample.response == [(-2.0, False)] * 2
        assert len(sample.response) == len(sample.doc["options"])
    assert len(server.bodies) == 1 + 2 * 2, "one question finds out whether it can"
    assert set(server.paths) == {"/v1/completions"}


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ((200, completion("x")), "no log-probabilities"),
        ((200, older([" x"], [-1.0])), "does not repeat the prompt"),
        ((400, {"error": {"message": "Only no echo is supported"}}), "Only no echo"),
    ],
)
@pytest.mark.parametrize("task", [CHOICES])
def test_a_server_without_likelihoods_is_refused_before_the_first_question(
    answer: Any, says: str, task: str, server: Server, tmp_path: Path
):
    server.answer = lambda n, b: answer
    with pytest.raises(HeptathlonError, match=says) as refused:
        asked(tmp_path, server, "--tasks", task, "--limit", "2", form="completions")
    assert SAY in str(refused.value)
    assert {b["prompt"] for b in server.bodies} == {"The capital of France is Paris"}


def test_a_likelihood_that_is_no_number_is_broken(server: Server, tmp_path: Path):
    good = rating(older)

    def answer(number: int, body: dict[str, Any]) -> Any:
        if number != 3:
            return good(number, body)
        state, found = good(number, body)
        return state, json.dumps(found).replace("-2.0", "NaN").encode()

    server.answer = answer
    run = asked(
        tmp_path, server, "--tasks", CHOICES, "--limit", "3", form="completions", concurrency=1
    )
    assert [s.broken for s in run.samples[CHOICES]].count("log-likelihood nan") == 1


# --- lm-eval's own classes ---------------------------------------------------------------------


def test_lm_evals_chat_class(server: Server, tmp_path: Path):
    seen: set[str] = set()

    def answer(number: int, body: dict[str, Any]) -> Any:
        """Answer every question at the second time."""
        known = server.prompt(number) in seen
        seen.add(server.prompt(number))
        return (200, chat("A", "length")) if known else (200, chat(None))

    server.answer = answer
    url = f"{server.url}/chat/completions"
    args = {"model": "local-chat-completions", "base_url": url, "num_concurrent": 3,
            "max_retries": 4}  # fmt: skip
    with pytest.raises(HeptathlonError, match="give --apply_chat_template"):
        asked(tmp_path, server, **args)
    server.slow = 0.02
    run = asked(tmp_path, server, "--apply_chat_template", **args)
    assert [s.finish for s in run.samples[SAY]] == ["length"] * 6
    assert server.together > 1
    assert run.results[-1]["model_source"] == "local-chat-completions"
    assert run.folder.name == "org__m"
    with pytest.raises(HeptathlonError, match="tells no log-probabilities"):
        asked(tmp_path, server, "--apply_chat_template", "--tasks", CHOICES, **args)


def test_lm_evals_openai_and_anthropic_classes(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    url = f"{server.url}/chat/completions"
    openai = {"model": "openai-chat-completions", "base_url": url}
    with pytest.raises(HeptathlonError, match="set the `OPENAI_API_KEY`"):
        asked(tmp_path, server, "--apply_chat_template", **openai)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-mine")
    asked(tmp_path / "o", server, "--apply_chat_template", **openai)
    assert server.headers[-1]["authorization"] == "Bearer sk-mine"
    assert "max_completion_tokens" in server.bodies[-1]
    monkeypatch.setenv("ANTHROPIC_API_KEY", "ant-mine")
    body = {
        "content": [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "ANSWER: A"}],
        "stop_reason": "end_turn", "usage": {"input_tokens": 5, "output_tokens": 2},
    }  # fmt: skip
    server.answer = lambda n, b: (200, body)
    for name, address in (("anthropic-chat", f"{server.url}/messages"), ("api", server.url)):
        more = {"form": "messages", "key_variable": "ANTHROPIC_API_KEY"} if name == "api" else {}
        template = ["--apply_chat_template"] if name != "api" else []
        run = asked(tmp_path / name, server, *template, model=name, base_url=address, **more)
        assert {str(s.response) for s in run.samples[SAY]} == {"<think>\nhm\n</think>\nANSWER: A"}
        assert server.headers[-1]["x-api-key"] == "ant-mine"
        assert server.headers[-1]["anthropic-version"]
        assert server.paths[-1] == "/v1/messages"
        (told,) = run.told.values()
        assert [line.prompt_tokens for line in told.answers[SAY].values()] == [5] * 6


@pytest.mark.parametrize("form", [older, newer])
def test_lm_evals_completions_class_rates_options(
    form: Any, server: Server, tmp_path: Path, tiny_model: Path
):
    def answer(number: int, body: dict[str, Any]) -> Any:
        (tokens,) = body["prompt"]
        texts = [f"token_id:{t}" for t in tokens]
        values = [None, *(-0.5 for _ in tokens[1:]), -9.0]
        return 200, form([*texts, "more"], values)

    server.answer = answer
    args = {"model": "local-completions", "base_url": f"{server.url}/completions",
            "tokenizer": tiny_model, "tokenizer_backend": "huggingface"}  # fmt: skip
    run = asked(tmp_path, server, "--tasks", CHOICES, "--limit", "2", **args)
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(tiny_model)
    for sample in run.samples[CHOICES]:
        count = len(tokenizer(" A").input_ids)
        assert sample.response == [(-0.5 * count, True)] * 2
    with pytest.raises(HeptathlonError, match="without a tokenizer"):
        asked(tmp_path, server, "--tasks", CHOICES, **{**args, "tokenizer_backend": "None"})


def test_an_unknown_window_is_not_invented(server: Server, tmp_path: Path, tiny_model: Path):
    server.answer = lambda n, b: (200, completion("ANSWER: U"))
    args = {"model": "local-completions", "base_url": f"{server.url}/completions",
            "tokenizer_backend": "None"}  # fmt: skip
    task = ["--tasks", "heptathlon_maze_dfs_smoke", "--limit", "2"]
    run = asked(tmp_path, server, *task, "--gen_kwargs", "max_gen_toks=4096", **args)
    assert len(run.samples["heptathlon_maze_dfs_smoke"]) == 2
    assert {b["max_tokens"] for b in server.bodies} == {4096}
    # One that was told is used, and nothing is asked.
    server.bodies.clear()
    args |= {"tokenizer_backend": "huggingface", "tokenizer": tiny_model, "max_length": 1500}
    with pytest.raises(HeptathlonError, match="window of 1,500 tokens"):
        asked(tmp_path, server, *task, "--gen_kwargs", "max_gen_toks=1400", **args)
    with pytest.raises(HeptathlonError, match="window of 1,500 tokens"):
        asked(tmp_path, server, *task, "--gen_kwargs", "max_gen_toks=1400", tokenizer=tiny_model,
              max_length=1500)  # fmt: skip
    assert server.bodies == []


def test_a_prompt_that_is_too_long_for_the_server_is_one_document(server: Server, tmp_path: Path):
    """More than three in a row, and the others are answered all the same."""
    says = {"error": {"message": "the request exceeds the available context size"}}
    server.answer = lambda n, b: (400, says) if n in (2, 3, 4, 5) else (200, chat("A"))
    run = asked(tmp_path, server, concurrency=1)
    assert sum(bool(s.broken) for s in run.samples[SAY]) == 4


# --- refusals ----------------------------------------------------------------------------------


def test_arguments_that_make_no_server(server: Server, tmp_path: Path):
    with pytest.raises(HeptathlonError, match="names no model"):
        runner.run(
            ["--model", "api", "--model_args", f"base_url={server.url}", "--tasks", SAY,
             "--output_path", str(tmp_path)]
        )  # fmt: skip
    with pytest.raises(UnknownNameError, match="did you mean 'completions'"):
        asked(tmp_path, server, form="completion")
    with pytest.raises(HeptathlonError, match="no address"):
        asked(tmp_path, server, base_url="localhost:8000")
    with pytest.raises(HeptathlonError, match="unexpected keyword argument 'temprature'"):
        asked(tmp_path, server, temprature=1)


def test_our_extra_is_named(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    import sys

    monkeypatch.setitem(sys.modules, "openai", None)
    with pytest.raises(
        HeptathlonError, match=r"install the extra 'api': pip install 'heptathlon\["
    ):
        asked(tmp_path, server)
    args = ["--model_args", "model=m", "--tasks", SAY, "--output_path", str(tmp_path)]
    with pytest.raises(HeptathlonError, match=r"the package anthropic; .* extra 'anthropic'"):
        runner.run(["--model", "anthropic-completions", *args], brief=True)
