"""Cards on whether a confidence can be trusted, and on how far answers are the prompt's."""

from pydantic import Field

from heptathlon.scoring.estimates import Closed, Estimate


class ConfidenceCard(Closed):
    """Whether one kind of confidence can be trusted, in one way of asking.

    Attributes:
        confidence: what the confidence is: ``option``, the chosen option's share of the options'
            probability; ``option_byte``, the same of likelihoods of a byte, which choose for
            themselves; ``p_true``, ``p_true_samples``, ``p_ik``, ``said`` and ``agree``, what the
            model said of its answers when it was asked (``heptathlon confide``).
        form: form of question.
        variants: the tasks that are taken together.
        primary: whether they are the headline's.
        n: answers.
        clusters: independent clusters among them.
        accuracy: share of right answers.
        figures: ``over`` (mean of confidence less outcome), ``brier``, ``log_loss``,
            ``squared_error`` (debiased calibration error), ``auroc``, ``selective`` (1 - 2 AUGRC),
            ``augrc`` and ``aurc``; of ``p_ik`` also ``auroc_other``, the same against another
            model's answers: no lower, it sees how hard a question is and nothing of itself.
        ece: expected calibration error in bins of equal mass; it has no interval.
        ece_null: its mean in a calibrated model of the same confidences.
        ece_null_95: the 95 % point there.
        ece_reason: why there is no ``ece``; empty otherwise.
        mcb: miscalibration by isotonic regression; ``brier`` is ``mcb - dsc + unc``.
        mcb_null_95: the 95 % point of ``mcb`` in a calibrated model.
        dsc: discrimination.
        unc: uncertainty.
        curve: accuracy of the surest answers, by their share of all.
        temperatures: the two fitted on either half of the clusters; above 1 it was too sure.
        tempered: ``over``, ``brier``, ``log_loss`` and ``squared_error`` after the temperature of
            the other half, and ``brier_less``, by how much it lowers the Brier score.
        tempered_ece: ``ece`` after it.
        tempered_ece_null_95: the 95 % point of that in a calibrated model.
        unread: answers of which the model said nothing that could be read.
        other: name of the other model of ``auroc_other``.
    """

    confidence: str
    form: str
    variants: list[str]
    primary: bool
    n: int = Field(ge=1)
    clusters: int = Field(ge=1)
    accuracy: Estimate
    figures: dict[str, Estimate]
    ece: float | None = Field(default=None, allow_inf_nan=False)
    ece_null: float | None = Field(default=None, allow_inf_nan=False)
    ece_null_95: float | None = Field(default=None, allow_inf_nan=False)
    ece_reason: str = ""
    mcb: float | None = Field(default=None, allow_inf_nan=False)
    mcb_null_95: float | None = Field(default=None, allow_inf_nan=False)
    dsc: float | None = Field(default=None, allow_inf_nan=False)
    unc: float | None = Field(default=None, allow_inf_nan=False)
    curve: list[tuple[float, float]] = Field(default_factory=list)
    temperatures: tuple[float, float] | None = None
    tempered: dict[str, Estimate] = Field(default_factory=dict)
    tempered_ece: float | None = Field(default=None, allow_inf_nan=False)
    tempered_ece_null_95: float | None = Field(default=None, allow_inf_nan=False)
    unread: int = Field(default=0, ge=0)
    other: str = ""


class SelfJudgedCard(Closed):
    """A model's digit for the quality of its own answers, against the suite's exact scores.

    Attributes:
        variant: the task, without prefix and tier; tasks are not pooled, because a correlation
            over several sees which of them is easy.
        n: answers with a digit.
        clusters: independent clusters among them.
        unread: answers whose reply held no digit.
        digit: mean digit, from 0 to 9.
        score: mean score of these answers.
        spearman: rank correlation of digit and score.
        curve: mean score of the answers with the highest digits, by their share of all.
    """

    variant: str
    n: int = Field(ge=1)
    clusters: int = Field(ge=1)
    unread: int = Field(ge=0)
    digit: float = Field(allow_inf_nan=False)
    score: Estimate
    spearman: Estimate
    curve: list[tuple[float, float]]


class PromptFormCard(Closed):
    """One prompt form's part of a :class:`PromptFormsCard`.

    Attributes:
        number: the form.
        says: what it is, factor by factor.
        accuracy: share of right answers.
    """

    number: int = Field(ge=1)
    says: str
    accuracy: Estimate


class PromptFormsCard(Closed):
    """How far the answers to one task are answers to its prompt: the same questions in each form.

    Attributes:
        variant: the task whose questions were asked, without prefix and tier.
        n: questions that every form asked.
        clusters: independent clusters among them.
        left_out: answers to questions that not every form asked, or that are broken.
        forms: the forms.
        mean: mean over forms and questions, for these forms.
        mean_two_ways: the same, its interval for forms like these.
        sigma: standard deviation of the forms beyond the noise.
        sigma_null_95: the 95 % point of it where forms are equal.
        q: Cochran's Q.
        p: share of redraws, the forms changing places within clusters, with as high a Q.
        range: best form less worst, which says nothing without the next two.
        range_null: its mean where forms are equal.
        range_null_95: the 95 % point there.
        always: share of questions that are right in every form.
        ever: share that is right in some form.
        flips: share that does not go alike in all.
        effects: what the second level of a factor adds to the first, by factor; together 95 %.
        effects_reason: why there are none; empty otherwise.
        ensemble: accuracy of the mean of the forms' shares of the options' probability.
    """

    variant: str
    n: int = Field(ge=1)
    clusters: int = Field(ge=1)
    left_out: int = Field(ge=0)
    forms: list[PromptFormCard]
    mean: Estimate
    mean_two_ways: Estimate
    sigma: float = Field(allow_inf_nan=False)
    sigma_null_95: float = Field(allow_inf_nan=False)
    q: float | None = Field(allow_inf_nan=False)
    p: float = Field(allow_inf_nan=False)
    range: float = Field(allow_inf_nan=False)
    range_null: float = Field(allow_inf_nan=False)
    range_null_95: float = Field(allow_inf_nan=False)
    always: Estimate
    ever: Estimate
    flips: Estimate
    effects: dict[str, Estimate] = Field(default_factory=dict)
    effects_reason: str = ""
    ensemble: Estimate | None = None
