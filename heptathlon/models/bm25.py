"""BM25 by the library ``bm25s``, on words as they are or on their stems."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heptathlon.errors import HeptathlonError

BM25 = "bm25"
BM25_STEMMED = "bm25_stemmed"
LEXICAL = (BM25, BM25_STEMMED)
"""Words in common, without the library's English stop words: as they are, or by their stems of the
Snowball stemmer. The figures that are published on RAR-b are of the second."""
EXTRA = "install the extra 'retrieval'"


class Bm25Index:
    """BM25 by ``bm25s`` over a fixed list of texts, with the library's English stop words.

    Args:
        texts: the texts.
        stemmed: whether words are compared by their stems (Snowball's English stemmer), as MTEB's
            published baseline compares them.
    """

    def __init__(self, texts: Sequence[str], *, stemmed: bool = False) -> None:
        try:
            import bm25s

            stemmer = _snowball() if stemmed else None
        except ImportError as error:
            named = BM25_STEMMED if stemmed else BM25
            raise HeptathlonError(f"{named}: needs {error.name}; {EXTRA}.") from None
        self._split: Callable[[list[str]], Any] = lambda found: bm25s.tokenize(
            found, stopwords="en", stemmer=stemmer, show_progress=False, return_ids=False
        )
        self._n = len(texts)
        self._index = bm25s.BM25()
        split = self._split(list(texts))
        # The library cannot index nothing but empty texts; then no word is ever shared.
        self._empty = not any(split)
        if not self._empty:
            self._index.index(split, show_progress=False)

    def scores(self, query: str) -> NDArray[np.float64]:
        """Return every text's score for a query, shape (texts,)."""
        words = self._split([query])[0]
        if self._empty or not words:
            return np.zeros(self._n)
        found: NDArray[np.float64] = np.asarray(self._index.get_scores(words), dtype=np.float64)
        return found


def _snowball() -> Any:
    import Stemmer

    return Stemmer.Stemmer("english")


def bm25_scores(pairs: Sequence[tuple[str, str]], *, stemmed: bool) -> list[float]:
    """Return BM25 scores of pairs; how rare a word is, is counted over all their documents."""
    documents = list(dict.fromkeys(document for _, document in pairs))
    place = {document: i for i, document in enumerate(documents)}
    index = Bm25Index(documents, stemmed=stemmed)
    rows: dict[str, NDArray[np.float64]] = {}
    out = []
    for query, document in pairs:
        if query not in rows:
            rows = {query: index.scores(query)}
        out.append(float(rows[query][place[document]]))
    return out
