"""What a submission may say of how a model was run: the one list, for check, re-run and command.

Lists of what is allowed, not of what is forbidden: an argument that nobody has thought about is
refused until someone has. Nothing here is followed because a stranger wrote it: a value is taken
only if it has the form that stands here, and a form leaves no room for another flag, for code, for
a path or for an address.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from heptathlon.harmless import claims
from heptathlon.models import SHARED_PROMPT
from heptathlon.models.memory import ADAPTERS

MAX_TEXT = 300
"""Characters of an argument that is free text, such as a retriever's instruction."""

# Both of a name's parts begin and end with a letter or digit, so no part is ".." or hidden.
_PART = r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9])?"
MODEL_NAME = rf"^{_PART}/{_PART}$"
PLAYER_NAME = r"^[a-z][a-z0-9_]{0,63}$"

Form = Callable[[object], bool]


def _matches(pattern: str) -> Form:
    whole = re.compile(pattern)

    def form(value: object) -> bool:
        return isinstance(value, str) and whole.fullmatch(value) is not None

    return form


def _flag(value: object) -> bool:
    return isinstance(value, bool)


def _count(low: int, high: int) -> Form:
    def form(value: object) -> bool:
        return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high

    return form


def _ratio(low: float, high: float) -> Form:
    def form(value: object) -> bool:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return number and low <= value <= high  # type: ignore[operator]

    return form


def _stops(value: object) -> bool:
    """Tell whether a value is a short list of short texts at which an answer ends."""
    return (
        isinstance(value, list)
        and len(value) <= 8
        and all(isinstance(s, str) and 0 < len(s) <= 64 and _STOP.fullmatch(s) for s in value)
        # The row shows them.
        and not any(claims(s) for s in value)
    )


def _body(value: object) -> bool:
    """Tell whether more parameters of a question say how hard to think, and nothing of the answer.

    Messages, tools or a grammar among them would ask something else.
    """
    efforts = ("none", "minimal", "low", "medium", "high")
    return value in [{"reasoning_effort": effort} for effort in efforts] or value in [
        {"chat_template_kwargs": {"enable_thinking": thinks}} for thinks in (True, False)
    ]


def _any(*forms: Form) -> Form:
    return lambda value: any(form(value) for form in forms)


_STOP = re.compile(r"[\x20-\x7e\n\t\u00a0-\u024f\u2581\uff5c]+")
# A comma or a sign of equality would begin another argument, a quotation mark or a bracket would
# be read as a value of its own.
_TEXT = _matches(rf"[A-Za-z0-9][A-Za-z0-9 .:;?!_/\\-]{{0,{MAX_TEXT}}}")
_TEMPLATE = _matches(rf"[A-Za-z0-9 .:;?!_/\\{{}}-]{{1,{MAX_TEXT}}}\}}")
_WORD = _matches(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_NAME = _matches(MODEL_NAME)
_REVISION = _any(_matches(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}"), _count(0, 10**16))
_DTYPE = _matches(r"auto|(?:torch\.)?(?:bfloat16|float16|float32|float64|half|float|double)")
_LENGTH = _count(1, 10**8)

_WEIGHTS: Mapping[str, Form] = {
    "pretrained": _NAME,
    "revision": _REVISION,
    "dtype": _DTYPE,
    "max_length": _LENGTH,
}
_HF: Mapping[str, Form] = {
    **_WEIGHTS,
    "add_bos_token": _flag,
    "parallelize": _flag,
    "softmax_dtype": _DTYPE,
    "enable_thinking": _flag,
    "max_gen_toks": _count(1, 2**20),
    "backend": _matches("causal|seq2seq"),
    "attn_implementation": _matches("eager|sdpa|flash_attention_2|flash_attention_3"),
    "use_fast_tokenizer": _flag,
    "load_in_8bit": _flag,
    "load_in_4bit": _flag,
    "gguf_file": _matches(r"[A-Za-z0-9][A-Za-z0-9._-]{0,120}\.gguf"),
    "tokenizer": _NAME,
}
_SEES: Mapping[str, Form] = {
    "max_images": _count(1, 10**4),
    "interleave": _flag,
    "min_pixels": _count(1, 10**9),
    "max_pixels": _count(1, 10**9),
}
_VLLM: Mapping[str, Form] = {
    **_WEIGHTS,
    "add_bos_token": _flag,
    "enable_thinking": _flag,
    "max_model_len": _LENGTH,
    "max_gen_toks": _count(1, 2**20),
    "seed": _count(0, 2**63),
    "tensor_parallel_size": _count(1, 4096),
    "pipeline_parallel_size": _count(1, 4096),
    "data_parallel_size": _count(1, 4096),
    "gpu_memory_utilization": _ratio(0.0, 1.0),
    "swap_space": _ratio(0, 10**6),
    "enforce_eager": _flag,
    "enable_prefix_caching": _flag,
    "quantization": _WORD,
}
_SERVER: Mapping[str, Form] = {
    "model": _any(_NAME, _WORD),
    "num_concurrent": _count(1, 10**5),
    "max_retries": _count(0, 10**4),
    "timeout": _ratio(0, 10**6),
    "max_length": _LENGTH,
    "max_gen_toks": _count(1, 2**20),
    "tokenized_requests": _flag,
    "tokenizer_backend": _matches("huggingface|tiktoken|none|None|remote"),
    "tokenizer": _NAME,
    "batch_size": _count(1, 2**16),
    "seed": _count(0, 2**63),
    "eos_string": _matches(r"[\x21-\x2b\x2d-\x3c\x3e-\x7e]{1,64}"),
    "verify_certificate": _flag,
}
_API: Mapping[str, Form] = {
    **{k: _SERVER[k] for k in ("model", "num_concurrent", "timeout", "max_length", "seed")},
    "form": _matches("chat|completions|messages"),
    "concurrency": _count(1, 10**5),
    "tries": _count(1, 10**4),
    "max_gen_toks": _count(1, 2**20),
    "tokenizer": _NAME,
    "body": _body,
}
_ENCODER: Mapping[str, Form] = {
    **_WEIGHTS,
    "pretrained": _any(_NAME, _matches("bm25(_stemmed)?")),
    "backend": _matches(
        "auto|sentence-transformers|static|cross-encoder|transformers|bm25(_stemmed)?"
    ),
    "pooling": _matches("mean|weighted_mean|last|cls"),
    "attention": _matches("causal|both"),
    "similarity": _matches("cos|dot"),
    "preset": _matches("e5-mistral|gritlm|instructor"),
    "query_template": _TEMPLATE,
    "plain_query_template": _TEMPLATE,
    "document_template": _TEMPLATE,
    "pool_prompt": _flag,
    "query_instruction": _TEXT,
    "document_instruction": _TEXT,
    "top_k": _count(0, 10**6),
    "max_length": _count(0, 10**8),
}
_MEMORY: Mapping[str, Form] = {
    **_HF,
    **{k: v for k, v in _SERVER.items() if k not in _HF},
    # A memory of one's own is a module that would be imported: it is none of these names.
    "memory": _matches("|".join(ADAPTERS)),
    "base": _matches("hf|vllm|local-completions|local-chat-completions"),
    "memory_words": _count(1, 10**7),
    "memory_tokens": _count(1, 10**7),
    "memory_passages": _count(1, 10**6),
}


@dataclass(frozen=True)
class Backend:
    """One of lm-eval's model classes, as far as a board is concerned.

    Attributes:
        speaks: how messages become a prompt: by the tokenizer's ``template``, by a ``processor``'s
            (which takes pictures), ``joined`` without a template, or by a ``server`` that is
            handed the messages (``messages``: one message as its text).
        arguments: the arguments that are allowed, with the form of each.
        weights: whether it runs published weights on the machine that calls it, so that a
            maintainer can run them again.
        always: arguments that are given to the template whatever was recorded.
    """

    speaks: Literal["template", "processor", "joined", "server", "messages"]
    arguments: Mapping[str, Form]
    weights: bool = True
    always: Mapping[str, Any] = field(default_factory=dict)


BACKENDS: Mapping[str, Backend] = {
    "heptathlon": Backend("joined", {"player": _matches(PLAYER_NAME)}),
    "hf": Backend("template", _HF),
    SHARED_PROMPT: Backend("template", _HF),
    "vllm": Backend("template", _VLLM, always={"enable_thinking": True}),
    "hf-multimodal": Backend("processor", {**_HF, **_SEES}),
    "vllm-vlm": Backend("processor", {**_VLLM, **_SEES}),
    "heptathlon-encoder": Backend("joined", _ENCODER),
    "heptathlon-memory": Backend("joined", _MEMORY, weights=False),
    "api": Backend("messages", _API, weights=False),
    "local-completions": Backend("server", _SERVER, weights=False),
    "local-chat-completions": Backend("server", _SERVER, weights=False),
    "openai-completions": Backend("server", _SERVER, weights=False),
    "openai-chat-completions": Backend("server", _SERVER, weights=False),
    "anthropic-chat-completions": Backend("server", _SERVER, weights=False),
}
ADDRESSES = ("base_url", "key_variable")
"""Arguments that name a host, or a variable that holds a key: they are left out of what is
published, and never followed. Who called a row's command would send that variable away."""

GENERATION: Mapping[str, Form] = {
    "until": _stops,
    "do_sample": _flag,
    "temperature": _ratio(0.0, 2.0),
    "top_p": _ratio(0.0, 1.0),
    "top_k": _count(0, 10**6),
    "min_p": _ratio(0.0, 1.0),
    "repetition_penalty": _ratio(0.5, 2.0),
    "max_gen_toks": _count(1, 2**17),
}
"""Arguments of generation. What loads code, weights or configurations by a name
(``custom_generate``, ``assistant_model``, …) or returns the best of many is not among them."""

BATCH_SIZE = _any(_matches(r"auto(?::[1-9][0-9]{0,3})?|[1-9][0-9]{0,5}"), _count(1, 10**6))
DEVICE = _matches(r"cpu|mps(?::[0-9]{1,2})?|(?:cuda|npu|xpu|hpu)(?::[0-9]{1,3})?")
DTYPE = _DTYPE
SEED = _any(_count(0, 2**63), lambda value: value is None)
LIMIT = _ratio(0.0, 10**9)

SYSTEM_PROMPTS = ("You are a helpful assistant.",)
"""System prompts that leave a row in the ranks, besides none at all: they say nothing of a task."""


def argument_refused(backend: str, name: str, value: object) -> str:
    """Return why a model argument is not allowed; empty if it is.

    Args:
        backend: a name of :data:`BACKENDS`.
        name: the argument's name.
        value: the argument's value as lm-eval recorded it.
    """
    forms = BACKENDS[backend].arguments
    if name not in forms:
        return f"is none of {', '.join(sorted(forms))}"
    return "" if forms[name](value) else "is not a value that is followed"


def generation_refused(name: str, value: object) -> str:
    """Return why an argument of generation is not allowed; empty if it is."""
    if name not in GENERATION:
        return f"is none of {', '.join(sorted(GENERATION))}"
    return "" if GENERATION[name](value) else "is not a value that is followed"
