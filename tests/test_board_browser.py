"""The board in a real browser: quiet, sorted by keyboard, the same rows from server and script."""

import re
from pathlib import Path

import pytest

from benchmarks import _chromium
from benchmarks.site import rows
from heptathlon.leaderboard import page as pages
from heptathlon.leaderboard.standings import Row, Table, tables
from tests.browsing import complaints, in_browser

pytestmark = in_browser
COUNT = 250
HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(2)>'
NAMES = "[...document.querySelectorAll('tbody .name')].map(a => a.textContent)"
LAST = "for (let i = 0; i < 9; i++) document.querySelector('.next').click(); 0"
STATUS = "document.querySelector('.board .status').textContent"


@pytest.fixture(scope="module")
def boards() -> list[Table]:
    made = rows(COUNT)
    changed: dict[int, dict[str, object]] = {
        7: {"url": "", "runs": 2, "run": 2},
        8: {"kind": "oracle", "is_bar": False, "settings": ""},
        9: {"name": HOSTILE, "submitter": HOSTILE, "settings": HOSTILE},
        10: {"badges": (), "date": "", "parameters": None},
        11: {"url": "javascript:alert(3)"},
        12: {"submitter": "a\u202eb"},
    }
    return tables([_with(row, changed.get(i, {})) for i, row in enumerate(made)])


def _with(row: Row, changes: dict[str, object]) -> Row:
    return row.model_copy(update=changes)


@pytest.fixture(scope="module")
def file(boards: list[Table], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("site") / "index.html"
    path.write_text(pages.render_page(boards), encoding="utf-8")
    return path


@pytest.fixture
def page(browser: _chromium.Page, file: Path) -> _chromium.Page:
    browser.resize(1280, 900)
    browser.open(file.as_uri())
    return browser


def test_it_opens_without_a_server_and_asks_for_nothing(page: _chromium.Page, file: Path):
    page.run("document.querySelector('thead .number button').click()")
    assert [r["request"]["url"] for r in page.seen("Network.requestWillBeSent")] == [file.as_uri()]
    assert not complaints(page)


def test_a_stranger_s_block_does_not_run(page: _chromium.Page):
    """The policy is what stops markup that got in after all."""
    page.run(
        "(() => { const s = document.createElement('script'); s.textContent = 'window.bad = 1';"
        " document.body.append(s); document.body.insertAdjacentHTML('beforeend',"
        ' \'<img src=x onerror="window.bad = 2"><p style="color: red">x</p>\'); })()'
    )
    assert page.run("window.bad ?? 0") == 0
    assert any("Content Security Policy" in text for text in complaints(page))


def test_script_and_server_print_the_same_rows(page: _chromium.Page):
    """Away and back: what the script makes is what was there before it ran."""
    # The script sets attributes in its own order, so values are compared and not markup.
    look = (
        "[...document.querySelectorAll('.board tbody tr')].map(tr => [tr.className,"
        " ...[...tr.querySelectorAll('*')].map(e => [e.tagName, e.children.length ? '' :"
        " e.textContent, ...[...e.attributes].map(a => a.name + '=' + a.value).sort()].join(' '))])"
    )
    before = page.run(look)
    assert len(before) == pages.PAGE_ROWS
    page.run("document.querySelector('button[data-key=name]').click()")
    assert page.run(look) != before
    page.run("document.querySelector('thead .number button').click()")
    assert page.run(look) == before


def test_sorting(page: _chromium.Page, boards: list[Table]):
    names = [s.row.name for s in boards[0].standings]
    assert page.run(NAMES) == names[: pages.PAGE_ROWS]
    page.run("document.querySelector('button[data-key=name]').click()")
    by_name = sorted(names, key=str.lower)
    assert page.run(NAMES) == by_name[: pages.PAGE_ROWS]
    heads = "[...document.querySelectorAll('[aria-sort]')].map(e => [e.textContent, e.ariaSort])"
    assert page.run(heads) == [["model", "ascending"]]
    assert (
        page.run(STATUS) == f"Sorted by model, ascending. Rows 1 to {pages.PAGE_ROWS} of {COUNT}."
    )
    page.run("document.querySelector('button[data-key=name]').click()")
    assert page.run(NAMES) == by_name[::-1][: pages.PAGE_ROWS]


def test_what_is_not_known_stands_last_both_ways(page: _chromium.Page, boards: list[Table]):
    unranked = {s.row.name for s in boards[0].standings if s.rank is None}
    for _ in range(2):
        page.run("document.querySelector('button[data-key=rank]').click()")
        page.run(LAST)
        assert set(page.run(NAMES)[-len(unranked) :]) == unranked


def test_paging_filter_and_players(page: _chromium.Page, boards: list[Table]):
    names = [s.row.name for s in boards[0].standings]
    assert page.run("document.querySelector('.previous').disabled")
    page.run(LAST)
    assert page.run(NAMES) == names[200:]
    assert page.run("document.querySelector('.next').disabled")
    assert page.run(STATUS) == f"Rows 201 to 250 of {COUNT}."
    write = (
        "(() => {{ const i = document.querySelector('input[type=search]'); i.value = '{}';"
        " i.dispatchEvent(new Event('input')); }})()"
    )
    page.run(write.format("MODEL-10  instruct"))
    wanted = [n for n in names if "model-10" in n.lower() and "instruct" in n.lower()]
    assert page.run(NAMES) == wanted
    assert page.run("document.querySelector('.pager').hidden")
    page.run(write.format("no such model"))
    assert page.run(STATUS) == "No row of 0 found."
    page.run(write.format(""))
    page.run("document.querySelector('input[type=checkbox]').click()")
    players = [s.row.name for s in boards[0].standings if s.row.kind != "model"]
    assert players
    assert not set(page.run(NAMES)) & set(players)


def test_the_keyboard_is_enough(page: _chromium.Page):
    focus = "document.activeElement.textContent || document.activeElement.type || ''"
    seen = []
    for _ in range(12):
        page.press("Tab", 9)
        seen.append(page.run(focus))
        if seen[-1] == "model":
            break
    assert seen[0] == "Skip to the board"
    assert seen[-1] == "model", seen
    page.press("Enter", 13)
    assert "Sorted by model, ascending" in page.run(STATUS)
    assert page.run(focus) == "model", "the focus stays where it was"


def test_hostile_words_are_shown(page: _chromium.Page):
    page.run("document.querySelector('button[data-key=name]').click()")
    names = page.run(NAMES)
    assert HOSTILE in names
    hrefs = page.run("[...document.querySelectorAll('a')].map(a => a.protocol)")
    assert set(hrefs) <= {"https:", "file:"}
    assert not page.run("document.querySelectorAll('img, tbody script').length")
    assert "\u202e" not in page.run("document.documentElement.textContent")
    assert not complaints(page)


def test_it_reads_without_javascript(browser: _chromium.Page, file: Path, boards: list[Table]):
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.open(file.as_uri())
        text = browser.call("DOM.getOuterHTML", nodeId=_root(browser))["outerHTML"]
    finally:
        browser.call("Emulation.setScriptExecutionDisabled", value=False)
    assert (
        len(re.findall(r'<th scope="row" class="who">', text.split("<template>")[0]))
        == pages.PAGE_ROWS
    )
    assert "aria-sort" in text
    assert '<form class="controls" hidden' in text
    assert re.search(rf"<noscript><p[^>]*>The first {pages.PAGE_ROWS} of 250 rows", text)


def _root(browser: _chromium.Page) -> int:
    return int(browser.call("DOM.getDocument")["root"]["nodeId"])


@pytest.mark.parametrize("width", [400, 800, 1280])
def test_only_the_table_scrolls_sideways(page: _chromium.Page, width: int):
    page.resize(width, 900)
    assert page.run("document.documentElement.scrollWidth") <= width


def test_names_of_controls_for_those_who_do_not_see(page: _chromium.Page):
    nodes = page.call("Accessibility.getFullAXTree")["nodes"]
    roles = {"button", "link", "searchbox", "checkbox", "table", "region", "rowheader"}
    named = [
        (n["role"]["value"], n.get("name", {}).get("value", "").strip())
        for n in nodes
        if not n.get("ignored") and n["role"]["value"] in roles
    ]
    assert {role for role, _ in named} == roles
    assert not [role for role, name in named if not name]
    assert ("checkbox", "players") in named
    assert ("searchbox", "Find") in named
