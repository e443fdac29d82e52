"""The facts on the needle family."""

from heptathlon.facts import Family, Headline, Paper

FAMILY = Family(
    name="needle",
    package="needle",
    title="Needle in a text",
    question="Does the model find one sentence in a long text, and not one like it?",
    paper=Paper(
        title="RULER: What's the Real Context Size of Your Long-Context Language Models?",
        url="https://arxiv.org/abs/2404.06654",
    ),
    headline=Headline(metric="acc", variants=("needle_say",), says="share of words told right"),
    chance=0.25,
    chance_note="one of the four words that stand in the text",
    editions=("fresh",),
    tiers=("smoke", "lite", "full"),
    strata=("length", "depth"),
    form_names={"say": "say the word (generated)", "choose": "choose the word (likelihood)"},
    licence="CC0-1.0",
    version=1,
)
