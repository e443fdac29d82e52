"""The board of tuned sequences: grouped by what was asked, averaged over orders, words as text."""

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from heptathlon.cli import app
from heptathlon.errors import HeptathlonError
from heptathlon.files import dump_json
from heptathlon.pages import study_board
from heptathlon.studies.files import Card
from heptathlon.studies.kinds.continual import ContinualCard, FigureCard, MetricCard
from tests.parsed import Page
from tests.test_study_page import HOSTILE

TASKS = ("heptathlon_mllm_ct_numeric_smoke", "heptathlon_mllm_ct_economics_smoke")


def card(value: float = 0.5, tasks: tuple[str, ...] = TASKS, **changes: Any) -> ContinualCard:
    """Return a scored study all of whose figures are one value."""
    figure = FigureCard(value=value, low=value - 0.1, high=value + 0.1)
    metric = MetricCard(metric="strict", base=[0.0, 0.0], scores=[[value, 0.0], [value, value]],
                        figures=dict.fromkeys(study_board.COLUMNS, figure)
                        | {"fwt": FigureCard(value=None, reason="missing: a base")})  # fmt: skip
    fields: dict[str, Any] = {
        "study": "one", "tasks": list(tasks), "checkpoints": ["base", "a", "b"],
        "documents": dict.fromkeys(tasks, 48), "metrics": {"strict": metric},
        "split": dict.fromkeys(study_board.SPLIT, figure), "apart": figure, "says": {},
        "higher_is_better": {}, "method": "sft", "base": "tiny", "order": "forward",
    }  # fmt: skip
    return ContinualCard(**(fields | changes))


def test_studies_of_the_same_tasks_stand_together_whatever_their_order():
    other = card(documents=dict.fromkeys(TASKS, 96))
    turned = card(0.3, TASKS[::-1], order="reverse")
    found = study_board.streams([(other, ""), (card(), ""), (turned, "")])
    assert [len(stream.lines) for stream in found] == [2, 1]
    assert [line.card.order for line in found[0].lines] == ["forward", "reverse"]
    (both,) = found[0].orders
    spread = both.figures[0]
    assert (spread.mean, spread.least, spread.most) == (pytest.approx(0.4), 0.3, 0.5)
    missing = both.figures[study_board.COLUMNS.index("fwt")]
    assert (missing.mean, missing.reason) == (None, "order 1: missing: a base")
    assert found[1].orders == [], "one order has no spread"


def test_a_second_run_of_one_order_is_no_second_order():
    (found,) = study_board.streams([(card(), ""), (card(0.1), "")])
    assert len(found.lines) == 2
    assert found.orders == []
    (found,) = study_board.streams([(card(method=""), ""), (card(0.3, TASKS[::-1], method=""), "")])
    assert found.orders == [], "studies without a method are not taken for one"


def test_other_kinds_are_refused():
    class Other(Card):
        kind: str = "other"

    with pytest.raises(HeptathlonError, match="'other' has no place on a board"):
        study_board.streams([(Other(study="x"), "")])


def test_the_page_holds_words_of_strangers_as_text():
    hostile = card(study=HOSTILE, method=HOSTILE[:70], base=HOSTILE[:100], order=HOSTILE[:70])
    page = Page(study_board.render([(hostile, "a%20b.report.html"), (card(), "")]))
    plain = Page(study_board.render([(card(), "a%20b.report.html"), (card(), "")]))
    assert [t for t, *_ in page.attributes] == [t for t, *_ in plain.attributes]
    assert ("a", "href", "a%20b.report.html") in page.attributes
    assert not page.blocks.get("script")
    assert "No study was named." in study_board.render([])


def test_the_command_links_the_pages_that_are_there(tmp_path: Path):
    folder = tmp_path / "forward runs"
    folder.mkdir()
    for name in ("a", "b"):
        (folder / f"{name}.card.json").write_text(dump_json(card(study=name).model_dump()))
    (folder / "a.report.html").write_text("")
    board = tmp_path / "board.html"
    cards = [str(folder / f"{name}.card.json") for name in ("a", "b")]
    done = CliRunner().invoke(app, ["study", "board", *cards, "--out", str(board)])
    assert done.exit_code == 0, done.output
    assert [v for _, n, v in Page(board.read_text()).attributes if n == "href"] == [
        "forward%20runs/a.report.html"
    ]
