"""What an attacker can answer: options by place, and texts in the form that the oracle's have."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from benchmarks.attack.items import Item, Response, chosen

MOST = 40
"""Texts a form that are tried as answers: the commonest ones."""
SURE = 8.0
"""Log-likelihood by which a chosen option stands above the others."""


@dataclass
class Answers:
    """The answers that were seen, by the form that they were seen in.

    Attributes:
        prefixes: what the oracle's texts have before the answer itself, by form.
        common: the commonest answers, by form.
    """

    prefixes: dict[str, str] = field(default_factory=dict)
    common: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, items: Sequence[Item]) -> "Answers":
        """Learn the texts of some documents."""
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        out = cls()
        for item in items:
            if item.options or not item.said:
                continue
            form = item.sample.form
            counts[form][item.said] += 1
            place = item.response.casefold().rfind(item.said.casefold())
            if place >= 0:
                out.prefixes.setdefault(form, item.response[:place])
        out.common = {form: [said for said, _ in c.most_common(MOST)] for form, c in counts.items()}
        return out

    def text(self, item: Item, said: str) -> Response:
        """Return an answer in the form that the item asks for."""
        return (self.prefixes.get(item.sample.form, "") + said,)

    def option(self, item: Item, place: int, confidence: float = SURE) -> Response:
        """Return likelihoods that prefer the option at a place."""
        scores = [0.0] * len(item.options)
        scores[place % len(scores)] = confidence
        return chosen(scores)

    def nothing(self, item: Item) -> Response:
        """Return an answer that says nothing: every option alike, or no text."""
        return chosen([0.0] * len(item.options)) if item.options else ("",)

    def constant(self, item: Item, number: int) -> Response:
        """Return the answer with a number: that option, or that of the form's commonest texts."""
        if item.options:
            return self.option(item, number)
        common = self.common.get(item.sample.form, [])
        return self.text(item, common[number % len(common)]) if common else ("",)

    def likely(self, item: Item, scores: Sequence[float], sharpness: float) -> Response:
        """Return likelihoods in proportion to scores."""
        return chosen([float(x) for x in sharpness * np.asarray(scores, dtype=np.float64)])
