"""Reading a response: what a model reasoned, what it then said, and the answer that it marked.

Every family reads through here, so that no family's score depends on where a model puts its tags.
All functions are total and take time linear in the text.
"""

import re
from dataclasses import dataclass

_NAMES = "think|thinking|thought|thoughts|reasoning|reflection|analysis|seed:think"
_REASONING_END = re.compile(
    rf"</(?:{_NAMES})>|\[/THINK\]|◁/think▷"
    r"|<\|(?:/think|think_end|end_think|end_thinking|end_of_thought|end_of_thinking)\|>"
    r"|<\|channel\|>final(?: [^<\n]{0,64})?<\|message\|>|(?-i:assistantfinal)",
    re.IGNORECASE,
)
"""Ends of reasoning, as the chat formats of common open models write them: tags by several names,
Mistral's brackets, Kimi's triangles, Cohere's and Sky-T1's special tokens, gpt-oss's channels (and
what is left of those when special tokens are skipped)."""
_REASONING_START = re.compile(
    rf"<(?:{_NAMES})>|\[THINK\]|◁think▷"
    r"|<\|(?:think|think_start|start_think|start_thinking|begin_of_thought|begin_of_thinking)\|>"
    r"|<\|channel\|>analysis<\|message\|>",
    re.IGNORECASE,
)
_TURN_END = re.compile(
    r"<\|(?:im_end|eot_id|endoftext|end_of_text|end|return|eom_id|end_of_turn)\|>"
    r"|<end_of_turn>|</s>|<｜end▁of▁sentence｜>",  # noqa: RUF001
    re.IGNORECASE,
)
"""Ends of a turn, for back ends that return special tokens: what follows is not the answer."""
# Repeats are bounded: two adjacent unbounded ones would take quadratic time on a run of stars.
_MARK = re.compile(
    r"(?P<line>\banswer[ \t*_`\"]{0,8}(?:is\b)?[ \t*_`\"]{0,8}[:：])"  # noqa: RUF001
    r"|(?P<tag><answer>)|(?P<box>\\boxed\s{0,8}\{)",
    re.IGNORECASE,
)
_DECORATION = " \t\r\n*_`#\"'$"
_FENCE = "```"
_BEFORE_MARK = {"", "the", "final", "the final", "my", "my final"}
_CLOSING = {"[": "]", "{": "}", "(": ")"}


@dataclass(frozen=True)
class Reading:
    r"""A response, read.

    Attributes:
        text: what the model said after its reasoning, trimmed.
        answer: the content of the last marked answer in ``text``, or else its last line that is
            not blank; without decoration such as stars, quotes and backticks round it.
        marked: whether the answer was marked: an ``ANSWER:`` line, ``<answer>`` or ``\boxed{}``.
        truncated: whether the reasoning was begun and never ended, and no answer follows it.
    """

    text: str
    answer: str
    marked: bool
    truncated: bool


def read(response: str, next_item: str = "") -> Reading:
    r"""Read a response.

    Reasoning is everything up to the *last* end-of-reasoning tag; a response without such a tag is
    read whole, because many models write none. In reasoning that was begun and never ended, an
    answer counts only if it is marked, on a line of its own, and ends the response.

    Args:
        response: the model's text.
        next_item: the first line of the task's prompts. A base model that has answered goes on to
            invent further items; an answer that was marked before this line is the one that counts.

    Example:
        >>> read("<think>ANSWER: U</think>So:\n**ANSWER: R D**").answer
        'R D'
        >>> read("<think>Let me see. Going up is").truncated
        True
    """
    said = after_reasoning(response)
    if end := _TURN_END.search(said):
        said = said[: end.start()]
    begun = _REASONING_START.search(said)
    if begun is None:
        return _reading(before_next_item(said, next_item))
    last = marked_answer(said)
    if last is not None and last.closes:
        return Reading(said[begun.end() :].strip(), last.content, marked=True, truncated=False)
    before = _reading(said[: begun.start()])
    if before.marked:
        return before
    return Reading("", "", marked=False, truncated=True)


def after_reasoning(response: str) -> str:
    """Return what follows the last end-of-reasoning tag; the whole response if there is none."""
    end = 0
    for found in _REASONING_END.finditer(response):
        end = found.end()
    return response[end:]


def reasoning(response: str) -> str:
    """Return what a response says before its answer, within and after its reasoning tags.

    That is everything before the last marked answer; without one, everything before the last line,
    or all of it where the reasoning was begun and never ended.
    """
    said = after_reasoning(response)
    thought = response[: len(response) - len(said)]
    if (mark := marked_answer(said)) is not None:
        shown = said[: mark.start]
    elif _REASONING_START.search(said):
        shown = said
    else:
        shown = said.rstrip().rpartition("\n")[0]
    return _REASONING_START.sub(" ", _REASONING_END.sub(" ", f"{thought}\n{shown}")).strip()


def before_next_item(said: str, next_item: str) -> str:
    """Return the text up to an invented next item, if an answer is marked before it."""
    at = said.find(next_item) if next_item else -1
    if at > 0 and marked_answer(said[:at]) is not None:
        return said[:at]
    return said


@dataclass(frozen=True)
class MarkedAnswer:
    """An answer that a response marks as such.

    Attributes:
        content: what was marked, without decoration; never empty.
        closes: whether it stands on a line of its own and nothing but decoration and closing tags
            follows it.
        start: where its mark begins in the text.
    """

    content: str
    closes: bool
    start: int


def marked_answer(text: str) -> MarkedAnswer | None:
    """Return the last marked answer that is not empty, or None.

    ``ANSWER:`` marks the rest of its line; if that is empty, the next block of lines; if it opens a
    bracket that is not closed there, everything up to the closing one.
    """
    marks = list(_MARK.finditer(text))
    following = len(text)
    for mark in reversed(marks):
        # An outer mark ends where an inner one begins, so each character is looked at once.
        content, end = _content(text, mark, following)
        if content:
            rest = text[end:].lower().replace("</answer>", "").strip(_DECORATION + "}.")
            closes = not rest and _begins_line(text, mark)
            return MarkedAnswer(content, closes, mark.start())
        following = mark.start()
    return None


def _begins_line(text: str, mark: re.Match[str]) -> bool:
    """Tell whether a mark begins its line; a box or a tag may stand within a sentence."""
    before = text[text.rfind("\n", 0, mark.start()) + 1 : mark.start()]
    return not mark["line"] or before.strip(_DECORATION + ">-").lower() in _BEFORE_MARK


def plain(text: str) -> str:
    """Return the text without blanks, quotes and Markdown decoration at its ends."""
    return text.strip(_DECORATION)


def last_line(text: str) -> str:
    """Return the last line that is not blank or bare decoration, without decoration; else empty."""
    for line in reversed(text.splitlines()):
        if found := plain(line):
            return found
    return ""


def _reading(said: str) -> Reading:
    marked = marked_answer(said)
    answer = last_line(said) if marked is None else marked.content
    return Reading(said.strip(), answer, marked=marked is not None, truncated=False)


def _content(text: str, mark: re.Match[str], limit: int) -> tuple[str, int]:
    """Return what a mark marks, and the position where it ends."""
    start = mark.end()
    if mark["box"]:
        end = _close(text, start - 1, limit)
        return plain(text[start:end]), min(end + 1, limit)
    if mark["tag"]:
        closing = re.compile(r"</answer>", re.IGNORECASE).search(text, start, limit)
        end = closing.start() if closing else limit
        return plain(text[start:end]), end
    end = _line_end(text, start, limit)
    line = plain(text[start:end])
    if not line:
        end = _block_end(text, start, limit)
        return plain(_unfenced(text[start:end])), end
    if line[0] in _CLOSING and line[0] != "(" and _CLOSING[line[0]] not in line:
        end = _close(text, text.index(line[0], start), limit) + 1
        line = plain(text[start:end])
    return _unwrapped(line), min(end, limit)


def _unwrapped(line: str) -> str:
    """Return an ``ANSWER:`` line without the tag or brace of a mark that it stands in."""
    tag = line.lower().find("</answer>")
    line = line if tag < 0 else line[:tag]
    if line.endswith("}") and "{" not in line:
        line = line[:-1]
    return plain(line)


def _line_end(text: str, start: int, limit: int) -> int:
    end = text.find("\n", start, limit)
    return limit if end < 0 else end


def _block_end(text: str, start: int, limit: int) -> int:
    """Return the end of the first block of lines after ``start``: a fenced one, or up to a blank.

    Lines of bare decoration before the block (the closing stars of ``**ANSWER:**``) are skipped.
    """
    end, fenced, begun = start, False, False
    while end < limit:
        stop = _line_end(text, end, limit)
        line = text[end:stop].strip()
        if line.startswith(_FENCE):
            if fenced or begun:
                return end
            fenced = True
        elif plain(line):
            begun = True
        elif begun and not fenced:
            return end
        end = stop + 1
    return limit


def _unfenced(block: str) -> str:
    return "\n".join(line for line in block.split("\n") if not line.strip().startswith(_FENCE))


def _close(text: str, opening: int, limit: int) -> int:
    """Return the position of the bracket that closes the one at ``opening``; ``limit`` if none."""
    opened, closed = text[opening], _CLOSING[text[opening]]
    depth = 0
    for found in re.compile(rf"[\{opened}\{closed}]").finditer(text, opening, limit):
        depth += 1 if found[0] == opened else -1
        if depth == 0:
            return found.start()
    return limit
