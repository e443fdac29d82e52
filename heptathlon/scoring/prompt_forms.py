"""How far a run's answers are answers to the prompt, from the forms that it asked."""

from collections.abc import Sequence

import numpy as np
from scipy import special

from heptathlon.errors import HeptathlonError
from heptathlon.scorers import prompt_forms as formulas
from heptathlon.scorers import stats
from heptathlon.scorers.likelihoods import likeliest
from heptathlon.scoring.cards import PromptFormCard, PromptFormsCard
from heptathlon.scoring.confidence import choice_of, hit_of
from heptathlon.scoring.figures import SEED, as_estimate
from heptathlon.scoring.samples import ScoredSample
from heptathlon.tasks.prompt_forms import COUNT, variant_of
from heptathlon.tasks.prompt_forms.design import FACTORS, FORMS

ByForm = dict[int, dict[str, ScoredSample]]
FEWEST_MODELS = 3


def is_published(one: ScoredSample) -> bool:
    """Tell whether a sample answers the published prompt of its task, and no other form of it."""
    return variant_of(one.variant) is None


def forms_of(scored: Sequence[ScoredSample]) -> list[PromptFormsCard]:
    """Return a card for each task of one family, edition and tier that was asked in forms.

    A question counts where every form that was asked has an answer to it. One form alone makes no
    card.

    Args:
        scored: samples of one family, edition and tier; those of published prompts are passed over.
    """
    found: dict[str, ByForm] = {}
    for one in scored:
        form = variant_of(one.variant)
        if form is not None and hit_of(one):
            by_item = found.setdefault(form[0], {}).setdefault(form[1], {})
            by_item[str(one.sample.doc["item_id"])] = one
    cards = (_card(variant, by_form) for variant, by_form in sorted(found.items()))
    return [card for card in cards if card is not None]


def _card(variant: str, by_form: ByForm) -> PromptFormsCard | None:
    numbers = sorted(by_form)
    common = [item for item in by_form[numbers[0]] if all(item in by_form[k] for k in numbers)]
    if len(numbers) < 2 or not common:
        return None
    rows = [[by_form[k][item] for k in numbers] for item in common]
    labels = [str(row[0].sample.doc["cluster_id"]) for row in rows]
    y = np.array([[one.verdict.metrics[hit_of(one)] for one in row] for row in rows])
    found = formulas.answered(y, labels)
    apart = formulas.spread(found, seed=SEED)
    whole = len(numbers) == COUNT
    levels = {
        factor.name: [FORMS[k - 1].levels[place] for k in numbers]
        for place, factor in enumerate(FACTORS)
    }
    effects = formulas.effects(found, levels) if whole else {}
    ensemble = _ensemble(rows, labels)
    return PromptFormsCard(
        variant=variant,
        n=len(common),
        clusters=found.groups.count,
        left_out=sum(len(ones) for ones in by_form.values()) - len(common) * len(numbers),
        forms=[
            PromptFormCard(
                number=k,
                says=FORMS[k - 1].says,
                accuracy=as_estimate("accuracy", stats.mean_interval(y[:, place], labels)),
            )
            for place, k in enumerate(numbers)
        ],
        mean=as_estimate("accuracy", formulas.mean(found)),
        mean_two_ways=as_estimate("accuracy", formulas.mean_two_ways(found)),
        sigma=apart.sigma,
        sigma_null_95=apart.sigma_null_95,
        q=apart.q,
        p=apart.p,
        range=apart.range,
        range_null=apart.range_null,
        range_null_95=apart.range_null_95,
        always=as_estimate("always", formulas.always(found)),
        ever=as_estimate("ever", formulas.ever(found)),
        flips=as_estimate("flips", formulas.flips(found)),
        effects={name: as_estimate(name, effect) for name, effect in effects.items()},
        effects_reason=""
        if whole
        else f"{len(numbers)} of {COUNT} forms were asked, and fewer balance no factor",
        ensemble=None if ensemble is None else as_estimate("accuracy", ensemble),
    )


def _ensemble(
    rows: Sequence[Sequence[ScoredSample]], labels: Sequence[str]
) -> stats.Interval | None:
    """Return the accuracy of the mean of the forms' shares; None where they are not comparable."""
    hits = []
    for row in rows:
        choices = [choice for one in row if (choice := choice_of(one)) is not None]
        widths = {choice.logs.size for choice in choices}
        if len(choices) < len(row) or len(widths) != 1:
            return None
        shares = np.mean([special.softmax(choice.logs) for choice in choices], axis=0)
        best = likeliest([float(share) for share in shares])
        hits.append((choices[0].gold in best) / len(best))
    return stats.mean_interval(hits, labels)


def agreement(cards: Sequence[PromptFormsCard]) -> formulas.Agreement | None:
    """Return whether forms put models in one order; None for fewer than three models.

    Args:
        cards: one model's card each, of one task.

    Raises:
        HeptathlonError: if they are not of one task, the same forms and as many questions.
    """
    asked = {(card.variant, tuple(one.number for one in card.forms), card.n) for card in cards}
    if len(asked) > 1:
        said = "; ".join(f"{v}, forms {list(k)}, {n} questions" for v, k, n in sorted(asked))
        raise HeptathlonError(
            f"forms: the runs were not asked the same ({said}); run all with the same --form and "
            "tasks, and without --limit."
        )
    if len(cards) < FEWEST_MODELS:
        return None
    return formulas.agreement([[one.accuracy.value or 0.0 for one in c.forms] for c in cards])
