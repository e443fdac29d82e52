"""Which number an answer gives, if it gives one: as it is, or as a score on a scale.

A number must be what the answer says, and not part of it ("8 examples"). A range, a bound and a
second number are no number; the scale itself, a margin and a remark in parentheses are none either.
"""

import re
from collections.abc import Sequence

from heptathlon.scorers.reading.characters import clean
from heptathlon.scorers.reading.options import one_line, other_side
from heptathlon.scorers.reading.response import ABOUT_ITSELF, Unread

LONGEST = 1_000
"""Characters of an answer that are looked at: no answer that gives one number is longer."""

_FIGURE = (
    r"[0-9]{1,3}(?:,[0-9]{3}){1,8}(?:\.[0-9]{1,15})?"
    r"|[0-9]{1,400}(?:\.[0-9]{1,15}|,[0-9]{1,2})?"
)
_NUMBER = re.compile(rf"(?<![\w.,])(?<!\w[-−])-?(?:{_FIGURE})(?!\w|[.,][0-9])")
_RANGE = re.compile(
    r"[0-9]\s{0,3}%?\s{0,3}(?:-|–|—|~|to|and|or|through|\.\.+)\s{0,3}[0-9]",
    re.IGNORECASE,
)
_BOUND = re.compile(
    r"(?:[<>≤≥]=?|\b(?:at least|at most|more than|less than|fewer than|over|under|above|below|up to"
    r"|greater than|lower than|higher than|between|minimum|maximum)\b)"
    r"[^0-9.;:]{0,20}(?=[0-9])|[0-9]\s?\+(?!\s?[0-9])",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"(?:(?:\b(?:not|never|neither|nor)\b|n't\b)|\b(?:wrong|incorrect|false) answer:?)"
    r"[^0-9.;:,]{0,40}(?=[0-9])",
    re.IGNORECASE,
)
_TOP = (
    r"(?:a (?:possible|maximum|max|total|scale)(?: of)? )?(?:99|100)\b(?!\.?[0-9])(?: points?\b)?"
)
_LOW = r"0?[01](?: ?\([a-z ]{1,20}\))?"
_HIGH = r"(?:99|100)\b(?: ?\([a-z ]{1,20}\))?"
_SCALE = re.compile(
    rf"\(?\b(?:on |in |using |within )?(?:a |the |this |our |its )?(?:scale|range)"
    rf"(?: of| from| between|:)? {_LOW} ?(?:-|–|—|to|and|~|through) ?{_HIGH}\)?"
    rf"|\(?\b(?:on |in |using )?(?:a |the )?{_LOW} ?(?:-|–|—|to) ?(?:99|100)[ -]"
    r"(?:point )?(?:scale|range)\b\)?"
    rf"|\({_LOW} ?(?:-|–|—|to) ?{_HIGH}\)"
    rf"|\bfrom {_LOW} to {_HIGH}",
    re.IGNORECASE,
)
"""The asked scale, from 0 or 1 to 99 or 100; a number on another one is none on this."""
_OUT_OF = re.compile(
    rf"(?<=[0-9]) ?(?:/ ?|out of |of |from |\((?:out )?of ){_TOP}\)?", re.IGNORECASE
)
_MARGIN = re.compile(r"\s?\(?(?:±|\+/-|\+-)\s?[0-9]{1,4}(?:\.[0-9]{1,4})?%?\)?")
_REMARK = re.compile(r"\([^()]{0,400}\)|\[[^\[\]]{0,400}\]")
_ALONE_IN = re.compile(rf"[(\[]\s{{0,4}}(-?(?:{_FIGURE})\s?%?)\s{{0,4}}[)\]]")
_REASON = re.compile(
    r"[\s,;.–—-]{0,4}\b(?:because|since|as|given|based on|due to|considering|compared|which|where"
    r"|with|for|from|reflecting|i\.e|e\.g)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[.;!]\s{1,3}(?=[A-Z(])")
_TAKEN_BACK = re.compile(
    r"\b(?:or|maybe|perhaps|possibly|alternatively|actually|rather|instead|no|not|wait|correction"
    r"|however|but|could)\b",
    re.IGNORECASE,
)
_RESULT = re.compile(
    r"(?:[-+*/×÷(]|\b(?:plus|minus|times|divided by|mean|average|sum|total)\b)[^=]{0,200}="
    r"\s{0,3}(?P<is>[^=]{1,60})$",
    re.IGNORECASE,
)
_WORDS = re.compile(
    r"\b(?:zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six"
    r"|seven|eigh|nine)teen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|high|low"
    r"|medium|average|moderate|very)\b",
    re.IGNORECASE,
)
REFUSES = re.compile(
    r"\b(?:sorry|cannot|can't|can not|unable|not able|won't|as an ai|impossible to|not possible"
    r"|no way to|not enough|insufficient|don't know|do not know|unknown|refuse|decline)\b",
    re.IGNORECASE,
)
_BEFORE = {
    "about", "around", "approximately", "approx", "roughly", "circa", "a", "an", "the", "my", "i",
    "it", "its", "this", "that", "is", "be", "as", "at", "of", "to", "would", "will", "ll",
    "d", "should", "say", "predict", "predicted", "prediction", "rate", "rated", "rating", "give",
    "given", "assign", "estimate", "estimated", "guess", "guessed", "expect", "expected",
    "forecast", "score", "scores", "memorability", "final", "overall", "so", "thus", "therefore",
    "hence", "answer", "value", "likely", "probably", "somewhere", "close", "near", "nearly",
    "almost", "exactly", "just", "am", "m", "have", "advertisement", "ad", "slogan", "sentence",
    "word", "item", "last", "maybe", "perhaps", "adjusted", "revised", "corrected", "total",
    "result", "correct", "right", "best", "conclusion", "were", "remain", "left", "are", "there",
    "equals", "put", "and", "s", "here", "out", "your", "for",
}  # fmt: skip
"""Words that may stand before a score in its clause, and do not make it a number of something."""
_UNITS = {"point", "points", "percent", "pts", "out", "in", "or", "overall", "on", "i", "is"}
"""Words that may follow a score at once."""
_ALONE = {"points", "point", "about", "around"}
_LAST_WORD = re.compile(r"\b(?:final|adjusted|revised|corrected|overall)\b", re.IGNORECASE)
ABOUT_A_SCORE = re.compile(
    r"\b(?:scores?|rat(?:e|es|ing)|answers?|predict\w*|estimat\w*|points?|memorab\w*|guess\w*"
    r"|forecast|say|give|assign)\b",
    re.IGNORECASE,
)


def value_of(figure: str) -> float:
    """Return the number that a figure writes: commas before three digits are thousands.

    Example:
        >>> value_of("1,000"), value_of("63,5"), value_of("-0.5")
        (1000.0, 63.5, -0.5)
    """
    if re.fullmatch(r"-?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?", figure):
        return float(figure.replace(",", ""))
    return float(figure.replace(",", "."))


def plain_figure(figure: str) -> str:
    """Return a figure without separators, as numbers are compared."""
    if re.fullmatch(r"-?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?", figure):
        return figure.replace(",", "")
    return figure.replace(",", ".")


def figures_in(text: str) -> list[str]:
    """Return the numbers that stand in a text, without separators."""
    return [plain_figure(m[0]) for m in _NUMBER.finditer(text)]


def number_in(text: str) -> str | Unread:
    """Return the one number that an answer names, whatever it counts.

    Example:
        >>> number_in("It is 1,200 in all."), number_in("58 - 25 = 33"), number_in("3, 4").value
        ('1200', '33', 'several')
    """
    text = one_line(text[-4 * LONGEST :])
    if not text:
        return Unread.NO_ANSWER
    if ABOUT_ITSELF.search(text):
        return Unread.UNREADABLE
    if (result := _result(text)) is not None:
        text = result
    outside = _without_remarks(text)
    found = figures_in(outside)
    if found and other_side(outside):
        return Unread.SEVERAL
    if len({float(f) for f in found}) > 1:
        return Unread.RANGE if _RANGE.search(outside) else Unread.SEVERAL
    if not found:
        return Unread.WORDS if _WORDS.search(text) else Unread.UNREADABLE
    if _DENIED.search(outside):
        return Unread.DENIED
    return Unread.RANGE if _RANGE.search(outside) or _BOUND.search(outside) else found[0]


def number_alone(line: str) -> str | Unread:
    """Return the number that a line is, and nothing else."""
    return number_in(line) if stands_alone(line) else Unread.UNREADABLE


def number_said(line: str) -> str | Unread:
    """Return the number that a sentence gives, if the sentence says nothing but that.

    Example:
        >>> number_said("So there are 17 crates."), number_said("A tank holds 77 litres.").value
        ('17', 'unreadable')
    """
    found = number_in(line)
    if isinstance(found, Unread) or _result(one_line(line)) is not None:
        return found
    text = one_line(line)
    first = _NUMBER.search(text)
    return found if first and _leads(text[: first.start()]) else Unread.UNREADABLE


def _result(text: str) -> str | None:
    """Return what a computation ends with; None if the text is none."""
    found = _RESULT.search(text)
    return found["is"] if found else None


def score_in(text: str, low: float, high: float) -> float | Unread:
    """Return the one score that an answer gives on a scale; or why it gives none.

    Example:
        >>> score_in("63 on a scale from 00 to 99", 0, 99), score_in("63 ± 5", 0, 99)
        (63.0, 63.0)
        >>> [score_in(t, 0, 99).value for t in ("70-80", "1,000", "7/10", "8 examples")]
        ['range', 'out_of_range', 'several', 'unreadable']
    """
    text = one_line(text[:LONGEST])
    if not text:
        return Unread.NO_ANSWER
    text = _without_remarks(_MARGIN.sub("", _OUT_OF.sub("", _SCALE.sub(" ", text)))).strip()
    text = _said(text)
    if (result := _result(text)) is not None and len(figures_in(result)) == 1:
        text = result
    if _RANGE.search(text):
        return Unread.RANGE
    found = list(_NUMBER.finditer(text))
    values = {value_of(m[0]) for m in found}
    if len(values) > 1 or (found and other_side(text)):
        return Unread.SEVERAL
    if not found:
        if REFUSES.search(text):
            return Unread.REFUSAL
        return Unread.WORDS if _WORDS.search(text) else Unread.UNREADABLE
    if _BOUND.search(text):
        return Unread.RANGE
    if _DENIED.search(text):
        return Unread.REFUSAL if REFUSES.search(text) else Unread.DENIED
    if not _is_the_score(text, found[0]):
        return Unread.REFUSAL if REFUSES.search(text) else Unread.UNREADABLE
    value = values.pop()
    return value if low <= value <= high else Unread.OUT_OF_RANGE


def _without_remarks(text: str) -> str:
    """Return a text without its remarks in parentheses; a number that stands alone in them is none.

    Example:
        >>> _without_remarks("63 (mean of 59 and 67)"), _without_remarks("sixty-three (63)")
        ('63  ', 'sixty-three  63 ')
    """
    outside = _REMARK.sub(" ", text)
    return (
        outside if re.search("[0-9]", outside) else _REMARK.sub(" ", _ALONE_IN.sub(r" \1 ", text))
    )


def _said(text: str) -> str:
    """Return a text without the explanation or the sentence that follows its first number."""
    first = _NUMBER.search(text)
    if first is None:
        return text
    if reason := _REASON.match(text, first.end()):
        return text[: reason.start()]
    end = _SENTENCE.search(text, first.end())
    if end and not _TAKEN_BACK.search(text, end.start()):
        return text[: end.start()]
    return text


def _is_the_score(text: str, number: re.Match[str]) -> bool:
    """Tell a number that is the score from a number of something."""
    follows = re.match(r"\s{0,3}%?[\s\"'*_)-]{0,4}([^\W\d_]+)", text[number.end() :])
    return _leads(text[: number.start()]) and (follows is None or follows[1].lower() in _UNITS)


def _leads(text: str) -> bool:
    """Tell whether the clause or the label before a number only leads to it."""
    clause = re.split(r"[.;:,=!?|]", text)[-1]
    label = re.split(r"[.;,!?|]", text)[-1] if ":" in text else ""
    words = re.findall(r"[^\W\d_]+", f"{label} {clause}")
    return _BEFORE.issuperset(word.lower() for word in words)


def stands_alone(line: str) -> bool:
    """Tell whether a line is a number, a range or a list of them, and nothing else.

    Example:
        >>> stands_alone("63/99."), stands_alone("63 points"), stands_alone("Score: 63")
        (True, True, False)
    """
    rest = _OUT_OF.sub("", _SCALE.sub("", line[:LONGEST]))
    words = {word.lower() for word in re.findall(r"[^\W\d_]+", rest)}
    return re.search("[0-9]", rest) is not None and words <= _ALONE


def last_score(lines: Sequence[str], low: float, high: float) -> float | Unread | None:
    """Return the score that lines of a reply give, if they agree; None if no line is about one.

    A line counts if it is a number alone or says that its number is a score. One that is called
    final or adjusted goes before the others.
    """
    found: list[tuple[float, bool]] = []
    for line in lines:
        value = score_in(line, low, high)
        if isinstance(value, float) and (stands_alone(line) or ABOUT_A_SCORE.search(line)):
            found.append((value, _LAST_WORD.search(line) is not None))
    final = [value for value, is_final in found if is_final]
    values = final[-1:] or [value for value, _ in found]
    if not values:
        return None
    return values[-1] if len(set(values)) == 1 else Unread.SEVERAL


# --- lists ---------------------------------------------------------------------------------------

_ITEM = re.compile(r"[0-9]{1,6}")
_BETWEEN = re.compile(
    r"(?:[\s,;:.>≻→=|\[\](){}#*_`\"'-]|documents?\b|docs?\b|ids?\b|and\b|then\b)*",
    re.IGNORECASE,
)
_BULLET = re.compile(r"^[ \t*_#-]{0,6}([0-9]{1,3})[.)]\s", re.MULTILINE)
_NOTE = re.compile(r"\((?=[^()]*[^\W\d_])[^()]{0,400}\)|\([0-9]{0,3}\.[0-9]{1,6}\)")


def numbers_in(answer: str) -> list[int] | Unread:
    r"""Return the numbers that an answer lists, in order, if it lists numbers and nothing else.

    A number that stands twice counts where it stands first. The numbers of a list's lines ("1. 9")
    are none of its own, nor are remarks in parentheses.

    Example:
        >>> numbers_in("[3] > [1] > [12]"), numbers_in("3, 1 and 3"), numbers_in("1. 9\n2. 4")
        ([3, 1, 12], [3, 1], [9, 4])
        >>> numbers_in("the third").value
        'unreadable'
    """
    text = clean(answer)
    if not text.strip():
        return Unread.NO_ANSWER
    bullets = [int(found[1]) for found in _BULLET.finditer(text)]
    if len(bullets) > 1:
        if bullets != list(range(1, len(bullets) + 1)):
            return Unread.SEVERAL
        text = _BULLET.sub("", text)
    text = _NOTE.sub("", text)
    out: list[int] = []
    end = 0
    for found in _ITEM.finditer(text):
        if not _BETWEEN.fullmatch(text, end, found.start()):
            return Unread.UNREADABLE
        out.append(int(found[0]))
        end = found.end()
    if not out or not _BETWEEN.fullmatch(text, end):
        return Unread.UNREADABLE
    return list(dict.fromkeys(out))
