"""Reading what servers send: chat, completions, Anthropic's messages and SGLang's own form.

The shape of a body says which protocol it is of, so that one reader serves every model class.
Reasoning that a server keeps in a field of its own is put before the answer in ``<think>`` tags,
where a model that runs here writes it, and where every scorer expects it.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from heptathlon.models.told import LENGTH, Pair, Text, Told, whole

REASONING_FIELDS = ("reasoning_content", "reasoning", "thinking")
"""Where DeepSeek's, vLLM's, SGLang's and OpenRouter's answers keep what the model thought."""
_FINISHES = {
    "end_turn": "stop", "stop_sequence": "stop", "eos": "stop", "eos_token": "stop",
    "max_tokens": LENGTH, "max_output_tokens": LENGTH, "abort": "abort",
    "refusal": "content_filter", "safety": "content_filter",
}  # fmt: skip
_WITHOUT_TEXT = frozenset({LENGTH, "content_filter", "tool_calls", "function_call"})
"""Ends that explain an answer without text, which then is the model's own and not a fault."""
MAX_TOKENS = 2**40
"""Largest count of tokens that is believed."""


class UnreadableError(Exception):
    """A body that holds no answer; the message says in a few words why."""


def read_answer(body: Any) -> Text:
    """Return the generated answer of a body.

    Raises:
        UnreadableError: for an error in the place of an answer, no choice, or no text that the
            reason of the end explains.
    """
    if not isinstance(body, Mapping):
        raise UnreadableError(f"a {type(body).__name__} in place of an answer")
    if isinstance(body.get("choices"), list):
        return _choice(body)
    if isinstance(body.get("content"), list):
        return _blocks(body)
    if isinstance(body.get("text"), str):
        return _generated(body)
    raise UnreadableError(_error(body) or "an answer of no known protocol")


def _error(body: Mapping[str, Any]) -> str:
    """Return what an error body says; empty for any other."""
    error = body.get("error") or body.get("detail") or body.get("message")
    if isinstance(error, Mapping):
        error = error.get("message") or error.get("type") or error.get("code") or "unnamed"
    return f"an error in place of an answer: {whole(str(error))[:200]}" if error else ""


def _choice(body: Mapping[str, Any]) -> Text:
    choice = _first_choice(body)
    message = choice.get("message")
    if not isinstance(message, Mapping):
        if not isinstance(text := choice.get("text"), str):
            raise UnreadableError("null text" if text is None else "an answer without a text")
        return Text(text, _told(choice.get("finish_reason"), body))
    thoughts = [message[f] for f in REASONING_FIELDS if isinstance(message.get(f), str)][:1]
    content = message.get("content")
    texts: list[str] | None
    if isinstance(content, list):
        texts, more = _parts(content)
        thoughts += more
    elif isinstance(content, str):
        texts = [content]
    elif content is None:
        refusal = message.get("refusal")
        texts = [refusal] if isinstance(refusal, str) else None
    else:
        raise UnreadableError("an answer without a text")
    return _answer(texts, thoughts, _told(choice.get("finish_reason"), body))


def _first_choice(body: Mapping[str, Any]) -> Mapping[str, Any]:
    choices = body["choices"]
    if not choices or not isinstance(choices[0], Mapping):
        raise UnreadableError(_error(body) or "empty choices")
    first: Mapping[str, Any] = choices[0]
    return first


def _parts(content: Sequence[Any]) -> tuple[list[str] | None, list[str]]:
    """Return texts and thoughts of an answer in parts, as Anthropic and Mistral send it."""
    texts, thoughts = [], []
    for part in content:
        if not isinstance(part, Mapping):
            raise UnreadableError("an answer without a text")
        if isinstance(text := part.get("text"), str):
            texts.append(text)
        elif isinstance(thought := part.get("thinking"), str):
            thoughts.append(thought)
        elif isinstance(thought, list):
            thoughts += _parts(thought)[0] or []
    return texts or None, thoughts


def _blocks(body: Mapping[str, Any]) -> Text:
    texts, thoughts = _parts(body["content"])
    return _answer(texts, thoughts, _told(body.get("stop_reason"), body))


def _generated(body: Mapping[str, Any]) -> Text:
    meta = body.get("meta_info")
    meta = meta if isinstance(meta, Mapping) else {}
    finish = meta.get("finish_reason")
    if isinstance(finish, Mapping):
        finish = finish.get("type")
    return Text(body["text"], _told(finish, {"usage": meta}))


def _answer(texts: Sequence[str] | None, thoughts: Sequence[str], told: Told) -> Text:
    thought = "\n".join(thoughts)
    if texts is None:
        if not thought and told.finish not in _WITHOUT_TEXT:
            raise UnreadableError("null text")
        texts = [""]
    said = "".join(texts)
    return Text(f"<think>\n{thought}\n</think>\n{said}" if thought else said, told)


def _told(finish: Any, body: Mapping[str, Any]) -> Told:
    usage = body.get("usage")
    usage = usage if isinstance(usage, Mapping) else {}
    details = usage.get("completion_tokens_details")
    details = details if isinstance(details, Mapping) else {}
    word = finish.strip().lower()[:40] if isinstance(finish, str) else ""
    return Told(
        finish=whole(_FINISHES.get(word, word)),
        prompt_tokens=_count(usage, "prompt_tokens", "input_tokens"),
        completion_tokens=_count(usage, "completion_tokens", "output_tokens"),
        reasoning_tokens=_count(details, "reasoning_tokens"),
    )


def _count(usage: Mapping[str, Any], *names: str) -> int | None:
    for name in names:
        value = usage.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < MAX_TOKENS:
            return value
    return None


@dataclass(frozen=True)
class Token:
    """A token that a server read or wrote.

    Attributes:
        text: its text; None if the server does not say.
        value: its log-probability in nats; None for the first, which nothing comes before.
        best: the highest log-probability at its place; None if the server does not say.
        start: character of the text at which it begins; None if the server does not say.
    """

    text: str | None
    value: float | None
    best: float | None
    start: int | None

    @property
    def greedy(self) -> bool:
        """Whether no other token was likelier."""
        return self.value is not None and self.best is not None and self.value >= self.best


def tokens_of(body: Any) -> list[Token]:
    """Return the tokens of a completion with their log-probabilities, in either of two forms.

    The older form has parallel lists (``token_logprobs``), the newer a list of objects
    (``content``), as chat servers have it.

    Raises:
        UnreadableError: if there are none.
    """
    if not isinstance(body, Mapping) or not isinstance(body.get("choices"), list):
        error = _error(body) if isinstance(body, Mapping) else ""
        raise UnreadableError(error or "an answer of no known protocol")
    found = _first_choice(body).get("logprobs")
    if isinstance(found, Mapping) and isinstance(found.get("token_logprobs"), list):
        return _older(found)
    content = found.get("content") if isinstance(found, Mapping) else None
    if isinstance(content, list) and all(isinstance(one, Mapping) for one in content):
        return [_newer(one) for one in content]
    raise UnreadableError("no log-probabilities")


def _older(found: Mapping[str, Any]) -> list[Token]:
    values = found["token_logprobs"]

    def column(name: str) -> list[Any]:
        given = found.get(name)
        if isinstance(given, list) and len(given) == len(values):
            return given
        return [None] * len(values)

    return [
        Token(
            text if isinstance(text, str) else None,
            _number(value),
            max((v for v in map(_number, top.values()) if v is not None), default=None)
            if isinstance(top, Mapping)
            else None,
            start if isinstance(start, int) else None,
        )
        for value, text, top, start in zip(
            values, column("tokens"), column("top_logprobs"), column("text_offset"), strict=True
        )
    ]


def _newer(one: Mapping[str, Any]) -> Token:
    top = one.get("top_logprobs")
    ranked = [_number(t.get("logprob")) for t in top or () if isinstance(t, Mapping)]
    text = one.get("token")
    return Token(
        text if isinstance(text, str) else None,
        _number(one.get("logprob")),
        max((v for v in ranked if v is not None), default=None),
        None,
    )


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def read_option(body: Any, prompt: str, option: str) -> Pair:
    """Return the log-likelihood of an option, from a server that was sent prompt and option.

    Args:
        body: the answer to a request that asks to repeat the text with its log-probabilities.
        prompt: the text up to the option.
        option: the option's text.

    Raises:
        UnreadableError: if the server does not repeat the text, or a token lies across the end of
            the prompt, so that the option's share of it is not known.
    """
    tokens = tokens_of(body)
    whole_text = prompt + option
    starts = _starts(tokens, whole_text)
    own = [i for i, at in enumerate(starts[:-1]) if len(prompt) <= at < len(whole_text)]
    if not own or starts[own[0]] != len(prompt):
        raise UnreadableError("a token across the end of the prompt, of which the option has part")
    return _sum([tokens[i] for i in own], body)


def _starts(tokens: Sequence[Token], text: str) -> list[int]:
    """Return where each token begins in the text, and at last where the text ends.

    Raises:
        UnreadableError: if the tokens do not make up the text.
    """
    given = [token.start for token in tokens]
    if len(given) > 1 and all(at is not None for at in given):
        known = [at for at in given if at is not None]
        if known[0] == 0 and known == sorted(known) and len(text) in known:
            return [*known, len(text)]
    texts = [token.text for token in tokens]
    # A server may put a token of its own before the text.
    for skipped in (0, 1):
        at, starts = 0, [-1] * skipped
        for piece in texts[skipped:]:
            if piece is None or at >= len(text) or not text.startswith(piece, at):
                break
            starts.append(at)
            at += len(piece)
        if at == len(text):
            return [*starts, at]
    raise UnreadableError("a server that does not repeat the prompt with its log-probabilities")


def read_tokens(body: Any, sent: int, prompt: int, option: str | None) -> Pair:
    """Return the log-likelihood of an option, from a server that was sent tokens.

    Args:
        body: as for :func:`read_option`.
        sent: tokens of prompt and option.
        prompt: tokens of the prompt.
        option: the option's text, to tell where it stands if the server has put a token before the
            prompt; None if it is not known.

    Raises:
        UnreadableError: if the server's tokens are not those that were sent.
    """
    tokens = tokens_of(body)
    counted = _told("", body).prompt_tokens
    for skipped in (0, 1):
        own = tokens[skipped + prompt : skipped + sent]
        texts = [t.text for t in own if t.text is not None]
        fits = len(own) == sent - prompt and counted in (None, sent + skipped)
        if fits and (option is None or len(texts) < len(own) or _same("".join(texts), option)):
            return _sum(own, body)
    raise UnreadableError("log-probabilities that are not those of the tokens that were sent")


def _same(found: str, option: str) -> bool:
    """Compare by letters and digits: servers write blanks and bytes of tokens in several ways."""
    ours, theirs = ("".join(c for c in text if c.isalnum()) for text in (option, found))
    return ours == theirs or not option.isascii() or "token_id:" in found


def _sum(own: Sequence[Token], body: Any) -> Pair:
    values = [token.value for token in own]
    if any(value is None for value in values):
        raise UnreadableError("an option without a log-probability")
    total = math.fsum(value for value in values if value is not None)
    return Pair(total, all(token.greedy for token in own), _told("", body))
