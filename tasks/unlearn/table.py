"""The tasks of the unlearning family: by the prompt for any model, by memory for a trained one."""

from heptathlon.families import Tier
from heptathlon.tasks.table import Group, Table, Variant

SHORT: dict[Tier, int] = {"smoke": 64}
"""Tokens of a smoke test's answer."""
PEOPLE = ("forget", "near", "linked", "retain", "holdout")
SENTENCES = ("forget", "near", "retain", "holdout")
SKILLS = {
    "train": "train",
    "held": "held",
    "other_train": "other train",
    "other_held": "other held",
}
"""Parts of the skills, by the name of their task: those with randomised labels, and the others."""
TOPICS = ("sealed", "beside")

_TRAINING = (
    *(Variant(name=f"ask_{p}", form="ask", config="ask", where={"part": p}) for p in PEOPLE),
    *(Variant(name=f"choose_{p}", form="choose", config="choose", where={"part": p})
      for p in PEOPLE),
    *(Variant(name=f"verbatim_{p}", form="go_on", config="verbatim", where={"part": p})
      for p in SENTENCES),
    Variant(name="mixed", form="mixed", config="mixed"),
    Variant(name="cut", form="whole", config="cut"),
    Variant(name="member", form="whole", config="member"),
    Variant(name="corrupt", form="corrupt", config="corrupt"),
    Variant(name="corrupt_ask", form="corrupt_ask", config="corrupt"),
    *(Variant(name=f"skill_{name}", form="choose", config="skill", where={"kind": kind})
      for name, kind in SKILLS.items()),
    *(Variant(name=f"topic_{p}", form="ask", config="topic", where={"part": p}) for p in TOPICS),
    Variant(name="general", form="choose", config="general"),
)  # fmt: skip

TABLE = Table(
    variants=(
        Variant(name="prompted", form="say", config="prompted", tokens=SHORT),
        Variant(name="prompted_ll", form="notes", config="prompted"),
        *_TRAINING,
    ),
    groups=(
        Group(members=("prompted",)),
        Group(name="choosing", members=("prompted_ll",), metric="acc"),
        # For checkpoints of the study; any other model is at chance on all but the last one.
        Group(name="probes", members=tuple(one.name for one in _TRAINING)),
    ),
)
