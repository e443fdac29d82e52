"""The tasks of the rarb family: the fresh corpus, and the paper's two settings."""

from collections.abc import Sequence

from heptathlon.families import Tier
from heptathlon.tasks.table import MAIN, Group, Table, Variant

PROMPTS = "heptathlon.tasks.rarb.prompts"
WITH_INSTRUCTION = {"mcr_judge": f"{PROMPTS}.mcr_judge_with_instruction"}
"""The prompt with instruction of the forms that do not ask the query alone."""
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

SAID = ("rank", "choose", "judge")
"""Likelihood forms with a twin that is answered in words."""
SHORT: dict[Tier, int] = {"smoke": 64}
"""Tokens of a smoke test's answer: a line of numbers."""


def _both(
    name: str,
    form: str,
    config: str,
    edition: str = "fresh",
    kind: str = "",
    tiers: tuple[Tier, ...] = MAIN,
) -> list[Variant]:
    """Return a variant without and with an instruction before the query."""
    with_one = WITH_INSTRUCTION.get(form, f"{PROMPTS}.query_with_instruction")
    return [
        Variant(
            name=name + suffix,
            form=form,
            config=config,
            edition=edition,
            where={"kind": kind} if kind else {},
            tiers=tiers,
            doc_to_text=with_one if suffix else None,
        )
        for suffix in ("", "_inst")
    ]


def _choice(kind: str) -> list[Variant]:
    lite = kind in CHOICE_LITE or kind in CSTS
    tiers: tuple[Tier, ...] = ("full", "lite") if lite else ("full",)
    return [
        variant
        for form in ("mcr", "mcr_judge")
        for variant in _both(f"{kind}_{form}", form, form, "paper", kind, tiers)
    ]


def _retrieval(kind: str) -> list[Variant]:
    return _both(f"{kind}_retrieve", "paper_retrieve", "retrieve", "paper", kind, ("full",))


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
        *_both("rank", "rank", "rank"),
        *_both("retrieve", "retrieve", "retrieve"),
        Variant(name="choose", form="choose", config="choose"),
        Variant(name="judge", form="judge", config="judge"),
        *(
            Variant(name=f"{name}_say", form=f"{name}_say", config=name, tokens=SHORT)
            for name in SAID
        ),
        *(variant for kind in (*CHOICE, *CSTS) for variant in _choice(kind)),
        *(variant for kind in RETRIEVAL for variant in _retrieval(kind)),
        *_both("rerank", "rerank", "rerank", "own", tiers=("full",)),
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
