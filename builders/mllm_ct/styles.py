"""One scene in five answer styles, after SEFE's diversification (arXiv 2505.02486)."""

from math import gcd
from typing import Any

from heptathlon.builders.mllm_ct.records import StreamRecord
from heptathlon.builders.mllm_ct.scene import Scene
from heptathlon.records import content_id
from heptathlon.seeding import Stream

FAMILY = "mllm_ct"
LETTERS = "ABCD"
YES, NO = "yes", "no"
PERIOD = {
    "numeric": 6,
    "art": 8,
    "math": 2,
    "economics": 18,
    "medicine": 6,
    "ocr": 2,
    "science": 12,
}
"""After how many items a task's kinds and answers repeat."""


def take_turns(index: int, choices: int, period: int) -> int:
    """Return which of ``choices`` has its turn, so that none goes with a phase of the period.

    Example:
        >>> [take_turns(i, 2, 2) for i in range(8)]
        [0, 1, 1, 0, 0, 1, 1, 0]
    """
    return (index + (index // period if gcd(period, choices) > 1 else 0)) % choices


def in_style(
    scene: Scene, task: str, style: str, index: int, stream: Stream, season: str
) -> StreamRecord:
    """Return a scene's question in a style.

    Args:
        scene: the scene.
        task: the task that it belongs to.
        style: one of ``STYLES``.
        index: the item's place in its part, by which the gold option takes turns.
        stream: random numbers of this item and style alone.
        season: the season.
    """
    question, options, proposed, answer = f"{scene.context} {scene.ask}", (), "", scene.content
    wrong = [c for c in scene.candidates if c != scene.content]
    if style == "yes_no":
        right = take_turns(index, 2, PERIOD[task]) == 0
        proposed = scene.content if right else stream.choice(wrong)
        question = f"{scene.context} Is this statement true: {scene.claim.format(proposed)}?"
        answer = YES if right else NO
    elif style == "choice":
        offered, gold = _options(scene, wrong, index, task, stream)
        options, answer = tuple(offered), LETTERS[gold]  # type: ignore[assignment]
    fields: dict[str, Any] = {
        "season": season,
        "form": style,
        "task": task,
        "kind": scene.kind,
        "depth": scene.depth or len(scene.steps),
        "question": question,
        "options": options,
        "proposed": proposed,
        "asks": scene.asks,
        "candidates": scene.candidates,
        "content": scene.content,
        "answer": answer,
        "explanation": explanation(scene, style),
        "steps": [step.model_dump() for step in scene.steps],
        "scene": [mark.model_dump() for mark in scene.marks],
    }
    shared = content_id(FAMILY, task, fields["scene"], scene.context)
    return StreamRecord(item_id=content_id(FAMILY, fields), cluster_id=shared, **fields)


def _options(
    scene: Scene, wrong: list[str], index: int, task: str, stream: Stream
) -> tuple[list[str], int]:
    """Return shuffled options and the gold one's place, which takes turns."""
    count = min(len(LETTERS), len(scene.candidates))
    chosen = stream.sample(wrong, count - 1)
    gold = take_turns(index, count, PERIOD[task])
    return [*chosen[:gold], scene.content, *chosen[gold:]], gold


def explanation(scene: Scene, style: str) -> str:
    """Return the gold explanation of ``brief`` and ``detailed``; empty for the other styles.

    Of a long chain it has the end, as much as the asked length has room for.
    """
    last = scene.steps[-{"brief": 3, "detailed": 5}.get(style, 1) :]
    facts = ". ".join(step.says[0].upper() + step.says[1:] for step in last) + "."
    if style == "brief":
        return f"{facts} This gives the answer."
    if style == "detailed":
        return (
            f"{scene.how} Taken in order, these are the facts that decide this question. {facts} "
            "With these facts the question is settled, and the last of them gives the answer."
        )
    return ""
