"""The prompts of the laws of memory: what two groups study, what they do then, and the question."""

from collections.abc import Mapping, Sequence
from typing import Any

Doc = Mapping[str, Any]

SHARED = "frequency"
"""The law whose two lists are studied by the halves of both groups."""

_OPENINGS = (
    "Two groups of people each study a list of words, one word every two seconds.",
    "In an experiment on memory, words appear on a screen one at a time, two seconds each. There "
    "are two groups.",
    "Two groups of volunteers listen to words that are read out slowly, one after the other.",
)
_HALVES = (
    "In both groups, half of the people get list 1 and the other half list 2.",
    "Of each group, one half sees list 1, the other list 2.",
    "Half of the volunteers of either group hear list 1, the other half list 2.",
)
_TESTS = {
    "at_once": (
        "write down all the words that they remember, in any order, as soon as the list has ended",
        "have to name every word that comes to mind, in any order, right after the last word",
        "say at once, when the last word has been read, which words they recall, in any order",
    ),
    "counting": (
        "count backwards by threes for half a minute when the list has ended, and then write down "
        "all the words that they remember, in any order",
        "have to count backwards for thirty seconds after the last word, and then name every word "
        "that comes to mind, in any order",
        "spend half a minute counting backwards when the last word has been read, and then say "
        "which words they recall, in any order",
    ),
    "later": (
        "write down all the words that they remember, in any order, after ten minutes of another "
        "task",
        "have to name every word that comes to mind, in any order, ten minutes later, after some "
        "arithmetic",
        "say, after ten minutes of drawing shapes, which words they recall, in any order",
    ),
    "recognise": (
        "go through a long series of old and new words after ten minutes of another task, and say "
        "of each whether it was in their list",
        "have to tell, ten minutes later, after some arithmetic, the words of their list from new "
        "words among which they are mixed",
        "hear, after ten minutes of drawing shapes, their words mixed with new ones, and say of "
        "each whether they heard it before",
    ),
}
"""What a group does after the list, by wording; the subject stands before it."""
_QUESTIONS = (
    "Of these two words, which one do more people of group {group} {verb}: {one} or {other}?",
    "Take the words {one} and {other}. Which of the two do more people in group {group} {verb}?",
    "{one} or {other}: which do more volunteers of group {group} {verb}?",
)
_VERBS = {
    (False, False): ("remember", "name", "recall"),
    (True, False): ("forget", "leave out", "fail to recall"),
    (False, True): ("recognise", "recognise", "recognise"),
    (True, True): ("fail to recognise", "fail to recognise", "fail to recognise"),
}
"""By whether the question is which word is forgotten, and whether the group recognises."""
_HALF_ASIDE = "(Each word counts among those who studied its list.)"


def _study(doc: Doc) -> str:
    wording = doc["wording"]
    one, other = (", ".join(words) for words in doc["lists"])
    if doc["set"] == SHARED:
        return f"{_OPENINGS[wording]} {_HALVES[wording]}\n\nList 1: {one}\nList 2: {other}"
    if one == other:
        return f"{_OPENINGS[wording]}\n\nBoth groups: {one}"
    return f"{_OPENINGS[wording]}\n\nGroup 1: {one}\nGroup 2: {other}"


def _tests(doc: Doc) -> str:
    one, other = (_TESTS[test][doc["wording"]] for test in doc["tests"])
    if one == other:
        return f"Both groups {one}."
    return f"The people of group 1 {one}. The people of group 2 {other}."


def _question(doc: Doc) -> str:
    recognises = doc["tests"][doc["asked"]] == "recognise"
    verb = _VERBS[doc["forgotten"], recognises][doc["wording"]]
    one, other = doc["options"]
    words = {"group": doc["asked"] + 1, "verb": verb, "one": one, "other": other}
    question = _QUESTIONS[doc["wording"]].format(**words)
    return f"{question} {_HALF_ASIDE}" if doc["set"] == SHARED else question


def law(doc: Doc) -> str:
    """Return the prompt that the right one of the two words follows."""
    return f"{_study(doc)}\n\n{_tests(doc)}\n\n{_question(doc)}\nAnswer:"


def law_options(doc: Doc) -> Sequence[str]:
    """Return the two words in the order in which the question names them."""
    return [str(word) for word in doc["options"]]


def law_gold(doc: Doc) -> int:
    """Return the place of the right word."""
    return int(doc["gold"])


def law_say(doc: Doc) -> str:
    """Return the prompt that asks for the word to be written."""
    return (
        f"{_study(doc)}\n\n{_tests(doc)}\n\n{_question(doc)}\n"
        "Reply with the word alone, in the form 'ANSWER: word'."
    )


def law_target(doc: Doc) -> str:
    """Return the right word."""
    return f"ANSWER: {doc['options'][doc['gold']]}"
