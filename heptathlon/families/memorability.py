"""The facts on the memorability family."""

from heptathlon.facts import Family, Headline, Ladder, Paper

FAMILY = Family(
    name="memorability",
    role="scored",
    title="Memorability",
    question="Does the model know what people will remember?",
    paper=Paper(
        title="Long-Term Ad Memorability",
        url="https://arxiv.org/abs/2309.00378",
    ),
    headline=Headline(
        metric="overlap",
        variants=("memorability_lists",),
        says="how many of the six items of a list that people recognised best are among the six "
        "likeliest picks, corrected for chance; the ceiling is what someone would reach who "
        "knew the true shares, of which the counts are a sample",
        practice=("memorability_practice",),
        options_ask=True,
    ),
    paper_headline=Headline(
        metric="rho",
        variants=("memorability_lambda",),
        says="Spearman correlation of predicted and measured recall of LAMBDA's test ads, "
        "zero-shot; the ceiling follows from the few raters behind each score",
    ),
    said=("memorability_lists_say",),
    chance=0.0,
    chance_note="picks that do not depend on the items are worth 0 in the mean",
    ceiling=0.8,
    editions=("fresh", "paper"),
    tiers=("smoke", "lite", "full"),
    paper_tiers=("smoke", "lite", "full", "long"),
    strata=("set", "gap"),
    ladder=Ladder(
        field="gap",
        rungs=(12, 9, 6, 3, 0),
        says="tells the best remembered items from the others where {level} points of recognition "
        "lie between them",
    ),
    form_names={
        "list": "pick what people remembered best",
        "law": "choose the word that a law of memory favours",
        "recital": "recite the published figures (a probe)",
        "score": "predict how well an item is remembered",
        "pair": "choose the item that is remembered better (likelihood)",
        "ad": "write an advertisement (form only)",
    },
    licence="MIT",
    version=2,
)
