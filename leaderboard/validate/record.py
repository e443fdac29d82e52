"""Third step: what lm-eval recorded of model, settings and time is of the allowed forms."""

import hashlib
import json
import re
from collections.abc import Iterator

from pydantic import ValidationError

from heptathlon.errors import HeptathlonError
from heptathlon.facts import EDITIONS
from heptathlon.files import read_json_strict
from heptathlon.harmless import BADGES, claims, label
from heptathlon.leaderboard import allowed, dropped
from heptathlon.leaderboard.schema import ENVELOPE, unprintable
from heptathlon.leaderboard.validate.agreeing import settings_agree, what_was_left_out_agrees
from heptathlon.leaderboard.validate.case import Case, Finding, finding, take
from heptathlon.leaderboard.validate.files import MAX_RESULTS_BYTES, results_of, stamp_of
from heptathlon.leaderboard.validate.recorded import Recorded
from heptathlon.leaderboard.validate.settings import (
    arguments_are_allowed,
    dates_are_possible,
    settings_are_plain,
)
from heptathlon.private import SPOKEN, secrets_in
from heptathlon.running import stopped
from heptathlon.running.runs import SAMPLES_NAME
from heptathlon.tasks import catalog

_UNSAFE = re.compile(r"[\"<>:/|\\?*\[\]]+")


def check_record(case: Case) -> None:
    """Take the step."""
    take(case, (results_are_read, class_is_known, tasks_are_known), all_of=False)
    if case.findings:
        return
    take(
        case,
        (
            one_run,
            arguments_are_allowed,
            settings_are_plain,
            settings_agree,
            what_was_left_out_agrees,
            names_follow,
            entrant_is_recorded,
            server_is_named,
            dates_are_possible,
            template_is_recorded,
        ),
    )


def results_are_read(case: Case) -> Iterator[Finding]:
    """Each results file is strict JSON of lm-eval's own parts, without what is not published."""
    for name in results_of(case):
        path = case.folder / name
        try:
            data = read_json_strict(path, max_bytes=MAX_RESULTS_BYTES)
        except HeptathlonError as error:
            yield finding("readable", name, "", str(error))
            continue
        if not isinstance(data, dict):
            yield finding("readable", name, "", f"{path}: holds no results of lm-eval.")
            continue
        secrets = list(secrets_in(data))
        for place in secrets:
            yield finding(
                "secrets_are_kept",
                name,
                place,
                f"{path}: {place} holds a key, a token or a password; {SPOKEN}, run again, and "
                "revoke what was recorded.",
            )
        for place in dropped.held(data):
            yield finding(
                "nothing_private_is_left",
                name,
                place,
                f"{path}: {place} is not published ({dropped.FIELDS[place]}); make the folder "
                "with heptathlon submit prepare, which leaves it out.",
            )
        if secrets:
            continue
        if stopped.KEY in data:
            yield finding("record_is_complete", name, stopped.KEY, f"{path}: {stopped.NOT_WHOLE}")
            continue
        try:
            case.recorded.append(Recorded.model_validate(data))
        except ValidationError as error:
            one = error.errors(include_url=False)[0]
            place = label(".".join(str(part) for part in one["loc"]), 120)
            said = "is no part of it" if one["type"] == "extra_forbidden" else one["msg"]
            yield finding(
                "record_is_complete",
                name,
                place,
                f"{path}: {place} is not what lm-eval writes ({said:.200}); submit the file as it "
                "was written.",
            )


def tasks_of(case: Case) -> dict[str, str]:
    """Return the samples file of each task that the submission answers."""
    out = {}
    for entry in case.envelope.files:
        if match := SAMPLES_NAME.match(entry.path):
            out[match[1]] = entry.path
    return dict(sorted(out.items()))


def record_of(case: Case, path: str) -> Recorded:
    """Return the results that were written with a samples file."""
    for name, recorded in zip(results_of(case), case.recorded, strict=True):
        if stamp_of(name) == stamp_of(path):
            return recorded
    raise RuntimeError("a samples file without results passed the second step")


def tasks_are_known(case: Case) -> Iterator[Finding]:
    """The samples are of the suite's own tasks, at this version, in a published edition."""
    for task, path in tasks_of(case).items():
        file = case.folder / path
        if task not in catalog.leaves():
            yield finding(
                "tasks_are_known",
                path,
                "",
                f"{file}: there is no heptathlon task {task!r:.80}; remove the file and its entry.",
            )
            continue
        data = catalog.task_data(task)
        if data.edition not in EDITIONS:
            yield finding(
                "tasks_are_known",
                path,
                "",
                f"{file}: {task} is of the edition {data.edition}, which rests on files that are "
                "not published; the board takes the fresh and the paper edition.",
            )
        versions = record_of(case, path).versions
        if task not in versions:
            yield finding(
                "tasks_are_known",
                path,
                f"versions.{task}",
                f"{file}: its results file does not list {task}; submit the files of one run.",
            )
        elif not _is_version(versions[task], data.family.version):
            yield finding(
                "tasks_are_known",
                path,
                f"versions.{task}",
                f"{file}: {task} was run at version {versions[task]!r:.40}, but this is version "
                f"{data.family.version} of {data.family.name}; run it again with this release.",
            )


def _is_version(found: object, expected: int) -> bool:
    return type(found) is int and found == expected


def class_is_known(case: Case) -> Iterator[Finding]:
    """The model class is one of those that a board knows, and the same in both places."""
    for path, recorded in zip(results_of(case), case.recorded, strict=True):
        model = recorded.config.model
        if model not in allowed.BACKENDS or model != recorded.model_source:
            yield finding(
                "class_is_known",
                path,
                "config.model",
                f"{case.folder / path}: config.model is {model!r:.60} and model_source "
                f"{recorded.model_source!r:.60}, which is none of {', '.join(allowed.BACKENDS)} in "
                "both places; submit the file as lm-eval wrote it.",
            )


_SAME = (
    *("config", "model_name", "model_name_sanitized", "model_source", "system_instruction"),
    *("chat_template", "chat_template_sha", "fewshot_as_multiturn", "lm_eval_version"),
    *("transformers_version", "tokenizer_pad_token", "tokenizer_eos_token", "tokenizer_bos_token"),
    *("eot_token_id", "max_length"),
)


def one_run(case: Case) -> Iterator[Finding]:
    """Two results files are the text and the picture part of one run: all settings are the same."""
    if len(case.recorded) < 2:
        return
    (first, second), (name, other) = case.recorded, results_of(case)
    differing = [k for k in _SAME if getattr(first, k) != getattr(second, k)]
    if differing:
        yield finding(
            "one_run",
            name,
            differing[0],
            f"{case.folder}/{name}: {', '.join(differing)} differs from {other}; submit runs of "
            "different models or settings apart.",
        )
    kinds = [
        {bool(catalog.definition(t).get("doc_to_image")) for t in r.versions if t in tasks_of(case)}
        for r in case.recorded
    ]
    if {False} not in kinds or {True} not in kinds:
        yield finding(
            "one_run",
            name,
            "",
            f"{case.folder}/{name}: is of another run than {other}, because one run has two files "
            "only for texts and for pictures; submit each run apart.",
        )


def names_follow(case: Case) -> Iterator[Finding]:
    """The recorded names are those that lm-eval makes of the model's arguments."""
    for path, recorded in zip(results_of(case), case.recorded, strict=True):
        args = recorded.config.model_args
        if recorded.config.model == "heptathlon":
            expected = f"heptathlon/{args.get('player', '')}"
        else:
            expected = str(next((args[k] for k in ("pretrained", "model") if k in args), ""))
        made = (recorded.model_name, recorded.model_name_sanitized)
        # A name of a server's own may be left out with the place of its weights.
        if made not in ((expected, _UNSAFE.sub("__", expected)), (expected, "")):
            yield finding(
                "names_follow",
                path,
                "model_name",
                f"{case.folder / path}: model_name is {recorded.model_name!r:.100}, but its "
                f"arguments name {expected!r:.100}; submit the file as lm-eval wrote it.",
            )


def entrant_is_recorded(case: Case) -> Iterator[Finding]:
    """The envelope names the model, kind, revision and player that lm-eval recorded."""
    recorded, path = case.recorded[-1], results_of(case)[-1]
    claimed = case.envelope.model
    player = recorded.config.model == "heptathlon"
    expected = {
        "kind": "player" if player else "model",
        "revision": recorded.config.model_sha or "",
    }
    args = recorded.config.model_args
    named = args.get("player") if player else args.get("pretrained", args.get("model"))
    if player or (isinstance(named, str) and re.fullmatch(allowed.MODEL_NAME, named)):
        expected["name"] = str(named)
    elif claims(claimed.name, BADGES):
        yield finding(
            "entrant_is_recorded",
            ENVELOPE,
            "model.name",
            f"{case.folder}/{ENVELOPE}: model.name is {claimed.name!r:.200}, which says what only "
            "a badge may say; choose another.",
        )
    if player:
        expected["url"] = ""
    for place, value in expected.items():
        if getattr(claimed, place) != value:
            yield finding(
                "entrant_is_recorded",
                ENVELOPE,
                f"model.{place}",
                f"{case.folder}/{ENVELOPE}: model.{place} is {getattr(claimed, place)!r:.200}, but "
                f"{path} records {value!r:.200}; prepare the submission again.",
            )


def server_is_named(case: Case) -> Iterator[Finding]:
    """A model that a server knows by one word is not given another on the board."""
    for path, recorded in zip(results_of(case), case.recorded, strict=True):
        args = recorded.config.model_args
        word = None if "pretrained" in args else args.get("model")
        speaks = allowed.BACKENDS[recorded.config.model].speaks in ("server", "messages")
        if not speaks or not isinstance(word, str) or "/" in word:
            continue
        claimed = case.envelope.model.name.rpartition("/")[2]
        if claimed.casefold() != word.casefold():
            yield finding(
                "server_is_named",
                ENVELOPE,
                "model.name",
                f"{case.folder}/{ENVELOPE}: model.name ends with {claimed!r:.100}, but the server "
                f"of {path} calls its model {word!r:.100}; name it ORG/{word:.100}, or serve it by "
                "the name that it shall have.",
            )


def template_is_recorded(case: Case) -> Iterator[Finding]:
    """Template and system prompt have the hash that is beside them, and turns need a template."""
    for path, recorded in zip(results_of(case), case.recorded, strict=True):
        template, system = recorded.chat_template, recorded.system_instruction
        speaks = allowed.BACKENDS[recorded.config.model].speaks
        needs = speaks in ("template", "processor")
        faults = {
            "chat_template_sha": recorded.chat_template_sha == _sha(template),
            "system_instruction_sha": recorded.system_instruction_sha == _sha(system),
            "fewshot_as_multiturn": template is not None or not recorded.fewshot_as_multiturn,
            "chat_template": template is None or not needs or bool(template),
            "system_instruction": system is None or not unprintable(system.replace("\n", " ")),
        }
        for place, right in faults.items():
            if not right:
                yield finding(
                    "template_is_recorded",
                    path,
                    place,
                    f"{case.folder / path}: {place} is not what lm-eval writes beside the rest; "
                    "submit the file as it was written.",
                )


def _sha(text: str | None) -> str | None:
    return hashlib.sha256(text.encode()).hexdigest() if text else None


def chat_text(recorded: Recorded) -> str:
    """Return what a template sees besides the messages, as canonical JSON.

    Special tokens and arguments that lm-eval hands to it are recorded; what else it may ask for,
    such as the token for unknown words, is not.
    """
    seen: dict[str, object] = {}
    for name in ("bos", "eos", "pad"):
        pair = getattr(recorded, f"tokenizer_{name}_token")
        if pair and pair[0] is not None:
            seen[f"{name}_token"] = pair[0]
    seen |= allowed.BACKENDS[recorded.config.model].always
    if "enable_thinking" in recorded.config.model_args:
        seen["enable_thinking"] = recorded.config.model_args["enable_thinking"]
    return json.dumps(seen, sort_keys=True)
