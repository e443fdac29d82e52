"""The tasks of the students family."""

from heptathlon.tasks.table import Group, Table, Variant

TWINNED = {"choice": "twin", "peers": "twin", "several": "several"}
"""Configs of three students with the same questions, each with its form: the headline first."""
POPULATION = ("population", "hidden", "added", "removed", "new_question", "new_student")
"""Configs of students of a population: the letter that will be chosen."""

TABLE = Table(
    variants=(
        *(Variant(name=config, form=form, config=config) for config, form in TWINNED.items()),
        # For models without likelihoods.
        *(
            Variant(name=f"{config}_say", form=f"{form}_say", config=config, tokens={"smoke": 32})
            for config, form in TWINNED.items()
        ),
        *(Variant(name=config, form="choice", config=config) for config in POPULATION),
        # The paper edition asks its own form, yes or no for each option, and the letter as well.
        Variant(name="option", form="option", config="option", edition="paper"),
        Variant(name="option_new", form="option", config="option_new", edition="paper"),
        Variant(name="answer", form="choice", config="answer", edition="paper"),
        Variant(name="answer_new", form="choice", config="answer_new", edition="paper"),
    ),
    groups=(
        Group(members=(*TWINNED, *POPULATION), smoke=tuple(TWINNED), metric="log_score"),
        Group(name="say", members=tuple(f"{config}_say" for config in TWINNED), metric="acc"),
    ),
)
