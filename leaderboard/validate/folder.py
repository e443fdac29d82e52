"""First step: the folder and its envelope."""

from collections.abc import Iterator

from pydantic import ValidationError

from heptathlon.errors import HeptathlonError
from heptathlon.files import read_json_strict
from heptathlon.harmless import label
from heptathlon.leaderboard.schema import ENVELOPE, Envelope
from heptathlon.leaderboard.validate.case import MAX_FINDINGS, Case, Finding, finding, take
from heptathlon.private import SPOKEN, secrets_in

MAX_ENVELOPE_BYTES = 2**20

_MENDS: dict[tuple[str, ...], str] = {
    ("model", "name"): "give org/name, in letters, digits, '.', '_' and '-'",
    ("model", "url"): "give an https:// link, or leave it empty",
    ("files", "path"): "list lm-eval's own results_*.json and samples_*.jsonl by their bare names",
}


def open_folder(case: Case) -> None:
    """Take the step."""
    take(case, (folder_is_plain, envelope_is_read), all_of=False)
    if not case.findings:
        take(case, (envelope_keeps_secrets,))


def folder_is_plain(case: Case) -> Iterator[Finding]:
    """The submission is a folder of regular files of its own: no links, no folders, no pipes."""
    name = "folder_is_plain"
    folder = case.folder
    if folder.is_symlink() or not folder.is_dir():
        yield finding(name, "", "", f"{folder}: is no folder; name the submission's own folder.")
        return
    for entry in sorted(folder.iterdir()):
        if entry.is_symlink() or not entry.is_file():
            yield finding(
                name,
                entry.name,
                "",
                f"{folder}/{entry.name}: is a link or a folder; leave regular files only.",
            )
        elif entry.stat().st_nlink > 1:
            # What else it is could change after the check, from elsewhere.
            yield finding(
                name,
                entry.name,
                "",
                f"{folder}/{entry.name}: has another name elsewhere (a hard link); copy the file.",
            )
    if not (folder / ENVELOPE).is_file():
        yield finding(
            name,
            ENVELOPE,
            "",
            f"{folder}/{ENVELOPE}: is missing; make the folder with heptathlon submit prepare.",
        )


def envelope_is_read(case: Case) -> Iterator[Finding]:
    """The envelope is strict JSON of the closed schema."""
    path = case.folder / ENVELOPE
    try:
        data = read_json_strict(path, max_bytes=MAX_ENVELOPE_BYTES)
        case._envelope = Envelope.model_validate(data, strict=True)
    except ValidationError as error:
        yield from explain(error, str(path))
    except HeptathlonError as error:
        yield finding("envelope", ENVELOPE, "", str(error))


def envelope_keeps_secrets(case: Case) -> Iterator[Finding]:
    """No key, token or password stands in the envelope."""
    for place in secrets_in(case.envelope.model_dump()):
        yield finding(
            "envelope_keeps_secrets",
            ENVELOPE,
            place,
            f"{case.folder}/{ENVELOPE}: {place} holds a key, a token or a password; {SPOKEN}.",
        )


def explain(error: ValidationError, where: str) -> list[Finding]:
    """Return pydantic's errors as findings in a person's words.

    Args:
        error: what pydantic raised on an envelope.
        where: names the file in the message.
    """
    out = []
    for one in error.errors(include_url=False, include_context=False)[:MAX_FINDINGS]:
        place = label(".".join(str(part) for part in one["loc"]), 120) or "the whole"
        names = tuple(str(part) for part in one["loc"] if isinstance(part, str))
        match one["type"]:
            case "extra_forbidden":
                fault, mend = "is no part of a submission", "remove it"
            case "missing":
                fault, mend = "is missing", "write the envelope with heptathlon submit prepare"
            case "string_too_long" | "too_long":
                fault, mend = "is too long", "shorten it"
            case _:
                said = one["msg"].removeprefix("Value error, ").removesuffix(".")
                given = "" if isinstance(one["input"], dict | list) else f": {one['input']!r:.80}"
                fault = f"is not accepted ({said[0].lower()}{said[1:]}){given}"
                mend = _MENDS.get(names, "write the envelope with heptathlon submit prepare")
        out.append(finding("envelope", ENVELOPE, place, f"{where}: {place} {fault}; {mend}."))
    return out
