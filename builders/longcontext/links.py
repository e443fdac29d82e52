"""Links of common knowledge: what a text tells, and what a question calls it.

The two sides of a link share no stem, nor does a question share one with any sentence of its table:
who only matches words finds nothing. The links are meant to be known to everyone who reads English,
so that what is measured is reading; whoever does not know them shows it in the shortest texts.
"""

from typing import NamedTuple


class Table(NamedTuple):
    """One kind of link.

    Attributes:
        tells: sentences of a text, with ``{who}`` and ``{told}``.
        asks: questions, with ``{asked}``.
        links: what is told -> what is asked.
    """

    tells: tuple[str, ...]
    asks: tuple[str, ...]
    links: dict[str, str]


TABLES = {
    "capital": Table(
        (
            "{who} sent a postcard home from {told}.",
            "{who} spent that winter in {told} with an aunt.",
        ),
        ("Which person has been to {asked}?", "Which person knows {asked} from a visit?"),
        {
            "Oslo": "Norway", "Cairo": "Egypt", "Tokyo": "Japan", "Athens": "Greece",
            "Lisbon": "Portugal", "Nairobi": "Kenya", "Lima": "Peru", "Ottawa": "Canada",
            "Havana": "Cuba", "Hanoi": "Vietnam", "Dublin": "Ireland", "Warsaw": "Poland",
            "Berlin": "Germany", "Madrid": "Spain",
        },
    ),
    "landmark": Table(
        (
            "{who} had a photograph taken in front of {told}.",
            "{who} stood in a queue for two hours to see {told}.",
        ),
        ("Which person has been to {asked}?", "Which person knows {asked} from a visit?"),
        {
            "the Eiffel Tower": "Paris", "the Taj Mahal": "India", "Big Ben": "London",
            "the Kremlin": "Moscow", "the Statue of Liberty": "New York",
            "the Golden Gate Bridge": "San Francisco", "the Acropolis": "Athens",
            "the Sagrada Familia": "Barcelona", "the Hagia Sophia": "Istanbul",
            "the Forbidden City": "Beijing", "the White House": "Washington",
            "the Brandenburg Gate": "Berlin", "the Burj Khalifa": "Dubai",
            "Machu Picchu": "Peru",
        },
    ),
    "trade": Table(
        (
            "{who} never left the house without {told}.",
            "{who} put {told} on the kitchen table and sat down.",
        ),
        ("Which person works as a {asked}?", "Which person earns a living as a {asked}?"),
        {
            "a stethoscope": "doctor", "a gavel": "judge", "a trowel": "bricklayer",
            "a telescope": "stargazer", "an easel": "painter", "a lasso": "cowboy",
            "a set of barber's clippers": "hairdresser", "handcuffs": "policeman",
            "a conductor's baton": "musician", "a sewing machine": "tailor",
            "a tractor key": "farmer", "ballet shoes": "dancer", "a chef's hat": "cook",
            "a miner's helmet": "collier",
        },
    ),
    "author": Table(
        (
            "{who} fell asleep over a copy of {told}.",
            "{who} read {told} aloud on Sundays.",
        ),
        ("Which person owns a work by {asked}?", "Which person is fond of {asked}?"),
        {
            "Hamlet": "Shakespeare", "Don Quixote": "Cervantes", "War and Peace": "Tolstoy",
            "the Odyssey": "Homer", "Faust": "Goethe", "Oliver Twist": "Dickens",
            "Crime and Punishment": "Dostoevsky", "Pride and Prejudice": "Austen",
            "Robinson Crusoe": "Defoe", "the Divine Comedy": "Dante", "Animal Farm": "Orwell",
            "The Jungle Book": "Kipling", "Tom Sawyer": "Mark Twain", "Dracula": "Stoker",
        },
    ),
}  # fmt: skip
