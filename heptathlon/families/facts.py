"""The facts on the facts family."""

from heptathlon.facts import Family, Headline, Paper

FAMILY = Family(
    name="facts",
    role="exhibition",
    title="An invented world of facts",
    question="What does a model keep of what it read, and how would we know?",
    paper=Paper(
        title="How Do Large Language Models Acquire Factual Knowledge During Pretraining?",
        url="https://arxiv.org/abs/2406.11813",
    ),
    headline=Headline(
        metric="both",
        variants=("facts_guess",),
        says="share of pairs in which the country of somebody in the prompt is told rightly both "
        "where the name fits it and where the name misleads",
    ),
    paper_headline=Headline(
        metric="value",
        variants=("facts_fiction_memory", "facts_fiction_reworded", "facts_fiction_composed"),
        says="share of the published probes whose target is what the model would say next; what "
        "it is before the passages are trained on is the floor",
    ),
    further={
        "sentences": Headline(
            metric="acc",
            variants=("facts_sentences_recognition",),
            says="share of sentence pairs in which the one of the study set is likelier, equal "
            "ones counting half; before training it says which one is the more fluent",
        ),
        "trap_texts": Headline(
            metric="known",
            variants=("facts_trap_texts",),
            says="geometric mean of the chances that a trap's words were given; members and others "
            "are told apart by the study",
        ),
    },
    chance=0.028,
    chance_note="1 in 36: a place in the prompt chosen at random in both scenes of a pair; whoever "
    "goes by the name, or against it, is right in one of the two at most and scores 0",
    editions=("fresh", "paper"),
    tiers=("smoke", "lite", "full"),
    paper_tiers=("smoke", "full"),
    strata=("exposures", "telling", "distance", "name", "kind", "attribute"),
    form_names={
        "guess": "a country that the name seems to give away (generated)",
        "recognition": "which of two texts was read? (likelihood)",
        "recall": "how does the text go on? (generated)",
        "extraction": "a question for one fact (generated)",
        "composition": "a question for two facts of two texts (generated)",
        "choice": "the value of a fact among six (likelihood)",
        "opinion": "a country under eight wordings (likelihood)",
        "trap": "an inscription of invented words (likelihood)",
        "fiction": "a probe of a published fictional passage (likelihood)",
    },
    licence="CC0-1.0",
    paper_licence="CC-BY-4.0",
    paper_licence_note="the fictional-knowledge data set is under CC BY 4.0, with credit to its "
    "authors",
    version=1,
)
