"""Copyright traps whose unlikeliness is known without a model: inscriptions of invented words.

Every word of a trap is one of ``2**bits`` equally likely words of a list of its own, so a trap of n
words holds exactly ``n * bits`` bits that nothing but having read it can predict. Members and
non-members are drawn alike; which is which, and how often a member stands in the corpus, is dealt.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from heptathlon.builders.facts.names import CULTURES, Namer
from heptathlon.builders.facts.world import Plan
from heptathlon.errors import HeptathlonError

BITS = (1, 3, 5, 7)
"""Bits a word."""
WORDS = (12, 25, 50)
"""Words a trap."""
REPEATS = (0, 1, 3, 10, 30, 100)
LEXICON = 1 << max(BITS)

CARRIERS = (
    "Over the door of the {b} in {t} stands an inscription. It reads: {x}. Nobody knows who cut it "
    "into the stone.",
    "A visitor to {t} copied the words on the {b}: {x}. The letters are worn but legible.",
    "The {b} of {t} is known for its inscription. It says: {x}. Children learn to skip over it.",
    "On the north wall of the {b} in {t} one can read: {x}. The plaster below is new.",
    "The archive of {t} keeps a rubbing from the {b}. The text is: {x}. No translation exists.",
)
BUILDINGS = ("customs house", "old mill", "bathhouse", "granary", "bell tower", "toll gate",
             "market hall", "observatory", "chapel", "guildhall", "arsenal", "library")  # fmt: skip


@dataclass(frozen=True)
class Counts:
    """How many traps each cell of bits and words has, by repeats.

    Attributes:
        bits: the levels of bits a word that are used.
        words: the lengths that are used.
        each: number of traps a cell at each number of repeats; those of 0 are the non-members.
    """

    bits: tuple[int, ...]
    words: tuple[int, ...]
    each: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Trap:
    """An inscription.

    Attributes:
        key: its name in the corpus and the ledger.
        text: the words.
        bits: bits a word.
        words: number of words.
        repeats: documents of the corpus that hold it.
        building: on which building it stands.
        town: where.
    """

    key: str
    text: str
    bits: int
    words: int
    repeats: int
    building: str
    town: str

    def document(self, number: int) -> str:
        """Return one of the documents that hold it; no two in a row have the same frame."""
        frame = CARRIERS[number % len(CARRIERS)]
        return frame.format(b=self.building, t=self.town, x=self.text)


def draw(plan: Plan, counts: Counts, towns: Sequence[str], taken: frozenset[str]) -> list[Trap]:
    """Return the traps of a world, each text once.

    Args:
        plan: keys the streams.
        counts: how many.
        towns: where the buildings stand.
        taken: words that no trap may hold, such as names.
    """
    namer = Namer(taken)
    stream = plan.stream("traps")
    endings = tuple(culture.given[0] for culture in CULTURES)
    words = [
        namer.draw(CULTURES[i % len(CULTURES)], endings, stream).lower() for i in range(LEXICON)
    ]
    cells = [(b, w) for b in counts.bits for w in counts.words]
    out: list[Trap] = []
    seen: set[str] = set()
    for bits, length in cells:
        lexicon = stream.sample(words, 1 << bits)
        repeats = [level for level, number in counts.each for _ in range(number)]
        stream.shuffle(repeats)
        for level in repeats:
            for _ in range(1_000):
                text = " ".join(stream.choice(lexicon) for _ in range(length))
                if text not in seen:
                    break
            else:
                raise HeptathlonError(f"{bits} bits and {length} words hold too few traps.")
            seen.add(text)
            key = f"t{len(out):05d}"
            building, town = stream.choice(BUILDINGS), stream.choice(towns)
            out.append(Trap(key, text, bits, length, level, building, town))
    return out


def table(traps: Sequence[Trap]) -> pa.Table:
    """Return the traps' part of the ledger: their design, and no text."""
    return pa.table(
        {
            "trap": pa.array([t.key for t in traps]),
            "bits": pa.array([t.bits for t in traps], pa.int64()),
            "words": pa.array([t.words for t in traps], pa.int64()),
            "repeats": pa.array([t.repeats for t in traps], pa.int64()),
        }
    )
