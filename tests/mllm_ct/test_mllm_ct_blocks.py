"""Taught tasks: that they are as they claim, what a script wins in them, how answers are read.

Long because the taught blocks are built once for all tests.
"""

from collections import Counter
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heptathlon import families
from heptathlon.builders import mllm_ct as builder
from heptathlon.builders.mllm_ct import blocks as made
from heptathlon.builders.mllm_ct.records import BlockRecord
from heptathlon.builders.mllm_ct.words import APART, KINDS, NAMES, PATTERNS
from heptathlon.running import runner, runs
from heptathlon.scorers import continual
from heptathlon.scorers import mllm_ct as scorer
from heptathlon.scorers import mllm_ct_blocks as blocks_scorer
from heptathlon.scorers.verdict import Row
from heptathlon.scoring import scorecard
from heptathlon.seeding import Stream
from heptathlon.tasks import catalog
from heptathlon.tasks.mllm_ct import blocks as prompts
from heptathlon.tasks.mllm_ct.baselines import PLAYERS
from heptathlon.tasks.mllm_ct.judge import RUBRIC

FAMILY = families.family("mllm_ct")
KIND_OF = {word: kind for kind, words in KINDS.items() for word in words}
BARS = ("constant", "blind", "majority", "latest", "last_block", "last_rule", "neighbour", "ridge")
"""Players that see no more than the prompt."""

Built = dict[tuple[str, str], list[BlockRecord]]


@pytest.fixture(scope="module")
def lite() -> Built:
    return builder.generate("fresh", "lite", "blocks", "2026.1", "")  # type: ignore[return-value]


@pytest.fixture(scope="module")
def pictured() -> Built:
    return builder.generate("fresh", "lite", "blocks_image", "2026.1", "")  # type: ignore[return-value]


@pytest.fixture(scope="module")
def many() -> list[dict[str, Any]]:
    """Return the headline's questions of three more draws of the size of the tier lite."""
    return [
        record.model_dump(mode="json")
        for draw in range(3)
        for config, record in made.ladder("lite", partial(Stream, "many", draw), "2026.1")
        if config == "blocks"
    ]


# --- data ----------------------------------------------------------------------------------------


def kinds(item: str) -> tuple[str, ...]:
    return tuple(sorted(KIND_OF[word] for word in item.split(", ")))


def bare(block: dict[str, Any], answer: str) -> str:
    """Return what an answer is about, by trying every word it has."""
    return next(w for w in answer.split() if block["pattern"].replace("{}", w) == answer)


def induced(doc: dict[str, Any]) -> set[str]:
    """Return every answer that some rule over kinds gives which fits the asked task's block.

    It knows what words mean and nothing of the record but what the prompt shows.
    """
    block = next(b for b in doc["blocks"] if b["name"] == doc["name"])
    said = [bare(block, e["answer"]) for e in block["examples"]]
    items = [e["item"] for e in block["examples"]]
    if all(s in item.split(", ") for s, item in zip(said, items, strict=True)):
        (kind,) = {KIND_OF[s] for s in said}
        return {w for w in doc["item"].split(", ") if KIND_OF[w] == kind}
    every = sorted({k for item in items for k in kinds(item)})
    # A slot's kinds never stand together: a rule reads some of the slots.
    slots: list[list[str]] = []
    for kind in every:
        home = next((s for s in slots if not any({kind, o} <= set(kinds(i)) for o in s
                                                 for i in items)), None)  # fmt: skip
        home.append(kind) if home is not None else slots.append([kind])
    found = set()
    for count in range(1, len(slots) + 1):
        for chosen in combinations(slots, count):
            wanted = {k for slot in chosen for k in slot}
            table: dict[tuple[str, ...], set[str]] = {}
            for item, answer in zip(items, said, strict=True):
                table.setdefault(tuple(k for k in kinds(item) if k in wanted), set()).add(answer)
            key = tuple(k for k in kinds(doc["item"]) if k in wanted)
            if all(len(answers) == 1 for answers in table.values()) and key in table:
                found |= table[key]
        if found:
            return found
    return found


def test_a_tasks_block_and_what_words_mean_give_one_answer(lite: Built):
    for key in (("blocks", "test"), ("blocks_matrix", "test")):
        for record in lite[key]:
            doc = record.model_dump(mode="json")
            assert induced(doc) == {doc["content"]}, doc["item"]
            assert doc["answer"] == doc["pattern"].replace("{}", doc["content"])
            assert doc["others"][doc["asked"] - 1] == doc["content"]


def test_words_of_a_question_stand_in_no_example(lite: Built):
    for rows in lite.values():
        for record in rows:
            shown = {w for b in record.blocks for e in b.examples for w in e.item.split(", ")}
            assert not shown & set(record.item.split(", "))
            if record.kind != "pick":
                assert set(record.candidates) <= set(NAMES)


def test_answers_and_places_come_equally_often_in_a_block(lite: Built):
    for record in lite["blocks", "test"]:
        for block in record.blocks:
            said = [bare(block.model_dump(), e.answer) for e in block.examples]
            items = [e.item.split(", ") for e in block.examples]
            if record.kind == "pick":
                said = [str(i.index(s)) for i, s in zip(items, said, strict=True)]
            assert set(Counter(said).values()) == {2}
            assert len(Counter(said)) == 4
            words = [w for item in items for w in item]
            assert len(set(words)) == len(words)


def test_kinds_that_are_confused_never_meet(lite: Built):
    for record in lite["blocks", "test"]:
        met = {KIND_OF[w] for b in record.blocks for e in b.examples for w in e.item.split(", ")}
        assert not any(pair <= met for pair in APART)
    assert len(KIND_OF) == sum(map(len, KINDS.values())) == 480
    assert all(sum(a != b for a, b in zip(x, y, strict=True)) >= 2
               for x, y in combinations(NAMES, 2))  # fmt: skip


def test_tasks_of_a_sequence_differ_in_name_and_form_and_not_in_what_they_are_about(lite: Built):
    for record in lite["blocks", "test"]:
        names = [b.name for b in record.blocks]
        assert len(set(names)) == len(names) == record.tasks == record.cut
        patterns = [b.pattern for b in record.blocks]
        assert len(set(patterns)) == min(len(patterns), len(PATTERNS))
        assert names.index(record.name) + 1 == record.asked < record.tasks
        about = [{KIND_OF[w] for e in b.examples for w in e.item.split(", ")}
                 for b in record.blocks]  # fmt: skip
        assert all(kinds == about[0] for kinds in about)


@pytest.mark.parametrize("config", ["blocks", "blocks_image"])
def test_each_question_is_asked_twice_and_both_orders_have_the_same_blocks(
    config: str, lite: Built, pictured: Built
):
    built = lite if config == "blocks" else pictured
    end = {r.query: r for r in built[config, "test"]}
    learnt = {r.query: r for r in built[f"{config}_learnt", "test"]}
    assert end.keys() == learnt.keys()
    assert len(end) == len(built[config, "test"])
    by_sequence: dict[str, dict[str, BlockRecord]] = {}
    for question, one in end.items():
        other = learnt[question]
        assert other.cut == other.asked == one.asked
        assert other.since == 0 < one.since
        assert other.blocks == one.blocks[: one.asked]
        same = ("item", "name", "answer", "wording", "sequence", "cluster_id", "marks")
        assert all(getattr(one, n) == getattr(other, n) for n in same)
        by_sequence.setdefault(one.cluster_id, {})[one.order] = one
    for pair in by_sequence.values():
        assert pair["forward"].blocks == pair["reverse"].blocks[::-1]
        assert pair["forward"].asked == pair["reverse"].asked


def test_rungs_wordings_and_lags_are_balanced(lite: Built):
    rows = lite["blocks", "test"]
    assert set(Counter(r.tasks for r in rows).values()) == {40}
    assert {r.tasks: r.kind for r in rows} == made.RULES
    assert set(Counter((r.tasks, r.wording) for r in rows).values()) == {10}
    asked = Counter((r.tasks, r.asked) for r in rows)
    assert all(asked[t, place] for t in made.RULES for place in range(1, t))


def test_the_matrix_asks_everything_after_everything(lite: Built):
    rows = lite["blocks_matrix", "test"]
    cells = {(r.cluster_id, r.order, r.asked, r.cut) for r in rows}
    assert len(cells) == len(rows) == 18 * 2 * 10
    assert Counter(r.kind for r in rows) == dict.fromkeys(made.MATRIX_RULES, 120)
    assert all(r.asked <= r.cut <= made.MATRIX_TASKS for r in rows)
    for question in {r.query for r in rows}:
        assert len({r.item for r in rows if r.query == question}) == 1


def test_tiers_are_nested(lite: Built):
    smoke = builder.generate("fresh", "smoke", "blocks", "2026.1", "")
    for key, records in smoke.items():
        assert {r.item_id for r in records} <= {r.item_id for r in lite[key]}
    assert len(smoke["blocks", "test"]) + len(smoke["blocks_learnt", "test"]) == 96


def test_no_feature_of_a_figure_that_does_not_matter_tells_the_answer(pictured: Built):
    """Neither that it goes with certain answers nor that it does not."""
    hits = Counter[bool]()
    for record in pictured["blocks_image", "test"]:
        assert record.tasks in made.PICTURE_TASKS
        if record.kind != "which":
            continue
        examples = record.blocks[record.asked - 1].examples
        by_place = [{}, {}]  # type: ignore[var-annotated]
        for one in examples:
            for place, feature in enumerate(one.item.split()):
                by_place[place].setdefault(feature, set()).add(one.answer)
        told = [all(len(a) == 1 for a in table.values()) for table in by_place]
        assert sorted(told) == [False, True], "one feature tells, the other never does"
        feature = record.item.split()[told.index(False)]
        hits[record.answer in by_place[told.index(False)].get(feature, set())] += 1
    assert 0.3 < hits[True] / hits.total() < 0.7


# --- prompts -------------------------------------------------------------------------------------


def test_a_prompt_shows_its_blocks_and_nothing_of_the_answer(lite: Built):
    for record in lite["blocks", "test"][::7]:
        doc = record.model_dump(mode="json")
        text = prompts.prompt(doc)
        assert text.endswith(prompts.open_line(doc))
        assert text.count("\n\n") == record.cut + 1
        spoilt = {**doc, "answer": "x", "content": "x", "others": ["x"], "rule": "x",
                  "candidates": ["x"], "pattern": "x"}  # fmt: skip
        assert prompts.prompt(spoilt) == text
        assert prompts.picture_prompt(doc).count("<image>") == 1
    given = [w.given for w in prompts.WORDINGS]
    assert len(set(given)) == made.WORDINGS == len(prompts.WORDINGS)


def test_after_its_own_block_a_prompt_is_the_beginning_of_the_whole_one(lite: Built):
    end = {r.query: r.model_dump(mode="json") for r in lite["blocks", "test"]}
    for record in lite["blocks_learnt", "test"][::7]:
        short = prompts.prompt(record.model_dump(mode="json"))
        whole = prompts.prompt(end[record.query])
        cut = short.rindex("\n\n")
        assert whole.startswith(short[:cut])
        assert whole.endswith(short[cut:])


def test_figures_are_drawn_where_their_answers_stand(pictured: Built):
    pytest.importorskip("PIL")
    from heptathlon.tasks.mllm_ct.pictures import RGB
    from heptathlon.tasks.mllm_ct.sheets import CELL, NAME, ROW

    for record in pictured["blocks_image", "test"][:60:20]:
        doc = record.model_dump(mode="json")
        (image,) = prompts.sheet(doc)
        assert image.size == (NAME + 8 * CELL, ROW * (record.cut + 1))
        pixels = np.asarray(image)
        rows = [*(b["examples"] for b in doc["blocks"]), [{"marks": doc["marks"]}]]
        for row, cells in enumerate(rows):
            for place, cell in enumerate(cells):
                colour = RGB[cell["marks"][0]["colour"]]
                wanted = tuple(int(colour[k : k + 2], 16) for k in (1, 3, 5))
                part = pixels[ROW * row : ROW * (row + 1),
                              NAME + CELL * place : NAME + CELL * (place + 1)]  # fmt: skip
                assert (part == wanted).all(axis=2).mean() > 0.04


# --- how answers are read ------------------------------------------------------------------------

DOC: dict[str, Any] = {
    "form": "blocks", "name": "lobi", "item": "raven, truck, bassoon, haddock", "wording": 0,
    "pattern": "take {}", "content": "truck", "answer": "take truck",
    "candidates": ["raven", "truck", "bassoon", "haddock"], "others": ["truck", "bassoon"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "strict", "lenient", "outcome"),
    [
        ("take truck", 1, 1, "right"),
        (" take truck\n\nbuvi: eel, tuba -> tuba again", 1, 1, "right"),
        ("take truck\nlobi: raven, truck -> take raven", 1, 1, "right"),
        ("**Take truck.**", 1, 1, "right"),
        ("`take truck`", 1, 1, "right"),
        ("lobi: raven, truck, bassoon, haddock -> take truck", 1, 1, "right"),
        ("-> take truck", 1, 1, "right"),
        ("<think>bassoon? No.</think>\ntake truck", 1, 1, "right"),
        ("The task lobi picks the vehicle of the four words that are given.\n\ntake truck",
         1, 1, "right"),
        ("I looked at all eight examples of it.\nANSWER: take truck", 1, 1, "right"),
        ("truck", 0, 1, "right_off_form"),
        ("truck again", 0, 1, "right_off_form"),
        ("It is the truck.", 0, 1, "right_off_form"),
        ("take bassoon", 0, 0, "other_task"),
        ("bassoon again", 0, 0, "other_task_off_form"),
        ("take raven", 0, 0, "wrong"),
        ("raven", 0, 0, "wrong_off_form"),
        ("take truck or raven", 0, 0, "no_answer"),
        ("raven, truck, bassoon, haddock", 0, 0, "no_answer"),
        ("take trucks", 0, 0, "no_answer"),
        ("take a lorry", 0, 0, "no_answer"),
        ("", 0, 0, "no_answer"),
        ("<think>take truck", 0, 0, "truncated"),
    ],
)  # fmt: skip
def test_answers(text: str, strict: int, lenient: int, outcome: str):
    found = scorer.verdict(DOC, [text])
    assert (found.metrics["strict"], found.metrics["lenient"]) == (strict, lenient)
    assert found.outcome == outcome
    assert found.invalid == (outcome in {"no_answer", "truncated"})


def test_a_form_that_says_it_twice_is_read(lite: Built):
    doc = {**DOC, "pattern": "{} {}"}
    assert scorer.verdict(doc, ["truck truck"]).metrics["strict"] == 1.0
    assert scorer.verdict(doc, ["truck"]).metrics == {"strict": 0, "parsed": 0, "lenient": 1}
    assert scorer.verdict(doc, ["truck raven"]).outcome == "no_answer"
    for rows in lite.values():
        for record in rows[::9]:
            one = record.model_dump(mode="json")
            assert set(scorer.verdict(one, [prompts.target(one)]).metrics.values()) == {1.0}


words = st.text(alphabet=st.sampled_from("take truck raven|:->()\n<think/ANSWER. "))


@given(st.one_of(words, st.text()))
@settings(max_examples=200, deadline=None)
def test_any_text_gets_a_verdict(text: str):
    found = scorer.verdict(DOC, [text])
    assert tuple(found.metrics) == blocks_scorer.METRICS
    assert set(found.metrics.values()) <= {0.0, 1.0}
    assert found.metrics["strict"] <= min(found.metrics["parsed"], found.metrics["lenient"])


@pytest.mark.parametrize("part", ["take truck ", "truck\n", "ANSWER: ", "<think>", "| "])
def test_hostile_length_takes_little_time(part: str):
    scorer.verdict(DOC, [part * 20_000])


def test_broken_machinery_raises():
    with pytest.raises(ValueError, match="one text"):
        scorer.verdict(DOC, [(0.0, True)])


# --- what can be won -----------------------------------------------------------------------------


def played(player: str, docs: list[dict[str, Any]]) -> dict[str, float]:
    found = [scorer.verdict(d, [PLAYERS[player].answer(d)]).metrics for d in docs]
    return {m: sum(f[m] for f in found) / len(found) for m in blocks_scorer.METRICS}


def test_what_each_player_reaches(many: list[dict[str, Any]]):
    """Of 840 questions; two standard errors of a guess are 0.03."""
    assert played("oracle", many) == dict.fromkeys(blocks_scorer.METRICS, 1.0)
    assert played("gold_dumper", many)["lenient"] == 0.0
    forgetter = played("format_forgetter", many)
    assert forgetter["lenient"] == 1.0
    assert forgetter["strict"] < 0.02, "two forms in sixteen tasks are the same"
    expert = played("last_task_expert", many)
    assert expert["strict"] < 0.02
    assert expert["lenient"] == pytest.approx(FAMILY.chance, abs=0.05)
    for player in ("majority", "latest", "last_rule"):
        assert played(player, many)["strict"] == pytest.approx(FAMILY.chance, abs=0.05), player
    for player in ("constant", "blind", "last_block"):
        assert played(player, many)["strict"] < 0.08, player
    for player in ("neighbour", "ridge"):
        # Spelling tells a little of what a word means: birds are longer than limbs.
        assert 0.2 < played(player, many)["strict"] < 0.36, player


def test_a_word_classifier_of_another_draw_does_not_find_the_answer(many: list[dict[str, Any]]):
    """From the question alone: which of the four words is right, by spelling, place and length."""
    sklearn = pytest.importorskip("sklearn.linear_model")
    text = pytest.importorskip("sklearn.feature_extraction.text")
    from scipy.sparse import csr_matrix, hstack

    picks = [d for d in many if d["kind"] == "pick"]
    half = len(picks) // 2
    shape = text.CountVectorizer(analyzer="char_wb", ngram_range=(1, 3))
    rows = [(w, p, w == d["content"]) for d in picks for p, w in enumerate(d["item"].split(", "))]
    spelled = shape.fit_transform([w for w, _, _ in rows])
    place = csr_matrix([[float(p == q) for q in range(4)] for _, p, _ in rows])
    table = hstack([spelled, place]).tocsr()
    goal = np.array([right for _, _, right in rows])
    model = sklearn.LogisticRegression(max_iter=400).fit(table[: 4 * half], goal[: 4 * half])
    scores = model.decision_function(table[4 * half :]).reshape(-1, 4)
    right = scores.argmax(axis=1) == goal[4 * half :].reshape(-1, 4).argmax(axis=1)
    assert right.mean() < FAMILY.chance + 2.5 * (0.25 * 0.75 / len(right)) ** 0.5


def test_no_block_but_the_asked_one_is_right_more_often_than_a_guess(many: list[dict[str, Any]]):
    for place in (0, -1):
        apart = [d for d in many if d["asked"] - 1 != place % d["tasks"]]
        rate = sum(d["others"][place] == d["content"] for d in apart) / len(apart)
        assert rate == pytest.approx(FAMILY.chance, abs=2.5 * (0.1875 / len(apart)) ** 0.5)


# --- two answers to one question -----------------------------------------------------------------


def rows_of(player: str, built: Built, *configs: str) -> list[Row]:
    out = []
    for config in configs:
        for record in built[config, "test"]:
            doc = record.model_dump(mode="json")
            answer = PLAYERS[player].answer(doc) if player else ""
            out.append(Row(f"mllm_ct_{config}", doc, scorer.verdict(doc, [answer])))
    return out


def lost(player: str, built: Built) -> dict[str, float | None]:
    rows = rows_of(player, built, "blocks", "blocks_learnt")
    verdicts = [v for r, v in zip(rows, scorer.across(rows), strict=True)
                if r.variant == "mllm_ct_blocks"]  # fmt: skip
    out: dict[str, float | None] = {
        name: float(np.mean([v.metrics[name] for v in verdicts]))
        for name in ("strict", *blocks_scorer.LOST)
    }
    values = np.array([[v.metrics[c] for c in ("kept", "learnt")] for v in verdicts])
    share = scorer.STATISTICS["retention"].compute(values, np.ones(len(values)))
    return out | {"retention": None if np.isnan(share) else share}


def test_planted_losses_are_told_apart(lite: Built):
    nothing = dict.fromkeys(("bwt", "bwt_essential", "bwt_superficial"), 0.0)
    assert lost("oracle", lite) == {
        "strict": 1.0, "learnt": 1.0, "kept": 1.0, "retention": 1.0, **nothing}  # fmt: skip
    form = lost("format_forgetter", lite)
    assert (form["bwt_essential"], form["learnt"]) == (0.0, 1.0)
    assert form["bwt"] == form["bwt_superficial"] < -0.98
    expert = lost("last_task_expert", lite)
    assert expert["learnt"] == 1.0
    assert expert["bwt"] < -0.98
    assert -0.85 < expert["bwt_essential"] < -0.65
    # Who never learnt anything has forgotten nothing, and has kept nothing either.
    assert lost("", lite) == {"strict": 0.0, "learnt": 0.0, "kept": 0.0, "retention": None,
                              **nothing}  # fmt: skip


def test_a_question_that_was_asked_once_has_no_change(lite: Built):
    rows = rows_of("oracle", lite, "blocks")
    assert scorer.across(rows) == [row.verdict for row in rows]


def test_the_matrix_of_a_model_that_knows_the_last_task_alone(lite: Built):
    rows = rows_of("last_task_expert", lite, "blocks_matrix")
    found = {m: blocks_scorer.matrices(rows, m) for m in ("strict", "lenient")}
    for order in made.ORDERS:
        strict, lenient = (found[m][order] for m in ("strict", "lenient"))
        assert np.diagonal(strict.scores).tolist() == [1.0] * 4
        assert np.isnan(strict.scores[np.triu_indices(4, 1)]).all()
        assert (strict.scores[np.tril_indices(4, -1)] == 0).all()
        figures = continual.measure(strict)
        assert figures["bwt_gem"].value == -1.0
        assert figures["acc_last"].value == 0.25
        assert figures["fwt"].reason.startswith("missing: 2 base")
        split = continual.split_forgetting(strict, lenient)
        assert split["bwt_essential"].value + split["bwt_superficial"].value == -1.0
        tables = blocks_scorer.scores_by_order(rows, "strict")[order]
        drawn = continual.resampled_rows(tables, resamples=20, seed=0)
        assert drawn.shape == (20, 5, 4)


# --- through lm-eval -----------------------------------------------------------------------------


def test_a_run_of_the_familys_group(tmp_path: Path):
    runner.run(["--model", "heptathlon", "--model_args", "player=last_task_expert", "--tasks",
                "heptathlon_mllm_ct_smoke,heptathlon_mllm_ct_blocks_matrix_smoke",
                "--output_path", str(tmp_path)])  # fmt: skip
    card, scored = scorecard.score_run(runs.read_run(tmp_path))
    assert len(scored) == 48 + 48 + 60
    found = card.families["mllm_ct"]
    assert (found.headline.metric, found.headline.n) == ("strict", 48)
    assert found.complete
    main = next(form for form in found.forms if form.primary)
    assert main.metrics["bwt"].value == -1.0
    assert main.metrics["bwt_essential"].low < main.metrics["bwt_essential"].value < 0
    assert main.metrics["retention"].value == 0.0
    assert {s.field for s in found.strata} == {"task", "kind", "tasks", "gap", "order", "wording"}


def test_pictures_are_asked_one_a_question(tmp_path: Path):
    pytest.importorskip("PIL")
    runner.run(["--model", "heptathlon", "--model_args", "player=oracle", "--tasks",
                "heptathlon_mllm_ct_pictured_smoke", "--output_path", str(tmp_path)])  # fmt: skip
    card, scored = scorecard.score_run(runs.read_run(tmp_path))
    assert len(scored) == 48
    forms = {form.variant: form.metrics["strict"].value for form in card.families["mllm_ct"].forms}
    assert forms == dict.fromkeys(("mllm_ct_blocks_image", "mllm_ct_blocks_image_learnt"), 1.0)


def test_no_judge_is_asked_about_reasoning_that_nobody_asked_for():
    taken = {t for t in catalog.leaves() if RUBRIC.takes(catalog.task_data(t))}
    assert not [task for task in taken if "_blocks" in task]
    assert "heptathlon_mllm_ct_numeric_smoke" in taken
