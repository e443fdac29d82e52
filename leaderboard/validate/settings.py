"""Settings and time of a run are of the allowed forms, and nothing in the record is only a word."""

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime

from heptathlon import families
from heptathlon.leaderboard import allowed
from heptathlon.leaderboard.schema import unprintable
from heptathlon.leaderboard.validate.case import Case, Finding, finding
from heptathlon.leaderboard.validate.files import results_of, stamp_of
from heptathlon.leaderboard.validate.recorded import Config, Recorded

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


def arguments_are_allowed(case: Case) -> Iterator[Finding]:
    """Model class, arguments, batch size, device and generation are among what is allowed."""
    name = "arguments_are_allowed"
    for path, recorded in zip(results_of(case), case.recorded, strict=True):
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
    for path, recorded in zip(results_of(case), case.recorded, strict=True):
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
        *("backend", "pooling", "attention", "max_length", "dtype", "similarity", "preset"),
        *("query_template", "plain_query_template", "document_template", "pool_prompt"),
        *("query_instruction", "document_instruction", "top_k"),
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


def dates_are_possible(case: Case) -> Iterator[Finding]:
    """A run lies between the first season and now, ends after it began, and its files say so."""
    for path, recorded in zip(results_of(case), case.recorded, strict=True):
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
