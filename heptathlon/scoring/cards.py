"""The scorecard as data: what ``heptathlon score`` writes and report, compare and board read."""

from typing import Literal

from pydantic import Field

from heptathlon.scoring.estimates import Closed, Estimate
from heptathlon.scoring.trust import (
    ConfidenceCard,
    PromptFormCard,
    PromptFormsCard,
    SelfJudgedCard,
)

__all__ = [
    "Bar",
    "ConfidenceCard",
    "Estimate",
    "FamilyCard",
    "FormCard",
    "Level",
    "LevelRung",
    "ModelCard",
    "PlayerScore",
    "PromptFormCard",
    "PromptFormsCard",
    "Scorecard",
    "SelfJudgedCard",
    "Settings",
    "Stratum",
    "ToldCard",
    "Total",
]


class Stratum(Estimate):
    """The headline metric on one level of one record field.

    Attributes:
        form: form of question.
        field: the record field, such as ``topology``.
        level: its value, as text, such as ``wilson``.
    """

    form: str
    field: str
    level: str


class FormCard(Closed):
    """Everything about one form of question in one encoding, as one task variant asked it.

    Attributes:
        variant: the task's name without prefix and tier, such as ``maze_open``; a family's
            headline rests on its primary variants only.
        form: form of question, a key of the registry's ``form_names``.
        title: the registry's words for the form.
        primary: whether its documents count towards the headline.
        metrics: every metric of the form.
        outcomes: how many answers ended how, commonest first.
        invalid_rate: share of responses from which no answer of the asked form could be read.
    """

    variant: str
    form: str
    title: str
    primary: bool
    metrics: dict[str, Estimate]
    outcomes: dict[str, int]
    invalid_rate: Estimate


class PlayerScore(Closed):
    """A scripted player's headline on the very same documents; None where it is not defined."""

    player: str
    value: float | None = Field(allow_inf_nan=False)
    oracle: bool
    sees: Literal["prompt", "document", "world"] = "prompt"


class Bar(Closed):
    """What a skill of 0 and a skill of 1 are.

    Attributes:
        player: the best player that sees what an entrant sees.
        value: its headline.
        se: standard error of the bar.
        ceiling: best reachable headline.
        ceiling_se: standard error of the ceiling.
        draws: independent sets that the two were measured on; 0 if it was on the run's documents.
        n: documents of those sets.
    """

    player: str
    value: float = Field(allow_inf_nan=False)
    se: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    ceiling: float = Field(default=1.0, allow_inf_nan=False)
    ceiling_se: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    draws: int = Field(default=0, ge=0)
    n: int = Field(default=0, ge=0)


class LevelRung(Closed):
    """One rung of a family's ladder.

    Attributes:
        rung: its difficulty, in the ladder's units.
        n: documents on it.
        headline: their headline; None where it is not defined.
        skill: share of the way from the rung's own bar to its own ceiling.
        logistic: the fitted logistic curve there; None if none was fitted.
        falling: the fitted curve that only falls.
    """

    rung: float = Field(allow_inf_nan=False)
    n: int = Field(ge=0)
    headline: float | None = Field(allow_inf_nan=False)
    skill: float | None = Field(allow_inf_nan=False)
    logistic: float | None = Field(default=None, allow_inf_nan=False)
    falling: float | None = Field(default=None, allow_inf_nan=False)


class Level(Closed):
    """The rung at which half of the way from bar to ceiling is reached, over all of its items.

    Attributes:
        value: in the ladder's units; its end where the level lies ``beyond`` it; None if there is
            none, and then ``reason`` says why.
        easy: the end of the 95 % interval on the side of the easier rungs; None beyond the ladder.
        hard: the end on the side of the harder rungs; None beyond the ladder.
        beyond: past which end of the ladder the level lies; empty within it.
        falling: the same by the curve that only falls; None beyond the ladder.
        top: upper end of the logistic curve: 1 less the rate of lapses.
        floor: its lower end.
        rungs: the rungs, easiest first.
        n: documents.
        clusters: independent clusters among them.
        reason: why there is no level; empty otherwise.
    """

    value: float | None = Field(allow_inf_nan=False)
    easy: float | None = Field(allow_inf_nan=False)
    hard: float | None = Field(allow_inf_nan=False)
    beyond: Literal["", "easier", "harder"] = ""
    falling: float | None = Field(default=None, allow_inf_nan=False)
    top: float | None = Field(default=None, allow_inf_nan=False)
    floor: float | None = Field(default=None, allow_inf_nan=False)
    rungs: tuple[LevelRung, ...] = ()
    n: int = Field(ge=0)
    clusters: int = Field(ge=0)
    reason: str = ""


class StoppedCard(Closed):
    """How a run was stopped before it had asked everything.

    Attributes:
        precision: half-width of the headline that was wanted, or of a tie.
        versus: the model that it was compared with; empty without one.
        adaptive: whether rungs near the level were asked more than others, so that there is a level
            and no headline.
    """

    precision: float | None = Field(default=None, gt=0, lt=1)
    versus: str = ""
    adaptive: bool = False

    @property
    def says(self) -> str:
        """Return why it stopped, for a person."""
        if self.adaptive:
            return "the level was known to a tenth, or 15 % of the prompts were asked"
        width = "" if self.precision is None else f"{self.precision:g}"
        if self.versus:
            return f"it was known whether it is better than {self.versus} by more than {width}"
        return f"the headline was known to within {width}"


class FamilyCard(Closed):
    """One family's part of a scorecard.

    Attributes:
        family: name in the registry.
        title: title in the registry.
        edition: ``fresh`` or ``paper``.
        tier: tier of the data set.
        season: season of the data set.
        version: the family's version when the run was scored.
        digest: digest of the published set that the documents belong to.
        complete: whether every document of the set's headline forms was answered exactly once.
        expected: documents of the set's headline forms.
        headline: the ranked figure; its value is None if no document of the headline's forms was
            in the run.
        skill: (headline - bar) / (ceiling - bar), with the errors of all three.
        points: the skill as points, 0 at the bar and below, 1,000 at the ceiling.
        level: the rung of known difficulty at which half of the way is reached; None where the
            edition has no ladder.
        bar: bar and ceiling; None if no player that sees what an entrant sees has a headline.
        players: every player on the very documents, best first.
        chance: expected headline of blind guessing.
        invalid_rate: of the headline's documents.
        strata: headline metric by record field.
        forms: every form and variant in the run.
        confidence: whether the confidence in answers by likelihood can be trusted.
        no_confidence: which answers have none, and which figures that costs; empty without any.
        prompt_forms: how far answers by likelihood are answers to the prompt, where asked.
        self_judged: what the model's own judgement of its answers is worth, where asked.
        stopped: how the asking was stopped, so that the headline's interval is one that holds
            whenever one stops; None for a run that asked everything.
    """

    family: str
    title: str
    edition: str
    tier: str
    season: str
    version: int
    digest: str
    complete: bool
    expected: int
    headline: Estimate
    skill: Estimate
    points: Estimate
    level: Level | None = None
    bar: Bar | None
    players: list[PlayerScore]
    chance: float
    invalid_rate: Estimate
    strata: list[Stratum]
    forms: list[FormCard]
    confidence: list[ConfidenceCard] = Field(default_factory=list)
    no_confidence: str = ""
    prompt_forms: list[PromptFormsCard] = Field(default_factory=list)
    self_judged: list[SelfJudgedCard] = Field(default_factory=list)
    stopped: StoppedCard | None = None


class Total(Closed):
    """Mean points over the scored events that a run answered in one tier of the fresh edition.

    Attributes:
        edition: ``fresh``, or ``said`` where events that need likelihoods were answered in words.
        tier: the tier, the one with most of the events.
        season: the season.
        points: the mean, with its interval.
        events: the events that it is the mean of.
        of: scored events that there are.
    """

    edition: str = "fresh"
    tier: str
    season: str
    points: Estimate
    events: tuple[str, ...]
    of: int = Field(ge=1)


class ModelCard(Closed):
    """Who answered, as lm-eval recorded it.

    Attributes:
        name: lm-eval's model name (``pretrained`` and the like), or the player's name.
        kind: ``player`` for the suite's scripted players, else ``model``.
        backend: lm-eval's model class, such as ``hf``.
        args: model arguments as given, as text.
        revision: commit of the weights where the backend knows it; empty otherwise.
        parameters: number of parameters where the backend knows it.
        dtype: number format of the weights where known; empty otherwise.
    """

    name: str
    kind: Literal["model", "player"]
    backend: str
    args: dict[str, str]
    revision: str = ""
    parameters: int | None = None
    dtype: str = ""


class Settings(Closed):
    """How the model was asked; two runs with different settings are different rows."""

    num_fewshot: dict[str, int]
    chat_template: bool
    chat_template_sha: str = ""
    system_instruction: str = ""
    gen_kwargs: dict[str, str]
    limit: float | None = None
    lm_eval_version: str
    heptathlon_version: str


class ToldCard(Closed):
    """What servers told of a run's answers, as its sidecar holds it: the submitter's word.

    Attributes:
        answers: answers of which it was told how they ended.
        cut: answers that ran out of tokens.
        prompt_tokens: tokens of all prompts; None if that was not told.
        completion_tokens: tokens of all answers, reasoning included.
        reasoning_tokens: tokens of the reasoning.
        models: the models that the server says have answered.
        left_out: parameters that the server does not take, so that it answered as it chooses.
    """

    answers: int = Field(ge=0)
    cut: int = Field(ge=0)
    prompt_tokens: int | None
    completion_tokens: int | None
    reasoning_tokens: int | None
    models: list[str]
    left_out: list[str]


class Scorecard(Closed):
    """One run, scored from its samples.

    Attributes:
        model: who answered.
        settings: how it was asked.
        date: when, in UTC.
        families: each family's part, by its name.
        total: mean points over the scored events of the fresh edition, of the tier that most of
            them were run in; None without any.
        broken: by task, in words, how many documents have no answer that could be scored, and why.
        told: what servers told of the answers.
    """

    schema_version: Literal[1] = 1
    model: ModelCard
    settings: Settings
    date: str
    families: dict[str, FamilyCard]
    total: Total | None = None
    broken: dict[str, str] = Field(default_factory=dict)
    told: ToldCard | None = None
