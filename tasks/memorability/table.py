"""The tasks of the memorability family."""

from collections.abc import Mapping

from heptathlon.families import Tier
from heptathlon.tasks.table import Asked, Group, Table, Variant

SHORT: dict[Tier, int] = {"smoke": 16}
"""Tokens of a smoke test's answer: two digits."""
LINE: dict[Tier, int] = {"smoke": 48}
"""Tokens of a smoke test's answer: a word, or six letters."""
PEOPLE = ("words", "phrases", "sentences", "slogans")
"""The sets with human scores, one item at a time."""


_TASKS = "heptathlon.tasks.memorability"
_NAMED = ("overlap", "named")
_RIGHT = ("acc", "above_chance", "p_gold")
_RATED = ("closeness", "predicted", "human", "parsed", "reachable")


def _said(text: str, target: str, metrics: tuple[str, ...], module: str = "prompts") -> Asked:
    functions = f"{_TASKS}.{module}"
    return Asked(
        doc_to_text=f"{functions}.{text}", doc_to_target=f"{functions}.{target}", metrics=metrics
    )


def _chosen(
    text: str, target: str, choices: str, metrics: tuple[str, ...], module: str = "prompts"
) -> Asked:
    asked = _said(text, target, metrics, module)
    return asked | Asked(doc_to_choice=f"{_TASKS}.{module}.{choices}")


LIST = _chosen("listed", "list_best", "list_options", _NAMED)
"""Each item's likelihood as one of the best remembered of its list."""
LIST_SAY = _said("list_say", "list_target", _NAMED)
LAW = _chosen("law", "law_gold", "law_options", _RIGHT, "law_prompts")
"""Which of two words does a law of memory favour?"""
LAW_SAY = _said("law_say", "law_target", _RIGHT, "law_prompts")
ROW = _chosen("recital", "recital_gold", "recital_options", _RIGHT)
"""The probe for recital: which row was published of an item?"""
ROW_SAY = _said("recital_say", "recital_target", _RIGHT)
PAIR = _chosen("pair", "pair_gold", "pair_options", _RIGHT)
"""Forced choice between two items, every pair in both orders."""
SCORE = _said("score", "score_target", _RATED)
"""A score that people's memory gave, written."""
SCORE_LL = _chosen("score", "score_option", "score_options", _RATED)
"""The same, expected under the likelihoods of ten scores."""
SURPRISAL = _chosen("nothing", "only_option", "bare_item", _RATED[1:])
"""The model's own surprisal at the item, without a prompt: what it least expects, people
remember."""
FRAMES = SCORE | Asked(doc_to_text=f"{_TASKS}.frames.score", doc_to_image=f"{_TASKS}.frames.frames")
AD = _said("ad", "ad_target", ("complete", "schema", "brand", "duration"))
"""An advertisement in this suite's own wording."""
OFFICIAL_AD = _said("official_ad", "official_ad_target", ("rougeL", "rouge1", "rouge2", "brand"))
"""LAMBDA's own order to write one, beside the official description."""
FRESH = {
    "lists": (LIST, LIST_SAY),
    "laws": (LAW, LAW_SAY),
    "recital": (ROW, ROW_SAY),
    # A control: lists after scored examples.
    "world": (LIST, LIST_SAY),
}
"""What the fresh edition asks, by likelihood; each has a twin ``…_say`` that is written."""


def _parts(
    name: str, form: str, config: str, asked: Asked, tokens: Mapping[Tier, int], examples: bool
) -> tuple[Variant, Variant]:
    """Return the tasks on a set's test part, and on its practice part without a smoke test."""
    test = Variant(
        name=name,
        form=form,
        config=config,
        edition="paper",
        where={"part": "test"},
        tokens=tokens,
        examples=examples,
        **asked,
    )
    dev = Variant(
        name=f"{name}_dev",
        form=form,
        config=config,
        edition="paper",
        where={"part": "practice"},
        tiers=("full", "lite"),
        examples=examples,
        **asked,
    )
    return test, dev


def _people(config: str) -> tuple[Variant, ...]:
    """Return the tasks on a set with human scores: written, by likelihood, by surprisal, pairs."""
    return (
        *_parts(config, "say", config, SCORE, SHORT, examples=True),
        *_parts(f"{config}_ll", "choose", config, SCORE_LL, {}, examples=True),
        *_parts(f"{config}_surprisal", "surprisal", config, SURPRISAL, {}, examples=False),
        Variant(
            name=f"{config}_pairs",
            form="choose",
            config=f"{config}_pairs",
            edition="paper",
            examples=True,
            **PAIR,
        ),
    )


TABLE = Table(
    variants=(
        *(Variant(name=n, form="choose", config=n, **asked) for n, (asked, _) in FRESH.items()),
        *(
            Variant(name=f"{name}_say", form="say", config=name, tokens=LINE, **said)
            for name, (_, said) in FRESH.items()
        ),
        Variant(name="practice", form="choose", config="practice", tiers=("full", "lite"), **LIST),
        *(variant for config in PEOPLE for variant in _people(config)),
        *_parts("lambda", "say", "lambda", SCORE, SHORT, examples=False),
        *_parts("lambda_ll", "choose", "lambda", SCORE_LL, {}, examples=False),
        Variant(
            name="lambda_shots",
            form="say",
            config="lambda_shots",
            edition="paper",
            tokens=SHORT,
            **SCORE,
        ),
        Variant(
            name="lambda_frames",
            form="frames",
            config="lambda",
            edition="paper",
            where={"part": "test"},
            tokens=SHORT,
            **FRAMES,
        ),
        Variant(name="ads", form="ads", config="ads", edition="paper", tokens={"smoke": 256}, **AD),
        Variant(
            name="ads_official",
            form="ads",
            config="ads_official",
            edition="paper",
            tiers=("long",),
            tokens={"long": 2048},
            **OFFICIAL_AD,
        ),
        # Of movie quotes no pair is set apart for examples.
        Variant(
            name="quotes", form="choose", config="quotes", edition="paper", tiers=("long",), **PAIR
        ),
    ),
    groups=(
        # For a glance: lists and the world by their overlap, laws and recital by accuracy.
        Group(members=tuple(FRESH), smoke=tuple(FRESH), metric=None),
        Group(name="say", members=tuple(f"{name}_say" for name in FRESH), metric=None),
    ),
)
