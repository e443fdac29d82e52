"""A journal of finished responses, so that an interrupted run goes on where it stopped.

lm-eval's own ``--use_cache`` keys a response by the request alone, so two models that share a file
share answers. A journal belongs to one fingerprint of model, arguments and versions, and is
deleted when the run's results are safely on disk.
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TextIO

from lm_eval.api.model import LM, hash_args

METHODS = ("generate_until", "loglikelihood", "loglikelihood_rolling")


class Journal:
    """Responses by request, on disk one JSON line each, appended as they come.

    A line cut short by a crash is dropped when the journal is opened again.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known: dict[str, Any] = {}
        self._file: TextIO | None = None
        if path.is_file():
            for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
                try:
                    key, response = json.loads(line)
                except ValueError:
                    continue
                self._known[key] = response

    def __len__(self) -> int:
        return len(self._known)

    def attach(self, lm: LM) -> None:
        """Make a model answer known requests from the journal and write new ones to it.

        The methods of this one instance are replaced, so that it stays the model that lm-eval
        expects in every other respect.
        """
        lm.set_cache_hook(self)
        for name in METHODS:
            setattr(lm, name, self._journaled(name, getattr(lm, name)))

    def add_partial(self, attr: str, req: Sequence[Any], res: Any) -> None:
        """Keep one finished response; lm-eval's models call this as they go."""
        if attr == "generate_until" and req[1].get("do_sample"):
            return
        self._keep(hash_args(attr, req), res)

    def delete(self) -> None:
        """Remove the file: the run's results are saved."""
        if self._file:
            self._file.close()
            self._file = None
        self.path.unlink(missing_ok=True)

    def _keep(self, key: str, response: Any) -> None:
        if key in self._known:
            return
        self._known[key] = response
        if self._file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open("a", encoding="utf-8")
            # After a cut line, so that the next one stands alone.
            self._file.write("\n")
        self._file.write(json.dumps([key, response]) + "\n")
        self._file.flush()

    def _journaled(self, name: str, method: Callable[..., list[Any]]) -> Callable[..., list[Any]]:
        def answer(requests: Sequence[Any], **options: Any) -> list[Any]:
            keys = [self._key(name, request.args) for request in requests]
            missing = [i for i, key in enumerate(keys) if key not in self._known]
            fresh = method([requests[i] for i in missing], **options) if missing else []
            out = [self._known.get(key) if key else None for key in keys]
            for index, response in zip(missing, fresh, strict=True):
                out[index] = response
                if key := keys[index]:
                    self._keep(key, response)
            return [_as_returned(name, response) for response in out]

        return answer

    @staticmethod
    def _key(name: str, args: Sequence[Any]) -> str | None:
        """Return a request's key; None for sampled generations, which are drawn anew."""
        if name == "generate_until" and args[1].get("do_sample"):
            return None
        return str(hash_args(name, args))


def _as_returned(name: str, response: Any) -> Any:
    """JSON has no tuples, and lm-eval unpacks a log-likelihood as one."""
    return tuple(response) if name == "loglikelihood" else response
