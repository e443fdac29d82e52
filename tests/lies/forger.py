"""The careful forger: a submission in memory, altered, and made to follow from what it says."""

import copy
import json
import re
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from heptathlon.families import FAMILIES
from heptathlon.leaderboard import submit
from heptathlon.leaderboard.schema import ENVELOPE, claims_of, command_of
from heptathlon.running import runs
from heptathlon.running.runs import SAMPLES_NAME
from heptathlon.scoring import scorecard
from heptathlon.tasks import catalog
from heptathlon.tasks.players import players_of
from tests import forge

MODEL = "some-lab/model-1b"
CHAT = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
Row = dict[str, Any]


@dataclass
class Forged:
    """A submission that lies.

    Attributes:
        family: the family whose smoke tier was answered.
        results: content of each results file by name.
        rows: samples by task; :attr:`files` names their files.
        envelope: the envelope.
        after: changes of the folder once all is written, which nothing is made to follow from.
        text: changes of the text of samples files, before they are listed.
    """

    family: str
    results: dict[str, dict[str, Any]]
    rows: dict[str, list[Row]]
    files: dict[str, str]
    envelope: dict[str, Any]
    after: list[Callable[[Path], None]] = field(default_factory=list)
    text: list[Callable[[str], str]] = field(default_factory=list)

    @property
    def result(self) -> dict[str, Any]:
        """The first results file."""
        return next(iter(self.results.values()))

    @property
    def config(self) -> dict[str, Any]:
        """lm-eval's config in it."""
        found: dict[str, Any] = self.result["config"]
        return found

    def task(self, chooses: bool | None = None) -> str:
        """Return a headline task of generated answers, or of choices."""
        kinds = {t: catalog.definition(t)["output_type"] == "multiple_choice" for t in self.rows}
        fits = [t for t, kind in kinds.items() if chooses is None or kind == chooses]
        headline = FAMILIES[self.family].headline_of("fresh").variants
        best = [t for t in fits if catalog.task_data(t).variant in headline]
        return (best or fits)[0]

    def one(self, chooses: bool | None = None, number: int = 0) -> Row:
        """Return a sample."""
        return self.rows[self.task(chooses)][number]

    def chooses(self, row: Row) -> bool:
        """Tell whether a sample is of a choice."""
        return not isinstance(row["filtered_resps"][0], str)


def read(family: str, folder: Path) -> Forged:
    """Read an honest submission."""
    rows, files = {}, {}
    for path in sorted(folder.glob("samples_*")):
        task = SAMPLES_NAME.match(path.name)[1]  # type: ignore[index]
        rows[task] = [json.loads(line) for line in path.read_text().splitlines()]
        files[task] = path.name
    results = {p.name: json.loads(p.read_text()) for p in sorted(folder.glob("results_*"))}
    return Forged(family, results, rows, files, json.loads((folder / ENVELOPE).read_text()))


def rescore(one: Forged) -> None:
    """Let the figures of every sample follow from its answer."""
    for task, rows in one.rows.items():
        if task not in catalog.leaves():
            continue
        scorer: Any = scorecard.scorer_of(catalog.task_data(task).family.name)
        for row in rows:
            with suppress(Exception):
                said = row["filtered_resps"]
                given = (
                    [said[0]]
                    if isinstance(said[0], str)
                    else [(float(value), str(greedy) == "True") for value, greedy in said]
                )
                row |= scorer.process_results(row["doc"], given)


def aggregate(one: Forged) -> None:
    """Let lm-eval's aggregates and hashes follow from the samples."""
    for result in one.results.values():
        for task, rows in one.rows.items():
            if task not in result["results"]:
                continue
            with suppress(Exception):
                result["results"][task] |= forge.aggregates(rows)
                result["task_hashes"][task] = forge.task_hash(rows)
        with suppress(Exception):
            forge.regroup(result)


def write(one: Forged, folder: Path, *, follow: bool = True) -> Path:
    """Write a lie; everything that follows from it is made to follow.

    Args:
        one: the lie.
        folder: where to.
        follow: whether claims, settings and command follow too.
    """
    folder.mkdir(parents=True)
    for name, result in one.results.items():
        (folder / name).write_text(json.dumps(result, indent=2, ensure_ascii=False))
    for task, rows in one.rows.items():
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        for change in one.text:
            text = change(text)
        (folder / one.files[task]).write_text(text)
    envelope = one.envelope
    if follow:
        with suppress(Exception):
            run = runs.read_run(folder)
            envelope["command"] = command_of(run, envelope["model"]["name"])
            card, _ = scorecard.score_run(run, details=False)
            envelope["claims"] = {n: c.model_dump() for n, c in claims_of(card).items()}
            envelope["settings"] = card.settings.model_dump()
    with suppress(OSError):
        envelope["files"] = forge.entries(folder)
    (folder / ENVELOPE).write_text(json.dumps(envelope, ensure_ascii=False))
    for act in one.after:
        act(folder)
    return folder


# --- the honest ones -----------------------------------------------------------------------------


def honest(folder: Path, families: tuple[str, ...]) -> dict[str, Path]:
    """Make the honest submissions that lies are planted into, as lm-eval wrote their lines.

    One a family of a model, one whose prompts went through a chat template (``chat``), one of a
    scripted player (``player``), one that names public weights (``named``), one of a server that
    knows its model by a word (``server``), and one as it is prepared (``short``).
    """
    out = {}
    for family in families:
        names = players_of(family)
        player = next((n for n in names if n.startswith("random")), next(iter(names)))
        run = forge.player_run(player, folder / "runs" / family, f"heptathlon_{family}_smoke")
        model = forge.model_run(run, folder / "models" / family, lambda _: None)
        short = submit.prepare(model, folder / "short" / family, model_name=MODEL)
        out[family] = forge.whole(Path(shutil.copytree(short, folder / "whole" / family)), model)
        if family == families[0]:
            out["short"] = short
            out["player"] = submit.prepare(run, folder / "player")
            out["chat"] = _chat(run, folder)
            out["named"] = _named(run, folder)
            out["server"] = _server(run, folder)
    return out


def _chat(run: Path, folder: Path) -> Path:
    model = forge.model_run(run, folder / "models" / "chat", lambda _: None)
    (path,) = model.glob("results_*")
    text = path.read_text()
    result = json.loads(text) | templated(CHAT)
    path.write_text(json.dumps(result, indent=2, ensure_ascii=False))
    forge.as_asked(model)
    short = submit.prepare(model, folder / "short" / "chat", model_name=MODEL)
    return forge.whole(Path(shutil.copytree(short, folder / "whole" / "chat")), model)


def _named(run: Path, folder: Path) -> Path:
    model = forge.model_run(
        run,
        folder / "models" / "named",
        lambda _: None,
        model_args={"pretrained": MODEL, "dtype": "bfloat16"},
        model_dtype="torch.bfloat16",
        model_revision="main",
        model_sha="0123456789abcdef0123456789abcdef01234567",
    )
    short = submit.prepare(model, folder / "short" / "named")
    return forge.whole(Path(shutil.copytree(short, folder / "whole" / "named")), model)


def _server(run: Path, folder: Path) -> Path:
    model = forge.model_run(
        run,
        folder / "models" / "server",
        lambda _: None,
        model="local-chat-completions",
        model_args={"model": "small-chat-2", "base_url": "http://10.0.0.1:8000/v1"},
    )
    (path,) = model.glob("results_*")
    result = json.loads(path.read_text()) | {"chat_template": "", "fewshot_as_multiturn": True}
    path.write_text(json.dumps(result, indent=2, ensure_ascii=False))
    forge.as_asked(model)
    short = submit.prepare(model, folder / "short" / "server", model_name="some-lab/small-chat-2")
    return forge.whole(Path(shutil.copytree(short, folder / "whole" / "server")), model)


def templated(template: str) -> dict[str, Any]:
    """Return what lm-eval records of a chat template."""
    return {
        "chat_template": template,
        "chat_template_sha": forge.sha(template),
        "fewshot_as_multiturn": True,
        "tokenizer_bos_token": ["<s>", "0"],
        "tokenizer_eos_token": ["<|im_end|>", "1"],
        "tokenizer_pad_token": ["<pad>", "2"],
    }


def asked_again(one: Forged) -> None:
    """Let the requests follow from the recorded settings, as an honest run's would."""
    import tempfile

    with tempfile.TemporaryDirectory() as work:
        folder = Path(work) / "run"
        folder.mkdir()
        (name,) = one.results
        (folder / name).write_text(json.dumps(one.result, ensure_ascii=False))
        for task, rows in one.rows.items():
            forge.write_samples(folder / one.files[task], rows)
        forge.as_asked(folder)
        again = json.loads((folder / name).read_text())
        one.result["task_hashes"] = again["task_hashes"]
        for task in one.rows:
            lines = (folder / one.files[task]).read_text().splitlines()
            one.rows[task] = [json.loads(line) for line in lines]


def clone(one: Forged) -> Forged:
    """Return a copy that may be altered."""
    return copy.deepcopy(one)


def slug(name: str) -> str:
    """Return a lie's name as a folder's."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:80]
