"""Whether a run's confidence can be trusted, from the samples that it has: no new request.

A model that is asked by likelihoods says with each choice how sure it is: by the share of the
options' probability that the chosen one has. Answers in text hold no such number; for them the card
says which figures that costs.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from heptathlon.scorers import calibration, stats
from heptathlon.scorers.calibration import Answers, Choice
from heptathlon.scoring.cards import ConfidenceCard, Estimate
from heptathlon.scoring.figures import SEED, as_estimate
from heptathlon.scoring.samples import ScoredSample
from heptathlon.tasks import catalog
from heptathlon.tasks.prompt_forms import HITS

OPTION, OPTION_BYTE = "option", "option_byte"
SAYS = {
    OPTION: "share of the options' probability that the chosen one, the likeliest, has",
    OPTION_BYTE: "the same of the likelihood of a byte of each option, which chooses its own",
}
COVERAGES = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1)
FEWEST = 20
"""Answers of a way of asking below which no figure is worth printing."""
COSTS = "over-confidence, Brier score, calibration, AUROC and the selective figures"


def hit_of(one: ScoredSample) -> str:
    """Return the metric that says whether a sample's choice is right; empty if it has none."""
    return next((name for name in HITS if name in one.verdict.metrics), "")


def right_of(one: ScoredSample) -> float | None:
    """Return how right an answer is, from 0 to 1; None where its scorer does not say of one."""
    headline = one.task.family.headline_of(one.task.edition)
    names = (hit_of(one), headline.item, headline.metric)
    value = next((one.verdict.metrics[n] for n in names if n in one.verdict.metrics), None)
    return value if value is not None and 0 <= value <= 1 else None


def choice_of(one: ScoredSample) -> Choice | None:
    """Return what a sample's likelihoods choose; None where they choose no single right option."""
    return choices_of(one)[0]


def choices_of(one: ScoredSample) -> tuple[Choice | None, Choice | None]:
    """Return what a sample's likelihoods choose, and what those of a byte of each option choose.

    None where they choose no single right option; the second also where all have one length.
    """
    said = one.sample.response if not one.sample.written and hit_of(one) else ""
    if isinstance(said, str):
        return None, None
    task, doc = one.task.task, one.sample.doc
    options = catalog.choices_of(task, doc)
    # Tasks with mutual information ask for the options without the prompt as well, after these.
    logs = [float(log) for log, _ in said[: len(options)]]
    if len(options) < 2 or len(logs) < len(options):
        return None, None
    gold = int(catalog.function(str(catalog.definition(task)["doc_to_target"]))(doc))
    lengths = [len(option.encode()) for option in options]
    by_byte = None
    if len(set(lengths)) > 1:
        by_byte = calibration.choice_of(logs, gold, lengths)
    return calibration.choice_of(logs, gold, None), by_byte


def confidence_of(
    headline: Sequence[str], scored: Sequence[ScoredSample]
) -> tuple[list[ConfidenceCard], str]:
    """Return the confidence cards of one family's samples, and what cannot be said.

    The headline's tasks of one form are taken together, every other task for itself: pooled ways of
    asking of unequal difficulty make any confidence look like one that tells right from wrong.

    Args:
        headline: the headline's variants.
        scored: samples of one family, edition and tier.

    Returns:
        The cards, the headline's first, and a sentence on the answers in text; empty without any.
    """
    groups: dict[tuple[str, str], list[ScoredSample]] = {}
    said: list[ScoredSample] = []
    for one in scored:
        if one.sample.written:
            said.append(one)
            continue
        groups.setdefault((one.form, "" if one.variant in headline else one.variant), []).append(
            one
        )
    cards = [
        card
        for (form, variant), ones in sorted(groups.items(), key=lambda item: item[0][1] != "")
        for card in _cards(form, variant, ones)
    ]
    missing = ""
    if said:
        missing = (
            f"{len(said):,} answers are texts, without a likelihood of their own: of these there "
            f"is no {OPTION} confidence, and so no {COSTS}."
        )
    return cards, missing


def _cards(form: str, variant: str, ones: Sequence[ScoredSample]) -> Iterator[ConfidenceCard]:
    both = [choices_of(one) for one in ones]
    for place, confidence in enumerate((OPTION, OPTION_BYTE)):
        chosen = [pair[place] for pair in both]
        having = [(one, c) for one, c in zip(ones, chosen, strict=True) if c is not None]
        if len(having) >= FEWEST and (confidence == OPTION or len(having) == len(ones)):
            yield _card(confidence, form, variant, having)


def _card(
    confidence: str, form: str, variant: str, having: Sequence[tuple[ScoredSample, Choice]]
) -> ConfidenceCard:
    choices = [choice for _, choice in having]
    labels = [str(one.sample.doc["cluster_id"]) for one, _ in having]
    found = calibration.answers(
        [choice.p for choice in choices], [choice.right for choice in choices], labels
    )
    return ConfidenceCard(
        confidence=confidence,
        form=form,
        variants=[variant] if variant else sorted({one.variant for one, _ in having}),
        primary=not variant,
        **figures_of(found, labels),
        **_tempered(found, choices, labels),
    )


def figures_of(found: Answers, labels: Sequence[str]) -> dict[str, Any]:
    """Return the figures of a confidence, as a card has them.

    Args:
        found: the answers.
        labels: labels of their clusters.
    """
    ece = calibration.calibration_error(found, seed=SEED)
    parts = calibration.corp(found, seed=SEED)
    return {
        "n": found.n,
        "clusters": found.groups.count,
        "accuracy": _figure("accuracy", stats.mean_interval(found.y, labels)),
        "figures": {
            "over": _figure("over", calibration.over(found)),
            "brier": _figure("brier", calibration.brier(found)),
            "log_loss": _figure("log_loss", calibration.log_loss(found)),
            "squared_error": _figure("squared_error", calibration.squared_error(found)),
            "auroc": _figure("auroc", calibration.auroc(found)),
            "selective": _figure("selective", calibration.selective(found)),
            "augrc": _figure("augrc", calibration.augrc(found)),
            "aurc": _figure("aurc", calibration.aurc(found)),
        },
        "ece": ece.value,
        "ece_null": ece.null_mean,
        "ece_null_95": ece.null_95,
        "ece_reason": ece.reason,
        "mcb": None if parts is None else parts.mcb,
        "mcb_null_95": None if parts is None else parts.mcb_null_95,
        "dsc": None if parts is None else parts.dsc,
        "unc": None if parts is None else parts.unc,
        "curve": [
            (x, y) for x in COVERAGES if (y := calibration.accuracy_at(found, x)) is not None
        ],
    }


def _tempered(found: Answers, choices: Sequence[Choice], labels: Sequence[str]) -> dict[str, Any]:
    """Return what one temperature, fitted on the other half of the clusters, repairs."""
    repaired = calibration.tempered(choices, calibration.halves(labels))
    if repaired is None:
        return {}
    after = calibration.answers(repaired.p, found.y, labels)
    gain = (found.p - found.y) ** 2 - (after.p - after.y) ** 2
    ece = calibration.calibration_error(after, seed=SEED)
    return {
        "temperatures": repaired.temperatures,
        "tempered": {
            "over": _figure("over", calibration.over(after)),
            "brier": _figure("brier", calibration.brier(after)),
            "brier_less": _figure(
                "brier_less", stats.mean_interval(gain, labels, bounds=(-1.0, 1.0))
            ),
            "log_loss": _figure("log_loss", calibration.log_loss(after)),
            "squared_error": _figure("squared_error", calibration.squared_error(after)),
        },
        "tempered_ece": ece.value,
        "tempered_ece_null_95": ece.null_95,
    }


def _figure(name: str, interval: stats.Interval) -> Estimate:
    return as_estimate(name, interval)
