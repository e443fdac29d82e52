"""The tasks of the facts family: of any model by its prompt, and of a trained one by its memory."""

from heptathlon.families import Tier
from heptathlon.tasks.table import Group, Table, Variant

PROMPTS = "heptathlon.tasks.facts.prompts"
PROMPT = {
    "guess": ("guess", "say"),
    "context_recognition": ("context_recognition", "choose"),
    "context_recall": ("context_recall", "go_on"),
    "context_extraction": ("context_extraction", "say"),
    "context_composition": ("context_composition", "say"),
}
"""Config and form of what any model can be asked: the texts stand in the prompt."""
CHOOSING = {
    "guess_ll": "guess",
    "context_extraction_ll": "context_extraction",
    "context_composition_ll": "context_composition",
}
"""The same questions by the likelihoods of their answers, for models that follow no instruction."""
TRAINING = {
    "recognition": ("recognition", "choose"),
    "recall": ("recall", "go_on"),
    "extraction": ("extraction", "ask"),
    "composition": ("composition", "ask"),
    "choice": ("choice", "choose"),
    "opinion": ("opinion", "choose"),
    "opinion_parts": ("opinion_parts", "choose"),
}
"""Config and form of what a model that was trained on the corpus is asked."""
KNOWN = ("known",)
"""The metric of a whole inscription's likelihood."""

FICTION = ("fiction_memory", "fiction_reworded", "fiction_composed")
PUBLISHED: tuple[Tier, ...] = ("full", "smoke")
"""Sizes of what is read from published files."""

SHORT: dict[Tier, int] = {"smoke": 64}
"""Tokens of a smoke test's answer."""

TABLE = Table(
    variants=(
        *(
            Variant(
                name=name,
                form=form,
                config=config,
                tokens=SHORT if form == "say" else {},
            )
            for name, (config, form) in PROMPT.items()
        ),
        *(
            Variant(name=n, form="choose", config=config, doc_to_text=f"{PROMPTS}.choosing")
            for n, config in CHOOSING.items()
        ),
        *(Variant(name=n, form=form, config=config) for n, (config, form) in TRAINING.items()),
        Variant(name="traps", form="choose", config="trap", metrics=KNOWN),
        # Its beginnings, so that each word's likelihood is known.
        Variant(
            name="traps_words",
            form="choose",
            config="trap",
            doc_to_choice=f"{PROMPTS}.beginnings",
            metrics=KNOWN,
        ),
        # Published probes: is their target what the model would say next?
        *(
            Variant(
                name=name,
                form="choose",
                config=name,
                edition="paper",
                tiers=PUBLISHED,
                metrics=("value", "known"),
            )
            for name in FICTION
        ),
        Variant(
            name="sentences_recognition",
            form="choose",
            config="sentences_recognition",
            edition="sentences",
            tiers=PUBLISHED,
        ),
        Variant(
            name="trap_texts",
            form="choose",
            config="trap_texts",
            edition="trap_texts",
            tiers=PUBLISHED,
            metrics=KNOWN,
        ),
    ),
    groups=(
        Group(members=tuple(PROMPT)),
        Group(name="choosing", members=(*CHOOSING, "context_recognition"), metric="acc"),
        # For a model that was trained on the corpus; any other is at chance.
        Group(name="probes", members=(*TRAINING, "traps")),
        Group(name="fiction", members=FICTION, tiers=PUBLISHED, metric="value"),
    ),
)
