"""The board: ranks and ties worked by hand, pages that hold no surprise, sites built from runs.

Long because one board of known entrants serves all tests.
"""

import base64
import csv
import hashlib
import io
import json
import logging
import re
import threading
import urllib.error
import urllib.request
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from heptathlon.errors import HeptathlonError
from heptathlon.families import FAMILIES
from heptathlon.files import loads_strict
from heptathlon.leaderboard import board, data, page, serve, submit, validate
from heptathlon.leaderboard.division import Division
from heptathlon.leaderboard.rows import rows_of
from heptathlon.leaderboard.standings import (
    Bar,
    Figure,
    Items,
    Row,
    Score,
    numbered,
    tables,
    total_of,
)
from heptathlon.scorers import stats
from heptathlon.scoring.cards import Estimate
from tests import forge

SMOKE = Division("fresh", "smoke", "2026.1")
HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(2)>'


def estimate(value: float | None, low: float | None = None, high: float | None = None) -> Estimate:
    reason = "" if None not in (value, low, high) else "one cluster"
    return Estimate(
        metric="skill",
        value=value,
        low=low,
        high=high,
        n=80,
        clusters=80,
        method="wilson",
        reason=reason,
    )


def score(value: float | None, low: float | None = None, high: float | None = None) -> Score:
    return Score(
        headline=estimate(0.5, 0.4, 0.6),
        skill=estimate(value, low, high),
        invalid_rate=estimate(0.0, 0.0, 0.1),
        bar=Bar(player="roomy", value=0.25),
        digest="0" * 64,
    )


def row(name: str, value: float | None = 0.5, width: float = 0.1, **fields: Any) -> Row:
    ends = (None, None) if value is None else (value - width, value + width)
    known: dict[str, Any] = {
        "slug": f"{re.sub('[^a-z0-9]+', '-', name.lower()).strip('-')}-0123456789",
        "division": SMOKE,
        "name": name,
        "kind": "model",
        "badges": ("well-formed", "re-scored"),
        "date": "2026-11-01",
        "settings": "0-shot, lm-eval 0.4.13",
        "scores": {"maze": score(value, *ends)},
    }
    return Row(**(known | fields))


# --- ranks ---------------------------------------------------------------------------------------


def test_the_mean_points_and_their_interval():
    """(500 + 300) / 2; below, distances 100 and 100; above, 300 and 400: a 3-4-5 triangle."""
    both = row("a/b", scores={"maze": score(0.5, 0.4, 0.8), "sort": score(0.3, 0.2, 0.7)})
    found = total_of(both, ["maze", "sort"])
    assert found.value == pytest.approx(400)
    assert found.low == pytest.approx(400 - 20_000**0.5 / 2)
    assert found.high == pytest.approx(400 + 500 / 2)
    assert total_of(both, ["maze"]) == pytest.approx((500, 400, 800))


def test_no_event_decides_the_total():
    """Far below the bar in one event, a model loses no more than that event."""
    found = total_of(
        row("a/b", scores={"maze": score(0.5, 0.4, 0.6), "sort": score(-4.2, -5, -3.5)}),
        ["maze", "sort"],
    )
    assert found == pytest.approx((250, 200, 300))


def test_a_row_is_counted_by_the_events_that_it_has():
    nothing = Figure(None, None, None)
    assert total_of(row("a/b", 0.5, 0.1), ["maze", "sort"]) == pytest.approx((500, 400, 600))
    assert total_of(row("a/b", None), ["maze"]) == nothing
    half = row("a/b", scores={"maze": score(0.5, 0.4, 0.6), "sort": score(0.3)})
    assert total_of(half, ["maze", "sort"]) == pytest.approx((400, None, None))
    whole = row("c/d", scores={"maze": score(0.5, 0.4, 0.6), "sort": score(0.3, 0.2, 0.4)})
    (table,) = tables([row("a/b"), whole])
    assert {s.row.name: s.events for s in table.standings} == {"a/b": 1, "c/d": 2}
    assert "1 of 2 events" in page.render_page([table])
    assert "2 of 2 events" not in page.render_page([table])


def test_ranks_ties_and_players():
    """Two models overlap at the top, one is surely third; players stand among them unranked."""
    (table,) = tables(
        [
            row("z/third", 0.1, 0.05),
            row("a/first", 0.8, 0.1),
            row("b/second", 0.7, 0.1),
            row("oracle", 1.0, kind="oracle"),
            row("roomy", 0.0, kind="player"),
        ]
    )
    assert [s.row.name for s in table.standings] == [
        "oracle",
        "a/first",
        "b/second",
        "z/third",
        "roomy",
    ]
    assert [str(s.rank) for s in table.standings] == ["None", "1-2", "1-2", "3", "None"]
    assert [s.ties for s in table.standings] == [0, 1, 1, 0, 0]
    assert not table.paired


def test_the_same_items_tell_apart_what_intervals_cannot():
    """Model b is right wherever a is and on 12 items more: intervals overlap, pairs do not."""
    hits = np.zeros((2, 100))
    hits[0, :40], hits[1, :52] = 1, 1
    clusters = np.arange(100).astype(str)
    rows = [row("a/a", 0.40, 0.1), row("b/b", 0.52, 0.1)]
    items = {
        r.slug: Items(found.parts, found.shares, clusters, np.full(100, "maze"))
        for r, values in zip(rows, hits, strict=True)
        if (found := stats.influence(values, clusters))
    }
    (paired,) = tables(rows, items)
    assert paired.paired
    assert [(s.row.name, str(s.rank)) for s in paired.standings] == [("b/b", "1"), ("a/a", "2")]
    (unpaired,) = tables(rows)
    assert [str(s.rank) for s in unpaired.standings] == ["1-2", "1-2"]


def test_a_row_without_figure_stands_last_and_unranked():
    (table,) = tables([row("a/none", None), row("b/low", -0.9)])
    found = [(s.row.name, str(s.rank)) for s in table.standings]
    assert found == [("b/low", "1"), ("a/none", "None")]


def test_a_model_without_interval_may_have_any_rank():
    """Constant answers can score without any spread; the board stands all the same."""
    (table,) = tables([row("a/sure", 0.8), row("b/odd", scores={"maze": score(0.1)})])
    found = [(s.row.name, str(s.rank), s.total.low) for s in table.standings]
    assert found == [("a/sure", "1-2", pytest.approx(700)), ("b/odd", "1-2", None)]


def test_divisions_are_never_mixed_and_come_in_order():
    divisions = [
        Division("paper", "full", "2026.1"),
        SMOKE,
        Division("fresh", "full", "2026.1"),
        Division("fresh", "full", "2026.10"),
        Division("fresh", "full", "2026.2"),
    ]
    made = tables([row("a/b", division=d, slug=f"x-{i:010x}") for i, d in enumerate(divisions)])
    assert [tuple(t.division) for t in made] == [
        ("fresh", "full", "2026.10"),
        ("fresh", "full", "2026.2"),
        ("fresh", "full", "2026.1"),
        ("fresh", "smoke", "2026.1"),
        ("paper", "full", "2026.1"),
    ]


def test_runs_of_the_same_are_counted():
    rows = [
        row("a/b", date="2026-02-01", slug="later-0000000001"),
        row("a/b", date="2026-01-01", slug="first-0000000002"),
        row("a/b", settings="5-shot", slug="other-0000000003"),
    ]
    found = {r.slug[:5]: (r.run, r.runs) for r in numbered(rows)}
    assert found == {"first": (1, 2), "later": (2, 2), "other": (1, 1)}


# --- what is written -----------------------------------------------------------------------------


class Tags(HTMLParser):
    """Every start tag with its attributes, and the text of inline blocks."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.blocks: dict[str, list[str]] = {"style": [], "script": []}
        self._open = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag in self.blocks and dict(attrs).get("type") != "application/json":
            self._open = tag
            self.blocks[tag].append("")

    def handle_endtag(self, tag: str) -> None:
        self._open = ""

    def handle_data(self, data: str) -> None:
        if self._open:
            self.blocks[self._open][-1] += data


def many(count: int) -> list[Row]:
    return [
        row(f"org/m-{i}", i / count, slug=f"m-{i:010x}", url=f"https://example.org/{i}")
        for i in range(count)
    ]


def test_the_first_rows_are_in_the_page():
    text = page.render_page(tables(many(250)))
    assert text.count('href="reports/') == page.PAGE_ROWS
    assert f"The first {page.PAGE_ROWS} of 250 rows" in text
    island = re.search(r'<script type="application/json">(.*?)</script>', text, re.DOTALL)
    assert island
    data = loads_strict(island[1], where="island")
    assert len(data["name"]) == 250
    assert data["name"][0] == "org/m-249"
    assert data["figures"][0][0][0] == 996, "249 / 250 in thousandths"


def test_the_page_asks_for_nothing_and_allows_only_its_own_blocks():
    found = Tags(page.render_page(tables(many(3))))
    policies = [a["content"] for t, a in found.tags if a.get("http-equiv")]
    (policy,) = policies
    allowed = set(re.findall(r"'(sha256-[^']+)'", policy))
    blocks = [*found.blocks["style"], *found.blocks["script"]]
    hashes = {
        f"sha256-{base64.b64encode(hashlib.sha256(b.encode()).digest()).decode()}" for b in blocks
    }
    assert allowed == hashes
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    for tag, attributes in found.tags:
        assert tag not in {"img", "iframe", "object", "embed", "base", "link", "audio", "video"}
        assert not {a for a in attributes if a == "style" or a == "src" or a.startswith("on")}


def test_hostile_words_are_text():
    hostile = row(
        HOSTILE,
        slug="x-0123456789",
        url="javascript:alert(3)",
        submitter="a\u202eb\x00c",
        settings="</script><script>alert(4)</script>",
    )
    text = page.render_page(tables([hostile]))
    found = Tags(text)
    assert sum(tag == "script" for tag, _ in found.tags) == 2, "the island and the page's own"
    assert not [tag for tag, _ in found.tags if tag == "img"]
    assert not [a for _, a in found.tags if "javascript" in str(a.get("href"))]
    assert "&lt;script&gt;alert(1)" in text
    assert "\u202e" not in text
    assert "\x00" not in text


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\t=1", " =1", "\r=1", "\n@x"])
def test_a_spreadsheet_computes_nothing(cell):
    (line,) = csv.DictReader(io.StringIO(data.data_csv(tables([row("a/b", settings=cell)]))))
    assert line["settings"].lstrip()[0] not in "=+-@"
    assert not {"\t", "\r", "\n"} & set(line["settings"])


def test_figures_stay_figures_in_the_csv():
    (line,) = csv.DictReader(io.StringIO(data.data_csv(tables([row("a/b", -0.25)]))))
    assert float(line["skill"]) == -0.25
    assert float(line["value"]) == 0.5
    assert (line["rank_best"], line["bar"]) == ("1", "roomy")
    assert float(line["points"]) == 0


def test_data_json_holds_the_board():
    boards = tables([row("a/b", 0.123456789, command="heptathlon run"), row("p", kind="player")])
    (found,) = loads_strict(data.data_json(boards), where="data.json")["boards"]
    assert (found["edition"], found["tier"], found["season"]) == tuple(SMOKE)
    assert found["families"]["maze"]["bar"] == {"player": "roomy", "value": 0.25}
    by_name = {r["name"]: r for r in found["rows"]}
    assert by_name["a/b"]["rank"] == [1, 1]
    assert by_name["a/b"]["command"] == "heptathlon run"
    assert by_name["a/b"]["scores"]["maze"]["skill"][0] == 0.123457
    assert by_name["a/b"]["points"][0] == 123.456789
    assert by_name["p"]["rank"] is None


def test_several_families_get_a_mean_and_a_group_each(monkeypatch: pytest.MonkeyPatch):
    second = FAMILIES["maze"].model_copy(update={"name": "sort", "title": "Order recall"})
    monkeypatch.setitem(FAMILIES, "sort", second)
    made = tables([row("a/b", scores={"maze": score(0.5, 0.4, 0.6), "sort": score(0.3, 0.2, 0.4)})])
    (table,) = made
    assert [c.key for c in page.columns_of(table)] == [
        "total",
        *("maze.skill", "maze.headline"),
        *("sort.skill", "sort.headline"),
    ]
    text = page.render_page(made)
    assert "Order recall" in text
    assert "points" in text
    assert ">400<" in text


def test_the_same_rows_give_the_same_bytes():
    assert page.site(tables(many(20))) == page.site(tables(reversed(many(20))))


# --- from submissions to a site ------------------------------------------------------------------


@pytest.fixture(scope="module")
def submissions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with two players, two models and a refused submission."""
    work = tmp_path_factory.mktemp("work")
    folder = work / "submissions"
    player = forge.player_run("roomy", work / "roomy")
    submit.prepare(player, folder / "roomy")
    submit.prepare(forge.player_run("oracle", work / "oracle"), folder / "oracle")
    for name, share in (("Lab/strong", 0.9), ("Lab/weak", 0.1)):
        run = forge.model_run(player, work / name, forge.able(share, name))
        submit.prepare(run, folder / name.replace("/", "-").lower(), model_name=name)
    broken = folder / "lab-weak" / "submission.json"
    (folder / "refused").mkdir()
    (folder / "refused" / "submission.json").write_bytes(broken.read_bytes())
    (folder / ".half-made").mkdir()
    (folder / ".half-made" / "submission.json").write_text("{")
    return folder


def test_a_site_from_submissions(submissions: Path, tmp_path: Path, caplog):
    out = tmp_path / "site"
    with caplog.at_level(logging.WARNING, logger="heptathlon"):
        index = board.build([submissions], out)
    assert index == out / "index.html"
    (warning,) = caplog.messages
    assert "refused" in warning
    assert "is listed but missing" in warning
    (found,) = json.loads((out / "data.json").read_text())["boards"]
    assert [(r["name"], r["kind"], r["rank"]) for r in found["rows"]] == [
        ("oracle", "oracle", None),
        ("Lab/strong", "model", [1, 1]),
        ("roomy", "player", None),
        ("Lab/weak", "model", [2, 2]),
    ]
    assert found["ranks"] == "paired"
    assert [r["is_bar"] for r in found["rows"]] == [False, False, True, False]
    bar = found["rows"][2]
    low, high = bar["scores"]["maze"]["skill"][1:]
    assert low < 0 < high, "the bar's own draw is one of many"
    text = index.read_text()
    for entry in found["rows"]:
        assert f'href="reports/{entry["slug"]}.html"' in text
        report = (out / "reports" / f"{entry['slug']}.html").read_text()
        assert f"<h1><bdi>{entry['name']}</bdi>" in report
        assert str(submissions.parent) not in report
        assert board.REPORT_NAME.match(f"{entry['slug']}.html")


def test_a_rows_items_are_its_clusters_parts_in_its_skill(submissions: Path):
    """Every maze is a cluster: the parts' squares are the variance of a mean, over the room."""
    case = validate.examine(submissions / "lab-strong")
    ((found, items),) = rows_of(case)
    assert items is not None
    maze = found.scores["maze"]
    metrics = [one.verdict.metrics for one in case.scored]
    values = np.array([m["optimal"] for m in metrics if "optimal" in m])
    assert maze.headline.n == values.size
    assert len(items.clusters) == maze.headline.clusters <= values.size
    assert maze.bar is not None
    assert maze.ceiling is not None
    room = maze.ceiling - maze.bar.value
    assert (items.parts**2).sum() == pytest.approx(
        values.var(ddof=1) / values.size / room**2, rel=0.05
    ), "two of the small mazes may be one cluster"
    assert items.shares.sum() == pytest.approx(1)


def test_a_second_build_keeps_what_is_not_its_own(submissions: Path, tmp_path: Path, caplog):
    out = tmp_path / "site"
    board.build([submissions], out)
    first = {p.name for p in (out / "reports").iterdir()}
    (out / "reports" / "notes.html").write_text("mine")
    (out / "CNAME").write_text("mine")
    board.build([submissions / "roomy", submissions / "roomy"], out)
    left = {p.name for p in (out / "reports").iterdir()}
    assert left - {"notes.html"} < first
    assert len(left) == 2
    assert (out / "CNAME").read_text() == "mine"


def test_a_copy_of_a_submission_is_one_row(submissions: Path, tmp_path: Path, caplog):
    copy = tmp_path / "copy"
    copy.mkdir()
    for file in (submissions / "roomy").iterdir():
        (copy / file.name).write_bytes(file.read_bytes())
    with caplog.at_level(logging.WARNING, logger="heptathlon"):
        board.build([submissions / "roomy", copy], tmp_path / "site")
    assert f"{copy} is a copy of {submissions / 'roomy'}" in caplog.text
    data = json.loads((tmp_path / "site" / "data.json").read_text())
    assert len(data["boards"][0]["rows"]) == 1


def test_no_submission_no_site(submissions: Path, tmp_path: Path):
    with pytest.raises(HeptathlonError, match="holds no submission; make one with"):
        board.build([tmp_path], tmp_path / "site")
    with pytest.raises(HeptathlonError, match="no submission is accepted; the warnings say why"):
        board.build([submissions / "refused"], tmp_path / "site")
    assert not (tmp_path / "site").exists()


# --- looking at it -------------------------------------------------------------------------------


def test_serving(tmp_path: Path):
    (tmp_path / "index.html").write_text("the board")
    (tmp_path / "reports").mkdir()
    with serve.server(tmp_path, 0) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        address = f"http://127.0.0.1:{running.server_port}"
        with urllib.request.urlopen(f"{address}/") as answer:
            assert answer.read() == b"the board"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
        for path in ("/reports/", "/../../../etc/passwd", "/%2e%2e/etc/passwd"):
            with pytest.raises(urllib.error.HTTPError) as error:
                urllib.request.urlopen(address + path)
            assert error.value.code == 404
        with pytest.raises(
            HeptathlonError, match=r"cannot be listened on .*; choose another --port"
        ):
            serve.server(tmp_path, running.server_port)
        running.shutdown()
        thread.join()


def test_nothing_to_serve(tmp_path: Path):
    with pytest.raises(HeptathlonError, match=r"holds no index\.html; make it with"):
        serve.server(tmp_path, 0)
