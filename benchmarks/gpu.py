"""Tokens a second and busy share of an accelerator: ``python -m benchmarks.gpu``.

Transformers of random weights of one and of eight billion parameters (Llama's shapes, bfloat16) are
asked tasks of the lite tier by lm-eval's ``hf``, by ``heptathlon-hf`` and, where it is installed,
by vLLM: what a run costs does not depend on what a model has learnt, only that random weights
rarely end an answer, so that each is as long as ``--answer`` allows. Every run is the command
``heptathlon run`` in a process of its own. The busy share is what ``nvidia-smi`` tells, twice a
second, from the first request on; a second run under a profiler says where the main thread's time
goes: into the tokenizer, the device (waiting for it is in there) or the harness, lm-eval and ours.
Without an accelerator the program says so and ends; ``--device cpu --sizes tiny`` tries its way.
"""

import argparse
import importlib.util
import json
import pstats
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks._timing import table
from heptathlon.models import SHARED_PROMPT
from heptathlon.running import planning, runs

SIZES: dict[str, dict[str, int]] = {
    "tiny": {"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2,
             "num_attention_heads": 4, "num_key_value_heads": 2},
    "1b": {"hidden_size": 2048, "intermediate_size": 8192, "num_hidden_layers": 16,
           "num_attention_heads": 32, "num_key_value_heads": 8},
    "8b": {"hidden_size": 4096, "intermediate_size": 14336, "num_hidden_layers": 32,
           "num_attention_heads": 32, "num_key_value_heads": 8},
}  # fmt: skip
VOCABULARY = 32_000
MARKS = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>"}
WINDOW = 131_072
TASKS = (
    "heptathlon_verbalizer_pairs_lite",
    "heptathlon_rarb_choose_lite",
    "heptathlon_students_choice_lite",
    "heptathlon_sort_told_lite",
    "heptathlon_maze_dfs_lite",
)
"""Options of one word, whole documents as options, long histories, long texts, written answers."""
EVERY = 0.5
"""Seconds between two looks at the device."""
PARTS = {
    "tokenizer": re.compile(r"tokeniz", re.I),
    "device": re.compile(r"torch|cuda|vllm|modeling_|cache_utils|generation[/\\]", re.I),
    "harness": re.compile(r"lm_eval|heptathlon|builders|scorers|/tasks/|jinja2|json", re.I),
}
"""Where a function belongs, by its file or name; the first that fits."""


class Ran(NamedTuple):
    """One run.

    Attributes:
        seconds: of the asking, from the first task on; 0 under a profiler.
        busy: mean share of the time in which the device worked; None where nobody tells.
        written: tokens that were written.
    """

    seconds: float
    busy: float | None
    written: int


def make(folder: Path, size: str, device: str) -> None:
    """Write a folder with a transformer of random weights and a tokenizer trained on nothing."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    from heptathlon.scoring.samples import documents
    from heptathlon.tasks import catalog, rendered

    core = Tokenizer(models.BPE())
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=list(MARKS.values()),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    smoke = [task.replace("_lite", "_smoke") for task in TASKS]
    known = [task for task in smoke if task in catalog.leaves()]
    texts = (
        rendered.question(task, doc)
        for task in known
        for doc in documents(catalog.task_data(task), "2026.1")
    )
    core.train_from_iterator(texts, trainer=trainer)
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=core, **MARKS)
    tokenizer.save_pretrained(folder)
    config = LlamaConfig(
        vocab_size=VOCABULARY, max_position_embeddings=WINDOW, bos_token_id=0, eos_token_id=1,
        pad_token_id=2, tie_word_embeddings=size != "8b", **SIZES[size],
    )  # fmt: skip
    torch.manual_seed(0)
    with torch.device(device):
        model = LlamaForCausalLM(config).to(torch.bfloat16)
    model.save_pretrained(folder)


class Watch:
    """Looks at the device until it is told to stop."""

    def __init__(self) -> None:
        self._found: list[float] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        command = ["nvidia-smi", "--query-gpu=utilization.gpu", "--format=csv,noheader,nounits"]
        while not self._stop.wait(EVERY):
            try:
                said = subprocess.run(command, capture_output=True, text=True, check=True)
                self._found.append(max(map(float, said.stdout.split())) / 100)
            except (OSError, ValueError, subprocess.CalledProcessError):
                return

    def busy(self) -> float | None:
        """Stop; return the mean share from the first moment on in which the device worked."""
        self._stop.set()
        self._thread.join()
        first = next((i for i, share in enumerate(self._found) if share > 0), None)
        return None if first is None else statistics.fmean(self._found[first:])


def ran(engine: str, folder: Path, args: argparse.Namespace, profile: Path | None = None) -> Ran:
    """Run the tasks once.

    Raises:
        RuntimeError: if the run fails, with the end of what it said.
    """
    out = Path(tempfile.mkdtemp(prefix="heptathlon-gpu-"))
    told = profile or out / "seconds"
    given: dict[str, Any] = {"pretrained": str(folder), "dtype": "bfloat16"}
    if engine == "vllm":
        given |= {"gpu_memory_utilization": 0.85, "enable_prefix_caching": True}
    command = [
        sys.executable, "-m", "benchmarks._asked", str(told), "1" if profile else "0",
        "--model", engine,
        "--model_args", json.dumps(given), "--tasks", ",".join(args.tasks),
        "--batch_size", str(args.batch_size), "--output_path", str(out),
        "--gen_kwargs", f"max_gen_toks={args.answer}",
        *([] if engine == "vllm" else ["--device", args.device]),
    ]  # fmt: skip
    watch = Watch()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    busy = watch.busy()
    try:
        if done.returncode:
            raise RuntimeError(f"{engine}: {done.stderr.strip()[-500:]}")
        seconds = 0.0 if profile else float(told.read_text(encoding="utf-8"))
        written = 0
        for samples in runs.read_run(out).samples.values():
            texts = [one.response for one in samples if isinstance(one.response, str)]
            written += len(texts) * args.answer
        return Ran(seconds, busy, written)
    finally:
        shutil.rmtree(out, ignore_errors=True)


def shares(profile: Path) -> dict[str, float]:
    """Return the share of the main thread's time in each of :data:`PARTS`, and elsewhere."""
    found = dict.fromkeys([*PARTS, "elsewhere"], 0.0)
    for (file, _, name), (_, _, own, *_) in pstats.Stats(str(profile)).stats.items():  # type: ignore[attr-defined]
        where = f"{file} {name}"
        part = next((p for p, pattern in PARTS.items() if pattern.search(where)), "elsewhere")
        found[part] += own
    total = sum(found.values()) or 1.0
    return {part: seconds / total for part, seconds in found.items()}


def engines() -> list[str]:
    """Return lm-eval's names of the classes that can be asked here."""
    vllm = ["vllm"] if importlib.util.find_spec("vllm") else []
    return ["hf", SHARED_PROMPT, *vllm]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables; 0 without an accelerator, too."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", nargs="+", choices=list(SIZES), default=["1b", "8b"])
    parser.add_argument("--tasks", nargs="+", default=list(TASKS))
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--batch-size", default="32")
    parser.add_argument("--answer", type=int, default=64, help="tokens of a written answer")
    args = parser.parse_args(arguments)
    if args.device.startswith("cuda"):
        import torch

        if not torch.cuda.is_available():
            print("No accelerator is at hand, so nothing was measured; --device cpu --sizes tiny "
                  "tries the way.")  # fmt: skip
            return 0
    rows: list[tuple[object, ...]] = [("model", "class", "seconds", "tokens a second", "busy")]
    parts: list[tuple[object, ...]] = [("model", "class", *PARTS, "elsewhere")]
    for size in args.sizes:
        folder = Path(tempfile.mkdtemp(prefix=f"heptathlon-{size}-"))
        try:
            make(folder, size, args.device)
            read = planning.plan(args.tasks, tokenizer=str(folder)).total.prompt_tokens
            for engine in engines():
                one = ran(engine, folder, args)
                rate = (read + one.written) / one.seconds
                busy = "-" if one.busy is None else f"{one.busy:.0%}"
                rows.append((size, f"`{engine}`", f"{one.seconds:.0f}", f"{rate:,.0f}", busy))
                profile = folder / "profile"
                ran(engine, folder, args, profile)
                where = shares(profile).values()
                parts.append((size, f"`{engine}`", *(f"{share:.0%}" for share in where)))
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    print(f"{len(args.tasks)} tasks on {args.device}; loading is not in the seconds; "
          "tokens are those sent, before any prefix is shared.\n")  # fmt: skip
    print(table(rows))
    print("\nWhere the main thread's time goes:\n")
    print(table(parts))
    return 0


if __name__ == "__main__":
    sys.exit(main())
