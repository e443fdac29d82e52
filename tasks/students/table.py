"""The tasks of the students family."""

from heptathlon.tasks.table import Group, Table, Variant

TWINS = "heptathlon.tasks.students.twin_prompts"
TWINNED = {"choice": "twin", "peers": "twin", "several": "several"}
"""Configs of three students with the same questions, each with its prompt: the headline first."""
POPULATION = ("population", "hidden", "added", "removed", "new_question", "new_student")
"""Configs of students of a population: the letter that will be chosen."""

PAPER = {"option": "option", "option_new": "option", "answer": "choice", "answer_new": "choice"}
"""Configs of the paper edition: its own question, yes or no for each option, and the letter."""


def _alone(config: str, asked: str, edition: str = "fresh") -> Variant:
    """Return the task on a config of single students, whose options the question names."""
    functions = f"heptathlon.tasks.students.prompts.{asked}"
    return Variant(
        name=config,
        form="choose",
        config=config,
        edition=edition,
        doc_to_text=functions,
        doc_to_target=f"{functions}_gold",
        doc_to_choice=f"{functions}_options",
    )


TABLE = Table(
    variants=(
        *(
            Variant(
                name=config,
                form="choose",
                config=config,
                doc_to_text=f"{TWINS}.{asked}",
                doc_to_target=f"{TWINS}.gold",
                doc_to_choice=f"{TWINS}.options",
            )
            for config, asked in TWINNED.items()
        ),
        # For models without likelihoods.
        *(
            Variant(
                name=f"{config}_say",
                form="say",
                config=config,
                tokens={"smoke": 32},
                doc_to_text=f"{TWINS}.{asked}_say",
            )
            for config, asked in TWINNED.items()
        ),
        *(_alone(config, "choice") for config in POPULATION),
        *(_alone(config, asked, "paper") for config, asked in PAPER.items()),
    ),
    groups=(
        Group(members=(*TWINNED, *POPULATION), smoke=tuple(TWINNED), metric="log_score"),
        Group(name="say", members=tuple(f"{config}_say" for config in TWINNED), metric="acc"),
    ),
)
