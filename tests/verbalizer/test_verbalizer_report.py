"""What a reader gets from verbalizer runs: panels of one and several models, token warnings."""

import logging
import re
from typing import Any

import pytest
from lm_eval.tasks import TaskManager

from heptathlon import families
from heptathlon.builders import store
from heptathlon.errors import HeptathlonError
from heptathlon.pages import profile, report
from heptathlon.pages.drawings import Panel, drawings_of
from heptathlon.pages.families.verbalizer import UNNATURALNESS
from heptathlon.running import preflight, runner
from heptathlon.running.runs import Run, Sample, read_run
from heptathlon.scorers import verbalizer as scorer
from heptathlon.scoring import scorecard
from heptathlon.scoring.scorecard import ScoredSample
from heptathlon.tasks import catalog, derived
from heptathlon.tasks.verbalizer import tokens

FAMILY = families.family("verbalizer")
GROUP = "heptathlon_verbalizer_smoke"
CHOICE = "heptathlon_verbalizer_choice_smoke"


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    """Runs of three players through lm-eval, one of them also by likelihood."""
    out = {}
    for player in ("prior_only", "first_word", "oracle"):
        folder = tmp_path_factory.mktemp("runs") / player
        tasks = f"{GROUP},{CHOICE}" if player == "prior_only" else GROUP
        runner.run(["--model", "heptathlon", "--model_args", f"player={player}",
                    "--tasks", tasks, "--output_path", str(folder)])  # fmt: skip
        out[player] = read_run(folder)
    return out


@pytest.fixture(scope="module")
def scored(played: dict[str, Run]) -> dict[str, Any]:
    with pytest.MonkeyPatch.context() as patch:
        # The figures are exact; their intervals need not be here.
        patch.setattr(scorecard, "STATISTIC_RESAMPLES", 200)
        return {player: scorecard.score_run(run) for player, run in played.items()}


def test_headlines_of_the_players(scored: dict[str, Any]):
    cards = {player: card.families["verbalizer"] for player, (card, _) in scored.items()}
    assert cards["oracle"].headline.value == FAMILY.ceiling
    assert cards["first_word"].headline.value < FAMILY.chance
    assert cards["prior_only"].headline.value < -0.5
    assert all(card.complete for card in cards.values())
    trivial = {p.player: p.value for p in cards["oracle"].players if not p.oracle}
    assert max(trivial.values()) < 0.3
    forms = {f.form: f for f in cards["prior_only"].forms if f.variant != "verbalizer_choice"}
    assert forms["unnatural"].metrics["prior_capture"].value == 1.0
    assert forms["unnatural"].metrics["acc"].value == 0.0
    assert forms["natural"].metrics["acc"].value == 1.0
    assert forms["neutral"].invalid_rate.value == 1.0


def test_intervals_rest_on_items(scored: dict[str, Any]):
    card, samples = scored["prior_only"]
    main = [s for s in samples if s.variant in FAMILY.headline.variants]
    assert card.families["verbalizer"].headline.clusters == len(
        {s.sample.doc["cluster_id"] for s in main}
    )


def by_title(panels: list[Panel]) -> dict[str, Panel]:
    return {panel.title: panel for panel in panels}


def test_panels_of_one_model(scored: dict[str, Any]):
    panels = by_title(drawings_of("verbalizer").compared({"m": scored["prior_only"][1]}))
    along = panels["Accuracy against unnaturalness"]
    levels = list(along.groups)
    assert levels == [w for w in UNNATURALNESS.values() if w in levels], "in order of pull"
    figures = {(g, line.name): line.figure.value for g, ls in along.groups.items() for line in ls}
    assert figures["natural words", "m, generated"] == 1.0
    assert figures["names exchanged", "m, generated"] == -1.0
    assert figures["names exchanged", "m, by likelihood"] == -1.0
    capture = panels["Prior capture against error"]
    for lines in capture.groups.values():
        error, captured = lines[0].figure, lines[1].figure
        assert error.value == captured.value == 1.0
    datasets = {s.sample.doc["dataset"] for s in scored["prior_only"][1]}
    assert set(panels["By dataset"].groups) == datasets == set(capture.groups)


def test_several_models_stand_beside_each_other(scored: dict[str, Any]):
    runs = {player: samples for player, (_, samples) in scored.items()}
    along = by_title(drawings_of("verbalizer").compared(runs))["Accuracy against unnaturalness"]
    for lines in along.groups.values():
        assert {line.name.split(",")[0] for line in lines} == set(runs)


def test_error_beyond_capture_is_confusion(scored: dict[str, Any]):
    """First word on derangements: some answers are another class's word that is not the gold's."""
    samples = [s for s in scored["first_word"][1] if s.form == "derangement"]
    assert {s.verdict.outcome for s in samples} >= {"prior", "other"}
    panels = by_title(drawings_of("verbalizer").compared({"m": samples}))
    lines = panels["Prior capture against error"].lines
    assert any(
        e.figure.value > c.figure.value for e, c in zip(lines[::2], lines[1::2], strict=True)
    )


def test_pages(scored: dict[str, Any]):
    card, samples = scored["oracle"]
    page = report.render_report(card, samples)
    several = profile.render([scored["oracle"], scored["prior_only"], scored["oracle"]])
    for html in (page, several):
        for title in ("Accuracy against unnaturalness", "Prior capture against error"):
            assert title in html
        assert not re.search(r'(?:src|href)="(?!#)', html), "it asks nothing of a network"
    assert "oracle (1)" in several
    assert "oracle (3)" in several


def test_hostile_model_names_stay_text(scored: dict[str, Any]):
    card, samples = scored["oracle"]
    hostile = "<script>alert(1)</script>"
    named = card.model_copy(update={"model": card.model.model_copy(update={"name": hostile})})
    assert hostile not in profile.render([(named, samples)])


def test_runs_without_panels_are_refused(scored: dict[str, Any]):
    card, _ = scored["oracle"]
    with pytest.raises(HeptathlonError, match="none of the runs has a family"):
        profile.render([(card.model_copy(update={"families": {}}), [])])
    assert drawings_of("maze").compared({"m": []}) == []


def test_natural_words_must_have_been_asked():
    """Where only one side of each pair was answered there is no headline, with a reason."""
    docs = store.read_docs(store.ensure(store.SetName("verbalizer", tier="smoke")), "items")
    data = catalog.task_data("heptathlon_verbalizer_pairs_smoke")
    lonely = []
    for i, doc in enumerate(d for d in docs if d["form"] in scorer.AGAINST):
        sample = Sample(data.task, i, doc, "", doc["words"][doc["gold"]], {})
        lonely.append(ScoredSample(sample, data, scorer.verdict(doc, sample.results)))
    for name in ("joint", "obedience"):
        figure = scorecard.estimate(name, lonely)
        assert figure.value is None
        assert figure.reason


# --- tokens --------------------------------------------------------------------------------------


def by_letters(text: str) -> list[int]:
    """A tokenizer of two letters a token: " sfo" and " sun" begin alike."""
    return [hash(text[i : i + 2]) for i in range(0, len(text), 2)]


def test_words_with_one_first_token_are_found():
    assert tokens.shared_first_tokens(("sfo", "sun", "lax"), by_letters) == [("sfo", "sun")]
    assert tokens.shared_first_tokens(("foo", "bar"), by_letters) == []
    assert tokens.shared_first_tokens(("1", "0"), lambda text: [0, ord(text[-1])]) == [("1", "0")]


class FakeLM:
    tokenizer = object()

    def tok_encode(self, string: str, *, add_special_tokens: bool) -> list[int]:
        assert not add_special_tokens
        return by_letters(string)


def test_a_run_warns_once_of_each_pair(caplog: pytest.LogCaptureFixture):
    manager = TaskManager(include_path=str(derived.include_path()), include_defaults=False)
    tasks = manager.load([GROUP])["tasks"].values()
    with caplog.at_level(logging.WARNING, logger="heptathlon"):
        preflight.warn_of_tokens(FakeLM(), tasks)
    said = [r.message for r in caplog.records if "begin with the same token" in r.message]
    assert any(
        "'equivalent'" not in s and "'contradiction' and 'entailment'" not in s for s in said
    )
    assert len(said) == len({s.split(": ", 1)[1] for s in said})
    assert any("'chemistry' and 'chess'" in s for s in said), "both begin with ' c'"
    caplog.clear()
    preflight.warn_of_tokens(object(), tasks)
    assert not caplog.records
