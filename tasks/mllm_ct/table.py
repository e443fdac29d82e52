"""The tasks of the mllm_ct family: taught ones, its own stream, the paper's, and CoIN's."""

from heptathlon.families import Tier
from heptathlon.tasks.table import Group, Table, Variant

STREAM = ("numeric", "art", "math", "economics", "medicine", "ocr", "science")
"""The tasks of the stream in its first order."""
TEXT = ("numeric", "economics")
IMAGE = ("art", "math", "medicine", "ocr", "science")
SHORT: dict[Tier, int] = {"smoke": 128}
"""Tokens of a smoke test's answer."""
TAUGHT = ("blocks", "blocks_learnt")
"""Questions on taught tasks after the last block, and the same ones right after their own."""
PICTURED = ("blocks_image", "blocks_image_learnt")
WORD: dict[Tier, int] = {"smoke": 16}
"""Tokens of a smoke test's answer of a word or two."""
PAPER = ("numglue", "art", "math", "fomc", "medical", "ocr", "science")
PAPER_TEXT = ("numglue", "fomc")
COIN = (
    *("scienceqa", "textvqa", "imagenet", "gqa"),
    *("vizwiz", "grounding", "vqav2", "ocrvqa"),
)
"""CoIN's eight tasks in their published order."""


_TASKS = "heptathlon.tasks.mllm_ct"


def _picture(task: str) -> str | None:
    return None if task in TEXT else f"{_TASKS}.prompts.picture"


def _paper_picture(task: str) -> str | None:
    return None if task in PAPER_TEXT else f"{_TASKS}.prompts.paper_picture"


TABLE = Table(
    variants=(
        *(
            Variant(name=name, form="blocks", config=name, tokens=WORD)
            for name in (*TAUGHT, "blocks_matrix")
        ),
        # The blocks, and what is asked about, in one picture.
        *(
            Variant(
                name=name,
                form="blocks",
                config=name,
                tokens=WORD,
                doc_to_text=f"{_TASKS}.blocks.picture_prompt",
                doc_to_image=f"{_TASKS}.blocks.sheet",
            )
            for name in PICTURED
        ),
        *(
            Variant(
                name=task,
                form="mllm_ct",
                config=task,
                tokens=SHORT,
                doc_to_image=_picture(task),
            )
            for task in STREAM
        ),
        *(
            Variant(
                name=f"{task}_styles",
                form="mllm_ct",
                config=f"{task}_styles",
                tiers=("full", "lite"),
                doc_to_image=_picture(task),
            )
            for task in STREAM
        ),
        *(
            Variant(
                name=f"paper_{task}",
                form="paper",
                config=f"paper_{task}",
                edition="paper",
                doc_to_image=_paper_picture(task),
            )
            for task in PAPER
        ),
        # The same rows with a request of this suite's for tags round reasoning and answer.
        *(
            Variant(
                name=f"paper_{task}_tagged",
                form="paper",
                config=f"paper_{task}",
                edition="paper",
                doc_to_image=_paper_picture(task),
                tiers=("full", "lite"),
                doc_to_text=f"{_TASKS}.prompts.tagged_prompt",
            )
            for task in PAPER
        ),
        *(
            Variant(
                name=f"coin_{task}",
                form="coin",
                config=f"coin_{task}",
                edition="coin",
                doc_to_image=f"{_TASKS}.prompts.paper_picture",
            )
            for task in COIN
        ),
        # ScienceQA's questions without a picture.
        Variant(
            name="coin_scienceqa_text",
            form="coin",
            config="coin_scienceqa_text",
            edition="coin",
        ),
    ),
    # Tasks count alike, as in the papers.
    groups=(
        # What any model can be asked: the headline and what it is set beside. The suite's groups
        # hold this one.
        Group(members=TAUGHT, metric="strict", by_size=False),
        # The same in pictures, for models that see.
        Group(name="pictured", members=PICTURED, metric="strict", by_size=False),
        # The stream's two tasks without a picture: controls, and what small models are tuned on.
        Group(name="text", members=TEXT, metric="strict", by_size=False),
        # Its five tasks with pictures.
        Group(name="image", members=IMAGE, metric="strict", by_size=False),
        # The whole stream. `heptathlon run` asks text and image tasks apart.
        Group(name="stream", members=STREAM, metric="strict", by_size=False),
        Group(
            name="coin",
            members=tuple(f"coin_{task}" for task in COIN),
            metric="strict",
            by_size=False,
        ),
    ),
)
