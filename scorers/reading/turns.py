"""Where a response's own turn ends, and where its reasoning does.

A model that is not stopped goes on: it opens another turn, asks something and answers that. Only
the first turn counts. What opens or closes one is written in many ways: by the special tokens of a
chat format, by what is left of them when a back end drops special tokens (``user`` on a line of its
own, or glued to the answer), or by plain labels.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from heptathlon.scorers.reading.marks import first_mark, first_statement

_THINK = (
    r"(?:\w{1,16}[:_])?(?:think(?:ing)?|thoughts?|reason(?:ing)?|reflections?|analysis|scratchpad"
    r"|rationale|inner_monologue|antthinking)"
)
_THINKS = r"(?:think(?:ing)?|thoughts?|reason(?:ing)?)"
_STARTS = (
    rf"<{_THINK}\s?>|\[THINK\]|◁think▷|\[unused16\]"
    rf"|<\|(?:{_THINKS}(?:_start)?|(?:start|begin)(?:_of)?_{_THINKS}|inner_prefix)\|>"
    r"|<\|channel>\s?thought\b|\A\s{0,8}(?-i:analysis(?=[A-Z]))"
    r"|\bhere(?:'s| is) my thought process:"
)
_ENDS = (
    rf"</{_THINK}\s?>|\[/THINK\]|◁/think▷|\[unused17\]"
    rf"|<\|(?:/{_THINKS}|{_THINKS}_end|end(?:_of)?_{_THINKS}|inner_suffix)\|>"
    r"|<channel\|>|\bhere(?:'s| is) my response:|\A\s{0,8}(?-i:final(?=[A-Z]))"
)
_CHANNEL = (
    r"(?:<\|end\|>)?(?:<\|start\|>assistant)?<\|channel\|>(?P<channel>analysis|commentary|final)"
    r"(?: [^<\n]{0,64})?(?:<\|constrain\|>[a-z]{1,10})?<\|message\|>"
    r"|(?-i:assistant)(?-i:(?P<left>analysis|commentary|final))"
)
"""gpt-oss's channels, and what is left of them when special tokens are dropped."""
_SPECIAL = (
    r"<\|[^<>|\n]{1,48}\|>|<\|[a-z_]{1,24}>|<[a-z_]{1,24}\|>|\[\|[a-z_]{1,24}\|\]"
    r"|</?s>|<(?:bos|eos|pad|unk|eod|eop|sop|eoh|eoa|sep)>|<(?:bos|eos)_token>"
    r"|<(?:start|end)_of_turn>|<(?:beginning|end)_of_sentence>|<seed:[be]os>"
    r"|\[(?:eos|bos|pad|unk|sep|cls|gmask)\]|\[/?(?:inst|system_prompt|available_tools)\]"
    r"|\[(?:tool_calls|end of text)\]|\[unused_token_\d{1,4}\]|\[unused\d{1,3}\]"
    r"|<extra_id_\d{1,3}>|<special_\d{1,3}>|<reserved_\d{1,4}>|</?role>|<用户>|<ai>"
    r"|\]~!?b\[|\]~b\]|\[e~\["
)
_LEAD = r"^[ \t>*_#]{0,8}"
_LABEL = (
    rf"{_LEAD}(?:user|human|assistant|chatbot|ai assistant|ai|gpt4(?: correct)? (?:user|assistant))"
    r"[ \t]{0,2}\d{0,2}[ \t*_]{0,4}:"
    r"|(?-i:(?<=\s)(?:USER|ASSISTANT|User|Human|(?:AI )?Assistant):)"
    r"|(?-i:GPT4(?: Correct)? (?:User|Assistant):)"
    r"|^[ \t]{0,4}#{2,4} ?(?:instruction|input|user message)[ \t*]{0,4}(?::|$)"
    rf"|{_LEAD}(?:question|problem|exercise|task|example) (?:[2-9]|1\d)[ \t*_]{{0,4}}[:\n]"
)
_LEFT_ROLE = (
    r"(?-i:^(?:user|assistant|model|system|tool|ipython|human|observation|bot)[ \t]{0,4}\n"
    r"|(?<=[^\s_-])(?:user|assistant)\n\n"
    r"|(?:^|(?<=[^\s_-]))(?:user|assistant)(?=[A-Z\u2e80-\uffff]))"
)
"""What is left of a turn's header: the role alone on a line, glued to the answer before it, or to
the text behind it. A role behind a blank is a word of a sentence."""
_WEAK = (
    rf"{_LEAD}(?:next )?(?:question|problem|exercise|task|example|instructions?|input|prompt|query"
    r"|q|passage|system|model|bot|student|teacher)[ \t]{0,2}#?\d{0,3}[ \t*_]{0,4}[:\n]"
)
"""Labels that open a further item after an answer, and say nothing before one."""

_EVENT = re.compile(
    rf"(?P<start>{_STARTS})|(?P<end>{_ENDS})|(?P<harmony>{_CHANNEL})|(?P<token>{_SPECIAL})"
    rf"|(?P<label>{_LABEL})|(?P<role>{_LEFT_ROLE})|(?P<weak>{_WEAK})",
    re.IGNORECASE | re.MULTILINE,
)
_REASONING_END = re.compile(rf"{_ENDS}|{_CHANNEL}", re.IGNORECASE)

_SAYS_NOTHING = re.compile(
    r"pad|unk|mask|gmask|(?:begin|start)_?of_?(?:text|sentence)|begin▁of▁sentence|startoftext"
    r"|b(?:os|om|ot)(?:_token)?|seed:bos|sop|s|beginning_of_sentence|(?:begin|end)_of_box"
    r"|box_(?:start|end)|(?:object_ref|quad|vision)_(?:start|end)"
    r"|start_(?:response|text|answer|solution)|begin_of_(?:solution|answer|response)"
    r"|message|im_sep|im_middle|end_header_id|header_end|end_of_role|final"
)
"""Names of tokens that neither open nor close a turn, such as padding and boxes."""
_ASKER = re.compile(r"(?:hy_|im_)?user(?:_token|_start)?|human|inst|用户|system_token|observation")
_OWN = re.compile(
    r"im_start|start_header_id|header_start|start_of_turn(?:_token)?|start_of_role|start|turn|role"
    r"|(?:hy_|im_)?assistant(?:_start)?|chatbot(?:_token)?|chatbot_token|bot|ai|model|/inst"
    r"|extra_id_1|reserved_107|special_11"
)
"""Tokens that open a turn, which may be the model's own if nothing has been said yet."""
_HEADER = re.compile(
    r"\s{0,4}(?:(?P<asker>user|human|system)\b|(?:assistant|model|chatbot|gpt|ai|bot)\b)?\s{0,2}"
    r"(?:<\|(?:end_header_id|header_end|im_sep|im_middle|end_of_role|message)\|>|</role>|:)?",
    re.IGNORECASE,
)
_WITHIN_REASONING = re.compile(r"<\|(?:end|call|start|message|constrain|channel)\|>", re.IGNORECASE)
"""gpt-oss's marks between messages of one turn, which are no ends while it still reasons."""
_ASKS = re.compile(r"(?:<\|start\|>)?(?:user|human|system)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Turn:
    """The first turn of a response.

    Attributes:
        said: what was said after the reasoning; before it, if nothing was said after it.
        thought: the reasoning that was ended, without its tags.
        unended: the reasoning that was begun and never ended; None if there is none.
        ended: whether a mark of the turn's end was seen.
        doubtful: whether it cannot be told if what seems a further turn is part of the reasoning.
    """

    said: str
    thought: str
    unended: str | None = None
    ended: bool = False
    doubtful: bool = False


def first_turn(text: str, next_items: Sequence[str] = ()) -> Turn:
    """Return the first turn of a response.

    Args:
        text: the response, cleaned.
        next_items: what lines begin with where a prompt of the task, or the next item in it,
            begins. A base model that has answered goes on to invent further items.
    """
    return _Scan(text, tuple(next_items)).turn()


def after_reasoning(response: str) -> str:
    """Return what follows the last end of reasoning, with nothing changed; all if there is none."""
    at = 0
    for found in _REASONING_END.finditer(response):
        if "final" in (found["channel"] or found["left"] or "final").lower():
            at = found.end()
    return response[at:]


_LEFT_REASONING = re.compile(r"^analysis(?=[A-Z])", re.MULTILINE)
"""The beginning of reasoning as it is left where special tokens are dropped."""
ITEM = 200
"""Characters by which the beginning of a next item is known."""


class _Scan:
    """One pass over a response's marks, from left to right."""

    def __init__(self, text: str, next_items: tuple[str, ...]) -> None:
        self.text = text
        self.items = _items(next_items)
        self.begin = self.looked = 0
        self.spoken = self.reasoned = False
        self.thoughts: list[str] = []
        self.before: list[str] = []
        self.inside: int | None = None
        self.cut: int | None = None
        self.ended = self.doubtful = False
        self.first_mark: int | None = None
        self.first_statement: int | None = None

    def turn(self) -> Turn:
        stop = len(self.text)
        for found in self._marks():
            self._look(found.start())
            if self._ends_turn(found):
                stop = found.start() if self.cut is None else self.cut
                break
            self.looked = max(self.looked, found.end())
        else:
            stop = stop if self.cut is None else self.cut
        self.ended = self.ended or self.cut is not None
        thought = "\n".join(self.thoughts)
        if self.inside is not None:
            unended = self.text[self.inside : stop]
            return Turn("\n".join(self.before), thought, unended, self.ended)
        said = self.text[self.begin : max(stop, self.begin)]
        if not said.strip():
            said = "\n".join(self.before)
        return Turn(said, thought, None, self.ended, self.doubtful)

    def _marks(self) -> Iterator[re.Match[str]]:
        """Yield marks from left to right; of two at one place the next item's."""
        if self.items is None:
            yield from _EVENT.finditer(self.text)
            return
        # Two searches, not one for both: the items are of one document, and the large pattern of
        # all marks would be compiled for each.
        item, event = self.items.search(self.text), _EVENT.search(self.text)
        while item or event:
            item_first = item and (event is None or item.start() <= event.start())
            found = item if item_first else event
            assert found is not None
            yield found
            place = max(found.end(), found.start() + 1)
            if item and item.start() < place:
                item = self.items.search(self.text, place)
            if event and event.start() < place:
                event = _EVENT.search(self.text, place)

    def _look(self, to: int) -> None:
        """Note whether anything was said up to a place."""
        if not self.spoken and to > self.looked:
            self.spoken = not self.text[self.looked : to].isspace()

    def _ends_turn(self, found: re.Match[str]) -> bool:
        kind = found.lastgroup
        if kind == "start":
            return self._reason(found)
        if kind == "end":
            return self._answer(found)
        if kind == "harmony":
            # Without a further turn's beginning, more reasoning of the same turn may go before.
            if (
                self.reasoned
                and self.spoken
                and self.inside is None
                and not _LEFT_REASONING.search(self.text, self.begin, found.start())
            ):
                self.ended = True
                return True
            final = (found["channel"] or found["left"]).lower() == "final"
            return self._answer(found) if final else self._reason(found)
        if kind == "token":
            return self._token(found)
        if self.inside is None and self.cut is None:
            self._label(found, str(kind))
        return False

    def _reason(self, found: re.Match[str]) -> bool:
        if self.cut is not None:
            return True
        if self.inside is None:
            self.before.append(self.text[self.begin : found.start()])
            self.inside = self.begin = found.end()
            self.looked = found.end()
        return False

    def _answer(self, found: re.Match[str]) -> bool:
        """Take an end of reasoning, for which no beginning need have been seen."""
        if self.cut is not None:
            # A label within reasoning whose beginning stood in the prompt; but if an answer was
            # marked before the label, this may as well be the reasoning of an invented turn.
            if self.reasoned or self._marked_before(self.cut):
                self.doubtful = not self.reasoned
                return True
            self.cut = None
        begun = self.begin if self.inside is None else self.inside
        self.thoughts += [] if self.inside is not None else self.before
        if self.inside is None:
            self.before = []
        self.thoughts.append(self.text[begun : found.start()])
        self.begin = self.looked = found.end()
        self.inside = None
        self.spoken, self.reasoned = False, True
        return False

    def _token(self, found: re.Match[str]) -> bool:
        if self.cut is not None:
            return True
        name = _name(found[0].lower())
        if self.inside is not None:
            between = _WITHIN_REASONING.fullmatch(found[0])
            if _SAYS_NOTHING.fullmatch(name):
                return False
            self.ended = not (between and not _ASKS.match(self.text, found.end()))
            return self.ended
        if _SAYS_NOTHING.fullmatch(name):
            return False
        if not self.spoken and not _ASKER.fullmatch(name):
            if not _OWN.fullmatch(name):
                self.ended = name.startswith(("end", "eo", "/s", "im_end", "return"))
                return self.ended
            header = _HEADER.match(self.text, found.end())
            if header is None or not header["asker"]:
                self.begin = self.looked = header.end() if header else found.end()
                return False
        self.ended = True
        return True

    def _label(self, found: re.Match[str], kind: str) -> None:
        if kind == "weak":
            if not (self._marked_before(found.start()) or self._stated_before(found.start())):
                return
        elif not self.spoken:
            # The model's own label, at the very beginning.
            own = re.search(r"assistant|model|\bai\b|bot", found[0], re.IGNORECASE)
            if kind != "item" and own:
                self.begin = self.looked = found.end()
                return
            if kind == "item":
                return
        elif kind == "item" and self._restates(found.start()):
            return
        self.cut = found.start()

    def _restates(self, place: int) -> bool:
        """Tell whether a heading is introduced by a colon: "The task is:" and then the task."""
        return self.text[max(self.begin, place - 80) : place].rstrip().endswith(":")

    def _marked_before(self, place: int) -> bool:
        if self.first_mark is None or self.first_mark < self.begin:
            self.first_mark = first_mark(self.text, self.begin)
        return self.first_mark < place

    def _stated_before(self, place: int) -> bool:
        if self.first_statement is None or self.first_statement < self.begin:
            self.first_statement = first_statement(self.text, self.begin)
        return self.first_statement < place


def _name(token: str) -> str:
    """Return a token's name; ``<turn|>``, which is open on its left, ends what it names."""
    if token in {"]~b]", "]~!b["}:
        return "role"
    name = token.strip("<>[]|")
    return f"end_{name}" if token.endswith("|>") and not token.startswith("<|") else name


@lru_cache(maxsize=256)
def _items(next_items: tuple[str, ...]) -> re.Pattern[str] | None:
    items = "|".join(re.escape(item[:ITEM]) for item in next_items if item)
    return re.compile(rf"(?P<item>^(?:{items}))", _EVENT.flags) if items else None
