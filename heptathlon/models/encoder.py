"""Retrievers as an lm-eval model: ``--model heptathlon-encoder --model_args pretrained=…``.

The log-likelihood of an option is its similarity to the context, so every multiple-choice task of
any family runs on an encoder. Full retrieval is answered by the exact ranks of the documents that
count, or with ``top_k=…`` by a list; a list of candidates by the numbers of the nearest ones.
"""

import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

# See heptathlon.models.player: the built-in models must be registered first.
import lm_eval.models  # noqa: F401
import numpy as np
from lm_eval.api.model import LM
from lm_eval.api.registry import register_model
from numpy.typing import NDArray
from tqdm import tqdm

from heptathlon.errors import HeptathlonError
from heptathlon.files import canonical_json, folder_stamp, home
from heptathlon.lexical import best_first, ranks_among
from heptathlon.models import encoders
from heptathlon.models.bm25 import BM25_STEMMED, LEXICAL, Bm25Index, bm25_scores
from heptathlon.models.embeddings import EmbeddingStore, Vectors, refuse_constant
from heptathlon.models.encoder_arguments import NAME, batch_of, check, usable
from heptathlon.models.search import count_ranks, id_order, top_documents
from heptathlon.models.templates import templates

FEWEST_TO_JUDGE = 100
"""Queries from which on a retrieval run is checked for being no better than chance."""
BROKEN_MEDIAN = 0.4
"""Share of the corpus above the right document, in the median, from which on a run is broken.
At random it is 0.5 with a standard error of at most 0.05; words in common alone give below 0.02."""
LISTS = {"rank": 5, "choose": 1}
"""Documents named in answer to a list of candidates, by its form: as many as the prompt allows."""

logger = logging.getLogger("heptathlon")


@register_model(NAME)
class EncoderLM(LM):  # type: ignore[misc]
    r"""A retriever.

    Args:
        pretrained: folder or Hub id of the model; ``bm25`` or ``bm25_stemmed`` for BM25.
        revision: revision on the Hub.
        backend: one of ``encoders.BACKENDS``; by default what the model's files ask for.
        pooling: ``mean``, ``weighted_mean``, ``last`` or ``cls``, for the backend
            ``transformers``.
        attention: ``causal`` or ``both``, for the backend ``transformers``.
        similarity: ``cos`` or ``dot``.
        preset: how a model's texts are put, one of ``templates.PRESETS``.
        query_template: of a query with instruction, such as ``{instruction} {query}``; ``\n`` in
            it becomes a line break.
        plain_query_template: of a query without.
        document_template: of a document or option.
        query_instruction: put before every query, in the place of a template.
        document_instruction: put before every document or option.
        pool_prompt: whether what stands before a text is pooled with it; the preset's by default.
        max_length: tokens that are read of a text; the model's own limit by default.
        top_k: answer full retrieval with a list of this many ids instead of counted ranks.
        dtype: torch number format of the weights.
        batch_size: texts in a batch; 1, which is lm-eval's default, means 32.
        device: torch device; a GPU if there is one.

    Raises:
        HeptathlonError: if the model cannot be had, needs code of its own repository, or a library
            is missing.
        UnknownNameError: for an unknown backend, pooling, similarity or argument.
    """

    tokenizer_name = ""

    def __init__(
        self,
        pretrained: str = "",
        *,
        revision: str | None = None,
        backend: str = "auto",
        pooling: str = "",
        attention: str = "",
        similarity: str = "cos",
        preset: str = "",
        query_template: str = "",
        plain_query_template: str = "",
        document_template: str = "",
        query_instruction: str = "",
        document_instruction: str = "",
        pool_prompt: bool | None = None,
        max_length: int = 0,
        top_k: int = 0,
        dtype: str = "float32",
        batch_size: int | str | None = None,
        max_batch_size: int | None = None,
        device: str | None = None,
        **unknown: Any,
    ) -> None:
        super().__init__()
        del max_batch_size
        check(pretrained, backend, similarity, unknown)
        self._similarity = similarity
        said = {
            "query_template": query_template,
            "plain_query_template": plain_query_template,
            "document_template": document_template,
            "query_instruction": query_instruction,
            "document_instruction": document_instruction,
        }
        put = templates(preset, **said)
        lines = {name: text.replace("\\n", "\n") for name, text in said.items()}
        self._said = {"preset": preset, **lines}
        self._put = put if pool_prompt is None else replace(put, pool_prompt=pool_prompt)
        self._top_k = int(top_k)
        self._encoder: encoders.Encoder | None = None
        self._pairs: encoders.PairScorer | None = None
        lexical = next((one for one in LEXICAL if one in {pretrained, backend}), "")
        self._stemmed = lexical == BM25_STEMMED
        self._info: dict[str, Any] = {"backend": lexical}
        if lexical:
            return
        folder = encoders.model_folder(pretrained, revision)
        encoders.refuse_remote_code(folder)
        backend = encoders.backend_of(folder) if backend == "auto" else backend
        batch = batch_of(batch_size)
        device = usable(device)
        if backend == "transformers":
            pooling, attention = pooling or put.pooling, attention or put.attention
        self._stamp = {
            "files": folder_stamp(folder),
            "backend": backend,
            "pooling": pooling,
            "attention": attention or "causal",
            "max_length": int(max_length),
            "dtype": dtype,
        }
        self._info = {**self._stamp, "similarity": similarity}
        if backend == "cross-encoder":
            self._pairs = encoders.CrossEncoderScorer(folder, device, batch, int(max_length))
            return
        self._encoder = encoders.load_encoder(
            backend,
            folder,
            pooling=pooling,
            attention=attention or "causal",
            device=device,
            dtype=dtype,
            batch=batch,
            window=int(max_length),
        )

    def _store(self, unpooled: str) -> EmbeddingStore:
        """Return the store of texts that begin with a prompt which is not pooled, or with none."""
        stamp = {**self._stamp, "unpooled": unpooled} if unpooled else self._stamp
        name = hashlib.sha256(canonical_json(stamp).encode()).hexdigest()[:32]
        return EmbeddingStore(home() / "embeddings" / name)

    def get_model_info(self) -> dict[str, Any]:
        """Return what distinguishes the model's answers from another's."""
        return {
            **self._info,
            **self._said,
            "pool_prompt": self._put.pool_prompt,
            "top_k": self._top_k,
        }

    # --- what lm-eval asks -----------------------------------------------------------------------

    def loglikelihood(
        self, requests: Sequence[Any], disable_tqdm: bool = False
    ) -> list[tuple[float, bool]]:
        """Return the similarity of each context and its continuation; never greedy."""
        del disable_tqdm
        pairs = [
            (
                self._put.asked(r.doc or {}, r.args[0]),
                self._put.told(r.doc or {}, r.args[0], r.args[1].strip()),
            )
            for r in requests
        ]
        return [(score, False) for score in self.similarities(pairs)]

    def generate_until(self, requests: Sequence[Any], disable_tqdm: bool = False) -> list[str]:
        """Answer full retrieval and lists of candidates.

        Raises:
            HeptathlonError: for a task that asks for any other text.
        """
        del disable_tqdm
        out = [""] * len(requests)
        searches: dict[tuple[str, str], list[int]] = {}
        lists: list[int] = []
        for index, request in enumerate(requests):
            doc = request.doc
            if doc.get("form") == "retrieve" and "corpus" in doc:
                searches.setdefault((doc["corpus"], doc["season"]), []).append(index)
            elif doc.get("form") in LISTS and "candidates" in doc:
                lists.append(index)
            else:
                raise HeptathlonError(
                    f"{request.task_name}: asks for a text, and a retriever writes none; ask it "
                    "multiple-choice and retrieval tasks only, such as heptathlon_rarb."
                )
        named = self._named([requests[i].doc for i in lists])
        for index, answer in zip(lists, named, strict=True):
            out[index] = answer
        for (name, season), indices in searches.items():
            found = self._retrieved(name, season, [requests[i] for i in indices])
            for index, answer in zip(indices, found, strict=True):
                out[index] = answer
        return out

    def loglikelihood_rolling(self, requests: Sequence[Any]) -> list[float]:
        """Refuse: a retriever has no perplexity."""
        raise NotImplementedError("a retriever has no perplexity")

    def apply_chat_template(
        self, chat_history: list[dict[str, str]], add_generation_prompt: bool = True
    ) -> str:
        """Return the messages' text: retrievers know no roles."""
        del add_generation_prompt
        return "\n\n".join(message["content"] for message in chat_history)

    # --- similarity ------------------------------------------------------------------------------

    def similarities(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """Return the similarity of each (query, document) pair.

        Raises:
            HeptathlonError: if a score is not finite, or all texts are embedded alike.
        """
        if not pairs:
            return []
        if self._pairs is not None:
            scores = self._pairs.score(pairs)
        elif self._encoder is None:
            scores = bm25_scores(pairs, stemmed=self._stemmed)
        else:
            queries = self.vectors([q for q, _ in pairs])
            documents = self.vectors([d for _, d in pairs])
            refuse_constant(documents, [d for _, d in pairs])
            products = np.einsum("ij,ij->i", queries, documents)
            scores = [float(x) for x in products]
        for (query, document), score in zip(pairs, scores, strict=True):
            if not np.isfinite(score):
                raise HeptathlonError(
                    f"the similarity of {query[:80]!r} and {document[:80]!r} is {score}: the model "
                    "is broken, and the run is not scored."
                )
        return scores

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Return the texts' vectors, of length 1 if similarity is the cosine."""
        self._report_cut(texts)
        with tqdm(total=0, desc="encoding", unit="text", leave=False) as bar:

            def progress(done: int, count: int) -> None:
                bar.total = count
                bar.update(done - bar.n)

            found = self._embedded(texts, progress)
        if self._similarity == "dot":
            return found
        lengths = np.linalg.norm(found, axis=1, keepdims=True)
        unit: Vectors = (found / np.where(lengths > 0, lengths, 1.0)).astype(np.float32)
        return unit

    def _embedded(self, texts: Sequence[str], progress: Callable[[int, int], None]) -> Vectors:
        """Return the texts' vectors as they are stored."""
        if self._encoder is None:
            raise HeptathlonError(f"{NAME}: this backend has no vectors.")
        if self._put.pool_prompt:
            return self._store("").embed(texts, self._encoder.encode, progress=progress)
        groups: dict[str, list[int]] = {}
        for index, text in enumerate(texts):
            groups.setdefault(getattr(text, "prompt", ""), []).append(index)
        parts = {
            prompt: self._store(prompt).embed(
                [texts[i] for i in rows],
                partial(self._encoder.encode, unpooled=prompt),
                progress=progress,
            )
            for prompt, rows in groups.items()
        }
        out = np.empty((len(texts), next(iter(parts.values())).shape[1]), dtype=np.float32)
        for prompt, rows in groups.items():
            out[rows] = parts[prompt]
        return out

    def _report_cut(self, texts: Sequence[str]) -> None:
        encoder = self._encoder
        if encoder is None or not encoder.window:
            return
        different = list(dict.fromkeys(texts))
        # A token is at least one byte, so short texts need not be cut into tokens to be counted.
        long = [t for t in different if len(t.encode("utf-8", "replace")) >= encoder.window - 2]
        cut = sum(n > encoder.window for n in encoder.lengths(long)) if long else 0
        if cut:
            logger.warning(
                "%d of %d texts are longer than the %d tokens that the model reads; "
                "the rest of each was cut off",
                cut,
                len(different),
                encoder.window,
            )

    # --- retrieval -------------------------------------------------------------------------------

    def _named(self, docs: Sequence[dict[str, Any]]) -> list[str]:
        """Return the numbers of the nearest candidates of each document."""
        pairs = [
            (self._put.asked(d, d["query"]), self._put.told(d, d["query"], t))
            for d in docs
            for t in d["candidates"]
        ]
        scores = iter(self.similarities(pairs))
        out = []
        for doc in docs:
            own = [next(scores) for _ in doc["candidates"]]
            order = sorted(range(len(own)), key=lambda i: (-own[i], i))
            out.append(f"ANSWER: {', '.join(str(i + 1) for i in order[: LISTS[doc['form']]])}")
        return out

    def _retrieved(self, name: str, season: str, requests: Sequence[Any]) -> list[str]:
        """Return the answers to the queries that search one corpus."""
        from heptathlon.builders.rarb.corpora import corpus

        place = corpus(name, season)
        docs = [request.doc for request in requests]
        place.check(docs)
        queries = [self._put.asked(request.doc, request.args[0]) for request in requests]
        wanted = [[*doc["gold_ids"], *doc["hard_ids"]] for doc in docs]
        if self._pairs is not None:
            raise HeptathlonError(
                f"{requests[0].task_name}: a cross-encoder would look at {len(place.ids):,} "
                "documents a query; ask it to rank a first stage: heptathlon_rarb_rank."
            )
        # A task's queries search one corpus, all with instruction or all without.
        texts = [self._put.told(docs[0], requests[0].args[0], text) for text in place.texts]
        if self._encoder is None:
            return self._searched_by_words(queries, texts, place, wanted)
        documents = self.vectors(texts)
        refuse_constant(documents, texts)
        asked = self.vectors(queries)
        if self._top_k:
            best = top_documents(asked, documents, id_order(place.ids), self._top_k)
            return [" ".join(place.ids[i] for i in row) for row in best]
        index = {document: i for i, document in enumerate(place.ids)}
        width = max(map(len, wanted))
        table = np.full((len(wanted), width), -1, dtype=np.int64)
        for row, found in enumerate(wanted):
            table[row, : len(found)] = [index[document] for document in found]
        with tqdm(total=len(place.ids), desc="searching", unit="doc", leave=False) as bar:
            ranks = count_ranks(
                asked, documents, place.ids, table, progress=lambda done: bar.update(done - bar.n)
            )
        _refuse_chance(ranks[:, 0], len(place.ids))
        return [_ranks_line(found, row.tolist()) for found, row in zip(wanted, ranks, strict=True)]

    def _searched_by_words(
        self,
        queries: Sequence[str],
        texts: Sequence[str],
        place: Any,
        wanted: Sequence[Sequence[str]],
    ) -> list[str]:
        index = Bm25Index(texts, stemmed=self._stemmed)
        out = []
        for query, found in zip(queries, wanted, strict=True):
            scores = index.scores(query)
            if self._top_k:
                out.append(" ".join(_best_ids(scores, place.ids, self._top_k)))
            else:
                out.append(_ranks_line(found, ranks_among(scores, place.ids, found)))
        return out


def _best_ids(scores: NDArray[np.float64], ids: Sequence[str], k: int) -> list[str]:
    return [ids[i] for i in best_first(scores, ids, k)]


def _ranks_line(ids: Sequence[str], ranks: Sequence[int]) -> str:
    return " ".join(["RANKS", *(f"{i}={r}" for i, r in zip(ids, ranks, strict=False))])


def _refuse_chance(ranks: NDArray[np.int64], documents: int) -> None:
    """Refuse a run that finds the right documents no better than chance."""
    if len(ranks) < FEWEST_TO_JUDGE:
        return
    median = float(np.median(ranks)) / documents
    if median >= BROKEN_MEDIAN:
        raise HeptathlonError(
            f"in the median {100 * median:.0f} % of all documents stand above the right one, which "
            "is chance: the model is broken (a wrong checkpoint, pooling or instruction), and the "
            "run is not scored."
        )
