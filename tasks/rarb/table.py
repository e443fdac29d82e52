"""The tasks of the rarb family: the fresh corpus, and the paper's two settings."""

from collections.abc import Sequence

from heptathlon.families import Tier
from heptathlon.tasks.table import MAIN, Asked, Group, Table, Variant

PROMPTS = "heptathlon.tasks.rarb.prompts"
CHOSEN: dict[str, Asked] = {
    # The right document among its seven near misses.
    "choose": Asked(metrics=("acc", "above_chance", "mrr")),
    # A shelf of 24 documents.
    "rank": Asked(
        metrics=("ndcg_10", "mrr", "recall_1", "recall_5", "hard_acc", "hard_pairs"),
    ),
    # A first stage's best documents.
    "rerank": Asked(
        doc_to_target=f"{PROMPTS}.first_gold",
        metrics=("ndcg_10", "recall_10", "first_ndcg_10", "gain"),
    ),
    # Published multiple choice, fair: options shuffled, ties shared.
    "mcr": Asked(metrics=("acc", "above_chance", "acc_norm")),
}
"""What is asked of a likelihood or similarity of documents, by config."""
SAID: dict[str, Asked] = {
    "rank": Asked(
        doc_to_text=f"{PROMPTS}.listwise",
        metrics=("ndcg_10", "mrr", "recall_1", "recall_5"),
    ),
    "choose": Asked(doc_to_text=f"{PROMPTS}.choice", metrics=("acc", "above_chance")),
    "judge": Asked(
        doc_to_text=f"{PROMPTS}.judge_say",
        doc_to_target=f"{PROMPTS}.judge_say_target",
        metrics=("acc",),
    ),
}
"""What is also asked in words."""
TEMPREASON = (
    *("tempreason_l2_pure", "tempreason_l2_fact", "tempreason_l2_context"),
    *("tempreason_l3_pure", "tempreason_l3_fact", "tempreason_l3_context"),
)
CHOICE = (
    *("arc", "alphanli", "hellaswag", "winogrande", "piqa", "siqa", "quail", "spartqa"),
    *TEMPREASON,
)
"""The tasks of the multiple-choice setting."""
CHOICE_LITE = (
    *("arc", "alphanli", "winogrande", "piqa", "siqa", "spartqa"),
    "tempreason_l2_pure",
)
CSTS = ("csts_easy", "csts_hard")
"""C-STS, from a file that a user brings."""
RETRIEVAL = (
    *("arc", "alphanli", "hellaswag", "winogrande", "piqa", "siqa", "quail", "spartqa"),
    "tempreason_l1",
    *TEMPREASON,
    *("code", "math"),
)
"""The seventeen tasks of the full setting."""

SHORT: dict[Tier, int] = {"smoke": 64}
"""Tokens of a smoke test's answer: a line of numbers."""


def _both(
    name: str,
    form: str,
    config: str,
    edition: str = "fresh",
    kind: str = "",
    tiers: tuple[Tier, ...] = MAIN,
    text: str = "query",
) -> list[Variant]:
    """Return a variant without and with an instruction before the query."""
    asked = CHOSEN.get(config, Asked())
    return [
        Variant(
            name=name + suffix,
            form=form,
            config=config,
            edition=edition,
            where={"kind": kind} if kind else {},
            tiers=tiers,
            examples=edition == "fresh",
            **(asked | Asked(doc_to_text=f"{PROMPTS}.{text}{ending}")),
        )
        for suffix, ending in (("", ""), ("_inst", "_with_instruction"))
    ]


def _choice(kind: str) -> list[Variant]:
    lite = kind in CHOICE_LITE or kind in CSTS
    tiers: tuple[Tier, ...] = ("full", "lite") if lite else ("full",)
    return [
        *_both(f"{kind}_mcr", "choose", "mcr", "paper", kind, tiers),
        *_both(f"{kind}_mcr_judge", "judge", "mcr_judge", "paper", kind, tiers, text="mcr_judge"),
    ]


def _retrieval(kind: str) -> list[Variant]:
    return _both(f"{kind}_retrieve", "retrieve", "retrieve", "paper", kind, ("full",))


def _setting(
    name: str, ending: str, kinds: Sequence[str], metric: str | None, tiers: tuple[Tier, ...]
) -> list[Group]:
    """Return a setting of the paper without and with instructions; its tasks count alike."""
    return [
        Group(
            name=name + suffix,
            members=tuple(f"{kind}_{ending}{suffix}" for kind in kinds),
            tiers=tiers,
            metric=metric,
            by_size=False,
        )
        for suffix in ("", "_inst")
    ]


TABLE = Table(
    variants=(
        *_both("rank", "choose", "rank"),
        *_both("retrieve", "retrieve", "retrieve"),
        Variant(name="choose", form="choose", config="choose", examples=True, **CHOSEN["choose"]),
        Variant(
            name="judge",
            form="judge",
            config="judge",
            doc_to_text=f"{PROMPTS}.judge",
            examples=True,
        ),
        *(
            Variant(
                name=f"{config}_say",
                form="say",
                config=config,
                tokens=SHORT,
                examples=True,
                **asked,
            )
            for config, asked in SAID.items()
        ),
        *(variant for kind in (*CHOICE, *CSTS) for variant in _choice(kind)),
        *(variant for kind in RETRIEVAL for variant in _retrieval(kind)),
        *_both("rerank", "choose", "rerank", "own", tiers=("full",)),
    ),
    groups=(
        Group(
            members=("rank", "rank_inst", "choose"),
            smoke=("rank", "choose"),
            # The headline; only the ranked tasks have it.
            metric="ndcg_10",
        ),
        Group(name="say", members=("rank_say", "choose_say", "judge_say"), metric=None),
        *_setting("mcr", "mcr", CHOICE, "acc", ("full", "lite")),
        # What it is about is the share of items, which is no mean over options: see a scorecard.
        *_setting("mcr_judge", "mcr_judge", CHOICE, None, ("full", "lite")),
        *_setting("retrieval", "retrieve", RETRIEVAL, "ndcg_10", ("full",)),
    ),
)
