"""The tasks of the maze family."""

from heptathlon.families import Tier
from heptathlon.tasks.table import Group, Table, Variant

SHORT: dict[Tier, int] = {"smoke": 48}
"""Tokens of a smoke test's answer: its mazes are small."""
PROMPTS = "heptathlon.tasks.maze.prompts"
ENCODINGS = {
    "adjacency": (f"{PROMPTS}.path_adjacency", None),
    "open": (f"{PROMPTS}.path_open", None),
    "image": (f"{PROMPTS}.path_image", "heptathlon.tasks.maze.pictures.picture"),
}
"""Other ways to show the mazes of the headline: functions of the prompt and of its picture."""
TRAINED = {"": None, "_tokens": f"{PROMPTS}.mlmu_tokens"}
"""Ending of a task's name in the paper edition, and its prompt where it is not the form's."""
CHOICES = ("next_move", "verify_path")
"""Configs with options: which open move begins a shortest path, and is this a legal one?"""
TOPOLOGIES = ("dfs", "wilson", "wilson_loops", "cells")


TABLE = Table(
    variants=(
        *(
            Variant(
                name=topology,
                form="cells" if topology == "cells" else "say",
                config="path",
                where={"topology": topology},
                tokens=SHORT,
            )
            for topology in TOPOLOGIES
        ),
        # Half of these mazes cannot be solved.
        Variant(
            name="nosol",
            form="say",
            config="nosol",
            tokens=SHORT,
            doc_to_text=f"{PROMPTS}.path_or_none",
            metrics=("solved", "detects"),
        ),
        *(
            Variant(
                name=config,
                form="choose",
                config=config,
                doc_to_text=f"{PROMPTS}.{config}",
                doc_to_target=f"{PROMPTS}.{config}_gold",
                doc_to_choice=f"{PROMPTS}.{config}_options",
            )
            for config in CHOICES
        ),
        # For models without likelihoods.
        *(
            Variant(
                name=f"{config}_say",
                form="say",
                config=config,
                tokens=SHORT,
                doc_to_text=f"{PROMPTS}.{config}_say",
                doc_to_target=f"{PROMPTS}.{config}_target",
                metrics=("acc", "above_chance"),
            )
            for config in CHOICES
        ),
        *(
            Variant(
                name=name,
                form="say",
                config="path",
                tokens=SHORT,
                doc_to_text=text,
                doc_to_image=image,
            )
            for name, (text, image) in ENCODINGS.items()
        ),
        # With the rules in words, and as a model trained on mazes sees it: the tokens alone.
        *(
            Variant(
                name=config + ending,
                form="mlmu",
                config=config,
                edition="paper",
                tokens={"smoke": 512},
                doc_to_text=text,
            )
            for ending, text in TRAINED.items()
            for config in ("mlmu_dfs", "mlmu_astar")
        ),
        *(
            Variant(
                name=f"star{ending}",
                form="star",
                config="star",
                edition="paper",
                tokens={"smoke": 64},
                doc_to_text=text,
            )
            for ending, text in TRAINED.items()
        ),
    ),
    groups=(
        Group(
            members=(*TOPOLOGIES, "nosol", "next_move", "verify_path"),
            smoke=(*TOPOLOGIES, "nosol"),
            # The headline; only the first four tasks have it.
            metric="optimal",
        ),
        # All of it in writing, for a model whose likelihoods are not to be had.
        Group(
            name="say",
            members=(*TOPOLOGIES, "nosol", "next_move_say", "verify_path_say"),
            metric=None,
        ),
    ),
)
