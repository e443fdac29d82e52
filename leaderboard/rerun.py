"""``heptathlon submit rerun``: k random documents of a submission, generated again and compared.

What validation cannot see is whether a model wrote the answers. A maintainer who runs the model on
documents that the submitter could not foresee can. Of what a stranger recorded, only arguments
that can do no harm are used (:data:`.schema.SAFE_ARGUMENTS`).
"""

import secrets
import tempfile
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from heptathlon.errors import HeptathlonError
from heptathlon.files import canonical_json, dump_json, read_json_strict, write_text_atomic
from heptathlon.leaderboard import validate
from heptathlon.leaderboard.propose import envelope_hash, place_of
from heptathlon.leaderboard.schema import SHA256, arguments_of
from heptathlon.running import runner, runs
from heptathlon.running.runs import Sample
from heptathlon.scoring import scorecard
from heptathlon.seeding import Stream
from heptathlon.tasks import catalog

ALLOWED = 0.1
"""Share of documents that may come out otherwise: kernels and batch sizes of other machines change
the last bits of a likelihood, and where two words are as likely, the rest of a greedy answer."""
LIKELIHOOD = 0.05
"""Nats by which an option's log-likelihood may differ, which 16-bit arithmetic can amount to."""
MAX_RECORD_BYTES = 2**16


class Rerun(BaseModel):
    """What came out.

    Attributes:
        envelope: SHA-256 of the submission's envelope: the record is of that submission only.
        seed: seed of the choice of documents.
        documents: how many were generated again.
        same_text: how many answers are the same to the letter, or likelihoods within tolerance.
        same_score: how many earn the same verdict; at least the former.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    envelope: str = Field(pattern=SHA256)
    seed: int
    documents: int = Field(ge=1)
    same_text: int = Field(ge=0)
    same_score: int = Field(ge=0)

    @property
    def agrees(self) -> bool:
        """Whether it earns the badge: all but a tenth of the documents score the same."""
        return self.documents - self.same_score <= ALLOWED * self.documents


def words(record: Rerun) -> str:
    """Return a record in a sentence."""
    found = "re-run: the answers are the model's" if record.agrees else "not what the model answers"
    return (
        f"{record.same_score} of {record.documents} documents score the same, {record.same_text} "
        f"to the letter ({ALLOWED:.0%} may differ): {found}"
    )


def rerun(
    folder: Path,
    out: Path,
    k: int,
    *,
    model_args: str = "",
    device: str = "",
    seed: int | None = None,
) -> tuple[Rerun, Path]:
    """Generate k random documents again and write the record of it.

    Args:
        folder: the submission; it must be accepted.
        out: folder of the records.
        k: how many documents; all, if there are fewer.
        model_args: lm-eval's, in the place of the recorded ones.
        device: lm-eval's.
        seed: of the choice; one that nobody can foresee if left out.

    Returns:
        The record and the file it was written to.

    Raises:
        HeptathlonError: if the submission is refused, or the model does not run.
    """
    case = validate.examine(folder)
    if case.findings:
        raise HeptathlonError(case.findings[0].message)
    chosen_seed = secrets.randbits(48) if seed is None else seed
    chosen = choose(case.run.samples, k, chosen_seed)
    arguments = arguments_of(case.run, case.envelope.model.name, model_args)
    if device:
        arguments += ["--device", device]
    indices = {task: [sample.doc_id for sample in samples] for task, samples in chosen.items()}
    with tempfile.TemporaryDirectory(prefix="heptathlon-rerun-") as work:
        arguments += ["--tasks", ",".join(sorted(chosen)), "--samples", canonical_json(indices)]
        written = runner.run([*arguments, "--output_path", work], brief=True)
        again = runs.read_run(written[-1].parent)
    same_text = same_score = 0
    for task, samples in chosen.items():
        answers = {str(s.doc.get("item_id")): s for s in again.samples.get(task, [])}
        for sample in samples:
            new = answers.get(str(sample.doc["item_id"]))
            text = new is not None and _same_answer(sample, new)
            same_text += text
            same_score += text or (new is not None and _same_score(task, sample, new))
    record = Rerun(
        envelope=envelope_hash(folder),
        seed=chosen_seed,
        documents=sum(map(len, chosen.values())),
        same_text=same_text,
        same_score=same_score,
    )
    path = out / f"{Path(place_of(folder, case.envelope.model.name)).name}.json"
    write_text_atomic(path, dump_json(record.model_dump()))
    return record, path


def choose(samples: dict[str, list[Sample]], k: int, seed: int) -> dict[str, list[Sample]]:
    """Return k documents of all tasks together, the same for the same seed."""
    everything = [(task, sample) for task in sorted(samples) for sample in samples[task]]
    stream = Stream("rerun", seed)
    count = len(everything)
    out: dict[str, list[Sample]] = {}
    for index in sorted(stream.sample(range(count), min(k, count))):
        task, sample = everything[index]
        out.setdefault(task, []).append(sample)
    return out


def _same_answer(old: Sample, new: Sample) -> bool:
    if isinstance(old.response, str) or isinstance(new.response, str):
        return old.response == new.response
    return len(old.response) == len(new.response) and all(
        abs(a - b) <= LIKELIHOOD for (a, _), (b, _) in zip(old.response, new.response, strict=True)
    )


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


def agreeing(folder: Path | None) -> frozenset[str]:
    """Return the envelopes' hashes of all submissions whose repeated runs agree."""
    if folder is None:
        return frozenset()
    records = [read_record(path) for path in sorted(folder.glob("*.json"))]
    return frozenset(record.envelope for record in records if record.agrees)
