"""An answer that knows what a server told of it: how it ended, what it cost, or what broke.

The answers are the text and the pair that lm-eval expects, so they pass through it unchanged.
"""

import math
from dataclasses import asdict, dataclass
from typing import Any

LENGTH = "length"
"""How an answer ended that was cut because its tokens ran out."""


@dataclass(frozen=True)
class Told:
    """What came with an answer.

    Attributes:
        finish: why the server stopped, in OpenAI's words (``stop``, ``length``,
            ``content_filter``) where another one's can be put into them; empty if it does not say.
        prompt_tokens: tokens of the prompt; None if it does not say.
        completion_tokens: tokens of the answer, its reasoning included.
        reasoning_tokens: tokens of the reasoning alone.
        broken: why there is no answer that could be scored; empty if there is one.
    """

    finish: str = ""
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    reasoning_tokens: int | None = None
    broken: str = ""

    def row(self) -> dict[str, Any]:
        """Return what is known, for JSON."""
        return {k: v for k, v in asdict(self).items() if v not in (None, "")}


NOTHING = Told()


class Text(str):
    """A generated answer; see :class:`Told`."""

    told: Told

    def __new__(cls, text: str, told: Told = NOTHING) -> "Text":
        """Return the text, without halves of surrogate pairs."""
        new = super().__new__(cls, whole(text))
        new.told = told
        return new


class Pair(tuple[float, bool]):
    """An option's log-likelihood in nats, and whether it is the greedy one; see :class:`Told`."""

    told: Told

    def __new__(cls, value: float, greedy: bool, told: Told = NOTHING) -> "Pair":
        """Return the pair."""
        new = super().__new__(cls, (value, greedy))
        new.told = told
        return new


def broken_text(reason: str) -> Text:
    """Return what stands for a generated answer that could not be had."""
    return Text("", Told(broken=reason))


def broken_pair(reason: str) -> Pair:
    """Return what stands for a log-likelihood that could not be had."""
    return Pair(math.nan, False, Told(broken=reason))


def told_of(answer: Any) -> Told:
    """Return what was told of an answer of any model class."""
    told = getattr(answer, "told", NOTHING)
    return told if isinstance(told, Told) else NOTHING


def fault_of(answer: Any) -> str:
    """Return why an answer of any model class cannot be scored; empty if it can.

    A log-likelihood that is no number, or above every other, is a fault of weights or server: no
    option may win by it. Minus infinity is one: an option that the model holds for impossible.
    """
    if reason := told_of(answer).broken:
        return reason
    if isinstance(answer, tuple | list) and answer and isinstance(answer[0], int | float):
        value = float(answer[0])
        if math.isnan(value) or value == math.inf:
            return f"log-likelihood {value}"
    return ""


def whole(text: str) -> str:
    r"""Return a text in which half of a surrogate pair is U+FFFD and two halves are a character.

    A server that cuts an answer in the middle of an emoji sends such a half, which no UTF-8 file
    can hold.

    Example:
        >>> whole("A \ud83d") == "A \ufffd", whole("\ud83d\ude00") == "\U0001f600"
        (True, True)
    """
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
