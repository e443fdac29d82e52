"""The facts on the abstain family."""

from heptathlon.facts import Family, Headline, Ladder, Paper

FAMILY = Family(
    name="abstain",
    role="exhibition",
    title="Knowing what one does not know",
    question="Does a model answer where the text answers, and only there?",
    paper=Paper(
        title="Retrospective Reader for Machine Reading Comprehension",
        url="https://arxiv.org/abs/2001.09694",
    ),
    headline=Headline(
        metric="twin",
        variants=("abstain_told",),
        says="share of twins, a text and a question one edit apart, of which the one that the text "
        "answers is answered and the other is declined",
        item="right",
    ),
    paper_headline=Headline(
        metric="f1",
        variants=("abstain_squad",),
        says="SQuAD 2.0's F1 of words with the best of the annotators' answers, 1 where a question "
        "without an answer is declined; by the official scoring, no threshold being chosen",
        item="exact",
        whole="part",
    ),
    chance=0.06,
    chance_note="who declines by a coin and else takes a value of the right type from the text, of "
    "four people; who always answers, or never does, scores 0",
    editions=("fresh", "paper"),
    tiers=("smoke", "lite", "full"),
    paper_tiers=("smoke", "lite", "full"),
    strata=("people", "kind", "edit", "hops", "attribute", "price"),
    ladder=Ladder(
        field="people",
        rungs=(4, 8, 16, 32),
        says="half of the twins with texts on {level} people are right",
        log=True,
    ),
    form_names={
        "told": "an answer, or the word for none (generated)",
        "untold": "an answer, no word for none being told (generated)",
        "choice": "one of three values, or that nothing is stated (likelihood)",
        "priced": "an answer, or the word for none, at a stated price (generated)",
        "squad": "a part of the text, or the word for none (generated)",
    },
    licence="CC0-1.0",
    paper_licence="cc-by-sa-4.0",
    version=1,
)
