"""The facts on the students family."""

from heptathlon.facts import Family, Headline, Paper

FAMILY = Family(
    name="students",
    role="scored",
    title="Student answer forecasting",
    question="Can the model predict which (wrong) option this student will choose?",
    paper=Paper(
        title="Student Answer Forecasting: Transformer-Driven Answer Choice Prediction for "
        "Language Learning",
        url="https://arxiv.org/abs/2405.20079",
    ),
    headline=Headline(
        metric="gap_closed",
        variants=("students_choice",),
        says="share of the gap in expected log-loss between the best forecast that does "
        "not know the student (0) and the Bayes oracle (1) that the model closes",
    ),
    paper_headline=Headline(
        metric="gap_closed",
        variants=("students_option",),
        says="share of the gap in log-loss between option popularity (0) and a Rasch model "
        "times popularity (1) that the model closes; more than 1 is possible",
    ),
    chance=0.0,
    chance_note="0 is what the best forecast without the student's answers reaches; equal "
    "chances for all options score about -1.1, and a raw model is often below that",
    ceiling=1.0,
    editions=("fresh", "paper"),
    tiers=("smoke", "lite", "full"),
    paper_tiers=("smoke", "lite", "full"),
    strata=(
        "history",
        "misconceptions",
        "bearing",
        "slips",
        "order",
        "area",
        "mastery",
    ),
    form_names={
        "choice": "which option will the student choose? (likelihood)",
        "option": "will the student choose this option, yes or no? (likelihood)",
    },
    licence="CC0-1.0",
    version=2,
)
