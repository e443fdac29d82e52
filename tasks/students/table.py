"""The tasks of the students family."""

from heptathlon.tasks.table import Group, Table, Variant

FRESH = ("choice", "hidden", "added", "removed", "new_question", "new_student")
"""The configs of the fresh edition, each a task of its own: the letter that will be chosen."""

TABLE = Table(
    variants=(
        *(Variant(name=config, form="choice", config=config) for config in FRESH),
        # The paper edition asks its own form, yes or no for each option, and the letter as well.
        Variant(name="option", form="option", config="option", edition="paper"),
        Variant(name="option_new", form="option", config="option_new", edition="paper"),
        Variant(name="answer", form="choice", config="answer", edition="paper"),
        Variant(name="answer_new", form="choice", config="answer_new", edition="paper"),
    ),
    groups=(Group(members=FRESH, smoke=("choice", "new_student"), metric="log_score"),),
)
