"""The runner: lm-eval's flags, resumed work, results that are never lost silently."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from lm_eval.api.instance import Instance
from lm_eval.api.model import LM

from heptathlon.errors import HeptathlonError, UnknownNameError
from heptathlon.running import runner, runs
from heptathlon.running.journal import Journal
from heptathlon.tasks import catalog
from heptathlon.tasks.derived import include_path
from heptathlon.tasks.players import players_of

TASK = "heptathlon_maze_dfs_smoke"
CHOICES = "heptathlon_maze_next_move_smoke"
WHY = "none are set apart for it"
SHORT = ["--gen_kwargs", "max_gen_toks=4"]


def player_flags(player: str, folder: Path, task: str = TASK) -> list[str]:
    named = ["--model", "heptathlon", "--model_args", f"player={player}"]
    return [*named, "--tasks", task, "--limit", "3", "--output_path", str(folder)]


def test_a_player_runs_and_its_files_are_read_back(tmp_path: Path):
    (written,) = runner.run(player_flags("greedy", tmp_path))
    assert written.parent == tmp_path / "heptathlon__greedy"
    run = runs.read_run(tmp_path)
    assert [s.doc["topology"] for s in run.samples[TASK]] == ["dfs"] * 3
    assert all("ANSWER:" in s.prompt for s in run.samples[TASK])
    assert all(str(s.response).startswith("ANSWER:") for s in run.samples[TASK])
    assert not list((tmp_path / ".journal").glob("*")), "a finished run leaves no journal"


def test_a_language_model_runs_both_kinds_of_task(tiny_model: Path, tmp_path: Path):
    flags = ["--model", "hf", "--model_args", f"pretrained={tiny_model}", "--device", "cpu"]
    flags += ["--batch_size", "3", "--apply_chat_template", "--limit", "3", *SHORT]
    runner.run([*flags, "--tasks", f"{TASK},{CHOICES}", "--output_path", str(tmp_path)])
    run = runs.read_run(tmp_path)
    assert all(isinstance(s.response, str) for s in run.samples[TASK])
    for sample in run.samples[CHOICES]:
        assert isinstance(sample.response, list)
        assert len(sample.response) == len(sample.doc["options"])
        assert all(value < 0 for value, _ in sample.response)


def test_worked_examples_are_shown_where_there_are_any(tmp_path: Path, caplog):
    fixed = "heptathlon_facts_guess_smoke"
    flags = player_flags("oracle", tmp_path, f"{TASK},{fixed}")
    runner.run([*flags, "--num_fewshot", "2"])
    run = runs.read_run(tmp_path)
    assert run.results[0]["n-shot"] == {TASK: 2, fixed: 0}
    # Each of the three questions tells the form, and two are answered.
    assert {s.prompt.count("ANSWER: ") for s in run.samples[TASK]} == {5}
    assert f"--num_fewshot 2: this task takes no worked examples, because {WHY}: {fixed}." in (
        caplog.text
    )


def test_plain_lm_eval_gives_the_same_samples(tiny_model: Path, tmp_path: Path):
    flags = ["--model", "hf", "--model_args", f"pretrained={tiny_model}", "--device", "cpu"]
    flags += ["--limit", "2", "--tasks", TASK, *SHORT]
    command = [sys.executable, "-m", "lm_eval", "run", "--include_path", str(include_path())]
    plain = tmp_path / "plain"
    subprocess.run(
        [*command, *flags, "--log_samples", "--output_path", str(plain)],
        check=True,
        capture_output=True,
    )
    ours = tmp_path / "ours"
    runner.run([*flags, "--output_path", str(ours)])
    a, b = (runs.read_run(folder).samples[TASK] for folder in (plain, ours))
    assert [(s.doc, s.prompt, s.response, s.metrics) for s in a] == [
        (s.doc, s.prompt, s.response, s.metrics) for s in b
    ]


@pytest.mark.parametrize(
    ("flags", "error", "says"),
    [
        (["--tasks", "heptathlon_maze_litte"], UnknownNameError, "heptathlon_maze_lite"),
        (["--tasks", TASK, "--model", "hff"], UnknownNameError, "did you mean 'hf'"),
        (["--tasks", TASK, "--model_args", "player=gredy"], UnknownNameError, "'greedy'"),
        (["--tasks", TASK, "--use_cache", "x"], HeptathlonError, "resumes by itself"),
        ([], HeptathlonError, "no task is named"),
        (["--tasks", TASK, "--limit", "0"], HeptathlonError, "--limit 0 leaves no document"),
    ],
)
def test_what_is_refused(flags, error, says, tmp_path: Path):
    base = ["--model", "heptathlon", "--model_args", "player=greedy"]
    with pytest.raises(error, match=says):
        runner.run([*base, *flags, "--output_path", str(tmp_path)])


def test_a_model_class_that_cannot_encode_text_is_not_made_to_and_tasks_are_indexed_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    """Its tokenizer would be looked for on the Hub, under a name that nobody has."""
    flags = ["--model", "dummy", "--model_args", "pretrained=nobody/none", "--limit", "2"]
    flags += ["--include_path", str(include_path()), "--tasks", TASK]
    flags += ["--output_path", str(tmp_path)]
    (written,) = runner.run(flags)
    assert len(runs.read_run(written.parent).samples[TASK]) == 2
    assert "overrides existing task" not in caplog.text


def test_an_output_folder_that_cannot_be_is_refused_before_the_model(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(HeptathlonError, match="choose another --output_path"):
        runner.run(player_flags("greedy", tmp_path / "file" / "below"))


def test_wrong_flags_are_wrong_usage(tmp_path: Path):
    with pytest.raises(SystemExit) as stop:
        runner.run(["--no_such_flag", "--output_path", str(tmp_path)])
    assert stop.value.code == 2


@pytest.mark.parametrize("task", [CHOICES, "heptathlon_rarb_choose_smoke"])
def test_players_know_the_options_as_the_task_names_them(task: str, tmp_path: Path):
    """Whoever repeats a player asks it without the blank that joins an option to its prompt."""
    family = catalog.task_data(task).family.name
    for name, player in players_of(family).items():
        runner.run(player_flags(name, tmp_path / name, task))
        for sample in runs.read_run(tmp_path / name).samples[task]:
            expected = player.likelihoods(sample.doc, catalog.choices_of(task, sample.doc))
            assert isinstance(sample.response, list)
            logged = [value for value, _ in sample.response]
            assert logged == pytest.approx([value for value, _ in expected]), name


class Counting(LM):
    """A model that counts its requests, and can break after some of them."""

    tokenizer_name = "counting"

    def __init__(self, breaks_after: int = 10**6) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.breaks_after = breaks_after

    def _answer(self, attr: str, request: Any, response: Any) -> Any:
        if len(self.asked) == self.breaks_after:
            raise KeyboardInterrupt
        self.asked.append(request.args[0])
        self.cache_hook.add_partial(attr, request.args, response)
        return response

    def generate_until(self, requests: Sequence[Any], **_: Any) -> list[str]:
        return [self._answer("generate_until", r, r.args[0].upper()) for r in requests]

    def loglikelihood(self, requests: Sequence[Any], **_: Any) -> list[tuple[float, bool]]:
        return [self._answer("loglikelihood", r, (-1.0 * len(r.args[1]), True)) for r in requests]

    def loglikelihood_rolling(self, requests: Sequence[Any]) -> list[float]:
        raise NotImplementedError


def asks(*texts: str, **options: Any) -> list[Instance]:
    return [Instance("generate_until", {}, (text, {"until": [], **options}), 0) for text in texts]


def test_an_interrupted_run_goes_on_where_it_stopped(tmp_path: Path):
    path = tmp_path / "journal.jsonl"
    first = Counting(breaks_after=2)
    Journal(path).attach(first)
    with pytest.raises(KeyboardInterrupt):
        first.generate_until(asks("a", "b", "c", "d"))
    with path.open("a") as file:
        file.write('["cut sh')  # what a crash in the middle of a write leaves
    second = Counting()
    journal = Journal(path)
    assert len(journal) == 2
    journal.attach(second)
    assert second.generate_until(asks("a", "b", "c", "d")) == ["A", "B", "C", "D"]
    assert second.asked == ["c", "d"]
    third = Counting()
    Journal(path).attach(third)
    assert third.generate_until(asks("d", "a")) == ["D", "A"]
    assert third.asked == []


def test_likelihoods_come_back_as_they_went(tmp_path: Path):
    requests = [Instance("loglikelihood", {}, ("x", " yes"), 0)]
    first, second = Counting(), Counting()
    Journal(tmp_path / "j").attach(first)
    expected = first.loglikelihood(requests)
    Journal(tmp_path / "j").attach(second)
    assert second.loglikelihood(requests) == expected == [(-4.0, True)]
    assert second.asked == []


def test_sampled_answers_and_other_settings_are_asked_anew(tmp_path: Path):
    lm = Counting()
    Journal(tmp_path / "j").attach(lm)
    for _ in range(2):
        lm.generate_until(asks("a", do_sample=True))
    lm.generate_until(asks("b"))
    lm.generate_until(asks("b", max_gen_toks=9))
    assert lm.asked == ["a", "a", "b", "b"]
