"""Round a merged checkpoint to a few bits and save it dequantised: any CPU can ask it then.

Weights of linear layers are rounded symmetrically in groups of 64 along their inputs.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from heptathlon.errors import HeptathlonError

GROUP = 64


def rounded(weights: torch.Tensor, bits: int) -> torch.Tensor:
    """Return weights as a model of so many bits would hold them.

    Args:
        weights: shape (outputs, inputs).
        bits: bits of a weight; 4 bits have the levels -7 to 7.
    """
    outputs, inputs = weights.shape
    groups = torch.nn.functional.pad(weights, (0, -inputs % GROUP)).view(outputs, -1, GROUP)
    top = 2 ** (bits - 1) - 1
    scale = groups.abs().amax(-1, keepdim=True).clamp_min(1e-12) / top
    return ((groups / scale).round() * scale).view(outputs, -1)[:, :inputs].contiguous()


def main(arguments: Sequence[str] | None = None) -> Path:
    """Round a checkpoint as the command line says and return the new folder."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--base", type=Path, required=True, help="folder of a merged checkpoint")
    parser.add_argument("--bits", type=int, choices=(4, 8), required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args(arguments)
    if (args.base / "adapter_config.json").is_file():
        raise HeptathlonError(
            f"{args.base}: is an adapter; merge it first, or the float adapter hides the rounding."
        )
    model = AutoModelForCausalLM.from_pretrained(args.base, dtype=torch.float32)
    with torch.no_grad():
        for layer in model.model.modules():
            if isinstance(layer, torch.nn.Linear):
                layer.weight.copy_(rounded(layer.weight, args.bits))
    model.save_pretrained(args.out)
    AutoTokenizer.from_pretrained(args.base).save_pretrained(args.out)
    return Path(args.out)


if __name__ == "__main__":
    main()
