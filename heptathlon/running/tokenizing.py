"""A model's tokenizer without the model: as much of lm-eval's ``hf`` as building requests needs."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from heptathlon import models
from heptathlon.errors import HeptathlonError, UnknownNameError

GIVE = "give --tokenizer with a folder or a Hub name"
PASSED_ON = ("revision", "trust_remote_code", "subfolder")
"""Arguments of a model class that also say which tokenizer it is."""


class Rates(NamedTuple):
    """Tokens a second that a machine reads and writes; None where that is not known."""

    prompt: float | None = None
    generation: float | None = None


class Reader:
    """A tokenizer that lm-eval takes for a model, as long as nothing is asked.

    Args:
        name: folder or Hub name.
        tokenizer: of transformers.
        special: whether special tokens are added; the tokenizer's own habit if None, as in ``hf``.
    """

    rank, world_size = 0, 1

    def __init__(self, name: str, tokenizer: Any, special: bool | None = None) -> None:
        self.tokenizer_name, self.tokenizer = name, tokenizer
        self._special = special

    def encode(self, texts: Sequence[str]) -> Iterator[list[int]]:
        """Yield the tokens of each text."""
        more = {} if self._special is None else {"add_special_tokens": self._special}
        # Texts longer than its window are counted too, without a word.
        found = self.tokenizer(list(texts), verbose=False, **more)["input_ids"] if texts else ()
        yield from found

    def apply_chat_template(
        self, chat: Sequence[Mapping[str, str]], add_generation_prompt: bool = True
    ) -> str:
        """Return a conversation as the text that a model reads."""
        return str(
            self.tokenizer.apply_chat_template(
                list(chat),
                tokenize=False,
                add_generation_prompt=add_generation_prompt,
                continue_final_message=not add_generation_prompt,
            )
        )

    def check_template(self) -> None:
        """Refuse conversations for a tokenizer that has no form for them.

        Raises:
            HeptathlonError: if it has no chat template.
        """
        if not getattr(self.tokenizer, "chat_template", None):
            raise HeptathlonError(
                f"{self.tokenizer_name}: its tokenizer has no chat template; leave "
                "--apply_chat_template out."
            )
        # A template begins with the special tokens that it wants.
        self._special = False


def text_of(request: Any) -> str:
    """Return the text that a request is read as: the prompt, with the option where one is rated."""
    option = request.args[1] if len(request.args) > 1 else ""
    return str(request.args[0]) + (option if isinstance(option, str) else "")


def of(tokenizer: str, model: str, model_args: Mapping[str, Any]) -> Reader:
    """Return the tokenizer that a model reads with.

    Args:
        tokenizer: folder or Hub name; the model's own if empty.
        model: class of models, or nothing.
        model_args: the class's arguments.

    Raises:
        UnknownNameError: if there is no such class, with the nearest names.
        HeptathlonError: if no tokenizer is named, or it cannot be loaded.
    """
    if model:
        check_class(model)
    given = tokenizer or model_args.get("tokenizer") or model_args.get("pretrained")
    if not given or not isinstance(given, str):
        who = f"--model {model} with its --model_args" if model else "the command"
        raise HeptathlonError(f"plan: {who} names no tokenizer; {GIVE}.")
    passed = {name: model_args[name] for name in PASSED_ON if model_args.get(name) is not None}
    return Reader(given, load(given, {} if tokenizer else passed), model_args.get("add_bos_token"))


def check_class(model: str) -> None:
    """Refuse a class of models that is not there.

    Raises:
        UnknownNameError: with the nearest names.
    """
    import lm_eval.models

    known = [*models.NAMES, *lm_eval.models.MODEL_MAPPING]
    if model not in known:
        raise UnknownNameError("model class", model, known)


def load(name: str, options: Mapping[str, Any]) -> Any:
    """Return a tokenizer of transformers.

    Args:
        name: folder or Hub name.
        options: further arguments, such as ``revision``.

    Raises:
        HeptathlonError: if transformers is not installed, or the tokenizer is not there, gated, or
            broken.
    """
    try:
        from transformers import AutoTokenizer
    except ImportError:
        raise HeptathlonError(
            "plan: needs the package transformers; install the extra 'hf': "
            "pip install 'heptathlon[hf]'."
        ) from None
    try:
        return AutoTokenizer.from_pretrained(name, **options)
    except Exception as error:
        # A stranger's file can fail in any way; none of them is a fault of this program.
        said = " ".join(str(error).split())
        if "gated repo" in said or "401" in said or type(error).__name__ == "GatedRepoError":
            raise HeptathlonError(
                f"{name}: its tokenizer is gated or private; accept its terms on the Hub and put a "
                "token into the environment (HF_TOKEN), or " + GIVE + " of a copy."
            ) from None
        short = said[:200].rstrip(".") or type(error).__name__
        raise HeptathlonError(f"{name}: no tokenizer can be loaded ({short}); {GIVE}.") from None
