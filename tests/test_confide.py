"""A model asked about its own answers: what is asked, read, kept, and worth."""

import logging
import math
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lm_eval.api.model import LM
from scipy.stats import spearmanr

from heptathlon.errors import HeptathlonError
from heptathlon.models.api import ApiLM
from heptathlon.pages import report
from heptathlon.running import runner, runs
from heptathlon.running.runs import Run
from heptathlon.scorers import confiding as formulas
from heptathlon.scorers.reading import Unread
from heptathlon.scoring import scorecard
from heptathlon.scoring.confide import asking, records, words
from heptathlon.scoring.confidence import right_of
from heptathlon.scoring.samples import score_samples
from tests.misbehaving import Server, chat
from tests.parsed import Page

CHOICE, SAID = "heptathlon_icl_forced_smoke", "heptathlon_icl_forced_say_smoke"
LOGS = st.floats(-50, 0)


# --- the numbers ---------------------------------------------------------------------------------


@given(LOGS, LOGS, st.floats(-9, 9), st.floats(-9, 9))
def test_a_liking_for_a_letter_cancels(yes: float, no: float, a: float, b: float):
    with_liking = formulas.in_both_orders((yes + a, no + b), (no + a, yes + b))
    assert with_liking == pytest.approx(math.exp(yes) / (math.exp(yes) + math.exp(no)), abs=1e-9)


def test_likelihoods_that_are_none():
    assert formulas.in_both_orders((-math.inf, -1.0), (-1.0, -math.inf)) == 0
    assert formulas.in_both_orders((-math.inf, -math.inf), (-1.0, -1.0)) == 0.5
    with pytest.raises(ValueError, match="not a number"):
        formulas.in_both_orders((math.nan, 0), (0, 0))


def test_a_digit_is_the_mean_of_ten():
    even = [-2.0] * 10
    assert formulas.expected_digit(even) == pytest.approx(4.5)
    assert formulas.expected_digit([-math.inf] * 7 + [0.0] + [-math.inf] * 2) == 7
    assert formulas.expected_digit([math.log(0.25)] + [-math.inf] * 8 + [math.log(0.75)]) == (
        pytest.approx(6.75)
    )
    assert formulas.expected_digit([-math.inf] * 10) is None
    with pytest.raises(ValueError, match="ten digits"):
        formulas.expected_digit([0.0] * 9)


@pytest.mark.parametrize(
    ("reply", "percent"),
    [
        ("85%", 85), ("85", 85), ("\n 100 %\nQuestion: next?", 100), ("I am 90% sure", 90),
        ("<think>maybe 5</think>30%", 30), ("0", 0), ("70 percent", 70), ("0.5%", 0.5),
        ("0.9", None), ("80-90", None), ("", None), ("very likely", None), ("110", None),
        ("8/10", None), ("not 90%", None), ("between 20% and 40%", None),
    ],
)  # fmt: skip
def test_a_percentage_is_read_or_null(reply: str, percent: float | None):
    found = formulas.percent_said(reply)
    assert found == percent if percent is not None else isinstance(found, Unread)


@given(st.text(max_size=60))
def test_any_reply_gets_a_reading(reply: str):
    for read, top in ((formulas.percent_said, 100), (formulas.digit_said, 9)):
        found = read(reply)
        assert isinstance(found, Unread) or 0 <= found <= top


def test_rank_correlation_is_scipy_s_and_needs_an_order():
    rng = np.random.default_rng(1)
    digits = rng.random(80)
    scores = (rng.random(80) < digits).astype(float)
    labels = [str(i // 2) for i in range(80)]
    found = formulas.rank_correlation(digits, scores, labels, seed=1)
    assert found.value == pytest.approx(spearmanr(digits, scores).statistic)
    assert found.low < found.value < found.high
    assert found.clusters == 40
    none = formulas.rank_correlation(digits, [1.0] * 80, labels, seed=1)
    assert none.value is None
    assert "same score" in none.reason


def test_equal_predictions_are_withheld_together():
    curve = formulas.kept_scores([3, 3, 1, 2], [1, 0, 0, 1], [1, 0.75, 0.5, 0.25])
    assert curve == [(1, 0.5), (0.75, pytest.approx(2 / 3)), (0.5, 0.5), (0.25, 0.5)]


# --- asking --------------------------------------------------------------------------------------


class Scripted(LM):
    """Says true of right answers, and likes the letter A; fails when told to.

    Attributes:
        right: questions about right answers.
        asked: how many requests came.
    """

    def __init__(self, right: set[str], *, says: str = "75%", fails_after: int = 10**9) -> None:
        super().__init__()
        self.right, self.says, self.fails_after, self.asked = right, says, fails_after, 0

    def loglikelihood(self, requests: Any, disable_tqdm: bool = False) -> list[Any]:
        out = []
        for request in requests:
            text, word = request.args
            assert word.startswith(" ")
            if word.strip().isdigit():
                aim = 8 if any(text.startswith(one) for one in self.right) else 2
                out.append((-abs(int(word) - aim) * 3.0, False))
                continue
            first = "A) True" in text or "A) Yes" in text
            yes = any(text.startswith(one) for one in self.right)
            meant = "A" if first == yes else "B"
            out.append((3.0 * (word == " A") - (word.strip() != meant) - 5, False))
        self._count(len(out))
        return out

    def generate_until(self, requests: Any, disable_tqdm: bool = False) -> list[str]:
        self._count(len(requests))
        out = []
        for i, request in enumerate(requests):
            sampled = request.args[1].get("do_sample")
            out.append(f"ANSWER: {i % 2}" if sampled else self.says)
        return out

    def loglikelihood_rolling(self, requests: Any, disable_tqdm: bool = False) -> list[float]:
        raise NotImplementedError

    def _count(self, number: int) -> None:
        self.asked += number
        if self.asked > self.fails_after:
            raise HeptathlonError("host: went away.")


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return a run of likelihoods and texts that says it is a model's."""
    out = tmp_path_factory.mktemp("confide")
    model = ["--model", "heptathlon", "--model_args", "player=random", "--output_path", str(out)]
    (path,) = runner.run([*model, "--tasks", f"{CHOICE},{SAID}"], brief=True)
    return runs.read_run(path.parent)


@pytest.fixture
def run(answered: Run, tmp_path: Path) -> Run:
    """Return the same in a folder of its own, and a model's."""
    results = answered.results[-1]
    config = results["config"] | {"model": "hf", "model_args": {"pretrained": "org/m"}}
    told = results | {"config": config, "model_source": "hf", "model_name": "org/m"}
    return replace(answered, folder=tmp_path, results=[told])


def knowing(run: Run) -> set[str]:
    """Return how the questions about right answers begin."""
    out = set()
    for one in score_samples(run)[0]:
        if right_of(one) == 1:
            asked = words.question(one.task.task, one.sample.doc)
            said = words.answer(one.sample, one.verdict)
            out |= {words.judged(asked, said).partition("\n\nHow good")[0]}
    return out


def test_who_knows_is_told_from_who_does_not(run: Run, caplog: pytest.LogCaptureFixture):
    lm = Scripted(knowing(run))
    with caplog.at_level(logging.WARNING):
        found = asking.confide(run, asking.Wanted(), lm=lm)
    assert not caplog.records
    assert found.keys() == {CHOICE, SAID}
    one = found[CHOICE][0]
    assert one.scored == [" A", " B"]
    assert one.logs["p_true"][0][0] - one.logs["p_true"][0][1] in (2.0, 4.0)
    assert one.said == 0.75
    assert one.agree is None
    assert one.samples == []
    sampled = found[SAID][0]
    assert len(sampled.samples) == asking.SAMPLES
    assert sampled.p_true_samples is not None
    assert not (run.folder / ".confide").is_dir() or not list((run.folder / ".confide").iterdir())
    card, scored = scorecard.score_run(run, confided=records.read(run))
    family = card.families["icl"]
    cards = {(c.confidence, c.primary): c for c in family.confidence}
    p_true = cards["p_true", True]
    assert p_true.figures["auroc"].value == 1
    assert p_true.figures["selective"].value > p_true.accuracy.value
    flat = cards["said", True]
    assert flat.figures["auroc"].value == 0.5
    assert flat.figures["over"].value == pytest.approx(0.75 - flat.accuracy.value)
    judged = {c.variant: c for c in family.self_judged}["icl_forced"]
    assert judged.spearman.value == pytest.approx(1)
    assert judged.curve[0][1] == pytest.approx(judged.score.value)
    assert judged.curve[-1][1] == 1
    text = Page(report.render_report(card, scored)).text
    assert "What its own judgement is worth" in text
    assert "p_true" in text


def test_who_says_true_of_everything_knows_nothing(run: Run):
    every = {words.question(one.task.task, one.sample.doc) for one in score_samples(run)[0]}
    wanted = asking.Wanted(kinds=("p_true",), tasks=(CHOICE,))
    asking.confide(run, wanted, lm=Scripted(every))
    card, _ = scorecard.score_run(run, confided=records.read(run))
    (one,) = [c for c in card.families["icl"].confidence if c.confidence == "p_true"]
    assert one.figures["auroc"].value == 0.5
    assert one.figures["selective"].value == pytest.approx(one.accuracy.value)


def test_p_ik_against_another_model_s_answers(run: Run):
    wanted = asking.Wanted(kinds=("p_ik",), tasks=(CHOICE,))
    found = asking.confide(run, wanted, other=run, lm=Scripted(set()))
    assert {one.other for one in found[CHOICE]} == {"org/m"}
    assert all(one.other_right == one.right for one in found[CHOICE])
    card, _ = scorecard.score_run(run, confided=records.read(run))
    (one,) = [c for c in card.families["icl"].confidence if c.confidence == "p_ik"]
    assert one.figures["auroc_other"].value == one.figures["auroc"].value
    assert one.other == "org/m"


def test_an_interrupted_call_goes_on(run: Run):
    wanted = asking.Wanted(kinds=("p_true", "said"), tasks=(CHOICE,))
    first = Scripted(set(), fails_after=150)
    with pytest.raises(HeptathlonError, match="144 replies are kept"):
        asking.confide(run, wanted, lm=first)
    assert not records.file_of(run, CHOICE).exists()
    second = Scripted(set())
    found = asking.confide(run, wanted, lm=second)
    assert second.asked == 36
    assert all(one.said == 0.75 for one in found[CHOICE])


def test_replies_that_hold_nothing_are_null_and_counted(run: Run):
    wanted = asking.Wanted(kinds=("said",), tasks=(CHOICE,))
    found = asking.confide(run, wanted, lm=Scripted(set(), says="who knows"))
    assert {(one.said, one.said_reply) for one in found[CHOICE]} == {(None, "who knows")}
    card, _ = scorecard.score_run(run, confided=records.read(run))
    family = card.families["icl"]
    assert "said" not in {one.confidence for one in family.confidence}
    assert "Of 36 replies on the headline to the question said, 36 could not" in (
        family.no_confidence
    )


def test_a_server_without_log_probabilities(run: Run, caplog: pytest.LogCaptureFixture):
    with closing(Server()) as server:
        server.answer = lambda n, body: (200, chat("6"))
        lm = ApiLM(model="m", base_url=server.url)
        with caplog.at_level(logging.WARNING):
            wanted = asking.Wanted(tasks=(CHOICE,), items=30)
            found = asking.confide(run, wanted, lm=lm)
        (line,) = [r.getMessage() for r in caplog.records if "cannot be had" in r.getMessage()]
        assert "p_true, p_ik cannot be had" in line
        assert "one digit in words" in line
        one = found[CHOICE][0]
        assert (one.p_true, one.p_ik, one.logs) == (None, None, {})
        assert (one.said, one.digit, one.digit_reply) == (0.06, 6, "6")
        count = len(server.bodies)
        with pytest.raises(HeptathlonError, match="ask for said or agree"):
            asking.confide(run, replace(wanted, kinds=("p_true", "p_ik")), lm=lm)
        assert len(server.bodies) == count


def test_what_cannot_be_asked_is_refused(run: Run, answered: Run):
    with pytest.raises(HeptathlonError, match="scripted player"):
        asking.confide(answered, asking.Wanted())
    with pytest.raises(HeptathlonError, match="another model than the run's"):
        asking.confide(run, asking.Wanted(model_args="pretrained=org/other"))
    with pytest.raises(HeptathlonError, match="holds no samples of heptathlon_maze"):
        asking.confide(run, asking.Wanted(tasks=("heptathlon_maze",)), lm=Scripted(set()))


def test_damaged_files_are_refused(run: Run):
    wanted = asking.Wanted(kinds=("said",), tasks=(CHOICE,))
    asking.confide(run, wanted, lm=Scripted(set()))
    path = records.file_of(run, CHOICE)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"said":0.75', '"said":1.75', 1), encoding="utf-8")
    with pytest.raises(HeptathlonError, match="line 1: said"):
        records.read(run)
    samples = [replace(one, response=[(0.0, True), (-1.5, False)]) for one in run.samples[CHOICE]]
    path.write_text(text, encoding="utf-8")
    other = replace(run, samples=run.samples | {CHOICE: samples})
    with pytest.raises(HeptathlonError, match="another answer than the run holds now"):
        records.read(other)


def test_agreement_is_with_the_answer_that_was_read(run: Run):
    ones = [one for one in score_samples(run)[0] if one.task.task == SAID]
    one = next(one for one in ones if not one.verdict.invalid)
    same, none = str(one.sample.response), "no idea"
    assert asking.agreement(one, [same, same, none, none]) == 0.5
    unread = replace(one, verdict=replace(one.verdict, invalid=True))
    assert asking.agreement(unread, [same]) is None
