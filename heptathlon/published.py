"""What others have published on the very tasks of this suite, once, each figure with its source.

The task cards show the figures, and a report shows those of its headline. Only what a source that
could be read says stands here: ``verified`` where that source is who measured it, ``second-hand``
where it repeats somebody else's figure or is a summary. A figure that no such source gives has no
row, so some families have none; ``docs/numbers.md`` says which.
"""

from collections.abc import Iterator, Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from heptathlon.facts import Headline


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(_Closed):
    """Where figures were published.

    Attributes:
        name: who published them, and where, in a few words.
        url: where to look.
        standing: ``verified`` if it is who measured them, and was read; ``second-hand`` if it
            repeats them, or is a summary.
        note: what differs from a run of this suite, in one sentence.
    """

    name: str
    url: str = Field(pattern=r"^https://")
    standing: Literal["verified", "second-hand"]
    note: str = Field(pattern=r"^[A-Z].*\.$")


class PublishedFigure(_Closed):
    """One published figure.

    Attributes:
        family: the family of the tasks.
        edition: their edition.
        tasks: the variants whose documents the figure is of, pooled (names as a scorecard's).
        metric: the figure's name in this suite, in this suite's unit.
        model: what was measured, as its source calls it.
        value: the figure.
        source: who published it.
        where: record fields and their values, if it is of a part of the documents only.
    """

    family: str
    edition: str
    tasks: tuple[str, ...] = Field(min_length=1)
    metric: str
    model: str
    value: float
    source: Source
    where: Mapping[str, int | str] = {}

    def is_of(self, edition: str, headline: Headline) -> bool:
        """Return whether the figure is an edition's very headline: metric, tasks, all of them."""
        return (
            (self.edition, self.metric) == (edition, headline.metric)
            and set(self.tasks) == set(headline.variants)
            and not self.where
        )


# --- maze ----------------------------------------------------------------------------------------

_MAZE = "https://github.com/facebookresearch/maze_navigation_MLMU"
MLMU = Source(
    name="the authors' repository, figure of results and Table 2",
    url=_MAZE,
    standing="verified",
    note="Models trained on about 100,000 mazes of that side; the authors' own test mazes are not "
    "published, those here are drawn anew by the same rule.",
)
LEHNERT = Source(
    name="figures of Lehnert et al. (2024), as Table 2 of the paper repeats them",
    url=_MAZE,
    standing="second-hand",
    note="Models trained on 100,000 mazes; their own evaluator accepts every shortest path, so "
    "these are `optimal` and not the `exact` of the paper's own rows.",
)
_DFS_SIDES = (5, 10, 15, 20, 30)
_ASTAR_SIDES = (10, 20, 30)


def _sides(
    task: str,
    metric: str,
    model: str,
    source: Source,
    sides: tuple[int, ...],
    percent: tuple[float, ...],
) -> Iterator[PublishedFigure]:
    for side, value in zip(sides, percent, strict=True):
        yield PublishedFigure(
            family="maze",
            edition="paper",
            tasks=(task,),
            metric=metric,
            model=model,
            value=_share(value),
            source=source,
            where={"size": side},
        )


def _share(percent: float) -> float:
    return round(percent / 100, 6)


def _maze() -> Iterator[PublishedFigure]:
    dfs, astar = "maze_mlmu_dfs", "maze_mlmu_astar"
    yield from _sides(dfs, "exact", "MLM-U", MLMU, _DFS_SIDES, (100, 100, 100, 100, 93.8))
    yield from _sides(dfs, "exact", "next token", MLMU, _DFS_SIDES, (100, 46.0, 24.4, 20.6, 18.8))
    yield from _sides(astar, "exact", "MLM-U 8M", MLMU, _ASTAR_SIDES, (98.5, 95.2, 85.5))
    for model, figures in {
        "next token 15M": (93.6, 39.0, 13.3),
        "next token 175M": (94.9, 53.5, 19.3),
        "next token 175M with A* traces": (98.5, 90.4, 70.2),
    }.items():
        yield from _sides(astar, "optimal", model, LEHNERT, _ASTAR_SIDES, figures)


# --- memorability --------------------------------------------------------------------------------


def _memorability() -> Iterator[PublishedFigure]:
    yield PublishedFigure(
        family="memorability",
        edition="paper",
        tasks=("memorability_lambda",),
        metric="rho",
        model="MindMem",
        value=0.631,
        source=Source(
            name="abstract of arXiv 2502.18371",
            url="https://arxiv.org/abs/2502.18371",
            standing="second-hand",
            note="Whether its test ads are these is not known.",
        ),
    )


# --- rarb ----------------------------------------------------------------------------------------

_RARB = (
    *("arc", "alphanli", "hellaswag", "winogrande", "piqa", "siqa", "quail", "spartqa"),
    *("tempreason_l1", "tempreason_l2_pure", "tempreason_l2_fact", "tempreason_l2_context"),
    *("tempreason_l3_pure", "tempreason_l3_fact", "tempreason_l3_context", "code", "math"),
)
_RESULTS = "https://github.com/embeddings-benchmark/results"
RARB_AUTHOR = Source(
    name="the paper's first author's runs, in MTEB's results repository before 2025-12-12",
    url=_RESULTS,
    standing="verified",
    note="Mean nDCG@10 of exact search through the whole published corpus; the author says that "
    "they match the paper's code, they were not held against the paper's own tables.",
)
RARB_BM25 = Source(
    name="MTEB's results repository, mteb/baseline-bm25s 0_1_10 and potion-base-8M",
    url=_RESULTS,
    standing="verified",
    note="Mean nDCG@10 over the whole published corpus, without instruction; bm25s with "
    "English stop words and the Snowball stemmer, here `pretrained=bm25_stemmed`.",
)
# nDCG@10 in percent, in the order of _RARB; a dash is a task that was not uploaded.
_PLAIN = {
    "contriever": "8.62 31.77 14.42 47.16 24.64 1.27 4.96 10.94 1.94 1.12 22.68 - 7.80 20.62 - "
    "9.28 30.76",
    "all-MiniLM-L6-v2": "9.48 28.19 24.21 47.35 25.28 1.56 3.92 1.65 1.53 0.46 17.65 11.68 6.33 "
    "14.16 10.95 44.27 68.19",
    "bge-large-en-v1.5": "9.99 13.13 28.50 19.18 27.99 1.04 1.83 2.99 1.46 2.35 24.25 18.97 6.67 "
    "20.64 15.59 48.12 57.36",
    "bge-m3": "9.02 24.73 25.67 41.72 22.93 4.89 7.51 7.49 0.99 0.68 33.23 - 5.28 30.05 - 38.80 "
    "69.19",
    "GritLM-7B": "16.57 29.56 36.03 52.12 35.80 5.73 8.68 1.56 2.56 8.98 48.25 - 12.44 34.11 - "
    "83.14 83.01",
    "embed-english-v3.0": "9.89 15.10 26.35 58.01 28.49 4.26 4.10 3.75 1.50 1.89 35.91 - 8.53 "
    "27.51 - 57.20 72.26",
    "text-embedding-3-large": "23.98 37.27 34.12 29.11 41.96 3.44 10.15 7.44 2.13 10.34 28.65 - "
    "15.29 25.52 - 89.64 90.08",
}
_INSTRUCTED = {
    "contriever": "7.63 27.09 - 26.30 21.73 0.88 4.92 10.56 1.80 0.94 22.03 - 7.15 20.82 - 7.12 "
    "21.84",
    "all-MiniLM-L6-v2": "9.40 15.09 20.51 20.73 24.68 1.53 3.46 0.57 1.05 0.49 16.57 - 6.27 14.01 "
    "- 42.47 62.39",
    "bge-large-en-v1.5": "8.86 0.86 26.24 10.31 23.26 0.59 2.72 2.34 1.17 2.10 21.19 - 5.99 17.59 "
    "- 45.25 49.82",
    "E5-Mistral-7B-Instruct": "19.00 26.02 35.37 39.51 39.83 5.68 7.28 10.04 3.60 8.93 36.19 31.83 "
    "14.15 29.98 26.67 79.77 72.00",
    "GritLM-7B": "26.68 34.00 39.45 53.70 44.35 7.23 11.67 9.36 7.16 11.22 58.39 48.87 14.15 44.29 "
    "37.91 84.02 82.35",
    "embed-english-v3.0": "10.10 18.75 29.02 65.02 27.89 5.03 7.77 3.33 1.43 2.39 40.46 - 7.52 "
    "33.87 - 56.56 72.05",
    "text-embedding-3-large": "21.22 34.23 31.40 33.92 37.52 4.99 13.60 7.45 2.07 11.04 39.77 - "
    "15.51 37.04 - 89.41 87.73",
}
_BM25 = {
    "bm25s": "4.53 17.58 21.25 55.44 16.35 1.96 3.62 21.44 1.13 0.07 7.42 11.01 2.65 8.49 10.81 "
    "7.79 46.76",
    "potion-base-8M": "5.55 16.53 14.74 37.86 15.22 .63 1.88 14.37 1.70 .21 6.65 7.81 4.36 7.74 "
    "7.02 8.68 18.57",
}


def _rarb() -> Iterator[PublishedFigure]:
    for table, suffix, source in (
        (_BM25, "", RARB_BM25),
        (_PLAIN, "", RARB_AUTHOR),
        (_INSTRUCTED, "_inst", RARB_AUTHOR),
    ):
        for model, line in table.items():
            for kind, percent in zip(_RARB, line.split(), strict=True):
                if percent != "-":
                    yield PublishedFigure(
                        family="rarb",
                        edition="paper",
                        tasks=(f"rarb_{kind}_retrieve{suffix}",),
                        metric="ndcg_10",
                        model=model,
                        value=_share(float(percent)),
                        source=source,
                    )


# --- sort ----------------------------------------------------------------------------------------

BOOK_SORT = Source(
    name="output of the authors' notebook LTM_analysis_final, in their repository's history",
    url="https://github.com/bridge-ai-neuro/SORT",
    standing="verified",
    note="Segments of 50 words at all distances, without the excerpt; which lengths of excerpt the "
    "notebook pooled it does not say, so all five are named here.",
)


def _sort() -> Iterator[PublishedFigure]:
    lengths = (250, 1000, 2500, 10000, 20000)
    for model, value in {
        "Mistral-7B-Instruct v0.1": 0.50,
        "Mistral-7B-Instruct v0.2": 0.51,
        "Llama3-8b": 0.51,
        "Gemma-1.1": 0.51,
        "Mixtral-8x7b-DPO": 0.52,
        "Mixtral-8x22b": 0.52,
        "Llama2-7b": 0.50,
        "Llama2-70b": 0.51,
        "Llama3-70b": 0.52,
        "GPT-3.5": 0.52,
        "GPT-4": 0.53,
    }.items():
        yield PublishedFigure(
            family="sort",
            edition="paper",
            tasks=tuple(f"sort_book_notext_e{length}_s50" for length in lengths),
            metric="acc_paper",
            model=model,
            value=value,
            source=BOOK_SORT,
        )


PUBLISHED: tuple[PublishedFigure, ...] = (*_maze(), *_memorability(), *_rarb(), *_sort())


def of_family(family: str) -> list[PublishedFigure]:
    """Return a family's published figures."""
    return [row for row in PUBLISHED if row.family == family]


def of_headline(family: str, edition: str, headline: Headline) -> list[PublishedFigure]:
    """Return the published figures of an edition's very headline, best first."""
    rows = [row for row in of_family(family) if row.is_of(edition, headline)]
    return sorted(rows, key=lambda row: -row.value)
