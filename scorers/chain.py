"""Reasoning checked against facts, without a judge: what was stated, and what contradicts it.

A chain is a list of facts that lead to an answer (``Step`` of the records: a figure, a word, or who
eats whom). A text is cut into clauses; a clause states a fact if it names the fact's subject and
says a value of it, or gives the fact's computation with a result. A statement that something is
*not* so, or that only quotes what is asked, states nothing. All functions are total, and take time
linear in the text.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Step = Mapping[str, Any]

MAX_CHARS = 20_000
"""Characters of reasoning that are read, from its end: no chain here needs a hundredth of it."""

_SAME = str.maketrans({"−": "-", "–": "-", "×": "*", "·": "*", "÷": "/", "(": " ", ")": " ",  # noqa: RUF001
                       "\\": " ", "$": " ", "_": " ", "`": " ", '"': " ", "°": " "})  # fmt: skip
_CLAUSE = re.compile(r"[\n;?!]|[.,](?=\s|$)|\b(?:and|but|while|whereas|so|therefore|which)\b")
_SILENT = re.compile(
    r"\b(?:not|no|never|cannot|if|whether|would|statement|claim|claims|option|options|asks)\b|n't"
)
_NUMBER = r"(?<![\w.])-?\d{1,12}(?:\.\d{1,6})?(?![\w])"
_NUMBERS = re.compile(_NUMBER)
_EQUATION = re.compile(
    rf"({_NUMBER})\s{{0,3}}([-+*/])\s{{0,3}}({_NUMBER})\s{{0,3}}=\s{{0,3}}({_NUMBER})"
)
_ADJACENT = re.compile(
    rf"[^-+*/=\d]{{0,40}}(?:({_NUMBER})|=\s{{0,3}}({_NUMBER})(?!\s{{0,3}}[-+*/=]))"
)
_SPOKEN = ((" times ", " * "), (" minus ", " - "), (" plus ", " + "), (" divided by ", " / "),
           (" equals ", " = "), ("**", " "), (" x ", " * "))  # fmt: skip


@dataclass(frozen=True)
class Chain:
    """What a text says of a chain's facts.

    Attributes:
        stated: every value that was said of each fact, in order.
        right: for each fact, whether its value was stated and nothing else was.
        wrong: for each fact, whether something else was stated.
    """

    stated: tuple[tuple[str, ...], ...]
    right: tuple[bool, ...]
    wrong: tuple[bool, ...]

    @property
    def recall(self) -> float:
        """Share of the facts that are stated and not contradicted."""
        return sum(self.right) / len(self.right)

    @property
    def uncontradicted(self) -> float:
        """Share of the facts that nothing contradicts; 0 if the text states no fact at all."""
        return 1 - sum(self.wrong) / len(self.wrong) if any(self.stated) else 0.0

    @property
    def score(self) -> float:
        """Facts stated less facts contradicted, over all facts, not below 0."""
        return max(0, sum(self.right) - sum(self.wrong)) / len(self.right)

    @property
    def conclusion(self) -> str:
        """What was last said of the last fact; empty if nothing was."""
        return self.stated[-1][-1] if self.stated[-1] else ""


def check(text: str, steps: Sequence[Step]) -> Chain:
    """Check a text against a chain.

    Args:
        text: the reasoning, without its tags.
        steps: the facts, at least one.
    """
    stated: list[list[str]] = [[] for _ in steps]
    reader = _Reader(steps)
    for clause in _clauses(text):
        for index, value in reader.statements(clause):
            stated[index].append(value)
    right, wrong = [], []
    for step, values in zip(steps, stated, strict=True):
        hits = [same(value, str(step["value"])) for value in values]
        wrong.append(not all(hits))
        right.append(bool(hits) and all(hits))
    return Chain(tuple(map(tuple, stated)), tuple(right), tuple(wrong))


def same(a: str, b: str) -> bool:
    """Tell whether two values are the same word, or the same number however written."""
    if _NUMBERS.fullmatch(a) and _NUMBERS.fullmatch(b):
        return abs(float(a) - float(b)) < 1e-9
    return a.lower() == b.lower()


def _clauses(text: str) -> list[str]:
    said = text[-MAX_CHARS:].translate(_SAME).lower()
    for spoken, sign in _SPOKEN:
        said = said.replace(spoken, sign)
    return [c for c in _CLAUSE.split(said) if c.strip() and not _SILENT.search(c)]


@dataclass(frozen=True)
class _Mention:
    """A subject named in a clause, with the text from there to the next one."""

    index: int
    start: int
    end: int
    after: str


class _Reader:
    """Finds a chain's statements in clauses."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self.steps = steps
        self.owner: dict[str, int] = {}
        for index, step in enumerate(steps):
            if step["kind"] != "relation":
                for name in (step["subject"], *step["names"]):
                    self.owner.setdefault(str(name).lower(), index)
        self.subjects = _any_of(self.owner)
        self.words: dict[str, set[int]] = {}
        for index, step in enumerate(steps):
            if step["kind"] == "word":
                for word in step["domain"]:
                    self.words.setdefault(str(word).lower(), set()).add(index)
        self.domain = _any_of(self.words)

    def statements(self, clause: str) -> list[tuple[int, str]]:
        """Return (number of the fact, value said of it) for everything that a clause states."""
        out = self._relations(clause)
        mentions = self._mentions(clause)
        out += self._figures(clause, mentions)
        out += self._said_words(clause, mentions)
        return out

    def _mentions(self, clause: str) -> list[_Mention]:
        if self.subjects is None:
            return []
        found = list(self.subjects.finditer(clause))
        ends = [m.start() for m in found[1:]] + [len(clause)] * bool(found)
        return [
            _Mention(self.owner[m[0]], m.start(), m.end(), clause[m.end() : end])
            for m, end in zip(found, ends, strict=True)
        ]

    # --- figures ---

    def _figures(self, clause: str, mentions: Sequence[_Mention]) -> list[tuple[int, str]]:
        named = [m for m in mentions if self.steps[m.index]["kind"] == "number"]
        numbers = _NUMBERS.findall(clause)
        if not numbers:
            return []
        if not named:
            return self._computed(clause)
        first = named[0]
        if "=" in clause and self.steps[first.index]["formula"]:
            return [(first.index, numbers[-1])]
        if len(named) > 1:
            out = []
            for mention in named:
                operand = clause[: mention.start].rstrip().endswith(tuple("-+*/"))
                found = _ADJACENT.match(mention.after)
                # What follows "=" after an operand is the result, not the operand's own figure.
                if found and (found[1] or not operand):
                    out.append((mention.index, found[1] or found[2]))
            return out + (self._computed(clause) or self._result(clause))
        tail = first.after.rpartition("=")[2] if "=" in first.after else first.after
        after, before = _NUMBERS.findall(tail), _NUMBERS.findall(clause[: first.start])
        if after:
            return [(first.index, after[0])]
        return [(first.index, before[-1])] if before else []

    def _computed(self, clause: str) -> list[tuple[int, str]]:
        """Return what equations say of facts that are computed, by their operands or result."""
        out = []
        for found in _EQUATION.finditer(clause):
            a, sign, b, result = found.groups()
            for index, step in enumerate(self.steps):
                if not step["formula"]:
                    continue
                asked = _same_computation((a, sign, b), str(step["formula"]))
                if asked or (_holds(a, sign, b, result) and same(result, str(step["value"]))):
                    out.append((index, result))
                    break
        return out

    def _result(self, clause: str) -> list[tuple[int, str]]:
        """Return what a computation in words (``North - South = 33``) rightly ends with."""
        tail = _NUMBERS.findall(clause.rpartition("=")[2]) if "=" in clause else []
        return [
            (index, tail[0])
            for index, step in enumerate(self.steps)
            if tail and step["formula"] and same(tail[0], str(step["value"]))
        ][:1]

    # --- words ---

    def _said_words(self, clause: str, mentions: Sequence[_Mention]) -> list[tuple[int, str]]:
        if self.domain is None:
            return []
        out = []
        for mention in mentions:
            step = self.steps[mention.index]
            if step["kind"] != "word":
                continue
            after = self._of_domain(clause[mention.end :], mention.index)
            before = self._of_domain(clause[: mention.start], mention.index)
            if after or before:
                out.append((mention.index, after[0] if after else before[-1]))
        if mentions:
            return out
        for found in self.domain.finditer(clause):
            owners = self.words[found[0]]
            if len(owners) == 1 and found[0] not in self.owner:
                out.append((min(owners), found[0]))
        return out

    def _of_domain(self, text: str, index: int) -> list[str]:
        assert self.domain is not None
        return [w for w in self.domain.findall(text) if index in self.words[w]]

    # --- relations ---

    def _relations(self, clause: str) -> list[tuple[int, str]]:
        out = []
        for index, step in enumerate(self.steps):
            if step["kind"] != "relation":
                continue
            eaten = re.escape(str(step["subject"]).lower())
            eater = "|".join(re.escape(str(w).lower()) for w in step["domain"])
            for pattern in (
                rf"\b{eaten}s? (?:is|are|gets) eaten by (?:the |an? )?({eater})",
                rf"\b({eater})s? (?:eats?|feeds? on|hunts?) (?:the |an? )?{eaten}\b",
                rf"\b{eaten} ?(?:->|=>|→|leads to|points to) ?(?:the |an? )?({eater})",
                rf"what eats (?:the |an? )?{eaten}\b ?(?:is|:|=)? ?(?:the |an? )?({eater})",
            ):
                out += [(index, w) for w in re.findall(pattern, clause)]
        return out


def _any_of(words: Mapping[str, Any]) -> re.Pattern[str] | None:
    """Return a pattern of whole words, longer ones first; None without a word."""
    if not words:
        return None
    longest = sorted(words, key=lambda w: (-len(w), w))
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, longest))})(?![\w])")


def _same_computation(found: tuple[str, str, str], formula: str) -> bool:
    match = re.fullmatch(rf"({_NUMBER})\s*([-+*/])\s*({_NUMBER})", formula.translate(_SAME).strip())
    if match is None or match[2] != found[1]:
        return False
    mine, theirs = (found[0], found[2]), (match[1], match[3])
    turned = theirs[::-1] if found[1] in "+*" else theirs
    return any(all(map(same, mine, other)) for other in (theirs, turned))


def _holds(a: str, sign: str, b: str, result: str) -> bool:
    x, y = float(a), float(b)
    if sign == "/" and y == 0:
        return False
    value = {"+": x + y, "-": x - y, "*": x * y}.get(sign)
    return abs((x / y if value is None else value) - float(result)) < 1e-6
