"""An optional judge of written advertisements, after a run and never inside its scoring.

``python -m heptathlon.tasks.memorability.judge RUN --model hf --model_args pretrained=…`` reads the
logged samples of the ``ads`` tasks, asks another model how well each advertisement would be
remembered, and writes ``judged_<task>.jsonl`` beside them. What it writes is that model's opinion:
no scorecard, submission or board reads it.
"""

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from heptathlon import runs
from heptathlon.errors import HeptathlonError
from heptathlon.files import write_text_atomic
from heptathlon.scorers.memorability import read_score
from heptathlon.scorers.reading import read
from heptathlon.tasks import catalog

MAX_TOKENS = 1024
"""Two digits, or some thought and then two digits."""

Ask = Callable[[Sequence[str]], Sequence[str]]
"""Maps prompts to a model's replies, in order."""


def prompt(doc: Mapping[str, Any], advertisement: str) -> str:
    """Return the question about one written advertisement."""
    return (
        f"This describes a {doc['seconds']} second advertisement for {doc['brand']}.\n\n"
        f"{advertisement.strip()}\n\n"
        "Of a hundred people who see it once, how many will recall it when they are asked one to "
        "three days later? Reply with two digits alone, from 00 to 99."
    )


def judge(run: Path, ask: Ask, judged_by: str) -> list[Path]:
    """Judge a run's written advertisements and return the files that were written.

    Args:
        run: folder of the run.
        ask: the judging model.
        judged_by: its name, which every line of the files carries.

    Raises:
        HeptathlonError: if the run holds no written advertisement, or the judge loses a reply.
    """
    found = runs.read_run(run)
    out = []
    for task, samples in found.samples.items():
        data = catalog.task_data(task)
        if (data.family.name, data.config) != ("memorability", "ads"):
            continue
        replies = ask([prompt(one.doc, str(one.response)) for one in samples])
        if len(replies) != len(samples):
            raise HeptathlonError(
                f"{judged_by}: gave {len(replies)} replies to {len(samples)} advertisements; "
                "nothing was written."
            )
        lines = []
        for one, reply in zip(samples, replies, strict=True):
            value, outcome = read_score(read(reply).answer)
            lines.append(
                json.dumps(
                    {"item_id": one.doc["item_id"], "judged_by": judged_by, "score": value,
                     "outcome": outcome, "reply": reply},
                    ensure_ascii=False,
                )
            )  # fmt: skip
        target = found.folder / f"judged_{task}.jsonl"
        write_text_atomic(target, "".join(f"{line}\n" for line in lines))
        out.append(target)
    if not out:
        raise HeptathlonError(
            f"{run}: holds no written advertisement; run heptathlon_memorability_ads first."
        )
    return out


def asker(model: str, model_args: str, batch_size: str, device: str | None) -> Ask:
    """Return one of lm-eval's models as a judge; chat models are asked through their template."""
    import lm_eval.models  # noqa: F401
    from lm_eval.api.instance import Instance
    from lm_eval.api.registry import get_model

    settings = {"batch_size": batch_size, "device": device}
    lm = get_model(model).create_from_arg_string(model_args, settings)
    options = {"until": [], "do_sample": False, "max_gen_toks": MAX_TOKENS}

    def ask(prompts: Sequence[str]) -> Sequence[str]:
        chats = [_in_chat(lm, text) for text in prompts]
        requests = [
            Instance("generate_until", {}, (text, dict(options)), i) for i, text in enumerate(chats)
        ]
        replies: Sequence[str] = lm.generate_until(requests)
        return replies

    return ask


def _in_chat(lm: Any, text: str) -> str:
    tokenizer = getattr(lm, "tokenizer", None)
    if not getattr(tokenizer, "chat_template", None):
        return text
    return str(lm.apply_chat_template([{"role": "user", "content": text}]))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(prog="judge", description=__doc__.split("\n", 1)[0])
    parser.add_argument("run", type=Path, help="folder of a run with a memorability_ads task")
    parser.add_argument("--model", required=True, help="lm-eval's model class, such as hf")
    parser.add_argument("--model_args", default="", help="its arguments, key=value,…")
    parser.add_argument("--batch_size", default="1")
    parser.add_argument("--device", help="where it runs, such as cpu or cuda:0")
    chosen = parser.parse_args(arguments)
    name = f"{chosen.model}:{chosen.model_args}"
    try:
        runs.read_run(chosen.run)  # before the judge is loaded, which takes its time
        ask = asker(chosen.model, chosen.model_args, chosen.batch_size, chosen.device)
        for path in judge(chosen.run, ask, name):
            print(path)
    except HeptathlonError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
