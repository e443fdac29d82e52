"""What leaves the machine after a run: pull request, exports, and the maintainer's repeated run."""

import json
import math
import os
import shlex
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from huggingface_hub import HfApi
from huggingface_hub._eval_results import parse_eval_result_entries
from huggingface_hub.repocard_data import model_index_to_eval_results

from heptathlon.errors import HeptathlonError, UnknownNameError
from heptathlon.leaderboard import board, export, propose, rerun, submit, validate
from heptathlon.leaderboard.rows import rows_of
from heptathlon.leaderboard.schema import ENVELOPE, arguments_of, command_of
from heptathlon.running import runs
from heptathlon.scoring import scorecard
from tests import forge
from tests.fakehub import TOKEN, FakeHub

NAME = "some-lab/model-1b"
RESULTS = "org/results"


@pytest.fixture(scope="module")
def player(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return forge.player_run("greedy", tmp_path_factory.mktemp("player"))


@pytest.fixture(scope="module")
def model(player: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return forge.model_run(player, tmp_path_factory.mktemp("m") / "run", forge.able(0.6, "one"))


@pytest.fixture(scope="module")
def submission(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return submit.prepare(model, tmp_path_factory.mktemp("s") / "model", model_name=NAME)


@pytest.fixture(scope="module")
def played(player: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return submit.prepare(player, tmp_path_factory.mktemp("s") / "player")


# --- the pull request ----------------------------------------------------------------------------


@pytest.fixture
def api(hub_here: FakeHub) -> HfApi:
    client = HfApi(endpoint=hub_here.url, token=TOKEN)
    client.create_repo(RESULTS, repo_type="dataset")
    return client


def test_a_pull_request_holds_the_submission_and_leaves_main_alone(
    hub_here: FakeHub, api: HfApi, submission: Path
):
    url = propose.propose(submission, RESULTS, api=api)
    assert url == f"{hub_here.url}/datasets/{RESULTS}/discussions/1"
    repo = hub_here.dataset(RESULTS)
    place = propose.place_of(submission, NAME)
    there = {p: b.data for p, b in repo.files("refs/pr/1").items() if p != ".gitattributes"}
    assert there == {f"{place}/{p.name}": p.read_bytes() for p in submission.iterdir()}
    assert set(repo.files()) == {".gitattributes"}


def test_a_second_call_opens_no_second_one(hub_here: FakeHub, api: HfApi, submission: Path):
    first = propose.propose(submission, RESULTS, api=api)
    assert propose.propose(submission, RESULTS, api=api) == first
    repo = hub_here.dataset(RESULTS)
    assert list(repo.pulls) == [1]
    repo.commit("main", repo.files("refs/pr/1"), "merged")
    with pytest.raises(HeptathlonError, match="already; nothing to propose"):
        propose.propose(submission, RESULTS, api=api)


def test_faults_on_the_way(hub_here: FakeHub, api: HfApi, submission: Path):
    hub_here.fail("POST", "/commit/", 500, 2)
    propose.propose(submission, RESULTS, api=api, sleep=lambda s: None)
    assert list(hub_here.dataset(RESULTS).pulls) == [1]


def test_what_validation_refuses_is_not_proposed(
    hub_here: FakeHub, api: HfApi, submission: Path, tmp_path: Path
):
    bad = tmp_path / "bad"
    shutil.copytree(submission, bad)
    envelope = json.loads((bad / ENVELOPE).read_text())
    envelope["claims"]["maze"]["headline"]["value"] = 1.0
    (bad / ENVELOPE).write_text(json.dumps(envelope))
    hub_here.log.clear()
    with pytest.raises(HeptathlonError, match=r"claims\.maze\.headline\.value"):
        propose.propose(bad, RESULTS, api=api)
    with pytest.raises(HeptathlonError, match="not of the form org/name"):
        propose.propose(submission, "results", api=api)
    assert not hub_here.log


# --- exports -------------------------------------------------------------------------------------


def exported(form: str, run: Path, name: str = NAME, org: str = "org") -> str:
    read = runs.read_run(run)
    return export.exported(form, read, scorecard.score_run(read)[0], name, org)


def test_eval_results_are_what_the_hub_s_own_client_reads(model: Path):
    (entry,) = parse_eval_result_entries(yaml.safe_load(exported("eval-results", model)))
    card, _ = scorecard.score_run(runs.read_run(model))
    headline = card.families["maze"].headline
    assert (entry.dataset_id, entry.task_id) == ("org/heptathlon-maze", "maze-fresh-smoke")
    assert entry.value == pytest.approx(headline.value, abs=1e-6)
    assert f"95 % interval {headline.low:.3f} to {headline.high:.3f}" in entry.notes
    assert "higher is better" in entry.notes
    assert "season 2026.1-v2" in entry.notes


def test_model_index_is_what_the_hub_s_own_client_reads(model: Path):
    block = yaml.safe_load(exported("model-index", model))["model-index"]
    name, (result,) = model_index_to_eval_results(block)
    assert name == "model-1b"
    assert result.metric_type == "optimal"
    assert result.dataset_revision == "2026.1-v2"


def test_every_eval_ever(model: Path):
    """The schema's required fields; nothing but strings where it wants strings."""
    record = json.loads(exported("every-eval-ever", model))
    required = {
        "schema_version",
        "evaluation_id",
        "evaluation_timestamp",
        "retrieved_timestamp",
        "source_metadata",
        "eval_library",
        "model_info",
        "evaluation_results",
    }
    assert set(record) == required
    (result,) = record["evaluation_results"]
    card, _ = scorecard.score_run(runs.read_run(model))
    headline = card.families["maze"].headline
    assert result["score_details"]["score"] == headline.value
    interval = result["score_details"]["uncertainty"]["confidence_interval"]
    assert (interval["lower"], interval["upper"]) == (headline.low, headline.high)
    assert result["metric_config"]["lower_is_better"] is False
    assert {"score_type", "min_score", "max_score"} <= set(result["metric_config"])
    assert result["source_data"]["additional_details"]["digest"] == card.families["maze"].digest
    for place in (
        record["model_info"]["additional_details"],
        result["source_data"]["additional_details"],
        result["generation_config"]["additional_details"],
        result["score_details"]["details"],
    ):
        assert all(isinstance(value, str) for value in place.values())
    assert (
        f"pretrained={NAME}" in result["generation_config"]["generation_args"]["execution_command"]
    )


@pytest.mark.skipif(
    "EEE_SCHEMA" not in os.environ,
    reason="EEE_SCHEMA names no every_eval_ever/schemas/eval.schema.json (version 0.3.0)",
)
def test_every_eval_ever_by_its_own_schema(model: Path):
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads(Path(os.environ["EEE_SCHEMA"]).read_text(encoding="utf-8"))
    assert schema["version"] == export.EVERY_EVAL_EVER
    jsonschema.Draft7Validator.check_schema(schema)
    record = json.loads(exported("every-eval-ever", model))
    faults = jsonschema.Draft7Validator(schema).iter_errors(record)
    assert [(list(f.absolute_path), f.message) for f in faults] == []


def test_what_is_not_exported(model: Path, player: Path, tmp_path: Path):
    with pytest.raises(UnknownNameError, match="did you mean 'eval-results'"):
        exported("eval_results", model)
    with pytest.raises(HeptathlonError, match="run of a player"):
        exported("eval-results", player)
    with pytest.raises(HeptathlonError, match="--model-name"):
        exported("eval-results", model, name="model")
    with pytest.raises(HeptathlonError, match="--org"):
        exported("eval-results", model, org="a/b")
    half = tmp_path / "half"
    shutil.copytree(model, half)
    next(half.glob("samples_heptathlon_maze_dfs*")).unlink()
    with pytest.raises(HeptathlonError, match="rests on a part of the set"):
        exported("eval-results", half)


# --- the repeated run ----------------------------------------------------------------------------


def record_of(**fields: Any) -> rerun.Rerun:
    """Return a record of fifty documents that all came out the same, of a confirmed name."""
    known: dict[str, Any] = {
        "envelope": "0" * 64, "seed": 1, "documents": {"maze": 50}, "needed": {"maze": 20},
        "same_text": 50, "same_start": 50, "same_score": 50,
        "weights": NAME, "revision": "a" * 40,
    }  # fmt: skip
    return rerun.Rerun(**known | fields)


def test_a_player_s_answers_are_generated_again(played: Path, tmp_path: Path):
    record, path = rerun.rerun(played, tmp_path, 12, seed=1)
    assert (record.count, record.same_text, record.same_score) == (12, 12, 12)
    assert rerun.read_record(path) == record
    assert rerun.records(tmp_path) == {propose.envelope_hash(played): record}
    # The greedy player is the bar itself: no number of its answers tells it from the bar.
    assert record.verdict == "nothing"
    assert "at the floor" in rerun.words(record)


def test_answers_that_the_model_does_not_give(submission: Path, tmp_path: Path, tiny_model: Path):
    """A random model is claimed to know six mazes in ten; twenty documents show that it is not."""
    args = f"pretrained={tiny_model}"
    record, path = rerun.rerun(submission, tmp_path, 20, model_args=args, device="cpu", seed=3)
    assert record.documents == {"maze": 20}
    assert record.same_text == 0
    assert record.verdict == "disagrees"
    assert path.name.startswith("some-lab-model-1b-")
    assert "not what the model answers" in rerun.words(record)


def test_other_weights_confirm_no_name(model: Path, tiny_model: Path, tmp_path: Path, monkeypatch):
    """The name is that of weights on the Hub at a commit; a maintainer's folder may hold any."""
    run = forge.model_run(
        model, tmp_path / "run", lambda _: None, model_args={"pretrained": "lab/tiny"},
        model_sha="b" * 40,
    )  # fmt: skip
    folder = submit.prepare(run, tmp_path / "submission")
    asked: list[list[str]] = []

    def again(arguments: list[str], **_: Any) -> list[Path]:
        asked.append(arguments)
        out = Path(arguments[arguments.index("--output_path") + 1]) / "run"
        shutil.copytree(run, out)
        return [next(out.glob("results_*"))]

    monkeypatch.setattr(rerun.runner, "run", again)
    record, _ = rerun.rerun(folder, tmp_path / "a", seed=1)
    assert "pretrained=lab/tiny,revision=" + "b" * 40 in asked[0]
    assert (record.verdict, record.confirms, record.revision) == ("agrees", "lab/tiny", "b" * 40)
    assert record.count >= record.needed["maze"]
    record, _ = rerun.rerun(folder, tmp_path / "b", seed=1, model_args=f"pretrained={tiny_model}")
    assert (record.verdict, record.confirms) == ("agrees", "")
    assert "no badge" in rerun.words(record)


def test_sampled_answers_are_not_repeated(player: Path, tmp_path: Path):
    run = forge.model_run(
        player, tmp_path / "run", forge.able(0.6, "one"),
        gen_kwargs={"do_sample": True, "temperature": 0.7},
    )  # fmt: skip
    folder = submit.prepare(forge.as_asked(run), tmp_path / "submission", model_name=NAME)
    with pytest.raises(HeptathlonError, match="its answers were sampled"):
        rerun.rerun(folder, tmp_path / "out", 5)


def test_the_badge_is_of_this_submission_only(submission: Path, played: Path, tmp_path: Path):
    def row(record: rerun.Rerun) -> Any:
        (tmp_path / "reruns").mkdir(exist_ok=True)
        (tmp_path / "reruns" / "a.json").write_text(record.model_dump_json())
        board.build([submission], tmp_path / "site", reruns=tmp_path / "reruns")
        return json.loads((tmp_path / "site" / "data.json").read_text())["boards"][0]["rows"][0]

    own = {"envelope": propose.envelope_hash(submission)}
    found = row(record_of(**own))
    assert found["badges"] == ["well-formed", "re-scored", "re-run"]
    assert found["confirmed"] == "a" * 40
    assert found["rank"] == [1, 1]
    for other in (
        {"envelope": propose.envelope_hash(played)},
        own | {"weights": "Lab/other"},
        own | {"weights": ""},
        own | {"revision": ""},
        own | {"documents": {"maze": 1}, "same_text": 1, "same_start": 1, "same_score": 1},
        own | {"needed": {"maze": None}},
    ):
        found = row(record_of(**other))
        assert found["badges"] == ["well-formed", "re-scored"], other
        assert found["confirmed"] == ""
        assert found["rank"] == [1, 1]
    found = row(record_of(**own, same_text=3, same_start=3, same_score=3))
    assert found["badges"] == ["well-formed", "re-scored"]
    assert (found["rank"], found["unranked"]) == (None, ["a repeated run gave other answers"])
    assert (
        "no rank: a repeated run gave other answers" in (tmp_path / "site/index.html").read_text()
    )


def test_the_choice_is_the_seed_s_and_spread_over_the_tasks(model: Path):
    samples = runs.read_run(model).samples
    first = rerun.choose(samples, 10, 7)
    assert first == rerun.choose(samples, 10, 7)
    assert first != rerun.choose(samples, 10, 8)
    assert sum(map(len, first.values())) == 10
    assert rerun.choose(samples, 10**6, 7).keys() == samples.keys()


@pytest.mark.parametrize(
    ("documents", "starts", "scores", "says"),
    [
        (50, 50, 50, "agrees"),
        (50, 25, 45, "agrees"),
        # All answers score 0 on both sides, and none reads the same.
        (50, 0, 50, "disagrees"),
        (3, 0, 3, "nothing"),
        (1, 1, 1, "nothing"),
        # The binomial's tail: P(X >= 11 | 50, 0.1) = 0.0094, P(X >= 10 | 50, 0.1) = 0.0245.
        (50, 50, 39, "disagrees"),
        (50, 50, 40, "nothing"),
        # P(X >= 34 | 50, 0.5) = 0.0077, P(X >= 33 | 50, 0.5) = 0.0164.
        (50, 16, 50, "disagrees"),
        (50, 17, 50, "nothing"),
    ],
)
def test_what_a_record_says(documents: int, starts: int, scores: int, says: str):
    record = record_of(
        documents={"maze": documents}, same_text=starts, same_start=starts, same_score=scores
    )
    assert record.verdict == says, rerun.words(record)


def test_how_many_documents_tell_a_claim_from_the_bar(submission: Path):
    """Drawn again and again, that many documents tell the skill from 0 about half of the time."""
    case = validate.examine(submission)
    ((row, items),) = rows_of(case)
    assert items is not None
    needed = rerun.needed_of(case.card)["maze"]
    assert needed is not None
    assert 10 <= needed < 80
    # What each maze adds to the mean, undone: its own place between bar and ceiling.
    own = row.scores["maze"].skill.value + items.parts * np.sqrt(1 - items.shares) / items.shares
    mean = np.average(own, weights=items.shares)
    assert mean == pytest.approx(row.scores["maze"].skill.value)
    stream = np.random.default_rng(1)
    drawn = stream.choice(own, size=(2000, needed), p=items.shares)
    error = drawn.std(axis=1, ddof=1) / math.sqrt(needed)
    told = (drawn.mean(axis=1) > rerun.TOLD * error).mean()
    assert 0.3 < told < 0.95
    assert row.scores["maze"].skill.low is not None


def test_a_stranger_s_arguments_are_not_followed(model: Path):
    run = runs.read_run(model)
    run.results[-1]["config"]["model_args"]["trust_remote_code"] = "True"
    with pytest.raises(HeptathlonError, match="'trust_remote_code' is not used on trust"):
        arguments_of(run, NAME)
    assert "--model_args" in arguments_of(run, NAME, "pretrained=mine")
    assert "trust_remote_code" not in command_of(run, NAME)
    run.results[-1]["config"]["gen_kwargs"] = {"custom_generate": "evil/gen", "top_p": 0.5}
    run.results[-1]["config"]["batch_size"] = "--trust_remote_code"
    for words in (shlex.join(arguments_of(run, NAME, "pretrained=mine")), command_of(run, NAME)):
        assert "evil" not in words
        assert "trust" not in words
        assert "--gen_kwargs top_p=0.5" in words
    run.results[-1]["config"]["model"] = "local-completions"
    with pytest.raises(HeptathlonError, match="is none of heptathlon, hf, heptathlon-hf, vllm"):
        arguments_of(run, NAME, "pretrained=mine")


def test_a_record_of_another_kind(tmp_path: Path):
    (tmp_path / "x.json").write_text('{"envelope": "0"}')
    with pytest.raises(HeptathlonError, match="no record of heptathlon submit rerun"):
        rerun.records(tmp_path)
