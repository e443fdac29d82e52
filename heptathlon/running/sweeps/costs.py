"""What the cells of a sweep will ask: their plans, counted once for models that read alike."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from heptathlon.errors import HeptathlonError
from heptathlon.running import planning, settings, tokenizing
from heptathlon.running.planning import NO_PRICES, NO_RATES, Asking, Plan, Prices
from heptathlon.running.sweeps.cells import Cell
from heptathlon.running.tokenizing import Rates

READ_HERE = ("pretrained", "tokenizer")
"""Arguments of which one names the tokenizer; a class without them counts no tokens here."""


def plans(
    cells: Sequence[Cell], rates: Rates = NO_RATES, prices: Prices = NO_PRICES
) -> tuple[dict[str, Plan], dict[str, str]]:
    """Return the plan of each cell by its name, and why others have none.

    A model whose tokenizer cannot be had here (gated, or on a server) has no plan, and runs all the
    same.

    Args:
        cells: whose plans are wanted.
        rates: tokens a second, where they are known.
        prices: of a million tokens, where they are known.
    """
    found: dict[str, Plan] = {}
    without: dict[str, str] = {}
    known: dict[tuple[Any, ...], Plan] = {}
    for cell in cells:
        if not any(cell.model_args.get(name) for name in READ_HERE):
            without[cell.name] = "its model names no tokenizer"
            continue
        try:
            reader = tokenizing.of("", cell.model, cell.model_args)
            asking = _asking(cell.flags)
            key = (_fingerprint(reader, cell.model_args), cell.tasks, asking)
            if key not in known:
                known[key] = planning.plan(
                    cell.tasks,
                    model=cell.model,
                    model_args=cell.model_args,
                    asking=asking,
                    rates=rates,
                    prices=prices,
                )
            found[cell.name] = known[key]
        except HeptathlonError as error:
            without[cell.name] = str(error)
    return found, without


def _asking(flags: Sequence[str]) -> Asking:
    # What is not given is not there.
    given = vars(settings.parser().parse_args(["run", *flags]))
    limit = given.get("limit")
    return Asking(
        None if limit is None else float(limit),
        bool(given.get("apply_chat_template")),
        given.get("system_instruction"),
        bool(given.get("generated")),
    )


def _fingerprint(reader: tokenizing.Reader, model_args: Mapping[str, Any]) -> str:
    """Return what is the same for two tokenizers that make the same tokens of the same text."""
    tokenizer = reader.tokenizer
    core = getattr(tokenizer, "backend_tokenizer", None)
    parts = (
        core.to_str() if core is not None else reader.tokenizer_name,
        getattr(tokenizer, "chat_template", None),
        getattr(tokenizer, "bos_token", None),
        model_args.get("add_bos_token"),
    )
    return hashlib.sha256(repr(parts).encode()).hexdigest()
