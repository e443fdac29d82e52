"""Where a response marks its answer: ``ANSWER:`` in many languages, tags, boxes, JSON.

A mark commits to what it marks; a sentence that announces an answer ("the correct option is B") is
weaker, and is looked at only where nothing is marked. All functions take time linear in the text:
each character belongs to one mark's content at most.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from heptathlon.scorers.reading.wrapping import DECORATION, peeled, plain, unfenced

_D = r"[ \t*_`\"']{0,8}"
# Repeats are bounded: two adjacent unbounded ones would take quadratic time on a run of stars.
_WORDS = (
    # German, French, Spanish, Portuguese, Italian, Dutch, Scandinavian, Finnish, Czech, Polish
    r"\b(?:antwort|lösung|réponse|respuesta|resposta|risposta|antwoord|svar(?:et)?|vastaus|odpověď"
    r"|odpowiedź"
    # Turkish, Vietnamese, Indonesian, Romanian, Hungarian, Russian, Ukrainian, Greek
    r"|cevap|yanıt|đáp án|câu trả lời|jawaban(?:nya)?|răspuns(?:ul)?|válasz|ответ|відповідь"
    r"|απάντηση|الإجابة|إجابة|الجواب|תשובה|उत्तर)"
    # Chinese, Japanese, Korean and Thai, which set no blank before it
    r"|答案|回答|答え|解答|正解|답변|정답|답|คำตอบ"
)
"""How other languages call an answer; a model that thinks in one often marks its answer in it."""
_IS = (
    r"is|was|would be|will be|should be|must be|ist|lautet|est|es|é|è|är|er|là|adalah|это"
    r"|は|是|为|為|은|는|هي"
)
_MARK = re.compile(
    r"(?P<tag><(?:final[_-]?)?ans(?:wer)?>|<\|begin_of_box\|>)"
    r"|(?P<box>\\(?:boxed|fbox)\s{0,8}\{)"
    r"|(?P<json>[\"'](?:final|predicted|correct|my)?[ _-]?answer[\"']\s{0,4}:(?!\w))"
    rf"|(?P<line>(?:\banswer\b|{_WORDS})(?: (?:choice|option|letter|line)\b)?"
    rf"(?:{_D}\([^()\n]{{0,40}}\))?(?P<is>{_D}(?:{_IS})(?!\w))?{_D}(?::|=(?!=)|->|→|⇒)"
    rf"|(?:{_WORDS})(?:是|为|為|は|은|는)\s{{0,2}})"
    rf"|(?P<head>^[ \t>*_#`]{{0,8}}(?:(?:the|my|your|final|correct) ){{0,3}}"
    rf"(?:answer|{_WORDS})[ \t*_#`]{{0,8}}$)"
    r"|(?P<bare>(?-i:^[ \t>*_#`]{0,8}ANSWER(?:[ \t*_`]{1,8}[-–—]{0,2}[ \t*_`]{0,4})(?=[^\s:*_`])))",
    re.IGNORECASE | re.MULTILINE,
)
_LEADS = {
    "so", "thus", "therefore", "hence", "the", "my", "final", "correct", "right", "best", "short",
    "and", "our", "an", "in", "conclusion", "finally", "ok", "okay", "predicted", "ultimate",
    "corrected", "revised", "updated", "model", "letter", "only", "single", "chosen", "selected",
    "overall", "then", "your", "actual", "endgültige", "richtige", "die", "la", "a", "o", "el",
    "det", "endelige", "den", "итоговый", "окончательный", "правильный", "최종", "최종적인",
    "最终", "最終", "正确", "正確", "最終的な", "所以", "因此", "故", "よって", "따라서",
}  # fmt: skip
"""Words that may stand before a mark on its line."""
_NOT_OURS = re.compile(
    r"\b(?:wrong|incorrect|possible|another|other|alternative|initial|previous|earlier|first"
    r"|tempting|example|sample|(?:student|user|person)'?s?|their|his|her|if|whether|not|no)\s{1,3}"
    r"(?:\w{1,20}\s{1,3}){0,1}[\W_]{0,6}$",
    re.IGNORECASE,
)
"""What makes the answer that is named behind it somebody else's, or none."""
DOUBT = (
    r"(?<!\bno )(?<!\bwithout )(?<!\bbeyond )(?<!n't )(?<!\bnot )\bdoubt(?:s|ed|ful)?\b"
    r"|\b(?:unlikely|improbable)\b"
)
"""What is said of something that is not believed; no doubt is none."""
_DOUBTED = re.compile(
    r"(?:(?:(?:\b(?:not|never|hardly|nobody|no one)|n't)\b(?: \w{1,12}){0,2}?"
    r" (?:think|thinks|believe|believes|say|says|saying|claim|mean|suppose|suggest|agree|true"
    r"|possible|likely|the case|(?:sure|certain|convinced|clear) (?:that|whether|if)))"
    rf"|{DOUBT}|\bimpossible)"
    r"(?: (?:that|whether|if))?(?: (?:the|my|our|this|a))?[ \t*_\"']{0,4}$",
    re.IGNORECASE,
)
"""What makes the answer that is named behind it one that is not believed."""
_DOUBTS = (
    "not", "n't", "never", "hardly", "nobody", "no one", "doubt", "unlikely", "improbable",
    "impossible",
)  # fmt: skip
"""The words one of which stands in all that :data:`_DOUBTED` finds."""
_FORMULA = re.compile(
    rf"^{_D}(?:(?:so|thus|therefore|hence),? )?(?:the |my )?(?:final |correct |right |best )?"
    rf"(?:answer|option|choice) (?:is|would be){_D}:?{_D}",
    re.IGNORECASE,
)
_TAG_END = re.compile(r"</(?:final[_-]?)?ans(?:wer)?>|<\|end_of_box\|>", re.IGNORECASE)
_CLOSERS = re.compile(r"</(?:final[_-]?)?ans(?:wer)?>|<\|end_of_box\|>|\\[\])]", re.IGNORECASE)
_CLOSING = {"[": "]", "{": "}", "(": ")"}
_DECODER = json.JSONDecoder()


@dataclass(frozen=True)
class MarkedAnswer:
    """An answer that a response marks as such.

    Attributes:
        contents: what was marked, without what wraps it; several where marks with nothing between
            them follow one another. Never empty, and none of them is.
        closes: whether the mark stands on a line of its own and nothing but decoration and closing
            tags follows its content.
        start: where its mark begins in the text.
        cut: whether the mark was opened and never closed, so that what it marks is not whole.
        after: the text behind what was marked.
    """

    contents: tuple[str, ...]
    closes: bool
    start: int
    cut: bool
    after: str

    @property
    def content(self) -> str:
        """What was marked last."""
        return self.contents[-1]


@dataclass(frozen=True)
class _Content:
    text: str
    start: int
    end: int
    cut: bool
    line: bool


def first_mark(text: str, start: int) -> int:
    """Return where the first mark after a place begins; the text's length if there is none."""
    # What a tag is glued to is no part of the word behind it.
    glued = _MARK.match(text[start : start + 80].lstrip())
    if glued and _is_mark(text, glued):
        return start
    return next((m.start() for m in _MARK.finditer(text, start) if _is_mark(text, m)), len(text))


def first_statement(text: str, start: int) -> int:
    """Return where the first sentence after a place announces an answer; else the length."""
    found = _pattern(()).search(text, start)
    return found.start() if found else len(text)


def marked_answer(text: str) -> MarkedAnswer | None:
    """Return the last marked answer that is not empty, or None.

    ``ANSWER:`` marks the rest of its line; if that is empty, the next block of lines; if it opens a
    bracket that is not closed there, everything up to the closing one. Two such marks on one line
    ("ANSWER: A or ANSWER: B") mark the line. Marks that follow one another with nothing between
    them are one listing: all their contents are given.
    """
    marks = [m for m in _MARK.finditer(text) if _is_mark(text, m)]
    following = len(text)
    last: _Content | None = None
    contents: list[str] = []
    for mark in reversed(marks):
        if last is not None and last.line and mark["line"] and _same_line(text, mark, last):
            if whole := _line_of(text, mark, last):
                contents[0] = whole
            last = _Content(last.text, mark.start(), last.end, last.cut, last.line)
            following = mark.start()
            continue
        # An outer mark ends where an inner one begins, so each character is looked at once.
        found = _content(text, mark, following)
        if found.text:
            if last is None:
                finding, closer = found, mark
            elif _CLOSERS.sub("", text[found.end : last.start]).strip(DECORATION + "}.,:>-"):
                break
            last = found
            contents.insert(0, found.text)
        following = mark.start()
    if last is None:
        return None
    rest = _CLOSERS.sub("", text[finding.end :]).strip(DECORATION + "}.")
    closes = not rest and _begins_line(text, closer)
    after = text[finding.end :].strip()
    return MarkedAnswer(tuple(contents), closes, last.start, finding.cut, after)


def _same_line(text: str, mark: re.Match[str], last: _Content) -> bool:
    return mark.end() <= last.start and "\n" not in text[mark.end() : last.start]


def _line_of(text: str, mark: re.Match[str], last: _Content) -> str:
    """Return all that two marks on one line name, if the first one names anything."""
    first = peeled(text[mark.end() : last.start])
    first = _FORMULA.sub("", first).strip(DECORATION + ".,:")
    return f"{first} {last.text}" if first else ""


def _is_mark(text: str, mark: re.Match[str]) -> bool:
    """Tell a mark from a word of a sentence."""
    if not mark["line"]:
        return True
    before = text[max(0, mark.start() - 80) : mark.start()].rpartition("\n")[2]
    if _disowned(before):
        return False
    if mark["is"] or mark["line"].startswith("ANSWER"):
        return True
    words = re.findall(r"[^\W_]+", re.split(r"[,.;!?]", before)[-1])
    return len(words) <= 6 and _LEADS.issuperset(word.lower() for word in words)


def _begins_line(text: str, mark: re.Match[str]) -> bool:
    """Tell whether a mark begins its line; a box or a tag may stand within a sentence."""
    before = text[max(0, mark.start() - 80) : mark.start()].rpartition("\n")[2]
    words = before.strip(DECORATION + ">-").lower().split()
    return not mark["line"] or {"the", "my", "final"}.issuperset(words)


def _line_of_mark(text: str, mark: re.Match[str]) -> int:
    """Return where a mark begins with the words that lead to it: "So, the answer is:"."""
    before = text[max(0, mark.start() - 80) : mark.start()].rpartition("\n")[2]
    leads = _LEADS.issuperset(word.lower() for word in re.findall(r"[^\W_]+", before))
    return mark.start() - len(before) if mark["line"] and leads else mark.start()


def _content(text: str, mark: re.Match[str], limit: int) -> _Content:
    """Return what a mark marks, and where it ends."""
    start, begin = mark.end(), _line_of_mark(text, mark)
    if mark["box"]:
        end = close(text, start - 1, limit)
        cut = end == limit == len(text)
        return _Content(peeled(text[start:end]), begin, min(end + 1, limit), cut, line=False)
    if mark["tag"]:
        closing = _TAG_END.search(text, start, limit)
        end = closing.start() if closing else limit
        cut = closing is None and limit == len(text)
        return _Content(peeled(unfenced(text[start:end])), begin, end, cut, line=False)
    if mark["json"] and text[start:limit].strip():
        return _value(text, begin, start, limit)
    end = _line_end(text, start, limit)
    line = plain(text[start:end])
    if not line:
        end, cut = _block_end(text, start, limit)
        return _Content(peeled(unfenced(text[start:end])), begin, end, cut, line=True)
    cut = False
    if line[0] in "[{" and _CLOSING[line[0]] not in line:
        opening = text.index(line[0], start)
        end = close(text, opening, limit) + 1
        cut = end > limit == len(text)
        line = plain(text[start:end])
    content = _FORMULA.sub("", peeled(_unwrapped(line)))
    if content.endswith("="):
        content = ""  # work that leads to a box
    return _Content(content, begin, min(end, limit), cut, line=True)


def _value(text: str, begin: int, start: int, limit: int) -> _Content:
    """Return a JSON value, as text."""
    at = start
    while text[at].isspace():
        at += 1
    try:
        # A slice, because a failure costs time in proportion to all that stands before it.
        value, length = _DECODER.raw_decode(text[at:limit])
        end = at + length
    except (ValueError, RecursionError):
        end = _line_end(text, start, limit)
        line = re.split(r"[\"'],\s{0,4}[\"']|[}\]]\s{0,4}$", text[start:end].strip())[0]
        return _Content(peeled(line), begin, end, text[at] in '"[{', line=False)
    said = value if isinstance(value, str) else text[at:end]
    return _Content(peeled(said), begin, end, cut=False, line=False)


def _unwrapped(line: str) -> str:
    """Return an ``ANSWER:`` line without the tag or brace of a mark that it stands in."""
    tag = _TAG_END.search(line)
    line = line if tag is None else line[: tag.start()]
    if line.endswith("}") and "{" not in line:
        line = line[:-1]
    return plain(line)


def _line_end(text: str, start: int, limit: int) -> int:
    end = text.find("\n", start, limit)
    return limit if end < 0 else end


def _block_end(text: str, start: int, limit: int) -> tuple[int, bool]:
    """Return the end of the first block of lines after ``start``: a fenced one, or up to a blank.

    Lines of bare decoration before the block (the closing stars of ``**ANSWER:**``) are skipped.
    Also tells whether a fence was opened and never closed.
    """
    end, fenced, begun = start, False, False
    while end < limit:
        stop = _line_end(text, end, limit)
        line = text[end:stop].strip()
        if line.startswith("```"):
            if fenced or begun:
                return end, False
            fenced = True
        elif plain(line):
            begun = True
        elif begun and not fenced:
            return end, False
        end = stop + 1
    return limit, fenced and limit == len(text)


def close(text: str, opening: int, limit: int) -> int:
    """Return the position of the bracket that closes the one at ``opening``; ``limit`` if none."""
    opened, closed = text[opening], _CLOSING[text[opening]]
    depth = 0
    for found in re.compile(rf"[\{opened}\{closed}]").finditer(text, opening, limit):
        depth += 1 if found[0] == opened else -1
        if depth == 0:
            return found.start()
    return limit


# --- statements ----------------------------------------------------------------------------------

_RIGHT = r"(?:correct|right|best|final|most likely|most plausible|appropriate|proper|chosen)"
_BE = (
    r"is|was|would be|will be|should be|must be|appears to be|seems to be|could only be|are"
    r"|comes out as|comes out at"
)
_SAYS = rf"(?:{_BE}|:|=(?!=)|->|→)"
_STATED = (
    rf"(?:\b(?:the|my|our) |^{_D}){{0,1}}(?:{_RIGHT} ){{0,2}}"
    rf"\b(?:answer{_D}(?:{_BE})\b|conclusion{_D}{_SAYS})"
    rf"|\b{_RIGHT} (?:answer|option|choice|letter|segment|passage|event|statement|one|path|word"
    rf"|label|output){_D}{_SAYS}"
    r"|\bI(?:'d| would|'ll| will| have| am|'m)? (?:choose|chose|chosen|pick|picked|select|selected"
    r"|go with|going with|answer|say)\b"
    # What somebody else will do is what was asked; what they did may be told of the examples.
    r"|\b(?:student|pupil|learner) (?:will|would|should|is likely to|is most likely to)"
    r"(?: (?:most likely|likely|probably|also|then)){0,1}"
    r" (?:choose|pick|select|tick|mark|answer(?: with)?|go with)\b"
    r"|(?:选择?|選擇?)(?=[ \t*_\"'(]{0,4}[A-Za-z])"
)


def statements(text: str, nouns: Sequence[str] = ()) -> Iterator[str]:
    """Yield what sentences and labels announce as the answer, the last one first.

    Args:
        text: what was said.
        nouns: what a family's answers are called besides: "Score: 63", "the output is foo".
    """
    found = [
        m for m in _pattern(tuple(nouns)).finditer(text)
        if not _disowned(text[max(0, m.start() - 80) : m.start()].rpartition("\n")[2])
    ]  # fmt: skip
    limit = len(text)
    for mark in reversed(found):
        end = _line_end(text, mark.end(), max(limit, mark.end()))
        limit = mark.start()
        if content := peeled(text[mark.end() : end]):
            yield content


def _disowned(before: str) -> bool:
    """Tell whether what stands before an answer on its line makes it another's, or no belief."""
    if _NOT_OURS.search(before):
        return True
    # A look for its words takes a tenth of the pattern's time, and few lines have one.
    said = before.casefold()
    return any(word in said for word in _DOUBTS) and _DOUBTED.search(before) is not None


@lru_cache(maxsize=64)
def _pattern(nouns: tuple[str, ...]) -> re.Pattern[str]:
    named = "|".join(map(re.escape, nouns))
    more = rf"|\b(?:{named}){_D}{_SAYS}" if nouns else ""
    return re.compile(_STATED + more, re.IGNORECASE | re.MULTILINE)
