"""The words of the chronicles: names, things, places and sentences; nothing here knows an order.

Every sentence must read well at any place of a chronicle. It never says that something is the
first, the last, finished for good or known from before, because an event's place may be known only
by having read the text.

Slots: ``{who}`` full name, ``{he}`` ``{him}`` ``{his}`` the person's pronouns (capitalised at the
start of a sentence by the writer), ``{other}`` another person's full name, ``{thing}`` with its
article, ``{place}`` with its article, ``{lead}`` a phrase of time or nothing.
"""

from typing import NamedTuple


class Kind(NamedTuple):
    """A kind of event.

    Attributes:
        opens: first sentences; each names the person and the thing.
        details: sentences that may follow.
        gist: the event in other words, as a clause for a question.
    """

    opens: tuple[str, ...]
    details: tuple[str, ...]
    gist: str


KINDS = (
    Kind(
        (
            "{lead}{who} took {thing} apart at {place} and had it whole again before dark.",
            "{lead}{who} sat at {place} with {thing} and a box of small tools until it worked.",
            "{lead}a knock was heard at {place}, and {who} was asked to see to {thing}.",
        ),
        (
            "Two screws were left over, and {he} kept them in a jar.",
            "{he} asked no money for it, only a bowl of soup.",
            "The fault was a splinter no longer than a fingernail.",
        ),
        "{who} repaired {thing}",
    ),
    Kind(
        (
            "{lead}{who} could not find {thing} and turned {place} upside down for it.",
            "{lead}{thing} was missing from {place}, and {who} went from door to door about it.",
            "{lead}{who} came out of {place} pale and said that {thing} was nowhere to be seen.",
        ),
        (
            "{he} looked under the stairs three times.",
            "The children were questioned and gave four different accounts.",
            "{other} offered a lamp for the search, and it helped nobody.",
        ),
        "{who} lost {thing}",
    ),
    Kind(
        (
            "{lead}{who} sold {thing} to a carter at {place} for less than it was worth.",
            "{lead}at {place} {who} set {thing} on a plank and let a stranger have it for coin.",
            "{lead}a buyer waited at {place}, and {who} handed over {thing} without haggling.",
        ),
        (
            "The coins were counted twice and wrapped in a stocking.",
            "{he} would not say what the money was for.",
            "{other} had offered more and was told so too late.",
        ),
        "{who} parted with {thing} for money",
    ),
    Kind(
        (
            "{lead}{who} dug behind {place} and struck {thing} with the spade.",
            "{lead}the ground at {place} gave way a little, and {who} drew {thing} out of the mud.",
            "{lead}{who}, mending a fence near {place}, pulled {thing} from between the roots.",
        ),
        (
            "It was washed in the trough and laid on a shutter to dry.",
            "Nobody came forward to claim it.",
            "{he} showed it to {other}, who turned it over and shrugged.",
        ),
        "{who} unearthed {thing}",
    ),
    Kind(
        (
            "{lead}{who} made a present of {thing} to {other} at {place}.",
            "{lead}{other} was called to {place} and left it with {thing}, which {who} had wrapped "
            "in sacking.",
            "{lead}{who} waited at {place} for {other} and put {thing} into those surprised hands.",
        ),
        (
            "No reason was given, and none was asked for.",
            "The knots in the string took longer than the thanks.",
            "{he} walked home the long way, whistling.",
        ),
        "{who} gave {other} {thing}",
    ),
    Kind(
        (
            "{lead}{who} and {other} quarrelled at {place} over {thing}.",
            "{lead}voices rose at {place}: {who} claimed {thing}, and {other} denied it.",
            "{lead}{thing} was the cause when {who} and {other} stopped speaking in the middle of "
            "{place}.",
        ),
        (
            "A chair was knocked over, though neither would own to it.",
            "The bystanders took sides and then took supper.",
            "{he} slammed a door that had no latch.",
        ),
        "{who} fell out with {other} about {thing}",
    ),
    Kind(
        (
            "{lead}{who} carried {thing} all the way to {place} on foot.",
            "{lead}{who} was seen on the road to {place}, bent under {thing}.",
            "{lead}{thing} arrived at {place} on the shoulders of {who}, who had refused the cart.",
        ),
        (
            "{he} rested at every milestone and ate an apple at each.",
            "A dog kept {him} company for the better part of the way.",
            "Half of {his} breakfast went to the toll keeper.",
        ),
        "{who} brought {thing} to {place}",
    ),
    Kind(
        (
            "{lead}{who} painted {thing} green at {place}, brush in one hand, bread in the other.",
            "{lead}the smell of paint hung about {place}, where {who} gave {thing} a new coat.",
            "{lead}{who} borrowed a ladder at {place} and stayed on it until {thing} was green.",
        ),
        (
            "Some of it ended on {his} sleeves.",
            "The colour was said to keep off wasps.",
            "{other} would have chosen blue.",
        ),
        "{who} coloured {thing} green",
    ),
    Kind(
        (
            "{lead}{who} dropped {thing} from the bridge beside {place} and watched it sink.",
            "{lead}there was a splash by {place}: {who} had let {thing} slip into the river.",
            "{lead}{who} leaned out too far at {place}, and {thing} went into the water.",
        ),
        (
            "The ferrymen tried with hooks and brought up a boot.",
            "{he} stood there until the rings had gone from the water.",
            "It was agreed that the current runs fast at that spot.",
        ),
        "{who} sent {thing} to the bottom by accident",
    ),
    Kind(
        (
            "{lead}{who} drew {thing} from memory on the wall of {place} with a burnt stick.",
            "{lead}{who} filled a whole wall at {place} with a picture of {thing}.",
            "{lead}people stopped at {place}, where {who} was sketching {thing} in charcoal.",
        ),
        (
            "The handle came out too large, and {he} knew it.",
            "Two travellers offered to buy the wall.",
            "{other} held the light and gave advice.",
        ),
        "{who} made a drawing of {thing}",
    ),
    Kind(
        (
            "{lead}{who} pawned {thing} at {place} and put the ticket in a hymn book.",
            "{lead}{who} left {thing} with the broker at {place} against a small loan.",
            "{lead}the broker at {place} wrote a ticket for {thing} and pushed it over to {who}.",
        ),
        (
            "The ink on the ticket was still wet when {he} folded it.",
            "{he} asked twice about the interest and once about the weather.",
            "It was put on the upper shelf, between two clocks.",
        ),
        "{who} put {thing} in pawn",
    ),
    Kind(
        (
            "{lead}{who} copied the inscription on {thing} at {place}, letter by letter.",
            "{lead}{who} sat by the window of {place} and wrote down what was scratched into "
            "{thing}.",
            "{lead}a sheet of paper and {thing} lay before {who} at {place} for the whole of an "
            "afternoon.",
        ),
        (
            "One word could be read in two ways.",
            "{he} blotted the page and began it anew.",
            "{other} thought that it was only a maker's name.",
        ),
        "{who} wrote out the words on {thing}",
    ),
    Kind(
        (
            "{lead}{who} hid {thing} under the floor of {place} and swept the boards.",
            "{lead}{who} lifted a board at {place} and pushed {thing} into the dark below.",
            "{lead}when {place} stood empty, {who} put {thing} beneath the boards and went out "
            "whistling.",
        ),
        (
            "A nail was bent in the doing of it.",
            "{other} passed the window and saw nothing, or said so.",
            "{he} drew a small cross on the sill with chalk.",
        ),
        "{who} concealed {thing} beneath the planks",
    ),
    Kind(
        (
            "{lead}{who} won {thing} at dice at {place} from a man with one glove.",
            "{lead}the dice fell well for {who} at {place}, and {thing} changed hands.",
            "{lead}{who} threw three sixes at {place} and went home with {thing}.",
        ),
        (
            "The loser laughed and asked for the dice to be weighed.",
            "{he} bought a round for the whole table.",
            "{other} called it luck and was careful to say it quietly.",
        ),
        "{who} gained {thing} in a game of dice",
    ),
    Kind(
        (
            "{lead}{who} lent {thing} to the schoolmaster, who was to fetch it from {place}.",
            "{lead}the schoolmaster came to {place} and asked {who} for the loan of {thing}.",
            "{lead}{who} met the schoolmaster at {place} and let {thing} go with him for a week.",
        ),
        (
            "A receipt was written on the back of a spelling list.",
            "{he} named a day for its return, and the schoolmaster named another.",
            "The pupils were told not to touch it.",
        ),
        "{who} let the schoolmaster borrow {thing}",
    ),
    Kind(
        (
            "{lead}{who} weighed {thing} on the public scales at {place}.",
            "{lead}{who} put {thing} on the scales at {place}, and the clerk moved the weights "
            "about.",
            "{lead}the clerk at {place} was asked by {who} to say how heavy {thing} was.",
        ),
        (
            "It came to a little over what had been guessed.",
            "The clerk wrote the figure on {his} palm.",
            "{other} had bet on it and paid in eggs.",
        ),
        "{who} found out what {thing} weighs",
    ),
    Kind(
        (
            "{lead}{who} fell asleep at {place} with {thing} for a pillow.",
            "{lead}{who} was found dozing at {place}, one cheek against {thing}.",
            "{lead}nobody had the heart to wake {who}, who slept at {place} across {thing}.",
        ),
        (
            "The mark of it stayed on {his} face until supper.",
            "{he} spoke a few words in the sleep, all of them about cheese.",
            "{other} laid a coat over {him}.",
        ),
        "{who} took a nap on {thing}",
    ),
    Kind(
        (
            "{lead}{who} tied {thing} to the weathervane of {place} for a wager.",
            "{lead}{who} climbed up {place} and left {thing} swinging from the vane.",
            "{lead}heads were tilted back at {place}, for {who} was tying {thing} to the very "
            "top of the spire.",
        ),
        (
            "The wager was a cheese, and it was paid.",
            "{other} shut both eyes until it was over.",
            "A slate came down and broke in the yard.",
        ),
        "{who} fixed {thing} high above a roof",
    ),
    Kind(
        (
            "{lead}{who} showed {thing} to the magistrate at {place} and swore an oath on it.",
            "{lead}the magistrate sat at {place}, and {who} laid {thing} before him as evidence.",
            "{lead}{who} was heard at {place}, where {thing} lay on the table for all to see.",
        ),
        (
            "The clerk spelled the name wrong and was corrected.",
            "{he} spoke for less time than it took to be sworn in.",
            "The magistrate scratched his ear and adjourned.",
        ),
        "{who} produced {thing} in court",
    ),
    Kind(
        (
            "{lead}{who} polished {thing} on the steps of {place} until it threw back the sky.",
            "{lead}{who} spent a rag and a pot of wax on {thing}, sitting outside {place}.",
            "{lead}outside {place} {who} rubbed at {thing} and hummed.",
        ),
        (
            "{he} used spit where the wax gave out.",
            "{other} asked whether a visitor was expected.",
            "A magpie took an interest and had to be chased off.",
        ),
        "{who} shined up {thing}",
    ),
    Kind(
        (
            "{lead}{who} set {thing} adrift from {place} with a candle on it.",
            "{lead}{who} pushed {thing} off from the steps of {place}, a candle burning in it.",
            "{lead}a small light moved down the river from {place}, where {who} had let {thing} "
            "float away.",
        ),
        (
            "It was a promise, {he} said, and would not say to whom.",
            "The candle could be followed as far as the bend.",
            "Two boys ran along the bank beside it.",
        ),
        "{who} sent {thing} floating off with a candle",
    ),
    Kind(
        (
            "{lead}{who} burned a hole in {thing} at {place} and covered it with a thumb.",
            "{lead}a spark from the hearth of {place} caught {thing}, which {who} was holding too "
            "near.",
            "{lead}there was a smell of scorching at {place}, and {who} was seen to hide {thing}.",
        ),
        (
            "The damage was no larger than a pea.",
            "{he} talked very fast about other matters.",
            "{other} sniffed and opened a window.",
        ),
        "{who} scorched {thing}",
    ),
    Kind(
        (
            "{lead}{who} traded {thing} at {place} for a goose that bit.",
            "{lead}a goose came to {who} at {place}, and {thing} went the other way.",
            "{lead}{who} shook hands at {place}, gave up {thing} and led away a goose on a string.",
        ),
        (
            "The goose had opinions about the string.",
            "{other} thought it a fair bargain for the goose.",
            "{he} named the bird on the way home.",
        ),
        "{who} exchanged {thing} for a goose",
    ),
    Kind(
        (
            "{lead}{who} counted the dents in {thing} at {place} and made a note of them.",
            "{lead}{who} held {thing} to the window of {place} and numbered its dents aloud.",
            "{lead}at {place} {who} went over {thing} inch by inch with a pencil behind one ear.",
        ),
        (
            "The number was disputed by {other}, who had sharper eyes.",
            "The note was pinned up beside the tide table.",
            "{he} lost count once and started again.",
        ),
        "{who} made a count of the dents in {thing}",
    ),
)

ASIDES = (
    "Rain stood in the ruts of the lane.",
    "The river was high and the colour of tea.",
    "{other} said nothing about it at supper.",
    "A bell rang somewhere, and no one could tell which.",
    "It was talked of at the pump for a day or two.",
    "The wind smelled of tar and onions.",
    "{other} wrote of it in a letter and spelled most of it wrong.",
    "Geese went over, low and quarrelling.",
    "The baker gave short weight, as was his habit.",
    "Smoke from the kilns lay along the roofs.",
    "A cat watched the whole affair from the wall of {place}.",
    "{other} happened to pass and lifted a hat.",
    "Frost had drawn ferns on the windows of {place}.",
    "There was a puppet show at {place}, and few people stayed for the end of it.",
    "The clerk had it from {other}, who does not lie before noon.",
    "Somebody was playing a fiddle, badly and with feeling.",
    "The carts stood in a row outside {place}, waiting for a wheel.",
    "{other} had a cold and heard of it only by halves.",
    "A loaf cost two coppers and a lemon cost five.",
    "The eels were running, and half the town smelled of it.",
    "Dust blew down the street and got into the bread.",
    "{other} laughed about it behind {place}.",
    "The mill was standing still for want of a belt.",
    "A stranger asked the way to {place} and was sent the wrong way round.",
    "Washing hung between the houses like flags.",
    "The lamps were lit early on account of the fog.",
    "{other} was of another opinion and kept it.",
    "Nothing else worth the ink happened at {place} that day.",
    "The apples had come in, and the loft of {place} was full of them.",
    "A drum was heard on the hill road, without a drummer.",
)
"""Sentences that may stand after any event."""

LEADS = (
    "",
    "",
    "one morning ",
    "one evening, with the shutters half closed, ",
    "on a market day ",
    "on a day of thin rain ",
    "when the fog lifted ",
    "toward evening ",
    "while the ferry lay idle ",
    "in the heat of the afternoon ",
    "the next day ",
    "some days later ",
    "not long after that ",
    "that same week ",
    "meanwhile ",
    "before the week was out ",
    "between two showers ",
    "at the hour when the lamps are lit ",
    "after a night of wind ",
    "soon afterwards ",
)
"""Phrases of time, drawn without regard to an event's place."""

FEASTS = ("on the feast of {saint}, ", "on the eve of {saint}, ", "two days before {saint}, ",
          "in the week of {saint}, ", "on the morrow of {saint}, ")  # fmt: skip
"""Dates in a calendar that only the town knows: they name a day and give away no order."""
SAINTS = (
    "Saint Orla", "Saint Brannoc", "Saint Ysolde", "Saint Pell", "Saint Cuddy", "Saint Amabel",
    "Saint Rusk", "Saint Tamsin", "Saint Eudo", "Saint Wenna", "Saint Garrick", "Saint Lull",
    "Saint Merewen", "Saint Oswy", "Saint Petrock", "Saint Sidwell", "Saint Hybald", "Saint Neot",
    "Saint Decuman", "Saint Fremund",
)  # fmt: skip

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September",
          "October", "November", "December")  # fmt: skip

WOMEN = ("Odile", "Maren", "Tilda", "Beatrix", "Rosamund", "Ines", "Agnes", "Philippa", "Sunniva",
         "Corisande", "Hester", "Ottilie", "Ludmila", "Jessamy", "Verena", "Dorcas", "Elspeth",
         "Margery", "Thora", "Wilhelmina", "Isolda", "Petronel", "Ghislaine", "Anneke")  # fmt: skip
MEN = ("Anselm", "Bertram", "Caspar", "Dietrich", "Edmund", "Florian", "Gideon", "Hugo", "Ivo",
       "Joachim", "Kester", "Lambert", "Matthias", "Noel", "Osric", "Piers", "Quentin", "Ruprecht",
       "Silas", "Tobias", "Ulric", "Valentin", "Walter", "Yorick")  # fmt: skip
SURNAMES = ("Marsh", "Thistlewood", "Pike", "Hallow", "Brandt", "Cooper", "Fenn", "Greaves",
            "Larkin", "Moss", "Oakes", "Penhale", "Quill", "Rook", "Sarsen", "Tolliver", "Underhay",
            "Vane", "Wick", "Yarrow", "Ashdown", "Birch", "Crane", "Dunnock", "Eldritch", "Farrow",
            "Gannet", "Heron", "Ivory", "Jessop", "Kestrel", "Lovage")  # fmt: skip

QUALITIES = ("brass", "copper", "lacquered", "dented", "silver", "wooden", "chipped", "black",
             "foreign", "heavy", "crooked", "gilded", "plain", "blue", "rusty",
             "carved")  # fmt: skip
OBJECTS = ("lantern", "kettle", "mirror", "violin", "compass", "birdcage", "clock", "saddle",
           "barometer", "music box", "globe", "umbrella stand", "weather glass", "trumpet",
           "sledge", "writing desk", "spyglass", "tea tray", "cradle", "bellows", "drum",
           "ship's wheel",
           "coal scuttle", "chessboard", "hatbox", "washbasin", "candlestick", "toolbox", "mask",
           "rocking horse")  # fmt: skip

PLACES = ("the chandlery", "the salt store", "the ferry stage", "the tannery", "the lower mill",
          "the rope walk", "the old customs house", "the Blue Pheasant", "the bell foundry",
          "the fish market", "the coaching inn", "the glassworks", "the pottery", "the poorhouse",
          "the dye house", "the lock keeper's cottage", "the grain exchange", "the almshouse",
          "the brickyard", "the cider press", "the smithy", "the schoolhouse", "the apothecary's",
          "the printer's shop")  # fmt: skip

TOWN_HEADS = ("Varn", "Ost", "Hel", "Mar", "Quen", "Dray", "Sel", "Thorn", "Wex", "Bram", "Cald",
              "Fen", "Gris", "Lang", "Nor", "Pol")  # fmt: skip
TOWN_TAILS = ("holt", "mouth", "bury", "wick", "ford", "stead", "haven", "combe", "moor", "leigh",
              "brook", "gate")  # fmt: skip

BEGINNINGS = (
    "The spring flood took the old bridge of {town} and left the new one standing.",
    "The clerk of {town} died in his chair, and another clerk took over the book.",
    "A fire burned down the tollhouse of {town} and spared the pigsty beside it.",
    "The council of {town} bought a book of four hundred blank pages and resolved to fill it.",
)
"""The opening happening, which gives every phrase of time something to follow."""
IN_ORDER = "What came after is set down here in the order in which it came."
OUT_OF_ORDER = (
    "What came before and after is set down here as the clerk called it to mind, and not in the "
    "order in which it happened; the dates are the clerk's own and can be trusted."
)
