"""Third step: what lm-eval recorded of model, settings and time is of the allowed forms."""

import hashlib
import json
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime

from pydantic import ValidationError

from heptathlon import families
from heptathlon.errors import HeptathlonError
from heptathlon.files import read_json_strict
from heptathlon.harmless import label
from heptathlon.leaderboard import allowed, dropped
from heptathlon.leaderboard.schema import ENVELOPE, unprintable
from heptathlon.leaderboard.standings import EDITIONS
from heptathlon.leaderboard.validate.case import Case, Finding, finding, take
from heptathlon.leaderboard.validate.files import MAX_RESULTS_BYTES, stamp_of
from heptathlon.leaderboard.validate.recorded import Config, Recorded
from heptathlon.private import SPOKEN, secrets_in
from heptathlon.running.runs import SAMPLES_NAME
from heptathlon.tasks import catalog

CLOCK_SKEW = 24 * 3600.0
"""Seconds by which a run may seem to lie in the future: its clock, or its time zone, was off."""
ZONE = 26 * 3600.0
"""Seconds between the local time in a file's name and the same moment in Unix time, at most."""
LONGEST = 366 * 24 * 3600.0
"""Seconds that a run may take."""
EARLIEST = datetime(int(min(families.SEASONS).split(".")[0]), 1, 1, tzinfo=UTC).timestamp()
"""No run lies before the first season."""
MAX_PARAMETERS = 10**14
_TOKEN = re.compile(r"\S{1,64}")
"""A special token, or its number."""
VERSION = re.compile(r"N/A|[0-9]{1,4}(?:\.[0-9]{1,5}){1,3}(?:\.?(?:a|b|rc|dev|post)[0-9]{1,6})?")
_LM_EVAL = re.compile(r"0\.4\.(?:1[3-9]|[2-9][0-9])(?:\.?(?:a|b|rc|dev|post)[0-9]{1,6})?")
_COMMIT = re.compile(r"|[0-9a-f]{40}")
_SECONDS = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,20})?(?:e-[0-9]{1,2})?")
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
            names_follow,
            entrant_is_recorded,
            dates_are_possible,
            template_is_recorded,
        ),
    )


def results_are_read(case: Case) -> Iterator[Finding]:
    """Each results file is strict JSON of lm-eval's own parts, without what is not published."""
    for name in _results(case):
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


def _results(case: Case) -> list[str]:
    return sorted(e.path for e in case.envelope.files if e.path.endswith(".json"))


def tasks_of(case: Case) -> dict[str, str]:
    """Return the samples file of each task that the submission answers."""
    out = {}
    for entry in case.envelope.files:
        if match := SAMPLES_NAME.match(entry.path):
            out[match[1]] = entry.path
    return dict(sorted(out.items()))


def record_of(case: Case, path: str) -> Recorded:
    """Return the results that were written with a samples file."""
    for name, recorded in zip(_results(case), case.recorded, strict=True):
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
    for path, recorded in zip(_results(case), case.recorded, strict=True):
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
    (first, second), (name, other) = case.recorded, _results(case)
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


def arguments_are_allowed(case: Case) -> Iterator[Finding]:
    """Model class, arguments, batch size, device and generation are among what is allowed."""
    name = "arguments_are_allowed"
    for path, recorded in zip(_results(case), case.recorded, strict=True):
        file, config = case.folder / path, recorded.config
        for key, value in config.model_args.items():
            if why := allowed.argument_refused(config.model, key, value):
                yield finding(
                    name,
                    path,
                    f"config.model_args.{key}",
                    f"{file}: the model argument {key!r:.60} {why}; run again without it.",
                )
        for key, value in (config.gen_kwargs or {}).items():
            if why := allowed.generation_refused(key, value):
                yield finding(
                    name,
                    path,
                    f"config.gen_kwargs.{key}",
                    f"{file}: the generation argument {key!r:.60} {why}; run again without it.",
                )
        for place, form, value in (
            ("batch_size", allowed.BATCH_SIZE, config.batch_size),
            ("device", allowed.DEVICE, config.device),
            ("model_dtype", allowed.DTYPE, config.model_dtype),
            ("limit", allowed.LIMIT, config.limit),
            *((f"{n}_seed", allowed.SEED, getattr(config, f"{n}_seed")) for n in _SEEDS),
        ):
            if value not in (None, "") and not form(value):
                yield finding(
                    name,
                    path,
                    f"config.{place}",
                    f"{file}: config.{place} is {value!r:.60}, which is not a value that is "
                    "followed; submit the file as lm-eval wrote it.",
                )


_SEEDS = ("random", "numpy", "torch", "fewshot")


def settings_are_plain(case: Case) -> Iterator[Finding]:
    """Every other word and figure of the record has the form in which lm-eval writes it."""
    for path, recorded in zip(_results(case), case.recorded, strict=True):
        config = recorded.config
        tokens = {
            f"tokenizer_{n}_token": getattr(recorded, f"tokenizer_{n}_token")
            for n in ("pad", "eos", "bos")
        }
        faults = {
            "lm_eval_version": _LM_EVAL.fullmatch(recorded.lm_eval_version),
            "transformers_version": VERSION.fullmatch(recorded.transformers_version),
            "config.model_sha": _COMMIT.fullmatch(config.model_sha or ""),
            "config.model_num_parameters": config.model_num_parameters in (None, -1)
            or 0 < (config.model_num_parameters or 0) <= MAX_PARAMETERS,
            "config.model_revision": config.model_revision
            in (None, "main", config.model_args.get("revision")),
            "config.batch_sizes": all(0 < n < 10**6 for n in config.batch_sizes),
            "max_length": recorded.max_length is None or 0 < recorded.max_length < 10**9,
            "eot_token_id": _are_ids(recorded.eot_token_id),
            **{place: _is_token(token) for place, token in tokens.items()},
            **_of_retrievers(config),
        }
        for place, right in faults.items():
            if not right:
                yield finding(
                    "settings_are_plain",
                    path,
                    place,
                    f"{case.folder / path}: {place} is not what lm-eval writes there for this "
                    "model; submit the file as it was written.",
                )


def _are_ids(value: int | list[int] | None) -> bool:
    ids = value if isinstance(value, list) else [] if value is None else [value]
    return len(ids) < 64 and all(0 <= n < 10**8 for n in ids)


def _is_token(pair: list[str | None]) -> bool:
    return all(
        part is None or (_TOKEN.fullmatch(part) is not None and not unprintable(part))
        for part in pair
    )


def _of_retrievers(config: Config) -> dict[str, bool]:
    """Return whether what a retriever says of itself agrees with its arguments."""
    out = {}
    for name in (
        *("backend", "pooling", "max_length", "dtype", "similarity", "query_instruction"),
        *("document_instruction", "top_k"),
    ):
        value = getattr(config, name)
        if value is None:
            continue
        given = config.model_args.get(name)
        if isinstance(given, str):
            given = given.replace("\\n", "\n")
        chosen = name == "backend" and given in (None, "auto")
        plain = given if given is not None else value
        right = config.model == "heptathlon-encoder" and value == plain
        if given is None or chosen:
            right = config.model == "heptathlon-encoder" and (
                value in ("", 0) or not allowed.argument_refused(config.model, name, value)
            )
        out[f"config.{name}"] = right
    return out


def names_follow(case: Case) -> Iterator[Finding]:
    """The recorded names are those that lm-eval makes of the model's arguments."""
    for path, recorded in zip(_results(case), case.recorded, strict=True):
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
    recorded, path = case.recorded[-1], _results(case)[-1]
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


def dates_are_possible(case: Case) -> Iterator[Finding]:
    """A run lies between the first season and now, ends after it began, and its files say so."""
    for path, recorded in zip(_results(case), case.recorded, strict=True):
        said = f"{case.folder / path}: date"
        begun = recorded.date
        if begun > case.now + CLOCK_SKEW:
            when = time.strftime("%Y-%m-%d", time.gmtime(begun)) if begun < 1e11 else f"{begun:g}"
            fault = f"{said} lies in the future ({when}); set the clock and run again."
        elif begun < EARLIEST:
            when = time.strftime("%Y-%m-%d", time.gmtime(begun))
            fault = f"{said} lies before the first season ({when}); set the clock and run again."
        elif not _lasts(recorded):
            fault = (
                f"{case.folder / path}: total_evaluation_time_seconds is no time that a run takes; "
                "submit the file as lm-eval wrote it."
            )
        elif not -ZONE <= (_named(path) - begun) <= _length(recorded) + ZONE:
            fault = (
                f"{said} is {time.strftime('%Y-%m-%d', time.gmtime(begun))}, which is not when the "
                "file was written by its name; submit the file as lm-eval wrote it."
            )
        else:
            continue
        yield finding("dates_are_possible", path, "date", fault)


def _length(recorded: Recorded) -> float:
    text = recorded.total_evaluation_time_seconds
    return min(float(text), LONGEST) if text else LONGEST


def _lasts(recorded: Recorded) -> bool:
    text = recorded.total_evaluation_time_seconds
    return text is None or (_SECONDS.fullmatch(text) is not None and float(text) <= LONGEST)


def _named(path: str) -> float:
    """Return the moment in a file's name as if it were in UTC; far off if it is none."""
    try:
        day, _, clock = stamp_of(path).partition("T")
        return (
            datetime.fromisoformat(f"{day}T{clock.replace('-', ':')}")
            .replace(tzinfo=UTC)
            .timestamp()
        )
    except ValueError:
        return -1e12


def template_is_recorded(case: Case) -> Iterator[Finding]:
    """Template and system prompt have the hash that is beside them, and turns need a template."""
    for path, recorded in zip(_results(case), case.recorded, strict=True):
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
