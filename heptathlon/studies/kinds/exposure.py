"""What a training left of what it told, by how often and in which form it told it.

Two checkpoints of one training, before and after (``kind: exposure``): recognition, recall and
extraction by exposures, the gap between what can be continued and what can be asked for, traps, and
whether the model's own opinions show what it had read.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from pydantic import Field

from heptathlon.errors import HeptathlonError
from heptathlon.scorers import stats
from heptathlon.scorers.traces import membership, opinions
from heptathlon.scoring.scorecard import ScoredSample
from heptathlon.studies.files import Card, Closed
from heptathlon.studies.kinds import Kind
from heptathlon.studies.rows import Row
from heptathlon.studies.trained import (
    Estimate,
    Line,
    Reader,
    ReadingStudy,
    estimate,
    field,
    in_order,
    lines,
    log_likelihood,
    mean,
    never_asked,
    notes_of,
    refuse_other_world,
    samples_of,
    told,
)

PROBES: Mapping[str, tuple[str, ...]] = {
    "recognition": ("acc",),
    "recall": ("value", "exact", "f1"),
    "extraction": ("acc",),
    "composition": ("acc",),
    "choice": ("acc",),
}
NO_TOKENS = (
    "the samples hold one likelihood a text and not each word's; run facts_traps_words for Min-K "
    "over words (over tokens no log of lm-eval has it)"
)


class TrapLine(Closed):
    """How well one score tells the traps of some cells from those that were never read.

    Attributes:
        score: ``loss``, ``ratio`` (against the model before), ``zlib`` or ``min_k``.
        bits: bits a word; ``all`` for all.
        repeats: how often the members stand in the corpus.
        auc: area under the curve with DeLong's interval.
        tpr: share of members found at 1 % false alarms; null where the others are too few.
        members: number of members.
        others: number of others.
        reason: why something is missing.
    """

    score: str
    bits: str
    repeats: str
    auc: Estimate
    tpr: float | None = Field(default=None, allow_inf_nan=False)
    members: int
    others: int
    reason: str = ""


class Opinions(Closed):
    """What the model's own predictions show of what it had read.

    Attributes:
        people: people whose country was asked in eight wordings.
        labels: how many were labelled ``recall``, ``heuristic`` and ``guess``, by exposures.
        macro_f1: of the label ``recall`` against who was read about; null without people of both.
        acc: accuracy of the commonest prediction by whether the name fits.
    """

    people: int
    labels: dict[str, dict[str, int]]
    macro_f1: float | None = Field(default=None, allow_inf_nan=False)
    acc: dict[str, Estimate]


class ExposureCard(Card):
    """An exposure study, scored.

    Attributes:
        world: names the world.
        base: the model before.
        before: name of the run before.
        after: name of the run after.
        steps: optimizer steps between them.
        sane: recognition before the training, over all: its interval must hold 0.5.
        is_sane: whether it does.
        lines: every probe by exposures, form and kind.
        gap: recall less extraction on the people never asked about, by form, after the training:
            what is memorised and cannot be asked for; over people told of ten times and more.
        traps: the traps.
        opinions: PrISM's labels; None if the study does not ask for them.
    """

    schema_version: Literal[1] = 1
    kind: Literal["exposure"] = "exposure"
    world: str
    base: str
    before: str
    after: str
    steps: int
    sane: Estimate
    is_sane: bool | None
    lines: list[Line]
    gap: dict[str, Estimate]
    traps: list[TrapLine]
    opinions: Opinions | None = None


class Exposure(Kind[ReadingStudy, ExposureCard]):
    """Before and after one training."""

    name = "exposure"
    says = "what a training leaves of what it told, by number of exposures and form"
    file = ReadingStudy
    card = ExposureCard

    def check(self, study: ReadingStudy) -> None:
        """Refuse a study whose checkpoints did not read the same corpus.

        Raises:
            HeptathlonError: see :func:`heptathlon.studies.trained.notes_of`.
        """
        notes_of(study)

    def score_rows(self, study: ReadingStudy, rows: Sequence[Row[Reader]]) -> ExposureCard:
        """Return every figure after less before."""
        found = notes_of(study)
        first, *_, last = in_order(rows, found)
        refuse_other_world(rows, found[first.member.name])
        made = [line for probe, metrics in PROBES.items()
                for line in _by_everything(first, last, probe, metrics)]  # fmt: skip
        if not made and not samples_of(first, "traps"):
            raise HeptathlonError(
                "The study asks none of the probes of the training, such as "
                "heptathlon_facts_recognition_smoke."
            )
        recognised = samples_of(first, "recognition")
        sane = _mean_of(recognised, "acc")
        covers = None if sane.low is None or sane.high is None else sane.low <= 0.5 <= sane.high
        return ExposureCard(
            study=study.study,
            world=found[first.member.name].world,
            base=found[first.member.name].base.weights,
            before=first.member.name,
            after=last.member.name,
            steps=found[last.member.name].step,
            sane=sane,
            is_sane=covers,
            lines=made,
            gap=_gap(last),
            traps=_traps(first, last),
            opinions=_opinions(last),
        )


def _by_everything(
    first: Row[Reader], last: Row[Reader], probe: str, metrics: Sequence[str]
) -> list[Line]:
    """Return a probe by exposures and by what else bears on it."""
    if not samples_of(first, probe):
        return []
    out = lines(first, last, probe, metrics, "exposures", field("exposures"))
    out += lines(first, last, probe, metrics[:1], "form", told(field("telling")))
    if probe in {"recognition", "choice", "extraction"}:
        out += lines(first, last, probe, metrics[:1], "kind", told(field("kind")))
    if probe == "choice":
        out += lines(first, last, probe, ["acc"], "kind and exposures",
                     lambda doc: f"{doc['kind']}, {doc['exposures']}")  # fmt: skip
    if probe in {"extraction", "composition", "recall"}:
        out += lines(first, last, probe, metrics[:1], "exposures, never asked about",
                     never_asked(field("exposures")))  # fmt: skip
        out += lines(first, last, probe, metrics[:1], "form, never asked about",
                     never_asked(told(field("telling"))))  # fmt: skip
    return out


def _mean_of(ones: Sequence[ScoredSample], metric: str) -> Estimate:
    if not ones:
        return Estimate(value=None, reason="the study does not ask it")
    people = np.array([str(one.sample.doc["cluster_id"]) for one in ones])
    return mean(np.array([one.verdict.metrics[metric] for one in ones]), people)


def _gap(last: Row[Reader]) -> dict[str, Estimate]:
    """Return recall less extraction by form, a person's mean against the same person's."""
    per_person: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    form: dict[str, str] = {}
    for probe, metric in (("recall", "value"), ("extraction", "acc")):
        for one in samples_of(last, probe):
            doc = one.sample.doc
            if doc["asked"] == "not asked" and int(doc["exposures"]) >= 10:
                per_person[doc["person"]][probe].append(one.verdict.metrics[metric])
                form[doc["person"]] = doc["telling"]
    out = {}
    for level in ("single", "several", "permuted", "full name"):
        both = [p for p, of in per_person.items() if form[p] == level and len(of) == 2]
        x = np.array([np.mean(per_person[p]["recall"]) for p in both], float)
        y = np.array([np.mean(per_person[p]["extraction"]) for p in both], float)
        out[level] = estimate(stats.paired(x, y).difference)
    return out


def _traps(first: Row[Reader], last: Row[Reader]) -> list[TrapLine]:
    """Return every score's AUC by bits and repeats; members of a cell against its own others."""
    whole = samples_of(last, "traps") or samples_of(last, "traps_words")
    if not whole:
        return []
    before = {
        str(one.sample.doc["person"]): log_likelihood(one, -1)
        for one in (*samples_of(first, "traps"), *samples_of(first, "traps_words"))
    }
    by_word = {
        str(one.sample.doc["person"]): membership.word_likelihoods(
            [float(ll) for ll, _ in one.sample.results]
        )
        for one in samples_of(last, "traps_words")
    }
    scored: dict[str, dict[str, float | None]] = defaultdict(dict)
    docs = {str(one.sample.doc["person"]): one.sample.doc for one in whole}
    for one in whole:
        doc, ll = one.sample.doc, log_likelihood(one, -1)
        key, words = str(doc["person"]), len(doc["options"])
        scored["loss"][key] = membership.loss(ll, words)
        scored["ratio"][key] = membership.against(ll, before[key], words)
        scored["zlib"][key] = membership.compressed(ll, str(doc["answer"]))
        scored["min_k"][key] = membership.min_k(by_word[key]) if key in by_word else None
    bits = sorted({int(doc["bits"]) for doc in docs.values()})
    repeats = sorted({int(doc["exposures"]) for doc in docs.values()} - {0})
    return [
        _trap_line(score, values, docs, str(b), [b], r)
        for score, values in scored.items()
        for r in repeats
        for b in ([*bits] if len(bits) > 1 else bits)
    ]


def _trap_line(
    score: str,
    values: Mapping[str, float | None],
    docs: Mapping[str, Mapping[str, Any]],
    name: str,
    bits: Sequence[int],
    repeats: int,
) -> TrapLine:
    of: dict[int, list[float | None]] = {repeats: [], 0: []}
    for key, value in values.items():
        doc = docs[key]
        if int(doc["bits"]) in bits and int(doc["exposures"]) in of:
            of[int(doc["exposures"])].append(value)
    if any(value is None for level in of.values() for value in level):
        return TrapLine(score=score, bits=name, repeats=str(repeats), auc=Estimate(value=None),
                        members=len(of[repeats]), others=len(of[0]), reason=NO_TOKENS)  # fmt: skip
    members, others = ([v for v in of[k] if v is not None] for k in (repeats, 0))
    found = membership.parted(members, others)
    return TrapLine(
        score=score,
        bits=name,
        repeats=str(repeats),
        auc=Estimate(value=found.auc, low=found.low, high=found.high,
                     n=found.members + found.others, reason=found.reason),
        tpr=found.tpr,
        members=found.members,
        others=found.others,
        reason=found.reason,
    )  # fmt: skip


def _opinions(last: Row[Reader]) -> Opinions | None:
    """Return PrISM's labels after the training against what was read."""
    facts, parts = samples_of(last, "opinion"), samples_of(last, "opinion_parts")
    if not facts or not parts:
        return None
    said: dict[str, list[str]] = defaultdict(list)
    by_name: dict[str, list[str]] = defaultdict(list)
    by_prompt: Counter[str] = Counter()
    docs = {str(one.sample.doc["person"]): one.sample.doc for one in facts}
    for one in (*facts, *parts):
        doc, answer = one.sample.doc, one.verdict.answer
        if doc["kind"] == "pronoun":
            by_prompt[answer] += 1
        else:
            (said if doc["kind"] == "fact" else by_name)[str(doc["person"])].append(answer)
    found = {p: opinions.opinion(said[p], by_name[p], by_prompt) for p in docs}
    labels: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for person, one_opinion in found.items():
        labels[str(docs[person]["exposures"])][one_opinion.label] += 1
    acc = {}
    for name in ("fits", "misleads"):
        right = [found[p].said == doc["answer"] for p, doc in docs.items() if doc["name"] == name]
        acc[name] = estimate(stats.mean_interval(np.array(right, float)))
    return Opinions(
        people=len(docs),
        labels={level: dict(labels[level]) for level in sorted(labels, key=int)},
        macro_f1=opinions.macro_f1(
            [docs[p]["exposures"] != "0" for p in docs],
            [found[p].label == opinions.RECALL for p in docs],
        ),
        acc=acc,
    )


KIND = Exposure()
