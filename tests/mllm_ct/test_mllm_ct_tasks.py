"""The stream as it is built, as lm-eval asks it, as a model sees it, and as the players play it.

Long because the stream is built and loaded once for all tests.
"""

import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from lm_eval.tasks import TaskManager

from heptathlon import families
from heptathlon.builders import mllm_ct as builder
from heptathlon.builders.mllm_ct import scenes, styles
from heptathlon.builders.mllm_ct.records import (
    IMAGE_TASKS,
    NATIVE,
    STYLES,
    TASKS,
    TEXT_TASKS,
    StreamRecord,
)
from heptathlon.errors import HeptathlonError, UnknownNameError
from heptathlon.records import doc_digest
from heptathlon.running import runner, runs
from heptathlon.scorers import mllm_ct as scorer
from heptathlon.scoring import scorecard
from heptathlon.tasks import catalog
from heptathlon.tasks.mllm_ct import pictures, prompts
from heptathlon.tasks.mllm_ct.baselines import EXPERT_TASKS, PLAYERS
from tests.shown import rendered, snapshot

FAMILY = families.family("mllm_ct")
TIERS = ("full", "lite", "smoke")
BLOCKS = ("blocks", "blocks_learnt", "blocks_matrix", "blocks_image", "blocks_image_learnt")
LEAVES = sorted(
    [families.task_name(f"mllm_ct_{t}", tier) for t in TASKS for tier in TIERS]
    + [families.task_name(f"mllm_ct_{t}_styles", tier) for t in TASKS for tier in ("full", "lite")]
)
SMOKE = [families.task_name(f"mllm_ct_{task}", "smoke") for task in TASKS]
MARGIN = 0.05
Built = dict[tuple[str, str], list[StreamRecord]]


@pytest.fixture(scope="module")
def lite() -> dict[str, Built]:
    """Return the tier ``lite`` by task."""
    return {t: builder.generate("fresh", "lite", t, "2026.1", "") for t in TASKS}  # type: ignore[misc]


def parts(built: Built, task: str, split: str) -> list[StreamRecord]:
    return [*built[task, split], *built[f"{task}_styles", split]]


# --- data ----------------------------------------------------------------------------------------


def test_every_scene_is_asked_in_every_style(lite: dict[str, Built]):
    for task, built in lite.items():
        for split in ("test", "train", "fewshot"):
            assert {r.form for r in built[task, split]} == {NATIVE[task]}
            by_scene = Counter(r.cluster_id for r in parts(built, task, split))
            assert set(by_scene.values()) == {len(STYLES)}
            assert {r.form for r in parts(built, task, split)} == set(STYLES)


def test_parts_share_no_scene_and_no_block(lite: dict[str, Built]):
    """Train and test are held apart by blocks of parameters, not only by the seed."""
    for task, built in lite.items():
        ids = {
            s: {r.cluster_id for r in parts(built, task, s)} for s in ("test", "train", "fewshot")
        }
        assert not ids["test"] & (ids["train"] | ids["fewshot"])
        assert not ids["train"] & ids["fewshot"]
        blocks: dict[bool, set[tuple[int, ...]]] = {True: set(), False: set()}
        for index in range(60):
            for test in (True, False):
                stream = scenes.Stream("blocks", task, index, str(test))
                blocks[test].add(scenes.draw(task, stream, index, test=test).block)
        assert blocks[True]
        assert not blocks[True] & blocks[False]


def test_the_figures_of_test_scenes_lie_in_held_out_blocks(lite: dict[str, Built]):
    """Seen from the records alone, for the tasks whose block is plain in their marks."""

    def block(record: StreamRecord) -> int | None:
        numbers = record.scene[0].numbers
        if record.task == "economics":
            return sum(m.numbers[0] // 3 for m in record.scene if m.kind == "given")
        if record.task == "numeric":
            return numbers[0] // 4 + sum(n // 3 for n in numbers[1:-1])
        if record.kind == "angle":
            return numbers[0] // 4 + (180 - sum(numbers)) // 4
        if record.kind == "scan":
            return len(record.scene)
        return None

    checked = 0
    for task, built in lite.items():
        for split in ("test", "train", "fewshot"):
            for record in built[task, split]:
                if (found := block(record)) is not None:
                    checked += 1
                    assert (found % scenes.REGIONS == 0) == (split == "test")
    assert checked > 500


def test_no_answer_is_a_safe_bet(lite: dict[str, Built]):
    """The most frequent answer earns at most five points more than chance, in every style."""
    for task, built in lite.items():
        for style in STYLES:
            rows = [r for r in parts(built, task, "test") if r.form == style]
            most = Counter(r.answer for r in rows).most_common(1)[0][1] / len(rows)
            guesses = {"economics": 3, "medicine": 3, "art": 8, "science": 12}.get(task, 60)
            chance = 1 / {"yes_no": 2, "choice": len(rows[0].options)}.get(style, guesses)
            assert most <= chance + MARGIN, (task, style)


@pytest.mark.parametrize("style", ["yes_no", "choice"])
def test_the_form_of_the_question_does_not_tell_the_answer(lite: dict[str, Built], style: str):
    """Neither the sub-type nor what is proposed goes with the answer."""
    for task, built in lite.items():
        rows = [r for r in parts(built, task, "test") if r.form == style]
        for kind in {r.kind for r in rows}:
            found = Counter(r.answer for r in rows if r.kind == kind)
            count = 2 if style == "yes_no" else len(rows[0].options)
            expected = sum(found.values()) / count
            assert max(found.values()) <= 1.6 * expected + 3, (task, kind, found)


def test_figures_among_near_ones_have_no_favourite_rank(lite: dict[str, Built]):
    ranks: Counter[int] = Counter()
    for task in ("numeric", "math"):
        for record in lite[task][task, "test"]:
            ranks[[int(c) for c in record.candidates].index(int(record.content))] += 1
    assert max(ranks.values()) < 0.35 * sum(ranks.values())


def test_facts_hold_in_the_scene(lite: dict[str, Built]):
    """Each chain is computed anew from the scene's marks, without the generator."""
    for record in [r for t in TASKS for r in parts(lite[t], t, "test")]:
        marks = {m.label: m for m in record.scene}
        values = [s.value for s in record.steps]
        assert record.content in record.candidates
        for step in record.steps:
            if step.formula:
                computed = eval(step.formula)  # our own generated arithmetic
                assert float(step.value) == pytest.approx(computed), step
        assert values[-1] == record.content
        if record.kind == "chart":
            named = [s.subject for s in record.steps[:2]]
            assert [str(marks[n].numbers[0]) for n in named] == values[:2]
        elif record.kind == "board":
            place = record.steps[0].subject
            row = next(i for i, m in enumerate(record.scene) if m.label.split()[0] == place)
            assert [str(row + 1), record.scene[row].label.split()[1]] == values
        elif record.kind == "web":
            names = [m.label for m in record.scene if m.kind == "node"]
            arrows = {tuple(names[i] for i in m.numbers) for m in record.scene if m.kind == "arrow"}
            assert {(s.subject, s.value) for s in record.steps} <= arrows
        elif record.kind == "scan":
            sides = Counter(m.label for m in record.scene)
            assert [str(sides["left"]), str(sides["right"])] == values[:2]
            more = sides["left"] - sides["right"]
            assert values[2] == ("left" if more > 0 else "right" if more < 0 else "same")
        elif record.kind == "paintings":
            figure = record.steps[0].subject
            side = 0 if record.scene[0].label == figure else 1
            mark = record.scene[side]
            assert values == [("left", "right")[side], mark.kind, mark.colour]
        elif record.task == "economics":
            given = [m.numbers for m in record.scene if m.kind == "given"]
            places = [(v >= low) + (v > high) for v, low, high, *_ in given]
            assert values[:-2] == [("below", "within", "above")[p] for p in places]
            total = sum(moves[p] for (_, _, _, *moves), p in zip(given, places, strict=True))
            assert values[-2:] == [str(total), record.scene[-1].label.split()[total % 3]]
            assert record.depth == len(given)
        elif record.task == "numeric":
            first, *figures, idle = record.scene[0].numbers
            assert record.steps[0].formula.startswith(f"{first} ")
            assert [s.formula.split()[2] for s in record.steps] == [str(n) for n in figures]
            assert record.depth == len(figures)
            assert str(idle) not in "".join(s.formula for s in record.steps).split()
        if record.form == "choice":
            assert len(set(record.options)) == len(record.options)
            assert record.options["ABCD".index(record.answer)] == record.content
        elif record.form == "yes_no":
            assert (record.answer == "yes") == (record.proposed == record.content)


def test_tiers_are_nested(lite: dict[str, Built]):
    for task in ("art", "numeric"):
        smoke = builder.generate("fresh", "smoke", task, "2026.1", "")
        for key, records in smoke.items():
            assert lite[task][key][: len(records)] == records


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("papers", "lite", "art"), "did you mean 'paper'"),
        (("fresh", "lit", "art"), "did you mean 'lite'"),
        (("fresh", "lite", "arts"), "did you mean 'art'"),
    ],
)
def test_unknown_names(arguments: tuple[str, str, str], says: str):
    with pytest.raises(UnknownNameError, match=says):
        builder.generate(*arguments, "2026.1", "")
    with pytest.raises(UnknownNameError):
        builder.configs("papers")


def test_turns():
    for choices in (2, 3, 4):
        for period in styles.PERIOD.values():
            found = Counter(
                (i % period, styles.take_turns(i, choices, period)) for i in range(12 * 8 * 9)
            )
            assert len(set(found.values())) == 1, "every phase has every turn equally often"


# --- pictures ------------------------------------------------------------------------------------


def test_pictures_show_what_their_specification_says(lite: dict[str, Built]):
    """Decoded without the drawing's code: spots and colours are found in the pixels."""
    pytest.importorskip("PIL")
    import numpy as np
    from scipy import ndimage

    for record in lite["medicine"]["medicine", "test"][:12]:
        (image,) = pictures.picture(record.model_dump())
        bright = np.asarray(image).min(axis=2) > 200
        for half, side in ((bright[:, :160], "left"), (bright[:, 160:], "right")):
            assert ndimage.label(half)[1] == sum(m.label == side for m in record.scene)
    for record in lite["art"]["art", "test"][:12]:
        (image,) = pictures.picture(record.model_dump())
        pixels = np.asarray(image)
        for i, mark in enumerate(record.scene):
            wanted = tuple(int(pictures.RGB[mark.colour][k : k + 2], 16) for k in (1, 3, 5))
            panel = pixels[:, i * 160 : (i + 1) * 160]
            assert (panel == wanted).all(axis=2).mean() > 0.08
    for record in lite["ocr"]["ocr", "test"][:12]:
        if record.kind == "chart":
            (image,) = pictures.picture(record.model_dump())
            colour = pictures.RGB[record.scene[0].colour]
            wanted = tuple(int(colour[k : k + 2], 16) for k in (1, 3, 5))
            filled = (np.asarray(image) == wanted).all(axis=2)
            heights = [filled[:, 20 + 58 * i + 29].sum() for i in range(5)]
            values = [m.numbers[0] for m in record.scene]
            assert np.corrcoef(heights, values)[0, 1] > 0.999


def test_every_scene_can_be_drawn_inside_its_picture(lite: dict[str, Built]):
    pytest.importorskip("PIL")
    import numpy as np

    for task in IMAGE_TASKS:
        seen = set()
        for record in lite[task][task, "test"][:24]:
            (image,) = pictures.picture(record.model_dump())
            assert image.size == (320, 320)
            pixels = np.asarray(image)
            edge = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
            assert len(np.unique(edge, axis=0)) == 1, "nothing runs over the edge"
            seen.add(image.tobytes())
        assert len(seen) == 24, "every scene gives another picture"


def test_without_pillow_there_is_a_sentence(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(HeptathlonError, match="extra 'image'"):
        pictures.picture({"task": "art", "scene": []})


# --- tasks ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def loaded(manager: TaskManager) -> dict[str, Any]:
    return manager.load(SMOKE)["tasks"]


def test_the_leaves_are_all_there():
    found = [t for t in catalog.leaves() if "_mllm_ct_" in t]
    found = [t for t in found if catalog.task_data(t).edition == "fresh"]
    taught = [families.task_name(f"mllm_ct_{name}", tier) for name in BLOCKS for tier in TIERS]
    assert sorted(found) == sorted([*LEAVES, *taught])


@pytest.mark.parametrize("task", LEAVES)
def test_each_yaml_says_what_its_name_says(task: str):
    data = catalog.task_data(task)
    settings = catalog.definition(task)
    assert families.task_name(data.variant, data.tier) == task
    assert data.config == data.variant.removeprefix("mllm_ct_")
    assert data.config in builder.configs("fresh")
    assert ("doc_to_image" in settings) == (data.config.removesuffix("_styles") in IMAGE_TASKS)
    assert settings["metadata"]["version"] == FAMILY.version
    assert tuple(m["metric"] for m in settings["metric_list"]) == scorer.VECTOR


@pytest.mark.parametrize("tier", TIERS)
def test_groups(tier: str, manager: TaskManager):
    of = {part: catalog.group_definition(families.task_name(f"mllm_ct{part}", tier))["task"]
          for part in ("", "_pictured", "_text", "_image", "_stream")}  # fmt: skip
    name = {t: families.task_name(f"mllm_ct_{t}", tier) for t in TASKS}
    assert of[""] == [families.task_name(f"mllm_ct_{n}", tier) for n in BLOCKS[:2]]
    assert of["_pictured"] == [families.task_name(f"mllm_ct_{n}", tier) for n in BLOCKS[3:]]
    assert of["_text"] == [name[t] for t in TEXT_TASKS]
    assert of["_image"] == [name[t] for t in IMAGE_TASKS]
    assert of["_stream"] == [name[t] for t in TASKS]
    suite = "heptathlon" if tier == "full" else f"heptathlon_{tier}"
    held = catalog.group_definition(suite)["task"]
    assert families.task_name("mllm_ct", tier) in held
    assert families.task_name("mllm_ct_image", tier) not in held, "text models must be able to run"
    if tier == "smoke":
        docs = [(one, doc) for one in manager.load([families.task_name("mllm_ct", tier)])["tasks"]
                .values() for doc in one.test_docs()]  # fmt: skip
        assert 80 <= len(docs) <= 120
        assert max(len(one.doc_to_text(doc)) for one, doc in docs) < 2_200


@pytest.mark.parametrize("task", SMOKE)
def test_each_task_loads_and_scores_in_lm_eval(task: str, loaded: dict[str, Any]):
    one = loaded[task]
    for doc in one.test_docs():
        text = one.doc_to_text(doc)
        assert text.count("<image>") == int(getattr(one, "MULTIMODAL", False))
        assert prompts.heading(doc) in text
        assert one.process_results(doc, [one.doc_to_target(doc)]) == dict.fromkeys(
            scorer.VECTOR, 1.0
        )
        assert len(one.doc_to_target(doc)) < 400


def test_a_prompt_does_not_tell_the_answer(loaded: dict[str, Any]):
    for one in loaded.values():
        for doc in one.test_docs():
            spoilt = {**doc, "answer": "x", "content": "x", "steps": [], "explanation": "x",
                      "candidates": []}  # fmt: skip
            assert prompts.prompt(spoilt) == prompts.prompt(doc)


def test_worked_examples_teach_the_format(loaded: dict[str, Any]):
    one = loaded["heptathlon_mllm_ct_numeric_smoke"]
    one.set_fewshot_seed(0)
    doc = one.test_docs()[0]
    context = one.fewshot_context(doc, num_fewshot=2)
    assert context.count(prompts.HEADINGS["text"]) == 3
    assert context.endswith(one.doc_to_text(doc))
    invented = f"{one.doc_to_target(doc)}\n\n{one.doc_to_text(doc)}\nANSWER: 0"
    assert one.process_results(doc, [invented])["strict"] == 1.0


def test_documents_survive_json_and_hold_no_pixels(loaded: dict[str, Any]):
    doc = loaded["heptathlon_mllm_ct_art_smoke"].test_docs()[0]
    assert doc_digest(doc) == doc_digest(StreamRecord.model_validate(doc).model_dump(mode="json"))
    assert not re.search(r"bytes|PIL", str(doc))


@pytest.mark.parametrize("task", SMOKE)
def test_prompt_snapshot(task: str):
    """A prompt changes only with the version; `python -m tests.shown` writes these."""
    assert rendered(task) == snapshot(task).read_text(encoding="utf-8")


# --- players and runs ----------------------------------------------------------------------------


def played(player: str, records: list[StreamRecord]) -> dict[str, float]:
    """Return the mean of each metric that a player reaches."""
    docs = [r.model_dump(mode="json") for r in records]
    found = [scorer.verdict(d, [PLAYERS[player].answer(d)]).metrics for d in docs]
    return {m: sum(f[m] for f in found) / len(found) for m in scorer.VECTOR}


def test_what_each_player_reaches(lite: dict[str, Built]):
    for task, built in lite.items():
        rows = [*built[task, "test"][:24], *built[f"{task}_styles", "test"][:48]]
        assert played("oracle", rows) == dict.fromkeys(scorer.VECTOR, 1.0)
        dumper = played("gold_dumper", rows)
        assert all(dumper[m] == 0.0 for m in ("strict", "lenient", "reasoning", "agreement"))
        forgetter = played("format_forgetter", rows)
        assert (forgetter["lenient"], forgetter["strict"], forgetter["step_recall"]) == (1, 0, 1)
        expert = played("last_task_expert", built[task, "test"][:24])
        assert expert["strict"] == (1.0 if task in EXPERT_TASKS else 0.0)
        for player in ("constant", "blind"):
            guess = played(player, rows)
            assert guess["parsed"] == 1.0
            assert guess["reasoning"] == 0.0


def test_a_blind_guess_is_right_in_a_third_of_the_stances_and_in_hardly_any_figure(
    lite: dict[str, Built],
):
    for player in ("blind", "constant"):
        of = {t: played(player, lite[t][t, "test"])["strict"] for t in TEXT_TASKS}
        assert of["economics"] == pytest.approx(1 / 3, abs=0.12)
        assert of["numeric"] < 0.06


def test_a_run_over_text_and_pictures_scores(tmp_path: Path):
    """lm-eval asks text and pictures in separate calls; both arrive in one scorecard."""
    pytest.importorskip("PIL")
    task = "heptathlon_mllm_ct_stream_smoke"
    runner.run(["--model", "heptathlon", "--model_args", "player=oracle", "--tasks", task,
                "--limit", "3", "--output_path", str(tmp_path)])  # fmt: skip
    card, scored = scorecard.score_run(runs.read_run(tmp_path))
    assert len(scored) == 21
    assert {one.variant for one in scored} == {f"mllm_ct_{t}" for t in TASKS}
    found = card.families["mllm_ct"]
    assert found.headline.value is None, "none of them is the headline's"
    assert {form.variant for form in found.forms} == {f"mllm_ct_{t}" for t in TASKS}
    assert all(form.metrics["strict"].value == 1.0 for form in found.forms)


def test_a_text_model_is_refused_before_its_weights_are_loaded(tmp_path: Path):
    arguments = ["--model", "hf", "--model_args", "pretrained=/nowhere", "--tasks",
                 "heptathlon_mllm_ct_stream_smoke", "--output_path", str(tmp_path)]  # fmt: skip
    with pytest.raises(HeptathlonError, match=r"show pictures, .* 'hf' takes text"):
        runner.run(arguments)
