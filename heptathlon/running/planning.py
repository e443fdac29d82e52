"""What a run will ask and what that costs, before it: the tokens of every request, counted.

Requests are built by lm-eval as for the run itself, and encoded by the model's tokenizer. No
weights are loaded. Of the tokens that a model writes only the most are known: what a task allows.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import groupby
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np

from heptathlon.errors import HeptathlonError
from heptathlon.private import refuse_secrets
from heptathlon.running import calibrating, evaluating, noise, tokenizing, twins
from heptathlon.running.tokenizing import Rates
from heptathlon.tasks import catalog, derived

BATCH = 256
"""Texts that are encoded together."""
MILLION = 1_000_000


class Prices(NamedTuple):
    """What a million tokens cost; None where that is not known.

    Attributes:
        prompt: tokens that are read.
        generation: tokens that are written.
        cached: tokens that the server's prefix cache had; as those that are read if left out.
    """

    prompt: float | None = None
    generation: float | None = None
    cached: float | None = None


class Asking(NamedTuple):
    """How a run asks, as far as its requests depend on it; the fields are flags of ``run``."""

    limit: float | None = None
    apply_chat_template: bool = False
    system_instruction: str | None = None
    generated: bool = False


NO_RATES, NO_PRICES, PLAIN = Rates(), Prices(), Asking()


@dataclass(frozen=True)
class Tokens:
    """What some tasks ask of a model.

    Attributes:
        documents: questions.
        requests: what the model is sent: an option each where options are rated.
        prompt_tokens: of all requests together, options among them.
        distinct_tokens: those left if each shared beginning within a task is read once.
        generation_tokens: that are written at most.
        longest_prompt: tokens of the longest request.
        pictures: whose tokens are not counted, because they are the model's own affair.
    """

    documents: int = 0
    requests: int = 0
    prompt_tokens: int = 0
    distinct_tokens: int = 0
    generation_tokens: int = 0
    longest_prompt: int = 0
    pictures: int = 0

    @property
    def shared(self) -> float:
        """Share of the prompt tokens that an ideal prefix cache serves."""
        return 1 - self.distinct_tokens / self.prompt_tokens if self.prompt_tokens else 0.0

    def __add__(self, other: "Tokens") -> "Tokens":
        longest = max(self.longest_prompt, other.longest_prompt)
        mine, theirs = asdict(self), asdict(other)
        both = Tokens(**{name: mine[name] + theirs[name] for name in mine})
        return replace(both, longest_prompt=longest)


class Span(NamedTuple):
    """The least and the most of what is not known exactly."""

    least: float
    most: float


@dataclass(frozen=True)
class Plan:
    """What a run will ask.

    Attributes:
        tokenizer: name of the tokenizer that counted.
        tasks: what each task asks, by lm-eval's name.
        rates: tokens a second, where they are known.
        prices: of a million tokens, where they are known.
    """

    tokenizer: str
    tasks: Mapping[str, Tokens]
    rates: Rates = field(default_factory=Rates)
    prices: Prices = field(default_factory=Prices)

    def events(self) -> dict[tuple[str, str], Tokens]:
        """Return what is asked by family and tier, in the order of the tasks."""
        out: dict[tuple[str, str], Tokens] = {}
        for task, tokens in self.tasks.items():
            data = catalog.task_data(task)
            key = (data.family.name, data.tier)
            out[key] = out.get(key, Tokens()) + tokens
        return out

    @property
    def total(self) -> Tokens:
        """What is asked altogether."""
        return sum(self.tasks.values(), Tokens())

    def seconds(self, tokens: Tokens) -> Span | None:
        """Return how long tasks take; None where a rate that they need is not known.

        The least is with an ideal prefix cache and answers without length, the most without a cache
        and with every answer as long as it may be.
        """
        read, write = self.rates
        if read is None or (write is None and tokens.generation_tokens):
            return None
        most = tokens.prompt_tokens / read + tokens.generation_tokens / (write or 1)
        return Span(tokens.distinct_tokens / read, most)

    def cost(self, tokens: Tokens) -> Span | None:
        """Return what tasks cost, in the prices' currency; None where a price is not known.

        The least and the most are those of :meth:`seconds`.
        """
        read, write, cached = self.prices
        if read is None or (write is None and tokens.generation_tokens):
            return None
        served = tokens.prompt_tokens - tokens.distinct_tokens
        kept = read if cached is None else cached
        least = tokens.distinct_tokens * read + served * min(read, kept)
        most = tokens.prompt_tokens * max(read, kept) + tokens.generation_tokens * (write or 0)
        return Span(least / MILLION, most / MILLION)

    def to_json(self) -> dict[str, Any]:
        """Return the plan as JSON has it; what is not known is null."""
        events = [
            {"family": family, "tier": tier} | self._told(tokens)
            for (family, tier), tokens in self.events().items()
        ]
        return {
            "tokenizer": self.tokenizer,
            "rates": self.rates._asdict(),
            "prices": self.prices._asdict(),
            "events": events,
            "tasks": {task: self._told(tokens) for task, tokens in self.tasks.items()},
            "total": self._told(self.total),
        }

    def _told(self, tokens: Tokens) -> dict[str, Any]:
        seconds, cost = self.seconds(tokens), self.cost(tokens)
        return asdict(tokens) | {
            "shared": tokens.shared,
            "seconds": seconds and seconds._asdict(),
            "cost": cost and cost._asdict(),
        }


def plan(
    names: Sequence[str],
    tier: str = "",
    *,
    tokenizer: str = "",
    model: str = "",
    model_args: Mapping[str, Any] | None = None,
    asking: Asking = PLAIN,
    rates: Rates = NO_RATES,
    prices: Prices = NO_PRICES,
    calibrate: bool = False,
    batch_size: int = 1,
    device: str | None = None,
) -> Plan:
    """Count what a run will ask.

    Args:
        names: families, variants, tasks or groups.
        tier: size of the sets, where the names do not say it.
        tokenizer: Hub name or folder; the model's own if left out.
        model: class of models, as ``heptathlon run`` takes it.
        model_args: the class's arguments.
        asking: how the run asks.
        rates: tokens a second, where they are known.
        prices: of a million tokens, where they are known.
        calibrate: load the model and measure the rates; see :mod:`.calibrating`.
        batch_size: of the calibration.
        device: of the calibration.

    Raises:
        UnknownNameError: if there is no such task or class of models, with the nearest names.
        HeptathlonError: for a tokenizer that cannot be loaded, and rates, prices or settings that
            make no plan.
    """
    _check(names, asking, rates, prices)
    given = dict(model_args or {})
    refuse_secrets({"model_args": given}, "plan")
    if calibrate and (not model or any(rates)):
        why = (
            "and rates are given as well; leave one of them out" if any(rates) else "needs --model"
        )
        raise HeptathlonError(f"plan: --calibrate measures the rates, {why}.")
    asked = list(dict.fromkeys(task for name in names for task in catalog.asked(name, tier)))
    reader = tokenizing.of(tokenizer, model, given)
    if asking.apply_chat_template:
        reader.check_template()
    noise.hush()
    tasks = loaded(asked)
    if asking.generated:
        tasks = loaded(twins.generated(tasks)[0])
    evaluating.prepare(reader, tasks, config_of(asking))
    found = {name: of_task(task, reader) for name, task in tasks.items()}
    if calibrate:
        rates = calibrating.rates(tasks, reader, model, given, batch_size, device)
    return Plan(reader.tokenizer_name, found, rates, prices)


def _check(names: Sequence[str], asking: Asking, rates: Rates, prices: Prices) -> None:
    if not names:
        raise HeptathlonError("plan: no task is named; give --tasks, such as heptathlon_smoke.")
    for name, rate in rates._asdict().items():
        if rate is not None and not (math.isfinite(rate) and rate > 0):
            raise HeptathlonError(
                f"plan: a {name} rate of {rate:g} is none; give tokens a second above 0."
            )
    for name, price in prices._asdict().items():
        if price is not None and not (math.isfinite(price) and price >= 0):
            raise HeptathlonError(
                f"plan: a {name} price of {price:g} is none; give that of a million tokens."
            )
    for name, told in (("rate", rates), ("price", prices)):
        if told.prompt is None and any(one is not None for one in told):
            raise HeptathlonError(f"plan: give --prompt-{name} as well; every task reads a prompt.")
    if asking.limit is not None and not (math.isfinite(asking.limit) and asking.limit > 0):
        raise HeptathlonError(
            f"plan: --limit {asking.limit:g} leaves no document to ask; give a number above 0."
        )


def loaded(names: Sequence[str]) -> dict[str, Any]:
    """Return lm-eval's tasks of some names."""
    from lm_eval.tasks import TaskManager

    manager = TaskManager(include_path=str(derived.include_path()), include_defaults=False)
    found = manager.load(list(names))["tasks"]
    return {name: found[name] for name in names}


def config_of(asking: Asking) -> SimpleNamespace:
    """Return as much of lm-eval's configuration of a run as building requests needs."""
    # Every task fixes its worked examples itself; the seeds are lm-eval's own.
    more = {
        "num_fewshot": None,
        "fewshot_as_multiturn": False,
        "gen_kwargs": None,
        "samples": None,
        "seed": [0, 1234, 1234, 1234],
    }
    return SimpleNamespace(**asking._asdict(), **more)


def of_task(task: Any, reader: tokenizing.Reader) -> Tokens:
    """Return what a task asks, whose requests are built."""
    requests = task.instances
    texts = [tokenizing.text_of(request) for request in requests]
    repeats = np.array([request.repeats or 1 for request in requests], dtype=np.int64)
    encoded = list(_encoded(texts, reader))
    lengths = np.array([len(one) // 4 for one in encoded], dtype=np.int64)
    # The requests of a document stand together.
    by_document = [list(ones) for _, ones in groupby(requests, key=lambda one: one.doc_id)]
    return Tokens(
        documents=len(by_document),
        requests=int(repeats.sum()),
        prompt_tokens=int(lengths @ repeats),
        distinct_tokens=distinct(encoded),
        generation_tokens=sum(
            most_written(request) * (request.repeats or 1) for request in requests
        ),
        longest_prompt=int(lengths.max(initial=0)),
        pictures=sum(_pictures(ones[0]) for ones in by_document),
    )


def most_written(request: Any) -> int:
    """Return how many tokens a request lets a model write."""
    if request.request_type != "generate_until":
        return 0
    told = request.args[1].get("max_gen_toks")
    if told is None:
        raise HeptathlonError(f"{request.task_name}: says no max_gen_toks, so nothing bounds it.")
    return int(told)


def _pictures(request: Any) -> int:
    seen = request.args[2] if len(request.args) > 2 else {}
    return len(seen.get("visual", ())) if isinstance(seen, Mapping) else 0


def _encoded(texts: Sequence[str], reader: tokenizing.Reader) -> Iterator[bytes]:
    """Yield the tokens of texts, four bytes each, so that bytes are ordered as tokens are."""
    for start in range(0, len(texts), BATCH):
        for ids in reader.encode(texts[start : start + BATCH]):
            yield np.asarray(ids, dtype=">u4").tobytes()


def distinct(encoded: Iterable[bytes]) -> int:
    """Return how many tokens are left where every shared beginning is read once.

    That is the number of nodes of the trie over the texts: of each text in sorted order, what it
    does not share with the one before.

    Args:
        encoded: texts as tokens of four bytes each, the most significant byte first.
    """
    nodes = 0
    last = np.zeros(0, dtype=np.uint32)
    for one in sorted(encoded):
        now = np.frombuffer(one, dtype=np.uint32)
        length = min(len(last), len(now))
        differ = last[:length] != now[:length]
        common = int(differ.argmax()) if differ.any() else length
        nodes += len(now) - common
        last = now
    return nodes
