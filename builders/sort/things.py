"""The things of the chronicles, and what they are called in a question.

Like the kinds of events (:mod:`heptathlon.builders.sort.kinds`) they are called by words that no
chronicle uses, in no form: who only matches words finds nothing.
"""

from heptathlon.builders.sort.kinds import KINDS
from heptathlon.seeding import Stream

THINGS = {
    "lantern": ("an illumination device", "a portable source of brightness"),
    "kettle": ("a vessel used to boil liquids", "equipment used to prepare hot drinks"),
    "mirror": ("a reflective surface", "an object that yields reflections"),
    "violin": ("a bowed instrument", "an instrument of chamber ensembles"),
    "compass": ("an aid to navigation", "a device that indicates north"),
    "birdcage": ("an enclosure used by canaries", "an enclosure used by budgerigars"),
    "clock": ("a chronometer", "an object that chimes"),
    "saddle": ("equestrian equipment", "riding gear"),
    "barometer": ("a gauge that predicts storms", "a meteorologist's instrument"),
    "globe": ("a model of our planet", "a sphere that displays continents"),
    "umbrella": ("protection from drizzle", "an object used in hail"),
    "trumpet": ("an object that produces fanfares", "an instrument similar to a bugle"),
    "sledge": ("a vehicle used on snow", "a winter vehicle"),
    "writing desk": ("an item of office furniture", "furniture used by authors"),
    "spyglass": ("a telescope", "a device that magnifies remote views"),
    "tablecloth": ("dining linen", "fabric used during meals"),
    "cradle": ("furniture used by infants", "an item that newborns need"),
    "bellows": ("an air pump", "a device that expels air"),
    "drum": ("a percussion instrument", "an instrument used by percussionists"),
    "ship's wheel": ("a vessel's helm", "nautical steering equipment"),
    "coal scuttle": ("a fuel container", "a container used by stokers"),
    "chessboard": ("equipment used in strategy games", "equipment used by grandmasters"),
    "hatbox": ("a container that protects bonnets", "a bonnet container"),
    "washbasin": ("an item of bathroom equipment", "an item used in personal hygiene"),
    "anvil": ("equipment used in forging", "equipment of metalworkers"),
    "crown": ("a regal ornament", "a symbol of monarchy"),
    "mask": ("a disguise", "an object that conceals identity"),
    "rocking horse": ("a nursery toy", "an object enjoyed by toddlers"),
    "necklace": ("an item of jewellery", "a jeweller's item"),
    "crossbow": ("a weapon", "an item used by archers"),
}  # fmt: skip
"""What may follow a quality in a chronicle, with its names in questions."""


def paraphrased(kind: int, thing: str, stream: Stream) -> str:
    """Return an event in other words than a chronicle's, as a clause.

    Args:
        kind: place in :data:`~heptathlon.builders.sort.kinds.KINDS`.
        thing: one of :data:`THINGS`.
        stream: where the choice among the wordings comes from.
    """
    return stream.choice(KINDS[kind].gists).format(it=stream.choice(THINGS[thing]))


def meanings() -> dict[str, tuple[int, str]]:
    """Return the kind and the thing that each clause of a question stands for.

    Raises:
        ValueError: if a clause stands for two events.
    """
    out: dict[str, tuple[int, str]] = {}
    for number, kind in enumerate(KINDS):
        for gist in kind.gists:
            for thing, names in THINGS.items():
                for name in names:
                    clause = gist.format(it=name)
                    if clause in out:
                        raise ValueError(f"{clause!r} stands for two events")
                    out[clause] = (number, thing)
    return out
