"""Answers that Inspect had, as an lm-eval model: ``--model inspect`` gives them back one by one.

What lm-eval scores and saves is then what it would have saved of a model with these answers; there
is no second scorer and no second format.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import lm_eval.models  # noqa: F401
from lm_eval.api.model import LM
from lm_eval.api.registry import register_model

from heptathlon.errors import HeptathlonError
from heptathlon.models.told import Text

NAME = "inspect"


@dataclass(frozen=True)
class Answered:
    """What one of Inspect's logs holds.

    Attributes:
        model: the model's name, as Inspect has it.
        answers: each answer by (task, number of the document).
        gen_kwargs: settings of generation that the log records, by their names.
    """

    model: str
    answers: Mapping[tuple[str, int], Text]
    gen_kwargs: Mapping[str, Any]


READ: dict[str, Answered] = {}
"""Logs that were read, by the digest under which the model's arguments name them."""


@register_model(NAME)
class InspectedLM(LM):  # type: ignore[misc]
    """The answers in a log of Inspect's.

    Args:
        model: the model that answered.
        log: digest of the log, which was read before.

    Raises:
        HeptathlonError: if no such log was read.
    """

    tokenizer_name = ""
    READS_DOCUMENTS = True
    """Two documents of one prompt were asked twice."""
    TELLS = True
    """Its answers know how they ended and what they cost."""

    def __init__(self, model: str = "", log: str = "", **_: Any) -> None:
        super().__init__()
        if log not in READ:
            raise HeptathlonError(
                "run: --model inspect holds the answers of a log and asks nobody; use heptathlon "
                "from-inspect LOG."
            )
        self.model = model
        self.read = READ[log]

    def generate_until(self, requests: Sequence[Any], disable_tqdm: bool = False) -> list[str]:
        """Return the answer to each request's document."""
        return [self.read.answers[request.task_name, request.doc_id] for request in requests]

    def loglikelihood(self, requests: Sequence[Any]) -> list[tuple[float, bool]]:
        """Refuse: Inspect has no likelihoods of options."""
        raise NotImplementedError("Inspect's logs hold no likelihoods of options")

    def loglikelihood_rolling(self, requests: Sequence[Any]) -> list[float]:
        """Refuse: no task of the suite asks for perplexity."""
        raise NotImplementedError("Inspect's logs hold no likelihoods")
