"""The subjectivity grammar: facts and opinions about invented works for stage and screen."""

from heptathlon.builders.verbalizer.grammar import Draft, Filler
from heptathlon.seeding import Stream

SUBJECTIVE, OBJECTIVE = 0, 1

_LEXICON: dict[str, tuple[str, ...]] = {
    "title": (
        "The Salt Road", "A House of Windows", "Nine Lanterns", "The Beekeeper's Debt",
        "Low Water", "The Last Ferry", "Winter Orchard", "The Glass Quarry", "Paper Harbour",
        "The Map Thief", "Blue Ash", "The Quiet Parish", "Three Rivers East", "The Tin Flute",
        "Marrow Lane", "The Second Lighthouse", "Harvest of Smoke", "The Clockmaker's Niece",
        "Red Clay", "The Long Tide", "Under the Viaduct", "The Sparrow Year",
    ),
    "form": ("film", "play", "miniseries", "musical", "opera", "radio play"),
    "maker": (
        "Ada Lindqvist", "Marek Dvorsky", "Leila Haddad", "Owen Prys", "Yuki Arata",
        "Carmen Ruiz", "Tobias Kern", "Nadia Osei", "Ilse Vermeer", "Rafael Monte",
        "Signe Dahl", "Peter Okafor",
    ),
    "job": (
        "retired fisherman", "night nurse", "schoolteacher", "train driver", "young lawyer",
        "widowed baker", "lighthouse keeper", "piano tuner", "forest ranger", "court clerk",
    ),
    "place": (
        "a village on the Baltic coast", "a mining town", "Lisbon", "an island in the north",
        "the suburbs of Lyon", "a valley in Wales", "Buenos Aires", "a border town",
        "a monastery school", "the port of Trieste",
    ),
    "event": (
        "a flood", "the death of an uncle", "a fire at the mill", "the end of the war",
        "a lost lawsuit", "the closing of the railway", "a wedding", "a shipwreck",
    ),
    "find": (
        "a box of letters", "an unsigned will", "a sealed trunk", "a hidden cellar",
        "a forged painting", "a stolen medal", "a ledger of debts", "a diary in code",
    ),
    "year": ("1934", "1958", "1967", "1971", "1983", "1996", "2004", "2011", "2016", "2019"),
    "number": ("eleven", "fourteen", "twenty-two", "thirty", "forty", "six", "nine", "seventeen"),
    "language": ("Polish", "Korean", "Portuguese", "Turkish", "Finnish", "Greek", "Hindi"),
    "city": ("Vienna", "Toronto", "Dublin", "Osaka", "Prague", "Lima", "Bergen", "Seville"),
    "element": (
        "the ending", "the middle stretch", "the dialogue", "the romance", "the humour",
        "the final twist", "the opening", "the mood",
    ),
}  # fmt: skip

_PRAISE: dict[str, tuple[str, ...]] = {
    "quality": (
        "tender", "dazzling", "haunting", "irresistible", "charming", "wise", "thrilling",
        "exquisite", "hilarious",
    ),
    "effect": (
        "breaks your heart", "never puts a foot wrong", "leaves you grinning like a fool",
        "deserves to be loved", "is sheer pleasure", "lingers like a good dream",
    ),
    "verdict": (
        "a triumph of taste over budget", "the most moving work in years",
        "far better than it has any right to be", "a small miracle", "a joy to watch",
        "pure magic",
    ),
}  # fmt: skip
_BLAME: dict[str, tuple[str, ...]] = {
    "quality": (
        "tiresome", "dreary", "shallow", "pretentious", "clumsy", "muddled", "forgettable",
        "insufferable", "lifeless",
    ),
    "effect": (
        "tests your patience", "wears out its welcome", "insults its audience",
        "collapses under its own weight", "feels like homework", "goes nowhere, slowly",
    ),
    "verdict": (
        "a shameful waste of talent", "an empty exercise in style", "a bore from start to finish",
        "hard to forgive", "an ordeal", "far worse than anyone could have feared",
    ),
}  # fmt: skip

_OPINIONS = (
    "{title} is a {quality} {form} that {effect}.",
    "I found {title} {quality}, and {element} {effect}.",
    "Few works are as {quality} as {title}, and {element} alone is {verdict}.",
    "What {maker} does with {element} in {title} is {verdict}.",
    "Set in {place}, {title} is {quality} from the first scene, and by the end it {effect}.",
    "{maker}'s story of a {job} is {verdict}, and {element} {effect}.",
    "The {form} about a {job} in {place} is {verdict}.",
    "Of everything that {maker} has made, {title} is the most {quality} by far.",
    "It is plain how {quality} {element} of {title} becomes once the {job} has found {find}.",
    "Once the plot has reached {event}, {title} turns {quality}, and from then on it {effect}.",
)
_FACTS = (
    "In {title}, a {job} moves to {place} after {event} and finds {find}.",
    "{title}, a {form} by {maker}, was first shown to the public in {city} in {year}.",
    "{maker} wrote {title} in {number} weeks while living in {city}.",
    "The {form} follows a {job} and a {job2} who meet in {place} during {event}.",
    "{title} was translated into {language} in {year} and has {number} scenes.",
    "The story of {title} begins in {place} in {year} and ends with {event}.",
    "In the third part of {title}, the {job} shows {find} to a {job2} from {city}.",
    "{maker} worked as a {job} in {city} before {title} came out in {year}.",
    "The {form} {title} is set in {place} and has {number} speaking parts.",
    "A {job} inherits {find} in {title}, and {event} brings a {job2} to the door.",
)


def draw(gold: int, stream: Stream) -> Draft:
    """Draw one sentence that judges a work, or one that only reports.

    Args:
        gold: ``SUBJECTIVE`` or ``OBJECTIVE``.
        stream: where the choices come from.
    """
    if gold == OBJECTIVE:
        filler = Filler(_LEXICON, stream)
        number = stream.below(len(_FACTS))
        return Draft(f"fact-{number}", (filler(_FACTS[number]),), filler.slots)
    # Praise and blame are both opinions; one sentence holds to one of them.
    filler = Filler(_LEXICON | stream.choice((_PRAISE, _BLAME)), stream)
    number = stream.below(len(_OPINIONS))
    return Draft(f"opinion-{number}", (filler(_OPINIONS[number]),), filler.slots)
