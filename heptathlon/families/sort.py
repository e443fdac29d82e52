"""The facts on the sort family."""

from heptathlon.facts import Family, Headline, Ladder, Paper

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
        metric="acc_both",
        item="acc",
        variants=(
            "sort_e50",
            "sort_e100",
            "sort_e250",
            "sort_e500",
            "sort_e1000",
            "sort_e2500",
            "sort_e10000",
            "sort_e20000",
        ),
        says="share of pairs of events, called by other words than the text's, of which the one "
        "that was asked for is the likelier answer, both orders of the options taken together",
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
    said=("sort_say",),
    chance=0.5,
    chance_note="of two events either may be told first; without the text nothing says which",
    editions=("fresh", "paper"),
    tiers=("smoke", "lite", "full", "long"),
    paper_tiers=("smoke", "lite", "full", "long"),
    strata=("length", "distance", "place", "asks", "wording"),
    ladder=Ladder(
        field="rung",
        rungs=(50, 100, 250, 500, 1000, 2500, 10000, 20000),
        says="recalls the order of events in texts of {level} words",
        log=True,
    ),
    form_names={
        "order": "which of two events, in other words, is told first (or last)",
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
