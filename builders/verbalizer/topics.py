"""The topic grammar: short notes on one of sixteen subjects, the first of which make smaller tasks.

A note names its subject's things all through and is easy to place. So what grows with the number of
subjects is the list of words that has to be kept apart.
"""

from heptathlon.builders.verbalizer import topics_further
from heptathlon.builders.verbalizer.grammar import Draft, Filler
from heptathlon.seeding import Stream

TOPICS = (
    *("sports", "cooking", "astronomy", "gardening", "music", "finance"),
    *topics_further.FURTHER,
)
COUNTS = (2, 3, 4, 6, 8, 12, 16)
"""Numbers of subjects that there is a task of: the rungs of the family's ladder."""

_PEOPLE = {
    "name": (
        "Amara", "Benno", "Chiara", "Dalia", "Emeka", "Farid", "Greta", "Hugo", "Ines", "Jonas",
        "Katya", "Luis", "Mina", "Noor", "Oskar", "Petra", "Quentin", "Rosa", "Samir", "Tomas",
    ),
    "when": (
        "on Monday", "last autumn", "at the weekend", "in late April", "yesterday evening",
        "two days ago", "on Friday", "this spring", "early in July", "last week",
    ),
}  # fmt: skip

_LEXICON: dict[str, dict[str, tuple[str, ...]]] = {
    "sports": {
        "team": (
            "the visitors", "the home side", "the league leaders", "the defending champions",
            "the under-nineteens", "the newly promoted club", "the county eleven",
        ),
        "score": ("two to one", "three to nil", "four to three", "one to nil", "five to two"),
        "player": (
            "the goalkeeper", "the captain", "the left back", "the substitute striker",
            "the veteran midfielder", "the young winger",
        ),
        "injury": ("a torn hamstring", "a sprained ankle", "a knee injury", "a broken wrist"),
        "race": (
            "the marathon", "the steeplechase", "the relay", "the hurdles", "the cycling stage",
            "the butterfly final",
        ),
        "half": ("the first half", "the second half", "extra time", "the final ten minutes"),
    },
    "cooking": {
        "dish": (
            "the chowder", "the risotto", "the stew", "the curry", "the lentils", "the custard",
            "the ragout", "the gravy",
        ),
        "spice": (
            "cumin", "smoked paprika", "fennel seed", "nutmeg", "coriander", "turmeric",
            "black pepper", "cinnamon",
        ),
        "food": (
            "the onions", "the carrots", "the leeks", "the aubergines", "the mushrooms",
            "the chicken thighs", "the shallots", "the courgettes",
        ),
        "fat": ("olive oil", "butter", "lard", "sesame oil"),
        "minutes": ("ten minutes", "a quarter of an hour", "forty minutes", "five minutes"),
        "bake": ("sourdough", "shortcrust pastry", "brioche", "flatbread", "gingerbread"),
    },
    "astronomy": {
        "body": (
            "the comet", "the dwarf planet", "the red giant", "the binary star", "the asteroid",
            "the exoplanet", "the pulsar", "the spiral galaxy",
        ),
        "tool": (
            "a radio telescope", "an infrared camera", "a spectrograph", "the orbiting observatory",
            "a small refractor", "the southern array",
        ),
        "finding": (
            "traces of water vapour", "a faint ring of dust", "a second companion",
            "an unusually strong magnetic field", "a tail of sodium", "a sudden rise in brightness",
        ),
        "far": (
            "forty light years", "nine hundred light years", "twelve light years",
            "two hundred light years", "seventy light years",
        ),
        "star": (
            "the red giant", "the binary star", "the exoplanet", "the pulsar", "the white dwarf",
            "the nebula",
        ),
        "small": ("the comet", "the dwarf planet", "the asteroid", "the icy moon", "the meteoroid"),
        "planet": ("Saturn", "Jupiter", "Neptune", "Mars", "Venus", "Uranus"),
    },
    "gardening": {
        "plant": (
            "the roses", "the dahlias", "the tomato seedlings", "the runner beans",
            "the raspberries", "the lavender bushes", "the tulip bulbs", "the begonias",
        ),
        "shrub": (
            "the hydrangeas", "the currant bushes", "the fuchsias", "the rosemary bushes",
            "the gooseberries", "the old roses",
        ),
        "pest": ("slugs", "greenfly", "mildew", "vine weevils", "cabbage whites", "blackspot"),
        "cure": ("wood ash", "coffee grounds", "nettle water", "a fine net", "soapy water"),
        "bed": (
            "the south border", "the raised bed", "the old cold frame", "the trough by the shed",
            "the bed along the fence",
        ),
        "feed": ("compost", "leaf mould", "bone meal", "well-rotted manure", "seaweed feed"),
        "spring": ("March", "April", "May"),
        "month": ("March", "April", "May", "September", "October"),
    },
    "music": {
        "work": (
            "the string quartet", "the mass in B minor", "the second symphony", "the song cycle",
            "the oboe concerto", "the overture", "the piano trio", "the cantata",
        ),
        "player": (
            "the cellist", "the soprano", "the conductor", "the timpanist", "the second violins",
            "the organist", "the trombone section",
        ),
        "key": ("D minor", "F major", "G minor", "E flat major", "A major", "C sharp minor"),
        "passage": (
            "the slow movement", "the coda", "the opening bars", "the fugue", "the cadenza",
            "the chorus",
        ),
        "instrument": ("viola", "clarinet", "bassoon", "harp", "mandolin", "French horn"),
    },
    "finance": {
        "firm": (
            "the insurer", "the retail bank", "the shipping group", "the pension fund",
            "the brewery", "the airline", "the chip maker",
        ),
        "figure": (
            "quarterly profit", "net debt", "the dividend", "annual revenue", "the share price",
            "operating margin",
        ),
        "percent": ("four percent", "eleven percent", "two percent", "nine percent", "six percent"),
        "cause": (
            "higher interest rates", "a weaker currency", "lower borrowing costs",
            "a wave of loan defaults", "rising bond yields", "new accounting rules",
        ),
        "asset": (
            "government bonds", "index funds", "mortgage loans", "treasury bills",
            "corporate shares", "currency futures",
        ),
    },
}  # fmt: skip

_SENTENCES: dict[str, tuple[str, ...]] = {
    "sports": (
        "{team} beat {team2} {score} {when}, with {name} scoring the winner in {half}.",
        "{player} left the pitch with {injury} after a hard tackle in {half}.",
        "{name} finished {race} well ahead of {name2} and set a new club record.",
        "{name}, {player}, signed a new two-year contract with {team} {when}.",
        "The referee sent {player} off in {half}, and {team} held on to win {score}.",
        "{name} took the silver medal in {race} after a photo finish with {name2}.",
        "{team} will be without {name} for the cup tie because of {injury}.",
    ),
    "cooking": (
        "{name} fried {food} in {fat} for {minutes} before stirring in the {spice}.",
        "{dish} thickened once {name} had let it simmer for {minutes}.",
        "A pinch of {spice} goes into {dish} just before it is served.",
        "{name} kneaded the dough for the {bake} and left it to rest for {minutes}.",
        "Chop {food}, toss them in {fat} and roast them with {spice} for {minutes}.",
        "{dish} is seasoned with {spice} and {spice2} and then finished with a knob of butter.",
        "The {bake} came out of the oven {when}, and {name} brushed the crust with {fat}.",
    ),
    "astronomy": (
        "Using {tool}, {name} found {finding} around {body}.",
        "{star} lies about {far} from the Sun and was first catalogued by {name}.",
        "{planet} stood close to {body} in the night sky {when}.",
        "{name}'s team pointed {tool} at {body} and recorded {finding}.",
        "The orbit of {small} is tilted because of the pull of {planet}.",
        "A probe on its way to {planet} sent back the first pictures of {small} {when}.",
        "{name} measured the light of {star}, which is {far} away, with {tool}.",
    ),
    "gardening": (
        "{name} moved {plant} to {bed} once the last frost of {spring} had passed.",
        "{plant} were covered in {pest}, so {name} treated them with {cure}.",
        "Prune {shrub} hard in {month} and mulch them with {feed}.",
        "{name} dug {feed} into {bed} {when} and sowed two rows of peas.",
        "{cure} kept the {pest} away from {plant} until the end of {month}.",
        "{plant} in {bed} need watering at the root every evening from {month} on.",
        "{name} took cuttings from {shrub} {when} and potted them up with {feed}.",
    ),
    "music": (
        "{player} rehearsed {passage} of {work} with {name} {when}.",
        "{name} transposed {work} into {key} so that it would suit the {instrument}.",
        "{work} ends in {key}, and {passage} quotes an old folk tune.",
        "{name} has played the {instrument} since school and joined the orchestra {when}.",
        "In {passage}, {player} came in a bar before the {instrument}.",
        "{player} tuned up while {name} handed out the parts of {work}.",
        "{name} wrote a short piece for {instrument} and choir in {key}, modelled on {work}.",
    ),
    "finance": (
        "{firm} said {when} that {figure} had fallen by {percent} because of {cause}.",
        "{name} sold the {asset} {when} and moved the money into {asset2}.",
        "{figure} at {firm} rose by {percent} despite {cause}.",
        "Analysts expect {cause} to hit {firm} harder than its rivals.",
        "{firm} raised its dividend by {percent} after a strong year in {asset}.",
        "{name} advised clients to buy {asset} before {cause} reached the market.",
        "{firm} borrowed against its {asset} {when} to pay for a merger.",
    ),
}

_LEXICON |= topics_further.LEXICON
_SENTENCES |= topics_further.SENTENCES


def draw(gold: int, stream: Stream) -> Draft:
    """Draw a note of two sentences on one topic.

    Args:
        gold: index of the topic in ``TOPICS``; a smaller task asks for the first ones only.
        stream: where the choices come from.
    """
    topic = TOPICS[gold]
    filler = Filler(_PEOPLE | _LEXICON[topic], stream)
    first, second = stream.sample(range(len(_SENTENCES[topic])), 2)
    text = " ".join(filler(_SENTENCES[topic][i]) for i in (first, second))
    return Draft(f"{topic}-{first}-{second}", (text,), filler.slots)
