"""What each tier costs: ``python -m benchmarks.cost`` counts, and keeps it in ``heptathlon/costs``.

Tokens are those of ``o200k_base``, a byte-pair encoding of 200,000 words that a package of the
registry carries (``bpe-openai``), so that anyone can count again without a hub. Only what changed
since is counted: an event and tier whose set has another digest. ``--all`` counts everything,
``--tiers smoke,lite`` only these. Then ``make docs`` prints the figures.
"""

import argparse
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from heptathlon import costs
from heptathlon.builders import store
from heptathlon.builders.store import SetName
from heptathlon.families import CURRENT_SEASON, FAMILIES, Family
from heptathlon.files import dump_json, write_text_atomic
from heptathlon.running import evaluating, noise, planning, tokenizing
from heptathlon.tasks import catalog

TOKENIZER = "o200k_base"


class Counter(tokenizing.Reader):
    """A tokenizer that lm-eval takes for a model; its tokens are counted and nothing else."""

    def __init__(self) -> None:
        import bpe_openai

        super().__init__(TOKENIZER, bpe_openai.get_encoding(TOKENIZER))

    def encode(self, texts: Sequence[str]) -> Iterator[list[int]]:
        """Yield the tokens of each text."""
        for text in texts:
            yield self.tokenizer.encode_ordinary(text)


def counted(family: Family, tier: str, reader: tokenizing.Reader) -> costs.Cost:
    """Return what an event's group asks in a tier."""
    names = catalog.asked(family.name, tier)
    total = planning.Tokens()
    for name in names:
        # One task after the other: the prompts of a whole tier of long texts fill a machine.
        tasks: Mapping[str, Any] = planning.loaded([name])
        evaluating.prepare(reader, tasks, planning.config_of(planning.PLAIN))
        total += planning.of_task(tasks[name], reader)
    return costs.Cost(
        digest=digest_of(family, tier),
        requests=total.requests,
        prompt=total.prompt_tokens,
        distinct=total.distinct_tokens,
        written=total.generation_tokens,
        longest=total.longest_prompt,
        pictures=total.pictures,
    )


def digest_of(family: Family, tier: str) -> str:
    """Return the digest of an event's public set."""
    name = SetName(family.name, "fresh", tier, CURRENT_SEASON)
    return store.read_manifest(store.ensure(name)).digest


def main() -> None:
    """Count, and write what was counted after each event."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("events", nargs="*", metavar="EVENT")
    parser.add_argument("--tiers", default="smoke,lite,full,long")
    parser.add_argument("--all", action="store_true", help="count again what has not changed")
    args = parser.parse_args()
    noise.hush()
    reader = Counter()
    own = [f for f in FAMILIES.values() if not f.package]
    for tier in args.tiers.split(","):
        for family in own:
            if tier not in family.tiers or (args.events and family.name not in args.events):
                continue
            kept = costs.costs().events if costs.FILE.is_file() else {}
            before = kept.get(family.name, {}).get(tier)
            if not args.all and before and before.digest == digest_of(family, tier):
                continue
            start = time.perf_counter()
            found = counted(family, tier, reader)
            print(f"{family.name} {tier}: {found.prompt:,} tokens, "
                  f"{time.perf_counter() - start:.0f} s", flush=True)  # fmt: skip
            tiers = {**kept.get(family.name, {}), tier: found}
            event = {name: tiers[name] for name in family.tiers if name in tiers}
            whole = {**kept, family.name: event}
            events = {f.name: whole[f.name] for f in own if f.name in whole}
            new = costs.Costs(tokenizer=TOKENIZER, events=events)
            write_text_atomic(costs.FILE, dump_json(new.model_dump()))
            costs.costs.cache_clear()


if __name__ == "__main__":
    main()
