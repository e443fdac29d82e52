"""Which forms there are: a quarter of the two-level designs of five factors, chosen once.

With eight forms for five factors (a 2^(5-2) design of resolution III) every level of every factor
stands in four forms, and two factors meet at all their levels twice. So each main effect is a plain
difference of means; the price is that it is told together with the pairs of :data:`ALIASES`.

Source: Box, Hunter and Hunter, *Statistics for Experimenters* (2005), chapter 6.
"""

from typing import NamedTuple


class Factor(NamedTuple):
    """What differs between forms, at two levels.

    Attributes:
        name: what it is called.
        low: its first level in words.
        high: its second level in words.
    """

    name: str
    low: str
    high: str


FACTORS = (
    Factor("shape", "an order and a question", "a statement to complete"),
    Factor("answer", "the option's label", "the option's text"),
    Factor("labels", "letters", "numbers"),
    Factor("separators", "Question: and A)", "QUESTION - and A -"),
    Factor("examples", "none", "three solved questions"),
)
GENERATORS = ("separators = shape x answer", "examples = shape x labels")
"""How the levels of the last two factors follow from those of the first three, up to the sign."""
ALIASES = {
    "shape": ("answer x separators", "labels x examples"),
    "answer": ("shape x separators",),
    "labels": ("shape x examples",),
    "separators": ("shape x answer",),
    "examples": ("shape x labels",),
}
"""The pairs of factors whose joint effect is told together with a factor's own; of two kinds of
pairs, answer x labels with separators x examples and answer x examples with labels x separators,
only the sum can be told, and no factor is mixed with them."""


class PromptForm(NamedTuple):
    """One form: which level each factor has; False for the first.

    Attributes:
        number: from 1.
        shape: a statement is completed, and not a question answered.
        answer: the option's text is compared, and not its label.
        labels: numbers, and not letters.
        separators: capitals and dashes, and not colons and brackets.
        examples: solved questions come first.
    """

    number: int
    shape: bool
    answer: bool
    labels: bool
    separators: bool
    examples: bool

    @property
    def levels(self) -> tuple[bool, ...]:
        """The levels in the order of :data:`FACTORS`."""
        return self[1:]

    @property
    def says(self) -> str:
        """The levels in words."""
        return "; ".join(
            f"{factor.name}: {factor.high if high else factor.low}"
            for factor, high in zip(FACTORS, self.levels, strict=True)
        )


FORMS = tuple(
    PromptForm(number, shape, answer, labels, shape != answer, shape != labels)
    for number, (shape, answer, labels) in enumerate(
        ((bool(i & 4), bool(i & 2), bool(i & 1)) for i in range(8)), start=1
    )
)
"""All forms; the first has the first level of every factor."""
