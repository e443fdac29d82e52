"""Hay from a user's files: their sentences, but for those with a word that is asked about.

What is left is kept beside the data sets under its checksum, so that a recipe names it and any
block of a text is made alone, as from the suite's own chronicles.
"""

import hashlib
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from heptathlon.builders.longcontext.haystack import Piece
from heptathlon.builders.longcontext.links import TABLES
from heptathlon.builders.longcontext.words import FAMILY_NAMES, GIVEN, VALUES
from heptathlon.builders.sort.sentences import ends_sentence, plain_text, sentence_starts
from heptathlon.errors import HeptathlonError
from heptathlon.files import home, read_text_limited, write_text_atomic
from heptathlon.seeding import Stream

MAX_BYTES = 256 * 2**20
MARKDOWN = {".md", ".markdown"}
FOLDER = "hay"
MOST_DROPPED = 0.01
"""Largest share of sentences that may be left out: a text without many of its own says less."""
NAMED = 3
"""Words that a refusal names."""


class Read(NamedTuple):
    """Files, read.

    Attributes:
        paragraphs: their sentences, but for those left out.
        dropped: sentences left out, since they hold a word that is asked about.
        sentences: all of them.
    """

    paragraphs: list[list[str]]
    dropped: int
    sentences: int


class Hay(NamedTuple):
    """Hay, ready to be cut.

    Attributes:
        pieces: sentences in their order.
        starts: number of words before each.
        words: of all of them.
    """

    pieces: tuple[Piece, ...]
    starts: tuple[int, ...]
    words: int


@cache
def _asked_about() -> re.Pattern[str]:
    """Return what no sentence may hold: a name, a value or a side of a link, or what begins so."""
    sides = [side for table in TABLES.values() for link in table.links.items() for side in link]
    hidden = [*GIVEN, *FAMILY_NAMES, *(v for of in VALUES.values() for v in of), *sides]
    bare = {re.sub(r"^(?:the|an?) ", "", word, flags=re.IGNORECASE) for word in hidden}
    either = "|".join(map(re.escape, sorted(bare, key=lambda word: (-len(word), word))))
    return re.compile(rf"\b(?:{either})", re.IGNORECASE)


def read(paths: Sequence[Path]) -> Read:
    """Read plain text or Markdown (by the suffix ``.md``).

    Raises:
        HeptathlonError: if a file cannot be read, is not UTF-8, has no sentences, or too many with
            a word that is asked about.
    """
    kept: list[list[str]] = []
    sentences = 0
    found: Counter[str] = Counter()
    seen: dict[str, Path] = {}
    for path in paths:
        raw = read_text_limited(path, max_bytes=MAX_BYTES)
        if (same := seen.setdefault(hashlib.sha256(raw.encode()).hexdigest(), path)) is not path:
            raise HeptathlonError(f"{path}: is the same text as {same}.")
        _, paragraphs = plain_text(raw, markdown=path.suffix.lower() in MARKDOWN)
        before = sentences
        for words in paragraphs:
            mine = []
            for sentence in _sentences(words):
                sentences += 1
                if match := _asked_about().search(sentence):
                    found[match[0].lower()] += 1
                else:
                    mine.append(sentence)
            kept += [mine] if mine else []
        if sentences == before:
            raise HeptathlonError(
                f"{path}: holds no sentence (a capital at the start, a full stop at the end); give "
                "running text."
            )
    dropped = found.total()
    if dropped > MOST_DROPPED * sentences:
        named = ", ".join(f"{word} {count}" for word, count in found.most_common(NAMED))
        raise HeptathlonError(
            f"{', '.join(map(str, paths))}: {dropped:,} of {sentences:,} sentences hold a word "
            f"that is asked about (most often: {named}), more than {MOST_DROPPED:.0%}; give "
            "another text."
        )
    return Read(kept, dropped, sentences)


def _sentences(words: Sequence[str]) -> Iterator[str]:
    """Yield the whole sentences of a paragraph."""
    starts = [*sentence_starts([words]), len(words)]
    for one, after in pairwise(starts):
        if ends_sentence(words[after - 1]):
            yield " ".join(words[one:after])


def keep(paragraphs: Iterable[Sequence[str]]) -> str:
    """Keep hay under its checksum, and return that."""
    text = "\n\n".join("\n".join(sentences) for sentences in paragraphs)
    checksum = hashlib.sha256(text.encode()).hexdigest()
    path = home() / FOLDER / f"{checksum}.txt"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text_atomic(path, text)
    return checksum


@lru_cache(maxsize=1)
def load(checksum: str) -> Hay:
    """Return hay by its checksum.

    Raises:
        HeptathlonError: if it is not there, or another one.
    """
    path = home() / FOLDER / f"{checksum}.txt"
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        text = ""
    if hashlib.sha256(text.encode()).hexdigest() != checksum:
        raise HeptathlonError(
            f"{path}: is not there, or was changed; build the set again from your text with "
            "'heptathlon build longcontext --text FILE'."
        )
    pieces: list[Piece] = []
    starts: list[int] = []
    words = 0
    for paragraph in text.split("\n\n"):
        gap = "\n\n"
        for sentence in paragraph.split("\n"):
            piece = Piece(f"{gap}{sentence}", sentence.count(" ") + 1)
            starts.append(words)
            pieces.append(piece)
            words += piece.words
            gap = " "
    return Hay(tuple(pieces), tuple(starts), words)


def pieces(checksum: str, seed: int, words: int, first: int, room: int) -> Iterator[Piece]:
    """Yield the sentences of one block.

    The text begins at a sentence that its seed draws, so that texts are of different parts.

    Args:
        checksum: names the hay.
        seed: the text's.
        words: the most words of the text.
        first: words of the text before this block.
        room: the most words of the block; it lacks what the next sentence would have had.
    """
    hay = load(checksum)
    start = Stream("longcontext own", checksum, seed).below(hay.words - words + 1)
    for at in range(bisect_left(hay.starts, start + first), len(hay.pieces)):
        piece = hay.pieces[at]
        if piece.words > room:
            return
        room -= piece.words
        yield piece
