"""What mllm_ct's page shows: what was kept of taught tasks, and the matrix R[t, j]."""

from collections.abc import Sequence

from heptathlon.pages import base as pages
from heptathlon.pages.drawings import THIS_RUN, Drawings, Figure, Played, Samples, with_interval
from heptathlon.scorers import continual, mllm_ct_blocks
from heptathlon.scoring.scorecard import SEED, ScoredSample, estimate, level_order

RESAMPLES = 1_000
SHOWN = ("acc_last", "acc_learn", "bwt_gem", "fm_chaudhry")
"""Figures of the matrix that the page shows; the others follow from it."""
MATRIX = "_matrix"


def draw(played: Played) -> list[Figure]:
    """Show the headline by number of tasks and by blocks since, beside what was learnt."""
    run = [one for one in played[THIS_RUN] if one.form in mllm_ct_blocks.FORMS]
    if not run:
        return []
    return [
        _table(
            run,
            "tasks",
            "What was kept, by the number of tasks",
            "Share of questions answered rightly and in form after the last block; where the same "
            "questions were asked right after their own block too, what was lost in between: "
            "essential is what no form of the answer saves, superficial the form alone.",
        ),
        _table(
            run,
            "gap",
            "What was kept, by the blocks since",
            "The same by how many blocks stand between the task's own one and the question.",
        ),
    ]


def _table(run: Sequence[ScoredSample], field: str, title: str, says: str) -> Figure:
    levels = sorted({str(one.sample.doc[field]) for one in run}, key=level_order)
    metrics = [
        name
        for name in ("strict", "learnt", "bwt", "bwt_essential", "bwt_superficial")
        if all(name in one.verdict.metrics for one in run)
    ]
    names = {
        "strict": "after the last block",
        "learnt": "right after its own",
        "bwt": "change",
        "bwt_essential": "of it essential",
        "bwt_superficial": "of it superficial",
    }
    rows = []
    for level in levels:
        own = [one for one in run if str(one.sample.doc[field]) == level]
        rows.append((level, *(with_interval(estimate(metric, own)) for metric in metrics)))
    return Figure(title, says, (field, *(names[m] for m in metrics)), tuple(rows))


def draw_beside(samples: Samples) -> list[Figure]:
    """Show the matrix of each order, and the published figures of it, where it was asked."""
    rows = [one.row for one in samples if one.variant.endswith(MATRIX)]
    strict = mllm_ct_blocks.scores_by_order(rows, "strict")
    lenient = mllm_ct_blocks.scores_by_order(rows, "lenient")
    out, measured = [], []
    for order, scores in strict.items():
        tasks = [str(j + 1) for j in range(len(scores))]
        matrix = continual.matrix_of(tasks, scores)
        out.append(_matrix(order, matrix))
        figures = continual.measure(matrix)
        if len({*scores[0].clusters}) > 1:
            drawn = continual.resampled_rows(scores, resamples=RESAMPLES, seed=SEED)
            figures = continual.with_intervals(figures, tasks, drawn)
        split = continual.split_forgetting(matrix, continual.matrix_of(tasks, lenient[order]))
        shown = {name: figures[name] for name in SHOWN}
        shown |= {name: split[name] for name in ("bwt_essential", "bwt_superficial")}
        measured.append((order, shown))
    return [*out, _figures(measured)] if measured else []


def _matrix(order: str, matrix: continual.Matrix) -> Figure:
    count = len(matrix.tasks)
    rows = tuple(
        (f"after block {t + 1}", *(_cell(float(matrix.scores[t, j])) for j in range(count)))
        for t in range(count)
    )
    return Figure(
        f"R[t, j], order {order}",
        "Share of questions on the j-th task of a sequence that are answered rightly and in form "
        "after its t-th block. Rules are drawn anew, so that nothing is known of a task before "
        "its own block, and it is not asked about there.",
        ("", *(f"task {name}" for name in matrix.tasks)),
        rows,
    )


def _figures(measured: Sequence[tuple[str, dict[str, continual.Figure]]]) -> Figure:
    names = list(measured[0][1])
    spread = continual.spread_of_orders([figures for _, figures in measured])
    rows = []
    for name in names:
        cells = [_with_ends(figures[name]) for _, figures in measured]
        both = spread[name]
        ends = f" ({pages.interval(both.least, both.most)})" if both.orders > 1 else ""
        rows.append((name, *cells, f"{pages.figure(both.mean)}{ends}"))
    return Figure(
        "Figures of the matrix",
        "bwt_gem divides by one less than the tasks; it is the sum of its essential and its "
        "superficial part. Intervals of 95 % are over sequences; the last column is the mean of "
        "the orders, from the least to the most.",
        ("figure", *(order for order, _ in measured), "both orders"),
        tuple(rows),
    )


def _with_ends(figure: continual.Figure) -> str:
    if figure.value is None:
        return figure.reason
    ends = pages.interval(figure.low, figure.high)
    return f"{pages.figure(figure.value)} ({ends})" if ends else pages.figure(figure.value)


def _cell(value: float) -> str:
    return pages.figure(None if value != value else value, 2)


DRAWINGS = Drawings(figures=draw, beside=draw_beside)
