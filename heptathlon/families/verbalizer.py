"""The facts on the verbalizer family."""

from heptathlon.facts import Family, Headline, Paper

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
        metric="obedience",
        variants=("verbalizer_unnatural", "verbalizer_derangement"),
        says="accuracy under unnatural mappings, corrected for chance, on the items that "
        "the model gets right under the natural words",
    ),
    paper_headline=Headline(
        metric="obedience",
        variants=("verbalizer_paper_unnatural",),
        says="accuracy under unnatural mappings, corrected for chance, on the items that "
        "the model gets right under the natural words",
    ),
    chance=0.0,
    chance_note="a fixed or random word; a model that answers by its prior alone is below "
    "0, because it is reliably wrong",
    editions=("fresh", "paper"),
    tiers=("smoke", "lite", "full"),
    paper_tiers=("smoke", "full", "long"),
    strata=("dataset", "verbalizer", "pull", "classes"),
    form_names={
        "natural": "words that name the classes",
        "neutral": "words that mean nothing for the classes",
        "unnatural": "words that name the other class",
        "congruent": "pull: other fitting words",
        "same_field": "pull: wrong words of the same field",
        "antonym": "pull: fitting words exchanged",
        "derangement": "three and more classes, each called by another's name",
        "demonstrations": "mapping shown in examples only",
        "both": "mapping stated and shown",
        "conflict": "mapping stated, the opposite shown",
        "after": "mapping stated after the input",
    },
    licence="CC0-1.0",
    version=2,
)
