"""``heptathlon submit push``: a checked submission as a pull request on the results' data set."""

import hashlib
import re
import time
from collections.abc import Callable
from pathlib import Path

from huggingface_hub import CommitOperationAdd, HfApi

from heptathlon.builders.patience import REPOSITORY, patiently
from heptathlon.errors import HeptathlonError
from heptathlon.leaderboard import validate
from heptathlon.leaderboard.schema import ENVELOPE

FOLDER = "submissions"
"""Folder of the results' repository below which each submission has its own."""


def propose(
    folder: Path,
    repository: str,
    *,
    api: HfApi | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> str:
    """Open a pull request with a submission, or find the one that is open, and return its address.

    Args:
        folder: the submission.
        repository: the results' data set on the Hub, ``org/name``.
        api: the Hub's client; the default one, with the token of ``hf auth login``.
        sleep: waits before another attempt.

    Raises:
        HeptathlonError: if the submission is refused, is there already, or the Hub refuses.
    """
    if not REPOSITORY.match(repository):
        raise HeptathlonError(f"--repo: {repository[:100]!r} is not of the form org/name.")
    case = validate.examine(folder, each=validate.let_go)
    if case.findings:
        raise HeptathlonError(case.findings[0].message)
    client = api or HfApi()
    place = place_of(folder, case.envelope.model.name)
    title = f"Submission: {place.removeprefix(f'{FOLDER}/')}"

    def once() -> str:
        if client.file_exists(repository, f"{place}/{ENVELOPE}", repo_type="dataset"):
            raise HeptathlonError(f"{repository}: holds {place} already; nothing to propose.")
        open_ones = client.get_repo_discussions(
            repository,
            repo_type="dataset",
            discussion_type="pull_request",
            discussion_status="open",
        )
        for one in open_ones:
            if one.title == title:
                return f"{client.endpoint}/datasets/{repository}/discussions/{one.num}"
        names = [ENVELOPE, *(entry.path for entry in case.envelope.files)]
        done = client.create_commit(
            repository,
            [CommitOperationAdd(f"{place}/{name}", folder / name) for name in names],
            commit_message=title,
            repo_type="dataset",
            create_pr=True,
        )
        return str(done.pr_url)

    return patiently(once, f"pull request on {repository}", sleep)


def place_of(folder: Path, name: str) -> str:
    """Return a submission's folder in the results' repository: its model, and a hash of it."""
    stem = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60].rstrip("-")
    return f"{FOLDER}/{stem}-{envelope_hash(folder)[:10]}"


def envelope_hash(folder: Path) -> str:
    """Return the SHA-256 of a submission's envelope, which lists the hashes of all its files."""
    return hashlib.sha256((folder / ENVELOPE).read_bytes()).hexdigest()
