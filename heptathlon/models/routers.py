"""Which experts the tokens of fixed texts go to, read from a mixture of experts in transformers.

The routers say it themselves: a hook takes the experts and weights that each returned, after its
own softmax or sigmoid, bias and groups. Logits would not do: what models make of them differs.
Which modules are routers is what the model's own class declares (``_can_record_outputs``).
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from heptathlon.errors import HeptathlonError
from heptathlon.models import routes
from heptathlon.models.routes import DIGITS, Route, RouteFile, Text
from heptathlon.scorers import pathways

Say = Callable[[str], object]
Tensor = Any
"""Torch's; its types are not known where it is not installed."""

RECORDED = "router_logits"
"""The output by which transformers' classes declare their routers."""
EXPERTS = ("num_experts", "num_local_experts", "n_routed_experts", "moe_num_experts")
"""Names by which configurations count experts."""
TINY = 1e-12


def read(
    pretrained: str,
    texts: Sequence[Text],
    *,
    tokens: int = 128,
    batch_size: int = 8,
    device: str = "cpu",
    options: Mapping[str, Any] | None = None,
) -> RouteFile:
    """Load a checkpoint and return the routes of texts through it.

    Args:
        pretrained: folder or Hub name.
        texts: the texts.
        tokens: tokens of a text that are read at most, so that long ones are cut alike.
        batch_size: texts read together; padding is masked and counts nowhere.
        device: where the model runs.
        options: further arguments of transformers, such as ``revision`` or ``dtype``.

    Raises:
        HeptathlonError: if the model cannot be loaded, is dense, or has routers that do not say
            what they chose.
    """
    model, tokenizer = _load(pretrained, device, dict(options or {}))
    return routes_of(model, tokenizer, texts, pretrained, tokens=tokens, batch_size=batch_size)


def routes_of(
    model: Any,
    tokenizer: Any,
    texts: Sequence[Text],
    name: str,
    *,
    tokens: int = 128,
    batch_size: int = 8,
) -> RouteFile:
    """Return the routes of texts through a model that is loaded; see :func:`read`."""
    found = routers(model, name)
    rows = {at: _rows(module, at) for at, module in found.items()}
    if len({tuple(one.shape) for one in rows.values()}) > 1:
        raise HeptathlonError(f"{name}: its layers have different numbers of experts or widths.")
    ids = [list(tokenizer(one.text)["input_ids"])[:tokens] for one in texts]
    short = next((n for n, one in enumerate(ids, start=1) if len(one) < 2), None)
    if short:
        raise HeptathlonError(f"{name}: text {short} has fewer than two tokens; lengthen it.")
    made: list[Route] = []
    chosen = 0
    for start in range(0, len(ids), batch_size):
        part = ids[start : start + batch_size]
        shares, entropies, losses, chosen = _batch(model, found, rows, part, name)
        for i, one in enumerate(part):
            cosines = pathways.turns(shares[i], torch.stack(list(rows.values())).cpu().numpy())
            made.append(
                Route(
                    group=texts[start + i].group,
                    tokens=len(one),
                    loss=round(losses[i], DIGITS),
                    shares=[[round(v, DIGITS) for v in layer] for layer in shares[i].tolist()],
                    entropies=[round(v, DIGITS) for v in entropies[i].tolist()],
                    cosines=[round(float(v), DIGITS) for v in cosines],
                )
            )
    return RouteFile(
        model=Path(name).name if Path(name).exists() else name,
        architecture=str(model.config.model_type),
        router=type(next(iter(found.values()))).__name__,
        layers=tuple(found),
        experts=int(next(iter(rows.values())).shape[0]),
        chosen=chosen,
        texts=routes.digest([[one.group, one.text] for one in texts]),
        tokens=routes.digest(ids),
        routes=tuple(made),
    )


def routers(model: Any, name: str) -> dict[str, Any]:
    """Return a model's routers by their names in it, in the order of its layers.

    Args:
        model: a model of transformers.
        name: what it is called in a refusal.

    Raises:
        HeptathlonError: if it has none, or does not say which they are.
    """
    declared = list(_declared(model))
    found = {
        at: module
        for at, module in model.named_modules()
        if any(isinstance(module, kind) and part in at for kind, part in declared)
    }
    if found:
        return found
    config = model.config.get_text_config()
    count = next((n for key in EXPERTS if (n := getattr(config, key, None))), 0)
    if isinstance(count, int) and count > 1:
        raise HeptathlonError(
            f"{name}: has {count} experts a layer, but this version of transformers does not say "
            "which of its modules are the routers; install transformers 5 or later."
        )
    raise HeptathlonError(
        f"{name}: is a dense model ({config.model_type}) without routers; pathways needs a mixture "
        "of experts."
    )


def _declared(model: Any) -> Iterator[tuple[type, str]]:
    """Yield the classes that a model's parts declare as routers, and what their name must hold."""
    for module in model.modules():
        recorded = (getattr(module, "_can_record_outputs", None) or {}).get(RECORDED, ())
        for one in recorded if isinstance(recorded, list | tuple) else (recorded,):
            kind = one if isinstance(one, type) else one.target_class
            if kind is not None:
                yield kind, getattr(one, "layer_name", None) or ""


def _rows(module: Any, name: str) -> Tensor:
    """Return a router's own weights, shape (experts, width)."""
    matrices = [one for one in module.parameters() if one.dim() == 2]
    if len(matrices) != 1:
        raise _other(module, name, f"has {len(matrices)} matrices, not one row for each expert")
    return matrices[0].detach().float()


def _batch(
    model: Any,
    found: Mapping[str, Any],
    rows: Mapping[str, Tensor],
    ids: Sequence[Sequence[int]],
    name: str,
) -> tuple[Any, Any, list[float], int]:
    """Return shares (texts, layers, experts), entropies (texts, layers), losses and experts."""
    longest = max(map(len, ids))
    padded = torch.tensor([[*one, *[0] * (longest - len(one))] for one in ids])
    mask = torch.tensor([[1] * len(one) + [0] * (longest - len(one)) for one in ids])
    padded, mask = padded.to(model.device), mask.to(model.device)
    said: dict[str, Any] = {}

    def listen(at: str) -> Callable[[Any, Any, Any], None]:
        def hear(module: Any, inputs: Any, output: Any) -> None:
            del inputs
            if at in said:
                raise _other(module, at, "is asked twice in one pass")
            said[at] = output

        return hear

    hooks = [module.register_forward_hook(listen(at)) for at, module in found.items()]
    try:
        with torch.inference_mode():
            out = model(input_ids=padded, attention_mask=mask, use_cache=False)
    finally:
        for hook in hooks:
            hook.remove()
    real = mask.reshape(-1, 1).double()
    shares, entropies = [], []
    chosen = 0
    for at, module in found.items():
        if at not in said:
            raise _other(module, at, "was not asked")
        weights, places = _chosen(module, at, said[at], mask.numel(), rows[at].shape[0])
        chosen = places.shape[1]
        weights = weights.double().clamp(min=0)
        weights = weights / weights.sum(dim=1, keepdim=True).clamp(min=TINY)
        doubt = -(weights * weights.clamp(min=TINY).log()).sum(dim=1, keepdim=True)
        dense = weights.new_zeros(len(weights), rows[at].shape[0]).scatter_add(1, places, weights)
        shares.append(_means(dense, real, mask.shape))
        entropies.append(_means(doubt, real, mask.shape)[:, 0])
    logs = out.logits[:, :-1].float().log_softmax(dim=-1)
    each = -logs.gather(2, padded[:, 1:, None])[..., 0] * mask[:, 1:]
    losses = (each.double().sum(dim=1) / mask[:, 1:].sum(dim=1)).tolist()
    if not all(map(math.isfinite, losses)):
        raise HeptathlonError(f"{name}: gives likelihoods that are no numbers; load it in float32.")
    stacked = torch.stack(shares, dim=1).cpu().numpy()
    return stacked, torch.stack(entropies, dim=1).cpu().numpy(), losses, chosen


def _means(values: Tensor, real: Tensor, shape: Sequence[int]) -> Tensor:
    """Return the mean over each text's own tokens, shape (texts, columns)."""
    texts, longest = shape
    parts = (values * real).reshape(texts, longest, -1).sum(dim=1)
    return parts / real.reshape(texts, longest, 1).sum(dim=1)


def _chosen(
    module: Any, name: str, output: Any, tokens: int, experts: int
) -> tuple[Tensor, Tensor]:
    """Return the weights and numbers of the experts that each token goes to, (tokens, chosen).

    Raises:
        HeptathlonError: if the router's output does not hold both.
    """
    parts = (
        [one for one in output if isinstance(one, torch.Tensor)]
        if isinstance(output, tuple)
        else []
    )
    parts = [one.reshape(-1, one.shape[-1]) for one in parts if one.dim() > 1]
    parts = [one for one in parts if len(one) == tokens]
    places = [one for one in parts if not one.is_floating_point() and one.dtype != torch.bool]
    if len(places) != 1:
        raise _other(module, name, "does not return the experts of each token")
    if places[0].shape[1] >= experts:
        raise _other(module, name, "sends every token to all experts")
    floats = [one for one in parts if one.is_floating_point()]
    same = [one for one in floats if one.shape == places[0].shape]
    if len(same) == 1:
        return same[0], places[0]
    # Some return one weight for every expert, 0 for those that were not chosen.
    for one in floats:
        taken = one.gather(1, places[0])
        if (
            one.shape[1] == experts
            and bool((one >= 0).all())
            and bool(torch.isclose(taken.sum(dim=1), one.sum(dim=1)).all())
        ):
            return taken, places[0]
    raise _other(module, name, "does not return the weights of the experts that it chose")


def _other(module: Any, name: str, what: str) -> HeptathlonError:
    return HeptathlonError(
        f"{type(module).__name__} ({name}): {what}; pathways reads routers that return logits, "
        "weights and experts, as those of OLMoE, Mixtral, Qwen3-MoE, gpt-oss and DeepSeek-V3 do in "
        "transformers 5."
    )


def _load(pretrained: str, device: str, options: dict[str, Any]) -> tuple[Any, Any]:
    """Return a model and its tokenizer.

    Raises:
        HeptathlonError: if transformers is not installed, or the model cannot be loaded.
    """
    try:
        from transformers import AutoModelForCausalLM, AutoTokenizer
    except ImportError:
        raise HeptathlonError(
            "pathways: needs the package transformers; install the extra 'hf': "
            "pip install 'heptathlon[hf]'."
        ) from None
    revision = {key: value for key, value in options.items() if key == "revision"}
    try:
        tokenizer = AutoTokenizer.from_pretrained(pretrained, **revision)
        model = AutoModelForCausalLM.from_pretrained(pretrained, **{"dtype": "auto", **options})
        model = model.to(device)
    except Exception as error:
        # A stranger's files can fail in any way; none of them is a fault of this program.
        said = " ".join(str(error).split())[:200].rstrip(".") or type(error).__name__
        raise HeptathlonError(
            f"{pretrained}: cannot be loaded by transformers on {device} ({said})."
        ) from None
    return model.eval(), tokenizer
