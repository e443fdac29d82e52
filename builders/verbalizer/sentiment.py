"""The sentiment grammar: short reviews whose every judgement points the same way."""

from typing import NamedTuple

from heptathlon.builders.verbalizer.grammar import Draft, Filler
from heptathlon.seeding import Stream

POSITIVE, NEGATIVE = 0, 1

_COMMON = {
    "when": (
        "last Tuesday", "in early March", "over the long weekend", "the day after my birthday",
        "on a rainy Thursday", "at the end of August", "during the school holidays",
        "two weeks ago", "on the way to the coast", "shortly before Christmas",
        "in the first week of term", "on a quiet Sunday",
    ),
    "with": (
        "with two colleagues", "with my parents", "with a cousin", "with my sister",
        "with an old friend", "with our two children", "with three neighbours",
        "with my brother-in-law", "with a friend from abroad", "with my aunt",
    ),
}  # fmt: skip

_Parts = dict[str, tuple[str, ...]]

_OPENINGS: dict[str, tuple[str, ...]] = {
    "restaurant": (
        "I had dinner there {when} {with}.",
        "We booked a table for {hour} and came {with}.",
        "I ate here {with}, {when}.",
    ),
    "hotel": (
        "I stayed for {nights} {when}.",
        "We took a room on the {floor} for {nights}.",
        "I travelled {with} and we checked in {when}.",
    ),
    "film": (
        "I saw it {when} {with}.",
        "I went to the {showing} {with}.",
        "I watched it at home {when}.",
    ),
    "novel": (
        "I read it {when}.",
        "I borrowed it from {lender} and read it {when}.",
        "Our book club chose it {when}.",
    ),
    "gadget": (
        "I bought the {device} {when}.",
        "I have used this {device} for {months}.",
        "The {device} was a present and arrived {when}.",
    ),
    "repair": (
        "I took my {broken} to them {when}.",
        "They collected the {broken} {when}.",
        "I rang them about a {broken} {when}.",
    ),
}

_LEXICON: dict[str, _Parts] = {
    "restaurant": {
        "hour": ("six", "half past six", "seven", "half past seven", "eight", "nine"),
        "dish": (
            "lentil soup", "grilled trout", "mushroom risotto", "lamb stew", "spinach pie",
            "roast chicken", "onion tart", "crab salad", "beetroot ravioli", "apple crumble",
            "fried squid", "pumpkin curry", "duck leg", "plum cake",
        ),
        "staff": (
            "our waiter", "the hostess", "the young man at the bar", "the woman who served us",
            "the head waiter", "the couple who run the place", "the student who took our order",
        ),
    },
    "hotel": {
        "nights": ("two nights", "three nights", "four nights", "five nights", "a week"),
        "floor": ("first floor", "second floor", "third floor", "top floor", "fourth floor"),
        "place": (
            "the bedroom", "the bathroom", "the breakfast room", "the family suite",
            "the room facing the yard", "the lobby", "the attic room", "the lounge",
            "the corner room", "the reading room",
        ),
        "staff": (
            "the receptionist", "the night porter", "the manager", "the woman at the front desk",
            "the young man who carried our bags", "the housekeeper", "the concierge",
        ),
    },
    "film": {
        "showing": (
            "late showing", "afternoon showing", "opening night", "matinee", "open-air showing",
            "early evening showing",
        ),
        "part": (
            "the first half hour", "the courtroom scene", "the final act", "the train sequence",
            "the opening chase", "the wedding scene", "the long flashback", "the middle section",
            "the closing scene", "the storm at sea",
        ),
        "craft": (
            "the dialogue", "the camera work", "the score", "the lead actor's performance",
            "the editing", "the younger sister's role", "the costume design", "the lighting",
            "the voice-over", "the villain's part",
        ),
    },
    "novel": {
        "lender": (
            "the library", "a neighbour", "my cousin", "a colleague", "my old teacher",
            "my landlady",
        ),
        "part": (
            "the opening chapter", "the middle section", "the ending", "the chapter in the mine",
            "the trial", "the exchange of letters", "the sea voyage", "the prologue",
            "the final chapter", "the winter section",
        ),
        "craft": (
            "the prose", "the plot", "the narrator's voice", "the dialogue",
            "the portrait of the grandmother", "the love story", "the pacing", "the translation",
            "the author's humour", "the cast of minor characters",
        ),
    },
    "gadget": {
        "device": (
            "kettle", "headset", "printer", "desk lamp", "vacuum cleaner", "bread maker",
            "hair dryer", "baby monitor", "space heater", "coffee grinder", "bike light",
            "electric drill",
        ),
        "months": (
            "three weeks", "two months", "half a year", "about ten days", "a full winter",
            "nearly a year",
        ),
        "feature": (
            "the battery", "the power button", "the casing", "the manual", "the motor", "the cable",
            "the display", "the handle", "the charging stand", "the timer", "the lid",
            "the carrying case",
        ),
        "staff": (
            "the support line", "the dealer", "the man at the service desk", "the online shop",
            "the manufacturer", "the woman on the phone", "the store in town",
        ),
    },
    "repair": {
        "broken": (
            "bicycle", "laptop", "dishwasher", "violin", "lawn mower", "typewriter", "camera",
            "sewing machine", "washing machine", "record player", "tent", "chainsaw",
        ),
        "staff": (
            "the mechanic", "the owner", "the apprentice", "the man at the counter",
            "the technician", "the woman who answered the phone", "the driver",
        ),
        "job": (
            "the repair", "the invoice", "the estimate", "the cleaning", "the replacement part",
            "the adjustment", "the final test", "the paperwork", "the paint job", "the welding",
        ),
    },
}  # fmt: skip


class Judgement(NamedTuple):
    """What can be said of one side of a thing.

    Attributes:
        domain: what is reviewed.
        pattern: the sentence; ``{}`` takes the verdict.
        positive: favourable verdicts.
        negative: unfavourable ones.
    """

    domain: str
    pattern: str
    positive: tuple[str, ...]
    negative: tuple[str, ...]


_JUDGEMENTS = (
    Judgement(
        "restaurant",
        "the {dish} {}.",
        (
            "was rich and perfectly seasoned", "tasted fresh and bright",
            "was a joy from start to end",
            "came out hot and full of flavour", "was the best I have had in years",
            "was cooked with real care", "had us scraping our plates",
        ),
        (
            "was lukewarm and badly oversalted", "tasted stale", "was a chore to get through",
            "came out cold and swimming in grease", "was the worst I have had in years",
            "was burnt on one side and raw on the other", "went back to the kitchen half eaten",
        ),
    ),
    Judgement(
        "restaurant",
        "{staff} {}.",
        (
            "could not have been kinder", "looked after us without ever hovering",
            "made us feel welcome at once", "remembered every detail of our order",
            "went out of the way to find us a quiet corner",
        ),
        (
            "could not have been ruder", "ignored us for most of the evening",
            "made us feel like a nuisance", "got our order wrong and then blamed us",
            "rolled both eyes when we asked for water",
        ),
    ),
    Judgement(
        "hotel",
        "{place} {}.",
        (
            "was spotless and smelled of fresh linen", "was far lovelier than in the pictures",
            "was quiet, warm and full of light", "had been furnished with great taste",
            "was so comfortable that we hardly wanted to leave",
        ),
        (
            "was filthy and smelled of damp", "looked nothing like the charming pictures",
            "was loud, draughty and gloomy", "had stains on nearly every surface",
            "was so unpleasant that we counted the hours",
        ),
    ),
    Judgement(
        "hotel",
        "{staff} {}.",
        (
            "solved every problem with a smile", "went to great lengths to help us",
            "greeted us like old friends", "gave us excellent tips for the old town",
            "upgraded us without being asked",
        ),
        (
            "met every request with a sneer", "could not be bothered to help us",
            "kept us waiting for an hour and offered no apology",
            "lied to us about the parking fee",
            "charged us twice and refused to put it right",
        ),
    ),
    Judgement(
        "film",
        "{part} {}.",
        (
            "had me on the edge of my seat", "is a small masterpiece", "moved me to tears",
            "is funny, tense and beautifully timed", "alone is worth the price of the ticket",
        ),
        (
            "had me looking at my watch", "is an embarrassing mess", "bored me half to death",
            "is clumsy, endless and badly timed", "alone would justify asking for a refund",
        ),
    ),
    Judgement(
        "film",
        "{craft} {}.",
        (
            "is a delight throughout", "is subtle and utterly convincing",
            "lifts every scene", "deserves every prize it can get", "shows real wit and invention",
        ),
        (
            "is painful throughout", "is wooden and utterly unconvincing",
            "drags every scene down", "would shame a school play",
            "shows no trace of wit or invention",
        ),
    ),
    Judgement(
        "novel",
        "{part} {}.",
        (
            "kept me up until three in the morning", "is gripping and wonderfully strange",
            "broke my heart in the best possible way",
            "is as good as anything I have read this year",
            "gave me goose bumps",
        ),
        (
            "put me to sleep three nights in a row", "is tedious and hopelessly confused",
            "made me want to throw the book across the room",
            "is as bad as anything I have read this year", "reads like an unfinished draft",
        ),
    ),
    Judgement(
        "novel",
        "{craft} {}.",
        (
            "sparkles on every page", "is warm, sharp and alive", "earns all the praise it has had",
            "stayed with me for weeks", "is handled with astonishing skill",
        ),
        (
            "grates on every page", "is flat, dull and lifeless", "deserves none of the praise",
            "was forgotten by the next morning", "is handled with astonishing clumsiness",
        ),
    ),
    Judgement(
        "gadget",
        "{feature} {}.",
        (
            "works flawlessly", "feels solid and well made", "is better than I dared to hope",
            "has never let me down", "is a pleasure to use",
        ),
        (
            "broke within days", "feels cheap and flimsy", "is even worse than I had feared",
            "fails whenever I need it", "is a nuisance to use",
        ),
    ),
    Judgement(
        "gadget",
        "{staff} {}.",
        (
            "answered my question within minutes and was a great help",
            "replaced a missing part at once and free of charge",
            "was patient, honest and friendly",
            "gave me a generous discount on the spare filter",
        ),
        (
            "never answered any of my five messages", "refused to replace a part that came broken",
            "was rude, evasive and no help at all",
            "talked me into a useless warranty and would not cancel it",
        ),
    ),
    Judgement(
        "repair",
        "{staff} {}.",
        (
            "explained everything clearly and kept every promise",
            "fixed the fault in a day and would not even take a tip",
            "was cheerful, quick and scrupulously fair",
            "found a cheaper solution than I had asked for",
        ),
        (
            "explained nothing and broke every promise",
            "made the fault worse and charged me for the trouble",
            "was surly, slow and plainly dishonest", "pushed me into work that was never needed",
        ),
    ),
    Judgement(
        "repair",
        "{job} {}.",
        (
            "was a model of good work", "turned out even better than I had hoped",
            "was flawless", "was done early and with great care", "left me thoroughly satisfied",
        ),
        (
            "was a disgrace", "turned out even worse than I had feared",
            "was riddled with mistakes", "was done late and without any care", "left me furious",
        ),
    ),
)  # fmt: skip


def draw(gold: int, stream: Stream) -> Draft:
    """Draw a review: an opening that says nothing of quality, then two judgements.

    Args:
        gold: ``POSITIVE`` or ``NEGATIVE``, which both judgements share.
        stream: where the choices come from.
    """
    domain = stream.choice(tuple(_LEXICON))
    filler = Filler(_COMMON | _LEXICON[domain], stream)
    opening = stream.below(len(_OPENINGS[domain]))
    first = filler(_OPENINGS[domain][opening])
    judgements = [j for j in _JUDGEMENTS if j.domain == domain]
    stream.shuffle(judgements)
    verdicts = [stream.choice(j.negative if gold == NEGATIVE else j.positive) for j in judgements]
    said = [
        filler(j.pattern.replace("{}", verdict))
        for j, verdict in zip(judgements, verdicts, strict=True)
    ]
    joined = stream.below(2)
    if joined:
        said = [f"{said[0][:-1]}, and {said[1][0].lower()}{said[1][1:]}"]
    text = " ".join([first, *said])
    return Draft(f"{domain}-{opening}-{joined}", (text,), (*filler.slots, *verdicts))
