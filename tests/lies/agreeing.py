"""Parts of a record that contradict one another, each of a form that is allowed."""

from collections.abc import Callable, Iterator
from typing import Any

from heptathlon.tasks import catalog
from tests.lies.forger import CHAT, Forged
from tests.lies.lie import Lie, Plant, arguments, enveloped
from tests.lies.templates import as_rendered

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def lies() -> Iterator[Lie]:
    """Parts of a record that contradict one another, each of a form that is allowed."""
    yield from _of_weights()
    yield from _of_what_was_left_out()
    yield from _of_servers()
    yield from _of_answers()
    for begun in ("1", "2\n", "no", "No ", "\n7", "1423"):
        yield Lie(
            f"an answer begun with {begun!r} in the template",
            "chat",
            as_rendered(CHAT.replace("assistant\n", f"assistant\n{begun}")),
            told=True,
        )
    for name in ("lab/re-run-1b", "maintainers/model", "lab/rescored", "lab/ReRun.confirmed"):
        yield Lie(f"the name {name}", "maze", enveloped(lambda e, n=name: _named(e, n)))
    for place, value in (
        ("schema_version", True), ("schema_version", 1.0), ("schema_version", "1"),
        ("dropped", {"configs": 1}), ("claims", []), ("submitter", None), ("command", ["x"]),
    ):  # fmt: skip
        yield Lie(
            f"{place} as {value!r}", "maze", enveloped(lambda e, p=place, v=value: e.update({p: v}))
        )
    for words, change in _WRITTEN.items():
        yield Lie(words, "maze", lambda o, c=change: o.text.append(c))
    yield Lie("a results file of another moment beside it", "maze", _second_results)


def _of_weights() -> Iterator[Lie]:
    for asked, said in (("float32", "bfloat16"), ("half", "bfloat16"), ("bfloat16", "float32")):
        yield Lie(
            f"weights of {said} that were asked for as {asked}",
            "named",
            _config({"model_dtype": f"torch.{said}"}, dtype=asked),
        )
    yield Lie(
        "another revision than was asked for",
        "named",
        _config({"model_revision": "main"}, revision="v2"),
    )
    yield Lie(
        "another commit than was asked for",
        "named",
        _config({"model_revision": "f" * 40}, revision="f" * 40),
    )
    for limit in (1.0, 5.0, 0.5, 0.999):
        yield Lie(f"a limit of {limit} below what was answered", "maze", _config({"limit": limit}))

    def without_a_name(one: Forged) -> None:
        one.config["model_sha"] = COMMIT
        one.envelope["model"]["revision"] = COMMIT

    yield Lie("a commit of a folder's weights", "maze", without_a_name)


def _config(values: dict[str, Any], **args: Any) -> Plant:
    def plant(one: Forged) -> None:
        one.config["model_args"].update(args)
        one.config.update(values)

    return plant


def _of_what_was_left_out() -> Iterator[Lie]:
    def less(*names: str) -> Callable[[dict[str, Any]], None]:
        return lambda e: e.update(dropped=[n for n in e["dropped"] if n not in names])

    for name in ("configs", "pretty_env_info", "git_hash", "upper_git_hash", "model_name"):
        yield Lie(f"{name} was not left out, it says", "maze", enveloped(less(name)))
    yield Lie(
        "the folder of the weights was not left out, it says",
        "maze",
        enveloped(less("config.model_args.pretrained")),
    )
    yield Lie("nothing was left out, it says", "maze", enveloped(lambda e: e.update(dropped=[])))
    for name in ("config.model_args.pretrained", "model_name", "model_name_sanitized"):
        yield Lie(
            f"{name} was left out, it says, and is there", "named", enveloped(_with_dropped(name))
        )
    yield Lie(
        "the address was not left out, it says",
        "server",
        enveloped(less("config.model_args.base_url")),
    )


def _with_dropped(name: str) -> Callable[[dict[str, Any]], None]:
    from heptathlon.leaderboard.dropped import FIELDS

    return lambda e: e.update(dropped=[n for n in FIELDS if n in (*e["dropped"], name)])


def _of_servers() -> Iterator[Lie]:
    for name in ("openai/gpt-5", "small-chat/other", "lab/small-chat-2-large", "lab/small"):
        yield Lie(
            f"{name} for a server's small-chat-2",
            "server",
            lambda o, n=name: o.envelope["model"].update(name=n),
        )
    for name in ("HF_TOKEN", "AWS_SECRET_ACCESS_KEY", "PATH"):
        yield Lie(
            f"a command that sends {name} away",
            "server",
            lambda o, n=name: o.config["model_args"].update(key_variable=n),
        )


def _of_answers() -> Iterator[Lie]:
    yield Lie("answers longer than they may be", "maze", _generated({"max_gen_toks": 1}, 600))
    for stop in ("ANSWER", "u", "\n"):
        yield Lie(
            f"answers that hold the stop {stop!r}", "maze", _generated({"until": [stop]}, 0, stop)
        )
    for stop in ("x, re-run by the maintainers", "'], Confirmed, x=['", "o f f i c i a l"):
        yield Lie(f"a stop that says {stop!r}", "maze", _generated({"until": [stop]}))
    yield Lie("an answer of two lines where one ends it", "facts", _two_lines)


def _generated(given: dict[str, Any], length: int = 0, stop: str = "") -> Plant:
    def plant(one: Forged) -> None:
        one.config["gen_kwargs"] = given
        for task, rows in one.rows.items():
            if catalog.definition(task)["output_type"] == "multiple_choice":
                continue
            for row in rows:
                arguments(row)["arg_1"].update(given)
                said = f"{'so ' * (length // 3)}{stop} {row['filtered_resps'][0]}"
                row["resps"], row["filtered_resps"] = [[said]], [said]

    return plant


def _two_lines(one: Forged) -> None:
    for task, rows in one.rows.items():
        if "\n" in (catalog.definition(task).get("generation_kwargs") or {}).get("until", ()):
            said = f"{rows[0]['filtered_resps'][0]}\n{rows[0]['target']}"
            rows[0]["resps"], rows[0]["filtered_resps"] = [[said]], [said]


def _named(envelope: dict[str, Any], name: str) -> None:
    envelope["command"] = envelope["command"].replace(envelope["model"]["name"], name)
    envelope["model"]["name"] = name


def _second_results(one: Forged) -> None:
    """A second results file with samples of its own: half of the tasks, as if of pictures."""
    (name,) = one.results
    stamp = name.removeprefix("results_").removesuffix(".json")
    other = stamp[:-1] + ("1" if stamp[-1] != "1" else "2")
    one.results[f"results_{other}.json"] = one.result
    for task in list(one.files)[::2]:
        one.files[task] = one.files[task].replace(stamp, other)


_WRITTEN: dict[str, Callable[[str], str]] = {
    "a line that begins with a byte-order mark": lambda text: f"\ufeff{text}",
    "two samples in a line": lambda text: text.replace("\n", "", 1),
    "a comma behind the last field": lambda text: text.replace("}\n", ",}\n", 1),
    "a field twice, the second time otherwise": lambda text: text.replace(
        '"doc_id": 0,', '"doc_id": 1, "doc_id": 0,', 1
    ),
    "a comment in a line": lambda text: text.replace('{"doc_id"', '/* */ {"doc_id"', 1),
    "a number with a plus": lambda text: text.replace('"doc_id": 0', '"doc_id": +0', 1),
    "a number with a point": lambda text: text.replace('"doc_id": 0', '"doc_id": 0.0', 1),
    "half of a pair of surrogates": lambda text: text.replace(
        '"filter": "none"', '"filter": "\\ud800"', 1
    ),
    "a list around a line": lambda text: "[" + text.replace("\n", "]\n", 1),
    "a blank line at the end": lambda text: f"{text}\n",
    "no line break at the end": lambda text: text.rstrip("\n"),
}
