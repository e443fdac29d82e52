"""The report: hostile text stays text, nothing is asked of a network, figures have intervals.

Long because one run's report serves all tests.
"""

import base64
import hashlib
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heptathlon import harmless, published
from heptathlon.families import FAMILIES, Human
from heptathlon.grid import MOVES, Grid
from heptathlon.pages import items, plots, report
from heptathlon.pages.drawings import drawings_of
from heptathlon.published import PublishedFigure, Source
from heptathlon.records import content_id, doc_digest
from heptathlon.running.runs import Run, Sample
from heptathlon.scoring import scorecard
from heptathlon.scoring.scorecard import Published, ScoredSample
from tests.parsed import Page

TASK = "heptathlon_maze_dfs_smoke"
SEASON = "2026.1"
SIDE = 5
HOSTILE = (
    "<script>alert('owned')</script></script><img src=x onerror=alert(1)> "
    '"><svg onload=alert(2)> </template></style><!-- {{ 7 * 7 }} & javascript:alert(3) '
    "\x00\x1b[31m\u202eevil\u2066 \u200b \U000e0041"
)
ACTING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\U000e0041]")


def serpentine(side: int) -> str:
    """A maze that is one corridor: right along the first row, back along the second, and so on."""
    masks = [[0] * side for _ in range(side)]
    for row in range(side):
        for column in range(side - 1):
            masks[row][column] |= 8
            masks[row][column + 1] |= 4
        if row < side - 1:
            turn = side - 1 if row % 2 == 0 else 0
            masks[row][turn] |= 2
            masks[row + 1][turn] |= 1
    return "".join("0123456789abcdef"[m] for row in masks for m in row)


def maze_doc(goal: int, **changes: Any) -> dict[str, Any]:
    grid = Grid(SIDE, serpentine(SIDE))
    solution = grid.shortest_path(0, goal)
    assert solution is not None
    doc = {
        "item_id": content_id("made", goal),
        "cluster_id": f"cluster {goal}",
        "season": SEASON,
        "form": "path",
        "topology": "dfs",
        "size": SIDE,
        "length_bin": "4-7" if len(solution) < 8 else "8-15",
        "open": grid.cells,
        "start": [0, 0],
        "goal": list(divmod(goal, SIDE)),
        "shortest": len(solution),
        "n_shortest": 1,
        "decisions": 0,
        "manhattan": sum(divmod(goal, SIDE)),
        "dead_ends": 2,
        "solution": solution,
        "solvable": True,
        "twin_id": "",
    }
    return doc | changes


def made_run(
    responses: Sequence[str], docs: Sequence[dict[str, Any]] | None = None, **config: Any
) -> tuple[scorecard.Scorecard, list[ScoredSample]]:
    """Score a run whose responses to made documents are given."""
    docs = docs or [maze_doc(4 + i % (SIDE * SIDE - 4)) for i in range(len(responses))]
    docs = [d | {"item_id": content_id(i), "cluster_id": str(i)} for i, d in enumerate(docs)]
    samples = [
        Sample(TASK, i, doc, f"maze {i}:\nwhich way?", response, {})
        for i, (doc, response) in enumerate(zip(docs, responses, strict=True))
    ]
    results = {
        "results": {},
        "configs": {},
        "versions": {TASK: FAMILIES["maze"].version},
        "n-shot": {TASK: 0},
        "config": {"model": "hf", "model_args": {}, "gen_kwargs": {}, **config},
        "model_name": "org/model",
        "date": 1_790_000_000.0,
        "lm_eval_version": "0.4.13",
    }
    results |= {k: config[k] for k in ("model_name",) if k in config}
    folder = Path("made")
    run = Run(
        folder, [results], [folder / "results.json"], {TASK: samples}, {TASK: folder / "s.jsonl"}
    )
    known = {str(d["item_id"]): doc_digest(d) for d in docs}
    return scorecard.score_run(
        run,
        lambda data, season: Published(
            "made", "d" * 64, SEASON, known if data.task == TASK else {}
        ),
    )


def page_of(responses: Sequence[str], **more: Any) -> Page:
    return Page(report.render_report(*made_run(responses, **more)))


GOLD = "ANSWER: R R R R"
WALL = "ANSWER: D"


@pytest.fixture(scope="module")
def plain() -> Page:
    return page_of([GOLD, WALL, "no idea", GOLD])


def test_hostile_text_changes_no_tag_and_no_attribute_name(plain: Page):
    quiet = page_of([GOLD, WALL, "quiet", GOLD], system_instruction="", model_name="quiet")
    loud = page_of(
        [GOLD, WALL, HOSTILE, GOLD],
        model_name=HOSTILE,
    )
    assert quiet.shape() == loud.shape()
    assert quiet.tags == loud.tags
    assert "script" not in loud.tags[: loud.tags.index("main")]


def test_hostile_text_is_shown_and_never_acts():
    html = report.render_report(*made_run([HOSTILE, GOLD], model_name=HOSTILE))
    assert not ACTING.search(html)
    page = Page(html)
    assert "<script>alert('owned')</script>" in page.text
    assert "{{ 7 * 7 }}" in page.text
    assert "⟨U+0000⟩⟨U+001B⟩[31m⟨U+202E⟩evil⟨U+2066⟩ ⟨U+200B⟩ ⟨U+E0041⟩" in page.text
    for _, name, value in page.attributes:
        assert not name.startswith("on")
        assert name != "style"
        assert "javascript:" not in value.lower() or name in ("aria-label", "value")
    (island,) = page.islands
    (shown,) = [item for item in island["items"] if item["number"] == 1]
    assert shown["response"].startswith("<script>alert('owned')</script>")


@given(st.text(max_size=200))
def test_any_text_keeps_the_page_in_shape(plain: Page, text: str):
    card, scored = made_run([GOLD, WALL, "no idea", GOLD])
    cut = {"item_id": text or "-", "prompt": text, "response": text}
    one = scored[2]
    sample = Sample(
        TASK, 2, one.sample.doc | {"item_id": cut["item_id"]}, cut["prompt"], cut["response"], {}
    )
    changed = [*scored[:2], ScoredSample(sample, one.task, one.verdict), scored[3]]
    html = report.render_report(card.model_copy(update={"date": text or "-"}), changed)
    assert not ACTING.search(html)
    page = Page(html)
    assert page.tags == plain.tags
    assert page.shape() == plain.shape()


def test_policy_allows_the_own_blocks_by_hash_and_nothing_else(plain: Page):
    (policy,) = (
        value for tag, name, value in plain.attributes if tag == "meta" and "default-src" in value
    )
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert directives["default-src"] == "'none'"
    assert "unsafe" not in policy
    (style,) = plain.blocks["style"]
    (script,) = [b for b in plain.blocks["script"] if not b.startswith("{")]
    for directive, block in (("style-src", style), ("script-src", script)):
        digest = base64.b64encode(hashlib.sha256(block.encode()).digest()).decode()
        assert directives[directive] == f"'sha256-{digest}'"


def test_nothing_leaves_the_page(plain: Page):
    loading = {
        "link",
        "img",
        "iframe",
        "object",
        "embed",
        "base",
        "audio",
        "video",
        "source",
        "use",
    }
    assert not loading & set(plain.tags)
    assert ("script", "src") not in plain.shape()
    for _, name, value in plain.attributes:
        assert "//" not in value
        if name in ("href", "src", "action"):
            assert value.startswith("#")
    for block in plain.blocks["style"] + plain.blocks["script"]:
        assert not re.search(r"url\(|@import|https?:|fetch\(|innerHTML|XMLHttp|eval\(", block)


def test_figures_have_their_intervals(plain: Page):
    card, _ = made_run([GOLD, WALL, "no idea", GOLD])
    headline = card.families["maze"].headline
    assert (headline.value, headline.n) == (0.25, 4)
    # Wilson's interval of 1 of 4, worked by hand.
    assert f"{headline.low:.3f} to {headline.high:.3f}" == "0.046 to 0.699"
    text = " ".join(plain.text.split())
    assert "0.250 optimal, 0.046 to 0.699 4 items in 4 clusters" in text
    assert "unreadable" in text
    assert "Incomplete" not in text


def test_people_stand_in_the_ladder_and_are_a_dotted_line(monkeypatch, plain: Page):
    assert not [v for _, n, v in plain.attributes if n == "class" and "dotted" in v.split()]
    human = Human(value=0.9, source=HOSTILE[:60])
    known = FAMILIES["maze"]
    monkeypatch.setitem(FAMILIES, "maze", known.model_copy(update={"human": human}))
    page = page_of([GOLD, WALL, "no idea", GOLD])
    lines = [v for _, n, v in page.attributes if n == "class" and v == "reference dotted"]
    dashed = [v for _, n, v in page.attributes if n == "class" and v == "reference dashed"]
    assert len(lines) == len(dashed) > 0, "wherever the best trivial player's line is"
    text = " ".join(page.text.split())
    assert f"solid line: the ceiling; dotted line: people ({human.source})." in text
    assert f"people {human.source} 0.900".replace(" ", "") in text.replace(" ", "")
    assert page.tags.count("script") == plain.tags.count("script")
    # Another metric's figures are not set beside it.
    other = known.headline.model_copy(update={"metric": "valid"})
    changed = known.model_copy(update={"human": human, "headline": other, "paper_headline": None})
    assert changed.human_of("fresh") == changed.human_of("paper") == human
    changed = known.model_copy(update={"human": human, "paper_headline": other})
    assert (changed.human_of("fresh"), changed.human_of("paper")) == (human, None)


def test_what_others_published_of_the_headline_stands_beside_it(monkeypatch, plain: Page):
    assert "Published" not in " ".join(plain.text.split())
    known = FAMILIES["maze"].headline
    source = Source(
        name=HOSTILE[:60], url="https://example.org", standing="second-hand", note="Not the same."
    )
    row = PublishedFigure(
        family="maze",
        edition="fresh",
        tasks=known.variants,
        metric=known.metric,
        model="Other",
        value=0.631,
        source=source,
    )
    part = row.model_copy(update={"model": "Part", "where": {"size": 5}})
    other = row.model_copy(update={"model": "Exact", "metric": "exact"})
    monkeypatch.setattr(published, "PUBLISHED", (part, row, other))
    page = page_of([GOLD, WALL, "no idea", GOLD])
    text = " ".join(page.text.split())
    assert f"Published {known.metric} of Other: 0.631 (second-hand, {source.name}" in text
    assert "of Part" not in text
    assert "of Exact" not in text
    assert page.tags.count("script") == plain.tags.count("script")


def test_incomplete_set_is_marked():
    card, scored = made_run([GOLD, WALL])
    family = card.families["maze"].model_copy(update={"complete": False, "expected": 7})
    page = Page(
        report.render_report(card.model_copy(update={"families": {"maze": family}}), scored)
    )
    assert "Incomplete. 2 of the set's 7 documents" in " ".join(page.text.split())


def test_wrong_items_come_first_and_outcomes_take_turns():
    (island,) = page_of([GOLD, WALL, WALL, "no idea", WALL, "ANSWER: R", "no idea"]).islands
    assert [(i["number"], i["right"], i["outcome"]) for i in island["items"]] == [
        (2, "wrong", "wall"),
        (4, "wrong", "unreadable"),
        (6, "wrong", "stops short"),
        (3, "wrong", "wall"),
        (7, "wrong", "unreadable"),
        (5, "wrong", "wall"),
        (1, "right", "optimal"),
    ]


def test_a_large_run_is_cut_and_says_so():
    card, scored = made_run([WALL] * 20 + ["no idea"] * 3 + [GOLD])
    many = [scored[i % 20] for i in range(4_990)] + scored[20:]
    html = report.render_report(card, many)
    assert len(html) < 8 * 2**20
    page = Page(html)
    (island,) = page.islands
    assert len(island["items"]) == items.MAX_ITEMS
    assert sum(i["outcome"] == "unreadable" for i in island["items"]) == 3
    assert "1,000 of the 4,994 answered documents" in " ".join(page.text.split())
    assert page.tags.count("article") == items.FIRST_ITEMS + 1


def test_huge_answers_are_cut_with_a_note():
    html = report.render_report(*made_run(["x" * 3_000_000 + " END"] * 4, model_name="n" * 10**6))
    assert len(html) < 8 * 2**20
    assert "2,994,004 characters left out" in html
    assert " END" in html


def test_byte_budget_bounds_the_page(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(items, "MAX_ITEM_BYTES", 20_000)
    (island,) = page_of(["\u202e" * 5_000] * 30).islands
    assert 1 <= len(island["items"]) < 30


def test_items_are_folded_and_right_where_the_answer_is():
    """A headline that looks across answers, as sort's uplift does, says nothing of one of them."""
    sort = FAMILIES["sort"].headline
    _, (one, *_) = made_run([GOLD])
    metrics = {"a_rate": 0.0, "acc": 1.0, "uplift": 0.0}
    right = replace(one, verdict=replace(one.verdict, metrics=metrics))
    assert items.right_of(items.score_of(sort, right)) == "right"
    assert items.right_of(items.score_of(FAMILIES["maze"].headline, right)) == "wrong"


def test_items_read_without_script(plain: Page):
    text = plain.text
    assert "maze 1:\nwhich way?" in text
    assert WALL in text
    assert plain.tags.count("article") == 4 + 1


CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")


def in_browser(file: Path, profile: Path) -> str:
    """Open a page in a real browser and return its document once the page's script has run."""
    if not CHROMIUM:
        pytest.skip("no Chromium here")
    flags = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync"
    flags += " --disable-background-networking --disable-component-update"
    command = [CHROMIUM, *flags.split(), f"--user-data-dir={profile}", "--dump-dom", file.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout


def test_policy_lets_the_page_work_in_a_browser(tmp_path: Path):
    card, scored = made_run([HOSTILE] * 26 + [GOLD] * 4)
    report.write_report(card, scored, tmp_path / "report.html")
    page = Page(in_browser(tmp_path / "report.html", tmp_path / "profile"))
    assert "1 to 20 of 30 items" in page.text
    assert not [tag for tag, name, _ in page.attributes if name == "hidden"]

    # The same page without its policy, so that a test can press its keys: the next page of items
    # is made by the script alone, from the island.
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    html = re.sub(r"<meta http-equiv[^>]*>", "", html)
    driver = """<script>
      const press = (key) => document.querySelector(".item").dispatchEvent(
        new KeyboardEvent("keydown", {key, bubbles: true}));
      press("n");
    </script></body>"""
    (tmp_path / "driven.html").write_text(html.replace("</body>", driver), encoding="utf-8")
    page = Page(in_browser(tmp_path / "driven.html", tmp_path / "profile"))
    assert "21 to 30 of 30 items" in page.text
    assert "<script>alert('owned')</script>" in page.text
    assert "img" not in page.tags


# --- text and marks ------------------------------------------------------------------------------


@given(st.text())
def test_visible_text_holds_nothing_that_acts(text: str):
    shown = harmless.visible(text)
    assert not ACTING.search(shown)
    assert harmless.visible(shown) == shown


def test_visible_leaves_ordinary_text_alone():
    text = "naïve שלום 你好 👩\u200d💻\n\tend"
    assert harmless.visible(text) == text


@given(st.text(max_size=300), st.integers(9, 100))
def test_clipped_keeps_both_ends(text: str, limit: int):
    short = harmless.clipped(text, limit)
    assert short.startswith(text[: limit - limit // 3])
    assert short.endswith(text[len(text) - min(len(text), limit // 3) :])
    assert len(short) <= limit + 60
    assert (short == text) == (len(text) <= limit)


def test_scale_holds_the_figures():
    assert plots.Scale.of([0.2, 0.9, None]) == plots.Scale(0, 1)
    assert plots.Scale.of([-0.2, 0.9]) == plots.Scale(-1, 1)
    wide = plots.Scale.of([-3.0, 41.0])
    assert wide.low <= -3
    assert wide.high >= 41
    assert plots.Scale(0, 1).at(0.5) == "50.00%"
    assert plots.Scale(0, 1).at(7.0) == plots.Scale(0, 1).at(1.0)


# --- contrast ------------------------------------------------------------------------------------


def tokens() -> dict[str, dict[str, str]]:
    css = (Path(report.__file__).parent / "templates" / "base.css").read_text(encoding="utf-8")
    light, dark = css.split("@media (prefers-color-scheme: dark)")[:2]
    of_light = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", light))
    return {
        "light": of_light,
        "dark": of_light | dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", dark)),
    }


def contrast(one: str, other: str) -> float:
    """WCAG 2.2's contrast ratio of two colours."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colours_have_contrast(theme: str):
    colours = tokens()[theme]
    for text in ("ink", "muted", "accent", "good", "bad", "warn"):
        for ground in ("paper", "raised"):
            assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)
    for graphic in ("reference", "rule-strong", "part-3"):
        assert contrast(colours[graphic], colours["paper"]) >= 3, graphic


# --- drawings ------------------------------------------------------------------------------------


def paths(svg: str) -> dict[str, str]:
    return dict(re.findall(r'<path class="([\w ]+)" d="([^"]*)"', svg))


def test_maze_drawing_shows_gold_and_walk():
    doc = maze_doc(9)
    drawn = paths(drawings_of("maze").drawn(doc, "R R R R D"))
    assert drawn["gold"] == drawn["walk"] == "M1 1h8v2"
    assert "broken" not in drawn
    # The serpentine of side 5 has four walls between its rows, each with one gap.
    assert drawn["walls"].count("M") == 1 + 4


def test_maze_drawing_stops_at_the_break():
    drawn = paths(drawings_of("maze").drawn(maze_doc(9), "R D R R"))
    assert drawn["walk"] == "M1 1h2"
    assert drawn["broken"] == "M3 1l0 1"
    assert "broken cross" in drawn


def test_maze_drawing_of_no_walk():
    for answer in ("", "NONE", "yes", HOSTILE):
        svg = drawings_of("maze").drawn(maze_doc(9), answer)
        assert "walk" not in paths(svg)
        assert "script" not in svg


def test_blocked_cells_are_drawn():
    doc = maze_doc(9) | {"size": 2, "open": "2##0", "start": [0, 0], "goal": [1, 1], "solution": ""}
    doc |= {"open": "2#98"[:2] + "94"[:2]}
    svg = drawings_of("maze").drawn(doc | {"open": "2#94"}, "")
    assert paths(svg)["blocked"] == "M2 0h2v2h-2z"


@given(st.text(alphabet=MOVES + "? ", max_size=60), st.integers(4, SIDE * SIDE - 1))
def test_any_walk_can_be_drawn(answer: str, goal: int):
    svg = drawings_of("maze").drawn(maze_doc(goal), answer)
    walk = paths(svg).get("walk", "")
    numbers = [int(x) for x in re.findall(r"-?\d+", walk)]
    assert all(abs(x) <= 2 * SIDE for x in numbers)


def test_families_without_a_drawing_have_none():
    assert drawings_of("students").drawn({}, "") == ""
