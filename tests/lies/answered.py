"""Answers that the model did not give, or not in this form."""

from collections.abc import Callable, Iterator
from typing import Any

from heptathlon.tasks import catalog
from tests.lies.forger import Forged, Row
from tests.lies.lie import FAMILIES, Lie, Plant, every


def _answers(change: Callable[[Row], Any], chooses: bool | None = None) -> Plant:
    def plant(one: Forged) -> None:
        done = 0
        for rows in one.rows.values():
            for row in rows[:3]:
                if chooses is None or one.chooses(row) == chooses:
                    change(row)
                    done += 1
        if not done:
            # A family of the other kind: the form of the other kind is the lie.
            for rows in one.rows.values():
                change(rows[0])

    return plant


def _said(row: Row, value: Any) -> None:
    row["filtered_resps"] = value
    row["resps"] = [[one] for one in value]


def _pair(value: Any, greedy: Any = "False") -> Callable[[Row], None]:
    def change(row: Row) -> None:
        pairs = (
            [list(p) for p in row["filtered_resps"]]
            if len(row["filtered_resps"][0]) == 2
            else [["-1.0", "False"]]
        )
        pairs[0] = [value, greedy]
        _said(row, pairs)

    return change


def _right(row: Row) -> Any:
    if isinstance(row["filtered_resps"][0], str):
        return [row["target"]]
    pairs = [["-9.0", "False"] for _ in row["filtered_resps"]]
    if row["target"].isdigit() and int(row["target"]) < len(pairs):
        pairs[int(row["target"])] = ["-0.1", "True"]
    return pairs


def lies() -> Iterator[Lie]:
    """Answers that the model did not give, or not in this form."""
    for row_said, words in (
        (lambda row: row.update(filtered_resps=_right(row)), "what is scored was not said"),
        (
            lambda row: row.update(resps=[[one, *[one] * 63] for one in row["filtered_resps"]]),
            "64 tries",
        ),
        (lambda row: row.update(resps=[]), "nothing said"),
        (lambda row: row.pop("resps"), "what was said is missing"),
        (lambda row: row.update(filter="best_of_100"), "the best of a hundred"),
        (lambda row: row.update(filter=""), "no name of a filter"),
        (
            lambda row: row.update(resps=[["", one] for one in row["filtered_resps"]]),
            "a second try",
        ),
        (
            lambda row: _said(row, [*row["filtered_resps"], row["filtered_resps"][0]]),
            "an answer too many",
        ),
        (lambda row: _said(row, row["filtered_resps"][:-1]), "an answer too few"),
        (
            lambda row: row.update(broken="the server died", metrics=[]),
            "an answer that is called broken, and would leave every mean",
        ),
    ):
        yield from every(words, _answers(row_said))
    choosing = tuple(f for f in FAMILIES if _has(f, True))
    for value, words in (
        ("0.5", "a likelihood above 0"), ("inf", "an infinite likelihood"),
        ("-inf", "a likelihood of minus infinity"), ("nan", "a likelihood that is none"),
        ("\u0660", "a likelihood in Arabic digits"), ("-1_0.0", "a likelihood with an underscore"),
        (" -1.0", "a likelihood with a blank"), ("-1e-5000", "a likelihood with a long exponent"),
        (-1.0, "a likelihood that is no text"), ("+0.0", "a likelihood with a plus"),
        ("-0x1", "a likelihood in hexadecimal"), ("", "an empty likelihood"),
        ("-1.0\n", "a likelihood with a line break"),
    ):  # fmt: skip
        yield from every(words, _answers(_pair(value), chooses=True), choosing[:2])
    for greedy in ("true", True, "1", "", "TRUE"):
        yield Lie(
            f"greedy written as {greedy!r}",
            choosing[0],
            _answers(_pair("-1.0", greedy), chooses=True),
        )
    writing = tuple(f for f in FAMILIES if _has(f, False))
    yield from every(
        "a number for a text", _answers(lambda r: _said(r, [7]), chooses=False), writing
    )
    yield from every(
        "likelihoods for a text",
        _answers(lambda r: _said(r, [["-1.0", "True"]]), chooses=False),
        writing,
    )
    yield Lie(
        "an answer that the player does not give",
        "player",
        _answers(lambda r: _said(r, ["ANSWER: U U"])),
    )


def _has(family: str, chooses: bool) -> bool:
    leaves = catalog.leaves_of(f"heptathlon_{family}_smoke")
    return any(
        (catalog.definition(t)["output_type"] == "multiple_choice") == chooses for t in leaves
    )
