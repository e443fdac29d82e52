"""Which path an answer names: moves or cells, and nothing else.

Moves may be the letters U D L R or the compass's, words or arrows, spaced, with commas, run
together, as a list, numbered from 1, or each with its gloss ("Left (L)"). Where it cannot be told
whether what stands side by side is one path or two, or one move or two, nothing is read.
"""

import re
from dataclasses import dataclass, replace
from itertools import pairwise

from heptathlon.grid import MOVES
from heptathlon.scorers.reading.characters import clean
from heptathlon.scorers.reading.response import Unread
from heptathlon.scorers.reading.wrapping import peeled

JUMP = "?"
"""Stands among moves for a step between two cells that are not neighbours."""

LONGEST = 50_000
"""Characters of an answer of other than plain letters that are looked at: no path is so long."""

_WORDS = {
    **dict.fromkeys(("up", "upward", "upwards", "north", "oben", "hoch", "haut", "arriba", "cima",
                     "su", "вверх", "上", "北"), "U"),
    **dict.fromkeys(("down", "downward", "downwards", "south", "unten", "runter", "bas", "abajo",
                     "baixo", "giù", "вниз", "下", "南"), "D"),
    **dict.fromkeys(("left", "leftward", "leftwards", "west", "links", "gauche", "izquierda",
                     "esquerda", "sinistra", "влево", "左", "西"), "L"),
    **dict.fromkeys(("right", "rightward", "rightwards", "east", "rechts", "droite", "derecha",
                     "direita", "destra", "вправо", "右", "东", "東"), "R"),
}  # fmt: skip
_FILLERS = {"move", "moves", "go", "then", "and", "to", "path", "answer", "solution", "steps",
            "step", "start", "goal", "finish", "exit", "directions", "向", "往", "走", "移"}  # fmt: skip
"""Words that may stand between moves, or be a key of a JSON object, and say nothing."""
_LEADING = {"the", "shortest", "is", "final", "optimal", "my", "would", "be", "are", "correct"}
"""Words that may stand before the first move."""
_REMARKS = {
    "because", "since", "which", "this", "that", "it", "the", "for", "with", "is", "as", "where",
    "total", "in", "reaching", "reaches", "ending", "has", "takes", "a", "length", "i", "g",
}  # fmt: skip
"""Words that may begin a remark behind a path."""
_ENGLISH = {"dull", "lull", "dud", "dudu", "rudd"}
"""Words of the letters u, d, l and r."""
_COMPASS = str.maketrans("NSWE", "UDLR")
_ARROWS = {
    arrow: move
    for move, arrows in {
        "U": "↑⬆⇧▲⇑⭡🡑☝👆🔼", "D": "↓⬇⇩▼⇓⭣🡓👇🔽", "L": "←⬅⇦◀⇐⭠🡐👈◁", "R": "→➡⇨▶⇒⭢🡒👉➔➜➞⟶⮕▷",
    }.items()
    for arrow in arrows
}  # fmt: skip
_PLAIN_ARROWS = {"^": "U", "v": "D", "V": "D", "<": "L", ">": "R"}
_LATEX = {"\\uparrow": "↑", "\\downarrow": "↓", "\\leftarrow": "←", "\\rightarrow": "→",
          "\\Uparrow": "↑", "\\Downarrow": "↓", "\\Leftarrow": "←", "\\Rightarrow": "→",
          "\\to": "→", "\\text": " ", "\\texttt": " ", "\\mathrm": " ", "\\mathbf": " ",
          "\\textbf": " ", "\\quad": " ", "\\rightarrowtail": "→", "\\longrightarrow": "→"}  # fmt: skip
_LATEX_COMMAND = re.compile(r"\\[A-Za-z]+")
_CONNECTOR = re.compile(r"[-=]{1,2}>")
_TOKEN = re.compile(
    rf"[{''.join(w for w in _WORDS if len(w) == 1)}向往走移]|[^\W\d_]+|[0-9]+|[{''.join(_ARROWS)}]"
    r"|[^\s]"
)
_PUNCTUATION = set(",;.:|-–—\"'`[]{}()*_\\=~!")  # noqa: RUF001
_ENDS_NAMED = re.compile(r"^\W{0,4}S\b(.*)\bG\W{0,4}$", re.DOTALL)
_REPEAT = re.compile(r"[\sx×*]{0,3}[0-9]{1,3}[\sx×*]{0,3}(?:times?)?\s?", re.IGNORECASE)  # noqa: RUF001
_TAKEN_BACK = re.compile(
    r"\b(?:not|wrong|incorrect|invalid|blocked|fails?|hits?|illegal|but|or|wait|no)\b|n't\b",
    re.IGNORECASE,
)
_NONE = re.compile(
    r"(?:there (?:is|exists) )?no (?:valid |possible |legal )?(?:path|route|solution|way)"
    r"(?:(?: that)? (?:exists?|leads?|possible|available|found|from s|to g|between s and g)){0,3}"
    r"|none|no possible path|unreachable|impossible|infeasible|unsolvable|not solvable|null"
    r"|(?:the )?(?:goal|g) (?:is unreachable|cannot be reached)"
)
_NONE_REASON = re.compile(r"[\s,.;:–—-]{1,4}(?:because|since|as|the|there|g|s|it)\b.*|\([^()]*\)")  # noqa: RUF001


@dataclass(frozen=True)
class PathAnswer:
    """A path as it was read.

    Attributes:
        moves: letters of ``MOVES``, and ``JUMP`` for a step between cells that are not neighbours.
        starts_right: whether the path starts at the start cell, as far as the answer says.
        too_long: whether there were more moves than are walked; the rest is left out.
    """

    moves: str
    starts_right: bool = True
    too_long: bool = False

    @property
    def shown(self) -> str:
        """The moves with spaces, for a report."""
        return " ".join(self.moves)


def path_in(answer: str, start: tuple[int, int], longest: int) -> PathAnswer | Unread:
    """Return an answer's path, if the answer is a path and nothing else.

    A path may be a list of cells (row, column) counted from 0, with or without the start cell.

    Args:
        answer: the answer.
        start: row and column of the start cell.
        longest: moves after which a path is too long to be walked.
    """
    cells = cells_in(answer)
    if not isinstance(cells, Unread):
        return along(cells, start, longest)
    if cells is Unread.SEVERAL:
        return cells
    moves = moves_in(answer)
    return moves if isinstance(moves, Unread) else _limited(moves, longest)


def says_none(answer: str) -> bool:
    """Tell whether an answer says that there is no path, and nothing else."""
    said = " ".join(clean(answer).lower().split()).strip(" .!\"'`*:")
    short = _NONE_REASON.sub("", said, count=1).strip(" .!\"'`*:") if len(said) < 400 else said
    return _NONE.fullmatch(said) is not None or _NONE.fullmatch(short) is not None


# --- moves ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Step:
    """Moves that were written as one word.

    Attributes:
        moves: letters of ``MOVES``.
        kind: ``letter``, ``compass``, ``word`` or ``arrow``.
        gap: the text between these moves and those before them.
    """

    moves: str
    kind: str
    gap: str


def moves_in(answer: str) -> str | Unread:
    """Return an answer's moves as letters of ``MOVES``.

    Example:
        >>> moves_in("Left (L), Down (D)"), moves_in("(L)(D)(R)"), moves_in("R D (2 moves)")
        ('LD', 'LDR', 'RD')
        >>> moves_in("R D or D R").value, moves_in("L, left").value
        ('several', 'several')
    """
    words = answer.split()
    if words and not set("".join(words)) - set(MOVES):
        alone = len(words) == 1 or all(len(word) == 1 for word in words)
        if alone and "\n" not in answer.strip():
            return "".join(words)
    if len(answer) > LONGEST:
        return Unread.UNREADABLE
    text = peeled(clean(answer))
    text = _LATEX_COMMAND.sub(lambda m: _LATEX.get(m[0], m[0]), text)
    text = _CONNECTOR.sub("→", text)
    plain = "".join(text.split()).replace(",", "")
    if plain and not set(plain) - _PLAIN_ARROWS.keys():
        return "".join(_PLAIN_ARROWS[c] for c in plain)
    if named := _ENDS_NAMED.match(text):
        text = named[1]
    steps = _steps(text)
    if isinstance(steps, Unread):
        return steps
    kinds = {step.kind for step in steps}
    if {"letter", "compass"} <= kinds:
        return Unread.UNREADABLE
    steps = _spoken(steps) if "arrow" in kinds and len(kinds) > 1 else steps
    steps = steps if isinstance(steps, Unread) else _unglossed(steps)
    if isinstance(steps, Unread):
        return steps
    if _is_several(steps):
        return Unread.SEVERAL
    return "".join(step.moves for step in steps) or Unread.UNREADABLE


def _steps(text: str) -> list[_Step] | Unread:
    """Cut a text into moves; numbers of a list, glosses and a remark at the end are left out."""
    out: list[_Step] = []
    last = skip = numbered = 0
    for found in _TOKEN.finditer(text):
        token, at, end = found[0], *found.span()
        if at < skip:
            continue
        if (step := _step(token)) is not None:
            out.append(_Step(*step, text[last:at]))
            last = end
        elif token == "(" and out and not text[last:at].strip():
            closing = text.find(")", at, at + 400)
            if closing < 0:
                return Unread.UNREADABLE
            if (fault := _faulty_gloss(out[-1], text, end, closing)) is not None:
                return fault
            last = skip = closing + 1
        elif token.isdigit():
            numbered += 1
            if numbered != len(out) + 1 or token != str(numbered) or text[end : end + 1] not in {
                ".", ")", ":",
            }:  # fmt: skip
                return _with_remark(out, text[last:at], text[at:], numbered - 1)
        elif token not in _PUNCTUATION and token not in {"/", *_PLAIN_ARROWS}:
            word = token.lower()
            if word not in _FILLERS and (out or word not in _LEADING):
                return _with_remark(out, text[last:at], text[at:], numbered)
        elif token in {"<", ">", "^"}:
            return Unread.UNREADABLE
    if numbered and numbered != len(out):
        return Unread.UNREADABLE
    return out


def _step(token: str) -> tuple[str, str] | None:
    """Return the moves that a token names and how it names them; None if it names none."""
    if token in _ARROWS:
        return _ARROWS[token], "arrow"
    if (word := token.lower()) in _WORDS:
        return _WORDS[word], "word"
    if not token.isascii():
        return None
    upper = token.upper()
    if not set(upper) - set(MOVES):
        # "Dull" is a word, "DULL" and "ulld" are moves.
        mixed = token not in {upper, word}
        return None if mixed or word in _ENGLISH and token == word else (upper, "letter")
    if not set(upper) - set("NSWE") and (len(token) == 1 or token == upper):
        return upper.translate(_COMPASS), "compass"
    return None


def _names_moves(text: str) -> bool:
    """Tell whether a remark names moves; a small letter that stands alone in it is a word."""
    return any(
        _step(token) is not None and not (len(token) == 1 and token.islower() and token.isascii())
        for token in _TOKEN.findall(text)
    )


def _faulty_gloss(step: _Step, text: str, opening: int, closing: int) -> Unread | None:
    """Tell why what follows a move in parentheses is neither its gloss nor a remark at the end."""
    inside = text[opening:closing]
    tokens = [t for t in _TOKEN.findall(inside) if t not in _PUNCTUATION]
    glosses = [found[0] for t in tokens if (found := _step(t)) is not None]
    if len(tokens) == len(glosses) == 1:
        return None if glosses[0] == step.moves else Unread.SEVERAL
    if _names_moves(inside) or _REPEAT.fullmatch(inside):
        return Unread.SEVERAL
    at_end = not text[closing + 1 :].strip(" \n.!*`\"'})]")
    return None if at_end and any(t.isalpha() for t in tokens) else Unread.UNREADABLE


def _with_remark(
    steps: list[_Step], gap: str, tail: str, numbered: int
) -> list[_Step] | Unread:
    """Return the moves before a remark, if what follows them is one and takes nothing back."""
    if not steps:
        return Unread.UNREADABLE
    tail = tail[:2_000]
    if _names_moves(tail):
        return Unread.SEVERAL
    if _TAKEN_BACK.search(tail):
        return Unread.DENIED
    first = (_TOKEN.match(tail) or [""])[0].lower()
    counted = re.match(r"[0-9]{1,4} (?:moves|steps)\b", tail)
    announced = first in _REMARKS or counted or set(gap) & set(".;(—–\n")  # noqa: RUF001
    if not announced or (first.isdigit() and not counted) or numbered not in {0, len(steps)}:
        return Unread.UNREADABLE
    return steps


def _spoken(steps: list[_Step]) -> list[_Step] | Unread:
    """Return the moves of letters or words among arrows: arrows to the right join, others gloss."""
    spoken = [step for step in steps if step.kind != "arrow"]
    arrows = [step for step in steps if step.kind == "arrow"]
    if all(step.moves == "R" for step in arrows) and len(arrows) <= len(spoken) + 1:
        out, gap = [], ""
        for step in steps:
            gap += step.gap if step.kind != "arrow" else f"{step.gap}>"
            if step.kind != "arrow":
                out.append(replace(step, gap=gap))
                gap = ""
        return out
    pairs = [*zip(steps[::2], steps[1::2], strict=False)]
    paired = len(steps) % 2 == 0 and all(
        a.moves == b.moves and (a.kind == "arrow") == (steps[0].kind == "arrow")
        and (b.kind == "arrow") != (a.kind == "arrow")
        for a, b in pairs
    )  # fmt: skip
    return [replace(a, kind="word") for a, _ in pairs] if paired else Unread.SEVERAL


def _unglossed(steps: list[_Step]) -> list[_Step] | Unread:
    """Return the moves without glosses behind a colon or a dash: "L: left, D - down".

    Two different writings of one move side by side that are no such gloss may be one move or two.
    """
    out: list[_Step] = []
    glossed = joined = 0
    for step in steps:
        sign = step.gap.strip()
        twin = bool(out) and out[-1].kind != step.kind and out[-1].moves == step.moves
        if out and sign in {":", "="}:
            if not twin:
                return Unread.SEVERAL
            glossed += 1
        elif out and sign in {"-", "–", "—"} and len(step.gap) > 2:  # noqa: RUF001
            glossed += twin
            joined += not twin
            if not twin:
                out.append(step)
        elif twin:
            return Unread.SEVERAL
        else:
            out.append(step)
    return Unread.SEVERAL if glossed and joined else out


def _is_several(steps: list[_Step]) -> bool:
    """Tell whether what is written may be two paths: groups of moves that are set apart."""
    gaps = [step.gap for step in steps[1:]]
    if any("/" in gap for gap in gaps):
        return True
    top = max(map(_strength, gaps), default=0)
    groups = [steps[0].moves] if steps else []
    for step in steps[1:]:
        if _strength(step.gap) == top:
            groups.append("")
        groups[-1] += step.moves
    return len(groups) > 1 and any(len(set(group)) > 1 for group in groups)


def _strength(gap: str) -> int:
    """Return how much a gap sets apart: 1 blanks, 2 signs and words, 3 lines, bars and brackets."""
    if re.search(r"[\n|;.]|[\])}][^\[({]{0,4}[\[({]", gap):
        return 3
    return 2 if gap.strip(" \t\"'`*_") else 1


# --- cells ---------------------------------------------------------------------------------------

_PAIR = re.compile(r"[(\[]\s{0,4}(-?[0-9]{1,4})\s{0,4},\s{0,4}(-?[0-9]{1,4})\s{0,4}[)\]]")
_BETWEEN = re.compile(r"(?:[\s,;:.|\"'\[\](){}>→=*`-]|to\b|then\b|path\b|[SG]\b|start\b|goal\b)*")


def cells_in(answer: str) -> list[tuple[int, int]] | Unread:
    """Return an answer's cells as (row, column) pairs.

    Example:
        >>> cells_in("S(0,0) -> (0,1)"), cells_in("[(0,0), (0,1)] [(1,0)]").value
        ([(0, 0), (0, 1)], 'several')
    """
    out: list[tuple[int, int]] = []
    gaps: list[str] = []
    end = 0
    for found in _PAIR.finditer(answer):
        if not _BETWEEN.fullmatch(answer, end, found.start()):
            return Unread.UNREADABLE
        gaps.append(answer[end : found.start()])
        out.append((int(found[1]), int(found[2])))
        end = found.end()
    if not out or not _BETWEEN.fullmatch(answer, end):
        return Unread.UNREADABLE
    apart = [_strength(gap) == 3 for gap in gaps[1:]]
    return Unread.SEVERAL if any(apart) and not all(apart) else out


def along(cells: list[tuple[int, int]], start: tuple[int, int], longest: int) -> PathAnswer:
    """Return the moves along cells; the start cell may be left out."""
    if cells[0] != start:
        if abs(cells[0][0] - start[0]) + abs(cells[0][1] - start[1]) != 1:
            return replace(_limited(_between(cells), longest), starts_right=False)
        cells = [start, *cells]
    return _limited(_between(cells), longest)


_BY_CHANGE = {(-1, 0): "U", (1, 0): "D", (0, -1): "L", (0, 1): "R"}


def _between(cells: list[tuple[int, int]]) -> str:
    return "".join(_BY_CHANGE.get((b[0] - a[0], b[1] - a[1]), JUMP) for a, b in pairwise(cells))


def _limited(moves: str, longest: int) -> PathAnswer:
    return PathAnswer(moves[:longest], too_long=len(moves) > longest)
