"""A memory as an lm-eval model: ``--model heptathlon-memory --model_args memory=notes,base=hf,…``.

A document whose condition is ``memory`` has its text observed in a step of its own; then its
questions come without it. Any other document goes to the base model as it is, so the answers
without the text, which the uplift needs, come from the same run.
"""

from collections.abc import Mapping, Sequence
from typing import Any

# See heptathlon.models.player: the built-in models must be registered before ours.
import lm_eval.models  # noqa: F401
from lm_eval.api.instance import Instance
from lm_eval.api.model import LM
from lm_eval.api.registry import get_model, register_model

from heptathlon.errors import HeptathlonError
from heptathlon.models import memory as memories

OPTION = "memory_"
"""Model arguments that begin so are the memory's: ``memory_words=200``."""
NAME = "heptathlon-memory"


@register_model(NAME)
class MemoryLM(LM):  # type: ignore[misc]
    """A memory around a base model.

    Args:
        memory: a name of :data:`heptathlon.models.memory.ADAPTERS`, or ``package.module:Class``.
        base: lm-eval's name of the base model's class, or an instance.
        arguments: ``memory_…`` for the memory, the others for the base model.

    Raises:
        HeptathlonError: if the memory or the base model is unknown.
    """

    def __init__(self, memory: str = "full", base: Any = "hf", **arguments: Any) -> None:
        super().__init__()
        own = {k.removeprefix(OPTION): v for k, v in arguments.items() if k.startswith(OPTION)}
        rest = {k: v for k, v in arguments.items() if not k.startswith(OPTION)}
        self.base = _create(base, rest) if isinstance(base, str) else base
        self._options: dict[str, Any] = {}
        self._chat = False
        self.memory = memories.make(memory, self.speak, own)

    def speak(self, prompt: str, max_tokens: int | None = None) -> str:
        """Return the base model's answer to a prompt.

        Raises:
            HeptathlonError: if the prompt and the answer do not fit into the base model's window.
        """
        options = dict(self._options)
        if max_tokens is not None:
            options["max_gen_toks"] = max_tokens
        context = prompt
        if self._chat:
            context = self.base.apply_chat_template([{"role": "user", "content": prompt}])
        self._check_fits(context, options)
        request = Instance("generate_until", {}, (context, options), 0)
        (answer,) = self.base.generate_until([request], disable_tqdm=True)
        return str(answer)

    def _check_fits(self, context: str, options: Mapping[str, Any]) -> None:
        """Refuse what the base model would silently cut."""
        window, encode = (
            getattr(self.base, "max_length", None),
            getattr(self.base, "tok_encode", None),
        )
        if window is None or encode is None:
            return
        needed = len(encode(context)) + int(options.get("max_gen_toks") or 0)
        if needed > window:
            raise HeptathlonError(
                f"a memory's prompt and answer take {needed:,} tokens, but the base model's window "
                f"has {window:,}; give the memory less to show, or leave the longer texts out."
            )

    def generate_until(self, requests: Sequence[Any], disable_tqdm: bool = False) -> list[str]:
        """Answer questions, each text being observed once for all questions on it."""
        out: dict[int, str] = {}
        by_text: dict[tuple[str, str], list[int]] = {}
        for index, request in enumerate(requests):
            doc = request.doc or {}
            if doc.get("condition") == "memory":
                by_text.setdefault((doc["title"], doc["text"]), []).append(index)
        for (title, text), indices in by_text.items():
            self._options = dict(requests[indices[0]].args[1])
            self.memory.reset()
            self.memory.observe(text, title)
            for index in indices:
                prompt, options = requests[index].args
                self._options = dict(options)
                out[index] = self.memory.ask(prompt)
        for index, request in enumerate(requests):
            if index not in out:
                prompt, options = request.args
                self._options = dict(options)
                out[index] = self.speak(prompt)
        return [out[index] for index in range(len(requests))]

    def loglikelihood(
        self, requests: Sequence[Any], disable_tqdm: bool = False
    ) -> list[tuple[float, bool]]:
        """Refuse: a memory answers in text.

        Raises:
            HeptathlonError: always.
        """
        raise HeptathlonError(
            f"{NAME} answers in text and has no likelihoods; run tasks such as "
            "heptathlon_sort_memory and heptathlon_sort_say_notext with it."
        )

    def loglikelihood_rolling(self, requests: Sequence[Any]) -> list[float]:
        """Refuse; see :meth:`loglikelihood`."""
        raise HeptathlonError(f"{NAME} answers in text and has no likelihoods.")

    def apply_chat_template(
        self, chat_history: list[dict[str, str]], add_generation_prompt: bool = True
    ) -> str:
        """Return the messages' text; the base model's template goes round what it is asked."""
        self._chat = True
        return "\n\n".join(message["content"] for message in chat_history)

    @property
    def tokenizer_name(self) -> str:
        """Name of the base model's tokenizer, under which lm-eval keeps its caches."""
        return str(getattr(self.base, "tokenizer_name", ""))

    def chat_template(self, chat_template: bool | str = False) -> str | None:
        """Return the base model's chat template, for lm-eval's record of the run."""
        template = self.base.chat_template(chat_template)
        return None if template is None else str(template)


def _create(name: str, arguments: dict[str, Any]) -> Any:
    try:
        model = get_model(name)
    except ValueError:
        raise HeptathlonError(
            f"base={name}: lm-eval has no such model class; hf and local-chat-completions are two."
        ) from None
    return model.create_from_arg_obj(arguments)
