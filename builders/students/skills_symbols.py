"""Skills of algebra, units and grammar, each with three wrong rules of the textbook lists."""

from collections.abc import Sequence

from heptathlon.builders.students.drafts import MINUS, Draft, near
from heptathlon.seeding import Stream

# --- algebra -------------------------------------------------------------------------------------


def expanding(stream: Stream, level: int, carried: Sequence[int]) -> Draft:
    """Draw a bracket to be expanded."""
    del carried
    a = stream.between(2, (5, 9, 12)[level])
    b = stream.between(2, (6, 9, 12)[level])
    x = stream.choice("xyzn")
    wrong = (f"{a}{x} {MINUS} {b}", f"{a}{x} + {a * b}", f"{x} {MINUS} {a * b}")
    nearby = (f"{a}{x} {MINUS} {a + b}", f"{a * b}{x} {MINUS} {a}", f"{a + 1}{x} {MINUS} {a * b}",
            f"{b}{x} {MINUS} {a}")  # fmt: skip
    return Draft(f"Expand {a}({x} {MINUS} {b}).", f"{a}{x} {MINUS} {a * b}", wrong, nearby)


def equation(stream: Stream, level: int, carried: Sequence[int]) -> Draft:
    """Draw a linear equation."""
    del carried
    a = stream.between(2, (4, 7, 9)[level])
    x = stream.between(2, (6, 9, 12)[level])
    k = stream.between(1, (3, 5, 8)[level])
    b, c = a * k, a * x + a * k
    wrong = (str(x + 2 * k), _signed(x + k - b), str(c - b))
    nearby = near(x, x + k, x + 3)
    return Draft(f"{a}n + {b} = {c}. What is n?", str(x), wrong, nearby)


def _signed(n: int) -> str:
    return f"{MINUS}{-n}" if n < 0 else str(n)


# --- units ---------------------------------------------------------------------------------------

_AREA_UNITS = (("m", "cm", 100), ("cm", "mm", 10), ("km", "m", 1000), ("m", "mm", 1000))


def area_units(stream: Stream, level: int, carried: Sequence[int]) -> Draft:
    """Draw an area to be told in a smaller unit."""
    del carried
    large, small, factor = stream.choice(_AREA_UNITS[: level + 2])
    n = stream.between(2, (9, 30, 99)[level])
    key = n * factor**2
    wrong = (str(n * factor), str(n * factor * 2), str(n * factor**3))
    nearby = (str(key * 10), str(n * 5 * factor), str(key + factor), str(n + factor))
    return Draft(f"How many {small}\u00b2 are {n} {large}\u00b2?", str(key), wrong, nearby)


def clock(minutes: int) -> str:
    """Return minutes after midnight as a time of day."""
    return f"{minutes // 60 % 24}:{minutes % 60:02d}"


def adding_times(stream: Stream, level: int, carried: Sequence[int]) -> Draft:
    """Draw a beginning and a length, of which the end is asked for."""
    del carried
    hour, minute = stream.between(7, 15), 5 * stream.between(4, 11)
    hours, minutes = stream.between(0, level + 1), 5 * stream.between(5, 11)
    both = minute + minutes
    key = (hour + hours) * 60 + both
    hundreds = (hour + hours + both // 100, both % 100)
    wrong = (
        f"{hundreds[0]}:{hundreds[1]:02d}",
        clock((hour + hours) * 60 + both % 60),
        clock(hour * 60 + minute - hours * 60 - minutes),
    )
    nearby = (clock(key + 10), clock(key - 5), clock(key + 60), clock(key + 5))
    length = f"{hours} h {minutes} min" if hours else f"{minutes} min"
    text = f"A film starts at {hour}:{minute:02d} and lasts {length}. When does it end?"
    return Draft(text, clock(key), wrong, nearby)


# --- grammar -------------------------------------------------------------------------------------

_VERBS = (
    ("go", "went", "gone", "goed", "going", "home"),
    ("see", "saw", "seen", "seed", "seeing", "a fox"),
    ("eat", "ate", "eaten", "eated", "eating", "an apple"),
    ("take", "took", "taken", "taked", "taking", "the bus"),
    ("write", "wrote", "written", "writed", "writing", "a letter"),
    ("give", "gave", "given", "gived", "giving", "me a book"),
    ("break", "broke", "broken", "breaked", "breaking", "a cup"),
    ("speak", "spoke", "spoken", "speaked", "speaking", "to us"),
    ("choose", "chose", "chosen", "choosed", "choosing", "the red one"),
    ("drive", "drove", "driven", "drived", "driving", "to town"),
    ("fly", "flew", "flown", "flied", "flying", "to Rome"),
    ("know", "knew", "known", "knowed", "knowing", "the answer"),
    ("draw", "drew", "drawn", "drawed", "drawing", "a horse"),
    ("throw", "threw", "thrown", "throwed", "throwing", "the ball"),
    ("begin", "began", "begun", "beginned", "beginning", "a new job"),
    ("sing", "sang", "sung", "singed", "singing", "a song"),
    ("drink", "drank", "drunk", "drinked", "drinking", "some tea"),
    ("fall", "fell", "fallen", "falled", "falling", "off the wall"),
    ("wear", "wore", "worn", "weared", "wearing", "a blue hat"),
    ("ride", "rode", "ridden", "rided", "riding", "a pony"),
    ("steal", "stole", "stolen", "stealed", "stealing", "a bike"),
    ("grow", "grew", "grown", "growed", "growing", "some beans"),
)
"""Base, past, participle, regularised past, -ing form, and words that may follow."""
_SUBJECTS = ("she", "he", "they", "we", "Mia", "Tom", "my sister", "our teacher")
_WHENS = ("Yesterday", "Last week", "Two days ago", "Last summer", "In 2010")


def past_tense(stream: Stream, level: int, carried: Sequence[int]) -> Draft:
    """Draw a sentence that lacks its irregular verb."""
    del carried
    base, past, participle, regular, ing, rest = stream.choice(_VERBS[level::3])
    subject, when = stream.choice(_SUBJECTS), stream.choice(_WHENS)
    noise = (ing, f"{base}s", f"to {base}", f"will {base}")
    text = f"{when} {subject} ___ {rest}. ({base})"
    return Draft(text, past, (regular, participle, base), noise)


_NOUNS = {"bird": "kel", "child": "mas", "dog": "rul", "friend": "dar", "horse": "gim",
           "king": "tov", "wolf": "sur"}  # fmt: skip
_ACTIONS = {"sleep": "tor", "run": "vim", "sing": "lag", "wait": "nus", "swim": "bek", "eat": "hod"}
RUVO_PLURAL, RUVO_ONE, RUVO_MANY = "u", "a", "en"
"""The invented language Ruvo: the verb comes first and agrees; a plural noun ends in -u."""


def ruvo(stream: Stream, level: int, carried: Sequence[int]) -> Draft:
    """Draw an English sentence to be said in Ruvo."""
    del carried
    noun, verb = stream.choice(sorted(_NOUNS)), stream.choice(sorted(_ACTIONS))
    stem, root = _NOUNS[noun], _ACTIONS[verb]
    one, many = root + RUVO_ONE, root + RUVO_MANY
    first, last = "", ""
    if level:
        first = stream.choice(("", "ni "))
    if level > 1:
        last = stream.choice((" ovi", " lem"))
    meaning = {" ovi": " today", " lem": " here"}.get(last, "")
    plural = {"child": "children", "wolf": "wolves"}.get(noun, f"{noun}s")
    denied = "do not " if first else ""
    words = [f"{stem} = {noun}", f"{root}- = {verb}"]
    words += [f"{w.strip()} = {m}" for w, m in ((first, "not"), (last, meaning.strip())) if w]
    text = f"Say in Ruvo: the {plural} {denied}{verb}{meaning}. ({', '.join(words)})"
    key = f"{first}{many} {stem}{RUVO_PLURAL}{last}"
    wrong = (
        f"{stem}{RUVO_PLURAL} {first}{many}{last}",
        f"{first}{one} {stem}{RUVO_PLURAL}{last}",
        f"{first}{many} {stem}{last}",
    )
    noise = (
        f"{first}{root}{RUVO_PLURAL} {stem}{RUVO_MANY}{last}",
        f"{stem}{RUVO_MANY} {first}{root}{RUVO_PLURAL}{last}",
        f"{first}{root} {stem}{RUVO_MANY}{last}",
        f"{first}{stem}{RUVO_ONE} {root}{RUVO_PLURAL}{last}",
    )
    return Draft(text, key, wrong, noise)
