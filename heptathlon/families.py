"""The registry: the facts on every family, stated once.

The README's table, the task cards, ``heptathlon ls``, the scorecard and the leaderboard read them
here; nothing states them twice.
"""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from heptathlon.errors import UnknownNameError

Edition = Literal["fresh", "paper"]
Tier = Literal["smoke", "lite", "full", "long"]

SEASONS = ("2026.1",)
CURRENT_SEASON = SEASONS[-1]
CANARY = "heptathlon:canary:7d3c1a56-0f5e-4f43-9a0e-6f2b8f6f0c1d"
"""Stands in every manifest, card and task so that training corpora can be searched for it."""


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Paper(_Closed):
    """The publication that a family follows."""

    title: str
    url: str = Field(pattern=r"^https://")


class Headline(_Closed):
    """The one figure a family is ranked by. Higher is always better.

    Attributes:
        metric: name of the metric in the scorer's verdicts.
        variants: task variants (names without prefix and tier) whose documents make it up.
        says: what the figure means, in one sentence.
    """

    metric: str
    variants: tuple[str, ...]
    says: str


class Ladder(_Closed):
    """Rungs of known difficulty, on which a family's level is counted.

    Attributes:
        field: record field of the headline's documents that says the rung.
        rungs: its values, from the easiest to the hardest, rising or falling all the way.
        says: what a level means, with ``{level}`` in the place of the figure.
        log: whether equal steps are equal ratios of the rungs, as with lengths of texts.
    """

    field: str
    rungs: tuple[float, ...] = Field(min_length=3)
    says: str = Field(pattern=r"\{level\}")
    log: bool = False

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if list(self.rungs) not in (sorted(set(self.rungs)), sorted(set(self.rungs))[::-1]):
            raise ValueError("the rungs must rise or fall all the way")
        if self.log and min(self.rungs) <= 0:
            raise ValueError("rungs that grow by ratios must be above 0")
        return self

    @staticmethod
    def key(rung: float) -> str:
        """Return a rung as text."""
        return f"{rung:g}"


class Human(_Closed):
    """A human figure of the fresh edition's headline, with its source."""

    value: float
    source: str


class Family(_Closed):
    """The facts on one family of tasks.

    Attributes:
        name: the one name on every floor: module, task prefix, data set.
        title: a few words for a table.
        question: what the family asks of a model.
        paper: the publication whose protocol the paper edition follows.
        headline: what the fresh edition is ranked by.
        paper_headline: what the paper edition is ranked by, where there is one.
        further: other editions, which are built from files of further publications that a user
            brings, and what each is measured by; the board does not rank them.
        own_headline: what sets of a user's own texts are measured by, where a family takes any.
        chance: expected headline of blind guessing.
        chance_note: what "blind guessing" means here.
        human: a human figure, where a published one exists.
        ceiling: best reachable headline.
        editions: which editions exist.
        tiers: sizes of the fresh edition, smallest first.
        paper_tiers: sizes of the paper edition; ``full`` is the published one.
        strata: record fields that results are reported by.
        ladder: rungs of known difficulty of the fresh edition, where it has them.
        form_names: a few words for each form of question.
        licence: licence of the data that the fresh edition generates.
        paper_licence: licence under which the built paper edition may be passed on, as the Hub
            names it; None if it may not, and then it is never published.
        paper_licence_note: why, in one sentence.
        version: rises when a number can move: data, prompt or scoring.
        role: ``scored`` events make up the total; ``exhibition`` events stand on their own.
    """

    name: str = Field(pattern=r"^[a-z][a-z_]*$")
    title: str
    question: str
    paper: Paper
    headline: Headline
    paper_headline: Headline | None = None
    further: dict[str, Headline] = {}
    own_headline: Headline | None = None
    chance: float
    chance_note: str
    human: Human | None = None
    ceiling: float = 1.0
    editions: tuple[Edition, ...]
    tiers: tuple[Tier, ...]
    paper_tiers: tuple[Tier, ...] = ("full",)
    strata: tuple[str, ...]
    ladder: Ladder | None = None
    form_names: dict[str, str]
    licence: str
    paper_licence: str | None = None
    paper_licence_note: str = "no licence that allows it has been found for all of its sources"
    version: int = Field(ge=1)
    role: Literal["scored", "exhibition"] = "scored"

    def licence_of(self, edition: str) -> str | None:
        """Return the licence under which an edition may be published; None if it may not."""
        return self.licence if edition in {"fresh", "own"} else self.paper_licence

    def headline_of(self, edition: str) -> Headline:
        """Return what an edition is ranked by."""
        if edition == "own" and self.own_headline:
            return self.own_headline
        if edition in self.further:
            return self.further[edition]
        return self.paper_headline or self.headline if edition == "paper" else self.headline

    def human_of(self, edition: str) -> Human | None:
        """Return the human figure that an edition's headline can be set beside.

        Another metric's figures cannot be, though the question is the same.
        """
        same = self.headline_of(edition).metric == self.headline.metric
        return self.human if same else None

    def tiers_of(self, edition: str) -> tuple[Tier, ...]:
        """Return the sizes in which an edition comes."""
        if edition == "own":
            return ("full",)
        return self.tiers if edition == "fresh" else self.paper_tiers

    def tasks(self) -> tuple[str, ...]:
        """Return the names of the family's main tasks, full first."""
        return tuple(task_name(self.name, tier) for tier in ("full", "lite", "smoke"))


FAMILIES: dict[str, Family] = {
    family.name: family
    for family in (
        Family(
            name="maze",
            title="Maze navigation",
            question="Can the model plan a path it must not improvise?",
            paper=Paper(
                title="Transformers Can Navigate Mazes With Multi-Step Prediction",
                url="https://arxiv.org/abs/2412.05117",
            ),
            headline=Headline(
                metric="optimal",
                variants=("maze_dfs", "maze_wilson", "maze_wilson_loops", "maze_cells"),
                says="share of solvable mazes answered with a legal path of the shortest length",
            ),
            paper_headline=Headline(
                metric="exact",
                variants=("maze_mlmu_dfs", "maze_mlmu_astar"),
                says="share of mazes answered with the gold token sequence, as the paper counts",
            ),
            chance=0.0,
            chance_note="a fixed answer solves no more than a few mazes in a hundred; the greedy "
            "player, not chance, is the bar to pass",
            editions=("fresh", "paper"),
            tiers=("smoke", "lite", "full", "long"),
            paper_tiers=("smoke", "lite", "full"),
            strata=("topology", "size", "length_bin"),
            form_names={
                "path": "find a shortest path",
                "path_or_none": "find a path or say that there is none",
                "next_move": "choose the next move (likelihood)",
                "verify_path": "judge a path (likelihood)",
                "mlmu": "MLM-U's own tokens (paper edition)",
            },
            licence="CC0-1.0",
            paper_licence="CC0-1.0",
            paper_licence_note="its mazes are generated here; only their distribution and format "
            "are the paper's",
            version=1,
        ),
        Family(
            name="mllm_ct",
            title="Multimodal continual tuning",
            question="What does a multimodal model forget, in answer and in reasoning, as it is "
            "tuned task after task?",
            paper=Paper(
                title="MLLM-CTBench: A Benchmark for Continual Instruction Tuning with Reasoning "
                "Process Diagnosis",
                url="https://arxiv.org/abs/2508.08275",
            ),
            headline=Headline(
                metric="strict",
                variants=("mllm_ct_numeric", "mllm_ct_economics"),
                says="share of the two text tasks' questions answered rightly in the asked form, "
                "which any model can be asked; the five image tasks stand beside it, and "
                "forgetting is measured over several checkpoints by a study",
            ),
            paper_headline=Headline(
                metric="strict",
                variants=tuple(
                    f"mllm_ct_paper_{key}"
                    for key in ("numglue", "art", "math", "fomc", "medical", "ocr", "science")
                ),
                says="share of the seven tasks' rows answered exactly, by this suite's extractors "
                "and not by the paper's three",
            ),
            further={
                "coin": Headline(
                    metric="strict",
                    variants=tuple(
                        f"mllm_ct_coin_{key}"
                        for key in (
                            "scienceqa",
                            "textvqa",
                            "imagenet",
                            "gqa",
                            "vizwiz",
                            "grounding",
                            "vqav2",
                            "ocrvqa",
                        )
                    ),
                    says="truth alignment on CoIN's eight tasks with pictures, by this suite's "
                    "extractors",
                ),
            },
            chance=1 / 6,
            chance_note="a blind guess is right in one of three economics questions and hardly "
            "any numeric one",
            editions=("fresh", "paper"),
            tiers=("smoke", "lite", "full"),
            paper_tiers=("smoke", "lite", "full"),
            strata=("task", "kind"),
            form_names={
                "paper": "a row of MLLM-CTBench (paper edition)",
                "coin": "a row of one of CoIN's tasks (edition coin)",
                "yes_no": "judge a statement: yes or no",
                "choice": "choose a lettered option",
                "short": "answer with a number or a word",
                "brief": "explain in about 20 words and answer",
                "detailed": "explain in about 50 words and answer",
            },
            licence="CC0-1.0",
            version=1,
        ),
        Family(
            name="sort",
            title="Sequence order recall",
            question="Does the model remember in which order things happened?",
            paper=Paper(
                title="Assessing Episodic Memory in LLMs with Sequence Order Recall Tasks",
                url="https://arxiv.org/abs/2410.08133",
            ),
            headline=Headline(
                metric="uplift",
                variants=("sort_e250", "sort_e1000", "sort_e2500", "sort_e10000", "sort_e20000"),
                says="accuracy with the text in the prompt minus the same model's accuracy on the "
                "same questions without it; every length of text counts the same",
            ),
            paper_headline=Headline(
                metric="uplift",
                variants=(
                    "sort_book_e250_s20",
                    "sort_book_e250_s50",
                    "sort_book_e1000_s20",
                    "sort_book_e1000_s50",
                    "sort_book_e2500_s20",
                    "sort_book_e2500_s50",
                    "sort_book_e10000_s20",
                    "sort_book_e10000_s50",
                    "sort_book_e20000_s20",
                    "sort_book_e20000_s50",
                ),
                says="accuracy with the excerpt in the prompt minus the same model's accuracy on "
                "the same questions without it; the paper itself reports the accuracies",
            ),
            own_headline=Headline(
                metric="uplift",
                variants=("sort_own",),
                says="accuracy with the excerpt in the prompt minus the same model's accuracy on "
                "the same questions without it",
            ),
            chance=0.0,
            chance_note="who does not use the text is right as often with it as without it; the "
            "accuracy of a coin is 0.5",
            ceiling=0.5,
            editions=("fresh", "paper"),
            tiers=("smoke", "lite", "full", "long"),
            paper_tiers=("smoke", "lite", "full", "long"),
            strata=("length", "distance", "place", "segment"),
            form_names={
                "first": "which of two quoted passages comes first",
                "middle": "which of three events is told in the middle",
                "before": "is X told before or after Y",
                "nearer": "which of two events is told nearer to a third",
                "told": "which of two events is told first (text out of order)",
                "happened": "which of two events happened first (text out of order)",
            },
            licence="CC0-1.0",
            version=1,
        ),
        Family(
            name="rarb",
            title="Reasoning as retrieval",
            question="Can a retriever, or a language model as one, solve a reasoning problem by "
            "retrieving its answer?",
            paper=Paper(
                title="RAR-b: Reasoning as Retrieval Benchmark",
                url="https://arxiv.org/abs/2404.06347",
            ),
            headline=Headline(
                metric="ndcg_10",
                variants=("rarb_rank",),
                says="nDCG@10 of the right document among the 20 that the first stage hands on",
            ),
            paper_headline=Headline(
                metric="acc",
                variants=(
                    "rarb_arc_mcr",
                    "rarb_alphanli_mcr",
                    "rarb_piqa_mcr",
                    "rarb_siqa_mcr",
                    "rarb_winogrande_mcr",
                    "rarb_spartqa_mcr",
                    "rarb_tempreason_l2_pure_mcr",
                ),
                says="share of published multiple-choice items answered right, without instruction",
            ),
            chance=0.227,
            chance_note="a random order of 20 documents; a ranking by words in common puts the "
            "eight documents of the problem first in random order and earns about 0.44",
            editions=("fresh", "paper"),
            tiers=("smoke", "lite", "full"),
            paper_tiers=("lite", "full"),
            strata=("kind", "topic", "steps", "nearest"),
            form_names={
                "rank": "rank the first stage's documents (likelihood or similarity)",
                "choose": "tell the right document from its seven near misses",
                "list": "name the best documents (generated)",
                "judge": "is this document right? (likelihood of true and false)",
                "retrieve": "retrieve from the whole corpus (retrievers only)",
                "mcr": "published multiple choice (paper edition)",
            },
            licence="CC0-1.0",
            version=1,
        ),
        Family(
            name="verbalizer",
            title="Verbalizer manipulation",
            question="Does the model follow an instruction that goes against its prior?",
            paper=Paper(
                title="Instruction-following Evaluation through Verbalizer Manipulation",
                url="https://arxiv.org/abs/2307.10558",
            ),
            headline=Headline(
                metric="obedience",
                variants=("verbalizer_unnatural", "verbalizer_derangement"),
                says="accuracy under unnatural mappings, corrected for chance, on the items that "
                "the model gets right under the natural words",
            ),
            paper_headline=Headline(
                metric="obedience",
                variants=("verbalizer_paper_unnatural",),
                says="accuracy under unnatural mappings, corrected for chance, on the items that "
                "the model gets right under the natural words",
            ),
            chance=0.0,
            chance_note="a fixed or random word; a model that answers by its prior alone is below "
            "0, because it is reliably wrong",
            editions=("fresh", "paper"),
            tiers=("smoke", "lite", "full"),
            paper_tiers=("smoke", "full", "long"),
            strata=("dataset", "verbalizer", "pull", "classes"),
            form_names={
                "natural": "words that name the classes",
                "neutral": "words that mean nothing for the classes",
                "unnatural": "words that name the other class",
                "congruent": "pull: other fitting words",
                "same_field": "pull: wrong words of the same field",
                "antonym": "pull: fitting words exchanged",
                "derangement": "three and more classes, each called by another's name",
                "demonstrations": "mapping shown in examples only",
                "both": "mapping stated and shown",
                "conflict": "mapping stated, the opposite shown",
                "after": "mapping stated after the input",
            },
            licence="CC0-1.0",
            version=1,
        ),
        Family(
            name="students",
            title="Student answer forecasting",
            question="Can the model predict which (wrong) option this student will choose?",
            paper=Paper(
                title="Student Answer Forecasting: Transformer-Driven Answer Choice Prediction for "
                "Language Learning",
                url="https://arxiv.org/abs/2405.20079",
            ),
            headline=Headline(
                metric="gap_closed",
                variants=("students_choice",),
                says="share of the gap in expected log-loss between the best forecast that does "
                "not know the student (0) and the Bayes oracle (1) that the model closes",
            ),
            paper_headline=Headline(
                metric="gap_closed",
                variants=("students_option",),
                says="share of the gap in log-loss between option popularity (0) and a Rasch model "
                "times popularity (1) that the model closes; more than 1 is possible",
            ),
            chance=0.0,
            chance_note="0 is what the best forecast without the student's answers reaches; equal "
            "chances for all options score about -1.1, and a raw model is often below that",
            ceiling=1.0,
            editions=("fresh", "paper"),
            tiers=("smoke", "lite", "full"),
            paper_tiers=("smoke", "lite", "full"),
            strata=(
                "history",
                "misconceptions",
                "bearing",
                "slips",
                "order",
                "area",
                "mastery",
            ),
            form_names={
                "choice": "which option will the student choose? (likelihood)",
                "option": "will the student choose this option, yes or no? (likelihood)",
            },
            licence="CC0-1.0",
            version=1,
        ),
        Family(
            name="memorability",
            title="Memorability",
            question="Does the model know what people will remember?",
            paper=Paper(
                title="Long-Term Ad Memorability",
                url="https://arxiv.org/abs/2309.00378",
            ),
            headline=Headline(
                metric="rho",
                variants=("memorability_world_ll",),
                says="Spearman correlation of the scores expected under the likelihoods of ten and "
                "measured scores; the ceiling is the correlation that the exact Bayes answer "
                "reaches on the same documents",
            ),
            paper_headline=Headline(
                metric="rho",
                variants=("memorability_lambda",),
                says="Spearman correlation of predicted and measured recall of LAMBDA's test ads, "
                "zero-shot; the ceiling follows from the few raters behind each score",
            ),
            chance=0.0,
            chance_note="an answer that does not depend on the item orders nothing; the mean of "
            "the examples, not chance, is the bar to pass",
            ceiling=0.76,
            editions=("fresh", "paper"),
            tiers=("smoke", "lite", "full"),
            paper_tiers=("smoke", "lite", "full", "long"),
            strata=("set", "k", "raters"),
            form_names={
                "score": "predict how well an item is remembered",
                "pair": "choose the item that is remembered better (likelihood)",
                "ad": "write an advertisement (form only)",
            },
            licence="CC0-1.0",
            version=1,
        ),
    )
}


def scored_events() -> tuple[str, ...]:
    """Return the names of the families that the total counts."""
    return tuple(name for name, found in FAMILIES.items() if found.role == "scored")


def family(name: str) -> Family:
    """Return a family by name.

    Raises:
        UnknownNameError: with the nearest names.
    """
    if name not in FAMILIES:
        raise UnknownNameError("family", name, FAMILIES)
    return FAMILIES[name]


def task_name(prefix: str, tier: str) -> str:
    """Return the lm-eval name of a family's (or a variant's) task in a tier.

    Example:
        >>> task_name("maze", "full"), task_name("maze_dfs", "lite")
        ('heptathlon_maze', 'heptathlon_maze_dfs_lite')
    """
    return f"heptathlon_{prefix}" if tier == "full" else f"heptathlon_{prefix}_{tier}"


def family_of_task(task: str) -> Family:
    """Return the family that an lm-eval task belongs to.

    Raises:
        UnknownNameError: if the task is none of the suite's.
    """
    stem = task.removeprefix("heptathlon_")
    matches = [f for f in FAMILIES.values() if stem == f.name or stem.startswith(f"{f.name}_")]
    if stem == task or not matches:
        raise UnknownNameError("heptathlon task", task, (f"heptathlon_{n}" for n in FAMILIES))
    return max(matches, key=lambda f: len(f.name))
