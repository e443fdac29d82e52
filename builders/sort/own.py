"""SORT from any text: a user's own files, asked by quotation like Book-SORT.

What the paper's data gets wrong is mended: sentences start where they do, every pair is offered in
both orders, no segment serves twice, and the distance bins are served equally.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from heptathlon import families
from heptathlon.builders import store
from heptathlon.builders.sort import spans
from heptathlon.builders.sort.asking import FAMILY, VERSION, both_orders, record
from heptathlon.builders.sort.records import LENGTHS, SEGMENTS, Condition, SortRecord
from heptathlon.builders.sort.sentences import (
    has_no_words,
    plain_text,
    sentence_starts,
    units,
)
from heptathlon.builders.store.reading import fault_of
from heptathlon.builders.store.writing import alone
from heptathlon.errors import HeptathlonError
from heptathlon.files import canonical_json, home, read_text_limited, sha256_file
from heptathlon.records import Record
from heptathlon.seeding import Stream

CONFIGS: dict[str, Condition] = {"own": "text", "own_notext": "notext", "own_memory": "memory"}
MAX_BYTES = 64 * 2**20
MARKDOWN = {".md", ".markdown"}
EXCERPTS = 20
"""Excerpts a text and cell, unless a number is given."""
TRIES = 50
"""Excerpts that are drawn for each one that is used before the text counts as exhausted."""


@dataclass(frozen=True)
class Text:
    """A file, read.

    Attributes:
        name: the file's name.
        title: its first heading, or its name without suffix.
        words: its words; in Chinese and Japanese its characters.
        glued: whether no blank stands before each of them.
        starts: words at which its sentences start.
        sha256: checksum of the file.
    """

    name: str
    title: str
    words: list[str]
    glued: list[bool]
    starts: list[int]
    sha256: str

    def quoted(self, start: int, count: int) -> str:
        """Return so many words from one on, with the blanks that stand between them."""
        first, *rest = range(start, start + count)
        return self.words[first] + "".join(
            self.words[at] if self.glued[at] else f" {self.words[at]}" for at in rest
        )


def read(path: Path) -> Text:
    """Read a plain text or Markdown file.

    Raises:
        HeptathlonError: if it cannot be read, has no sentences, or no words that can be counted.
    """
    raw = read_text_limited(path, max_bytes=MAX_BYTES)
    if has_no_words(raw):
        raise HeptathlonError(
            f"{path}: is in a script that sets no blanks between words, and whose words cannot be "
            "counted here; give a text with blanks, or a Chinese or Japanese one, which is counted "
            "by characters."
        )
    title, paragraphs = plain_text(raw, markdown=path.suffix.lower() in MARKDOWN)
    counted = [units(paragraph) for paragraph in paragraphs]
    starts = sentence_starts([words for words, _ in counted])
    words = [word for of, _ in counted for word in of]
    if len(starts) < 2:
        raise HeptathlonError(
            f"{path}: holds {len(words):,} words and {len(starts)} sentences; a text with "
            "sentences (a capital at the start, a full stop at the end) is needed."
        )
    glued = [one for _, of in counted for one in of]
    return Text(path.name, title or path.stem, words, glued, starts, sha256_file(path))


def build(
    files: Sequence[Path],
    *,
    lengths: Sequence[int] = (),
    segments: Sequence[int] = SEGMENTS,
    excerpts: int = EXCERPTS,
    out: Path | None = None,
) -> Path:
    """Build a set from files and return its folder.

    Args:
        files: plain text or Markdown (by the suffix ``.md``).
        lengths: words of the excerpts; every published length that all texts have, if empty.
        segments: words of the quoted segments.
        excerpts: excerpts a text, length and segment length; each is asked in four distances.
        out: folder below which the set's folder is made; the cache if not given.

    Raises:
        HeptathlonError: if a file cannot serve, with what it lacks.
    """
    texts = [read(path) for path in files]
    seen: dict[str, str] = {}
    for text in texts:
        if text.sha256 in seen:
            raise HeptathlonError(f"{text.name}: is the same text as {seen[text.sha256]}.")
        seen[text.sha256] = text.name
    shortest = min(texts, key=lambda t: len(t.words))
    wanted = list(lengths) or [n for n in LENGTHS if n <= len(shortest.words)]
    if not wanted:
        raise HeptathlonError(
            f"{shortest.name}: has {len(shortest.words):,} words, too few for the shortest "
            f"excerpts of {LENGTHS[0]}; give a longer text, or a smaller --length."
        )
    season = families.CURRENT_SEASON
    name = store.SetName(FAMILY, store.OWN, season=season)
    # All that the questions depend on: a title stands in them, and a suffix decides how a file is
    # read.
    files_named = [[t.name, t.title, t.sha256] for t in texts]
    address = canonical_json([files_named, wanted, list(segments), excerpts])
    mark = hashlib.sha256(address.encode()).hexdigest()[:12]
    target = (out or home() / "data") / f"{name.folder}-{mark}"
    if fault_of(target, name, check=True):
        questions = [
            question
            for text in texts
            for length in wanted
            for segment in segments
            for question in _cell(text, length, segment, excerpts)
        ]
        records: store.Records = {
            (config, "test"): [record(question, condition, season) for question in questions]
            for config, condition in CONFIGS.items()
        }
        read_from = [
            store.SourceFile(path=t.name, revision="own text", sha256=t.sha256) for t in texts
        ]
        configs: Mapping[str, type[Record]] = dict.fromkeys(CONFIGS, SortRecord)
        with alone(target):
            store.write(name, target, store.Made(records, configs, read_from))
    return target


def _cell(text: Text, length: int, segment: int, excerpts: int) -> list[dict[str, Any]]:
    """Return the questions on one text in one cell, the excerpts in the order of the text."""
    bounds = spans.edges(length, segment)
    if bounds != sorted(set(bounds)):
        raise HeptathlonError(
            f"excerpts of {length} words are too short for four distances between segments of "
            f"{segment}; give a --length of at least {_least_length(segment)}."
        )
    where = f"{text.name}: excerpts of {length:,} words with segments of {segment}"
    last = len(text.words) - length
    if last < 0:
        raise HeptathlonError(
            f"{where}: the text has only {len(text.words):,} words; give a longer text, or a "
            "smaller --length."
        )
    possible = [start for start in text.starts if start <= last]
    whole = spans.quotable(text.words, dict.fromkeys(text.starts, 0), segment)
    used: set[int] = set()
    chosen: dict[int, list[tuple[int, tuple[int, int]]]] = {}
    for number in range(excerpts * TRIES):
        if len(chosen) == excerpts or not possible:
            break
        stream = Stream(FAMILY, VERSION, store.OWN, text.sha256, length, segment, number)
        start = stream.choice(possible)
        roles = {
            at - start: 0
            for at in whole
            if start <= at <= start + length - segment and at not in used
        }
        drawn = spans.draw_pairs(roles, bounds, 1, stream) if start not in chosen else None
        if drawn is not None:
            chosen[start] = drawn
            used.update(start + at for _, pair in drawn for at in pair)
    if len(chosen) < excerpts:
        raise HeptathlonError(
            f"{where}: the text has segments for {len(chosen)} of {excerpts} excerpts; give a "
            "longer text, or fewer --excerpts."
        )
    return [
        question
        for start in sorted(chosen)
        for number, pair in chosen[start]
        for question in _questions(text, start, length, segment, number, pair)
    ]


def _questions(
    text: Text, start: int, length: int, segment: int, number: int, pair: tuple[int, int]
) -> list[dict[str, Any]]:
    fields = {
        "form": "first",
        "title": text.title,
        "text": text.quoted(start, length),
        "events": [],
        "labels": ["A", "B"],
        "starts": list(pair),
        "words": length,
        "length": str(length),
        "segment": str(segment),
        "distance": spans.distance_name(number),
        "place": spans.place_of(pair, length),
        "agreement": "none",
        "source": text.name,
        "pair": list(pair),
    }
    return both_orders(fields, [text.quoted(start + at, segment) for at in pair])


def _least_length(segment: int) -> int:
    """Return the shortest excerpt with four distances between segments of this length."""
    length = segment
    while spans.edges(length, segment) != sorted(set(spans.edges(length, segment))):
        length += 1
    return length
