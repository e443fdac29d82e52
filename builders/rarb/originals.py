"""RAR-b's query and corpus files, rebuilt from the original data sets and held against checksums.

``HEPTATHLON_RARB_FILES=sources`` lets the paper edition read what is made here. Only the bytes of
the authors' file leave this module: :mod:`heptathlon.builders.rarb.recipes` says how each may have
been made, and what has another checksum is refused.
"""

import hashlib
import io
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations
from typing import Any, TypeVar

from heptathlon.builders.rarb.published import Published
from heptathlon.builders.rarb.reader import VARIABLE
from heptathlon.builders.rarb.recipes import RECIPES, Pool, Recipe, every
from heptathlon.builders.rarb.tables import Row, Table, rows
from heptathlon.builders.sources import Source
from heptathlon.errors import HeptathlonError

T = TypeVar("T")
INSTEAD = f"{VARIABLE}=authors reads the authors' file and checks it"


@dataclass(frozen=True)
class Rebuilt:
    """A file as a recipe gives it.

    Attributes:
        data: its bytes.
        says: which reading of the recipe gave them.
        exact: whether they are, byte for byte, the published file; False only for queries whose
            order is not known, and then their number of bytes is that of the published file.
    """

    data: bytes
    says: str
    exact: bool = True

    @property
    def sha256(self) -> str:
        """The file's checksum."""
        return hashlib.sha256(self.data).hexdigest()


def queries_from(task: Published) -> tuple[Source, ...]:
    """Return the original files that a task's queries are made of."""
    return tuple(dict.fromkeys(part.table.source for part in RECIPES[task.name].parts))


def corpus_from(task: Published) -> tuple[Source, ...]:
    """Return the original files that a task's corpus is made of; none if it cannot be rebuilt."""
    pool = RECIPES[task.name].pool
    tables = (*pool.evaluated, *pool.others) if pool else ()
    return tuple(dict.fromkeys(table.source for table in tables))


def queries(task: Published) -> Rebuilt:
    """Return a task's query file.

    Raises:
        HeptathlonError: if an original file cannot be had, or none of the recipe's readings gives
            the published file.
    """
    recipe = RECIPES[task.name]
    found = [(says, query_file(_texts(recipe, i))) for i, says in enumerate(recipe.readings)]
    if recipe.no_order:
        says, data = found[0]
        if len(data) != task.queries_bytes:
            raise _other(task.queries_file, task.queries_bytes, found, queries_from(task))
        return Rebuilt(data, says, exact=False)
    return _published(task.queries_file, task.queries_bytes, found, queries_from(task))


def corpus(task: Published) -> Rebuilt:
    """Return a task's corpus file; L2's and L3's settings of TempReason share one.

    Raises:
        HeptathlonError: if it cannot be rebuilt, an original file cannot be had, or none of the
            recipe's readings gives the published file.
    """
    recipe = RECIPES[task.name]
    if not recipe.pool:
        raise HeptathlonError(
            f"{task.corpus_file}: cannot be rebuilt, because {recipe.no_corpus}; {INSTEAD}."
        )
    found = _corpora(recipe.pool)
    return _published(task.corpus_file, task.corpus_bytes, found, corpus_from(task))


def lines(rebuilt: Rebuilt) -> Iterator[dict[str, Any]]:
    """Yield a file's rows."""
    return map(json.loads, io.BytesIO(rebuilt.data))


def query_file(items: Iterable[tuple[str, str]]) -> bytes:
    """Return a query file in the authors' form.

    Args:
        items: prefix of the id, and text; the ids are numbered by prefix.
    """
    count: Counter[str] = Counter()
    out = io.StringIO()
    for prefix, text in items:
        row = {"_id": f"{prefix}-q-{count[prefix]}", "text": text, "metadata": {}}
        out.write(json.dumps(row) + "\n")
        count[prefix] += 1
    return out.getvalue().encode()


def corpus_file(prefix: str, texts: Iterable[str]) -> bytes:
    """Return a corpus file in the authors' form: each text once, in order of first occurrence."""
    out = io.StringIO()
    for i, text in enumerate(dict.fromkeys(texts)):
        row = {"_id": f"{prefix}-d-{i}", "title": "", "text": text, "metadata": {}}
        out.write(json.dumps(row) + "\n")
    return out.getvalue().encode()


# --- readings ------------------------------------------------------------------------------------


def _texts(recipe: Recipe, reading: int) -> Iterator[tuple[str, str]]:
    for part in recipe.parts:
        for text in _each(part.table, part.texts[reading], part.keep):
            yield part.prefix, text


# The three settings of a level search one corpus, which takes seconds to make.
@lru_cache(maxsize=1)
def _corpora(pool: Pool) -> list[tuple[str, bytes]]:
    """Return a corpus file in each of its readings, with what is said of it."""
    found = []
    for says, options in pool.options:
        # Each text once a table: what stands twice in a table is first where it stood first.
        texts = {
            table: list(dict.fromkeys(text for row in _each(table, options) for text in row))
            for table in (*pool.evaluated, *pool.others)
        }
        for others in permutations(pool.others):
            order = (*pool.evaluated, *others)
            said = ", then ".join(table.member or table.source.path for table in order)
            joined = (text for table in order for text in texts[table])
            found.append((f"{says}; {said}", corpus_file(pool.prefix, joined)))
    return found


def _published(
    published: Source, size: int, found: list[tuple[str, bytes]], made_of: tuple[Source, ...]
) -> Rebuilt:
    for says, data in found:
        if hashlib.sha256(data).hexdigest() == published.sha256:
            return Rebuilt(data, says)
    raise _other(published, size, found, made_of)


def _other(
    published: Source, size: int, found: list[tuple[str, bytes]], made_of: tuple[Source, ...]
) -> HeptathlonError:
    came = "; ".join(f"{len(data):,} bytes with {says}" for says, data in found)
    return HeptathlonError(
        f"{published}: what was rebuilt is not the published file of {size:,} bytes (checksum "
        f"{published.sha256}): {came}; a file that it is made of "
        f"({', '.join(map(str, made_of))}) may be of another release than the authors had, or the "
        f"recipe is another one. {INSTEAD}."
    )


def _each(
    table: Table, take: Callable[[Row], T], keep: Callable[[Row], bool] = every
) -> Iterator[T]:
    """Yield what a function takes from each row of a table that is kept."""
    for number, row in enumerate(rows(table)):
        try:
            if keep(row):
                yield take(row)
        except (KeyError, TypeError, ValueError, IndexError, AttributeError, SyntaxError) as error:
            raise HeptathlonError(
                f"{table}, row {number}: is not of the form that the recipe reads "
                f"({type(error).__name__}: {error})."
            ) from None
