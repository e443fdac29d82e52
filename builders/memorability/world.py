"""The fresh world: invented brands and advertisements, remembered by a rule that differs by town.

A town's rule is linear in eight features of an advertisement, with a level and effects drawn from
known Gaussians; a score is the rule's value plus the noise of a panel of raters. Given a few
scored examples the best possible prediction is therefore known exactly
(:mod:`heptathlon.builders.memorability.bayes`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import NormalDist

from heptathlon.builders.memorability.bayes import Prior, posterior_means
from heptathlon.builders.memorability.records import HIGHEST, LOWEST, PairRecord, Part, ScoreRecord
from heptathlon.builders.memorability.records import Shot as ShotRow
from heptathlon.families import FAMILIES
from heptathlon.records import content_id
from heptathlon.seeding import Stream

FAMILY = "memorability"
VERSION = FAMILIES[FAMILY].version
SET = "world"

SHOTS = (8, 24)
"""Worked examples: about as many as there are features, and three times as many."""
PANELS = (4, 25)
"""Raters behind a score, so that its noise has a standard deviation of 10 and of 4 points."""
RATER_SD = 20
"""Standard deviation of one rater's score about the rule, in points."""
LEVEL_MEAN, LEVEL_SD = 50, 5
EFFECT_SD = 5
"""A feature adds its effect at one level and takes it away at the other. Scores of four raters
then spread over 18 points: less than one in a hundred falls off the scale, where it is held at the
end, and the mean of the examples, which knows no feature, tells little."""
ROUNDING_VARIANCE = Fraction(1, 12)
"""Variance that rounding a score to a whole number adds."""
PRIOR = Prior(Fraction(LEVEL_MEAN), Fraction(LEVEL_SD**2), Fraction(EFFECT_SD**2))
NEUTRAL = float(LEVEL_MEAN)
MIN_GAP = 15
"""Points between the two scores of a pair, about one standard deviation of scores in a town."""

FEATURES: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (
        ("a newcomer", "an unknown brand", "a brand just founded"),
        ("a household name", "a brand everyone knows", "a long famous brand"),
    ),
    (
        ("garden shears", "wall paint", "a cordless drill", "bicycle locks", "storage boxes",
         "a floor mop", "light bulbs", "a stepladder", "door hinges", "work gloves"),
        ("ginger biscuits", "apple juice", "pickled beets", "oat porridge", "plum jam",
         "rye crackers", "mint tea", "lentil soup", "almond butter", "frozen dumplings"),
    ),
    (
        ("long takes", "a slow pace", "few cuts"),
        ("fast cuts", "a quick pace", "rapid editing"),
    ),
    (
        ("cool colours", "bluish light", "blues and greys"),
        ("warm colours", "golden light", "reds and oranges"),
    ),
    (
        ("nobody in sight", "no people at all", "only objects on screen"),
        ("a face in close-up", "someone looking into the camera", "a person filling the frame"),
    ),
    (
        ("a sad story", "a gloomy mood", "a melancholy end"),
        ("a cheerful story", "a funny mood", "a happy end"),
    ),
    (
        ("bare pictures", "one thing at a time", "an empty background"),
        ("crowded pictures", "many things at once", "a busy background"),
    ),
    (
        ("no text on screen", "nothing in writing", "no motto shown"),
        ("a slogan on screen", "a motto in writing", "a motto in large letters"),
    ),
)  # fmt: skip
"""The features in the order in which an advertisement is told, each with the wordings of its two
levels: how known the brand is, what it sells (tools or food), pace, colours, people, mood, detail
and writing."""
_BEGINNINGS = (
    "Bral", "Cev", "Dros", "Felk", "Gorv", "Hesp", "Jund", "Krel", "Lomb", "Mirv", "Nolt", "Osk",
    "Prav", "Quen", "Rusp", "Selv", "Tromb", "Ulv", "Vask", "Wend", "Yarl", "Zumb",
)  # fmt: skip
_ENDINGS = ("ano", "eka", "ily", "oro", "uma", "enta", "ivo", "osta", "ura", "elo", "ari", "onda")

Attributes = tuple[int, ...]


@dataclass(frozen=True)
class Ad:
    """An invented advertisement.

    Attributes:
        brand: its brand.
        attributes: which level of each feature it has, -1 or 1.
        text: how it is told.
        score: how well the town's raters remembered it, 0 to 99.
    """

    brand: str
    attributes: Attributes
    text: str
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
    """A rule, and advertisements that its raters scored: the examples first, then the queries."""

    panel: int
    ads: tuple[Ad, ...]

    def bayes(self, k: int) -> list[Fraction]:
        """Return the exact Bayes answers to the ads after the first ``k``, given those ``k``."""
        return posterior_means(
            [ad.attributes for ad in self.ads[:k]],
            [ad.score for ad in self.ads[:k]],
            [ad.attributes for ad in self.ads[k:]],
            PRIOR,
            Fraction(RATER_SD**2, self.panel) + ROUNDING_VARIANCE,
        )


def normal(stream: Stream, mean: float, sd: float) -> float:
    """Return a Gaussian draw, by inversion (Wichura's AS 241, as the standard library has it)."""
    # The middle of one of 2**53 equal parts of (0, 1): neither end can come up.
    return NormalDist(mean, sd).inv_cdf(((stream.word() >> 11) + 0.5) * 2.0**-53)


def draw_rule(stream: Stream) -> Rule:
    """Draw a town's rule from the prior."""
    level = normal(stream, LEVEL_MEAN, LEVEL_SD)
    return Rule(level, tuple(normal(stream, 0, EFFECT_SD) for _ in FEATURES))


def draw_ads(stream: Stream, rule: Rule, panel: int, count: int) -> tuple[Ad, ...]:
    """Draw advertisements of different brands and have a town's raters score them."""
    brands = [beginning + ending for beginning in _BEGINNINGS for ending in _ENDINGS]
    out = []
    for brand in stream.sample(brands, count):
        levels = [stream.below(2) for _ in FEATURES]
        words = [stream.choice(FEATURES[i][level]) for i, level in enumerate(levels)]
        attributes = tuple(2 * level - 1 for level in levels)
        known, product, *rest = words
        text = f"{brand}, {known}, sells {product}: {', '.join(rest)}."
        noisy = normal(stream, rule.value(attributes), RATER_SD / panel**0.5)
        out.append(Ad(brand, attributes, text, min(HIGHEST, max(LOWEST, round(noisy)))))
    return tuple(out)


def score_record(stream: Stream, season: str, k: int, panel: int, part: Part
                 ) -> ScoreRecord:  # fmt: skip
    """Draw a town and ask about one advertisement after ``k`` examples."""
    town = Town(panel, draw_ads(stream, draw_rule(stream), panel, k + 1))
    query = town.ads[k]
    shots = _shots(town.ads[:k])
    return ScoreRecord(
        item_id=content_id(FAMILY, "score", panel, *_told(shots), query.text, query.score),
        cluster_id=_town_id(shots),
        season=season,
        form="score",
        set=SET,
        part=part,
        k=k,
        raters=str(panel),
        shots=shots,
        item=content_id(FAMILY, SET, query.text),
        text=query.text,
        human=float(query.score),
        neutral=NEUTRAL,
        brand=query.brand,
        bayes=on_scale(town.bayes(k)[0]),
        brand_mean=None,
        frequency=None,
        ceiling=None,
    )


def pair_records(stream: Stream, season: str, k: int, panel: int) -> list[PairRecord]:
    """Draw a town and ask which of two advertisements is remembered better, in both orders."""
    rule = draw_rule(stream)
    while True:
        town = Town(panel, draw_ads(stream, rule, panel, k + 2))
        one, other = town.ads[k:]
        if abs(one.score - other.score) >= MIN_GAP:
            break
    shots = _shots(town.ads[:k])
    better, worse = town.bayes(k)
    pair_id = content_id(FAMILY, "pair", panel, *_told(shots), one.text, other.text)
    out = []
    for first, second, bayes in ((one, other, better >= worse), (other, one, worse > better)):
        gold = 0 if first.score > second.score else 1
        out.append(
            PairRecord(
                item_id=content_id(FAMILY, "pair", pair_id, first.text, second.text, gold),
                cluster_id=_town_id(shots),
                season=season,
                form="pair",
                set=SET,
                part="test",
                k=k,
                raters=str(panel),
                shots=shots,
                item=pair_id,
                pair_id=pair_id,
                first=first.text,
                second=second.text,
                gold=gold,
                bayes=0 if bayes else 1,
                frequency=None,
            )
        )
    return out


def on_scale(value: Fraction) -> float:
    """Return a number of points, to two decimals, as near to the scale as it goes."""
    return float(round(min(Fraction(HIGHEST), max(Fraction(LOWEST), value)), 2))


def _shots(ads: Sequence[Ad]) -> list[ShotRow]:
    return [ShotRow(text=ad.text, score=ad.score) for ad in ads]


def _told(shots: Sequence[ShotRow]) -> list[tuple[str, int]]:
    return [(shot.text, shot.score) for shot in shots]


def _town_id(shots: Sequence[ShotRow]) -> str:
    return content_id(FAMILY, "town", *_told(shots))
