"""What is checked before the first question: the model class, its extra, and what it can be asked.

Each refusal is one sentence, and comes before weights are loaded where that can be.
"""

import logging
import re
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from heptathlon import models
from heptathlon.errors import HeptathlonError, UnknownNameError
from heptathlon.families import family_of_task
from heptathlon.parts import find_part
from heptathlon.running import twins

EXTRAS = {
    "hf": ("hf", "huggingface", "hf-auto", "hf-multimodal", "heptathlon-hf"),
    "vllm": ("vllm", "vllm-vlm"),
    "sglang": ("sglang",),
    "api": (
        "api", "local-completions", "local-chat-completions", "openai-completions",
        "openai-chat-completions", "azure-openai-chat-completions", "anthropic-chat",
        "anthropic-chat-completions", "sglang-generate",
    ),
    "anthropic": ("anthropic-completions",),
    "retrieval": ("heptathlon-encoder",),
}  # fmt: skip
"""Extras of this package, and the model classes that need each."""
WITHOUT_LIKELIHOODS = frozenset(
    {"anthropic-completions", "litellm", "litellm-chat", "litellm-chat-completions"}
)
"""Classes of lm-eval 0.4.13 that refuse to rate options, and are not asked whether they do."""

logger = logging.getLogger("heptathlon")


def model_class(config: Any) -> Any:
    """Return the class of a run's model, as the suite asks it.

    Raises:
        HeptathlonError: if there is none, or what it needs is not installed, with our extra.
    """
    from lm_eval.api.registry import get_model

    try:
        found = get_model(config.model)
    except ImportError as error:
        raise _missing(config.model, error) from None
    except ValueError:
        import lm_eval.models

        known = [*models.NAMES, *lm_eval.models.MODEL_MAPPING]
        raise UnknownNameError("model class", config.model, known) from None
    if not any(base.__module__ == "lm_eval.models.api_models" for base in found.__mro__):
        return found
    from heptathlon.models.served import served

    return served(found)


def create(config: Any) -> Any:
    """Return a run's model.

    Raises:
        HeptathlonError: if it cannot be made, in a sentence.
    """
    made = model_class(config)
    try:
        return made.create_from_arg_obj(
            config.model_args,
            {
                "batch_size": config.batch_size,
                "max_batch_size": config.max_batch_size,
                "device": config.device,
            },
        )
    except HeptathlonError:
        raise
    except ImportError as error:
        raise _missing(config.model, error) from None
    except (ValueError, TypeError, AssertionError, OSError, KeyError) as error:
        said = " ".join(str(error).split())[:300].rstrip(".") or type(error).__name__
        offline = " (if it has no tokenizer here: tokenizer_backend=None, or tokenizer=…)"
        hint = offline if "okenizer" in said and config.model in EXTRAS["api"] else ""
        raise HeptathlonError(f"--model {config.model}: {said}{hint}.") from error


def _missing(model: str, error: ImportError) -> HeptathlonError:
    """Return the refusal of a class that needs what is not installed."""
    extra = next((name for name, ones in EXTRAS.items() if model in ones), "")
    named = re.search(r"packages? [`'\[\"]*([A-Za-z0-9_.-]+)", str(error))
    name = error.name or (named[1] if named else "")
    package = f"the package {name}" if name else f"more ({str(error)[:120]})"
    if not extra:
        return HeptathlonError(
            f"--model {model}: needs {package}, which no extra of heptathlon brings; install it "
            "as lm-eval's documentation says."
        )
    apart = " into an environment of its own" if extra in ("vllm", "sglang") else ""
    return HeptathlonError(
        f"--model {model}: needs {package}; install the extra {extra!r}{apart}: "
        f"pip install 'heptathlon[{extra}]'."
    )


def refuse_blind(config: Any, tasks: Mapping[str, Any]) -> None:
    """Refuse to ask a model class that cannot see about pictures, before weights are loaded."""
    seen = [name for name, task in tasks.items() if getattr(task, "MULTIMODAL", False)]
    if seen and not getattr(model_class(config), "MULTIMODAL", False):
        more = f" and {len(seen) - 1} more tasks" if len(seen) > 1 else ""
        raise HeptathlonError(
            f"run: {seen[0]}{more} show pictures, and the model class {config.model!r} takes text "
            "only; use one that sees, such as hf-multimodal, or leave these tasks out."
        )


def refuse_silent(config: Any, tasks: Mapping[str, Any]) -> None:
    """Refuse likelihood tasks of a class that rates no options, before it is made."""
    if config.model in WITHOUT_LIKELIHOODS and any(map(twins.rates, tasks.values())):
        raise twins.refusal(tasks, f"--model {config.model} tells none")


def refuse_unanswerable(lm: Any, config: Any, tasks: Mapping[str, Any]) -> None:
    """Refuse what a model that is there cannot be asked, before the first question.

    Raises:
        HeptathlonError: for ``--apply_chat_template`` without a template, a class of chats without
            the flag, players whom a task's family does not have, and likelihood tasks for a server
            that tells none.
    """
    _check_template(lm, config)
    if hasattr(lm, "refuse"):
        lm.refuse(tasks)
    if hasattr(lm, "no_likelihoods") and any(map(twins.rates, tasks.values())):
        why = lm.no_likelihoods()
        if why:
            raise twins.refusal(tasks, why)


def _check_template(lm: Any, config: Any) -> None:
    if not config.apply_chat_template:
        # lm-eval fails in the middle of an assertion.
        if getattr(lm, "chats", False):
            raise HeptathlonError(
                f"--model {config.model}: takes conversations; give --apply_chat_template, or use "
                "--model api, which needs none."
            )
        return
    if getattr(lm, "tokenizer", None) is None or hasattr(lm, "server"):
        return
    try:
        template = lm.chat_template(config.apply_chat_template)
    except (ValueError, NotImplementedError) as error:
        raise HeptathlonError(f"--apply_chat_template: {error}") from None
    if template is None and not getattr(lm.tokenizer, "chat_template", None):
        raise HeptathlonError(
            f"--model {config.model}: its tokenizer has no chat template; leave "
            "--apply_chat_template out."
        )


def warn_of_examples(config: Any, tasks: Mapping[str, Any]) -> None:
    """Say which tasks are asked without the worked examples that a run asks for."""
    fixed = [name for name, task in tasks.items() if task.get_config("num_fewshot") == 0]
    if config.num_fewshot and fixed:
        logger.warning(
            "--num_fewshot %d: %s no worked examples, because none are set apart for it: %s.",
            config.num_fewshot,
            "this task takes" if len(fixed) == 1 else f"these {len(fixed)} tasks take",
            ", ".join(fixed[:5]) + (", …" if len(fixed) > 5 else ""),
        )


def warn_of_tokens(lm: Any, tasks: Iterable[Any]) -> None:
    """Warn where a family says that the model's tokenizer makes its answers hard to tell apart.

    A family that cares has a part ``tokens`` with ``warnings(docs, encode)``. Back ends without a
    tokenizer of their own are not asked.
    """
    # In this order: a class that loads its tokenizer when asked for it need not have one.
    if not hasattr(lm, "tok_encode") or getattr(lm, "tokenizer", None) is None:
        return
    if getattr(lm, "chats", False):
        return
    encode = partial(lm.tok_encode, add_special_tokens=False)
    said: set[str] = set()
    for task in tasks:
        name = str(task.config.task)
        if not name.startswith("heptathlon_"):
            continue
        tokens = find_part(family_of_task(name), "tokens")
        for sentence in tokens.warnings(task.test_docs(), encode) if tokens else ():
            if sentence not in said:
                said.add(sentence)
                logger.warning("%s: %s", name, sentence)
