r"""Reading a response: where its answer ends, what wraps it, and what it names. The contract.

Every family's scorer reads through here, so that no score depends on where a model puts its tags.
``docs/reading.md`` says the same for people who use the suite.

1. An answer is never made up. What is not one answer is :class:`Unread`: invalid, with a reason,
   and never doubled, cut, denied or taken out of a list.
2. The first turn counts (:mod:`.turns`): up to a mark of a turn's end or beginning, special, left
   over or plain, or to the beginning of a further item (``next_items``). Its reasoning is left out.
3. The last marked answer counts (:mod:`.marks`), as a correction of those before it. Marks with
   nothing between them must agree. An answer that is taken back in words behind its mark, where
   another one is given, does not count, nor does the other one.
4. Without a mark, the last sentence that announces an answer counts; else the lines that are an
   answer and nothing else, if they agree (:func:`settled`).
5. A mark that is never closed, and whatever reaches the end of a text that the token limit is known
   to have cut (:class:`CutShort`), is truncated.
6. What an answer names is read by one function a kind (:mod:`.options`, :mod:`.numbers`,
   :mod:`.moves`), with one rule for all families: a small letter that stands alone is a letter.
7. All functions are total, pure, and take time linear in the text.
"""

from heptathlon.scorers.reading.characters import clean
from heptathlon.scorers.reading.marks import MarkedAnswer, marked_answer, statements
from heptathlon.scorers.reading.response import (
    CutShort,
    Reading,
    Unread,
    agreed,
    last_stated,
    read,
    reasoning,
    settled,
    taken_back,
)
from heptathlon.scorers.reading.turns import after_reasoning
from heptathlon.scorers.reading.wrapping import last_line, peeled, plain

__all__ = [
    "CutShort",
    "MarkedAnswer",
    "Reading",
    "Unread",
    "after_reasoning",
    "agreed",
    "clean",
    "last_line",
    "last_stated",
    "marked_answer",
    "peeled",
    "plain",
    "read",
    "reasoning",
    "settled",
    "statements",
    "taken_back",
]
