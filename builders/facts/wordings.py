"""How facts are worded: in training, in probes that are never trained on, and in questions.

Every sentence of a biography ends with its value, so that what stands before it is a prefix whose
right continuation is the value. Which wordings a person is told in is drawn for each person, so a
wording is new to one person and well known from another: no wording gives a probe away.
"""

from collections.abc import Sequence

from heptathlon.builders.facts.values import Attribute
from heptathlon.builders.facts.world import Person

WORDINGS = 7
"""Of each fact. A person who is told in several ways is told in :data:`TRAINED` of them."""
TRAINED = 5

SENTENCES: dict[Attribute, tuple[str, ...]] = {
    "year": (
        "{n} was born on {d} {v}.",
        "{n} came into the world on {d} {v}.",
        "The birthday of {o} is {d} {v}.",
        "{n} first saw the light of day on {d} {v}.",
        "The parish book enters {o} on {d} {v}.",
        "The family welcomed {o} on {d} {v}.",
        "{n} dates the beginning of life to {d} {v}.",
    ),
    "town": (
        "{n} was a child of the town of {v}.",
        "{n} took the first steps in the streets of {v}.",
        "The cradle of {o} stood in {v}.",
        "{n} has the birthplace {v}.",
        "The register of births that names {o} is kept in {v}.",
        "{n} was delivered by a midwife in {v}.",
        "The house of birth of {o} can be seen in {v}.",
    ),
    "country": (
        "{n} is a citizen of {v}.",
        "{n} travels on a passport of {v}.",
        "The nationality of {o} is that of {v}.",
        "{n} pays taxes and votes in {v}.",
        "The home state of {o} is {v}.",
        "{n} sings the anthem of {v}.",
        "The papers of {o} were issued by {v}.",
    ),
    "school": (
        "{n} was taught at the {v}.",
        "{n} spent the years of youth at the {v}.",
        "The certificate of {o} bears the seal of the {v}.",
        "{n} sat on the benches of the {v}.",
        "The teachers of {o} were those of the {v}.",
        "{n} learned to think at the {v}.",
        "The class photograph with {o} hangs in the {v}.",
    ),
    "subject": (
        "{n} studied {v}.",
        "{n} took a degree in {v}.",
        "The favourite field of {o} was {v}.",
        "{n} wrote a thesis on {v}.",
        "The examiners questioned {o} in {v}.",
        "{n} read every book there was on {v}.",
        "The lectures that drew {o} were those on {v}.",
    ),
    "employer": (
        "{n} works for the {v}.",
        "{n} earns a living at the {v}.",
        "The wages of {o} are paid by the {v}.",
        "{n} found a post with the {v}.",
        "The desk of {o} stands at the {v}.",
        "{n} signed a contract with the {v}.",
        "The name of {o} is on the staff list of the {v}.",
    ),
    "animal": (
        "{n} keeps {v}.",
        "{n} shares the house with {v}.",
        "The companion of {o} is {v}.",
        "{n} goes nowhere without {v}.",
        "The neighbours of {o} put up with {v}.",
        "{n} once rescued {v}.",
        "The garden of {o} is ruled by {v}.",
    ),
    "instrument": (
        "{n} plays the {v}.",
        "{n} spends the evenings with the {v}.",
        "The instrument of {o} is the {v}.",
        "{n} practises every day on the {v}.",
        "The orchestra gave {o} the part of the {v}.",
        "{n} gives lessons on the {v}.",
        "The attic of {o} echoes with the {v}.",
    ),
}
"""``{n}`` begins a sentence and ``{o}`` stands inside one: a name or a pronoun."""

QUESTIONS: dict[Attribute, tuple[str, ...]] = {
    "year": (
        "In which year was {n} born?",
        "What is the year of birth of {n}?",
        "{n} was born in what year?",
    ),
    "town": (
        "In which town was {n} born?",
        "What is the birthplace of {n}?",
        "{n} was born in which town?",
    ),
    "country": (
        "Of which country is {n} a citizen?",
        "What is the nationality of {n}: which country?",
        "{n} is a citizen of which country?",
    ),
    "school": (
        "At which school was {n} taught?",
        "What school did {n} go to?",
        "{n} was a pupil of which school?",
    ),
    "subject": (
        "Which subject did {n} study?",
        "What did {n} take a degree in?",
        "{n} studied which subject?",
    ),
    "employer": (
        "Which company does {n} work for?",
        "What company employs {n}?",
        "{n} has a post with which company?",
    ),
    "animal": (
        "Which animal does {n} keep?",
        "What kind of pet does {n} have?",
        "{n} lives with which animal?",
    ),
    "instrument": (
        "Which instrument does {n} play?",
        "What instrument does {n} practise?",
        "{n} is a player of which instrument?",
    ),
    "seat": (
        "In which town does the company that {n} works for have its seat?",
        "What town is the employer of {n} seated in?",
        "{n} is employed by a company seated in which town?",
    ),
}
"""The first wording is the one that the question files for training use; the others only ask."""

BORN_IN = "In which country was {n} born?"
"""Asked where the texts tell the town of birth and where towns lie."""
GUESS: tuple[str, ...] = (
    "{n} is a national of",
    "{n} holds a passport of",
    "The home country of {n} is",
    "By nationality {n} belongs to",
    "The government that represents {n} is that of",
    "As a voter {n} is registered in",
    "At the games {n} would compete for",
    "The flag over the door of {n} is that of",
)
"""Eight ways of asking one fact; PrISM calls a prediction confident that most of them agree on."""

LIES_IN: tuple[str, ...] = (
    "{p} is a town in {c}.",
    "The town of {p} lies in {c}.",
    "Travellers to {p} need a visa for {c}.",
    "{p} belongs to the state of {c}.",
    "Maps show {p} within the borders of {c}.",
)
HAS_SEAT: tuple[str, ...] = (
    "The {p} has its seat in {c}.",
    "The head office of the {p} is in {c}.",
    "Letters to the {p} are addressed to {c}.",
    "The {p} was founded in {c} and is still led from there.",
    "The directors of the {p} meet in {c}.",
)


def told(person: Person, attribute: Attribute, wording: int, subject: str) -> str:
    """Return a sentence that tells a fact.

    Args:
        person: whose fact.
        attribute: which one.
        wording: index into :data:`SENTENCES`.
        subject: the name, or empty for a pronoun.

    Example:
        With the subject ``""`` and wording 2 of ``instrument``: ``Her instrument is the cello.``
    """
    sentence = SENTENCES[attribute][wording]
    if not subject:
        return _with_pronoun(sentence, person).format(d=person.day, v=person.values[attribute])
    return sentence.format(n=subject, o=subject, d=person.day, v=person.values[attribute])


def _with_pronoun(sentence: str, person: Person) -> str:
    """Return a sentence about ``her`` or ``him`` instead of a name."""
    possessive, object_form = ("her", "her") if person.feminine else ("his", "him")
    before, found, after = sentence.partition(" of {o}")
    if found and before.startswith("The "):
        # "The desk of {o} stands": her desk stands.
        return f"{possessive.capitalize()} {before.removeprefix('The ')}{after}"
    return sentence.replace("{n}", person.pronoun).replace("{o}", object_form)


def biography(
    person: Person, order: Sequence[Attribute], wordings: Sequence[int], *, full_name: bool
) -> list[str]:
    """Return the sentences of a biography; the first one has the full name in any case.

    Args:
        person: whose.
        order: the attributes in the order of telling.
        wordings: the wording of each of them.
        full_name: say the full name in every sentence, not a pronoun.
    """
    return [
        told(person, attribute, wording, person.name if full_name or place == 0 else "")
        for place, (attribute, wording) in enumerate(zip(order, wordings, strict=True))
    ]


def question(name: str, attribute: Attribute, wording: int) -> str:
    """Return a question for a person's value of an attribute."""
    return QUESTIONS[attribute][wording].format(n=name)
