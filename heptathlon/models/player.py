"""The scripted players as an lm-eval model: ``--model heptathlon --model_args player=greedy``.

A player reads the document instead of the prompt, and answers in the prompt's format, so that its
answers pass the same parser and scorer as every model's.
"""

from collections.abc import Iterable, Sequence
from typing import Any

# The built-in models are registered on this import. Without it, registering ours first would
# leave lm-eval's registry non-empty, and it would then never add its own.
import lm_eval.models  # noqa: F401
from lm_eval.api.model import LM
from lm_eval.api.registry import register_model

from heptathlon.errors import UnknownNameError
from heptathlon.families import FAMILIES, family_of_task
from heptathlon.tasks import catalog, prompt_forms
from heptathlon.tasks.players import STANDARD, player_of, players_of


def player_names() -> list[str]:
    """Return the names of all families' players, in the order of the registry."""
    return list(dict.fromkeys(name for family in FAMILIES for name in players_of(family)))


@register_model("heptathlon")
class PlayerLM(LM):  # type: ignore[misc]
    """One scripted player, playing every family that knows it.

    Raises:
        UnknownNameError: if no family has such a player, with the nearest names.
    """

    tokenizer_name = ""
    READS_DOCUMENTS = True
    """Two documents of one prompt have answers of their own; a journal keeps both."""
    MULTIMODAL = True
    """Players read the document, so that a task's picture is nothing to them."""

    def __init__(self, player: str = "", **_: Any) -> None:
        super().__init__()
        known = [*player_names(), *STANDARD]
        if player not in known:
            raise UnknownNameError("player", player, known)
        self.player = player

    def _of(self, request: Any) -> Any:
        return player_of(family_of_task(request.task_name).name, self.player)

    def refuse(self, tasks: Iterable[str]) -> None:
        """Refuse tasks of families that have no such player, before the first is asked.

        Raises:
            UnknownNameError: with the nearest names of the first such family.
        """
        for family in dict.fromkeys(family_of_task(task).name for task in tasks):
            player_of(family, self.player)

    def generate_until(self, requests: Sequence[Any], disable_tqdm: bool = False) -> list[str]:
        """Return the player's answer to each request's document."""
        return [self._of(request).answer(request.doc) for request in requests]

    def loglikelihood(
        self, requests: Sequence[Any], disable_tqdm: bool = False
    ) -> list[tuple[float, bool]]:
        """Return the player's log-likelihood of each option."""
        options: dict[tuple[str, int], list[int]] = {}
        for index, request in enumerate(requests):
            options.setdefault((request.task_name, request.doc_id), []).append(index)
        out = [(0.0, False)] * len(requests)
        for indices in options.values():
            first = requests[indices[0]]
            # A player knows the options as the task names them, not as they are joined to a prompt.
            joint = catalog.target_delimiter(first.task_name)
            choices = [requests[i].args[1].removeprefix(joint) for i in indices]
            if form := prompt_forms.named(first.task_name):
                # It reads the record, which no form of the prompt changes.
                choices = catalog.choices_of(form.base, first.doc)
            given = self._of(first).likelihoods(first.doc, choices)
            for index, pair in zip(indices, given, strict=True):
                out[index] = pair
        return out

    def loglikelihood_rolling(self, requests: Sequence[Any]) -> list[float]:
        """Refuse: no task of the suite asks for perplexity, and a script has none."""
        raise NotImplementedError("a scripted player has no perplexity")

    def apply_chat_template(
        self, chat_history: list[dict[str, str]], add_generation_prompt: bool = True
    ) -> str:
        """Return the messages' text; a player does not read it, but the samples log it."""
        return "\n\n".join(message["content"] for message in chat_history)
