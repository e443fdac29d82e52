"""Heptathlon in Python: what ``import heptathlon as hept`` offers, and the commands are thin over.

A *name* is what the commands take: a family (``maze``: the tasks of its own group), a variant
(``maze_dfs``), both in a ``tier``; or lm-eval's name of a task or group, which says the tier itself
(``heptathlon_maze_dfs_lite``). Everything is built where it is not there; ``HEPTATHLON_SEASON`` and
``HEPTATHLON_SALT`` choose the set, as everywhere.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datasets import Dataset

    from heptathlon.running.planning import Plan
    from heptathlon.running.runs import Run
    from heptathlon.running.show import Prompt
    from heptathlon.scorers.verdict import Verdict
    from heptathlon.scoring.cards import Scorecard
    from heptathlon.scoring.comparison import Comparison
    from heptathlon.scoring.plain_compare import PlainComparison

__all__ = [
    "board",
    "compare",
    "load",
    "plan",
    "prompts",
    "run",
    "score",
    "score_answers",
    "verdict",
]

Answer = str | Sequence[float]
"""What a model said to one document: a text, or the log-likelihood of each option."""


def load(name: str, tier: str = "") -> "Dataset":
    """Return the documents of a family, a variant, a task or a group, ready to be asked.

    Args:
        name: what is asked.
        tier: ``smoke``, ``lite``, ``full`` or ``long``, where the name does not say it; ``full`` if
            left out.

    Returns:
        A row a question: ``task_name``, ``prompt`` and ``target`` as a model sees them, then the
        fields of the record; where several tasks are asked, a field that one lacks is None there. A
        picture is the placeholder ``<image>`` in the prompt; :func:`prompts` has it.

    Raises:
        UnknownNameError: if there is no such name, with the nearest ones.

    Example:
        >>> import heptathlon as hept
        >>> mazes = hept.load("maze", tier="smoke")
        >>> mazes.column_names[:4]
        ['task_name', 'prompt', 'target', 'item_id']
        >>> print(mazes[0]["prompt"].splitlines()[0])
        Find a shortest path from S to G in this maze.
    """
    from heptathlon.tasks import documents

    return documents.asked_as_rows(name, tier)


def prompts(
    name: str, tier: str = "", *, n: int | None = None, fewshot: int = 0
) -> "Iterator[Prompt]":
    """Yield items exactly as a model sees them, rendered by lm-eval itself.

    Args:
        name: what is asked.
        tier: size of the set, where the name does not say it.
        n: items of each task at most; all if left out.
        fewshot: worked examples before each item.

    Raises:
        UnknownNameError: if there is no such name, with the nearest ones.

    Example:
        >>> import heptathlon as hept
        >>> item = next(hept.prompts("sort_told", tier="smoke", n=1, fewshot=1))
        >>> item.options, item.text.count("ANSWER:")
        (('C', 'D'), 0)
    """
    from heptathlon.running import show

    return show.prompts(name, tier=tier, n=n, fewshot=fewshot)


def verdict(family: str, doc: Mapping[str, Any], answer: Answer) -> "Verdict":
    """Judge one answer to one document, as every model's is judged.

    Args:
        family: name of the family.
        doc: the record, such as a row of :func:`load`.
        answer: what was said, or the log-likelihood of each option.

    Raises:
        UnknownNameError: if there is no such family.
        HeptathlonError: for an answer of another kind than the document asks for.

    Example:
        >>> import heptathlon as hept
        >>> doc = hept.load("maze_dfs", tier="smoke")[0]
        >>> right = hept.verdict("maze", doc, f"Let me see. ANSWER: {doc['target']}")
        >>> right.outcome, right.metrics["optimal"]
        ('optimal', 1.0)
        >>> hept.verdict("maze", doc, "").outcome
        'no_answer'
    """
    from heptathlon.scoring import handed

    return handed.judged(family, doc, answer)


def plan(
    name: str,
    tier: str = "",
    *,
    tokenizer: str = "",
    model: str = "",
    model_args: Mapping[str, Any] | None = None,
    **options: Any,
) -> "Plan":
    """Count the tokens that a run will ask for, without loading weights.

    Args:
        name: what is asked.
        tier: size of the set, where the name does not say it.
        tokenizer: Hub name or folder; the model's own if left out.
        model: class of models, as :func:`run` takes it.
        model_args: the class's arguments.
        options: further arguments of :func:`heptathlon.running.planning.plan`, such as ``rates``.

    Raises:
        UnknownNameError: if there is no such name, with the nearest ones.
        HeptathlonError: if no tokenizer is named, or it cannot be loaded.
    """
    from heptathlon.running import planning

    return planning.plan(
        [name], tier, tokenizer=tokenizer, model=model, model_args=model_args, **options
    )


def run(
    model: str,
    name: str,
    tier: str = "",
    *,
    model_args: Mapping[str, Any] | None = None,
    out: "str | Path" = "runs",
    flags: Sequence[str] = (),
) -> Path:
    """Ask a model and save its answers, as ``heptathlon run`` does, and return the run's folder.

    Args:
        model: class of models, lm-eval's or the suite's own, such as ``heptathlon-hf`` or ``api``.
        name: what is asked.
        tier: size of the set, where the name does not say it.
        model_args: the class's arguments.
        out: folder of runs; each model has one of its own in it.
        flags: further flags of ``heptathlon run``, such as ``["--batch_size", "16"]``.

    Raises:
        UnknownNameError: if there is no such name, with the nearest ones.
        HeptathlonError: if the model cannot be asked, or what was said cannot be saved.

    Example:
        >>> import tempfile
        >>> import heptathlon as hept
        >>> with tempfile.TemporaryDirectory() as out:
        ...     oracle = {"player": "oracle"}
        ...     folder = hept.run("heptathlon", "maze_dfs", "smoke", model_args=oracle, out=out)
        ...     hept.score(folder).families["maze"].headline.value
        1.0
    """
    from heptathlon.running import runner

    return runner.run_name(model, name, tier, model_args or {}, Path(out), flags)


def score(run: "str | Path | Run", *, report: "str | Path | None" = None) -> "Scorecard":
    """Recompute every score of a run from its samples.

    Args:
        run: folder that ``heptathlon run`` or ``lm_eval run --log_samples`` wrote.
        report: where the page is written, if it is wanted.

    Raises:
        HeptathlonError: if the samples cannot be read, or are not answers to the published
            documents.
    """
    from heptathlon.files import write_text_atomic
    from heptathlon.pages import report as pages
    from heptathlon.scoring import by_family, scorecard

    if isinstance(run, str | Path):
        draw = pages.part_of if report is not None else None
        found = by_family.score(Path(run), draw=draw)
        if report is not None:
            write_text_atomic(Path(report), pages.of_parts(found.card, found.drawn))
        return found.card
    card, scored = scorecard.score_run(run)
    if report is not None:
        pages.write_report(card, scored, Path(report))
    return card


def score_answers(
    name: str, answers: Sequence[Answer | None] | Mapping[str, Answer], tier: str = "",
    *, model: str = "answers",
) -> "Scorecard":  # fmt: skip
    """Score answers that were had without lm-eval, as those of a run are scored.

    Args:
        name: what was asked.
        answers: one a row of :func:`load`, in its order, None where there is none; or by
            ``item_id``, where no two tasks of the name ask the same item.
        tier: size of the set, where the name does not say it.
        model: what the card calls whoever answered.

    Raises:
        UnknownNameError: if there is no such name, with the nearest ones.
        HeptathlonError: if the answers are not to these documents.

    Example:
        >>> import heptathlon as hept
        >>> mazes = hept.load("maze_dfs", tier="smoke")
        >>> card = hept.score_answers("maze_dfs", [row["target"] for row in mazes], tier="smoke")
        >>> headline = card.families["maze"].headline
        >>> headline.metric, headline.value, headline.n
        ('optimal', 1.0, 24)
    """
    from heptathlon.scoring import handed

    return handed.scored(name, answers, tier, model)


def compare(
    a: "str | Path | Run",
    b: "str | Path | Run",
    *,
    cluster: str = "",
    metric: str = "",
    processes: int = 1,
) -> "Comparison | PlainComparison":
    """Say which of two runs is better on the same items, by how much and how sure; or: a tie.

    Runs of the suite are scored anew. For other tasks of lm-eval, run with ``--log_samples``, the
    figures are the logged ones.

    Args:
        a: folder of the first run.
        b: folder of the second.
        cluster: field of the documents whose equal values are one cluster; logged figures only.
        metric: metric that is compared; the first that a task logs. Logged figures only.
        processes: how many families of two folders are compared at a time; more than one only from
            a program that guards its entry point, as :mod:`multiprocessing` asks.

    Returns:
        A ``PlainComparison`` where logged figures are compared, because a run holds none of the
        suite's tasks, or a cluster or a metric is named.

    Raises:
        HeptathlonError: if a run cannot be read, or the two have no item in common.
    """
    from heptathlon.scoring import by_family, plain, plain_compare, scorecard
    from heptathlon.scoring import compare as comparing

    folders = [Path(run) if isinstance(run, str | Path) else run.folder for run in (a, b)]
    if cluster or metric or any(plain.is_plain(folder) for folder in folders):
        ones = [plain.read(folder, cluster) for folder in folders]
        return plain_compare.compare(ones[0], ones[1], cluster, metric)
    if isinstance(a, str | Path) and isinstance(b, str | Path):
        return by_family.compare(Path(a), Path(b), processes=processes)
    (card_a, scored_a), (card_b, scored_b) = (
        scorecard.score_run(_read(run), details=False) for run in (a, b)
    )
    return comparing.compare(card_a, scored_a, card_b, scored_b)


def board(submissions: "Sequence[str | Path]", out: "str | Path" = "site", **options: Any) -> Path:
    """Write the static leaderboard of all accepted submissions, and return its page.

    Args:
        submissions: folders that ``heptathlon submit prepare`` wrote, or folders of them.
        out: folder of the site.
        options: further arguments of :func:`heptathlon.leaderboard.board.build`.

    Raises:
        HeptathlonError: if there is no submission, or none is accepted.
        OwnFaultError: if a published set or this machine is at fault.
    """
    from heptathlon.leaderboard import board as boards

    return boards.build([Path(one) for one in submissions], Path(out), **options)


def _read(run: "str | Path | Run") -> "Run":
    from heptathlon.running.runs import read_run

    return read_run(Path(run)) if isinstance(run, str | Path) else run
