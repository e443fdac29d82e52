"""Ranking by words in common: tokens, BM25 and tf-idf, small enough to need no library.

The first stage of the retrieval family, its lexical players and the memories that retrieve rank
with it, so its order must be the same on every machine: scores are rounded before they are
compared, and ties are broken by id.
"""

import re
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from heptathlon.errors import HeptathlonError

K1, B = 1.5, 0.75
"""Term saturation and length normalisation, at the values of the ``bm25s`` library."""
DECIMALS = 6
"""Scores closer than this are ties: their last bits may differ between machines."""

_TOKEN = re.compile(r"[^\W_]+")
Floats = NDArray[np.float64]


def tokens(text: str) -> list[str]:
    """Return a text's words and numbers in lower case, in order."""
    return _TOKEN.findall(text.lower())


def shared(query: str, text: str) -> Counter[str]:
    """Return how often each word of the query stands in the text, which is what BM25 sees."""
    asked = set(tokens(query))
    return Counter(token for token in tokens(text) if token in asked)


class _Lexical:
    """Texts as weighed words: a query's score for a text is a sum over the words they share."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._words: dict[str, int] = {}
        self._n = len(texts)
        self._counts = _counts((tokens(t) for t in texts), self._words, grow=True)
        self._frequency = np.bincount(self._counts.indices, minlength=len(self._words))

    def _rows(self) -> NDArray[np.intp]:
        """Return the text of every stored count."""
        return np.repeat(np.arange(self._n), np.diff(self._counts.indptr))

    def _queries(self, queries: Sequence[str]) -> sparse.csr_array:
        return _counts((tokens(q) for q in queries), self._words, grow=False)


class Bm25(_Lexical):
    """Okapi BM25 over a fixed list of texts, in Lucene's form (Kamphuis et al. 2020, ECIR).

    Each text's weight for a word is ``idf * tf / (tf + k1 * (1 - b + b * length / mean length))``
    with ``idf = ln(1 + (N - df + 0.5) / (df + 0.5))``; a query sums the weights of its words.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        super().__init__(texts)
        lengths = np.asarray(self._counts.sum(axis=1)).ravel()
        mean = max(float(lengths.mean()) if len(texts) else 0.0, 1.0)
        idf = np.log1p((self._n - self._frequency + 0.5) / (self._frequency + 0.5))
        tf = self._counts.data
        norm = K1 * (1 - B + B * lengths[self._rows()] / mean)
        self._counts.data = idf[self._counts.indices] * tf / (tf + norm)
        self._weights = self._counts.T.tocsr()
        del self._counts

    def scores(self, queries: Sequence[str]) -> Floats:
        """Return every text's score for every query, shape (queries, texts)."""
        found: Floats = np.round((self._queries(queries) @ self._weights).toarray(), DECIMALS)
        return found


class TfIdf(_Lexical):
    """Cosine of words weighed by tf-idf, as scikit-learn's ``TfidfVectorizer`` weighs them.

    ``idf = ln((1 + N) / (1 + df)) + 1``. A query's own length is left out: it changes no order.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        super().__init__(texts)
        self._idf = np.log((1 + self._n) / (1 + self._frequency)) + 1
        weights = self._counts.data * self._idf[self._counts.indices]
        lengths = np.sqrt(np.bincount(self._rows(), weights**2, minlength=self._n))
        self._counts.data = weights / lengths[self._rows()]
        self._weights = self._counts.T.tocsr()
        del self._counts

    def scores(self, queries: Sequence[str]) -> Floats:
        """Return every text's score for every query, shape (queries, texts)."""
        asked = self._queries(queries)
        asked.data = asked.data * self._idf[asked.indices]
        found: Floats = np.round((asked @ self._weights).toarray(), DECIMALS)
        return found


def best_first(scores: Floats, ids: Sequence[str], k: int) -> list[int]:
    """Return the indices of the ``k`` best: by score, then by id, both falling.

    It is the order of TREC's evaluation, in which equal scores are ranked by document id from the
    last to the first.
    """
    kept = min(k, len(ids))
    cut = np.partition(scores, len(ids) - kept)[len(ids) - kept] if kept else np.inf
    near = np.flatnonzero(scores >= cut)
    order = sorted(near.tolist(), key=lambda i: (scores[i], ids[i]), reverse=True)
    return order[:kept]


def ranks_among(
    scores: NDArray[np.float64], ids: Sequence[str], wanted: Sequence[str]
) -> list[int]:
    """Return the ranks of some documents by all documents' scores for one query.

    Args:
        scores: every document's score, shape (documents,).
        ids: the documents' ids.
        wanted: ids of the documents whose ranks are asked for.

    Raises:
        HeptathlonError: if a wanted document is not there.
    """
    place = {i: n for n, i in enumerate(ids)}
    out = []
    for document in wanted:
        if document not in place:
            raise HeptathlonError(f"the corpus has no document {document!r}.")
        own = scores[place[document]]
        tied = np.flatnonzero(scores == own)
        before = sum(ids[i] > document for i in tied.tolist())
        out.append(1 + int((scores > own).sum()) + before)
    return out


def _counts(
    texts: Iterable[Sequence[str]], words: dict[str, int], *, grow: bool
) -> sparse.csr_array:
    """Return word counts, shape (texts, words), numbering new words if they may be added.

    One text is looked at after the other, and a count takes twelve bytes: ten million words fit.
    """
    starts, columns, values = array("q", [0]), array("i"), array("d")
    for text in texts:
        for word, count in Counter(text).items():
            column = words.setdefault(word, len(words)) if grow else words.get(word)
            if column is not None:
                columns.append(column)
                values.append(count)
        starts.append(len(columns))
    shape = (len(starts) - 1, len(words))
    parts = (np.asarray(values), np.asarray(columns), np.asarray(starts))
    counts = sparse.csr_array(parts, shape=shape, dtype=np.float64)
    counts.sort_indices()
    return counts
