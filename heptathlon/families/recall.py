"""The facts on the recall family."""

from heptathlon.facts import Family, Headline, Paper

FAMILY = Family(
    name="recall",
    role="exhibition",
    title="Forecast or memory",
    question="Is a forecast a forecast, or a memory?",
    paper=Paper(
        title="The Memorization Problem: Can We Trust LLMs' Economic Forecasts?",
        url="https://arxiv.org/abs/2504.14765",
    ),
    headline=Headline(
        metric="recall",
        variants=("recall_named_history",),
        says="skill where country and dates are named less skill on the same values masked; what "
        "could be remembered stands in a yearbook in the prompt",
    ),
    paper_headline=Headline(
        metric="recall",
        variants=("recall_paper_named_history",),
        says="skill where country and dates are named less skill on the same values masked, on "
        "real series; a high figure says that the model remembers, which is no merit in a "
        "forecaster",
    ),
    own_headline=Headline(
        metric="recall",
        variants=("recall_own_named_history",),
        says="skill where series and dates are named less skill on the same values masked",
    ),
    chance=0.0,
    chance_note="a forecaster that answers alike whether a series is named or masked, however "
    "well: the last value, the drift, the best forecast there is",
    editions=("fresh", "paper"),
    tiers=("smoke", "lite", "full"),
    paper_tiers=("smoke", "lite", "full"),
    strata=("series", "source"),
    form_names={
        "named": "country, series and date, no values",
        "named_history": "the same with the values before",
        "masked": "the values alone, on another scale",
        "wrong_date": "the values under the dates of another time",
        "told": "with the order to use nothing later",
        "placebo": "the values of a country that no source knows",
    },
    licence="CC0-1.0",
    paper_licence_note="the licence of a package does not always cover the index in it, so real "
    "series are computed where they are asked and never passed on",
    version=1,
)
