"""Reading a response: where its answer ends, what wraps it, and what it names."""
from heptathlon.scorers.reading.characters import clean
from heptathlon.scorers.reading.marks import MarkedAnswer, marked_answer, statements
from heptathlon.scorers.reading.response import (
    CutShort, Reading, Unread, agreed, last_stated, read, reasoning, settled, taken_back,
)
from heptathlon.scorers.reading.turns import after_reasoning
from heptathlon.scorers.reading.wrapping import last_line, peeled, plain

__all__ = [
    "CutShort", "MarkedAnswer", "Reading", "Unread", "after_reasoning", "agreed", "clean",
    "last_line", "last_stated", "marked_answer", "peeled", "plain", "read", "reasoning", "settled", "statements", "taken_back",
]
