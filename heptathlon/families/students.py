"""The facts on the students family."""

from heptathlon.facts import Family, Headline, Ladder, Paper

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
        metric="bounded_gap",
        variants=("students_choice",),
        says="of three students with the same questions and different wrong rules: share of the "
        "gap in expected log-loss, from the best forecast without their answers (0) to the exact "
        "posterior (1), that is closed by what sets each forecast apart from the twins'",
    ),
    paper_headline=Headline(
        metric="gap_closed",
        variants=("students_option",),
        says="share of the gap in log-loss between option popularity (0) and a Rasch model "
        "times popularity (1) that the model closes; more than 1 is possible",
    ),
    said=("students_choice_say",),
    chance=0.0,
    chance_note="a forecast that does not depend on the student's answers is worth 0, whatever "
    "its letters' likelihoods are",
    ceiling=1.0,
    editions=("fresh", "paper"),
    tiers=("smoke", "lite", "full"),
    paper_tiers=("smoke", "lite", "full"),
    strata=("steps", "history", "area", "misconceptions", "bearing", "slips", "order", "mastery"),
    ladder=Ladder(
        field="steps",
        rungs=(0, 1, 2, 3, 4, 6),
        says="tells wrong rules of {level} operations apart by a student's answers",
    ),
    form_names={
        "twin": "which option will this one of three students choose?",
        "several": "will the student mark this option as well?",
        "choice": "which option will the student choose? (likelihood)",
        "option": "will the student choose this option, yes or no? (likelihood)",
    },
    licence="CC0-1.0",
    version=2,
)
