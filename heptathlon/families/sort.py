"""The facts on the sort family."""

from heptathlon.facts import Family, Headline, Paper

FAMILY = Family(
    name="sort",
    role="scored",
    title="Sequence order recall",
    question="Does the model remember in which order things happened?",
    paper=Paper(
        title="Assessing Episodic Memory in LLMs with Sequence Order Recall Tasks",
        url="https://arxiv.org/abs/2410.08133",
    ),
    headline=Headline(
        metric="uplift",
        item="acc",
        variants=("sort_e250", "sort_e1000", "sort_e2500", "sort_e10000", "sort_e20000"),
        says="accuracy with the text in the prompt minus the same model's accuracy on the "
        "same questions without it; every length of text counts the same",
    ),
    paper_headline=Headline(
        metric="uplift",
        item="acc",
        variants=(
            "sort_book_e250_s20",
            "sort_book_e250_s50",
            "sort_book_e1000_s20",
            "sort_book_e1000_s50",
            "sort_book_e2500_s20",
            "sort_book_e2500_s50",
            "sort_book_e10000_s20",
            "sort_book_e10000_s50",
            "sort_book_e20000_s20",
            "sort_book_e20000_s50",
        ),
        says="accuracy with the excerpt in the prompt minus the same model's accuracy on "
        "the same questions without it; the paper itself reports the accuracies",
    ),
    own_headline=Headline(
        metric="uplift",
        item="acc",
        variants=("sort_own",),
        says="accuracy with the excerpt in the prompt minus the same model's accuracy on "
        "the same questions without it",
    ),
    chance=0.0,
    chance_note="who does not use the text is right as often with it as without it; the "
    "accuracy of a coin is 0.5",
    ceiling=0.5,
    editions=("fresh", "paper"),
    tiers=("smoke", "lite", "full", "long"),
    paper_tiers=("smoke", "lite", "full", "long"),
    strata=("length", "distance", "place", "segment"),
    form_names={
        "first": "which of two quoted passages comes first",
        "middle": "which of three events is told in the middle",
        "before": "is X told before or after Y",
        "nearer": "which of two events is told nearer to a third",
        "told": "which of two events is told first (text out of order)",
        "happened": "which of two events happened first (text out of order)",
    },
    licence="CC0-1.0",
    version=2,
)
