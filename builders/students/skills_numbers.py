"""Skills of arithmetic, fractions and decimals, each with three wrong rules.

Sources: Brown and Burton 1978 (subtraction bugs, *Cognitive Science* 2:155), Resnick et al. 1989
(decimals, *J. Res. Math. Educ.* 20:8), and the common lists of textbook misconceptions.
"""

from collections.abc import Callable, Sequence
from math import gcd, lcm

from heptathlon.builders.students.drafts import MINUS, TIMES, Draft, near, three
from heptathlon.seeding import Stream

# --- arithmetic ----------------------------------------------------------------------------------


def order_of_operations(stream: Stream, level: int, carried: Sequence[int]) -> Draft:
    """Draw a sum with a product in it."""
    del carried
    a, b, c = (stream.between(2, (9, 12, 25)[level]) for _ in range(3))
    key = a + b * c
    wrong = ((a + b) * c, a * b + c, a + b + c)
    nearby = near(key, key + c, key - b)
    return Draft(f"{a} + {b} {TIMES} {c} = ?", str(key), three(map(str, wrong)), nearby)


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


def subtraction(stream: Stream, level: int, carried: Sequence[int]) -> Draft:
    """Draw a subtraction in columns."""
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
    nearby = near(key, key + 1, key - 10, key - 1)
    return Draft(f"{top} {MINUS} {bottom} = ?", str(key), three(map(str, wrong)), nearby)


# --- fractions -----------------------------------------------------------------------------------


def adding_fractions(stream: Stream, level: int, carried: Sequence[int]) -> Draft:
    """Draw a sum of two fractions."""
    del carried
    high = (5, 8, 11)[level]
    b, d = stream.sample(range(2, high + 1), 2)
    a, c = _top(b, stream), _top(d, stream)
    whole = lcm(b, d)
    top = a * (whole // b) + c * (whole // d)
    wrong = (f"{a + c}/{b + d}", f"{a + c}/{whole}", f"{a + c}/{max(b, d)}")
    nearby = (f"{top + 1}/{whole}", f"{top - 1}/{whole}", f"{a * c}/{whole}", f"{top + 2}/{whole}")
    return Draft(f"{a}/{b} + {c}/{d} = ?", f"{top}/{whole}", wrong, nearby)


def _top(bottom: int, stream: Stream) -> int:
    """Return a numerator that makes a fraction below 1 in lowest terms."""
    return stream.choice([t for t in range(1, bottom) if gcd(t, bottom) == 1])


def fraction_of(stream: Stream, level: int, carried: Sequence[int]) -> Draft:
    """Draw a fraction of a whole number."""
    del carried
    b = stream.between(3, (8, 9, 12)[level])
    a = stream.choice([t for t in range(2, b) if gcd(t, b) == 1])
    n = a * b * stream.between(1, (4, 5, 8)[level])
    key = n // b * a
    wrong = (n // b, n // a, n - n // b * a)
    nearby = near(key, key + b, key - a, key + a)
    return Draft(f"{a}/{b} of {n} = ?", str(key), three(map(str, wrong)), nearby)


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


def comparing_decimals(stream: Stream, level: int, carried: Sequence[int]) -> Draft:
    """Draw four decimals, of which the largest is asked for."""
    forms = _DIGITS_AFTER[tuple(carried)]
    numbers = []
    for form in forms:
        digits = "".join("0" if c == "0" else str(stream.between(1, 9)) for c in form)
        numbers.append(f"0.{digits}{'' if level < 2 or len(digits) < 3 else stream.between(1, 9)}")
    key, others = max(numbers, key=float), sorted(numbers[1:], key=float)
    wrong = (longer_is_larger(numbers), shorter_is_larger(numbers), zeros_are_nothing(numbers))
    noise = tuple(n for n in others if n not in wrong)
    return Draft("Which number is the largest?", key, wrong, noise)


def multiplying_decimals(stream: Stream, level: int, carried: Sequence[int]) -> Draft:
    """Draw a product of two decimals."""
    del carried
    places = ((1, 1), (1, 2), (2, 2))[level]
    x, y = stream.between(2, 9), stream.between(2, (9, 19, 29)[level])
    total, longest = sum(places), max(places)
    wrong = (decimal(x * y, longest), str(x * y), decimal(_aligned_sum(x, y, places), longest))
    nearby = (decimal(x * y, total + 1), decimal(x * y + 1, total), decimal(x * y + 10, total),
            decimal(x * y + 2, total))  # fmt: skip
    text = f"{decimal(x, places[0])} {TIMES} {decimal(y, places[1])} = ?"
    return Draft(text, decimal(x * y, total), wrong, nearby)


def _aligned_sum(x: int, y: int, places: tuple[int, int]) -> int:
    longest = max(places)
    return int(x * 10 ** (longest - places[0]) + y * 10 ** (longest - places[1]))
