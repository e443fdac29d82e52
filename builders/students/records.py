"""The records of the students family: an answer to forecast, and what the forecast is held to."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from heptathlon.records import Id, Record

Probabilities = tuple[float, ...]


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Answered(_Closed):
    """An earlier answer of the student.

    Attributes:
        question: its text; on data without wording, what is known of it.
        topic: its skill or topic.
        options: the options as they were shown.
        key: index of the right one.
        chosen: index of the chosen one.
        carries: what stands behind each option: ``key``, the name of a bug, or nothing.
    """

    question: str
    topic: str
    options: tuple[str, ...]
    key: int
    chosen: int
    carries: tuple[str, ...]


class Forecasts(_Closed):
    """What the fitted reference forecasters say of an answer, in the order of its options.

    They need the training students, whom a document does not hold, so the builder asks them.

    Attributes:
        popularity: how often each option was chosen.
        mastery: the student's own success on the topic, or at large, gives the key's share; the
            options' popularity parts the rest, here and in the next two.
        tracing: Bayesian knowledge tracing on the topic gives the key's share.
        rasch: a Rasch model of student and question gives the key's share.
        neighbours: what students who answered alike chose, drawn towards the popularity.
    """

    popularity: Probabilities
    mastery: Probabilities
    tracing: Probabilities
    rasch: Probabilities
    neighbours: Probabilities


class ChoiceRecord(Record):
    """One question in one rotation of its options: which one will the student choose?

    Attributes:
        ask_id: shared by the rotations (or, in the form ``option``, by the options) of one
            answer of one student.
        rotation: by how many places the options are turned.
        half: half of the students that this one is in; a temperature for one half is fitted on
            the other.
        past: earlier answers, oldest first.
        past_right: right ones among all earlier answers, shown or not.
        past_total: all earlier answers.
        question: its text; on data without wording, what is known of it.
        topic: its skill or topic.
        options: the options, turned.
        key: index of the right one.
        carries: what stands behind each option: ``key``, the name of a bug, or nothing.
        chosen: index of the option that the student chose: the gold.
        key_shown: whether the prompt says which options of the past were right.
        base: forecast without the student: the best one there is for simulated students, option
            popularity for real ones.
        top: the Bayes oracle's forecast for simulated students, Rasch times popularity for real
            ones.
        exact: whether ``top`` is the exact posterior.
        forecasts: what the fitted reference forecasters say.
        history: number of earlier answers that the prompt shows (real data: its range).
        misconceptions: how often a skill that is not mastered comes with a bug.
        bearing: how many of the wrong options carry a bug.
        slips: how often a mastered skill fails.
        order: whether the skills of the past alternate.
        area: area of the question.
        mastery: tercile of the student's mastery.
    """

    ask_id: Id
    rotation: int = Field(ge=0)
    half: int = Field(ge=0, le=1)
    past: tuple[Answered, ...]
    past_right: int
    past_total: int
    question: str
    topic: str
    options: tuple[str, ...]
    key: int
    carries: tuple[str, ...]
    chosen: int
    key_shown: bool
    base: Probabilities
    top: Probabilities
    exact: bool
    forecasts: Forecasts
    history: str
    misconceptions: Literal["few", "many", "real"]
    bearing: Literal["one", "all", "real"]
    slips: Literal["rare", "frequent", "real"]
    order: Literal["blocked", "interleaved", "real"]
    area: str
    mastery: Literal["low", "middle", "high"]


class OptionRecord(ChoiceRecord):
    """One option of one question: will the student choose it, yes or no?

    Attributes:
        option: index of the option that is asked about.
    """

    option: int


class Peer(_Closed):
    """Another student's answers to the questions of a record.

    Attributes:
        name: what the prompt calls the student.
        chosen: index of the chosen option in each earlier question, and last in the asked one.
    """

    name: str
    chosen: tuple[int, ...]


class TwinRecord(Record):
    """One of three students who were asked the same questions and hold three different wrong rules.

    The twins' records share ``cluster_id`` and differ in what was chosen alone.

    Attributes:
        half: half of the groups that this one is in; what recalibrates the forecasts of one half is
            fitted on the other.
        wording: which of the wordings the prompt has; the twins have the same.
        past: earlier answers, oldest first.
        peers: other students' answers to the same questions, which the prompt shows.
        question: its text.
        topic: its skill.
        options: the options.
        key: index of the right one.
        carries: what stands behind each option: ``key``, the name of a wrong rule, or nothing.
        chosen: index of the option that the student chose: the gold.
        rule: the wrong rule that the student holds in the asked skill.
        base: forecast without the student's answers: each of the three rules equally likely.
        top: the exact posterior forecast, given the student's answers.
        exact: whether ``top`` is the exact posterior, which it always is here.
        steps: operations that the wrong rules of the asked skill take; 0 where they go by meaning.
        history: number of earlier answers in the asked skill.
        others: number of earlier answers in another skill, in which the student holds another rule.
        area: area of the question.
    """

    half: int = Field(ge=0, le=1)
    wording: int = Field(ge=0)
    past: tuple[Answered, ...]
    peers: tuple[Peer, ...]
    question: str
    topic: str
    options: tuple[str, ...]
    key: int
    carries: tuple[str, ...]
    chosen: int
    rule: str
    base: Probabilities
    top: Probabilities
    exact: bool
    steps: int = Field(ge=0)
    history: str
    others: int
    area: str


class Marked(_Closed):
    """An earlier question with several right options, as the student answered it.

    Attributes:
        question: its text.
        options: the options as they were shown.
        right: indices of the right ones.
        chosen: indices of those that the student marked.
        carries: what stands behind each option: ``key``, or the name of a wrong rule.
    """

    question: str
    options: tuple[str, ...]
    right: tuple[int, ...]
    chosen: tuple[int, ...]
    carries: tuple[str, ...]


class SeveralRecord(Record):
    """One option of a question with several right ones: will this student mark it?

    The twins are three students who were asked the same questions; each takes another kind of thing
    for right as well.

    Attributes:
        half: half of the groups that this one is in; see :class:`TwinRecord`.
        wording: which of the wordings the prompt has; the twins have the same.
        past: earlier answers, oldest first.
        question: its text.
        topic: its skill.
        options: the options.
        right: indices of the right ones.
        carries: what stands behind each option: ``key``, or the name of a wrong rule.
        option: index of the option that is asked about.
        chosen: 1 if the student marks it, else 0: the gold.
        rule: the wrong rule that the student holds.
        base: chances of ``no`` and ``yes`` without the student's answers.
        top: the exact posterior chances of ``no`` and ``yes``.
        exact: whether ``top`` is the exact posterior, which it always is here.
        history: number of earlier answers.
        area: area of the question.
    """

    half: int = Field(ge=0, le=1)
    wording: int = Field(ge=0)
    past: tuple[Marked, ...]
    question: str
    topic: str
    options: tuple[str, ...]
    right: tuple[int, ...]
    carries: tuple[str, ...]
    option: int
    chosen: int = Field(ge=0, le=1)
    rule: str
    base: Probabilities
    top: Probabilities
    exact: bool
    history: str
    area: str
