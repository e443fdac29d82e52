"""The datasets of both editions: their classes, in words, and how their inputs are labelled."""

from dataclasses import dataclass

from heptathlon.builders.verbalizer import (
    entailment,
    paraphrase,
    sentiment,
    subjectivity,
    topics,
)
from heptathlon.builders.verbalizer.grammar import Grammar
from heptathlon.builders.verbalizer.words import Vocabulary, check_words


@dataclass(frozen=True)
class Dataset:
    """What a prompt needs to know of a dataset.

    Attributes:
        name: its name in the records.
        labels: label before each text of an input.
        own: its classes' names and the words made from them.
        conditions: what must hold for each class, in words that fit after "if".
        rung: rung of the family's ladder, the number of classes; 0 for a dataset that is none.
    """

    name: str
    labels: tuple[str, ...]
    own: Vocabulary
    conditions: tuple[str, ...]
    rung: int = 0

    def __post_init__(self) -> None:
        check_words(self.name, self.own.names)
        if len(self.conditions) != len(self.own.names):
            raise ValueError(f"{self.name}: every class needs a condition")

    @property
    def classes(self) -> int:
        """Number of classes."""
        return len(self.own.names)

    @property
    def trades_names(self) -> bool:
        """Whether its classes are called by each other's names, drawn anew for each item.

        The others have the fixed sets of words of a task with two classes.
        """
        return self.classes > 2 or self.rung > 0


_SENTIMENT = Vocabulary(("positive", "negative"), ("good", "bad"), ("mixed", "neutral"))
_SUBJECTIVITY = Vocabulary(("subjective", "objective"), ("opinion", "fact"), ("question", "advice"))
_ENTAILMENT = Vocabulary(("entailment", "contradiction"), ("true", "false"), ("unknown", "partial"))
_PARAPHRASE = Vocabulary(("equivalent", "different"), ("same", "other"), ("longer", "shorter"))
_PAIR = ("Sentence 1", "Sentence 2")
_NLI = ("Premise", "Hypothesis")
_ENTAILS = (
    "the premise entails the hypothesis (entailment)",
    "the premise contradicts the hypothesis (contradiction)",
)
_NEITHER = "the premise neither entails nor contradicts the hypothesis (neutral)"


def _is(what: str, *names: str) -> tuple[str, ...]:
    return tuple(f"the {what} is {name}" for name in names)


def _many(*names: str) -> Vocabulary:
    return Vocabulary(names, (), (), opposite=False)


def _topics(count: int) -> Dataset:
    names = topics.TOPICS[:count]
    conditions = tuple(f"the text is about {name}" for name in names)
    return Dataset(f"topic_{count}", ("Text",), _many(*names), conditions, rung=count)


FRESH: dict[str, tuple[Dataset, Grammar]] = {
    dataset.name: (dataset, grammar)
    for dataset, grammar in (
        (
            Dataset("sentiment", ("Review",), _SENTIMENT, _is("review", *_SENTIMENT.names)),
            sentiment.draw,
        ),
        (
            Dataset(
                "subjectivity", ("Sentence",), _SUBJECTIVITY, _is("sentence", *_SUBJECTIVITY.names)
            ),
            subjectivity.draw,
        ),
        (Dataset("entailment", _NLI, _ENTAILMENT, _ENTAILS), entailment.draw),
        (
            Dataset(
                "paraphrase",
                _PAIR,
                _PARAPHRASE,
                (
                    "the two sentences are equivalent in meaning",
                    "the two sentences are different in meaning",
                ),
            ),
            paraphrase.draw,
        ),
        (
            Dataset(
                "entailment_3",
                _NLI,
                _many("entailment", "contradiction", "neutral"),
                (*_ENTAILS, _NEITHER),
            ),
            entailment.draw,
        ),
        *((_topics(count), topics.draw) for count in topics.COUNTS),
    )
}
"""Datasets of the fresh edition with their grammars; the last ones are the rungs of the ladder."""

PAPER: dict[str, Dataset] = {
    dataset.name: dataset
    for dataset in (
        Dataset("sst2", ("Movie review",), _SENTIMENT, _is("movie review", *_SENTIMENT.names)),
        Dataset("fp", ("Financial news",), _SENTIMENT, _is("financial news", *_SENTIMENT.names)),
        Dataset(
            "emotion",
            ("Message",),
            Vocabulary(("joy", "sadness"), ("happy", "sad"), ("surprise", "boredom")),
            ("the message expresses joy", "the message expresses sadness"),
        ),
        Dataset("snli", _NLI, _ENTAILMENT, _ENTAILS),
        Dataset("sick", _NLI, _ENTAILMENT, _ENTAILS),
        Dataset(
            "rte",
            _NLI,
            Vocabulary(
                ("entailment", "unsupported"), ("true", "unclear"), ("plausible", "surprising")
            ),
            (
                "the premise entails the hypothesis (entailment)",
                "the premise does not entail the hypothesis (unsupported)",
            ),
        ),
        Dataset(
            "qqp",
            ("Question 1", "Question 2"),
            Vocabulary(("duplicate", "distinct"), ("same", "other"), ("longer", "shorter")),
            (
                "the two questions ask the same thing (duplicate)",
                "the two questions ask different things (distinct)",
            ),
        ),
        Dataset(
            "mrpc",
            _PAIR,
            _PARAPHRASE,
            (
                "the two sentences are equivalent in meaning",
                "the two sentences are different in meaning",
            ),
        ),
        Dataset("subj", ("Sentence",), _SUBJECTIVITY, _is("sentence", *_SUBJECTIVITY.names)),
        Dataset(
            "fp_3",
            ("Financial news",),
            _many("positive", "negative", "neutral"),
            _is("financial news", "positive", "negative", "neutral"),
        ),
        Dataset(
            "snli_3",
            _NLI,
            _many("entailment", "contradiction", "neutral"),
            (*_ENTAILS, _NEITHER),
        ),
        Dataset(
            "sick_3",
            _NLI,
            _many("entailment", "contradiction", "neutral"),
            (*_ENTAILS, _NEITHER),
        ),
        Dataset(
            "emotion_6",
            ("Message",),
            _many("joy", "sadness", "anger", "fear", "love", "surprise"),
            tuple(
                f"the message expresses {name}"
                for name in ("joy", "sadness", "anger", "fear", "love", "surprise")
            ),
        ),
    )
}
"""Datasets of the paper edition: the nine of Li et al., then four with their classes unreduced."""
