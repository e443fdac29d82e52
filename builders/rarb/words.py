"""Words that the generated problems are made of."""

_HEADS = (
    "Ash", "Birch", "Black", "Bram", "Brook", "Carn", "Cold", "Dun", "East", "Elm",
    "Fair", "Fen", "Glen", "Green", "Hart", "Haw", "Hazel", "Heath", "Holm", "Iron",
    "Kirk", "Lang", "Lin", "Mal", "Mar", "Mill", "Moss", "Nor", "Oak", "Pen",
    "Quill", "Rad", "Raven", "Red", "Rock", "Sal", "Stan", "Thorn", "Wal", "Wych",
)  # fmt: skip
_TAILS = (
    "barrow", "beck", "bourne", "bridge", "burgh", "bury", "by", "combe", "dale", "dene",
    "field", "ford", "gate", "ham", "haven", "hurst", "ley", "mere", "mouth", "port",
    "stead", "stow", "thorpe", "ton", "wick",
)  # fmt: skip
PLACES = tuple(head + tail for head in _HEADS for tail in _TAILS)
"""1,000 invented place names; two dozen problems of a kind share one."""

_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
    "nineteen",
)  # fmt: skip
_TENS = (
    "", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
)  # fmt: skip


def in_words(n: int) -> str:
    """Return a whole number from 0 to 999 in words, without digits.

    Example:
        >>> in_words(7), in_words(42), in_words(305)
        ('seven', 'forty-two', 'three hundred and five')
    """
    if not 0 <= n < 1000:
        raise ValueError(f"only 0 to 999 are written in words, got {n}")
    if n < 20:
        return _ONES[n]
    if n < 100:
        return _TENS[n // 10] + (f"-{_ONES[n % 10]}" if n % 10 else "")
    rest = f" and {in_words(n % 100)}" if n % 100 else ""
    return f"{_ONES[n // 100]} hundred{rest}"


def counted(n: int, noun: str) -> str:
    """Return a count in words with its noun, such as ``two crates``."""
    return f"{in_words(n)} {noun if n == 1 else plural(noun)}"


def listed(names: list[str]) -> str:
    """Return names as a sentence lists them.

    Example:
        >>> listed(["a", "b", "c"])
        'a, b and c'
    """
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]


def capital(text: str) -> str:
    """Return a text with its first letter in upper case."""
    return text[:1].upper() + text[1:]


def plural(noun: str) -> str:
    """Return a noun's plural, by the rules that the generators' nouns need.

    Example:
        >>> plural("jar"), plural("box"), plural("brush"), plural("loaf")
        ('jars', 'boxes', 'brushes', 'loaves')
    """
    if noun.endswith("f"):
        return f"{noun[:-1]}ves"
    return f"{noun}es" if noun.endswith(("s", "x", "ch", "sh")) else f"{noun}s"
