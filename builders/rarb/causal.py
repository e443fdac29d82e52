"""Everyday causal chains: rules of a small scene, what was done by hand, and what came of it.

The state that a document reports is drawn first, all eight alike; what had to be done by hand for
the scene's rules to end there follows. So what usually happens in such a scene is no hint.
"""

from dataclasses import dataclass

from heptathlon.builders.rarb.problem import Problem, problem
from heptathlon.builders.rarb.words import listed
from heptathlon.seeding import Stream


@dataclass(frozen=True)
class Part:
    """One two-way thing of a scene.

    Attributes:
        on: clause of the query that says that it is on.
        off: clause of the query that says that it is off.
        noun: what a document calls it; it shares no word with the clauses.
        states: what a document says of it when it is on, and when it is off: one word each.
    """

    on: str
    off: str
    noun: str
    states: tuple[str, str]

    def clause(self, value: bool) -> str:
        """Return the query's words for a value."""
        return self.on if value else self.off


@dataclass(frozen=True)
class Scene:
    """A chain of parts; each follows the one before it, or does the opposite.

    Attributes:
        name: what the scene is called.
        parts: the chain; the last three are reported.
        same: whether each part but the first is on when the one before it is on.
    """

    name: str
    parts: tuple[Part, ...]
    same: tuple[bool, ...]


SCENES = (
    Scene(
        "greenhouse",
        (
            Part("the sun shines", "the sky stays grey", "", ("", "")),
            Part("the glass warms up", "the glass cools down", "", ("", "")),
            Part("the roof vents open", "the roof vents shut", "skylight", ("ajar", "sealed")),
            Part("the inside air turns damp", "the inside air turns dry", "hygrometer",
                 ("high", "low")),
            Part("the sprinkler runs", "the sprinkler rests", "soil", ("wet", "parched")),
        ),
        (True, True, False, False),
    ),
    Scene(
        "kitchen",
        (
            Part("the mains are live", "the mains are dead", "", ("", "")),
            Part("the freezer hums", "the freezer stands still", "ice", ("solid", "slush")),
            Part("the tray under it dries", "the tray under it fills", "floor",
                 ("clean", "flooded")),
            Part("the cat sleeps", "the cat complains", "pet", ("quiet", "loud")),
        ),
        (True, True, True),
    ),
    Scene(
        "harbour",
        (
            Part("the wind rises", "the wind drops", "", ("", "")),
            Part("the swell grows", "the swell fades", "", ("", "")),
            Part("the ferry sails", "the ferry stays in port", "crossing",
                 ("possible", "cancelled")),
            Part("the hotel empties", "the hotel fills up", "rooms", ("vacant", "taken")),
            Part("the cook goes home early", "the cook works late", "dinner",
                 ("prompt", "delayed")),
        ),
        (True, False, True, True),
    ),
    Scene(
        "school",
        (
            Part("snow falls", "the streets are clear", "", ("", "")),
            Part("the bus is late", "the bus is on time", "arrivals", ("staggered", "punctual")),
            Part("the first lesson is put off", "the first lesson takes place", "timetable",
                 ("moved", "unchanged")),
            Part("lunch is served cold", "lunch is served hot", "soup", ("tepid", "steaming")),
        ),
        (True, True, True),
    ),
    Scene(
        "waterworks",
        (
            Part("the river is in spate", "the river is low", "", ("", "")),
            Part("the sluice is raised", "the sluice is lowered", "", ("", "")),
            Part("the mill wheel turns", "the mill wheel stands", "grinding", ("busy", "idle")),
            Part("the pond sinks", "the pond swells", "jetty", ("dry", "submerged")),
            Part("the ducks leave", "the ducks stay", "birds", ("gone", "present")),
        ),
        (False, True, True, True),
    ),
    Scene(
        "office",
        (
            Part("the server is up", "the server is down", "", ("", "")),
            Part("the door badges work", "the door badges fail", "entrance",
                 ("unlocked", "barred")),
            Part("the queue outside shrinks", "the queue outside grows", "lobby",
                 ("deserted", "crowded")),
            Part("the guard sits down", "the guard walks about", "chair",
                 ("occupied", "free")),
        ),
        (True, True, True),
    ),
)  # fmt: skip
REPORTED = 3


def follow(scene: Scene, first: bool, fixed: dict[int, bool]) -> list[bool]:
    """Return every part's value: by the rules, but for the parts that were fixed by hand."""
    out = [first]
    for index in range(1, len(scene.parts)):
        ruled = out[-1] if scene.same[index - 1] else not out[-1]
        out.append(fixed.get(index, ruled))
    return out


def draw(place: str, stream: Stream) -> Problem | None:
    """Return a causal problem of a place, or None if the draw was not fair."""
    scene = stream.choice(SCENES)
    n = len(scene.parts)
    first = bool(stream.below(2))
    wanted = [bool(stream.below(2)) for _ in range(REPORTED)]
    fixed: dict[int, bool] = {}
    for index, value in enumerate(wanted, start=n - REPORTED):
        if follow(scene, first, fixed)[index] != value:
            fixed[index] = value
    values = follow(scene, first, fixed)
    reported = range(n - REPORTED, n)

    def document(*wrong: bool) -> str:
        said = [
            f"{scene.parts[i].noun} {scene.parts[i].states[values[i] == flipped]}"
            for i, flipped in zip(reported, wrong, strict=True)
        ]
        return f"{place} {scene.name}, evening note: {', '.join(said)}."

    faults = [
        f"missed_{'intervention' if i in fixed else 'cause'}_{position}"
        for position, i in zip(("first", "second", "third"), reported, strict=True)
    ]
    rules = [
        f"When {a.clause(True)}, {b.clause(same)}; when {a.clause(False)}, {b.clause(not same)}."
        for a, b, same in zip(scene.parts, scene.parts[1:], scene.same, strict=False)
    ]
    happened = f"That day {scene.parts[0].clause(first)}."
    if fixed:
        by_hand = listed([scene.parts[i].clause(value) for i, value in fixed.items()])
        happened += (
            f" Somebody interferes, so that, whatever came before, {by_hand}; the rest follows."
        )
    query = (
        f"How things go in the {place} {scene.name}: {' '.join(rules)} {happened} "
        "What was found in the evening?"
    )
    return problem("chain", n - 1 + len(fixed), query, faults, document)
