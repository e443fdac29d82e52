"""A GGUF file turned once into a folder of bf16 weights that lm-eval's ``hf`` model loads fast.

Transformers can read GGUF directly, but keeps the weights packed: every matrix product unpacks
them again, and such a model cannot be saved.
"""

import shutil
import tempfile
from pathlib import Path

from heptathlon.errors import HeptathlonError


def convert(gguf: Path, target: Path) -> Path:
    """Convert a causal language model with its tokenizer and chat template.

    Args:
        gguf: the GGUF file.
        target: folder that will hold the result; it appears only when it is complete.

    Raises:
        HeptathlonError: if the extra ``hf`` is not installed.
    """
    try:
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer
    except ImportError as error:
        raise HeptathlonError(
            f"{gguf.name}: converting needs {error.name}; install the extra 'hf'."
        ) from None
    folder, name = str(gguf.parent), gguf.name
    tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=name)
    packed = AutoModelForCausalLM.from_pretrained(folder, gguf_file=name, dtype=torch.bfloat16)
    config = packed.config
    if hasattr(config, "quantization_config"):
        del config.quantization_config
    config.dtype = "bfloat16"
    model = type(packed)(config).to(torch.bfloat16)
    # Tied weights stand in the file once; tying fills in the other name.
    model.load_state_dict(packed.state_dict(), strict=False)
    model.tie_weights()
    target.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}."))
    try:
        model.save_pretrained(staging)
        tokenizer.save_pretrained(staging)
        readable_by_all(staging)
        staging.replace(target)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return target


def readable_by_all(folder: Path) -> None:
    """Let everyone read a folder's files: libraries write weights for their owner alone."""
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
