"""A plan counts what a run will ask, without weights, and refuses what makes none."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import transformers
from hypothesis import given
from hypothesis import strategies as st

import heptathlon as hept
from heptathlon.errors import HeptathlonError, UnknownNameError
from heptathlon.running import planning, tokenizing
from heptathlon.running.planning import Asking, Plan, Prices, Span, Tokens
from heptathlon.running.tokenizing import Rates
from tests.command import call

TEXT = st.lists(st.sampled_from([0, 1, 255, 256, 70_000]), max_size=6)


@pytest.fixture(scope="module")
def words(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a folder that holds a tokenizer and no weights."""
    folder = tmp_path_factory.mktemp("tokenizer")
    for file in tiny_model.glob("*token*.json*"):
        shutil.copy(file, folder)
    shutil.copy(tiny_model / "chat_template.jinja", folder)
    return str(folder)


@given(st.lists(TEXT, max_size=12))
def test_distinct_tokens_are_the_nodes_of_the_trie(texts: list[list[int]]):
    nodes = {tuple(text[:end]) for text in texts for end in range(1, len(text) + 1)}
    encoded = [np.array(text, dtype=">u4").tobytes() for text in texts]
    assert planning.distinct(encoded) == len(nodes)


def test_a_plan_counts_what_prompts_show(words: str):
    encode = transformers.AutoTokenizer.from_pretrained(words)
    shown = list(hept.prompts("maze_dfs", "smoke"))
    lengths = [len(encode(one.text)["input_ids"]) for one in shown]
    found = hept.plan("maze_dfs", "smoke", tokenizer=words).total
    assert (found.documents, found.requests) == (len(shown), len(shown))
    assert (found.prompt_tokens, found.longest_prompt) == (sum(lengths), max(lengths))
    assert 0 < found.shared < 1
    assert found.generation_tokens % len(shown) == 0 < found.generation_tokens


def test_options_are_requests_that_share_a_prompt(words: str):
    few = Asking(limit=3)
    bare = hept.plan("sort_told", "smoke", tokenizer=words, asking=few).total
    assert (bare.documents, bare.requests, bare.generation_tokens) == (3, 6, 0)
    assert bare.distinct_tokens <= bare.prompt_tokens / 2 + 6
    chat = few._replace(apply_chat_template=True)
    assert hept.plan("sort_told", "smoke", tokenizer=words, asking=chat).total != bare


def test_time_and_cost_are_spans_between_the_extremes():
    tokens = Tokens(2, 4, 1000, 400, 50, 300)
    plan = Plan("t", {"heptathlon_maze_dfs_smoke": tokens}, Rates(100, 10), Prices(2, 8, 1))
    assert plan.seconds(tokens) == Span(4, 15)
    assert plan.cost(tokens) == pytest.approx((0.0014, 0.0024))
    assert plan.events() == {("maze", "smoke"): tokens}
    unknown = Plan("t", plan.tasks, Rates(100), Prices(2))
    assert unknown.seconds(tokens) is None
    assert unknown.cost(tokens) is None
    both = tokens + Tokens(1, 1, 10, 10, 0, 500)
    assert (both.requests, both.prompt_tokens, both.longest_prompt) == (5, 1010, 500)


def test_the_command_prints_json_and_a_table(words: str, monkeypatch, capsys):
    line = ["plan", "--tasks", "maze_dfs,sort_told", "--tier", "smoke", "--limit", "2"]
    line += ["--model", "heptathlon-hf", "--model_args", f"pretrained={words}"]
    line += ["--prompt-rate", "1000", "--generation-rate", "10"]
    assert call(monkeypatch, *line, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert [(one["family"], one["tier"]) for one in told["events"]] == [
        ("maze", "smoke"),
        ("sort", "smoke"),
    ]
    total = told["total"]
    assert total["prompt_tokens"] == sum(one["prompt_tokens"] for one in told["tasks"].values())
    assert total["seconds"]["least"] == pytest.approx(total["distinct_tokens"] / 1000)
    assert total["cost"] is None
    assert call(monkeypatch, *line) == 0
    table = capsys.readouterr().out
    assert f"{total['prompt_tokens']:,}" in table
    assert "…" not in table


def test_a_calibration_times_the_model(tiny_model: Path):
    found = hept.plan(
        "maze_dfs",
        "smoke",
        model="hf",
        model_args={"pretrained": str(tiny_model)},
        asking=Asking(limit=3),
        calibrate=True,
        device="cpu",
    )
    assert found.rates.prompt > 0
    assert found.rates.generation > 0
    least, most = found.seconds(found.total)
    assert 0 < least < most


BAD = [
    ({}, "names no tokenizer; give --tokenizer"),
    ({"model": "api", "model_args": {"model": "x"}}, "--model api with its --model_args names no"),
    ({"tokenizer": "/nowhere/at/all"}, "/nowhere/at/all: no tokenizer can be loaded"),
    ({"tokenizer": "x", "rates": Rates(0.0)}, "a prompt rate of 0 is none"),
    ({"tokenizer": "x", "rates": Rates(float("nan"))}, "a prompt rate of nan is none"),
    ({"tokenizer": "x", "rates": Rates(None, 5)}, "give --prompt-rate as well"),
    ({"tokenizer": "x", "prices": Prices(-1.0)}, "a prompt price of -1 is none"),
    ({"tokenizer": "x", "prices": Prices(cached=1.0)}, "give --prompt-price as well"),
    ({"tokenizer": "x", "asking": Asking(limit=0)}, "--limit 0 leaves no document"),
    ({"tokenizer": "x", "calibrate": True}, "--calibrate measures the rates, needs --model"),
    (
        {"model": "hf", "rates": Rates(1), "calibrate": True},
        "--calibrate measures the rates, and rates are given",
    ),
    ({"model_args": {"token": "abc"}}, "model_args.token holds a key"),
]


@pytest.mark.parametrize(("options", "says"), BAD)
def test_what_makes_no_plan_is_refused(options, says: str):
    with pytest.raises(HeptathlonError, match="^[^\n]*" + says):
        hept.plan("maze_dfs", "smoke", **options)


def test_unknown_names_are_refused_with_the_nearest(words: str, monkeypatch, capsys):
    with pytest.raises(UnknownNameError, match="heptathlon_maze_dfs_smoke"):
        hept.plan("maze_dsf", "smoke", tokenizer=words)
    with pytest.raises(UnknownNameError, match="heptathlon-hf"):
        hept.plan("maze_dfs", "smoke", model="heptathlon-fh")
    assert call(monkeypatch, "plan", "--tasks", ",", "--tokenizer", words) == 1
    assert "no task is named" in capsys.readouterr().err
    line = ["plan", "--tasks", "maze", "--model_args", "{"]
    assert call(monkeypatch, *line) == 1
    assert "--model_args: no name=value" in capsys.readouterr().err


def test_a_gated_tokenizer_asks_for_a_token(monkeypatch):
    def gated(*_: object, **__: object) -> None:
        raise OSError("You are trying to access a gated repo.\nMake sure to have access to it.")

    monkeypatch.setattr(transformers.AutoTokenizer, "from_pretrained", gated)
    with pytest.raises(HeptathlonError, match=r"gated or private; .*HF_TOKEN"):
        tokenizing.load("org/gated", {})


def test_a_tokenizer_without_a_chat_template_is_refused(words: str, tmp_path: Path):
    shutil.copytree(words, tmp_path / "bare")
    (tmp_path / "bare" / "chat_template.jinja").unlink()
    with pytest.raises(HeptathlonError, match="has no chat template"):
        hept.plan(
            "maze_dfs",
            "smoke",
            tokenizer=str(tmp_path / "bare"),
            asking=Asking(apply_chat_template=True),
        )
