"""What a tier is made of: sequences of taught tasks, and seven tasks of questions.

The sequences are the headline's (:mod:`~heptathlon.builders.mllm_ct.blocks`), as text and in
pictures. The seven tasks come each in its native style, and in the others apart. The paper edition
is read in :mod:`heptathlon.builders.mllm_ct.paper`, CoIN's tasks in
:mod:`heptathlon.builders.mllm_ct.coin`. A shard is one task. Within a
task no scene of the fresh edition occurs twice, in any part; test scenes come from held-out blocks
of parameters. The tiers' test parts are nested: a smaller one is the beginning of a larger one.
``train`` is what a continual run is tuned on.
"""

from functools import partial

from heptathlon.builders.mllm_ct import blocks, coin, paper
from heptathlon.builders.mllm_ct.records import (
    NATIVE,
    STYLES,
    TASKS,
    TEXT_TASKS,
    BlockRecord,
    CoinRecord,
    PaperRecord,
    StreamRecord,
)
from heptathlon.builders.mllm_ct.scenes import MAX_DRAWS, Scene, draw
from heptathlon.builders.mllm_ct.styles import FAMILY, in_style
from heptathlon.errors import HeptathlonError, UnknownNameError
from heptathlon.families import FAMILIES
from heptathlon.records import Record, content_id
from heptathlon.seeding import Stream

Built = dict[tuple[str, str], list[Record]]

EDITIONS = ("fresh", "paper", coin.EDITION)
VERSION = FAMILIES[FAMILY].version
STYLED = "_styles"
"""Suffix of the config that holds a task's scenes in the styles that are not its own."""
TEST = {"lite": 96, "full": 360}
"""Test scenes a task: 360 give +- 5 points at one half. Both are multiples of all turns' periods,
so that answers are balanced exactly."""
SMOKE_TEXT, SMOKE_IMAGE = 48, 24
"""Test scenes a task in the tier ``smoke``: 96 for text models, 120 more with pictures."""
TRAIN = {"smoke": 24, "lite": 240, "full": 600}
FEWSHOT = 4
BLOCKS = (
    *("blocks", "blocks_learnt", "blocks_matrix"),
    *("blocks_image", "blocks_image_learnt"),
)
"""Configs of the taught sequences."""


def configs(edition: str) -> dict[str, type[Record]]:
    """Return the configs of an edition, each with the model of its rows.

    Raises:
        UnknownNameError: if the edition does not exist.
    """
    if edition not in EDITIONS:
        raise UnknownNameError("edition of mllm_ct", edition, EDITIONS)
    if edition == "paper":
        return dict.fromkeys(map(paper.config_of, paper.KEYS), PaperRecord)
    if edition == coin.EDITION:
        names = [*map(coin.config_of, coin.KEYS), coin.TEXT_CONFIG]
        return dict.fromkeys(names, CoinRecord)
    return {
        **dict.fromkeys(BLOCKS, BlockRecord),
        **dict.fromkeys([*TASKS, *(task + STYLED for task in TASKS)], StreamRecord),
    }


def shards(edition: str, tier: str) -> list[str]:
    """Return the units of work: one task each.

    Raises:
        UnknownNameError: if the edition or the tier does not exist.
    """
    if edition not in EDITIONS:
        raise UnknownNameError("edition of mllm_ct", edition, EDITIONS)
    if tier not in TRAIN:
        raise UnknownNameError("tier of mllm_ct", tier, TRAIN)
    fresh = (blocks.FORM, blocks.PICTURE, *TASKS)
    return list({"paper": paper.KEYS, coin.EDITION: coin.KEYS}.get(edition, fresh))


def generate(edition: str, tier: str, shard: str, season: str, salt: str) -> Built:
    """Generate one task.

    Args:
        edition: ``fresh``, ``paper`` or ``coin``.
        tier: ``smoke``, ``lite`` or ``full``.
        shard: the task.
        season: names the public seeds.
        salt: empty for the public sets; a secret for a hidden draw.

    Returns:
        The records by (config, split), the split being ``test``, ``train`` or ``fewshot``.

    Raises:
        HeptathlonError: if a name is unknown or a task runs out of scenes.
    """
    if shard not in shards(edition, tier):
        raise UnknownNameError("task of mllm_ct", shard, shards(edition, tier))
    if edition == "paper":
        return paper.generate(tier, shard)
    if edition == coin.EDITION:
        return coin.generate(tier, shard)
    if shard in (blocks.FORM, blocks.PICTURE):
        return _sequences(tier, shard, season, salt)
    smoke = SMOKE_TEXT if shard in TEXT_TASKS else SMOKE_IMAGE
    sizes = {"fewshot": FEWSHOT, "test": TEST.get(tier, smoke), "train": TRAIN[tier]}
    seen: set[str] = set()
    built: Built = {}
    for split, count in sizes.items():
        native: list[Record] = []
        styled: list[Record] = []
        stream = partial(Stream, FAMILY, VERSION, season, split, shard, salt=salt)
        # Whose turn is first is drawn, so that the place of an item tells nothing in a hidden set.
        first = stream("first turn").below(10_000)
        for index in range(first, first + count):
            scene = _new_scene(shard, stream(index), index, split == "test", seen)
            for style in STYLES:
                own = stream(style, index)
                record = in_style(scene, shard, style, index, own, season)
                (native if style == NATIVE[shard] else styled).append(record)
        built[shard, split] = native
        built[shard + STYLED, split] = styled
    return built


def _sequences(tier: str, shard: str, season: str, salt: str) -> Built:
    """Return the questions on taught sequences, as text or in pictures, by config."""
    seed = partial(Stream, FAMILY, VERSION, season, "test", shard, salt=salt)
    made = (blocks.ladder, blocks.matrix) if shard == blocks.FORM else (blocks.pictures,)
    built: Built = {}
    for make in made:
        for config, record in make(tier, seed, season):
            built.setdefault((config, "test"), []).append(record)
    return built


def _new_scene(task: str, stream: Stream, index: int, test: bool, seen: set[str]) -> Scene:
    """Return a scene that does not repeat one of the task."""
    for _ in range(MAX_DRAWS):
        scene = draw(task, stream, index, test=test)
        identity = content_id([m.model_dump() for m in scene.marks], scene.context, scene.ask)
        if identity not in seen:
            seen.add(identity)
            return scene
    raise HeptathlonError(f"{task}: {MAX_DRAWS} scenes in a row were known; ask for fewer items.")
