"""What a model's words about its own answers are worth, by the figures of any confidence."""

from collections.abc import Mapping, Sequence

from heptathlon.scorers import calibration, stats
from heptathlon.scorers import confiding as formulas
from heptathlon.scoring.cards import ConfidenceCard, SelfJudgedCard
from heptathlon.scoring.confide.records import Confided
from heptathlon.scoring.confidence import COVERAGES, FEWEST, figures_of
from heptathlon.scoring.figures import SEED, as_estimate
from heptathlon.scoring.samples import ScoredSample

SAYS = {
    "p_true": "probability of true, asked of the answer in both orders",
    "p_true_samples": "the same behind samples of the model's own",
    "p_ik": "probability that it knows, asked before its answer",
    "said": "the stated percentage",
    "agree": "share of samples that give the same answer",
}
Pairs = Sequence[tuple[ScoredSample, Confided]]


def cards_of(
    headline: Sequence[str],
    scored: Sequence[ScoredSample],
    confided: Mapping[str, Mapping[str, Confided]],
) -> tuple[list[ConfidenceCard], list[SelfJudgedCard], list[str]]:
    """Return the cards of what a model said of one family's answers.

    The headline's tasks of one form are taken together, every other task for itself, as with the
    likelihoods of options; the judged quality goes task by task.

    Args:
        headline: the headline's variants.
        scored: samples of one family, edition and tier.
        confided: what was said, by task and item.

    Returns:
        The cards of confidence, those of the judged quality, and a sentence on each question of
        which so few replies could be read that there is no card.
    """
    groups: dict[tuple[str, str], list[tuple[ScoredSample, Confided]]] = {}
    by_variant: dict[str, list[tuple[ScoredSample, Confided]]] = {}
    for one in scored:
        said = confided.get(one.task.task, {}).get(str(one.sample.doc["item_id"]))
        if said is not None:
            key = (one.form, "" if one.variant in headline else one.variant)
            groups.setdefault(key, []).append((one, said))
            by_variant.setdefault(one.variant, []).append((one, said))
    cards = [
        card
        for (form, variant), pairs in sorted(groups.items(), key=lambda item: item[0][1] != "")
        for name in SAYS
        if (card := _card(name, form, variant, pairs)) is not None
    ]
    judged = (_judged(variant, pairs) for variant, pairs in sorted(by_variant.items()))
    unread = [
        f"Of {len(pairs):,} replies on {variant or 'the headline'} to the question {name}, "
        f"{count:,} could not be read, which leaves too few for figures."
        for (_, variant), pairs in sorted(groups.items())
        for name in ("said", "agree", "digit")
        if (count := sum(_unread(name, said) for _, said in pairs)) > len(pairs) - FEWEST
    ]
    return cards, [one for one in judged if one is not None], unread


def _card(name: str, form: str, variant: str, pairs: Pairs) -> ConfidenceCard | None:
    having = [pair for pair in pairs if getattr(pair[1], name) is not None]
    if len(having) < FEWEST:
        return None
    labels = [_cluster(one) for one, _ in having]
    p = [float(getattr(said, name)) for _, said in having]
    card = ConfidenceCard(
        confidence=name,
        form=form,
        variants=[variant] if variant else sorted({one.variant for one, _ in having}),
        primary=not variant,
        unread=sum(_unread(name, said) for _, said in pairs),
        **figures_of(calibration.answers(p, [said.right for _, said in having], labels), labels),
    )
    others = {said.other for _, said in having} - {""}
    if name != "p_ik" or len(others) != 1:
        return card
    known = [(one, said) for one, said in having if said.other_right is not None]
    found = calibration.answers(
        [float(said.p_ik or 0.0) for _, said in known],
        [float(said.other_right or 0.0) for _, said in known],
        [_cluster(one) for one, _ in known],
    )
    more = {"auroc_other": as_estimate("auroc_other", calibration.auroc(found))}
    return card.model_copy(update={"figures": card.figures | more, "other": others.pop()})


def _unread(name: str, said: Confided) -> bool:
    """Tell whether a model was asked and nothing could be read."""
    if getattr(said, name) is not None:
        return False
    if name == "digit":
        return said.digit_reply is not None
    return bool(
        (name == "said" and said.said_reply is not None) or (name == "agree" and said.samples)
    )


def _judged(variant: str, pairs: Pairs) -> SelfJudgedCard | None:
    having = [pair for pair in pairs if pair[1].digit is not None]
    if len(having) < FEWEST:
        return None
    labels = [_cluster(one) for one, _ in having]
    digits = [float(said.digit or 0.0) for _, said in having]
    scores = [said.right for _, said in having]
    asked = [said for _, said in pairs if said.digit is not None or said.digit_reply is not None]
    return SelfJudgedCard(
        variant=variant,
        n=len(having),
        clusters=len(set(labels)),
        unread=len(asked) - len(having),
        digit=sum(digits) / len(digits),
        score=as_estimate("score", stats.mean_interval(scores, labels, bounds=(0.0, 1.0))),
        spearman=as_estimate(
            "spearman", formulas.rank_correlation(digits, scores, labels, seed=SEED)
        ),
        curve=formulas.kept_scores(digits, scores, COVERAGES),
    )


def _cluster(one: ScoredSample) -> str:
    return str(one.sample.doc["cluster_id"])
