"""The skills of the simulated students: exercises, and the wrong rules that real students hold.

A wrong rule ("bug") is an algorithm: it computes an answer from the same exercise, so that who
holds it is known by the answers. Sources: Brown and Burton 1978 (subtraction bugs, *Cognitive
Science* 2:155), Resnick et al. 1989 (decimals, *J. Res. Math. Educ.* 20:8), and the common lists
of textbook misconceptions in fractions, algebra, units and grammar.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm

from heptathlon.seeding import Stream

BUGS_EACH = 3
LEVELS = ("easy", "medium", "hard")
AREAS = ("arithmetic", "fractions", "decimals", "algebra", "units", "grammar")
MINUS, TIMES = "\u2212", "\u00d7"


@dataclass(frozen=True)
class Draft:
    """An exercise as drawn, before its options are chosen.

    Attributes:
        text: the question.
        key: the right answer.
        wrong: what each of the skill's bugs answers, in the order of ``Skill.bugs``.
        noise: wrong answers that follow from no bug, the likeliest first.
    """

    text: str
    key: str
    wrong: tuple[str, str, str]
    noise: tuple[str, ...]


@dataclass(frozen=True)
class Skill:
    """A skill with its wrong rules.

    Attributes:
        name: its name in records.
        area: one of ``AREAS``.
        title: its name in words.
        bugs: names of its wrong rules.
        draw: draws an exercise at a level of ``LEVELS`` (0 to 2); the last argument names the
            bugs that the options will carry, which matters where the options are the exercise.
    """

    name: str
    area: str
    title: str
    bugs: tuple[str, str, str]
    draw: Callable[[Stream, int, Sequence[int]], Draft]


def _near(key: int, *others: int) -> tuple[str, ...]:
    """Return wrong whole numbers near the right one, none of them negative."""
    return tuple(
        str(n) for n in (*others, key + 1, key - 1, key + 10, key + 2) if n != key and n >= 0
    )


# --- arithmetic ----------------------------------------------------------------------------------


def _order_of_operations(stream: Stream, level: int, carried: Sequence[int]) -> Draft:
    del carried
    a, b, c = (stream.between(2, (9, 12, 25)[level]) for _ in range(3))
    key = a + b * c
    wrong = ((a + b) * c, a * b + c, a + b + c)
    near = _near(key, key + c, key - b)
    return Draft(f"{a} + {b} {TIMES} {c} = ?", str(key), _three(map(str, wrong)), near)


def _three(values: "map[str] | Sequence[str]") -> tuple[str, str, str]:
    first, second, third = values
    return first, second, third


def smaller_from_larger(top: int, bottom: int) -> int:
    """Subtract the smaller digit from the larger in every column, whichever stands on top."""
    return _by_columns(top, bottom, lambda t, b: abs(t - b))


def borrow_without_paying(top: int, bottom: int) -> int:
    """Take ten where a digit is too small, and do not lower the next one for it."""
    return _by_columns(top, bottom, lambda t, b: (t - b) % 10)


def nothing_left(top: int, bottom: int) -> int:
    """Write 0 in every column whose upper digit is too small."""
    return _by_columns(top, bottom, lambda t, b: max(t - b, 0))


def _by_columns(top: int, bottom: int, rule: Callable[[int, int], int]) -> int:
    out, place = 0, 1
    while top:
        (top, t), (bottom, b) = divmod(top, 10), divmod(bottom, 10)
        out += rule(t, b) * place
        place *= 10
    return out


def _subtraction(stream: Stream, level: int, carried: Sequence[int]) -> Draft:
    del carried
    low, high = ((21, 99), (121, 999), (1021, 9999))[level]
    top = stream.between(low, high)
    bottom = stream.between(low // 2, top - 1)
    key = top - bottom
    wrong = (
        smaller_from_larger(top, bottom),
        borrow_without_paying(top, bottom),
        nothing_left(top, bottom),
    )
    near = _near(key, key + 1, key - 10, key - 1)
    return Draft(f"{top} {MINUS} {bottom} = ?", str(key), _three(map(str, wrong)), near)


# --- fractions -----------------------------------------------------------------------------------


def _adding_fractions(stream: Stream, level: int, carried: Sequence[int]) -> Draft:
    del carried
    high = (5, 8, 11)[level]
    b, d = stream.sample(range(2, high + 1), 2)
    a, c = _top(b, stream), _top(d, stream)
    whole = lcm(b, d)
    top = a * (whole // b) + c * (whole // d)
    wrong = (f"{a + c}/{b + d}", f"{a + c}/{whole}", f"{a + c}/{max(b, d)}")
    near = (f"{top + 1}/{whole}", f"{top - 1}/{whole}", f"{a * c}/{whole}", f"{top + 2}/{whole}")
    return Draft(f"{a}/{b} + {c}/{d} = ?", f"{top}/{whole}", wrong, near)


def _top(bottom: int, stream: Stream) -> int:
    """Return a numerator that makes a fraction below 1 in lowest terms."""
    return stream.choice([t for t in range(1, bottom) if gcd(t, bottom) == 1])


def _fraction_of(stream: Stream, level: int, carried: Sequence[int]) -> Draft:
    del carried
    b = stream.between(3, (8, 9, 12)[level])
    a = stream.choice([t for t in range(2, b) if gcd(t, b) == 1])
    n = a * b * stream.between(1, (4, 5, 8)[level])
    key = n // b * a
    wrong = (n // b, n // a, n - n // b * a)
    near = _near(key, key + b, key - a, key + a)
    return Draft(f"{a}/{b} of {n} = ?", str(key), _three(map(str, wrong)), near)


# --- decimals ------------------------------------------------------------------------------------


def decimal(units: int, places: int) -> str:
    """Return ``units / 10**places`` without trailing zeros.

    Example:
        >>> decimal(620, 3), decimal(40, 1)
        ('0.62', '4')
    """
    whole, rest = divmod(units, 10**places)
    digits = f"{rest:0{places}d}".rstrip("0") if places else ""
    return f"{whole}.{digits}" if digits else str(whole)


def longer_is_larger(numbers: Sequence[str]) -> str:
    """Pick the decimal whose digits after the point make the largest whole number."""
    return max(numbers, key=lambda n: int(n.partition(".")[2]))


def shorter_is_larger(numbers: Sequence[str]) -> str:
    """Pick the decimal with the fewest digits after the point."""
    return min(numbers, key=lambda n: (len(n), -float(n)))


def zeros_are_nothing(numbers: Sequence[str]) -> str:
    """Pick the largest decimal, leaving out zeros that follow the point."""
    return max(numbers, key=lambda n: float("0." + n.partition(".")[2].lstrip("0")))


_DIGITS_AFTER: dict[tuple[int, ...], tuple[str, ...]] = {
    # For the right answer, then the other three: # is a digit, 0 a zero after the point.
    (0,): ("#", "####", "##", "##"),
    (1,): ("###", "#", "##", "##"),
    (2,): ("##", "0#", "##", "##"),
    (0, 1, 2): ("##", "####", "#", "0##"),
}
"""Forms of the four numbers that are compared, by the bugs that their options carry."""


def _comparing_decimals(stream: Stream, level: int, carried: Sequence[int]) -> Draft:
    forms = _DIGITS_AFTER[tuple(carried)]
    numbers = []
    for form in forms:
        digits = "".join("0" if c == "0" else str(stream.between(1, 9)) for c in form)
        numbers.append(f"0.{digits}{'' if level < 2 or len(digits) < 3 else stream.between(1, 9)}")
    key, others = max(numbers, key=float), sorted(numbers[1:], key=float)
    wrong = (longer_is_larger(numbers), shorter_is_larger(numbers), zeros_are_nothing(numbers))
    noise = tuple(n for n in others if n not in wrong)
    return Draft("Which number is the largest?", key, wrong, noise)


def _multiplying_decimals(stream: Stream, level: int, carried: Sequence[int]) -> Draft:
    del carried
    places = ((1, 1), (1, 2), (2, 2))[level]
    x, y = stream.between(2, 9), stream.between(2, (9, 19, 29)[level])
    total, longest = sum(places), max(places)
    wrong = (decimal(x * y, longest), str(x * y), decimal(_aligned_sum(x, y, places), longest))
    near = (decimal(x * y, total + 1), decimal(x * y + 1, total), decimal(x * y + 10, total),
            decimal(x * y + 2, total))  # fmt: skip
    text = f"{decimal(x, places[0])} {TIMES} {decimal(y, places[1])} = ?"
    return Draft(text, decimal(x * y, total), wrong, near)


def _aligned_sum(x: int, y: int, places: tuple[int, int]) -> int:
    longest = max(places)
    return int(x * 10 ** (longest - places[0]) + y * 10 ** (longest - places[1]))


# --- algebra -------------------------------------------------------------------------------------


def _expanding(stream: Stream, level: int, carried: Sequence[int]) -> Draft:
    del carried
    a = stream.between(2, (5, 9, 12)[level])
    b = stream.between(2, (6, 9, 12)[level])
    x = stream.choice("xyzn")
    wrong = (f"{a}{x} {MINUS} {b}", f"{a}{x} + {a * b}", f"{x} {MINUS} {a * b}")
    near = (f"{a}{x} {MINUS} {a + b}", f"{a * b}{x} {MINUS} {a}", f"{a + 1}{x} {MINUS} {a * b}",
            f"{b}{x} {MINUS} {a}")  # fmt: skip
    return Draft(f"Expand {a}({x} {MINUS} {b}).", f"{a}{x} {MINUS} {a * b}", wrong, near)


def _equation(stream: Stream, level: int, carried: Sequence[int]) -> Draft:
    del carried
    a = stream.between(2, (4, 7, 9)[level])
    x = stream.between(2, (6, 9, 12)[level])
    k = stream.between(1, (3, 5, 8)[level])
    b, c = a * k, a * x + a * k
    wrong = (str(x + 2 * k), _signed(x + k - b), str(c - b))
    near = _near(x, x + k, x + 3)
    return Draft(f"{a}n + {b} = {c}. What is n?", str(x), wrong, near)


def _signed(n: int) -> str:
    return f"{MINUS}{-n}" if n < 0 else str(n)


# --- units ---------------------------------------------------------------------------------------

_AREA_UNITS = (("m", "cm", 100), ("cm", "mm", 10), ("km", "m", 1000), ("m", "mm", 1000))


def _area_units(stream: Stream, level: int, carried: Sequence[int]) -> Draft:
    del carried
    large, small, factor = stream.choice(_AREA_UNITS[: level + 2])
    n = stream.between(2, (9, 30, 99)[level])
    key = n * factor**2
    wrong = (str(n * factor), str(n * factor * 2), str(n * factor**3))
    near = (str(key * 10), str(n * 5 * factor), str(key + factor), str(n + factor))
    return Draft(f"How many {small}\u00b2 are {n} {large}\u00b2?", str(key), wrong, near)


def clock(minutes: int) -> str:
    """Return minutes after midnight as a time of day."""
    return f"{minutes // 60 % 24}:{minutes % 60:02d}"


def _time(stream: Stream, level: int, carried: Sequence[int]) -> Draft:
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
    near = (clock(key + 10), clock(key - 5), clock(key + 60), clock(key + 5))
    length = f"{hours} h {minutes} min" if hours else f"{minutes} min"
    text = f"A film starts at {hour}:{minute:02d} and lasts {length}. When does it end?"
    return Draft(text, clock(key), wrong, near)


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


def _past_tense(stream: Stream, level: int, carried: Sequence[int]) -> Draft:
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


def _ruvo(stream: Stream, level: int, carried: Sequence[int]) -> Draft:
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


SKILLS: dict[str, Skill] = {
    skill.name: skill
    for skill in (
        Skill("order_of_operations", "arithmetic", "order of operations",
              ("left_to_right", "product_first_two", "adds_all"), _order_of_operations),
        Skill("subtraction", "arithmetic", "subtraction with borrowing",
              ("smaller_from_larger", "borrow_without_paying", "nothing_left"), _subtraction),
        Skill("adding_fractions", "fractions", "adding fractions",
              ("tops_and_bottoms", "tops_unscaled", "larger_bottom"), _adding_fractions),
        Skill("fraction_of", "fractions", "a fraction of a quantity",
              ("one_part_only", "divides_by_top", "takes_the_rest"), _fraction_of),
        Skill("comparing_decimals", "decimals", "comparing decimals",
              ("longer_is_larger", "shorter_is_larger", "zeros_are_nothing"), _comparing_decimals),
        Skill("multiplying_decimals", "decimals", "multiplying decimals",
              ("keeps_the_places", "drops_the_point", "adds_instead"), _multiplying_decimals),
        Skill("expanding", "algebra", "expanding brackets",
              ("first_term_only", "minus_becomes_plus", "second_term_only"), _expanding),
        Skill("equation", "algebra", "linear equations",
              ("adds_to_both_ends", "divides_first", "never_divides"), _equation),
        Skill("area_units", "units", "units of area",
              ("factor_of_length", "twice_the_factor", "factor_of_volume"), _area_units),
        Skill("time", "units", "adding times",
              ("hundred_minutes", "loses_the_hour", "goes_back"), _time),
        Skill("past_tense", "grammar", "the past tense of English verbs",
              ("regular_ending", "participle", "base_form"), _past_tense),
        Skill("ruvo", "grammar", "plural sentences in Ruvo, an invented language",
              ("noun_first", "verb_stays_singular", "noun_stays_singular"), _ruvo),
    )
}  # fmt: skip


def value_of(answer: str) -> Fraction | str:
    """Return what an answer is worth, so that 2/4 and 1/2 count as one; text as it is."""
    try:
        return Fraction(answer.replace(MINUS, "-"))
    except (ValueError, ZeroDivisionError):
        return answer
