"""``--model api``: any server that speaks OpenAI's protocol, or only Anthropic's, as a model.

``--model_args model=NAME,base_url=https://host/v1``. Why it rests on the client of ``openai`` is
told in :mod:`heptathlon.models.server`, which does the asking.

A chat server puts a prompt into its own template, so ``--apply_chat_template`` is not needed: a
prompt is one message of the user. Likelihoods of options are asked of completions servers
(``form=completions``) as text, with the log-probabilities of the text that was sent.
"""

import copy
import json
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

# See heptathlon.models.player: the built-in models must be registered before ours.
import lm_eval.models  # noqa: F401
from lm_eval.api.model import LM
from lm_eval.api.registry import register_model
from tqdm import tqdm

from heptathlon.errors import HeptathlonError, UnknownNameError
from heptathlon.models.chat import check_address, content_of
from heptathlon.models.replies import read_answer, read_option
from heptathlon.models.server import Server
from heptathlon.models.told import Pair, Text, broken_pair, broken_text

NAME = "api"
KEY_VARIABLE = "HEPTATHLON_API_KEY"
KEYS = {"api.openai.com": "OPENAI_API_KEY", "api.anthropic.com": "ANTHROPIC_API_KEY"}
"""Variables that hold the key of one host alone."""
FORMS = {"chat": "chat/completions", "completions": "completions", "messages": "messages"}
MAX_STOPS = 4
"""Stop sequences that OpenAI's protocol takes; further ones are looked for here."""
ANTHROPIC_VERSION = "2023-06-01"
NO_LIKELIHOODS = "a chat server tells no log-probabilities of what it is sent"

Request = Any
"""One of lm-eval's instances."""


class Turns(str):
    """A conversation, written as JSON; the prompt of a request with more than one message."""


@register_model(NAME)
class ApiLM(LM):  # type: ignore[misc]
    """A model behind a server.

    Args:
        model: its name there.
        base_url: address up to and with ``/v1`` or the like.
        form: ``chat`` (``/chat/completions``), ``completions`` or ``messages`` (Anthropic's).
        concurrency: questions that are under way at once; ``num_concurrent`` is the same.
        tries: how often a question is sent before it is given up.
        timeout: seconds without a whole answer after which a try has failed.
        max_gen_toks: tokens of an answer where the task does not say.
        max_length: tokens of the model's window, if known; with ``tokenizer``, prompts that do
            not fit are found before they are sent.
        tokenizer: name or folder of the model's tokenizer (extra ``hf``).
        key_variable: environment variable of the key; :data:`KEY_VARIABLE`, or the host's own.
        seed: sent with every question, if given.
        body: more parameters of every question, a mapping, such as ``{"reasoning_effort": "low"}``.
        batch_size: not used; questions go out one by one.
        device: not used.

    Raises:
        HeptathlonError: for arguments that are missing or wrong, or without the extra.
    """

    MULTIMODAL = True
    """A chat server that sees is sent pictures; one that does not refuses them in its own words."""
    tokenizer_name = ""
    asks_ahead = True
    """Questions of all tasks may be under way together."""

    def __init__(
        self,
        model: str = "",
        base_url: str = "https://api.openai.com/v1",
        form: str = "chat",
        concurrency: int = 8,
        num_concurrent: int | None = None,
        tries: int = 6,
        timeout: float = 300,
        max_gen_toks: int = 2048,
        max_length: int | None = None,
        tokenizer: str = "",
        key_variable: str = "",
        seed: int | None = None,
        body: Mapping[str, Any] | None = None,
        batch_size: Any = 1,
        max_batch_size: Any = None,
        device: Any = None,
    ) -> None:
        super().__init__()
        if not model:
            raise HeptathlonError(f"--model {NAME}: names no model; give --model_args model=NAME.")
        if form not in FORMS:
            raise UnknownNameError(f"form of --model {NAME}", form, FORMS)
        host = urlsplit(str(base_url)).hostname or ""
        variable = key_variable or KEYS.get(host, KEY_VARIABLE)
        check_address(str(base_url), variable)
        if isinstance(body, str) or not isinstance(body, Mapping | None):
            raise HeptathlonError(
                f"--model {NAME}: body={body!r} is no mapping; give all --model_args as JSON."
            )
        self.model, self.form = str(model), form
        self.max_gen_toks, self.window = int(max_gen_toks), max_length and int(max_length)
        self.tokenizer = _tokenizer(tokenizer) if tokenizer else None
        self._always = {**({} if seed is None else {"seed": int(seed)}), **(body or {})}
        key = os.environ.get(variable, "")
        if key_variable and not key:
            raise HeptathlonError(f"The environment variable {key_variable} holds no key.")
        self.server = Server(
            f"{str(base_url).rstrip('/')}/{FORMS[form]}",
            headers=_headers(form, key),
            concurrency=int(num_concurrent or concurrency),
            tries=int(tries),
            timeout=float(timeout),
            key_variable=variable,
        )

    def tok_encode(self, text: str, **_: Any) -> list[int]:
        """Return the tokens of a text; only for a model whose tokenizer was named."""
        if self.tokenizer is None:
            raise NotImplementedError
        tokens: list[int] = self.tokenizer(text, add_special_tokens=False).input_ids
        return tokens

    def apply_chat_template(
        self, chat_history: Sequence[Mapping[str, Any]], add_generation_prompt: bool = True
    ) -> str:
        """Return the one message's text, or all messages as JSON: the template is the server's."""
        if [turn["role"] for turn in chat_history] == ["user"]:
            return str(chat_history[0]["content"])
        return Turns(json.dumps(list(chat_history), ensure_ascii=False))

    def no_likelihoods(self) -> str:
        """Return why options cannot be rated; empty if they can. May ask the server one thing."""
        if self.form != "completions":
            return NO_LIKELIHOODS
        return probe(self)

    def generate_until(self, requests: Sequence[Request], disable_tqdm: bool = False) -> list[Text]:
        """Return an answer to each request; one that could not be had says why."""

        def body(request: Request) -> Callable[[], dict[str, Any]]:
            return lambda: self._question(*request.args)

        stops = [stops_of(request.args[1]) for request in requests]
        return ask(
            self,
            "generate_until",
            [request.args for request in requests],
            [body(request) for request in requests],
            lambda place, found: cut(read_answer(found), stops[place]),
            broken_text,
            quiet=disable_tqdm,
        )

    def loglikelihood(self, requests: Sequence[Request], disable_tqdm: bool = False) -> list[Pair]:
        """Return each option's log-likelihood; one that could not be had says why."""
        return self._rate([request.args for request in requests], quiet=disable_tqdm)

    def _rate(self, pairs: Sequence[tuple[str, str]], *, quiet: bool = False) -> list[Pair]:
        def body(prompt: str, option: str) -> Callable[[], dict[str, Any]]:
            return lambda: {
                "model": self.model, "prompt": prompt + option, "max_tokens": 1, "temperature": 0,
                "logprobs": 1, "echo": True, **self._always,
            }  # fmt: skip

        return ask(
            self,
            "loglikelihood",
            list(pairs),
            [body(*pair) for pair in pairs],
            lambda place, found: read_option(found, *pairs[place]),
            broken_pair,
            quiet=quiet,
        )

    def loglikelihood_rolling(self, requests: Sequence[Request]) -> list[float]:
        """Refuse: no task of the suite asks for perplexity."""
        raise NotImplementedError("a server's model has no perplexity here")

    def _question(
        self, prompt: str, options: Mapping[str, Any], shown: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        more = copy.deepcopy(dict(options))
        stops = [stop for stop in stops_of(more) if stop.strip()][:MAX_STOPS]
        sampled = bool(more.pop("do_sample", False))
        limit = more.pop("max_gen_toks", None) or more.pop("max_tokens", None) or self.max_gen_toks
        more.pop("until", None)
        if not sampled:
            more.setdefault("temperature", 0)
        if stops:
            more["stop_sequences" if self.form == "messages" else "stop"] = stops
        head: dict[str, Any] = {"model": self.model, "max_tokens": int(limit)}
        if self.form == "completions":
            return {**head, "prompt": str(prompt), **more, **self._always}
        pictures = list((shown or {}).get("visual", ()))
        turns: list[dict[str, Any]]
        if isinstance(prompt, Turns):
            turns = json.loads(prompt)
            turns[-1]["content"] = content_of(turns[-1]["content"], pictures)
        else:
            turns = [{"role": "user", "content": content_of(str(prompt), pictures)}]
        if self.form == "messages" and turns[0]["role"] == "system":
            head["system"] = turns.pop(0)["content"]
        return {**head, "messages": turns, **more, **self._always}


def _tokenizer(name: str) -> Any:
    try:
        from transformers import AutoTokenizer

        return AutoTokenizer.from_pretrained(name)
    except ImportError as error:
        raise HeptathlonError(
            f"tokenizer={name}: reading it needs {error.name}; install the extra 'hf'."
        ) from None
    except (OSError, ValueError) as error:
        said = " ".join(str(error).split())[:200]
        raise HeptathlonError(f"tokenizer={name}: no tokenizer ({said}).") from None


def _headers(form: str, key: str) -> dict[str, str]:
    if form == "messages":
        return {"anthropic-version": ANTHROPIC_VERSION, **({"x-api-key": key} if key else {})}
    return {"Authorization": f"Bearer {key}"} if key else {}


def stops_of(options: Mapping[str, Any]) -> list[str]:
    """Return the texts at which an answer ends, of lm-eval's generation options."""
    until = options.get("until") or []
    return [until] if isinstance(until, str) else [str(stop) for stop in until if stop]


def cut(answer: Text, stops: Sequence[str]) -> Text:
    """Return an answer up to its first stop sequence, where a server does not know them all."""
    start = answer.rfind("</think>") + 1
    ends = [at for stop in stops if (at := answer.find(stop, start)) >= 0]
    return Text(answer[: min(ends)], answer.told) if ends else answer


def ask(
    lm: Any,
    attr: str,
    keys: Sequence[Any],
    bodies: Sequence[Callable[[], Mapping[str, Any]]],
    read: Callable[[int, Any], Any],
    lost: Callable[[str], Any],
    *,
    quiet: bool,
) -> list[Any]:
    """Ask a model's server, keep every answer through lm-eval's hook, and show how far it is.

    Args:
        lm: the model, with a ``server``.
        attr: lm-eval's name of what is asked.
        keys: the requests' arguments, by which answers are kept; None for what is not.
        bodies: see :meth:`.server.Server.ask`.
        read: likewise.
        lost: makes an answer that says why there is none.
        quiet: show no progress.
    """
    out: list[Any] = [None] * len(bodies)
    with tqdm(total=len(bodies), disable=quiet or not bodies, desc=f"Asking {lm.model}") as bar:

        def keep(place: int, answer: Any) -> None:
            out[place] = answer
            if keys[place] is not None:
                lm.cache_hook.add_partial(attr, keys[place], answer)
            bar.update()

        def failed(place: int, why: str) -> None:
            out[place] = lost(why)
            bar.update()

        lm.server.ask(bodies, read, keep, failed)
    return out


def probe(lm: Any) -> str:
    """Ask for the likelihood of one short option; return why there is none, or an empty text."""
    try:
        (found,) = lm._rate([("The capital of France is", " Paris")], quiet=True)
    except HeptathlonError as error:
        return str(error).rstrip(".")
    return str(found.told.broken)
