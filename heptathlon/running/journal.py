"""A journal of finished responses, so that an interrupted run goes on where it stopped.

lm-eval's own ``--use_cache`` keys a response by the request alone, so two models that share a file
share answers. A journal belongs to one fingerprint of model, arguments and versions, and is
deleted when the run's results are safely on disk.

Sampled answers are kept by the number of times that their request was made: a run that goes on has
the same draws, and two requests of one run that are alike have their own.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from lm_eval.api.model import LM, hash_args

from heptathlon.models.told import Pair, Text, Told, fault_of, told_of
from heptathlon.running.answers import Answers

METHODS = ("generate_until", "loglikelihood", "loglikelihood_rolling")


class Journal(Answers):
    """Responses of one of lm-eval's models by request.

    Broken ones are kept in memory alone: the next run asks for them again.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._asked: Counter[str] = Counter()
        self._given: Counter[str] = Counter()
        self._broken: dict[str, Any] = {}
        self._open: set[str] = set()
        self._open_prompts: dict[str, str] = {}
        self._by_document = False

    def __contains__(self, key: object) -> bool:
        return super().__contains__(key) or key in self._broken

    def get(self, key: str) -> Any:
        """Return the answer under a key; None if there is none."""
        return super().get(key) if key in self._known else self._broken.get(key)

    def attach(self, lm: LM) -> None:
        """Make a model answer known requests from the journal and write new ones to it.

        The methods of this one instance are replaced, so that it stays the model that lm-eval
        expects in every other respect.
        """
        lm.set_cache_hook(self)
        # What reads the document answers two tasks that ask alike as differently as they are.
        self._by_document = bool(getattr(lm, "READS_DOCUMENTS", False))
        for name in METHODS:
            setattr(lm, name, self._journaled(name, getattr(lm, name)))
        if (server := getattr(lm, "server", None)) is not None:
            # One that has answered before is not down because of the question that comes next.
            server.answered = len(self)

    def rewind(self) -> None:
        """Answer the requests that come next as if none had been made in this run."""
        self._asked.clear()

    def add_partial(self, attr: str, req: Sequence[Any], res: Any) -> None:
        """Keep one finished response; lm-eval's models call this as they go."""
        if fault_of(res):
            return
        key = str(hash_args(attr, req))
        if attr == METHODS[0] and key not in self._open:
            # Some classes tell the settings as they understood them, not as they were given.
            key = self._open_prompts.get(str(req[0]), key)
        if "#" not in key and _sampled(attr, req):
            key = f"{key}#{self._given[key]}"
            self._given[key.partition("#")[0]] += 1
        self.keep(key, res)

    def knows(self, requests: Iterable[Any]) -> bool:
        """Tell whether all of some requests have been answered, however often each is made."""
        counts: Counter[str] = Counter()
        for request in requests:
            key = self._key(request.request_type, request)
            draws = (request.repeats or 1) if _sampled(request.request_type, request.args) else 0
            counts[key] += draws
        return all(
            all(f"{key}#{number}" in self for number in range(draws)) if draws else key in self
            for key, draws in counts.items()
        )

    def _journaled(self, name: str, method: Callable[..., list[Any]]) -> Callable[..., list[Any]]:
        def answer(requests: Sequence[Any], **options: Any) -> list[Any]:
            keys = [self._numbered(name, request) for request in requests]
            missing = [i for i, key in enumerate(keys) if key not in self]
            self._given = Counter(key.partition("#")[0] for key in self._known if "#" in key)
            self._open = {keys[i].partition("#")[0] for i in missing}
            self._open_prompts = {str(requests[i].args[0]): keys[i] for i in missing}
            fresh = method([requests[i] for i in missing], **options) if missing else []
            out = [self.get(key) for key in keys]
            for index, response in zip(missing, fresh, strict=True):
                out[index] = _tidy(response)
                if fault_of(response):
                    self._broken[keys[index]] = response
                else:
                    self.keep(keys[index], out[index])
            return [_as_returned(name, response) for response in out]

        return answer

    def _key(self, name: str, request: Any) -> str:
        key = str(hash_args(name, request.args))
        return f"{request.task_name}/{request.doc_id}/{key}" if self._by_document else key

    def _numbered(self, name: str, request: Any) -> str:
        """Return a request's key, which for sampled answers has the number of the draw."""
        key = self._key(name, request)
        if not _sampled(name, request.args):
            return key
        self._asked[key] += 1
        return f"{key}#{self._asked[key] - 1}"

    def _row(self, key: str, response: Any) -> list[Any]:
        told = told_of(response).row()
        return [key, response, told] if told else [key, response]

    def _line(self, line: Any) -> tuple[Any, Any]:
        key, response, *more = line
        told = Told(**more[0]) if more else Told()
        if isinstance(response, str):
            return key, Text(response, told)
        if isinstance(response, list) and len(response) == 2:
            return key, Pair(response[0], response[1], told)
        return key, response


def _sampled(name: str, args: Sequence[Any]) -> bool:
    return bool(name == "generate_until" and args[1].get("do_sample"))


def _tidy(response: Any) -> Any:
    """Return a response as a file can hold it: without halves of surrogate pairs."""
    if isinstance(response, str) and not isinstance(response, Text):
        return Text(response)
    return response


def _as_returned(name: str, response: Any) -> Any:
    """JSON has no tuples, and lm-eval unpacks a log-likelihood as one."""
    if name == "loglikelihood" and not isinstance(response, tuple):
        return tuple(response)
    return response
