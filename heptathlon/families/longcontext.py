"""The facts on the longcontext family."""

from heptathlon.facts import Family, Headline, Ladder, Paper

MAIN = ("latent", "update", "absent", "hops", "count")
"""Forms of the headline; the others are easier, or easily guessed."""

FAMILY = Family(
    name="longcontext",
    role="exhibition",
    title="Long context",
    question="How far does a model really read?",
    paper=Paper(
        title="RULER: What's the Real Context Size of Your Long-Context Language Models?",
        url="https://arxiv.org/abs/2404.06654",
    ),
    headline=Headline(
        metric="reach",
        item="right",
        whole="words",
        variants=tuple(f"longcontext_{form}" for form in MAIN),
        says="right answers from chance (0) to always (1), as the mean over lengths of the text, "
        "from 250 words on, of facts told in other words than asked for, values that changed, "
        "facts that are or are not there, chains of facts, and events to be counted",
    ),
    own_headline=Headline(
        metric="reach",
        item="right",
        whole="words",
        variants=tuple(f"longcontext_own_{form}" for form in MAIN),
        says="the same in texts of one's own",
    ),
    said=tuple(f"longcontext_{form}_say" for form in MAIN),
    chance=0.0,
    chance_note="a guess is right in 1 of 5, 8 or 10, and on both of a pair of twins in at most "
    "1 of 32; all count as 0",
    editions=("fresh",),
    tiers=("smoke", "lite", "full"),
    strata=("words", "depth", "topic", "asks", "changes", "ending", "steps"),
    ladder=Ladder(
        field="words",
        rungs=(250, 1_000, 4_000, 16_000, 64_000, 128_000),
        says="reads texts of {level} words",
        log=True,
    ),
    form_names={
        "needle": "a fact asked for in the words in which it is told (likelihood, or said)",
        "latent": "a person asked for by what everybody knows of a fact (likelihood, or said)",
        "update": "a value after changes, some of which are none (likelihood, or said)",
        "absent": "the same as latent, of facts that are there and of others (likelihood, or said)",
        "hops": "the end of a chain of one to four facts, among four others (likelihood, or said)",
        "count": "on how many days something happened, some told twice (likelihood, or said)",
        "order": "which of two dated events was earlier or later (likelihood, or said)",
        "set": "all values of a person, some of whom are told of falsely (likelihood, or said)",
        "listops": "a number held by way of others' numbers (likelihood, or said)",
        "rare": "the same as latent, of a fact told 1, 2, 4 or 8 times (likelihood, or said)",
        "given": "a fact in one of 0 to 160 passages, among others (likelihood, or said)",
        "which": "the number of the passage that tells a fact (likelihood, or said)",
        "unsaid": "a fact that one of the passages tells, or none (likelihood, or said)",
        "retrieved": "a fact among what BM25 found, in four orders (likelihood, or said)",
    },
    licence="CC0-1.0",
    version=1,
)
