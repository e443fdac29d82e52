"""Causal chains: rules of a small works, what was done by hand, and what came of it.

What a document reports is drawn first. Each of the three things that it reports hangs on a chain
of rules, whose senses are drawn so that the chain ends there: every rule is as likely to turn its
cause round as not, whatever is right, so that no part of a chain tells its end.
"""

from dataclasses import dataclass

from heptathlon.builders.rarb.problem import Asked, Problem, corner, problem
from heptathlon.builders.rarb.words import capital, listed
from heptathlon.seeding import Stream

TOPICS = ("chain",)
REPORTED = 3


@dataclass(frozen=True)
class Part:
    """One two-way thing.

    Attributes:
        on: clause of the query that says that it is on.
        off: clause of the query that says that it is off.
        noun: what a document calls it, if it is reported; it shares no word with the clauses.
        states: what a document says of it when it is on, and when it is off: one word each.
    """

    on: str
    off: str
    noun: str = ""
    states: tuple[str, str] = ("", "")

    def clause(self, value: bool) -> str:
        """Return the query's words for a value."""
        return self.on if value else self.off


ENDS = (
    Part("the roof vents open", "the roof vents shut", "skylight", ("ajar", "sealed")),
    Part("the inside air turns damp", "the inside air turns dry", "hygrometer", ("high", "low")),
    Part("the sprinkler runs", "the sprinkler rests", "soil", ("wet", "parched")),
    Part("the freezer hums", "the freezer stands still", "ice", ("solid", "slush")),
    Part("the drip tray empties", "the drip tray overflows", "floor", ("clean", "flooded")),
    Part("the cat sleeps", "the cat complains", "pet", ("quiet", "loud")),
    Part("the boat sails", "the boat stays in port", "crossing", ("possible", "cancelled")),
    Part("the guests leave", "the guests arrive", "rooms", ("vacant", "taken")),
    Part("the cook hurries", "the cook dawdles", "dinner", ("prompt", "delayed")),
    Part("the coach is late", "the coach is early", "timetable", ("moved", "unchanged")),
    Part("the stove goes cold", "the stove heats up", "soup", ("tepid", "steaming")),
    Part("the mill wheel turns", "the mill wheel stops", "grinding", ("busy", "idle")),
    Part("the pond sinks", "the pond swells", "jetty", ("exposed", "submerged")),
    Part("the ducks fly off", "the ducks settle", "birds", ("gone", "present")),
    Part("the badges work", "the badges fail", "entrance", ("unlocked", "barred")),
    Part("the queue shrinks", "the queue grows", "lobby", ("deserted", "crowded")),
    Part("the guard sits down", "the guard walks about", "chair", ("occupied", "free")),
    Part("the kiln is fired", "the kiln is banked", "bricks", ("hard", "crumbly")),
)
"""What documents report, at the end of a chain each."""
_COLOURS = ("red", "blue", "green", "yellow", "white", "black")
_DEVICES = (
    ("lamp", "glows", "is out"), ("gate", "lifts", "drops"), ("bell", "rings", "is silent"),
    ("valve", "lets through", "blocks"), ("fan", "spins", "hangs still"),
    ("pump", "starts", "halts"),
)  # fmt: skip
DEVICES = tuple(
    Part(f"the {colour} {noun} {on}", f"the {colour} {noun} {off}")
    for noun, on, off in _DEVICES
    for colour in _COLOURS
)
"""What stands in the middle of a chain."""
_HALLS = (
    "dairy", "forge", "brewery", "dockyard", "nursery", "hotel", "depot", "cannery", "foundry",
    "laundry", "creamery", "refinery", "distillery", "bindery", "glassworks", "smokehouse",
    "ropewalk", "saltworks", "tannery", "winery", "shipyard", "quarry", "brickyard", "sawmill",
)  # fmt: skip
_RULES = (
    "{effect} exactly when {cause}.",
    "If and only if {cause}, {effect}.",
    "It takes that {cause}, and no more, for this: {effect}.",
)


def blocks(stream: Stream, n: int) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """Return topic, shared facts and marks of a town's blocks."""
    halls = stream.sample(_HALLS, 3 * n)
    nouns = [part.noun for part in ENDS]
    return [
        ("chain", tuple(stream.sample(nouns, REPORTED)), tuple(halls[3 * i : 3 * i + 3]))
        for i in range(n)
    ]


@dataclass(frozen=True)
class Chain:
    """A chain of rules to one thing that is reported.

    Attributes:
        rules: sentences, in the order of the chain.
        fact: clause that says how its first part is.
        forced: clause that says how a part was set by hand, from which on the rules count; empty
            if none was.
    """

    rules: tuple[str, ...]
    fact: str
    forced: str


def draw(asked: Asked, stream: Stream) -> Problem | None:
    """Return a causal problem, or None if the draw was not fair."""
    place, hall = asked.place, asked.mark
    ends = [next(part for part in ENDS if part.noun == noun) for noun in asked.facts]
    gold = corner(stream)
    free = stream.sample(DEVICES, REPORTED * (asked.steps + 1))
    chains = [
        _chain(end, value, free[i::REPORTED], asked, stream)
        for i, (end, value) in enumerate(zip(ends, gold, strict=True))
    ]
    rules = [rule for chain in chains for rule in chain.rules]
    facts = [chain.fact for chain in chains]
    forced = [chain.forced for chain in chains if chain.forced]
    for sentences in (rules, facts, forced):
        stream.shuffle(sentences)
    told = " ".join(rules)
    happened = f"{capital(listed(facts))}."
    if forced:
        happened += (
            f" Somebody interferes, so that, whatever came before, {listed(forced)}; the rest "
            "follows."
        )
    query = (
        f"How things go in the {hall} at {place}: {told} That day, {happened[0].lower()}"
        f"{happened[1:]} What was found in the {place} {hall} in the evening?",
        f"The {place} {hall} works by fixed rules. {told} Today the case is this. {happened} How "
        f"does the day end in the {hall} of {place}?",
        f"This is what happened at the {hall} in {place}. {happened} And these are its rules. "
        f"{told} Which evening note is that of the {place} {hall}?",
    )[asked.wording]
    faults = [
        f"missed_{'intervention' if chain.forced else 'cause'}_{position}"
        for position, chain in zip(("first", "second", "third"), chains, strict=True)
    ]
    return problem(
        asked,
        query,
        gold,
        faults,
        lambda c: (
            f"Note, {place} {hall}: "
            + ", ".join(
                f"{end.noun} {end.states[0 if value else 1]}"
                for end, value in zip(ends, c, strict=True)
            )
            + "."
        ),
    )


def _chain(end: Part, value: bool, free: list[Part], asked: Asked, stream: Stream) -> Chain:
    """Return a chain of as many rules as there are steps that ends with a part's value.

    Where somebody interferes, one rule more stands before the part that was set by hand, and does
    not count.
    """
    devices = free[: asked.steps]
    by_hand = bool(stream.below(2))
    values = [bool(stream.below(2)) for _ in devices] + [value]
    parts = [*devices, end]
    rules = [
        _rule(parts[i], values[i], parts[i + 1], values[i + 1], asked.wording, stream)
        for i in range(asked.steps)
    ]
    if not by_hand:
        return Chain(tuple(rules), parts[0].clause(values[0]), "")
    first, state = free[asked.steps], bool(stream.below(2))
    # By its rule, the part would now be as it is not.
    rules.insert(0, _rule(first, state, parts[0], not values[0], asked.wording, stream))
    return Chain(tuple(rules), first.clause(state), parts[0].clause(values[0]))


def _rule(
    cause: Part, is_on: bool, effect: Part, becomes: bool, wording: int, stream: Stream
) -> str:
    """Return a rule by which a cause's value brings about an effect's, told of either value."""
    told = bool(stream.below(2))
    said = _RULES[wording].format(
        cause=cause.clause(is_on == told), effect=effect.clause(becomes == told)
    )
    return capital(said)
