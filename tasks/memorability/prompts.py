"""Memorability prompts: a document to text, target and options; nothing here is drawn at random.

The questions of the fresh edition have three wordings each, and the record says which it has. What
the paper edition asks has one: LAMBDA's own, or that of the study that measured the scores.
"""

from collections.abc import Mapping
from typing import Any

Doc = Mapping[str, Any]

# --- lists ---------------------------------------------------------------------------------------

LABELS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""What stands before the items of a list where they are to be named by a letter."""
_KINDS = {
    "words": "words",
    "phrases": "words and phrases",
    "sentences": "sentences",
    "world": "advertisements",
}
_LIST_STUDIES = (
    "Many people saw {kind} one at a time, and said of each whether they had seen it before. Some "
    "{kind} were recognised by far more of them than others.",
    "In a memory experiment, hundreds of {kind} went by, one after the other, and some came a "
    "second time. People told the old ones from the new ones, and did so better for some {kind} "
    "than for others.",
    "How well {kind} are remembered was measured: people were shown a long series of them and had "
    "to notice which ones were repeated.",
)
_LIST_QUESTIONS = (
    "Which {take} of these {length} {kind} did people remember best?",
    "Here are {length} of these {kind}. Find the {take} that stayed in memory best.",
    "Choose, among the following {length} {kind}, the {take} that were remembered best.",
)
LIST_HEADINGS = ("Many people saw", "In a memory experiment,", "How well")
TOWN_HEADINGS = ("In a town,", "People in a certain town", "Viewers of one town")
_BEST = ("Remembered best:", "Best in memory:", "Most memorable:")
"""What the likeliest item is to follow, by wording."""
_TOWNS = (
    "In a town, every feature of an advertisement adds or takes away its own number of points. The "
    "numbers differ from town to town and must be learned from the examples. A score, from 00 "
    "(forgotten) to 99 (remembered), is the mean of {raters} viewers; one viewer alone strays by "
    "about 20 points.",
    "People in a certain town remember advertisements by their features: each feature is worth so "
    "many points, more or less, and no other town agrees. Below are scores from 00 to 99, each the "
    "mean of {raters} people, who differ by about 20 points.",
    "Viewers of one town scored advertisements from 00 (forgotten) to 99 (remembered), {raters} "
    "viewers each, one straying from another by about 20 points. What a feature adds or takes away "
    "is this town's own, and can be seen from the scores.",
)


def _list_body(doc: Doc, *, labelled: bool) -> str:
    wording, kind = doc["wording"], _KINDS[doc["set"]]
    words = {"kind": kind, "take": doc["take"], "length": len(doc["items"])}
    if doc["set"] == "world":
        study = f"{_TOWNS[wording].format(raters=doc['raters'])}\n\n{_examples(doc).rstrip()}"
    else:
        study = _LIST_STUDIES[wording].format(**words)
    marks = [f"{label}." for label in LABELS] if labelled else ["-"] * len(doc["items"])
    lines = "\n".join(f"{mark} {item}" for mark, item in zip(marks, doc["items"], strict=False))
    return f"{study}\n\n{_LIST_QUESTIONS[wording].format(**words)}\n\n{lines}\n\n"


def list_heading(doc: Doc) -> str:
    """Return what a list's prompt begins with; a further one that a model invents is no answer."""
    return (TOWN_HEADINGS if doc["set"] == "world" else LIST_HEADINGS)[doc["wording"]]


def listed(doc: Doc) -> str:
    """Return the prompt after which every item of a list is as likely as it seems memorable."""
    return f"{_list_body(doc, labelled=False)}{_BEST[doc['wording']]}"


def list_options(doc: Doc) -> list[str]:
    """Return the items of a list."""
    return [str(item) for item in doc["items"]]


def list_best(doc: Doc) -> int:
    """Return the place of one of the best items, because lm-eval knows one right option alone."""
    return int(doc["best"][0])


def list_say(doc: Doc) -> str:
    """Return the prompt that asks for the letters of the best items."""
    form = ", ".join(LABELS[: doc["take"]])
    return (
        f"{_list_body(doc, labelled=True)}Reply with {doc['take']} letters on one line that begins "
        f"with 'ANSWER:', in the form 'ANSWER: {form}'."
    )


def list_target(doc: Doc) -> str:
    """Return the letters of the best items."""
    return "ANSWER: " + ", ".join(LABELS[place] for place in doc["best"])


# --- the probe for recital -----------------------------------------------------------------------

_RECITALS = (
    "The published data of the word memorability experiments of Tuckute, Mahowald and others "
    "(memorable_words) have a row for every item.",
    "From the file of the study 'Intrinsically memorable words have unique associations with their "
    "meanings', one row an item:",
    "Tuckute and Mahowald published how often each item of their recognition experiments was "
    "answered rightly and wrongly.",
)


def recital(doc: Doc) -> str:
    """Return the prompt that the item's published figures continue."""
    return f"{_RECITALS[doc['wording']]}\n\n{doc['text']}:"


def recital_options(doc: Doc) -> list[str]:
    """Return the rows that are offered."""
    return [str(option) for option in doc["options"]]


def recital_gold(doc: Doc) -> int:
    """Return the place of the item's own row."""
    return int(doc["gold"])


def recital_say(doc: Doc) -> str:
    """Return the prompt that asks for the letter of the item's row."""
    rows = "\n".join(f"{LABELS[i]}. {row}" for i, row in enumerate(doc["options"]))
    return (
        f"{_RECITALS[doc['wording']]}\n\nWhich is the row of '{doc['text']}'?\n\n{rows}\n\n"
        "Reply with the letter alone, in the form 'ANSWER: A'."
    )


def recital_target(doc: Doc) -> str:
    """Return the letter of the item's row."""
    return f"ANSWER: {LABELS[doc['gold']]}"


# --- one item at a time, and pairs ---------------------------------------------------------------

FIRST, SECOND = "A", "B"
SCORE = "Score:"
_DIGITS = "Reply with its two digits alone."

HEADINGS = {
    "lambda": "Students are shown ads and their memorability is tested after 1 to 3 days.",
    "words": "Predict the score of a word: how well people remember it.",
    "phrases": "Predict the score of a word or phrase: how well people remember it.",
    "sentences": "Predict the score of a sentence: how well people remember it.",
    "slogans": "Predict the score of an advertising slogan: how well people remember it.",
}
"""First line of the prompts of each set. A scorer knows an invented further item by it."""
PAIR_HEADINGS = {
    "words": "Choose the word that people remember better.",
    "phrases": "Choose the word or phrase that people remember better.",
    "sentences": "Choose the sentence that people remember better.",
    "slogans": "Choose the advertising slogan that people remember better.",
    "quotes": "Choose the line that people remember better.",
}
AD_HEADING = "Write a memorable advertisement."
OFFICIAL_AD_HEADING = "Generate the detailed description of a"

_PAIR_STUDIES = {
    "words": "People saw words one at a time and said of each whether it had come before.",
    "phrases": "People saw words and short phrases one at a time and said of each whether it had "
    "come before.",
    "sentences": "People read six-word sentences one at a time and said of each whether it had "
    "come before.",
    "slogans": "People read advertising slogans and later picked out those that they had read.",
    "quotes": "The same character says both lines in a film. One of them became a famous quote.",
}
_SHARES = {
    "words": "The score, from 00 to 99, is the share of right answers on this word.",
    "phrases": "The score, from 00 to 99, is the share of right answers on this one.",
    "sentences": "The score, from 00 to 99, is the share of right answers on this sentence.",
    "slogans": "The score, from 00 to 99, is the share of them that recognised this slogan.",
}
_ITEM = {"words": "Word", "phrases": "Phrase", "sentences": "Sentence", "slogans": "Slogan"}
OPTIONS = tuple(f"{tens}5" for tens in range(10))
"""Ten scores, one from the middle of each tenth of the scale."""


def score(doc: Doc) -> str:
    """Return the prompt that asks for a score; it ends where the two digits are due.

    LAMBDA's is the official prompt, with the record's own examples before it where it has any. It
    ends with the instruction; the cue that follows it is ours, so that base models know where the
    digits are due.
    """
    if doc["set"] == "lambda":
        return f"{_examples(doc)}{doc['text']}\n{SCORE}"
    study = f"{_PAIR_STUDIES[doc['set']]} {_SHARES[doc['set']]}"
    return (
        f"{HEADINGS[doc['set']]} {_DIGITS}\n{study}\n\n{_ITEM[doc['set']]}: {doc['text']}\n{SCORE}"
    )


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
    items = f"{FIRST}: {doc['first']}\n{SECOND}: {doc['second']}"
    question = f"The one that is remembered better ({FIRST} or {SECOND}):"
    name = doc["set"]
    return f"{PAIR_HEADINGS[name]}\n{_PAIR_STUDIES[name]}\n\n{items}\n{question}"


def pair_options(doc: Doc) -> list[str]:
    """Return the options of a pair: single letters, so that both cost the same tokens."""
    del doc
    return [FIRST, SECOND]


def pair_gold(doc: Doc) -> int:
    """Return the index of the item that is remembered better."""
    return int(doc["gold"])


# --- advertisements ------------------------------------------------------------------------------


def ad(doc: Doc) -> str:
    """Return the prompt that orders an advertisement in a form that can be checked.

    The wording is this suite's own; LAMBDA's is :func:`official_ad`.
    """
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


def official_ad(doc: Doc) -> str:
    """Return LAMBDA's own order, word for word."""
    return str(doc["order"])


def official_ad_target(doc: Doc) -> str:
    """Return the official description of the advertisement."""
    return str(doc["reference"])


def _examples(doc: Doc) -> str:
    shots = doc["shots"]
    return "".join(f"{s['text']}\n{SCORE} {two_digits(s['score'])}\n\n" for s in shots)
