"""The fresh world, a control: invented advertisements, remembered by a rule that differs by town.

A town's rule is linear in eight features of an advertisement, with a level and effects drawn from
known Gaussians; a score is the rule's value plus the noise of a panel of raters. Given a few scored
examples, the best possible order of further advertisements is therefore known exactly
(:mod:`heptathlon.builders.memorability.bayes`). The further ones are told in words that no example
has: in each town half of the ways to say a level are kept for them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import NormalDist

from heptathlon.builders.memorability.bayes import Prior, posterior_means
from heptathlon.builders.memorability.lists import WORDINGS, best_of
from heptathlon.builders.memorability.records import HIGHEST, LOWEST, ListRecord, Shot
from heptathlon.builders.memorability.world_words import BEGINNINGS, ENDINGS, FEATURES
from heptathlon.records import content_id
from heptathlon.seeding import Stream

FAMILY = "memorability"
SET = "world"

SHOTS = (8, 24)
"""Worked examples: about as many as there are features, and three times as many."""
PANELS = (4, 25)
"""Raters behind a score, so that its noise has a standard deviation of 10 and of 4 points."""
LENGTH, TAKE = 12, 3
"""Advertisements that are to be ordered, and how many of them are to be picked."""
RATER_SD = 20
"""Standard deviation of one rater's score about the rule, in points."""
LEVEL_MEAN, LEVEL_SD = 50, 5
EFFECT_SD = 5
"""A feature adds its effect at one level and takes it away at the other. Scores of four raters
then spread over 18 points: less than one in a hundred falls off the scale, where it is held at the
end."""
ROUNDING_VARIANCE = Fraction(1, 12)
"""Variance that rounding a score to a whole number adds."""
PRIOR = Prior(Fraction(LEVEL_MEAN), Fraction(LEVEL_SD**2), Fraction(EFFECT_SD**2))

Attributes = tuple[int, ...]
Ways = list[list[list[str]]]
"""Ways to say each feature's two levels."""


@dataclass(frozen=True)
class Ad:
    """An invented advertisement.

    Attributes:
        attributes: which level of each feature it has, -1 or 1.
        text: how it is told.
        value: how well the town remembers it by its rule, in points.
        score: what a panel of raters found, 0 to 99.
    """

    attributes: Attributes
    text: str
    value: float
    score: int


@dataclass(frozen=True)
class Rule:
    """How a town remembers: a level, and the effect of each feature, in points."""

    level: float
    effects: tuple[float, ...]

    def value(self, attributes: Sequence[int]) -> float:
        """Return the score that the rule gives, without noise."""
        effects = zip(self.effects, attributes, strict=True)
        return self.level + sum(effect * attribute for effect, attribute in effects)


@dataclass(frozen=True)
class Town:
    """A rule's examples, scored by a panel, and further advertisements."""

    panel: int
    examples: tuple[Ad, ...]
    asked: tuple[Ad, ...]

    def bayes(self) -> list[Fraction]:
        """Return the exact Bayes answers to the further ads, given the examples."""
        return posterior_means(
            [ad.attributes for ad in self.examples],
            [ad.score for ad in self.examples],
            [ad.attributes for ad in self.asked],
            PRIOR,
            Fraction(RATER_SD**2, self.panel) + ROUNDING_VARIANCE,
        )


def normal(stream: Stream, mean: float, sd: float) -> float:
    """Return a Gaussian draw, by inversion (Wichura's AS 241, as the standard library has it)."""
    # The middle of one of 2**53 equal parts of (0, 1): neither end can come up.
    return NormalDist(mean, sd).inv_cdf(((stream.word() >> 11) + 0.5) * 2.0**-53)


def draw_town(stream: Stream, k: int, panel: int) -> Town:
    """Draw a town's rule from the prior, ``k`` examples, and the ads that are asked about.

    The ads that are asked about all differ in their value: none has the features of another.
    """
    rule = Rule(
        normal(stream, LEVEL_MEAN, LEVEL_SD), tuple(normal(stream, 0, EFFECT_SD) for _ in FEATURES)
    )
    brands = stream.sample([b + e for b in BEGINNINGS for e in ENDINGS], k + LENGTH)
    shown, kept = _halved(stream)
    examples = tuple(_draw_ad(stream, rule, panel, brand, shown) for brand in brands[:k])
    asked: dict[Attributes, Ad] = {}
    for brand in brands[k:]:
        ad = _draw_ad(stream, rule, panel, brand, kept)
        while ad.attributes in asked:
            ad = _draw_ad(stream, rule, panel, brand, kept)
        asked[ad.attributes] = ad
    return Town(panel, examples, tuple(asked.values()))


def _halved(stream: Stream) -> tuple[Ways, Ways]:
    """Split the ways to say each level: those of the examples, those of the others."""
    shown: Ways = []
    kept: Ways = []
    for levels in FEATURES:
        orders = [stream.sample(ways, len(ways)) for ways in levels]
        shown.append([order[: len(order) // 2] for order in orders])
        kept.append([order[len(order) // 2 :] for order in orders])
    return shown, kept


def _draw_ad(stream: Stream, rule: Rule, panel: int, brand: str, ways: Ways) -> Ad:
    levels = [stream.below(2) for _ in FEATURES]
    known, product, *rest = (stream.choice(ways[i][level]) for i, level in enumerate(levels))
    stream.shuffle(rest)
    attributes = tuple(2 * level - 1 for level in levels)
    value = rule.value(attributes)
    noisy = round(normal(stream, value, RATER_SD / panel**0.5))
    text = f"{brand}, {known}, sells {product}: {', '.join(rest)}."
    return Ad(attributes, text, value, min(HIGHEST, max(LOWEST, noisy)))


def list_record(stream: Stream, season: str, k: int, panel: int) -> ListRecord:
    """Draw a town and ask which advertisements it remembers best, after ``k`` examples."""
    town = draw_town(stream, k, panel)
    shots = [Shot(text=ad.text, score=ad.score) for ad in town.examples]
    told = [(shot.text, shot.score) for shot in shots]
    items = [ad.text for ad in town.asked]
    gold = best_of([ad.value for ad in town.asked], TAKE)
    bayes = best_of([float(value) for value in town.bayes()], TAKE)
    return ListRecord(
        item_id=content_id(FAMILY, "list", panel, *told, *items, gold),
        cluster_id=content_id(FAMILY, "town", *told),
        season=season,
        form="list",
        set=SET,
        part="test",
        k=k,
        raters=str(panel),
        shots=shots,
        item=content_id(FAMILY, "items", *sorted(items)),
        wording=stream.below(WORDINGS),
        items=items,
        take=TAKE,
        best=gold,
        measured=[round(ad.value, 2) for ad in town.asked],
        knowing=bayes,
        reachable=len({*bayes} & {*gold}) / TAKE,
    )
