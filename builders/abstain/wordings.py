"""What the passages and questions of the abstain event say, and how."""

from collections.abc import Mapping

from heptathlon.builders.facts.values import ANIMALS, INSTRUMENTS, SUBJECTS

ATTRIBUTES = ("animal", "instrument", "subject", "year", "town")
SAID: Mapping[str, tuple[str, ...]] = {
    "animal": ("{n} keeps {v}.", "{n} owns {v}.", "At home {n} has {v}."),
    "instrument": ("{n} plays the {v}.", "{n} performs on the {v}.", "{n} practises the {v}."),
    "subject": ("{n} studied {v}.", "{n} took a degree in {v}.", "{n} read {v} as a student."),
    "year": ("{n} was born in {v}.", "{n} came into the world in {v}.", "{n} has lived since {v}."),
    "town": ("{n} lives in {v}.", "{n} has a house in {v}.", "{n} has settled in {v}."),
}
DENIED: Mapping[str, str] = {
    "animal": "{n} does not keep {v}.",
    "instrument": "{n} does not play the {v}.",
    "subject": "{n} did not study {v}.",
    "year": "{n} was not born in {v}.",
    "town": "{n} does not live in {v}.",
}
"""What is not so. Every passage has one such sentence, so that its *not* tells nothing."""
TAUGHT = ("{n} was taught by {v}.", "{v} was the teacher of {n}.", "{n} had {v} for a teacher.")
ASKED: Mapping[str, tuple[str, ...]] = {
    "animal": ("Which animal does {n} keep?", "What animal does {n} own?"),
    "instrument": ("Which instrument does {n} play?", "What instrument does {n} perform on?"),
    "subject": ("Which subject did {n} study?", "What subject did {n} take a degree in?"),
    "year": ("In which year was {n} born?", "In what year did {n} come into the world?"),
    "town": ("In which town does {n} live?", "In what town does {n} have a house?"),
}
TEACHER = "the teacher of {n}"
GIVEN_THAT = "Given that {fact}, {question}"
FIXED: Mapping[str, tuple[str, ...]] = {
    "animal": ANIMALS,
    "instrument": INSTRUMENTS,
    "subject": SUBJECTS,
    "year": tuple(str(year) for year in range(1930, 2000)),
}
"""Values that every season has; towns are invented anew."""
TOWNS = 40
