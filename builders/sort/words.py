"""The words of the chronicles: names, places, and sentences that tell of no event.

Nothing here knows an order, and no word of it stands in a question about an event; the kinds of
events and the things are in modules of their own.

Slots: ``{other}`` a person's full name, ``{place}`` with its article, ``{saint}``, ``{town}``.
"""

ASIDES = (
    "Rain stood in the ruts of the lane.",
    "The river was high and the colour of tea.",
    "{other} said nothing about it at supper.",
    "A bell rang somewhere, and no one could tell which.",
    "It was talked of at the well for a day or two.",
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
PLACES = ("the chandlery", "the salt store", "the ferry stage", "the tannery", "the lower mill",
          "the rope walk", "the old tithe barn", "the Blue Pheasant", "the bell foundry",
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
