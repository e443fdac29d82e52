"""The SORT tasks as lm-eval loads them, the prompts as a model sees them, and the players.

Long because one set is built and played for all tests.
"""

import os
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
import yaml
from lm_eval.tasks import TaskManager

from benchmarks import sort_prefix
from heptathlon import cli, families
from heptathlon.builders import sort as builder
from heptathlon.builders import sources, store
from heptathlon.builders.sort import fresh, paper
from heptathlon.builders.sort.records import WORDINGS
from heptathlon.builders.sort.unit import PAIRS
from heptathlon.errors import HeptathlonError
from heptathlon.running import runner, runs
from heptathlon.scorers import sort as scorer
from heptathlon.scorers.verdict import Row, Verdict
from heptathlon.scoring import scorecard
from heptathlon.tasks import catalog, derived
from heptathlon.tasks.players import Player
from heptathlon.tasks.sort import book, prompts
from heptathlon.tasks.sort.baselines import PLAYERS

SORT = families.family("sort")
FORMS = ("middle", "before", "nearer", "told", "happened")
WAYS = (
    *("untitled", "untitled_notext", "say", "say_notext", "say_quoted_notext"),
    *(f"say_{kind}" for kind in ("quoted", *FORMS)),
    *("memory", "memory_quoted"),
)
SHORT_WAYS = ("between", "say_between", "write")
"""Ways of asking that the longest texts are not asked in."""
BOOK_WAYS = (
    *("untitled", "untitled_notext", "say", "say_notext", "memory", "ranks", "ranks_notext"),
)
SHORT_BOOK_WAYS = ("swapped", "sweep")


def leaves(tier: str) -> list[str]:
    """Return every leaf task of a tier, from what the builder's tiers hold."""
    lengths = fresh.SIZES[tier].lengths
    names = [f"{p}e{n}" for n in lengths for p in ("", "notext_")]
    names += [f"{p}quoted_e{n}" for n in lengths if n not in PAIRS for p in ("", "notext_")]
    names += [f"{p}{form}" for form in FORMS for p in ("", "notext_")]
    names += [f"book_{p}{cell}" for cell in paper.shards(tier) for p in ("", "notext_")]
    names += [*WAYS, *(f"book_{way}" for way in BOOK_WAYS)]
    if tier != "long":
        names += [*SHORT_WAYS, *(f"book_{way}" for way in SHORT_BOOK_WAYS)]
    return [families.task_name(f"sort_{name}", tier) for name in names]


OWN_WAYS = ("sort_own", "sort_own_notext", "sort_own_say", "sort_own_say_notext", "sort_own_memory")
LEAVES = sorted(
    [t for tier in SORT.tiers for t in leaves(tier)]
    + [families.task_name(v, "full") for v in OWN_WAYS]
)
SMOKE = [t for t in leaves("smoke") if "_book_" not in t]
SMOKE_BOOK = [t for t in leaves("smoke") if "_book_" in t]
SMOKE_ITEMS = (60, 130)
SMOKE_PROMPT_CHARS = 2_200
"""Of a smoke prompt: 250 words of text and two passages, about 450 tokens in all."""

book_is_here = pytest.mark.skipif(
    not ("HEPTATHLON_SOURCES" in os.environ and sources.available(*paper.needed("smoke"))),
    reason="HEPTATHLON_SOURCES names no mirror with Book-SORT's smallest cell",
)


@pytest.fixture(scope="module")
def loaded(manager: TaskManager) -> dict[str, Any]:
    return manager.load(SMOKE)["tasks"]


def docs_of(config: str, tier: str = "smoke", edition: str = "fresh") -> list[dict[str, Any]]:
    return store.read_docs(store.ensure(store.SetName("sort", edition, tier)), config)


def test_the_leaves_are_all_there():
    assert sorted(t for t in catalog.leaves() if t.startswith("heptathlon_sort")) == LEAVES


@pytest.mark.parametrize("task", LEAVES)
def test_each_yaml_says_what_its_name_says(task: str):
    data = catalog.task_data(task)
    settings = catalog.definition(task)
    assert families.task_name(data.variant, data.tier) == task
    way = data.variant.removeprefix("sort_").split("_")[0]
    assert data.edition == {"book": "paper", "own": "own"}.get(way, "fresh")
    assert data.config in builder.configs(data.edition)
    assert settings["metadata"]["version"] == SORT.version
    assert ("notext" in data.variant) == ("notext" in data.config)
    assert ("memory" in data.variant) == ("memory" in data.config)
    if "length" in data.where:
        assert f"_e{data.where['length']}" in f"{data.variant}_"
    if "segment" in data.where:
        assert data.variant.endswith(f"_s{data.where['segment']}")
    if data.variant.startswith("sort_book_untitled"):
        assert settings["metadata"]["untitled"] is True


def test_the_headline_has_its_tasks():
    for edition in SORT.editions:
        for variant in SORT.headline_of(edition).variants:
            tiers = [t for t in SORT.tiers_of(edition)
                     if families.task_name(variant, t) in LEAVES]  # fmt: skip
            assert tiers, variant
            for tier in tiers:
                partner = variant.replace("_e", "_notext_e")
                assert families.task_name(partner, tier) in LEAVES


def responses(task: Any, doc: dict[str, Any]) -> list[list[Any]]:
    """Return a right, a wrong and an empty response."""
    if task.OUTPUT_TYPE == "generate_until":
        wrong = prompts.labels(doc)[doc["gold"] - 1]
        return [[task.doc_to_target(doc)], [f"ANSWER: {wrong}"], [""]]
    count, gold = len(task.doc_to_choice(doc)), task.doc_to_target(doc)
    return [
        [(0.0, True) if i == right else (-1.0, False) for i in range(count)]
        for right in (gold, (gold + 1) % count)
    ]


@pytest.mark.parametrize("task", SMOKE)
def test_each_task_loads_and_scores_in_lm_eval(task: str, loaded: dict[str, Any]):
    one = loaded[task]
    listed = [m["metric"] for m in one.config.metric_list]
    assert SORT.version == one.VERSION
    docs = list(one.test_docs())
    assert docs
    for doc in docs:
        scores = [one.process_results(doc, r) for r in responses(one, doc)]
        assert all(list(s) == listed == list(scorer.METRICS[doc["form"]]) for s in scores)
        assert [s["acc"] for s in scores] == [1.0, 0.0, 0.0][: len(scores)]


@pytest.mark.parametrize("task", SMOKE)
def test_few_shot_examples_teach_the_format(task: str, loaded: dict[str, Any]):
    one = loaded[task]
    one.set_fewshot_seed(0)
    doc = one.test_docs()[0]
    context = one.fewshot_context(doc, num_fewshot=2)
    head = one.doc_to_text(doc).split("\n")[0].split('"')[0]
    assert context.count(head) == 3
    assert context.endswith(one.doc_to_text(doc))
    few = list(one.fewshot_docs())
    assert not {d["cluster_id"] for d in few} & {d["cluster_id"] for d in one.test_docs()}


@pytest.mark.parametrize("tier", SORT.tiers)
def test_groups(tier: str, manager: TaskManager):
    group = catalog.group_definition(families.task_name("sort", tier))
    lengths = fresh.SIZES[tier].lengths
    names = [f"sort_e{n}" for n in lengths]
    names += [f"sort_quoted_e{n}" for n in lengths if n not in PAIRS]
    names += [f"sort_{form}" for form in FORMS]
    names += ["sort_between"] if tier in {"full", "lite"} else []
    assert group["task"] == [families.task_name(n, tier) for n in names]
    assert group["metadata"]["version"] == SORT.version
    cells = paper.shards(tier)
    names = [f"sort_book_{c}" for c in cells] + [f"sort_book_notext_{c}" for c in cells]
    group = catalog.group_definition(families.task_name("sort_paper", tier))
    assert group["task"] == [families.task_name(n, tier) for n in names]
    if tier in {"full", "lite", "smoke"}:
        suite = "heptathlon" if tier == "full" else f"heptathlon_{tier}"
        listed = catalog.group_definition(suite)["task"]
        assert families.task_name("sort", tier) in listed
    if tier == "smoke":
        tasks = manager.load([families.task_name("sort", tier)])["tasks"]
        docs = [(one, doc) for one in tasks.values() for doc in one.test_docs()]
        assert SMOKE_ITEMS[0] <= len(docs) <= SMOKE_ITEMS[1]
        assert max(len(one.doc_to_text(doc)) for one, doc in docs) <= SMOKE_PROMPT_CHARS


# --- prompts -----------------------------------------------------------------------------------


@pytest.mark.parametrize("config", list(fresh.CONFIGS))
def test_a_prompt_does_not_tell_the_answer(config: str):
    spoilt = {"gold": 0, "starts": [], "distance": "x", "place": "x", "agreement": "none"}
    given = {"text", "between"}
    for doc in docs_of(config):
        for ask in (prompts.likelihood, prompts.untitled, prompts.say, prompts.write):
            assert ask(doc) == ask({**doc, **spoilt})
            assert (doc["text"] in ask(doc)) == (doc["condition"] in given) or not doc["text"]
            assert all(other in ask(doc) for other in doc["between"])
        assert doc["title"] not in prompts.untitled(doc)
        assert doc["title"] in prompts.likelihood(doc)


def test_prompts_of_one_text_share_the_text_and_stand_together():
    """The orders of a pair part where the first option begins, other pairs behind the text."""
    docs = docs_of("order", "lite")
    groups = 0
    for _, group in groupby(docs, key=lambda d: d["cluster_id"]):
        of_text = list(group)
        groups += 1
        assert len(of_text) == 2 * PAIRS.get(of_text[0]["rung"], 4)
        texts = [prompts.likelihood(d) for d in of_text]
        assert of_text[0]["text"] + "\n\n" in os.path.commonprefix(texts)  # noqa: RUF071
        for pair in {d["pair_id"] for d in of_text}:
            both = [prompts.likelihood(d) for d in of_text if d["pair_id"] == pair]
            options = {d["labels"][0] for d in of_text if d["pair_id"] == pair}
            shared = os.path.commonprefix(both)  # noqa: RUF071
            shared = shared.rstrip("abcdefghijklmnopqrstuvwxyz ")
            assert shared.endswith(f"\n{options.pop()}:")
    assert groups == len({d["cluster_id"] for d in docs})


def test_other_texts_stand_between_and_the_question_names_its_own():
    for doc in docs_of("order_between"):
        prompt = prompts.likelihood(doc)
        places = [prompt.index(text) for text in (doc["text"], *doc["between"])]
        assert places == sorted(places)
        asked = prompt[places[-1] + len(doc["between"][-1]) :]
        assert asked.count(f'"{doc["title"]}"') == 2
        assert doc["title"] not in prompts.untitled(doc)


def test_wordings_differ_and_ask_what_they_should():
    doc = docs_of("order")[0]
    asked = {
        (asks, wording): prompts.question({**doc, "asks": asks, "wording": wording})
        for asks in ("first", "last")
        for wording in range(WORDINGS)
    }
    assert len(set(asked.values())) == len(asked)
    said = {"first": ("first", "earlier", "before"), "last": ("last", "later", "after")}
    for (asks, wording), text in asked.items():
        line = text.split("\n")[0]
        assert said[asks][wording] in line.split() or f"{said[asks][wording]}?" in line


def test_the_benchmark_counts_tokens_by_hand():
    texts = ["a b c", "a b d", "x", "a b c"]
    # Without a cache 3 + 3 + 1 + 3; with one prompt kept 3 + 1 + 1 + 3; a b c d x once each.
    assert sort_prefix.count(texts, str.split) == (10, 8, 5)


# --- Book-SORT ---------------------------------------------------------------------------------


@book_is_here
@pytest.mark.parametrize("task", SMOKE_BOOK)
def test_book_tasks_load_and_score(task: str, manager: TaskManager):
    one = manager.load([task])["tasks"][task]
    for doc in one.test_docs():
        scores = [one.process_results(doc, r)["acc"] for r in responses(one, doc)]
        assert scores == [1.0, 0.0, 0.0][: len(scores)]


@book_is_here
@pytest.mark.parametrize("number", [2, 0, 12])
def test_a_book_prompt_is_the_papers_word_for_word(number: int):
    """Put together here independently, from the published file."""
    metadata = {"prompt": number}
    manager = TaskManager(
        include_path=str(derived.include_path()), include_defaults=False, metadata=metadata
    )
    name = "heptathlon_sort_book_e250_s20_smoke"
    one = manager.load([name])["tasks"][name]
    doc = one.test_docs()[0]
    path = sources.fetch(paper.PROMPTS[number])
    parts = yaml.safe_load(path.read_text(encoding="utf-8"))
    segments = "Segment A: {} Segment B: {}\n".format(*doc["options"])
    expected = parts["pre_excerpt"] + parts["post_excerpt"]
    for mark, value in (
        ("<booktitle>", doc["title"]), ("<excerpt>", doc["text"]), ("<segments>", segments),
        ("<tasktype>", "first"), ("<label_list[0]>", "A"), ("<label_list[1]>", "B"),
    ):  # fmt: skip
        expected = expected.replace(mark, value)
    assert one.doc_to_text(doc) == expected
    one.build_all_requests(limit=1, rank=0, world_size=1)
    asked = [i.args for i in one.instances[:2]]
    context = f"{parts['system_prompt']}\n\n{expected} {parts['model_answer_prefix']}"
    assert asked == [(context, " A"), (context, " B")]


@book_is_here
def test_a_book_prompt_in_a_chat_template():
    name = "heptathlon_sort_book_notext_e250_s20_smoke"
    manager = TaskManager(include_path=str(derived.include_path()), include_defaults=False)
    one = manager.load([name])["tasks"][name]
    seen: list[list[dict[str, str]]] = []

    def template(messages: list[dict[str, str]], add_generation_prompt: bool = True) -> str:
        seen.append(messages)
        return "x"

    doc = one.test_docs()[0]
    one.fewshot_context(
        doc, 0, apply_chat_template=True, chat_template=template,
        gen_prefix=one.doc_to_prefix(doc), fewshot_as_multiturn=True,
    )  # fmt: skip
    system, user, assistant = seen[0]
    assert system == {"role": "system", "content": paper.prompt(2).system}
    assert user == {"role": "user", "content": book.text(doc)}
    assert assistant == {"role": "assistant", "content": "Answer: Segment"}
    assert doc["text"] == ""


@book_is_here
def test_the_sweep_asks_in_every_prompt_and_the_title_can_be_left_out():
    for doc in docs_of(paper.SWEEP, edition="paper")[::37]:
        number = int(doc["prompt"])
        assert book.text(doc, number) != book.text(doc, (number + 1) % 13)
        assert doc["title"] in book.text(doc, number)
        assert doc["title"] not in book.text(doc, number, untitled=True)
        assert "<" not in book.text({**doc, "text": "", "options": ["a", "b"]}, number)


@book_is_here
def test_a_sweep_picks_the_prompt_to_pass_on(tmp_path: Path, monkeypatch, capsys):
    """From a saved run to the option of the next one."""
    swept, plain = tmp_path / "swept", tmp_path / "plain"
    for folder, task in (
        (swept, "heptathlon_sort_book_sweep_smoke"),
        (plain, "heptathlon_sort_book_notext_e250_s20_smoke"),
    ):
        runner.run(["--model", "heptathlon", "--model_args", "player=random", "--tasks", task,
                    "--output_path", str(folder)])  # fmt: skip
    capsys.readouterr()
    monkeypatch.setattr("sys.argv", ["heptathlon", "pick-prompt", str(swept)])
    with pytest.raises(SystemExit, match="0"):
        cli.main()
    said = capsys.readouterr().out
    _, scored = scorecard.score_run(runs.read_run(swept))
    best = scorer.pick_prompt([one.row for one in scored])
    assert f"""--metadata '{{"prompt": {best}}}'""" in said
    assert book.prompt_number(best) == best
    monkeypatch.setattr("sys.argv", ["heptathlon", "pick-prompt", str(plain)])
    with pytest.raises(SystemExit, match="1"):
        cli.main()
    assert "holds no prompt sweep" in capsys.readouterr().err


@pytest.mark.parametrize("number", [13, -1, "two", ""])
def test_unknown_prompt_number_is_refused(number: object):
    with pytest.raises(HeptathlonError, match="its prompts are 0 to 12"):
        book.prompt_number(number)


# --- players -----------------------------------------------------------------------------------


def play(player: Player, doc: dict[str, Any], *, in_text: bool = False) -> Verdict:
    if in_text:
        return scorer.verdict(doc, [player.answer(doc)])
    options = prompts.labels(doc)
    chosen = player.choose(doc, options)
    return scorer.verdict(doc, [(-float(i != chosen), i == chosen) for i in range(len(options))])


@pytest.mark.parametrize("config", list(fresh.CONFIGS))
def test_every_player_answers_every_form(config: str):
    for doc in docs_of(config):
        for player in PLAYERS.values():
            found = play(player, doc)
            assert found == play(player, doc), "a player is a pure function"
            assert play(player, doc, in_text=True).answer == found.answer
            assert not found.invalid


def uplift(player: Player, edition: str, text: str, notext: str, tier: str = "lite") -> float:
    variant = "sort_book_x" if edition == "paper" else "sort_x"
    rows = [
        Row(variant, doc, play(player, doc))
        for config in (text, notext)
        for doc in docs_of(config, tier, edition)
    ]
    found = [v.metrics["uplift"] for v in scorer.across(rows) if "uplift" in v.metrics]
    assert len(found) == len(rows) / 2
    return sum(found) / len(found)


def both(player: Player, config: str, *, in_text: bool = False) -> float:
    """Return what a player reaches in the headline's metric on the lite set."""
    rows = [
        Row("sort_say" if in_text else "sort_x", doc, play(player, doc, in_text=in_text))
        for doc in docs_of(config, "lite")
    ]
    found = [v.metrics["acc_both"] for v in scorer.across(rows)]
    assert len(found) == len(rows)
    return sum(found) / len(found)


def test_the_headline_needs_the_meaning_of_words():
    for name in ("oracle", "dictionary"):
        for in_text in (False, True):
            assert both(PLAYERS[name], "order", in_text=in_text) == SORT.ceiling
    for name in ("constant", "last_option", "calendar"):
        assert both(PLAYERS[name], "order") == SORT.chance
    for name in ("random", "alphabet", "earlier_looking", "search", "search_letters"):
        # Four standard errors of 480 pairs.
        assert abs(both(PLAYERS[name], "order") - SORT.chance) < 4 * 0.5 / 480**0.5, name
    assert PLAYERS["dictionary"].sees == "world"
    assert PLAYERS["search"].sees == "prompt"


def test_a_search_finds_what_is_quoted_and_a_dictionary_what_is_not():
    assert both(PLAYERS["search"], "quoted") == 1.0
    for form in FORMS:
        docs = docs_of(form, "lite")
        assert all(play(PLAYERS["dictionary"], doc).metrics["acc"] for doc in docs), form


def test_uplift_is_a_half_for_who_reads_and_nothing_for_who_does_not():
    assert uplift(PLAYERS["oracle"], "fresh", "order", "order_notext") == 0.5
    assert uplift(PLAYERS["dictionary"], "fresh", "order", "order_notext") == 0.5
    assert uplift(PLAYERS["constant"], "fresh", "order", "order_notext") == 0.0


def test_order_of_telling_is_no_guide_to_the_order_of_happening():
    docs = docs_of("happened", "lite")
    by_telling = [PLAYERS["dictionary"].choose({**d, "form": "told"}, []) for d in docs]
    right = [chosen == d["gold"] for chosen, d in zip(by_telling, docs, strict=True)]
    assert sum(right) == len(docs) / 2


@book_is_here
def test_players_on_book_sort():
    assert uplift(PLAYERS["search"], "paper", "book", "book_notext", "smoke") == pytest.approx(
        0.5, abs=0.2
    )
    assert uplift(PLAYERS["oracle"], "paper", "book", "book_notext", "smoke") == 0.5
    docs = docs_of("book", "smoke", "paper")
    assert all(play(PLAYERS["search"], doc).metrics["acc"] for doc in docs)
