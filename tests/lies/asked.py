"""Prompts, options and arguments that are not the task's."""

from collections.abc import Callable, Iterator
from typing import Any

from tests import forge
from tests.lies.forger import Forged, Row
from tests.lies.lie import Lie, Plant, arguments, every


def _prompted(change: Callable[[str, Row], str], *, all_options: bool = True) -> Plant:
    """Return a plant that changes prompts, with their hashes."""

    def plant(one: Forged) -> None:
        for rows in one.rows.values():
            for row in rows:
                for number, request in enumerate(row["arguments"].values()):
                    if number == 0 or all_options:
                        request["arg_0"] = change(request["arg_0"], row)
                row["prompt_hash"] = forge.sha(arguments(row)["arg_0"])

    return plant


def _requests(change: Callable[[dict[str, Any], Row], Any]) -> Plant:
    def plant(one: Forged) -> None:
        for rows in one.rows.values():
            for row in rows:
                change(row["arguments"], row)

    return plant


def _other_prompt_for_the_second(requests: dict[str, Any], row: Row) -> None:
    second = requests.get("gen_args_1", requests["gen_args_0"])
    second["arg_0"] = f"{second['arg_0']} This is the right one."


def _altered_option(requests: dict[str, Any], row: Row) -> None:
    request = requests["gen_args_0"]
    if isinstance(request["arg_1"], str):
        request["arg_1"] += "!"
    else:
        request["arg_1"]["until"] = ["\n"]


def lies() -> Iterator[Lie]:
    """Prompts, options and arguments that are not the task's."""
    yield from every(
        "a hint at the end of the prompt",
        _prompted(lambda text, row: f"{text}\n(It is {row['target']}.)"),
    )
    yield from every(
        "a hint before the prompt", _prompted(lambda text, row: f"Key: {row['target']}\n\n{text}")
    )
    yield from every(
        "a solved example before the question",
        _prompted(lambda text, row: f"{text} {row['target']}\n\n{text}"),
    )
    yield from every(
        "the answer begun", _prompted(lambda text, row: f"{text}\n{row['target'][:8]}")
    )
    yield from every("a blank more", _prompted(lambda text, row: f"{text} "))
    yield from every("nothing asked", _prompted(lambda text, row: ""))
    yield from every(
        "a letter of another alphabet",
        _prompted(lambda text, row: text.replace("e", "\u0435", 1) if text else "\u0435"),
    )
    yield from every(
        "a mark that cannot be seen", _prompted(lambda text, row: f"{text[:5]}\u200c{text[5:]}")
    )
    yield from every(
        "another prompt for the second option", _requests(_other_prompt_for_the_second)
    )
    yield from every("an altered option or stop", _requests(_altered_option))
    yield from every(
        "no options and no arguments", _requests(lambda a, r: a["gen_args_0"].pop("arg_1"))
    )
    yield from every(
        "one request more", _requests(lambda a, r: a.update(gen_args_99=dict(a["gen_args_0"])))
    )
    yield from every(
        "one argument more", _requests(lambda a, r: a["gen_args_0"].update(arg_7={"x": 1}))
    )
    yield from every("no requests", _requests(lambda a, r: a.clear()))
    yield from every("a digest of other requests", _requests(lambda a, r: _digested(a, "0" * 64)))
    yield from every("prompts of other documents", _shifted)
    yield Lie("requests by a digest of other ones", "short", _shifted)
    yield Lie("a digest in capitals", "short", _requests(lambda a, r: a.update(sha256="A" * 64)))
    yield Lie(
        "a document by a digest of none", "short", lambda o: o.one()["doc"].update(sha256="0" * 64)
    )
    yield Lie(
        "another season beside a digest",
        "short",
        lambda o: o.one(number=1)["doc"].update(season="2031.1"),
    )
    yield Lie("a field more beside a digest", "short", lambda o: o.one()["doc"].update(note="x"))
    yield Lie(
        "a field more beside requests", "short", _requests(lambda a, r: a.update(gen_args_0={}))
    )


def _digested(requests: dict[str, Any], digest: str) -> None:
    requests.clear()
    requests["sha256"] = digest


def _shifted(one: Forged) -> None:
    for rows in one.rows.values():
        parts = [(row["arguments"], row["prompt_hash"]) for row in rows]
        for row, part in zip(rows, [*parts[1:], parts[0]], strict=True):
            row["arguments"], row["prompt_hash"] = part
