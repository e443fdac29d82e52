"""Make a tiny causal model for a first look at a study on any CPU: a Llama with random weights.

Its tokenizer has every word of the world's files and of its people's names; it learns what the set
``general`` asks, and nothing else, so that there is something that unlearning can break.
"""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

import torch
from tokenizers import ByteLevelBPETokenizer
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast, set_seed

from heptathlon.builders.unlearn import corpus
from heptathlon.builders.unlearn.general import ITEMS
from heptathlon.builders.unlearn.world import SETS, Setting
from heptathlon.seeding import Stream

END = "<|endoftext|>"
VOCABULARY = 4_000
WIDTH, LAYERS, HEADS = 192, 4, 6
STEPS, ROWS, RATE = 60, 16, 3e-3


def texts(folder: Path) -> Iterator[str]:
    """Yield all that the tokenizer should know: the files, everybody's name, what is general."""
    manifest = corpus.check(folder)
    for name in manifest.files:
        yield from (line.text for line in corpus.read(folder, name.removesuffix(".jsonl")))
    setting = Setting(manifest.tier, manifest.season)
    for one in setting.citizens(*SETS):
        # Names of whom no file tells would else cost more tokens than those of the others.
        yield from [one.name] * 20
    yield from general()


def general() -> list[str]:
    """Return the sentences of the set ``general``."""
    return [f"{text} {right}." for text, right, *_ in ITEMS]


def main(arguments: Sequence[str] | None = None) -> Path:
    """Make the model as the command line says and return its folder."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args(arguments)
    set_seed(args.seed)
    trained = ByteLevelBPETokenizer()
    trained.train_from_iterator(texts(args.corpus), vocab_size=VOCABULARY, min_frequency=2,
                                special_tokens=[END], show_progress=False)  # fmt: skip
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=trained._tokenizer, eos_token=END,
                                        pad_token=END, bos_token=END)  # fmt: skip
    model = LlamaForCausalLM(
        LlamaConfig(vocab_size=len(tokenizer), hidden_size=WIDTH, intermediate_size=4 * WIDTH,
                    num_hidden_layers=LAYERS, num_attention_heads=HEADS, num_key_value_heads=HEADS,
                    max_position_embeddings=1024, tie_word_embeddings=True, eos_token_id=0,
                    bos_token_id=0, pad_token_id=0)
    )  # fmt: skip
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE)
    order = Stream("unlearning tiny", args.seed)
    for _ in range(STEPS):
        found = tokenizer(order.sample(general(), ROWS), return_tensors="pt", padding=True)
        labels = found["input_ids"].masked_fill(found["attention_mask"] == 0, -100)
        loss = model(input_ids=found["input_ids"], attention_mask=found["attention_mask"],
                     labels=labels, use_cache=False).loss  # fmt: skip
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    print(f"{sum(w.numel() for w in model.parameters()):,} weights, loss {loss.item():.3f}")
    model.save_pretrained(args.out)
    tokenizer.save_pretrained(args.out)
    return Path(args.out)


if __name__ == "__main__":
    main()
