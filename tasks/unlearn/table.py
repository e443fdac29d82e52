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
    *(Variant(name=f"verbatim_{p}", form="ask", config="verbatim", where={"part": p},
              metrics=("acc", "f1"))
      for p in SENTENCES),
    # One question for a fact of somebody to be forgotten and of somebody to be kept.
    Variant(name="mixed", form="ask", config="mixed", metrics=("acc", "leak"), lower=("leak",)),
    # The likelihood of the rest of a sentence, and of a whole one.
    Variant(name="cut", form="choose", config="cut", metrics=("known", "greedy")),
    Variant(name="member", form="choose", config="member", metrics=("known", "greedy")),
    # The true, the corrupted and other values.
    *(Variant(name=name, form=form, config="corrupt", metrics=("acc", "corrupted"),
              lower=("corrupted",))
      for name, form in (("corrupt", "choose"), ("corrupt_ask", "ask"))),
    *(Variant(name=f"skill_{name}", form="choose", config="skill", where={"kind": kind})
      for name, kind in SKILLS.items()),
    *(Variant(name=f"topic_{p}", form="ask", config="topic", where={"part": p}) for p in TOPICS),
    Variant(name="general", form="choose", config="general"),
)  # fmt: skip

TABLE = Table(
    variants=(
        Variant(name="prompted", form="say", config="prompted", tokens=SHORT),
        Variant(
            name="prompted_ll",
            form="choose",
            config="prompted",
            doc_to_text="heptathlon.tasks.unlearn.prompts.choosing",
        ),
        *_TRAINING,
    ),
    groups=(
        Group(members=("prompted",)),
        Group(name="choosing", members=("prompted_ll",), metric="acc"),
        # For checkpoints of the study; any other model is at chance on all but the last one.
        Group(name="probes", members=tuple(one.name for one in _TRAINING)),
    ),
)
