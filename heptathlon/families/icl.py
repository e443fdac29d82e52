"""The facts on the icl family."""

from heptathlon.facts import Family, Headline, Paper

FAMILY = Family(
    name="icl",
    role="exhibition",
    title="In-context learning",
    question="Which rule of inference does a model follow on the examples in its prompt?",
    paper=Paper(
        title="Understanding In-Context Learning in Transformers and LLMs by Learning to Learn "
        "Discrete Functions",
        url="https://arxiv.org/abs/2310.03016",
    ),
    headline=Headline(
        metric="pair",
        variants=("icl_forced",),
        says="share of contexts in which both of two new inputs get their label, one of each, "
        "where the examples leave no doubt",
        item="right",
    ),
    paper_headline=Headline(
        metric="right",
        variants=("icl_bool",),
        says="share of queries after 5 to 50 examples whose label is right, among the examples or "
        "not, as published",
    ),
    said=("icl_forced_say",),
    chance=0.3,
    chance_note="a coin is right on both inputs in 1 of 4 contexts and one answer for all in none; "
    "the best function of the input alone, without the examples, in 0.3",
    editions=("fresh", "paper"),
    tiers=("smoke", "lite", "full"),
    paper_tiers=("smoke", "lite", "full"),
    strata=("rule", "shown", "told", "near"),
    form_names={
        "forced": "the label that every rule in question gives (likelihood, or said)",
        "open": "a label that the examples leave open (likelihood, or said)",
        "teach": "a label after examples that teach, or as many random ones (likelihood, or said)",
        "linear": "the value of a hidden linear function (generated)",
        "urns": "the next draw from an urn, known or new (likelihood, or said)",
        "bool": "a label under a hidden conjunction, as published (paper edition)",
    },
    licence="CC0-1.0",
    paper_licence="CC0-1.0",
    paper_licence_note="its functions and inputs are drawn here; only their distribution and the "
    "prompt are the paper's, whose code is MIT",
    version=1,
)
