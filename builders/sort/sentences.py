"""Where sentences start in running text, and how plain text is had from Markdown.

Book-SORT's own rule (a word with ``.``, ``?``, ``!`` or ``;`` in it ends a sentence, unless it is
``mr.``, ``mrs.`` or ``dr.``) starts a tenth of its segments in the middle of a sentence. Here only
the last mark of a word counts, a semicolon ends nothing, abbreviations and initials end nothing,
and the next sentence must start like one.
"""

import re
from collections.abc import Sequence

_CLOSING = "\"'”’»)]}*_」』）】》〉〕"  # noqa: RUF001
_OPENS_ASIAN = "“‘「『（【《〈〔"  # noqa: RUF001
_OPENING = "\"'“‘«([{*_¿¡—–-" + _OPENS_ASIAN  # noqa: RUF001
_ENDS = (".", "?", "!", "…", "。", "？", "！")  # noqa: RUF001
_SHORT = (
    "mr mrs ms dr prof st sr jr rev hon messrs mme mlle gen col capt lt sgt maj cpl gov sen rep "
    "pres supt no nos vol vols ch chap p pp fig figs ed eds vs viz cf al etc approx dept est inc "
    "ltd co corp bros mt ft ave blvd rd jan feb mar apr jun jul aug sept sep oct nov dec mon tue "
    "tues wed thu thur thurs fri sat sun a.m p.m i.e e.g u.s u.k ph.d"
)
_ABBREVIATIONS = frozenset(_SHORT.split())
"""Words that end in a full stop without ending a sentence; those that may do both (``etc.``) count
as the former: a sentence start too few does no harm."""
_MANY_INITIALS = re.compile(r"^(?:[A-Za-z]\.)+$")

_CHARACTERS = (
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3031-\u303c\u3041-\u30ff\u3105-\u312f\u31a0-\u31bf"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
"""Han, kana and bopomofo, which stand without blanks and are counted one by one, as word processors
count them (Unicode's blocks)."""
_UNIT = re.compile(
    rf"[{_OPENS_ASIAN}]{{0,4}}[{_CHARACTERS}][^\w{_OPENS_ASIAN}]*"
    rf"|(?:(?![{_OPENS_ASIAN}]{{0,4}}[{_CHARACTERS}])\S)+"
)
"""A character with the marks at it, or what stands between such characters."""
_UNSPACED = re.compile(r"[\u0e00-\u109f\u1780-\u17ff\u1950-\u19df\ua9e0-\ua9ff]")
"""Thai, Lao, Tibetan, Burmese, Khmer, Tai: written without blanks, in words of many characters."""

_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_FENCE = re.compile(r"^(?:```|~~~)")
_HEADING = re.compile(r"^#{1,6}[ \t]+(?P<text>.*?)[ \t#]*$")
_UNDERLINE = re.compile(r"^(?:={3,}|-{3,}|\*{3,}|_{3,})$")
_LIST_MARK = re.compile(r"^(?:[-*+]|\d{1,3}[.)])[ \t]+")
_LINK = re.compile(r"!?\[([^\]\n]{0,500})\]\([^)\n]{0,2000}\)")
_EMPHASIS = re.compile(r"(?<![\w*])\*{1,3}(?=\S)|(?<=\S)\*{1,3}(?![\w*])|`|(?<!\w)__?(?=\w)|"
                       r"(?<=[\w.,;:!?])__?(?!\w)")  # fmt: skip


def ends_sentence(word: str) -> bool:
    """Tell whether a sentence may end with a word.

    Example:
        >>> [w for w in ("Mr.", "end.", "go!”", "first;", "J.", "3.5", "etc.") if ends_sentence(w)]
        ['end.', 'go!”']
    """
    bare = word.rstrip(_CLOSING)
    if not bare.endswith(_ENDS):
        return False
    if not bare.endswith("."):
        return True
    stem = bare.strip(_OPENING).rstrip(".")
    return not (stem.lower() in _ABBREVIATIONS or _MANY_INITIALS.match(f"{stem}."))


def starts_like_one(word: str) -> bool:
    """Tell whether a word looks like the first one of a sentence: no small letter at its start."""
    bare = word.lstrip(_OPENING)
    return bool(bare) and bare[0].isalnum() and not bare[0].islower()


def sentence_starts(paragraphs: Sequence[Sequence[str]]) -> list[int]:
    """Return the words at which sentences start, counted over all paragraphs.

    Args:
        paragraphs: the words of each paragraph.
    """
    out, at = [], 0
    for paragraph in paragraphs:
        ended = True
        for word in paragraph:
            if ended and starts_like_one(word):
                out.append(at)
            ended = ends_sentence(word)
            at += 1
    return out


def units(words: Sequence[str]) -> tuple[list[str], list[bool]]:
    """Return the words of a paragraph as they are counted, and which of them no blank precedes.

    In Chinese and Japanese every character is a word. Where a line ends between two of them, no
    blank stood there.

    Args:
        words: what stands between blanks.

    Example:
        >>> units(["第3天，去。", "Then", "ran."])
        (['第', '3', '天，', '去。', 'Then', 'ran.'], [False, True, True, True, False, False])
    """  # noqa: RUF002
    out: list[str] = []
    glued: list[bool] = []
    for word in words:
        parts = _UNIT.findall(word)
        across = bool(out) and _is_character(out[-1]) and _is_character(parts[0])
        out += parts
        glued += [across, *[True] * (len(parts) - 1)]
    return out, glued


def _is_character(unit: str) -> bool:
    return bool(re.match(rf"[{_OPENS_ASIAN}]{{0,4}}[{_CHARACTERS}]", unit))


def has_no_words(text: str) -> bool:
    """Tell whether a text is in a script whose words cannot be told apart here, such as Thai."""
    letters = sum(c.isalpha() for c in text)
    without_blanks = sum(1 for found in _UNSPACED.finditer(text) if found[0].isalpha())
    return 2 * without_blanks > letters


def plain_text(text: str, *, markdown: bool) -> tuple[str, list[list[str]]]:
    """Return a text's title and the words of its paragraphs.

    Headings, rules, code blocks and front matter are left out, as Book-SORT leaves out the titles
    of chapters; marks of emphasis, quotation and lists go, their words stay.

    Args:
        text: the file's text.
        markdown: whether it is Markdown; plain text is only split at blank lines.

    Returns:
        (title, paragraphs); the title is the first heading's, else empty.
    """
    text = text.replace("\r\n", "\n").lstrip("\ufeff")
    title, fenced = "", False
    paragraphs: list[list[str]] = []
    current: list[str] = []
    if markdown:
        text = _FRONT_MATTER.sub("", text)
    for raw in text.split("\n"):
        line = raw.strip()
        if markdown:
            if _FENCE.match(line):
                fenced, line = not fenced, ""
            elif fenced:
                continue
            elif heading := _HEADING.match(line):
                title = title or _unmarked(heading["text"])
                line = ""
            elif _UNDERLINE.match(line) or line.startswith("<!--"):
                line = ""
            else:
                if item := _LIST_MARK.match(line):
                    paragraphs.append(current)
                    current, line = [], line[item.end() :]
                line = _unmarked(line.lstrip("> "))
        if line:
            current += line.split()
        else:
            paragraphs.append(current)
            current = []
    return title, [p for p in [*paragraphs, current] if p]


def _unmarked(line: str) -> str:
    return _EMPHASIS.sub("", _LINK.sub(r"\1", line)).strip()
