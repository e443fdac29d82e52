"""What leaves the machine after a run: pull request, exports, and the maintainer's repeated run."""

import json
import os
import shutil
from pathlib import Path

import pytest
import yaml
from huggingface_hub import HfApi
from huggingface_hub._eval_results import parse_eval_result_entries
from huggingface_hub.repocard_data import model_index_to_eval_results

from heptathlon.errors import HeptathlonError, UnknownNameError
from heptathlon.leaderboard import board, export, propose, rerun, submit
from heptathlon.leaderboard.schema import ENVELOPE, arguments_of
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


def test_a_player_s_answers_are_generated_again(played: Path, tmp_path: Path):
    record, path = rerun.rerun(played, tmp_path, 12, seed=1)
    assert (record.documents, record.same_text, record.same_score) == (12, 12, 12)
    assert record.agrees
    assert rerun.read_record(path) == record
    assert rerun.agreeing(tmp_path) == {propose.envelope_hash(played)}


def test_answers_that_the_model_does_not_give(submission: Path, tmp_path: Path, tiny_model: Path):
    """A random model is claimed to know six mazes in ten; twenty documents show that it is not."""
    args = f"pretrained={tiny_model}"
    record, path = rerun.rerun(submission, tmp_path, 20, model_args=args, device="cpu", seed=3)
    assert record.documents == 20
    assert record.same_text == 0
    assert not record.agrees
    assert path.name.startswith("some-lab-model-1b-")
    assert not rerun.agreeing(tmp_path)
    assert "not what the model answers" in rerun.words(record)


def test_the_badge_is_of_this_submission_only(submission: Path, played: Path, tmp_path: Path):
    record = rerun.Rerun(
        envelope=propose.envelope_hash(submission),
        seed=1,
        documents=10,
        same_text=9,
        same_score=9,
    )
    (tmp_path / "reruns").mkdir()
    (tmp_path / "reruns" / "a.json").write_text(record.model_dump_json())
    board.build([submission], tmp_path / "site", reruns=tmp_path / "reruns")
    (row,) = json.loads((tmp_path / "site" / "data.json").read_text())["boards"][0]["rows"]
    assert row["badges"] == ["well-formed", "re-scored", "re-run"]
    other = record.model_copy(update={"envelope": propose.envelope_hash(played)})
    (tmp_path / "reruns" / "a.json").write_text(other.model_dump_json())
    board.build([submission], tmp_path / "site", reruns=tmp_path / "reruns")
    (row,) = json.loads((tmp_path / "site" / "data.json").read_text())["boards"][0]["rows"]
    assert row["badges"] == ["well-formed", "re-scored"]


def test_the_choice_is_the_seed_s_and_spread_over_the_tasks(model: Path):
    samples = runs.read_run(model).samples
    first = rerun.choose(samples, 10, 7)
    assert first == rerun.choose(samples, 10, 7)
    assert first != rerun.choose(samples, 10, 8)
    assert sum(map(len, first.values())) == 10
    assert rerun.choose(samples, 10**6, 7).keys() == samples.keys()


def test_a_tenth_may_differ():
    def agrees(same: int, documents: int) -> bool:
        return rerun.Rerun(
            envelope="0" * 64, seed=0, documents=documents, same_text=0, same_score=same
        ).agrees

    assert agrees(9, 10)
    assert not agrees(8, 10)
    assert not agrees(8, 9)


def test_a_stranger_s_arguments_are_not_followed(model: Path):
    run = runs.read_run(model)
    run.results[-1]["config"]["model_args"]["trust_remote_code"] = "True"
    with pytest.raises(HeptathlonError, match="'trust_remote_code' is not used on trust"):
        arguments_of(run, NAME)
    assert "--model_args" in arguments_of(run, NAME, "pretrained=mine")
    run.results[-1]["model_source"] = "local-completions"
    with pytest.raises(HeptathlonError, match="is none of hf, heptathlon-hf, heptathlon, vllm"):
        arguments_of(run, NAME, "pretrained=mine")


def test_a_record_of_another_kind(tmp_path: Path):
    (tmp_path / "x.json").write_text('{"envelope": "0"}')
    with pytest.raises(HeptathlonError, match="no record of heptathlon submit rerun"):
        rerun.agreeing(tmp_path)
