"""The tasks of the facts family: of any model by its prompt, and of a trained one by its memory."""

from heptathlon.families import Tier
from heptathlon.tasks.table import Group, Table, Variant

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
    "traps": ("trap", "trap"),
}
"""Config and form of what a model that was trained on the corpus is asked."""

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
        *(Variant(name=n, form="notes", config=config) for n, config in CHOOSING.items()),
        *(Variant(name=n, form=form, config=config) for n, (config, form) in TRAINING.items()),
        Variant(name="traps_words", form="trap_words", config="trap"),
        *(
            Variant(name=name, form="fiction", config=name, edition="paper", tiers=PUBLISHED)
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
            form="trap",
            config="trap_texts",
            edition="trap_texts",
            tiers=PUBLISHED,
        ),
    ),
    groups=(
        Group(members=tuple(PROMPT)),
        Group(name="choosing", members=(*CHOOSING, "context_recognition"), metric="acc"),
        # For a model that was trained on the corpus; any other is at chance.
        Group(name="probes", members=tuple(TRAINING)),
        Group(name="fiction", members=FICTION, tiers=PUBLISHED, metric="value"),
    ),
)
