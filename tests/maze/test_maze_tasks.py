"""The maze tasks as lm-eval loads them, the prompts as a model sees them, and the players."""

import re
import sys
from pathlib import Path
from typing import Any

import pytest
from lm_eval.tasks import TaskManager

from heptathlon import families
from heptathlon.builders import maze as builder
from heptathlon.builders import store
from heptathlon.errors import HeptathlonError
from heptathlon.running import runner, runs
from heptathlon.scorers import maze as scorer
from heptathlon.scorers.maze_choice import SAID_METRICS
from heptathlon.scorers.verdict import Row, Verdict
from heptathlon.scoring import scorecard
from heptathlon.tasks import catalog
from heptathlon.tasks.maze import pictures, prompts
from heptathlon.tasks.maze.baselines import PLAYERS
from heptathlon.tasks.players import Player
from tests.shown import rendered, snapshot

MAZE = families.family("maze")
FRESH = (
    *MAZE.headline.variants, "maze_open", "maze_adjacency", "maze_image", "maze_nosol",
    "maze_next_move", "maze_verify_path", "maze_next_move_say", "maze_verify_path_say",
)  # fmt: skip
PAPER = (
    "maze_mlmu_dfs", "maze_mlmu_astar", "maze_mlmu_dfs_tokens", "maze_mlmu_astar_tokens",
    "maze_star", "maze_star_tokens",
)  # fmt: skip
LEAVES = sorted(
    [families.task_name(v, t) for v in FRESH for t in MAZE.tiers]
    + [families.task_name(v, t) for v in PAPER for t in MAZE.paper_tiers]
)
SMOKE = [families.task_name(v, "smoke") for v in (*FRESH, *PAPER)]
SMOKE_ITEMS = (80, 120)
TOP = {"path_or_none": "solved", "mlmu": "exact", "star": "exact"}
"""What a right answer in writing earns, but for the headline's ``optimal``."""
SMOKE_PROMPT_CHARS = 1_300
"""Of a smoke prompt in the group: glyphs and their spaces cost about three characters a token."""


@pytest.fixture(scope="module")
def loaded(manager: TaskManager) -> dict[str, Any]:
    """Return every smoke task of the family, loaded by lm-eval with its documents."""
    return manager.load(SMOKE)["tasks"]


def test_the_leaves_are_all_there():
    found = [t for t in catalog.leaves() if t.startswith("heptathlon_maze")]
    assert sorted(found) == LEAVES


@pytest.mark.parametrize("task", LEAVES)
def test_each_yaml_says_what_its_name_says(task: str):
    data = catalog.task_data(task)
    settings = catalog.definition(task)
    assert families.task_name(data.variant, data.tier) == task
    assert data.variant in (*FRESH, *PAPER)
    assert data.edition == ("paper" if data.variant in PAPER else "fresh")
    assert data.config in builder.configs(data.edition)
    assert data.tier in MAZE.tiers_of(data.edition)
    assert settings["metadata"]["version"] == MAZE.version
    assert all(m["aggregation"] == "mean" for m in settings["metric_list"])
    if data.variant in MAZE.headline.variants:
        assert data.variant == f"maze_{data.where['topology']}"
    else:
        assert data.where == {}


@pytest.mark.parametrize("task", SMOKE)
def test_each_task_loads_and_scores_in_lm_eval(task: str, loaded: dict[str, Any]):
    """Every document renders, and gets every metric of the task's list, for any response."""
    one = loaded[task]
    listed = [m["metric"] for m in one.config.metric_list]
    assert MAZE.version == one.VERSION
    docs = list(one.test_docs())
    assert docs
    for doc in docs:
        if task.endswith("_tokens_smoke"):
            assert one.doc_to_text(doc) == doc["given"], "not a word of English"
        else:
            assert one.doc_to_text(doc).startswith(prompts.HEADINGS[doc["form"]])
        if one.OUTPUT_TYPE == "multiple_choice":
            options = one.doc_to_choice(doc)
            gold = one.doc_to_target(doc)
            right = [(0.0, True) if i == gold else (-1.0, False) for i in range(len(options))]
            responses = [right, right[::-1], [(-1.0, False)] * len(options)]
            top = "acc"
        else:
            responses = [[one.doc_to_target(doc)], [""], ["ANSWER: U"]]
            top = "acc" if task.endswith("_say_smoke") else TOP.get(doc["form"], "optimal")
        scores = [one.process_results(doc, r) for r in responses]
        metrics = SAID_METRICS if task.endswith("_say_smoke") else scorer.METRICS[doc["form"]]
        assert all(list(s) == listed == list(metrics) for s in scores)
        assert scores[0][top] == 1.0, "the target must earn everything"


@pytest.mark.parametrize("task", SMOKE)
def test_few_shot_examples_teach_the_format(task: str, loaded: dict[str, Any]):
    one = loaded[task]
    one.set_fewshot_seed(0)
    doc = one.test_docs()[0]
    context = one.fewshot_context(doc, num_fewshot=2)
    alone = "=" if doc["form"] == "star" else "<PATH_START>"
    heads = (alone,) if task.endswith("_tokens_smoke") else prompts.HEADINGS[doc["form"]]
    # The rules of the paper edition name <PATH_START> once more; the tokens alone do not.
    assert sum(map(context.count, heads)) == 3
    assert context.endswith(one.doc_to_text(doc))
    few = list(one.fewshot_docs())
    if doc["topology"] == "cells":
        assert {d["topology"] for d in few} == {"cells"}, "drawn the same way as what is asked"
    elif len(few) > 2 and doc["form"] not in {"mlmu", "star"}:
        assert not any("#" in d["open"] for d in few[:2])
    assert not {d["cluster_id"] for d in few} & {d["cluster_id"] for d in one.test_docs()}
    if doc["form"] == "path":
        # What a base model writes after its answer is not its answer.
        answer = one.doc_to_target(doc)
        invented = one.process_results(doc, [f"{answer}\n\n{one.doc_to_text(few[0])}\nANSWER: U"])
        assert invented["optimal"] == 1.0


@pytest.mark.parametrize("tier", ["full", "lite", "smoke"])
def test_groups(tier: str, manager: TaskManager):
    group = catalog.group_definition(families.task_name("maze", tier))
    leaves = group["task"]
    headline = [families.task_name(v, tier) for v in MAZE.headline.variants]
    assert leaves[: len(headline)] == headline
    assert set(leaves) <= set(LEAVES)
    suite = "heptathlon" if tier == "full" else f"heptathlon_{tier}"
    assert group["group"] in catalog.group_definition(suite)["task"]
    assert group["metadata"]["version"] == MAZE.version
    if tier == "smoke":
        tasks = manager.load([group["group"]])["tasks"]
        assert sorted(tasks) == sorted(leaves)
        docs = [(one, doc) for one in tasks.values() for doc in one.test_docs()]
        assert SMOKE_ITEMS[0] <= len(docs) <= SMOKE_ITEMS[1]
        assert max(len(one.doc_to_text(doc)) for one, doc in docs) <= SMOKE_PROMPT_CHARS


# --- prompts -----------------------------------------------------------------------------------


@pytest.mark.parametrize("task", [families.task_name(v, "smoke") for v in PAPER])
def test_prompt_snapshot(task: str):
    """A prompt changes only with the version; `python -m tests.shown` writes these."""
    assert rendered(task) == snapshot(task).read_text(encoding="utf-8")


def docs_of(config: str, tier: str = "smoke", edition: str = "fresh") -> list[dict[str, Any]]:
    return store.read_docs(store.ensure(store.SetName("maze", edition, tier)), config)


def test_all_encodings_show_the_same_maze():
    """Each encoding is read back, without :class:`Grid`, to the very same set of openings."""
    for doc in docs_of("path"):
        n = doc["size"]
        true = set()
        for cell, c in enumerate(doc["open"]):
            mask = 0 if c == "#" else int(c, 16)
            here = divmod(cell, n)
            if mask & 2:
                true.add((here, (here[0] + 1, here[1])))
            if mask & 8:
                true.add((here, (here[0], here[1] + 1)))
        pairs = re.findall(r"\((\d+),(\d+)\)-\((\d+),(\d+)\)", prompts.path_adjacency(doc))
        assert {((int(a), int(b)), (int(c), int(d))) for a, b, c, d in pairs} == true
        rows = re.findall(r"^row (\d+): (.*)$", prompts.path_open(doc), re.MULTILINE)
        read = set()
        for r, row in rows:
            for c, sides in enumerate(row.split()):
                here = (int(r), c)
                read |= {(here, (int(r) + 1, c))} if "D" in sides else set()
                read |= {(here, (int(r), c + 1))} if "R" in sides else set()
        assert read == true
        for text in (prompts.path_open(doc), prompts.path_adjacency(doc)):
            assert "S is ({},{}).".format(*doc["start"]) in text
            assert "G is ({},{}).".format(*doc["goal"]) in text
        drawing = prompts.path_ascii(doc).split("\n\n")[1].split("\n")
        scale = 1 if "#" in doc["open"] else 2
        glyphs = prompts.GLYPHS[doc["wording"]]
        assert set("".join(drawing)) <= {*glyphs, " ", "S", "G"}, "one wording's glyphs alone"
        for mark, (row, column) in (("S", doc["start"]), ("G", doc["goal"])):
            assert drawing[scale * row + 1].split(" ")[scale * column + 1] == mark
        assert {len(line.split(" ")) for line in drawing} == {len(drawing)}


def test_a_prompt_does_not_tell_the_answer():
    """Nothing but the maze, its ends and the question goes into a prompt."""
    spoilt = {
        "solution": "UUU", "shortest": 3, "n_shortest": 9, "solvable": False, "twin_id": "x",
        "decisions": 0, "length_bin": "128+", "gold": 0, "valid": None,
    }  # fmt: skip
    for config, ask in (
        ("path", prompts.path_ascii), ("path", prompts.path_open), ("path", prompts.path_adjacency),
        ("path", prompts.path_image), ("nosol", prompts.path_or_none),
        ("next_move", prompts.next_move), ("verify_path", prompts.verify_path),
    ):  # fmt: skip
        for doc in docs_of(config):
            assert ask(doc) == ask({**doc, **{k: v for k, v in spoilt.items() if k in doc}})
    for config in ("mlmu_dfs", "mlmu_astar"):
        for doc in docs_of(config, edition="paper"):
            assert prompts.mlmu(doc) == prompts.mlmu(doc | {"continuation": "x", "solution": ""})


# --- the picture -------------------------------------------------------------------------------

DARK, LIGHT = 80, 180
"""Bounds of a pixel's brightest channel that is wall, and of one that is none."""


@pytest.mark.parametrize("tier", ["smoke", "lite"])
def test_the_picture_shows_the_records_maze(tier: str):
    """Walls are read back from single pixels, without :class:`Grid`, and the two ends as well."""
    np = pytest.importorskip("numpy")
    pytest.importorskip("PIL")
    docs = docs_of("path", tier=tier)
    for doc in docs[:: max(1, len(docs) // 60)]:
        (image,) = pictures.picture(doc)
        n = doc["size"]
        wide, start = pictures.cell_side(n), pictures.MARGIN
        assert image.mode == "RGB"
        assert image.size == (n * wide + 2 * start,) * 2
        assert max(image.size) <= 684
        assert wide >= 22
        pixels = np.asarray(image).max(axis=2)

        def dark(row: float, column: float, pixels: Any = pixels, wide: int = wide) -> bool:
            value = pixels[start + int(row * wide), start + int(column * wide)]  # noqa: B023
            assert value < DARK or value > LIGHT or (row % 1 and column % 1), "nothing in between"
            return bool(value < DARK)

        masks = [0 if c == "#" else int(c, 16) for c in doc["open"]]
        ends = {tuple(doc["start"]), tuple(doc["goal"])}
        for cell, c in enumerate(doc["open"]):
            row, column = divmod(cell, n)
            if (row, column) not in ends:
                assert dark(row + 0.5, column + 0.5) == (c == "#")
            if c == "#":
                continue
            for bit, (down, right) in {1: (0, 0.5), 2: (1, 0.5), 4: (0.5, 0), 8: (0.5, 1)}.items():
                assert dark(row + down, column + right) == (not masks[cell] & bit)
        for name, channel in (("start", 1), ("goal", 0)):
            row, column = doc[name]
            # Beside the letter.
            pixel = np.asarray(image)[start + row * wide + 5, start + column * wide + 5]
            assert pixel.argmax() == channel
    assert pictures.picture(docs[0])[0].tobytes() == pictures.picture(dict(docs[0]))[0].tobytes()


def test_the_picture_does_not_tell_the_answer():
    pytest.importorskip("PIL")
    for doc in docs_of("path")[:10]:
        spoilt = {**doc, "solution": "UUU", "shortest": 3, "decisions": 0, "item_id": "x"}
        assert pictures.picture(doc)[0].tobytes() == pictures.picture(spoilt)[0].tobytes()


def test_a_picture_needs_pillow(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(HeptathlonError, match=r"tasks of maze .* extra 'image'"):
        pictures.picture(docs_of("path")[0])


def test_pictures_ask_about_the_very_mazes_of_the_text(loaded: dict[str, Any]):
    """Same items, clusters, gold and scorer; a picture where the drawing stood."""
    shown = loaded["heptathlon_maze_image_smoke"]
    text = [
        doc
        for variant in MAZE.headline.variants
        for doc in loaded[families.task_name(variant, "smoke")].test_docs()
    ]
    docs = list(shown.test_docs())
    assert {d["item_id"]: d for d in docs} == {d["item_id"]: d for d in text}
    assert shown.MULTIMODAL
    assert not any(getattr(loaded[t], "MULTIMODAL", False) for t in SMOKE if "_image" not in t)
    for doc in docs:
        assert shown.doc_to_text(doc).count("<image>") == 1
    for tier in ("full", "lite", "smoke"):
        assert families.task_name("maze_image", tier) not in catalog.leaves_of(
            families.task_name("maze", tier)
        ), "text models must be able to run the group"


def test_a_run_over_pictures_scores_and_a_text_model_is_refused(tmp_path: Path):
    pytest.importorskip("PIL")
    task = "heptathlon_maze_image_smoke"
    flags = ["--tasks", task, "--output_path", str(tmp_path), "--limit", "3"]
    runner.run(["--model", "heptathlon", "--model_args", "player=oracle", *flags], brief=True)
    _, scored = scorecard.score_run(runs.read_run(tmp_path))
    assert [one.verdict.metrics["optimal"] for one in scored] == [1.0] * 3
    with pytest.raises(HeptathlonError, match=r"maze_image_smoke show pictures, .* 'hf' takes tex"):
        runner.run(["--model", "hf", "--model_args", "pretrained=/nowhere", *flags])


# --- players -----------------------------------------------------------------------------------


def play(player: Player, doc: dict[str, Any]) -> Verdict:
    if doc["form"] in {"next_move", "verify_path"}:
        options = getattr(prompts, f"{doc['form']}_options")(doc)
        chosen = player.choose(doc, options)
        return scorer.verdict(doc, [(-float(i != chosen), False) for i in range(len(options))])
    return scorer.verdict(doc, [player.answer(doc)])


CONFIGS = [("fresh", c) for c in ("path", "nosol", "next_move", "verify_path")]
CONFIGS += [("paper", c) for c in ("mlmu_dfs", "mlmu_astar")]


@pytest.mark.parametrize(("edition", "config"), CONFIGS)
def test_every_player_answers_every_form(edition: str, config: str):
    docs = docs_of(config, edition=edition)
    for player in PLAYERS.values():
        found = [play(player, doc) for doc in docs]
        assert [play(player, doc) for doc in docs] == found, "a player is a pure function"
        assert not any(v.invalid for v in found)
        assert not {v.outcome for v in found} & {"wrong_start", "jump", "too_long"}


@pytest.mark.parametrize("name", ["oracle", "random_shortest"])
@pytest.mark.parametrize(("edition", "config"), CONFIGS)
def test_oracles_are_right(name: str, edition: str, config: str):
    player = PLAYERS[name]
    assert player.oracle
    docs = docs_of(config, edition=edition)
    found = [play(player, doc) for doc in docs]
    if config == "nosol":
        found = scorer.across([Row("maze_nosol", d, v) for d, v in zip(docs, found, strict=True)])
    for v in found:
        for metric in ("optimal", "valid", "solved", "detects", "twins", "acc"):
            assert v.metrics.get(metric, 1.0) == 1.0
    if name == "oracle":
        assert all(v.metrics.get("exact", 1.0) == 1.0 for v in found)
    elif config == "mlmu_astar":
        # The mismatch that the card tells of: optimal, and yet not the paper's own plan.
        assert sum(v.metrics["exact"] for v in found) < 0.8 * len(found)


def test_the_random_oracle_takes_any_shortest_path():
    """Where there are exactly two shortest paths, either is taken about every other time."""
    docs = [d for d in docs_of("path", tier="lite") if d["n_shortest"] == 2]
    same = sum(play(PLAYERS["random_shortest"], d).metrics["exact"] for d in docs) / len(docs)
    assert len(docs) > 50
    assert same == pytest.approx(0.5, abs=0.2)


def test_what_each_player_may_reach():
    """No player but an oracle comes near the ceiling, and each does what it says."""
    docs = docs_of("path", tier="lite")
    of = {
        name: [play(player, doc) for doc in docs]
        for name, player in PLAYERS.items()
        if not player.oracle
    }
    optimal = {n: sum(v.metrics["optimal"] for v in vs) / len(vs) for n, vs in of.items()}
    assert optimal["constant"] < 0.02
    assert max(optimal["look_half"], optimal["look_3"]) < 0.12
    assert optimal["constant"] < optimal["greedy"] < optimal["random"] < 0.15
    trees = [v for d, v in zip(docs, of["wall_follower"], strict=True)
             if d["topology"] in {"dfs", "wilson"}]  # fmt: skip
    assert all(v.metrics["valid"] for v in trees), "a hand on the wall solves every tree"
    for name in ("random", "greedy", "look_3", "wall_follower"):
        assert all(v.metrics["legal_prefix"] == 1.0 for v in of[name]), "walkers see the walls"


def test_coins_are_fair():
    """Guessing earns chance: what is drawn does not follow what is asked."""
    for config in ("next_move", "verify_path", "nosol"):
        docs = docs_of(config, tier="lite")
        found = [play(PLAYERS["random"], doc).metrics for doc in docs]
        if config == "nosol":
            assert sum(m["detects"] for m in found) / len(docs) == pytest.approx(0.5, abs=0.15)
        else:
            assert sum(m["above_chance"] for m in found) / len(docs) == pytest.approx(0, abs=0.12)


def test_constant_answers_are_worth_chance_in_likelihood_forms():
    for config in ("next_move", "verify_path"):
        docs = docs_of(config, tier="lite")
        gain = sum(play(PLAYERS["constant"], doc).metrics["above_chance"] for doc in docs)
        assert gain / len(docs) == pytest.approx(0.0, abs=0.05)
