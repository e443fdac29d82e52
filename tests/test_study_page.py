"""A study's page: words of strangers are text, in the page as in a browser, and axe is content."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from benchmarks import _chromium
from heptathlon import harmless
from heptathlon.pages import base as pages
from heptathlon.pages.studies import continual as study_report
from heptathlon.studies.kinds.continual import ContinualCard, FigureCard, JudgeCard, MetricCard
from tests.browsing import complaints, in_browser, violations, with_axe
from tests.parsed import Page

TASKS = ["heptathlon_mllm_ct_numeric_smoke", "heptathlon_mllm_ct_economics_smoke"]
HOSTILE = (
    "<script>alert(1)</script></style></title></svg><img src=x onerror=alert(2)> "
    '"><svg onload=alert(3)> {{ 7 * 7 }} <!-- \x00\x1b[31m\u202eevil\u2066\u200b \U000e0041'
)


def card(words: str, **changes: Any) -> ContinualCard:
    """Return a scored study that says the words wherever a file or a judge has a say."""
    figure = FigureCard(value=-0.25, low=-0.5, high=0.0)
    missing = FigureCard(value=None, reason=words)
    metrics = {
        name: MetricCard(
            metric=name,
            base=[0.25, None],
            scores=[[0.75, 0.0], [0.5, 1.0]],
            figures=dict.fromkeys(study_report.SHOWN, figure) | {"fwt": missing},
        )
        for name in ("strict", "lenient", "judged")
    }
    fields: dict[str, Any] = {
        "study": words,
        "tasks": TASKS,
        "checkpoints": [words, words, words],
        "documents": dict.fromkeys(TASKS, 48),
        "metrics": metrics,
        "split": {"bwt_strict": figure, "bwt_essential": figure, "bwt_superficial": missing},
        "apart": figure,
        "apart_by": "judged",
        "judge": JudgeCard(
            rubric=words,
            judged_by=words,
            host=words,
            prompt_sha256="0" * 64,
            left_out={TASKS[0]: 2},
        ),
        "says": {"bwt_gem": words},
        "higher_is_better": {"bwt_gem": True, "fwt": True},
    }
    return ContinualCard(**(fields | changes))


PLAIN = Page(study_report.render(card("plain")))


def test_the_policy_allows_the_own_style_and_nothing_else():
    policies = [v for tag, name, v in PLAIN.attributes if (tag, name) == ("meta", "content")]
    (style,) = PLAIN.blocks["style"]
    assert pages.policy(style) in policies
    (policy,) = (v for v in policies if "default-src" in v)
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert PLAIN.blocks["script"] == []
    for tag, name, value in PLAIN.attributes:
        assert tag not in {"img", "iframe", "object", "embed", "base", "link", "form"}
        assert name not in {"style", "src", "href"}
        assert not name.startswith("on")
        assert "://" not in value


def test_hostile_words_are_shown_and_never_act():
    page = Page(study_report.render(card(HOSTILE)))
    assert page.shape() == PLAIN.shape()
    assert page.tags == PLAIN.tags
    assert page.blocks == PLAIN.blocks
    seen = harmless.label(HOSTILE)
    assert seen in page.text, "the title"
    assert f"({seen})" in page.text, "a checkpoint"
    assert f"the opinion of {harmless.visible(HOSTILE)}" in page.text
    assert page.text.count("{{ 7 * 7 }}") >= 10
    shown = page.text + "".join(value for _, _, value in page.attributes)
    assert not {c for c in HOSTILE if harmless.visible(c) != c} & set(shown)


@given(st.text(max_size=60))
def test_any_words_keep_the_page_in_shape(words: str):
    page = Page(study_report.render(card(f"a{words}")))
    assert page.shape() == PLAIN.shape()
    assert page.blocks == PLAIN.blocks


def test_no_word_acts_in_the_terminal(capsys: pytest.CaptureFixture[str]):
    words = "[bold]x[/bold][/] \x1b]0;owned\x07\x1b[31m\u202e"
    Console(width=600).print(study_report.tables(card(words)))
    shown = capsys.readouterr().out
    # Titles are broken to the width of their table.
    found = "".join(shown.split()).count("".join(harmless.visible(words).split()))
    assert found == 5, "title, reason, and the judge's name, host and rubric"
    assert not {"\x1b", "\x07", "\u202e"} & set(shown)


# --- in the browser ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("study") / "study.report.html"
    path.write_text(study_report.render(card(HOSTILE)), encoding="utf-8")
    return path


@in_browser
def test_the_page_is_quiet_in_a_browser(browser: _chromium.Page, file: Path):
    browser.open(file.as_uri())
    assert [r["request"]["url"] for r in browser.seen("Network.requestWillBeSent")] == [
        file.as_uri()
    ]
    assert complaints(browser) == []
    assert browser.run("document.querySelectorAll('img, script').length") == 0
    text = browser.run("document.body.textContent")
    assert "<script>alert(1)</script>" in text
    assert "\u202e" not in text


@in_browser
@with_axe
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: _chromium.Page, file: Path, scheme: str):
    assert violations(browser, file, scheme) == []
