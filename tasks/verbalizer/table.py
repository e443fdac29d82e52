"""The tasks of the verbalizer family."""

from heptathlon.families import Tier
from heptathlon.tasks.table import Group, Table, Variant

KINDS = ("pairs", "neutral", "channel")
"""The groups of items that are asked in every tier; ``pull`` is too long for a smoke test."""
PAPER_KINDS = ("unnatural", "derangement", "natural", "neutral", "channel")
PAPER: tuple[Tier, ...] = ("full", "long", "smoke")
SHORT = 32
"""Tokens of a smoke test's answer."""


def _group(kind: str, edition: str, prefix: str, tiers: tuple[Tier, ...]) -> Variant:
    return Variant(
        name=f"{prefix}{kind}",
        form="generate",
        config="items",
        edition=edition,
        where={"group": kind},
        tiers=tiers,
        tokens={"smoke": SHORT} if "smoke" in tiers else {},
    )


TABLE = Table(
    variants=(
        *(_group(kind, "fresh", "", ("full", "lite", "smoke")) for kind in KINDS),
        _group("pull", "fresh", "", ("full", "lite")),
        Variant(name="choice", form="choice", config="items"),
        *(_group(kind, "paper", "paper_", PAPER) for kind in PAPER_KINDS),
        _group("pull", "paper", "paper_", ("full", "long")),
        _group("unnatural", "paper", "paper_", PAPER).model_copy(
            update={
                "name": "paper_unnatural_cot",
                "tokens": {},
                "doc_to_text": "heptathlon.tasks.verbalizer.prompts.text_cot",
            }
        ),
        Variant(name="paper_choice", form="choice", config="items", edition="paper", tiers=PAPER),
    ),
    # Generated answers. Their scores are the scorecard's.
    groups=(
        Group(members=("pairs", "neutral", "pull", "channel")),
        Group(
            name="paper",
            members=(
                "paper_unnatural",
                "paper_natural",
                "paper_neutral",
                "paper_derangement",
                "paper_pull",
                "paper_channel",
            ),
            tiers=PAPER,
        ),
    ),
)
