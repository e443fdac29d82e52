"""The facts on the memorability family."""

from heptathlon.facts import Family, Headline, Paper

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
    version=2,
)
