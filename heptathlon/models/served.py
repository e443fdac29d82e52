"""lm-eval's own classes of API models, asked with the suite's patience.

``local-completions``, ``local-chat-completions``, ``openai-*``, ``anthropic-chat`` and
``sglang-generate`` keep their names, arguments, keys and the bodies that they make. How a question
is sent, tried again and read is :mod:`heptathlon.models.server`'s and
:mod:`heptathlon.models.replies`'s. lm-eval 0.4.13 tries a failed question three times without
regard to ``Retry-After``, drops the reason of the end, cuts prompts at a window that it made up
(2,047 tokens unless told otherwise) and knows one of the two forms of log-probabilities.
"""

import copy
import json
from collections.abc import Callable, Sequence
from typing import Any

from lm_eval.models.api_models import JsonChatStr, TemplateAPI, create_image_prompt
from lm_eval.models.openai_completions import LocalCompletionsAPI
from lm_eval.models.utils import postprocess_generated_text

from heptathlon.errors import HeptathlonError
from heptathlon.models.api import NO_LIKELIHOODS, ask, cut, probe, stops_of
from heptathlon.models.replies import UnreadableError, read_answer, read_tokens
from heptathlon.models.server import Server
from heptathlon.models.told import Pair, Text, broken_pair, broken_text

CHAT = ("AnthropicChat", "LocalChatCompletion")
"""Classes whose descendants take messages, and tell no likelihoods."""


def served(model_class: type[Any]) -> type[Any]:
    """Return a class of lm-eval's that asks as :class:`Served` does; any other one as it is."""
    if not issubclass(model_class, TemplateAPI) or issubclass(model_class, Served):
        return model_class
    return type(model_class.__name__, (Served, model_class), {"__doc__": model_class.__doc__})


class Served:
    """What takes the place of :class:`TemplateAPI`'s way of asking."""

    asks_ahead = True

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        given = options.get("max_length")
        self.window = None if given in (None, "", "None") else int(str(given))
        """Tokens of the window if they were told; lm-eval's own figure is a default."""
        lm: Any = self
        self.server = Server(
            lm.base_url,
            # Without a key, lm-eval's header is the bare word.
            headers={k: v for k, v in lm.header.items() if v.strip() != "Bearer"},
            concurrency=lm._concurrent,
            tries=lm.max_retries,
            timeout=float(lm.timeout),
            verify=lm.ca_cert_path or bool(lm.verify_certificate),
        )

    @property
    def chats(self) -> bool:
        """Whether the class takes messages only."""
        return any(kind.__name__ in CHAT for kind in type(self).__mro__)

    def no_likelihoods(self) -> str:
        """Return why options cannot be rated; empty if they can. May ask the server one thing."""
        lm: Any = self
        if self.chats:
            return NO_LIKELIHOODS
        if lm.tokenizer is None:
            return "without a tokenizer (tokenizer=…) it is not known where an option begins"
        try:
            lm.loglikelihood([], disable_tqdm=True)
        except AssertionError as error:
            return str(error)
        return probe(self)

    def generate_until(self, requests: Sequence[Any], disable_tqdm: bool = False) -> list[Text]:
        """Return an answer to each request; one that could not be had says why."""
        lm: Any = self
        think = getattr(lm, "think_end_token", None)
        stops = [stops_of(request.args[1]) for request in requests]

        def read(place: int, found: Any) -> Text:
            answer = cut(read_answer(found), stops[place])
            if not think:
                return answer
            return Text(postprocess_generated_text(answer, None, think), answer.told)

        return ask(
            lm,
            "generate_until",
            [request.args for request in requests],
            [self._question(request.args) for request in requests],
            read,
            broken_text,
            quiet=disable_tqdm,
        )

    def _question(self, args: Sequence[Any]) -> Callable[[], dict[str, Any]]:
        lm: Any = self

        def body() -> dict[str, Any]:
            prompt, options = args[0], copy.deepcopy(dict(args[1]))
            if len(args) > 2:
                turns = create_image_prompt(
                    args[2]["visual"][: lm.max_images], json.loads(prompt.prompt)
                )
                prompt = JsonChatStr(json.dumps(turns))
            elif self.chats and isinstance(prompt, str):
                raise HeptathlonError(f"{lm.model}: {NEEDS_TEMPLATE}")
            sent: Any = [prompt]
            if lm.tokenized_requests and isinstance(prompt, str):
                sent = [lm.tok_encode(prompt, add_special_tokens=lm.add_bos_token)]
            made: dict[str, Any] = lm._create_payload(
                lm.create_message(sent),
                generate=True,
                gen_kwargs=options,
                seed=lm._seed,
                eos=lm.eos_string,
            )
            if "stop" in made and not made["stop"]:
                del made["stop"]
            return made

        return body

    def _rate(self, pairs: Sequence[tuple[str, str]], *, quiet: bool = False) -> list[Pair]:
        lm: Any = self
        encoded = [(pair, *lm._encode_pair(*pair)) for pair in pairs]
        return self._loglikelihood_tokens([(None, *rest) for _, *rest in encoded], quiet)

    def _loglikelihood_tokens(
        self, requests: Sequence[Any], disable_tqdm: bool = False, **_: Any
    ) -> list[Pair]:
        """Return the log-likelihood of each request's second part after its first."""
        lm: Any = self

        def body(tokens: list[int]) -> Callable[[], dict[str, Any]]:
            return lambda: lm._create_payload(
                lm.create_message([tokens]), generate=False, seed=lm._seed
            )

        def read(place: int, found: Any) -> Pair:
            _, prompt, option = requests[place]
            if type(lm).parse_logprobs is not LocalCompletionsAPI.parse_logprobs:
                return _theirs(lm, found, [*prompt, *option], len(prompt))
            texts = lm.decode_batch([list(option)])
            return read_tokens(
                found, len(prompt) + len(option), len(prompt), texts[0] if texts else None
            )

        return ask(
            lm,
            "loglikelihood",
            [request[0] for request in requests],
            [body([*prompt, *option]) for _, prompt, option in requests],
            read,
            broken_pair,
            quiet=disable_tqdm,
        )


NEEDS_TEMPLATE = "a class of chats takes messages; give --apply_chat_template, or use --model api."


def needs_template(lm: Any) -> bool:
    """Tell whether a model cannot be asked without ``--apply_chat_template``."""
    return isinstance(lm, Served) and lm.chats


def _theirs(lm: Any, found: Any, tokens: list[int], start: int) -> Pair:
    """Read log-probabilities in a class's own form, by its own reader."""
    try:
        ((value, greedy),) = lm.parse_logprobs(outputs=[found], tokens=[tokens], ctxlens=[start])
        return Pair(float(value), bool(greedy))
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise UnreadableError(f"no log-probabilities ({type(error).__name__})") from None
