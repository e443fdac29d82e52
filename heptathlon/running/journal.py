"""A journal of finished responses, so that an interrupted run goes on where it stopped.

lm-eval's own ``--use_cache`` keys a response by the request alone, so two models that share a file
share answers. A journal belongs to one fingerprint of model, arguments and versions, and is
deleted when the run's results are safely on disk.
"""

from collections.abc import Callable, Sequence
from typing import Any

from lm_eval.api.model import LM, hash_args

from heptathlon.running.answers import Answers

METHODS = ("generate_until", "loglikelihood", "loglikelihood_rolling")


class Journal(Answers):
    """Responses of one of lm-eval's models by request."""

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
        self.keep(hash_args(attr, req), res)

    def _journaled(self, name: str, method: Callable[..., list[Any]]) -> Callable[..., list[Any]]:
        def answer(requests: Sequence[Any], **options: Any) -> list[Any]:
            keys = [self._key(name, request.args) for request in requests]
            missing = [i for i, key in enumerate(keys) if key not in self]
            fresh = method([requests[i] for i in missing], **options) if missing else []
            out = [self.get(key) if key else None for key in keys]
            for index, response in zip(missing, fresh, strict=True):
                out[index] = response
                if key := keys[index]:
                    self.keep(key, response)
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
