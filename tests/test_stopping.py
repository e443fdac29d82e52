"""A run that stops when it knows enough: what it asks, what it says, and how it goes on."""

import json
from pathlib import Path

import pytest

from heptathlon.errors import HeptathlonError
from heptathlon.families import FAMILIES
from heptathlon.leaderboard import submit, validate
from heptathlon.running import runner, runs, stopped
from heptathlon.scorers.hooks import across
from heptathlon.scoring import compare, playing, scorecard
from heptathlon.tasks import catalog
from heptathlon.tasks.players import players_of

FAMILY = "verbalizer"
TASK = "heptathlon_verbalizer_pairs_smoke"
OTHER = "heptathlon_verbalizer_neutral_smoke"
CLUSTERS = 38


def ask(folder: Path, player: str, *flags: str, tasks: str = f"{TASK},{OTHER}") -> Path:
    named = ["--model", "heptathlon", "--model_args", f"player={player}"]
    (path,) = runner.run([*named, "--tasks", tasks, "--output_path", str(folder), *flags])
    return path.parent


@pytest.fixture(scope="module")
def precise(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ask(tmp_path_factory.mktemp("precise"), "oracle", "--precision", "0.2")


@pytest.fixture(scope="module")
def card(precise: Path) -> scorecard.Scorecard:
    return scorecard.score_run(runs.read_run(precise))[0]


def test_the_first_clusters_of_the_order_are_asked_whole(precise: Path):
    run = runs.read_run(precise)
    assert set(run.samples) == {TASK}, "only the headline is asked"
    data = catalog.task_data(TASK)
    every = playing.documents(data, "2026.1")
    order = stopped.order(data, "2026.1", [doc["cluster_id"] for doc in every])
    asked = {one.doc["cluster_id"] for one in run.samples[TASK]}
    assert len(order) == CLUSTERS > len(asked)
    assert asked == set(order[: len(asked)])
    assert len(run.samples[TASK]) == sum(doc["cluster_id"] in asked for doc in every)


def test_some_clusters_are_in_the_order_of_all():
    data = catalog.task_data(TASK)
    labels = [f"c{i}" for i in range(50)]
    order = stopped.order(data, "2026.1", labels)
    assert stopped.order(data, "2026.1", labels[::3]) == [x for x in order if x in labels[::3]]
    assert order != stopped.order(data, "2027.1", labels)


def test_the_card_says_that_it_stopped_and_its_interval_holds_at_every_moment(card):
    family = card.families[FAMILY]
    assert not family.complete
    assert family.stopped is not None
    assert family.stopped.precision == 0.2
    found = family.headline
    assert found.method == "betting-sequence"
    assert (found.high - found.low) / 2 <= 0.2
    assert found.n < family.expected


def test_it_can_be_continued_to_the_whole(precise: Path):
    (journal,) = (precise.parent / ".journal").iterdir()
    kept = len(journal.read_text().splitlines())
    folder = ask(precise.parent, "oracle", tasks=TASK)
    run = runs.read_run(folder)
    assert len(run.samples[TASK]) == 76
    assert kept > 0
    assert not journal.exists(), "nothing is left to ask"
    family = scorecard.score_run(run)[0].families[FAMILY]
    assert family.complete
    assert family.stopped is None


def test_it_stops_when_the_difference_is_decided(precise: Path, card, tmp_path: Path):
    folder = ask(tmp_path, "constant", "--versus", str(precise), tasks=TASK)
    run = runs.read_run(folder)
    mine, scored = scorecard.score_run(run)
    assert mine.families[FAMILY].stopped.versus == "heptathlon/oracle"
    theirs = scorecard.score_run(runs.read_run(precise))
    found = compare.compare(mine, scored, *theirs).families[FAMILY]
    assert found.difference.method == "betting-sequence"
    assert found.difference.high < 0
    assert found.verdict == "b"
    assert found.p_value < 0.05


def test_what_cannot_be_stopped_is_refused(tmp_path: Path):
    for flags, tasks, says in (
        (["--precision", "2"], TASK, "no half-width"),
        (["--precision", "0.1", "--limit", "3"], TASK, "leave one of the two out"),
        (["--precision", "0.1"], OTHER, "none of these is one"),
        (["--precision", "0.1"], "heptathlon_students_choice_smoke", "no mean over documents"),
    ):
        with pytest.raises(HeptathlonError, match=says):
            ask(tmp_path, "random", *flags, tasks=tasks)


def test_a_run_of_another_set_is_nothing_to_compare_with(precise: Path, tmp_path: Path):
    with pytest.raises(HeptathlonError, match="has answered no document"):
        ask(tmp_path, "random", "--versus", str(precise), tasks="heptathlon_rarb_rank_smoke")


def test_it_cannot_be_submitted_and_who_hides_the_stop_lacks_documents(
    precise: Path, tmp_path: Path
):
    first = min(precise.glob("results_*.json"))
    run = tmp_path / "run"
    run.mkdir()
    for file in precise.glob(f"*{first.name.removeprefix('results_').removesuffix('.json')}*"):
        (run / file.name).write_bytes(file.read_bytes())
    with pytest.raises(HeptathlonError, match="stopped before it had asked everything"):
        submit.prepare(run, tmp_path / "out")
    results = json.loads((run / first.name).read_text())
    del results["stopped"]
    (run / first.name).write_text(json.dumps(results))
    with pytest.raises(HeptathlonError, match="are missing"):
        submit.prepare(run, tmp_path / "out")


def test_the_validator_refuses_the_record_in_one_sentence(tmp_path: Path):
    folder = ask(tmp_path / "runs", "oracle", tasks=f"{TASK},{OTHER}")
    made = submit.prepare(folder, tmp_path / "made")
    (results,) = made.glob("results_*.json")
    data = json.loads(results.read_text())
    data["stopped"] = {"precision": 0.2, "tasks": [TASK]}
    results.write_text(json.dumps(data, indent=2, ensure_ascii=False))
    from tests import forge

    forge.listed(made)
    (found,) = validate.validate(made).findings
    assert found.field == "stopped"
    assert "asks the rest, and submit that" in found.message


@pytest.mark.parametrize("name", [n for n in FAMILIES if n not in ("students", "recall")])
def test_what_a_scorer_sees_across_documents_it_sees_within_a_cluster(name):
    """Else the figure of a cluster would change with what is asked after it."""
    family = FAMILIES[name]
    headline = family.headline
    ones = playing.unanswered(family, "fresh", "smoke", "2026.1")
    player = list(players_of(name).values())[-1]
    rows = [one.row._replace(verdict=playing._play(player, one)) for one in ones]
    whole = dict(zip([row.doc["item_id"] for row in rows], across(name, rows), strict=True))
    clusters: dict[str, list] = {}
    for row in rows:
        if row.variant in headline.variants:
            clusters.setdefault(row.doc["cluster_id"], []).append(row)
    for of in clusters.values():
        for row, verdict in zip(of, across(name, of), strict=True):
            known = whole[row.doc["item_id"]].metrics
            assert verdict.metrics[headline.metric] == known[headline.metric]
