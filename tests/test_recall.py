"""Forecast or memory: series, arms, the index, forecasters without memory, a user's own series."""

import importlib.util
import math
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heptathlon.builders import store
from heptathlon.builders.recall import build, fresh, real
from heptathlon.builders.recall.asking import Series, written
from heptathlon.builders.recall.records import ARMS, HISTORY
from heptathlon.errors import HeptathlonError, UnknownNameError
from heptathlon.scorers import recall as scorer
from heptathlon.scorers.verdict import Row
from heptathlon.seeding import Stream
from heptathlon.tasks.recall import prompts
from heptathlon.tasks.recall.baselines import PLAYERS

SEASON = "2026.1"
HAS_STATSMODELS = importlib.util.find_spec("statsmodels") is not None


@pytest.fixture(scope="module")
def lite() -> list[dict]:
    made = build.generate("fresh", "lite", "yearbooks", SEASON, "")
    return [r.model_dump(mode="json") for rows in made.values() for r in rows]


def figures(docs: list[dict], player: str) -> dict[str, float]:
    """Return a player's statistics over the arm of the headline."""
    answer = PLAYERS[player].answer
    rows = [Row(f"recall_{d['form']}", d, scorer.verdict(d, [answer(d)])) for d in docs]
    seen = [v.metrics for v, r in zip(scorer.across(rows), rows, strict=True)
            if r.doc["form"] == "named_history"]  # fmt: skip
    return {
        name: one.compute(np.array([[m[c] for c in one.columns] for m in seen]), np.ones(len(seen)))
        for name, one in scorer.STATISTICS.items()
    }


# --- data ----------------------------------------------------------------------------------------


def test_arms_ask_one_value_and_differ_as_they_say(lite):
    asked = defaultdict(dict)
    for doc in lite:
        asked[doc["asked_id"]][doc["form"]] = doc
    assert all(set(arms) == set(ARMS) for arms in asked.values())
    for arms in asked.values():
        plain, masked = arms["named_history"], arms["masked"]
        assert plain["answer"] == arms["named"]["answer"] == arms["told"]["answer"]
        assert len(plain["history"]) == HISTORY
        assert plain["notes"] == masked["notes"]
        assert any(f"{plain['date']}: {plain['answer']}" in note for note in plain["notes"])
        assert (masked["country"], masked["series"], masked["dates"]) == ("", "", [])
        # The masked values are the plain ones on another scale, to the last digit.
        values = np.array(
            [[float(v) for v in (*d["history"], d["answer"])] for d in (plain, masked)]
        )
        assert np.allclose(np.diff(values[1]), masked["multiple"] * np.diff(values[0]))
        assert not set(arms["wrong_date"]["dates"]) & set(plain["dates"])
        assert arms["wrong_date"]["answer"] == plain["answer"]
        assert arms["placebo"]["country"] not in " ".join(plain["notes"])
        for arm in arms.values():
            text = prompts.prompt(arm)
            assert (plain["country"] in text.rpartition("\n\n")[0].split("yearbook:")[-1]
                    .split("\n\n")[1]) == (arm["form"] not in {"masked", "placebo"})  # fmt: skip


def test_the_best_forecast_beats_everybody_who_does_not_remember(lite):
    best = figures(lite, "forecaster")["skill"]
    assert best > 0.25
    for name in ("last_value", "drift", "majority_direction", "mean", "random", "refuser"):
        assert figures(lite, name)["skill"] < best


def test_shocks_are_symmetric_so_the_best_forecast_has_none():
    assert sorted(-s for s in fresh.SHOCKS) == list(fresh.SHOCKS)
    assert fresh.best((100, 108), 3) == 114
    assert fresh.best((108, 100), 3) == 94
    assert fresh.best((100, 108), 4) == 116


# --- scores --------------------------------------------------------------------------------------


def test_who_answers_alike_everywhere_remembers_nothing(lite):
    for name in ("last_value", "drift", "majority_direction", "mean", "forecaster"):
        # Rounding to the shown digits differs between the scales, and nothing else does.
        assert abs(figures(lite, name)["recall"]) < 0.02 or figures(lite, name)["skill"] < 0
        assert figures(lite, name)["recall"] < 0.02
        assert figures(lite, name)["obedience"] == 0
    assert figures(lite, "refuser")["recall"] < 0
    assert figures(lite, "yearbook")["recall"] == 1
    assert figures(lite, "oracle")["recall"] == 1
    assert figures(lite, "yearbook")["obedience"] == 0, "it looks up whatever it is told"


def test_answering_masked_questions_badly_is_no_memory(lite):
    answer = PLAYERS["last_value"].answer
    rows = [Row("recall_x", d, scorer.verdict(d, ["ANSWER: 9999" if d["form"] == "masked"
                                                  else answer(d)])) for d in lite]  # fmt: skip
    seen = [v.metrics for v, r in zip(scorer.across(rows), rows, strict=True)
            if r.doc["form"] == "named_history"]  # fmt: skip
    columns = np.array([[m[c] for c in scorer.STATISTICS["recall"].columns] for m in seen])
    assert scorer.STATISTICS["recall"].compute(columns, np.ones(len(seen))) == 0


def test_forecast_vector():
    # gold [5.0, 5.1, 5.1], last [5.0, 5.0, 5.1], model [5.0, 5.2, 5.1]: MAE .033 both, skill 0.
    metrics = []
    for gold, last, said in ((5.0, 5.0, 5.0), (5.1, 5.0, 5.2), (5.1, 5.1, 5.1)):
        doc = {"form": "named_history", "answer": str(gold), "last": str(last), "digits": 1,
               "multiple": 1.0, "step": 1.0, "rival": ""}  # fmt: skip
        metrics.append(scorer.verdict(doc, [f"ANSWER: {said}"]).metrics)
    assert sum(m["error"] for m in metrics) / 3 == pytest.approx(0.1 / 3)
    columns = np.array([[m["error"], m["walk"]] for m in metrics])
    assert scorer._skill(columns, np.ones(3)) == pytest.approx(0)
    assert sum(m["moved"] for m in metrics) == sum(m["direction"] for m in metrics) == 1
    assert [m["exact"] for m in metrics] == [1, 0, 1]
    assert all(m["within"] for m in metrics)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5.2", 5.2), ("about 1,234.5 percent", 1234.5), ("-0.3%", -0.3), ("\N{MINUS SIGN}7", -7),
        ("5.2 or 5.3", None), ("1,5", None), ("", None), ("in 2009 it was 5.2", None),
        ("1.2.3", None), ("12,34", None), ("5.2 (5.2)", 5.2), ("x5", None),
    ],
)  # fmt: skip
def test_one_number_is_read_and_a_doubtful_one_is_not(text, value):
    assert scorer.number(text) == value


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_any_text_gets_a_verdict(text):
    doc = {"form": "masked", "answer": "5.1", "last": "5.0", "digits": 1, "multiple": 3.0,
           "step": 0.2, "rival": ""}  # fmt: skip
    found = scorer.verdict(doc, [text])
    assert tuple(found.metrics) == scorer.BASIC
    assert all(math.isfinite(v) and 0 <= v <= scorer.CAP for v in found.metrics.values())
    with pytest.raises(ValueError, match="one text"):
        scorer.verdict(doc, [(0.0, True)])


# --- real series and own ones --------------------------------------------------------------------


@pytest.mark.skipif(not HAS_STATSMODELS, reason="statsmodels is not installed")
def test_packaged_series_are_asked_and_have_placebos():
    series = real.load(real.SERIES[0])
    assert len(series.values) == 203
    assert (series.dates[0], series.shown(0)) == ("the first quarter of 1959", "5.8")
    ties = sum(a == b for a, b in zip(series.values, series.values[1:], strict=False))
    assert ties == 34
    made = real.questions(series, 12, SEASON, Stream("t"))
    assert len(made) == 12 * len(ARMS)
    placebo = [r for r in made if r.form == "placebo"]
    assert all(r.optimal and r.source == "invented" and not r.notes for r in placebo)
    assert len({r.country for r in placebo}) > 5


def test_a_package_that_is_missing_is_named(monkeypatch):
    monkeypatch.setattr(real.importlib, "import_module", raising)
    with pytest.raises(
        HeptathlonError, match=r"statsmodels is not installed.*heptathlon\[recall\]"
    ):
        real.load(real.SERIES[0])


def raising(name):
    raise ImportError(name)


def series_csv(count: int = 24) -> str:
    lines = [f"{2000 + i // 12}-{i % 12 + 1:02d},{5 + math.sin(i) / 2:.2f}" for i in range(count)]
    return "\n".join(["date,unemployment rate", *lines]) + "\n"


def test_a_users_series_makes_a_set(tmp_path: Path):
    file = tmp_path / "Far-Land.csv"
    file.write_text(series_csv())
    folder = build.build([file], excerpts=5, out=tmp_path / "out")
    docs = store.read_docs(folder, "own_named_history")
    assert len(docs) == 5
    assert (docs[0]["country"], docs[0]["series"]) == ("Far Land", "unemployment rate")
    assert "January 2000" in " ".join(d for doc in docs for d in (*doc["dates"], "January 2000"))
    with pytest.raises(HeptathlonError, match="--length goes with texts"):
        build.build([file], lengths=[3])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t.replace("2000-05", "2000-06", 1), "stands twice|gap"),
        (lambda t: t.replace(t.split("\n")[7] + "\n", ""), "line 8: there is a gap"),
        (lambda t: t.replace("2000-03,", "2000-01,"), "is earlier than the one before"),
        (lambda t: t.replace("5.00", '"5,00"'), "is no number"),
        (lambda t: t.replace("5.00", "5,00"), "line 2 is not a date and a value"),
        (lambda t: t.replace("5.00", "1 000"), "is no number"),
        (lambda t: t.replace("5.00", "nan"), "is no number"),
        (lambda t: t.replace("2000-04", "April"), "'April' is no date"),
        (lambda t: t.replace("2000-04", "2000-13"), "is no date"),
        (lambda t: t.replace("2000-04", "2000-04-01"), "some dates have a month or day"),
        (lambda t: "date,x\n", "line 1 is not a date"),
        (lambda t: "\n".join(t.split("\n")[:12]) + "\n", "has 11 values; 20 are needed"),
    ],
)
def test_a_series_with_a_fault_is_refused_in_a_sentence(tmp_path: Path, change, said):
    file = tmp_path / "x.csv"
    file.write_text(change(series_csv()))
    with pytest.raises(HeptathlonError, match=said) as error:
        build.build([file], out=tmp_path / "out")
    assert str(error.value).startswith(("x.csv", str(file)))
    assert not list((tmp_path / "out").glob("*"))


def test_numbers_are_written_as_they_are_published():
    assert [written(v, 1) for v in (-53, 7, 0, 120)] == ["-5.3", "0.7", "0.0", "12.0"]
    flat = Series("X", "y", "", "s", 1, tuple("abc"), (1, 1, 1))
    assert flat.step > 0
    with pytest.raises(UnknownNameError):
        build.shards("fresh", "huge")
    with pytest.raises(UnknownNameError):
        build.generate("fresh", "smoke", "other", SEASON, "")
