"""What is stated of a family, once: its facts as a typed, closed literal.

The README's table, the task cards, ``heptathlon ls``, the scorecard and the leaderboard read it;
nothing states these facts twice. The literals stand in :mod:`heptathlon.families`.
"""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Edition = Literal["fresh", "paper"]
Tier = Literal["smoke", "lite", "full", "long"]
Role = Literal["scored", "exhibition"]

SAID = "said"
"""Edition of scorecards and boards: documents of ``fresh``, answered in words."""
EDITIONS = ("fresh", SAID, "paper")
"""Editions of a board, in the order in which one stands for a family."""
AFTER_TITLE = {"paper": ", paper edition", SAID: ", answered in words"}
"""What is put behind a family's title where an edition is not the usual one."""
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
        practice: task variants to learn from, where what the headline asks about is a finite set
            that a script must not have learnt: an attack learns there and is tried on the headline.
        options_ask: whether the options are what is asked about, and the rest of the prompt the
            same for all: then who looks at the options alone has read the question.
        item: metric by which one answer is right, where the headline looks across answers.
        whole: record field, such as a text's length, of which a run must have answered every value
            that the set has; else there is no figure, but bounds of it.
    """

    metric: str
    variants: tuple[str, ...]
    says: str
    practice: tuple[str, ...] = ()
    options_ask: bool = False
    item: str = ""
    whole: str = ""


class Ladder(_Closed):
    """Rungs of known difficulty, on which a family's level is counted.

    Attributes:
        field: record field of the headline's documents that says the rung; a document with
            another value than the rungs' is on none, and counts in the headline alone.
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

    @property
    def rises(self) -> bool:
        """Whether a higher rung is a harder one."""
        return self.rungs[-1] > self.rungs[0]

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
        role: whether the total counts it, or it stands on pages of its own.
        package: the package that holds the family's parts, if it is a plug-in's; see
            :mod:`heptathlon.parts`.
        title: a few words for a table.
        question: what the family asks of a model.
        paper: the publication whose protocol the paper edition follows.
        headline: what the fresh edition is ranked by.
        paper_headline: what the paper edition is ranked by, where there is one.
        further: other editions, which are built from files of further publications that a user
            brings, and what each is measured by; the board does not rank them.
        said: task variants that ask the fresh headline's documents of a model without likelihoods,
            where the headline itself needs them. They have a headline of their own, by the same
            metric: the edition ``said`` of scorecards and boards, which shares its documents with
            ``fresh``.
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
    """

    name: str = Field(pattern=r"^[a-z][a-z_]*$")
    role: Role = "exhibition"
    package: str | None = None
    title: str
    question: str
    paper: Paper
    headline: Headline
    paper_headline: Headline | None = None
    further: dict[str, Headline] = {}
    said: tuple[str, ...] = ()
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

    def licence_of(self, edition: str) -> str | None:
        """Return the licence under which an edition may be published; None if it may not.

        Sets of files that a user brings for a further publication never are.
        """
        if edition in self.further:
            return None
        return self.licence if edition in {"fresh", "own"} else self.paper_licence

    def headline_of(self, edition: str) -> Headline:
        """Return what an edition is ranked by."""
        if edition == "own" and self.own_headline:
            return self.own_headline
        if edition in self.further:
            return self.further[edition]
        if edition == SAID and self.said:
            return self.headline.model_copy(update={"variants": self.said})
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
        return self.tiers if edition in {"fresh", SAID} else self.paper_tiers

    def tasks(self) -> tuple[str, ...]:
        """Return the names of the family's main tasks, full first."""
        return tuple(task_name(self.name, tier) for tier in ("full", "lite", "smoke"))


def set_edition(edition: str) -> str:
    """Return the edition of the set that an edition of scorecards and boards is about."""
    return "fresh" if edition == SAID else edition


def task_name(prefix: str, tier: str) -> str:
    """Return the lm-eval name of a family's (or a variant's) task in a tier.

    Example:
        >>> task_name("maze", "full"), task_name("maze_dfs", "lite")
        ('heptathlon_maze', 'heptathlon_maze_dfs_lite')
    """
    return f"heptathlon_{prefix}" if tier == "full" else f"heptathlon_{prefix}_{tier}"
