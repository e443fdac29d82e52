"""What a scorer says of one answer: figures, an outcome in a word, and what it read."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Verdict:
    """The verdict on one response to one document.

    Attributes:
        metrics: every figure of the document's form, by metric name, finite, higher is better.
        outcome: one word for what happened, such as ``optimal``, ``wall`` or ``no_answer``.
        answer: the answer as it was read from the response; empty if none was found.
        invalid: whether no answer of the asked form could be read at all.
    """

    metrics: dict[str, float]
    outcome: str
    answer: str = ""
    invalid: bool = field(default=False)
