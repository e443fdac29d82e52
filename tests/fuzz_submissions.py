"""Fuzzing of the validator: ``python -m tests.fuzz_submissions --minutes 60``.

One process alters small submissions of every family, one after the other, and holds the validator
to its word: nothing but its own verdict comes out, in bounded time and memory, and what it accepts
is no lie. It prints the recipe of whatever breaks that, and goes on; the exit code is then 1.

``--engine atheris`` lets coverage choose the mutants (``pip install atheris``); the recipes are the
same. ``--corpus FILE`` keeps the smallest recipe for each verdict that differs from the others;
``tests/corpus/submissions.jsonl`` came of that, and ``test_fuzz_submissions.py`` replays it.

Long because the rules by which an accepted mutant is judged belong together.
"""

import argparse
import json
import logging
import math
import os
import re
import resource
import shutil
import signal
import statistics
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st
from typer.testing import CliRunner

from heptathlon import cli
from heptathlon.families import CURRENT_SEASON, FAMILIES
from heptathlon.leaderboard import expected, page, rendering, submit, templates, validate
from heptathlon.leaderboard.documents import documents
from heptathlon.leaderboard.rows import rows_of
from heptathlon.leaderboard.schema import ENVELOPE, unprintable
from heptathlon.leaderboard.standings import tables
from heptathlon.leaderboard.validate import figures, files, lines, record, samples
from heptathlon.records import doc_digest
from heptathlon.running import runs
from heptathlon.scoring import scorecard
from heptathlon.tasks import catalog
from heptathlon.tasks.players import players_of
from tests import forge, mutants
from tests.mutants import CODINGS, NAMES, RAW, Recipe, Step

SECONDS = 20
"""Time for one mutant; an honest submission takes a tenth of a second."""
MEMORY = 3 * 2**30
"""Bytes of address space beyond what the process has when it begins."""
BATCH = 200
STARTS, MAX_BYTES = 32, 4096
"""Inputs that atheris begins with, and the bytes of the longest."""
MAX_MESSAGE = 1000
MODEL = "Some-Lab/model-1B"


class BrokenError(Exception):
    """The validator did what it must not do."""


# --- what is altered -----------------------------------------------------------------------------


def seeds(folder: Path, families: tuple[str, ...] = tuple(FAMILIES)) -> dict[str, Path]:
    """Make a submission a family, of a scripted player that says it is a model, and of a player.

    Their lines hold documents and requests, so that both can be altered; those of ``short`` and of
    the player hold digests.
    """
    out = {}
    for family in families:
        names = players_of(family)
        player = next((n for n in names if n.startswith("random")), next(iter(names)))
        run = forge.player_run(player, folder / "runs" / family, f"heptathlon_{family}_smoke")
        model = forge.model_run(run, folder / "models" / family, lambda _: None)
        short = submit.prepare(model, folder / "seeds" / "short" / family, model_name=MODEL)
        whole = Path(shutil.copytree(short, folder / "seeds" / family))
        out[family] = forge.whole(whole, model)
        if family == families[0]:
            out["short"] = short
            out["player"] = submit.prepare(run, folder / "seeds" / "player")
    return out


@cache
def places(path: Path) -> list[list[Any]]:
    """Return the ways to each place of a file's JSON, of its first line where it has many."""
    text = path.read_text(encoding="utf-8-sig")
    return list(
        mutants.paths_of(json.loads(text if path.suffix == ".json" else text.splitlines()[0]))
    )


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.integers(-(10**320), 10**320),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["", "0", "1.0", "-inf", "nan", "True", "greedy", "oracle", "2026.1", *NAMES]),
    st.text(max_size=20),
    st.sampled_from([[], {}, [[]], {"a": {"b": []}}, [["-1.0", "True"]], [["1e400", "True"]]]),
)
ANSWERS = st.one_of(
    st.sampled_from(["", "ANSWER: U", "A", "B", "ANSWER: A", "yes", "<think>", "</think>1", "0"]),
    st.text(max_size=60),
    st.sampled_from(["ANSWER: " * 2000, "1" * 4000, "(" * 3000, "<think>" * 3000, "\u0660\u0661"]),
)
LINES = st.integers(0, 10**4)
NUDGES = st.sampled_from([1e-12, 1e-10, 2e-9, 1e-6, 0.01, 1, -1e-10, -2e-9, -0.01, -1])


@st.composite
def recipes(draw: st.DrawFn, folder: Path) -> Recipe:
    """Draw one to four steps and, mostly, the forger's care for checksums and claims."""
    files = sorted(folder.iterdir())
    steps = [draw(step_of(files)) for _ in range(draw(st.sampled_from([1, 1, 1, 2, 3, 4])))]
    if draw(st.integers(0, 3)) == 0:
        steps.append({"do": "claim"})
    if draw(st.integers(0, 9)):
        steps.append({"do": "list"})
    if draw(st.integers(0, 9)) == 0:
        # The envelope after it was made to follow.
        steps.append(draw(json_step([p for p in files if p.name == ENVELOPE])))
    return steps


def _stem(path: Path) -> str:
    return re.sub(r"\d{4}-\d\d-\d\dT.*", "", path.name)


@st.composite
def json_step(draw: st.DrawFn, files: list[Path]) -> Step:
    path = draw(st.sampled_from(files))
    how = draw(
        st.sampled_from(["set", "set", "raw", "delete", "again", "rename", "add", "nudge", "copy"])
    )
    value: Any = draw(
        LINES.map(lambda n: n % len(RAW)) if how == "raw" else NUDGES if how == "nudge" else VALUES
    )
    return {
        "do": "json",
        "file": _stem(path),
        "line": draw(LINES),
        "path": draw(st.sampled_from(places(path))),
        "how": how,
        "value": value,
    }


@st.composite
def step_of(draw: st.DrawFn, files: list[Path]) -> Step:
    samples = [p for p in files if p.name.startswith("samples_")]
    kind = draw(
        st.sampled_from(["json"] * 5 + ["answer"] * 3 + ["swap", "rows", "bytes", "whole", "place"])
    )
    if kind == "json":
        return draw(json_step(files))
    step: Step = {"do": kind, "file": _stem(draw(st.sampled_from(files)))}
    match kind:
        case "bytes":
            put = draw(st.binary(max_size=6)).decode("latin-1")
            return step | {
                "at": draw(st.integers(0, 10**6)),
                "cut": draw(st.integers(0, 6)),
                "put": put,
            }
        case "whole":
            return step | {"how": draw(st.sampled_from(sorted(CODINGS)))}
        case "place":
            hows = ["link", "folder", "pipe", "write", "copy", "rename", "older", "newer", "remove"]
            return step | {
                "how": draw(st.sampled_from([*hows, "own link"])),
                "name": draw(st.integers(0, len(NAMES) - 1)),
            }
    step["file"] = _stem(draw(st.sampled_from(samples)))
    step["line"] = draw(LINES)
    match kind:
        case "answer":
            return step | {"value": draw(ANSWERS), "follow": draw(st.integers(0, 2))}
        case "rows":
            return step | {"how": draw(st.sampled_from(["drop", "repeat", "reverse", "none"]))}
    keys = ["doc", "filtered_resps", "arguments", "doc_id", "metrics", "target", "all"]
    other = _stem(draw(st.sampled_from(samples)))
    return step | {"other": other, "with": draw(LINES), "key": draw(st.sampled_from(keys))}


# --- what must hold ------------------------------------------------------------------------------


@contextmanager
def bounded(seconds: int = SECONDS) -> Any:
    """Raise if a block takes too long."""

    def late(*_: object) -> None:
        raise BrokenError(f"more than {seconds} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def check(seed: Path, folder: Path, *, by_command: bool = False) -> str:
    """Validate an altered submission and return its verdict in a few words.

    Args:
        seed: the submission that was altered.
        folder: the altered one.
        by_command: whether the command line is asked too.

    Raises:
        BrokenError: if the validator crashed, dawdled, or believed a lie.
    """
    try:
        with bounded():
            case = validate.examine(folder)
            str(validate.render(case.report))
    except Exception as error:
        raise BrokenError(traceback.format_exc(limit=-4)) from error
    report = case.report
    for finding in report.findings:
        text = finding.message
        if not text.endswith(".") or len(text) > MAX_MESSAGE or unprintable(text):
            raise BrokenError(f"no sentence: {text!r:.300}")
    if report.accepted != (validate.RE_SCORED in report.badges):
        raise BrokenError(f"{report.badges} without a verdict to match")
    if by_command:
        done = CliRunner().invoke(cli.app, ["submit", "validate", str(folder)])
        if done.exit_code != int(not report.accepted) or (
            done.exception is not None and not isinstance(done.exception, SystemExit)
        ):
            raise BrokenError(f"exit code {done.exit_code}, {done.exception!r}")
    if report.accepted:
        no_lie(seed, folder, case)
        return "accepted"
    first = report.findings[0]
    # Names of documents, figures and files make no verdict of their own.
    words = first.message.split(": ", 1)[-1]
    words = re.sub(r"'[^']*'|\"[^\"]*\"|\S*(/|\d|\w\.\w|_)\S*", "…", words)
    words = re.sub(
        r"(is logged as|but the answer scores|the samples give|differs from).*", "", words
    )
    return f"{first.check}: {words[:60].strip()}"


def no_lie(seed: Path, folder: Path, case: validate.Case) -> None:
    """Compare an accepted submission with what its answers earn on the seed's own documents.

    Documents, prompts and everything but the answers come from the seed. Figures are computed
    there by the scorecard; lm-eval's means, and headlines that are means, by the standard library.
    """
    honest = read_plainly(seed)
    published = _documents(seed)
    altered = read_plainly(folder)
    if honest.keys() != altered.keys():
        raise BrokenError(f"accepted with the tasks {sorted(altered)}")
    with tempfile.TemporaryDirectory() as work:
        clean = Path(work)
        dates: dict[str, str] = {}
        for file in sorted(seed.glob("results_*")):
            shutil.copyfile(file, clean / file.name)
            tasks = json.loads(file.read_text(encoding="utf-8-sig"))["versions"]
            dates |= dict.fromkeys(tasks, file.stem.removeprefix("results_"))
        metrics: dict[str, list[dict[str, float]]] = {}
        for task, rows in honest.items():
            if rows.keys() != altered[task].keys():
                raise BrokenError(f"accepted with other documents of {task}")
            scorer: Any = scorecard.scorer_of(catalog.task_data(task).family.name)
            made = []
            for item, row in rows.items():
                answer = altered[task][item]["filtered_resps"]
                response = (
                    [answer[0]]
                    if isinstance(answer[0], str)
                    else [(float(value), str(greedy) == "True") for value, greedy in answer]
                )
                doc = published[task][item]
                own = scorer.process_results(doc, response)
                metrics.setdefault(task, []).append(own)
                prompt = {"gen_args_0": {"arg_0": ""}}
                made.append(row | {"filtered_resps": answer, "doc": doc, "arguments": prompt} | own)
            forge.write_samples(clean / f"samples_{task}_{dates[task]}.jsonl", made)
        card, _ = scorecard.score_run(runs.read_run(clean), details=False)
    envelope = json.loads((folder / ENVELOPE).read_text(encoding="utf-8-sig"))
    for name, family in card.families.items():
        ours, claim = case.card.families[name], envelope["claims"][name]
        for part in ("headline", "skill", "invalid_rate"):
            true = getattr(family, part).model_dump()
            # The reason for a missing figure may be left out where there is a figure.
            for shown in (getattr(ours, part).model_dump(), {"reason": ""} | claim[part]):
                if not alike(shown, true):
                    raise BrokenError(
                        f"accepted {name} {part} {shown}, but the answers give {true}"
                    )
        if (ours.digest, claim["digest"]) != (family.digest,) * 2:
            raise BrokenError(f"accepted another set of {name}")
        metric = family.headline.metric
        if metric in scorecard.statistics_of(name):
            continue
        tasks = [t for t in metrics if catalog.task_data(t).variant in variants(name, family)]
        values = [m[metric] for t in tasks for m in metrics[t] if metric in m]
        # Some headlines are of verdicts that look across documents, and no sample has them.
        if values and not alike(family.headline.value, statistics.fmean(values)):
            raise BrokenError(f"{name} {metric}: {family.headline.value}, by hand {values}")
    if case.card.families.keys() != card.families.keys():
        raise BrokenError("accepted with other families")
    newest = json.loads(sorted(folder.glob("results_*"))[-1].read_text(encoding="utf-8-sig"))
    for task, made in metrics.items():
        for metric in made[0]:
            recorded = newest["results"][task].get(f"{metric},none")
            values = [m[metric] for m in made if metric in m]
            if recorded is not None and not alike(recorded, statistics.fmean(values)):
                raise BrokenError(f"accepted {task} {metric} {recorded}, by hand {values}")
    if validate.RE_RUN in case.badges and any(
        altered[t][i]["filtered_resps"] != row["filtered_resps"]
        for t, rows in honest.items()
        for i, row in rows.items()
        if isinstance(row["filtered_resps"][0], str)
    ):
        raise BrokenError("another answer than the player's is called re-run")
    rows = [row for row, _ in rows_of(case)]
    text = page.render_page(tables(rows))
    if "<script>alert" in text or "\u202e" in text:
        raise BrokenError("a stranger's words act on the page")


def _documents(seed: Path) -> dict[str, dict[str, Any]]:
    """Return the published documents of a seed's tasks by digest."""
    out = {}
    for task in read_plainly(seed):
        found = documents(catalog.task_data(task), CURRENT_SEASON)
        out[task] = dict(zip(found.digests, found.rows, strict=True))
    return out


def variants(name: str, family: Any) -> tuple[str, ...]:
    """Return the variants that a family's headline rests on."""
    return tuple(FAMILIES[name].headline_of(family.edition).variants)


def read_plainly(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the rows by task and item, read with nothing of the suite."""
    out: dict[str, dict[str, Any]] = {}
    for file in folder.glob("samples_*.jsonl"):
        task = re.sub(r"^samples_(.*)_\d{4}-.*$", r"\1", file.name)
        rows = [json.loads(x) for x in file.read_bytes().split(b"\n") if x.strip()]
        out[task] = {row["doc"].get("sha256") or doc_digest(row["doc"]): row for row in rows}
        if len(out[task]) < len(rows):
            raise BrokenError(f"accepted with a document twice in {file.name}")
    return out


def alike(a: object, b: object) -> bool:
    """Tell whether two JSON values are the same, figures up to the tolerance."""
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(alike(a[k], b[k]) for k in a)
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, int | float) and isinstance(b, int | float):
        return math.isclose(a, b, rel_tol=0, abs_tol=2 * validate.TOLERANCE)
    return a == b


# --- the run -------------------------------------------------------------------------------------


class Campaign:
    """What a run has tried and found."""

    def __init__(self, submissions: dict[str, Path], work: Path) -> None:
        self.submissions = submissions
        self.work = work
        self.mutants = 0
        self.verdicts: Counter[str] = Counter()
        self.smallest: dict[str, tuple[str, Recipe]] = {}
        self.broken: dict[str, str] = {}

    def try_one(self, name: str, recipe: Recipe) -> None:
        """Alter, validate, and keep what it taught."""
        self.mutants += 1
        folder = mutants.kept(self.submissions[name], self.work / "mutant")
        try:
            mutants.apply(recipe, folder)
            verdict = check(self.submissions[name], folder, by_command=self.mutants % 10 == 0)
        except BrokenError as error:
            # The last line of a traceback, or the sentence, tells one fault from another.
            key = f"{str(error).strip().splitlines()[-1]:.100}"
            if key not in self.broken:
                self.broken[key] = json.dumps({"seed": name, "recipe": recipe})
                print(f"BROKEN {error}\n{self.broken[key]}", flush=True)
            verdict = f"broken: {key}"
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        self.verdicts[verdict] += 1
        known = self.smallest.get(verdict)
        if known is None or len(json.dumps(recipe)) < len(json.dumps(known[1])):
            self.smallest[verdict] = (name, recipe)

    def corpus(self) -> str:
        """Return the smallest recipe of each verdict, one a line."""
        lines = (
            {"seed": name, "verdict": verdict, "recipe": recipe}
            for verdict, (name, recipe) in sorted(self.smallest.items())
        )
        return "".join(json.dumps(line) + "\n" for line in lines)


def test_of(campaign: Campaign) -> Callable[[], None]:
    """Return the Hypothesis test that draws a submission and a recipe."""

    @settings(
        max_examples=BATCH,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def one(data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(campaign.submissions)))
        campaign.try_one(name, data.draw(recipes(campaign.submissions[name])))

    return one


def main() -> int:
    """Fuzz for the given time and print what was seen."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=0, help="of the choice of mutants")
    parser.add_argument("--engine", choices=("hypothesis", "atheris"), default="hypothesis")
    parser.add_argument("--families", default=",".join(FAMILIES))
    parser.add_argument("--corpus", type=Path, help="file for the smallest recipe of each verdict")
    args = parser.parse_args()
    logging.disable(logging.WARNING)
    work = Path(tempfile.mkdtemp(prefix="heptathlon-fuzz-"))
    campaign = Campaign(seeds(work, tuple(args.families.split(","))), work)
    for folder in campaign.submissions.values():
        check(folder, folder)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, resource.RLIM_INFINITY))
    start = time.monotonic()
    end = start + 60 * args.minutes

    def finish() -> int:
        minutes = (time.monotonic() - start) / 60
        print(f"{campaign.mutants:,} mutants in {minutes:.1f} minutes")
        for verdict, count in campaign.verdicts.most_common():
            print(f"{count:8,}  {verdict}")
        if args.corpus:
            args.corpus.write_text(campaign.corpus(), encoding="utf-8")
        shutil.rmtree(work, ignore_errors=True)
        return 1 if campaign.broken else 0

    if args.engine == "atheris":
        return by_coverage(campaign, end, finish)
    batch = args.seed * 10**6
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        while time.monotonic() < end:
            seeded(batch)(test_of(campaign))()
            batch += 1
            # What an hour has seen is not lost with its last minute.
            minutes = (time.monotonic() - start) / 60
            print(f"{campaign.mutants:,} mutants, {minutes:.1f} minutes", flush=True)
            if args.corpus:
                args.corpus.write_text(campaign.corpus(), encoding="utf-8")
    except KeyboardInterrupt:
        pass
    return finish()


def by_coverage(campaign: Campaign, end: float, finish: Callable[[], int]) -> int:
    """Let atheris choose the bytes from which Hypothesis draws the recipes."""
    import atheris

    one: Any = test_of(campaign)
    checks = (files, record, samples, lines, figures)
    for module in (validate, *checks, expected, rendering, templates, scorecard, runs):
        for name, function in vars(module).items():
            if getattr(function, "__module__", "") == module.__name__ and hasattr(
                function, "__code__"
            ):
                setattr(module, name, atheris.instrument_func(function))

    def target(data: bytes) -> None:
        one.hypothesis.fuzz_one_input(data)
        if time.monotonic() > end:
            # libFuzzer never returns, and runs no exit handlers.
            code = finish()
            sys.stdout.flush()
            os._exit(code)

    # A recipe takes many choices: from nothing, libFuzzer finds only inputs that are too short.
    start = campaign.work / "bytes"
    start.mkdir()
    stream = Random(0)
    for number in range(STARTS):
        (start / str(number)).write_bytes(stream.randbytes(MAX_BYTES))
    flags = ["-rss_limit_mb=0", f"-max_len={MAX_BYTES}"]
    atheris.Setup([sys.argv[0], *flags, str(start)], target)
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
