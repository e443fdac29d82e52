"""``heptathlon submit rerun``: random documents of a submission, generated again and compared.

What validation cannot see is whether a model wrote the answers. A maintainer who runs the model on
documents that the submitter could not foresee can. Of what a stranger recorded, only what
:mod:`.allowed` allows is used.

A record says one of three things. The answers *agree*: then the row has the badge, and its name is
confirmed. They *disagree*: then it has no rank. Or the record says *nothing*: too few documents
were asked, or the claim is not told from the best trivial player's by all of them, so that anyone's
answers would do.
"""

import math
import secrets
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from scipy import stats

from heptathlon.errors import HeptathlonError
from heptathlon.files import canonical_json, dump_json, read_json_strict, write_text_atomic
from heptathlon.leaderboard import validate
from heptathlon.leaderboard.allowed import MODEL_NAME
from heptathlon.leaderboard.propose import envelope_hash, place_of
from heptathlon.leaderboard.schema import SHA256, arguments_of
from heptathlon.running import runner, runs
from heptathlon.running.runs import Run, Sample
from heptathlon.scoring import scorecard
from heptathlon.scoring.cards import Scorecard
from heptathlon.seeding import Stream
from heptathlon.tasks import catalog

SCORES = 0.1
"""Share of documents that may score otherwise: kernels and batch sizes of other machines change
the last bits of a likelihood, and where two words are as likely, the rest of a greedy answer."""
ANSWERS = 0.5
"""Share of answers that may read otherwise from within their first characters on."""
CERTAIN = 0.01
"""Chance of a verdict against a row whose shares are the allowed ones: the binomial's tail."""
TOLD = 1.645
"""Standard errors by which a skill is told from 0: one side of 5 %."""
FEWEST = 10
"""Documents of a family that are asked at least."""
USUAL = 50
"""Documents that are asked in all, unless more are needed."""
START = 100
"""Characters of an answer that are its beginning: past them, hardware's last bits show."""
LIKELIHOOD = 0.05
"""Nats by which an option's log-likelihood may differ, which 16-bit arithmetic can amount to."""
MAX_RECORD_BYTES = 2**16

Verdict = Literal["agrees", "disagrees", "nothing"]


class Rerun(BaseModel):
    """What came out.

    Attributes:
        envelope: SHA-256 of the submission's envelope: the record is of that submission only.
        seed: seed of the choice of documents.
        documents: how many of each family were generated again.
        needed: how many of each family tell its claim from the best trivial player; None where
            all of them do not, so that a repeated run says nothing of it.
        same_text: how many answers are the same to the letter, or likelihoods within tolerance.
        same_start: how many begin the same, at least the former.
        same_score: how many earn the same verdict.
        weights: name on the Hub of the weights that were run; empty for others, and for players.
        revision: their commit; empty if it is not known.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    envelope: str = Field(pattern=SHA256)
    seed: int
    documents: dict[str, int] = Field(min_length=1)
    needed: dict[str, int | None]
    same_text: int = Field(ge=0)
    same_start: int = Field(ge=0)
    same_score: int = Field(ge=0)
    weights: str = Field(default="", pattern=rf"^$|{MODEL_NAME}")
    revision: str = Field(default="", pattern=r"^(?:[0-9a-f]{40})?$")

    @property
    def count(self) -> int:
        """How many documents were generated again."""
        return sum(self.documents.values())

    @property
    def verdict(self) -> Verdict:
        """What the record says; see the module."""
        if _surely_more(self.count - self.same_score, self.count, SCORES):
            return "disagrees"
        if _surely_more(self.count - self.same_start, self.count, ANSWERS):
            return "disagrees"
        return "nothing" if self.silent else "agrees"

    @property
    def silent(self) -> str:
        """Why a record that does not disagree says nothing; empty if it agrees."""
        told = {f: n for f, n in self.needed.items() if n is not None}
        if not told:
            return "the claim is at the floor: no number of documents tells it from a script's"
        few = {f: n for f, n in told.items() if self.documents.get(f, 0) < n}
        if few:
            named = ", ".join(f"{n} of {f}" for f, n in sorted(few.items()))
            return f"too few documents were asked: it takes {named}"
        if self.count - self.same_score > SCORES * self.count:
            return f"more than {SCORES:.0%} score otherwise, though not surely"
        if self.count - self.same_start > ANSWERS * self.count:
            return f"more than {ANSWERS:.0%} read otherwise, though not surely"
        return ""

    @property
    def confirms(self) -> str:
        """The name that it confirms: that of the public weights it ran, at a known commit."""
        return self.weights if self.verdict == "agrees" and self.revision else ""


def _surely_more(count: int, of: int, share: float) -> bool:
    """Tell whether a count is more than a share allows, by the tail of the binomial."""
    return bool(count > share * of and stats.binom.sf(count - 1, of, share) < CERTAIN)


def words(record: Rerun) -> str:
    """Return a record in a sentence."""
    verdict = record.verdict
    if verdict == "nothing":
        found = f"it says nothing, because {record.silent}"
    elif verdict == "disagrees":
        found = "not what the model answers"
    elif record.confirms:
        found = f"re-run: these are the answers of {record.confirms} at {record.revision[:12]}"
    else:
        found = "the answers agree, but the weights had no name and commit on the Hub: no badge"
    floor = sorted(f for f, n in record.needed.items() if n is None)
    at_floor = f" (of {', '.join(floor)}, at the floor, it says nothing)" if floor else ""
    return (
        f"{record.same_score} of {record.count} documents score the same, {record.same_text} are "
        f"the same to the letter and {record.same_start} in their beginning: {found}{at_floor}"
    )


def needed_of(card: Scorecard) -> dict[str, int | None]:
    """Return how many documents of each family tell its claim from the best trivial player.

    The skill's own interval says it: with ``n`` documents its standard error is
    ``(skill - low) / 1.96``, which grows as ``1 / sqrt(k)`` for ``k`` of them.
    """
    out: dict[str, int | None] = {}
    for family in card.families.values():
        skill = family.skill
        found: int | None = None
        if skill.value is not None and skill.low is not None and skill.low > 0:
            error = (skill.value - skill.low) / 1.96
            found = max(FEWEST, math.ceil(skill.n * (TOLD * error / skill.value) ** 2))
        known = out.get(family.family)
        # Of two tiers of a family, the one that takes more documents counts.
        out[family.family] = max((n for n in (found, known) if n is not None), default=None)
    return out


def rerun(
    folder: Path,
    out: Path,
    k: int | None = None,
    *,
    model_args: str = "",
    device: str = "",
    seed: int | None = None,
) -> tuple[Rerun, Path]:
    """Generate random documents again and write the record of it.

    Args:
        folder: the submission; it must be accepted.
        out: folder of the records.
        k: how many documents; as many as are needed if left out, and all if there are fewer.
        model_args: lm-eval's, in the place of the recorded ones; then no name is confirmed.
        device: lm-eval's.
        seed: of the choice; one that nobody can foresee if left out.

    Returns:
        The record and the file it was written to.

    Raises:
        HeptathlonError: if the submission is refused, its answers were sampled, or the model does
            not run.
    """
    case = validate.examine(folder, whole=True)
    if case.findings:
        raise HeptathlonError(case.findings[0].message)
    _refuse_samples(case.run, folder)
    needed = needed_of(case.card)
    wanted = max(USUAL, sum(n or FEWEST for n in needed.values())) if k is None else k
    chosen_seed = secrets.randbits(48) if seed is None else seed
    chosen = choose(case.run.samples, wanted, chosen_seed, needed if k is None else {})
    name = case.envelope.model.name
    revision = case.envelope.model.revision
    arguments = arguments_of(case.run, name, model_args, revision)
    if device:
        arguments += ["--device", device]
    indices = {task: [sample.doc_id for sample in samples] for task, samples in chosen.items()}
    with tempfile.TemporaryDirectory(prefix="heptathlon-rerun-") as work:
        arguments += ["--tasks", ",".join(sorted(chosen)), "--samples", canonical_json(indices)]
        written = runner.run([*arguments, "--output_path", work], brief=True)
        again = runs.read_run(written[-1].parent)
    counts = [0, 0, 0]
    documents: dict[str, int] = {}
    for task, samples in chosen.items():
        answers = {str(s.doc.get("item_id")): s for s in again.samples.get(task, [])}
        family = catalog.task_data(task).family.name
        documents[family] = documents.get(family, 0) + len(samples)
        for sample in samples:
            new = answers.get(str(sample.doc["item_id"]))
            if new is None:
                continue
            text = _same_answer(sample, new)
            counts[0] += text
            counts[1] += text or _same_start(sample, new)
            counts[2] += text or _same_score(task, sample, new)
    ran = str(again.results[-1]["config"].get("model_sha") or "")
    public = case.envelope.model.kind == "model" and not model_args
    record = Rerun(
        envelope=envelope_hash(folder),
        seed=chosen_seed,
        documents=documents,
        needed={f: n for f, n in needed.items() if f in documents},
        same_text=counts[0],
        same_start=counts[1],
        same_score=counts[2],
        weights=name if public else "",
        # Another commit than the recorded one confirms nothing.
        revision=ran if public and revision in ("", ran) else "",
    )
    path = out / f"{Path(place_of(folder, name)).name}.json"
    write_text_atomic(path, dump_json(record.model_dump()))
    return record, path


def _refuse_samples(run: Run, folder: Path) -> None:
    """Refuse answers that were drawn at random: no two runs give the same."""
    told: Mapping[str, Any] = run.results[-1]["config"].get("gen_kwargs") or {}
    if told.get("do_sample") or (told.get("temperature") or 0) > 0:
        raise HeptathlonError(
            f"{folder}: its answers were sampled (do_sample, temperature), so that a repeated run "
            "has nothing to compare them with; ask for a greedy one."
        )


def choose(
    samples: Mapping[str, Sequence[Sample]],
    k: int,
    seed: int,
    needed: Mapping[str, int | None] | None = None,
) -> dict[str, list[Sample]]:
    """Return k documents of all families alike, the same for the same seed.

    Args:
        samples: the samples by task.
        k: how many in all.
        seed: of the choice.
        needed: documents of a family that are chosen at least.
    """
    families: dict[str, list[tuple[str, Sample]]] = {}
    for task in sorted(samples):
        family = catalog.task_data(task).family.name
        families.setdefault(family, []).extend((task, sample) for sample in samples[task])
    out: dict[str, list[Sample]] = {}
    left = k
    for number, family in enumerate(sorted(families)):
        everything = families[family]
        share = math.ceil(left / (len(families) - number))
        count = min(len(everything), max(share, (needed or {}).get(family) or 0))
        stream = Stream("rerun", seed, family)
        for index in sorted(stream.sample(range(len(everything)), count)):
            task, sample = everything[index]
            out.setdefault(task, []).append(sample)
        left = max(0, left - count)
    return out


def _same_answer(old: Sample, new: Sample) -> bool:
    if isinstance(old.response, str) or isinstance(new.response, str):
        return old.response == new.response
    return len(old.response) == len(new.response) and all(
        abs(a - b) <= LIKELIHOOD for (a, _), (b, _) in zip(old.response, new.response, strict=True)
    )


def _same_start(old: Sample, new: Sample) -> bool:
    if not isinstance(old.response, str) or not isinstance(new.response, str):
        return False
    return old.response[:START] == new.response[:START]


def _same_score(task: str, old: Sample, new: Sample) -> bool:
    scorer = scorecard.scorer_of(catalog.task_data(task).family.name)
    ours, theirs = (scorer.verdict(s.doc, s.results) for s in (old, new))
    return (ours.metrics, ours.outcome) == (theirs.metrics, theirs.outcome)


def read_record(path: Path) -> Rerun:
    """Read a record.

    Raises:
        HeptathlonError: if it is none.
    """
    try:
        return Rerun.model_validate(read_json_strict(path, max_bytes=MAX_RECORD_BYTES))
    except ValidationError:
        raise HeptathlonError(f"{path}: is no record of heptathlon submit rerun.") from None


def records(folder: Path | None) -> dict[str, Rerun]:
    """Return the records of repeated runs by the hash of their submission's envelope.

    Of two records of one submission, the one that disagrees counts.
    """
    out: dict[str, Rerun] = {}
    for path in sorted(folder.glob("*.json")) if folder else ():
        record = read_record(path)
        known = out.get(record.envelope)
        if known is None or known.verdict != "disagrees":
            out[record.envelope] = record
    return out
