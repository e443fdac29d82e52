"""Memorability prompts: a document to text, target and options; nothing here is drawn at random.

A score can be read in three ways from the same prompt, which ends where the two digits are due: as
the number that a model writes, as the expected value of :func:`score_options` under their
likelihood, and (in a prompt of its own) as the choice of the better of two items.
"""

from collections.abc import Mapping
from typing import Any

Doc = Mapping[str, Any]

FIRST, SECOND = "A", "B"
SCORE = "Score:"
_DIGITS = "Reply with its two digits alone."

HEADINGS = {
    "world": "Predict the score of the last advertisement.",
    "lambda": "Students are shown ads and their memorability is tested after 1 to 3 days.",
    "words": "Predict the score of a word: how well people remember it.",
    "sentences": "Predict the score of a sentence: how well people remember it.",
    "slogans": "Predict the score of an advertising slogan: how well people remember it.",
}
"""First line of the prompts of each set. A scorer knows an invented further item by it."""
PAIR_HEADINGS = {
    "world": "Choose the advertisement that is remembered better.",
    "words": "Choose the word that people remember better.",
    "sentences": "Choose the sentence that people remember better.",
    "slogans": "Choose the advertising slogan that people remember better.",
    "quotes": "Choose the line that people remember better.",
}
AD_HEADING = "Write a memorable advertisement."

_TOWN = (
    "In a town, every feature of an advertisement adds or takes away its own number of points. "
    "The numbers differ from town to town and must be learned from the examples. A score, from 00 "
    "(forgotten) to 99 (remembered), is the mean of {raters} viewers; one viewer alone strays by "
    "about 20 points."
)
_STUDIES = {
    "words": "People saw words one at a time and said of each whether it had come before. The "
    "score, from 00 to 99, is the share of right answers on this word.",
    "sentences": "People read six-word sentences one at a time and said of each whether it had "
    "come before. The score, from 00 to 99, is the share of right answers on this sentence.",
    "slogans": "People read advertising slogans and later picked out those that they had read. "
    "The score, from 00 to 99, is the share of them that recognised this slogan.",
}
_PAIR_STUDIES = {
    "words": "People saw words one at a time and said of each whether it had come before.",
    "sentences": "People read six-word sentences one at a time and said of each whether it had "
    "come before.",
    "slogans": "People read advertising slogans and later picked out those that they had read.",
    "quotes": "The same character says both lines in a film. One of them became a famous quote.",
}
_ITEM = {"words": "Word", "sentences": "Sentence", "slogans": "Slogan"}
OPTIONS = tuple(f"{tens}5" for tens in range(10))
"""Ten scores, one from the middle of each tenth of the scale."""


def score(doc: Doc) -> str:
    """Return the prompt that asks for a score; it ends where the two digits are due."""
    if doc["set"] == "lambda":
        return _lambda(doc)
    heading = HEADINGS[doc["set"]]
    if doc["set"] == "world":
        town = _TOWN.format(raters=doc["raters"])
        return f"{heading} {_DIGITS}\n{town}\n\n{_examples(doc)}{doc['text']}\n{SCORE}"
    item = _ITEM[doc["set"]]
    return f"{heading} {_DIGITS}\n{_STUDIES[doc['set']]}\n\n{item}: {doc['text']}\n{SCORE}"


def score_target(doc: Doc) -> str:
    """Return the measured score as two digits."""
    return two_digits(doc["human"])


def two_digits(value: float) -> str:
    """Return a score as the prompts write it.

    Example:
        >>> two_digits(7.4), two_digits(98.9)
        ('07', '99')
    """
    return f"{round(value):02d}"


def score_options(doc: Doc) -> list[str]:
    """Return the scores whose likelihood is asked for; they do not depend on the document."""
    del doc
    return list(OPTIONS)


def score_option(doc: Doc) -> int:
    """Return the index of the option nearest to the measured score."""
    return option_of(doc["human"])


def option_of(value: float) -> int:
    """Return the index of the option nearest to a score."""
    return min(range(len(OPTIONS)), key=lambda i: abs(float(OPTIONS[i]) - value))


def nothing(doc: Doc) -> str:
    """Return the prompt of the surprisal reading: none at all."""
    del doc
    return ""


def bare_item(doc: Doc) -> list[str]:
    """Return the only option of the surprisal reading: the item itself."""
    return [str(doc["text"])]


def only_option(doc: Doc) -> int:
    """Return the index of the only option."""
    del doc
    return 0


def pair(doc: Doc) -> str:
    """Return the prompt that asks which of two items is remembered better."""
    heading = PAIR_HEADINGS[doc["set"]]
    items = f"{FIRST}: {doc['first']}\n{SECOND}: {doc['second']}"
    question = f"The one that is remembered better ({FIRST} or {SECOND}):"
    if doc["set"] == "world":
        town = _TOWN.format(raters=doc["raters"])
        return f"{heading}\n{town}\n\n{_examples(doc)}{items}\n{question}"
    return f"{heading}\n{_PAIR_STUDIES[doc['set']]}\n\n{items}\n{question}"


def pair_options(doc: Doc) -> list[str]:
    """Return the options of a pair: single letters, so that both cost the same tokens."""
    del doc
    return [FIRST, SECOND]


def pair_gold(doc: Doc) -> int:
    """Return the index of the item that is remembered better."""
    return int(doc["gold"])


def ad(doc: Doc) -> str:
    """Return the prompt that orders an advertisement in a form that can be checked."""
    return (
        f"{AD_HEADING} Describe a {doc['seconds']} second advertisement for {doc['brand']} with "
        f'the title "{doc["title"]}". Use this form, one line each, with as many scenes as you '
        f"like; the seconds of the scenes add up to {doc['seconds']}, and the text names "
        f"{doc['brand']}.\n"
        "Audio: what is said and heard\n"
        "Scene 1 (4 seconds): what is shown\n"
        "Scene 2 (6 seconds): what is shown"
    )


def ad_target(doc: Doc) -> str:
    """Return an advertisement of the right form; it is as plain as can be."""
    return (
        f"Audio: This is {doc['brand']}.\n"
        f"Scene 1 ({doc['seconds']} seconds): The name of {doc['brand']} is shown."
    )


def _examples(doc: Doc) -> str:
    shots = doc["shots"]
    return "".join(f"{s['text']}\n{SCORE} {two_digits(s['score'])}\n\n" for s in shots)


def _lambda(doc: Doc) -> str:
    """Return LAMBDA's official prompt, with its own examples before it where the record has any.

    The official prompt ends with the instruction; the cue that follows it is ours, so that base
    models know where the digits are due.
    """
    return f"{_examples(doc)}{doc['text']}\n{SCORE}"
