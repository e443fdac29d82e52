"""The facts on the verbalizer family."""

from heptathlon.facts import Family, Headline, Ladder, Paper

FAMILY = Family(
    name="verbalizer",
    role="scored",
    title="Verbalizer manipulation",
    question="Does the model follow an instruction that goes against its prior?",
    paper=Paper(
        title="Instruction-following Evaluation through Verbalizer Manipulation",
        url="https://arxiv.org/abs/2307.10558",
    ),
    headline=Headline(
        metric="joint",
        variants=("verbalizer_pairs",),
        says="share of items that the model gets right both under the natural words and with the "
        "same words exchanged, corrected for chance",
    ),
    paper_headline=Headline(
        metric="above_chance",
        variants=("verbalizer_paper_unnatural",),
        says="accuracy under the unnatural words, the paper's own measure, on the scale on which "
        "chance is 0",
    ),
    chance=0.0,
    chance_note="a class that is guessed, or fixed, and named by whatever word is asked for; a "
    "model that answers by its prior alone is below 0, because it is reliably wrong",
    editions=("fresh", "paper"),
    tiers=("smoke", "lite", "full"),
    paper_tiers=("smoke", "full", "long"),
    strata=("dataset", "verbalizer", "pull", "classes", "wording"),
    ladder=Ladder(
        field="rung",
        rungs=(2, 3, 4, 6, 8, 12, 16),
        says="obeys where {level} classes trade names",
        log=True,
    ),
    form_names={
        "natural": "words that name the classes",
        "neutral": "words that mean nothing for the classes",
        "unnatural": "words that name the other class",
        "congruent": "pull: other fitting words",
        "same_field": "pull: wrong words of the same field",
        "antonym": "pull: fitting words exchanged",
        "derangement": "classes that are each called by another's name",
        "demonstrations": "mapping shown in examples only",
        "both": "mapping stated and shown",
        "conflict": "mapping stated, the opposite shown",
        "after": "mapping stated after the input",
    },
    licence="CC0-1.0",
    version=2,
)
