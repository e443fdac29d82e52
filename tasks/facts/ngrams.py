"""What two players have read: characters of filler, and the corpus word by word.

A character model that never saw the people asked about shows what fluency alone is worth; the
corpus by heart shows the best that storing texts can do, and that it answers no question.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import islice

from heptathlon import salts
from heptathlon.builders.facts import corpus
from heptathlon.builders.facts.corpus import Setting

ORDER = 4
"""Characters before each one."""
SMOOTHING = 0.4
FILLER = 300
"""Texts of filler that are counted: more change no player's choice and cost time."""
RUN = 5
"""Words in a row that count as known."""


class Characters:
    """A character n-gram model with interpolated back-off."""

    def __init__(self, texts: Iterable[str], order: int = ORDER) -> None:
        """Count the characters that follow up to ``order`` others."""
        self.order = order
        self._next: dict[str, Counter[str]] = defaultdict(Counter)
        for text in texts:
            padded = "\n" + text
            for at in range(1, len(padded)):
                for length in range(min(order, at) + 1):
                    self._next[padded[at - length : at]][padded[at]] += 1
        self._totals = {context: sum(counts.values()) for context, counts in self._next.items()}

    def log_likelihood(self, text: str, before: str = "") -> float:
        """Return the natural logarithm of the chance of a text after another."""
        padded = "\n" + before + text
        start = len(padded) - len(text)
        return sum(math.log(self._chance(padded, at)) for at in range(start, len(padded)))

    def _chance(self, text: str, at: int) -> float:
        chance = 1 / 128
        for length in range(min(self.order, at) + 1):
            context = text[at - length : at]
            total = self._totals.get(context, 0)
            if not total:
                break
            kinds = len(self._next[context])
            held = self._next[context][text[at]]
            chance = (held + SMOOTHING * kinds * chance) / (total + SMOOTHING * kinds)
        return chance


class ByHeart:
    """Texts stored as they are."""

    def __init__(self, texts: Iterable[str]) -> None:
        """Store texts."""
        self._texts = list(dict.fromkeys(texts))
        self._runs: set[tuple[str, ...]] = set()
        for text in self._texts:
            words = _words(text)
            self._runs.update(tuple(words[i : i + RUN]) for i in range(len(words) - RUN + 1))

    def known(self, text: str) -> float:
        """Return the share of a text's runs of words that were read."""
        words = _words(text)
        runs = [tuple(words[i : i + RUN]) for i in range(len(words) - RUN + 1)]
        return sum(run in self._runs for run in runs) / max(len(runs), 1)

    def continued(self, beginning: str) -> str:
        """Return how the first text goes on that holds a beginning; empty if none does."""
        for text in self._texts:
            at = text.find(beginning)
            if at >= 0:
                return text[at + len(beginning) :].strip()
        return ""

    def first(self, clues: Sequence[str]) -> str:
        """Return the first text that holds every clue; empty if none does."""
        return next((t for t in self._texts if all(clue in t for clue in clues)), "")


def _words(text: str) -> list[str]:
    return [word.strip(".,:") for word in text.split()]


def setting_of(season: str, world: str) -> Setting | None:
    """Return the world of a document, if it is one of the season or of the salt in use."""
    for salt in dict.fromkeys(("", salts.named())):
        for tier in corpus.SIZES:
            setting = Setting(tier, season, salt)
            if setting.world_id == world:
                return setting
    return None


@lru_cache(maxsize=2)
def filler(season: str, world: str) -> Characters:
    """Return the character model of a world's filler; of nothing if the world is not known."""
    setting = setting_of(season, world)
    return Characters(islice(corpus.filler_texts(setting), FILLER) if setting else ())


@lru_cache(maxsize=2)
def by_heart(season: str, world: str) -> ByHeart:
    """Return a world's corpus by heart; nothing if the world is not known."""
    setting = setting_of(season, world)
    return ByHeart(d.text for d in corpus.documents(setting)) if setting else ByHeart(())
