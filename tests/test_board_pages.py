"""The board's further pages: seasons and gaps, a page a family, the profile, any two compared.

Long because one site serves all tests.
"""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks import _chromium, site
from heptathlon.families import FAMILIES, Human
from heptathlon.leaderboard import board, compare, page, profile
from heptathlon.leaderboard.division import Division
from heptathlon.leaderboard.standings import Items, Row, Score, human_skill, of_families, tables
from heptathlon.pages.report import write_report
from heptathlon.running import runs
from heptathlon.scorers import stats
from heptathlon.scoring import scorecard
from tests import forge
from tests.browsing import in_browser, violations, with_axe

HOSTILE = '</script><script>alert(1)</script>"><img src=x onerror=alert(2)>=\u202e'


def made(count: int = 6, **changes: Any) -> list[Row]:
    """Return rows of every family of the registry."""
    return [row.model_copy(update=changes) for row in site.rows(count)]


def items_of(rows: list[Row], families: tuple[str, ...], n: int = 40) -> dict[str, Items]:
    """Return random items: n a family, two a cluster."""
    rng = np.random.default_rng(7)
    names = np.repeat(np.array(families), n // 2)
    clusters = np.char.add(np.char.add(names, ":"), np.arange(names.size).astype(str))
    return {
        row.slug: Items(
            np.concatenate(
                [
                    stats.influence(rng.random(n) < 0.2 + 0.1 * i, np.arange(n) // 2).parts
                    for _ in families
                ]
            ),
            np.full(names.size, 2 / n),
            clusters,
            names,
        )
        for i, row in enumerate(rows)
    }


# --- seasons -------------------------------------------------------------------------------------


def seasons() -> list[Row]:
    new = made(4)
    old = [
        r.model_copy(
            update={
                "division": r.division._replace(season="2025.2"),
                "slug": f"{r.slug}-old",
                "scores": {
                    f: s.model_copy(
                        update={
                            "skill": s.skill.model_copy(
                                update={
                                    "value": s.skill.value + 0.2,
                                    "low": s.skill.low + 0.2,
                                    "high": s.skill.high + 0.2,
                                }
                            )
                        }
                    )
                    for f, s in r.scores.items()
                },
            }
        )
        for r in new[:3]
    ]
    return new + old


def test_the_gap_to_the_season_before():
    """Every model was better by 0.2 on the older documents; one was not run on them."""
    newest, older = tables(seasons())
    assert (newest.old, older.old) == (False, True)
    gaps = {s.row.slug: s.gap for s in newest.standings}
    known = [gap for gap in gaps.values() if gap.value is not None]
    assert len(known) == 3
    for slug, gap in gaps.items():
        if gap.value is not None:
            now, then = (
                next(s.total for s in t.standings if s.row.slug.startswith(slug))
                for t in (newest, older)
            )
            width = np.hypot(then.high - then.value, now.value - now.low)
            assert gap.value == pytest.approx(then.value - now.value)
            assert 0 < gap.value < 200.001, "what lies below the bar is held at 0 points"
            assert gap.high - gap.value == pytest.approx(width)
    assert not any(s.gap.value is not None for s in older.standings)


def test_a_gap_is_of_the_same_model_asked_the_same_way():
    rows = seasons()
    changed = [
        r.model_copy(update={"settings": "5-shot"}) if r.division.season == "2025.2" else r
        for r in rows
    ]
    assert not tables(changed)[0].has_gaps
    fewer = [
        r.model_copy(update={"scores": dict(list(r.scores.items())[:1])})
        if r.division.season == "2025.2"
        else r
        for r in rows
    ]
    assert not tables(fewer)[0].has_gaps


def test_older_seasons_are_dimmed_and_stay():
    text = page.render_page(tables(seasons()))
    assert text.count('class="board page old"') == 1
    assert text.index("season 2026.1") < text.index("season 2025.2")
    assert "An older season." in text
    assert "season before" in text


# --- a page a family -----------------------------------------------------------------------------


def test_a_page_for_all_and_one_for_each():
    rows = made()
    families = tuple(rows[0].scores)
    files = board.site_of(rows, items_of(rows, families))
    names = {"index.html", "data.json", "data.csv", "compare.html"}
    assert set(files) == names | {page.page_name(f) for f in families}
    one = files[page.page_name("maze")]
    assert "<h1>Maze navigation</h1>" in one
    assert 'aria-current="page">Maze navigation' in one
    assert 'data-key="total"' not in one
    assert 'data-key="total"' in files["index.html"]
    links = {
        link for text in files.values() for link in re.findall(r'href="([\w.-]+\.html)"', text)
    }
    assert links <= set(files)


def test_the_items_of_one_family_are_its_clusters():
    labels = np.array(["maze"] * 2 + ["sort"] * 4)
    items = Items(np.arange(6.0), np.full(6, 0.5), np.arange(6).astype(str), labels)
    assert items.of_families(["maze"]).parts.tolist() == [0, 1]
    assert items.of_families(["sort"]).clusters.tolist() == ["2", "3", "4", "5"]
    assert items.of_families(["rarb"]).parts.size == 0


# --- the profile ---------------------------------------------------------------------------------


def test_the_profile_has_a_line_a_model_and_a_name_for_each():
    (table,) = tables(made(9))
    found = profile.chart(table)
    assert found is not None
    models = [s.row.name for s in table.standings if s.row.kind == "model"]
    assert [name for _, name in found.legend] == models[: profile.MODELS]
    assert found.svg.count("<polyline") == profile.MODELS
    assert found.svg.count('class="point') == profile.MODELS * len(table.families)
    assert len(set(re.findall(r' d="([^"]+)"', found.svg))) == profile.MODELS
    coordinates = [float(y) for y in re.findall(r'y[12]?="([\d.-]+)"', found.svg)]
    assert min(coordinates) >= 0
    assert max(coordinates) <= profile.HEIGHT


def test_no_profile_of_one_event_or_of_players():
    one = [r.model_copy(update={"scores": {"maze": r.scores["maze"]}}) for r in made()]
    assert profile.chart(tables(one)[0]) is None
    assert profile.chart(tables(made(kind="player"))[0]) is None


# --- people --------------------------------------------------------------------------------------

SOURCE = "invented <b>source</b>, 2020"


def peopled(monkeypatch: pytest.MonkeyPatch, *names: str, source: str = SOURCE) -> None:
    """Give families a human figure, which the registry has none of."""
    for name in names:
        human = Human(value=0.79, source=source)
        monkeypatch.setitem(FAMILIES, name, FAMILIES[name].model_copy(update={"human": human}))


def test_people_s_skill_is_that_of_a_model_with_their_figure(monkeypatch: pytest.MonkeyPatch):
    """The made rows have a bar of 0.3 and a ceiling of 1: 0.79 is 0.49 of 0.7, or 0.7."""
    (table,) = tables(made())
    assert human_skill(table, "maze") is None
    peopled(monkeypatch, "maze")
    assert FAMILIES["maze"].ceiling == 1
    assert human_skill(table, "maze") == pytest.approx(0.7)
    paper = replace(table, division=table.division._replace(edition="paper"))
    other = FAMILIES["maze"].headline.model_copy(update={"metric": "other"})
    changed = FAMILIES["maze"].model_copy(update={"paper_headline": other})
    monkeypatch.setitem(FAMILIES, "maze", changed)
    assert human_skill(paper, "maze") is None, "another metric's figures are not beside it"
    old = [r.model_copy(update={"scores": without_ceiling(r)}) for r in made()]
    assert human_skill(tables(old)[0], "maze") is None


def without_ceiling(row: Row) -> dict[str, Score]:
    return {f: s.model_copy(update={"ceiling": None}) for f, s in row.scores.items()}


def test_people_are_a_dotted_line_with_figure_and_source(monkeypatch: pytest.MonkeyPatch):
    peopled(monkeypatch, "maze")
    rows = made()
    one = tables(of_families(rows, ["maze"]))
    text = page.render_page(one, only=FAMILIES["maze"])
    x = one[0].scale.at(0.7)
    lines = re.findall(r'<line class="reference dotted" x1="([\d.%]+)"', text)
    assert lines == [x] * (len(rows) + 1), "every row's mark, and the template's"
    words = " ".join(text.split())
    assert "People: <b>0.790</b> (invented &lt;b&gt;source&lt;/b&gt;, 2020)" in words
    assert "a skill of 0.700. The dashed line in the table is skill 0" in words
    assert "the dotted one people's skill, 0.700." in words
    several = page.render_page(tables(rows))
    assert '"reference dotted"' not in several, "no mean without every family"
    assert f"{FAMILIES['maze'].title.lower()} <b>0.790</b>" in several


def test_the_mean_of_people_needs_every_family(monkeypatch: pytest.MonkeyPatch):
    peopled(monkeypatch, *FAMILIES)
    (table,) = tables(made())
    held = [min(1, (0.79 - 0.3) / (f.ceiling - 0.3)) for f in FAMILIES.values()]
    mean = sum(held) / len(held)
    assert [r.figure for r in page.references_of(table)] == [0.0, pytest.approx(mean)]
    text = page.render_page([table])
    assert f"the dotted one people's {1000 * mean:.0f} points." in " ".join(text.split())


def test_the_profile_draws_people_in_their_event_and_says_so(monkeypatch: pytest.MonkeyPatch):
    (table,) = tables(made())
    plain = profile.chart(table)
    assert plain
    assert "people" not in plain.svg
    assert plain.people == []
    peopled(monkeypatch, "maze")
    found = profile.chart(table)
    assert found
    (line,) = re.findall(r'<line class="people" x1="([\d.]+)" x2="([\d.]+)"', found.svg)
    event = profile._x(table.families.index("maze"), len(table.families))
    assert sum(map(float, line)) / 2 == pytest.approx(event, abs=0.1)
    assert ", and people</title>" in found.svg
    assert found.people == [f"{FAMILIES['maze'].title.lower()} 0.700 ({SOURCE})"]
    text = page.render_page([table])
    assert "a dotted one people, the top" in text
    assert (
        "people: maze navigation 0.700 (invented &lt;b&gt;" in text or found.people[0][:9] in text
    )


# --- two compared --------------------------------------------------------------------------------


def test_what_is_embedded_is_small_and_of_the_same_items(monkeypatch: pytest.MonkeyPatch):
    rows = made(5)
    items = items_of(rows, ("maze", "sort"))
    last = tables(rows)[0].standings[-1].row.slug
    items[last] = items[last]._replace(clusters=np.roll(items[last].clusters, 1))
    (found,) = compare.pairs(tables(rows), items)
    assert len(found["rows"]) == 4
    assert [event["title"] for event in found["events"]] == [
        "Maze navigation",
        "Sequence order recall",
    ]
    assert all(len(part) == 20 for event in found["events"] for part in event["parts"])
    monkeypatch.setattr(compare, "MAX_FIGURES", 3 * 40)
    (found,) = compare.pairs(tables(rows), items)
    assert len(found["rows"]) == 3
    monkeypatch.setattr(compare, "MAX_FIGURES", 40)
    assert compare.pairs(tables(rows), items) == []


# --- in the browser ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = made()
    rows[2] = rows[2].model_copy(
        update={"name": HOSTILE, "settings": HOSTILE, "submitter": HOSTILE}
    )
    old = [
        r.model_copy(
            update={"division": Division("fresh", "lite", "2025.2"), "slug": f"{r.slug}-old"}
        )
        for r in rows
    ]
    families = tuple(rows[0].scores)
    out = tmp_path_factory.mktemp("site")
    with pytest.MonkeyPatch.context() as patch:
        peopled(patch, "maze", "sort", source=HOSTILE)
        for name, text in board.site_of(rows + old, items_of(rows, families)).items():
            (out / name).write_text(text, encoding="utf-8")
    return out


PAGES = ("index.html", "family-maze.html", "compare.html")


@in_browser
@pytest.mark.parametrize("name", PAGES)
def test_pages_are_quiet_and_show_a_stranger_s_words_as_text(
    browser: _chromium.Page, folder: Path, name: str
):
    browser.resize(1280, 900)
    browser.open((folder / name).as_uri())
    browser.run("document.querySelectorAll('thead button').forEach(b => b.click())")
    requests = [r["request"]["url"] for r in browser.seen("Network.requestWillBeSent")]
    assert requests == [(folder / name).as_uri()]
    for kind in ("Log.entryAdded", "Runtime.exceptionThrown", "Page.javascriptDialogOpening"):
        assert not browser.seen(kind)
    assert not browser.run("document.querySelectorAll('img, tbody script, option script').length")
    assert "onerror=alert(2)" in browser.run("document.body.innerText + document.body.textContent")
    assert "\u202e" not in browser.run("document.documentElement.textContent")


@in_browser
@pytest.mark.parametrize("width", [360, 800])
@pytest.mark.parametrize("name", PAGES)
def test_pages_fit_a_narrow_window(browser: _chromium.Page, folder: Path, name: str, width: int):
    browser.open((folder / name).as_uri())
    browser.resize(width, 900)
    assert browser.run("document.documentElement.scrollWidth") <= width


@in_browser
def test_the_browser_s_differences_are_the_board_s(browser: _chromium.Page, folder: Path):
    """Against the statistics by which the board ranks."""
    browser.open((folder / "compare.html").as_uri())
    browser.run(
        "(() => { const [a, b] = document.querySelectorAll('#pair-0 select'); a.value = '3';"
        " b.value = '0'; a.dispatchEvent(new Event('change')); })()"
    )
    shown = browser.run(
        "[...document.querySelectorAll('#pair-0 tbody tr')].map(r => [...r.children]"
        ".map(c => c.textContent))"
    )
    data = browser.run("JSON.parse(document.querySelector('#pair-0 script').textContent)")
    events = [
        stats.Event(
            np.array(event["skills"]),
            np.array(event["parts"]) / data["unit"],
            np.full(len(event["parts"][0]), 1 / len(event["parts"][0])),
            len(event["parts"][0]) - 1,
        )
        for event in data["events"]
    ]

    def figures(row: list[str]) -> list[float]:
        return [float(x) for cell in row[1:] for x in cell.replace("\u2212", "-").split(" to ")]

    three, none = np.array([3]), np.array([0])
    for row, event in zip(shown[1:], events, strict=True):
        found = stats.point_differences([event], three, none)
        a, b = (stats.held(event.skills[i]) for i in (3, 0))
        assert figures(row)[:3] == pytest.approx([a, b, found.value[0]], abs=0.51)
        if found.p_value[0] < 0.05:
            assert figures(row)[3:] == pytest.approx([found.low[0], found.high[0]], abs=1.5)
    total = stats.point_differences(events, three, none)
    assert figures(shown[0])[2] == pytest.approx(total.value[0], abs=0.51)
    # The page looks at fewer quantiles on the way than the board.
    width = total.high[0] - total.low[0]
    assert 0.99 * width - 1 <= figures(shown[0])[4] - figures(shown[0])[3] <= 1.05 * width + 1
    said = browser.run("document.querySelector('#pair-0 .verdict').textContent")
    assert ("is better" in said) == (figures(shown[0])[3] > 0 or figures(shown[0])[4] < 0)


@in_browser
@with_axe
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_against_wcag_22_aa(
    browser: _chromium.Page, folder: Path, name: str, scheme: str
):
    assert violations(browser, folder / name, scheme) == []


@in_browser
@with_axe
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("family", ["maze", "students"])
def test_axe_finds_nothing_on_a_model_s_page(
    browser: _chromium.Page,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    family: str,
    scheme: str,
):
    peopled(monkeypatch, family)
    run = forge.player_run("oracle", tmp_path / "run", f"heptathlon_{family}_smoke")
    card, scored = scorecard.score_run(runs.read_run(run))
    write_report(card, scored, tmp_path / "report.html")
    assert violations(browser, tmp_path / "report.html", scheme) == []


@in_browser
def test_a_stranger_s_words_do_nothing_on_a_model_s_page(browser: _chromium.Page, tmp_path: Path):
    player = forge.player_run("greedy", tmp_path / "player")
    run = forge.model_run(player, tmp_path / "run", lambda _: HOSTILE)
    card, scored = scorecard.score_run(runs.read_run(run))
    named = card.model.model_copy(update={"name": HOSTILE})
    write_report(card.model_copy(update={"model": named}), scored, tmp_path / "report.html")
    browser.open((tmp_path / "report.html").as_uri())
    assert browser.run("document.querySelectorAll('img').length") == 0
    text = browser.run("document.body.textContent")
    assert "<script>alert(1)</script>" in text
    assert "\u202e" not in text
    kinds = ("Runtime.exceptionThrown", "Page.javascriptDialogOpening")
    assert [e for kind in kinds for e in browser.seen(kind)] == []
    assert len(browser.seen("Network.requestWillBeSent")) == 1


@in_browser
def test_a_stranger_s_name_does_nothing_on_any_page_of_the_board(
    browser: _chromium.Page, tmp_path: Path
):
    rows = made(6, name=HOSTILE, submitter=HOSTILE, settings=HOSTILE, command=HOSTILE)
    for name, text in board.site_of(rows, items_of(rows, tuple(rows[0].scores))).items():
        if not name.endswith(".html"):
            continue
        (tmp_path / name).write_text(text, encoding="utf-8")
        browser.open((tmp_path / name).as_uri())
        assert browser.run("document.querySelectorAll('img').length") == 0, name
        shown = browser.run("document.body.textContent")
        assert "<script>alert(1)</script>" in shown
        assert "\u202e" not in shown
        assert browser.seen("Page.javascriptDialogOpening") == []
        assert len(browser.seen("Network.requestWillBeSent")) == 1
