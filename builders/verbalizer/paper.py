"""The paper edition's nine datasets, read from their publishers' own files, never by a script.

Beside each loader stand the labels of its source and how they become two classes (or three, or
six, where the source has more and the unreduced form is asked too). The protocol follows Li et al.;
the reductions are ours where the paper's text was not at hand, and the card says so.
"""

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from heptathlon.builders.sources import Source, available, fetch, listing
from heptathlon.errors import HeptathlonError

_GLUE = "bcdcba79d07bc864c1c254ccfcedcce55bcc9a8c"
FP_MEMBER = "FinancialPhraseBank-v1.0/Sentences_AllAgree.txt"

SST2 = Source(
    "stanfordnlp/sst2",
    "data/validation-00000-of-00001.parquet",
    "8d51e7e4887a4caaa95b3fbebbf53c0490b58bbb",
    licence="not stated",
)
FP = Source(
    "takala/financial_phrasebank",
    "data/FinancialPhraseBank-v1.0.zip",
    "8d3fe0c36d5feec6b3cc5e455b0fcb4820fb9964",
    licence="CC BY-NC-SA 3.0",
)
EMOTION = Source(
    "dair-ai/emotion",
    "split/test-00000-of-00001.parquet",
    "cab853a1dbdf4c42c2b3ef2173804746df8825fe",
    licence="research and education only",
)
SNLI = Source(
    "stanfordnlp/snli",
    "plain_text/test-00000-of-00001.parquet",
    "cdb5c3d5eed6ead6e5a341c8e56e669bb666725b",
    licence="CC BY-SA 4.0",
)
# The Hub has SICK only behind a loading script; this is the file of SemEval-2014 Task 1 itself.
SICK = Source(
    "github/a389965626/Sick-",
    "SICK_test_annotated.txt",
    "de6e090d5bfc2c33882351954675697591f1ba79",
    sha256="a7b22f10009c0094f213d7ad721152c5d0b63225c9e440fe1d754dbc61b0f21b",
    licence="CC BY-NC-SA 3.0",
)
SICK_AS_PUBLISHED = Source("sick", SICK.path, "SemEval-2014", SICK.sha256, SICK.licence)
"""The same file under the name of its task, as a mirror may hold it."""
RTE = Source("nyu-mll/glue", "rte/validation-00000-of-00001.parquet", _GLUE, licence="not stated")
QQP = Source(
    "nyu-mll/glue",
    "qqp/validation-00000-of-00001.parquet",
    _GLUE,
    licence="Quora's terms, non-commercial",
)
MRPC = Source(
    "nyu-mll/glue",
    "mrpc/test-00000-of-00001.parquet",
    _GLUE,
    licence="Microsoft's research terms",
)
# The commit that public projects pin; the Hub itself could not be asked.
SUBJ = Source(
    "SetFit/subj",
    "test.jsonl",
    "f3c1162e678417f664d76b21864fdb87b0615fcf",
    licence="not stated",
)

SOURCES: tuple[Source, ...] = (SST2, FP, EMOTION, SNLI, SICK, RTE, QQP, MRPC, SUBJ)


class SourceRow(NamedTuple):
    """One usable row of a source.

    Attributes:
        texts: the one or two texts.
        gold: index of its class.
        split: part of the source that it is from.
    """

    texts: tuple[str, ...]
    gold: int
    split: str


Raw = Iterable[tuple[tuple[str, ...], object]]
"""Texts and label of every row, as a source has them."""


@dataclass(frozen=True)
class Loader:
    """How one dataset is read.

    Attributes:
        source: its file.
        read: returns the texts and the source's own label of every row.
        labels: the class of each label of the source, None for rows that are left out. A label
            that is not named here stops the build.
        split: part of the source that the file holds.
    """

    source: Source
    read: Callable[[Path], Raw]
    labels: Mapping[object, int | None]
    split: str


def _columns(*names: str, label: str = "label") -> Callable[[Path], Raw]:
    def read(path: Path) -> Raw:
        try:
            table = pq.read_table(path, columns=[*names, label])
        except (pa.ArrowException, KeyError, OSError) as error:
            wanted = ", ".join((*names, label))
            raise HeptathlonError(
                f"{path}: is no parquet file with the columns {wanted} ({error})."
            ) from None
        for row in table.to_pylist():
            yield tuple(row[name] for name in names), row[label]

    return read


def _phrasebank(path: Path) -> Raw:
    try:
        with zipfile.ZipFile(path) as archive:
            text = archive.read(FP_MEMBER).decode("latin-1")
    except (zipfile.BadZipFile, KeyError) as error:
        raise HeptathlonError(f"{path}: holds no {FP_MEMBER} ({error}).") from None
    for line in text.splitlines():
        if line.strip():
            sentence, _, label = line.rpartition("@")
            yield (sentence.strip(),), label.strip()


def _sick(path: Path) -> Raw:
    text = path.read_text(encoding="utf-8-sig")
    for row in csv.reader(io.StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE):
        if len(row) != 5:
            raise HeptathlonError(f"{path}: a line has {len(row)} fields instead of 5: {row[:1]}.")
        if row[0] != "pair_ID":
            yield (row[1], row[2]), row[4]


def _subj(path: Path) -> Raw:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            row: dict[str, Any] = json.loads(line)
            # The numbers of the label have been seen both ways round; the names are certain.
            yield (row["text"].strip(),), row["label_text"]
        except (ValueError, KeyError, TypeError) as error:
            raise HeptathlonError(
                f"{path}, line {number}: is no JSON object with 'text' and 'label_text' "
                f"({error!r})."
            ) from None


_snli = _columns("premise", "hypothesis")
_emotion = _columns("text")

LOADERS: dict[str, Loader] = {
    # 0 negative, 1 positive: two classes as they are.
    "sst2": Loader(SST2, _columns("sentence"), {1: 0, 0: 1}, "validation"),
    # Sentences on which all annotators agree; neutral ones are left out.
    "fp": Loader(FP, _phrasebank, {"positive": 0, "negative": 1, "neutral": None}, "all"),
    # 0 sadness, 1 joy, 2 love, 3 anger, 4 fear, 5 surprise: joy and sadness only.
    "emotion": Loader(EMOTION, _emotion, {1: 0, 0: 1, 2: None, 3: None, 4: None, 5: None}, "test"),
    # 0 entailment, 1 neutral, 2 contradiction, -1 no agreed label: entailment and contradiction.
    "snli": Loader(SNLI, _snli, {0: 0, 2: 1, 1: None, -1: None}, "test"),
    # Entailment and contradiction; neutral pairs are left out.
    "sick": Loader(SICK, _sick, {"ENTAILMENT": 0, "CONTRADICTION": 1, "NEUTRAL": None}, "test"),
    # 0 entailment, 1 not entailment: two classes as they are.
    "rte": Loader(RTE, _columns("sentence1", "sentence2"), {0: 0, 1: 1}, "validation"),
    # 0 not duplicate, 1 duplicate: two classes as they are.
    "qqp": Loader(QQP, _columns("question1", "question2"), {1: 0, 0: 1}, "validation"),
    # 0 not equivalent, 1 equivalent: two classes as they are.
    "mrpc": Loader(MRPC, _columns("sentence1", "sentence2"), {1: 0, 0: 1}, "test"),
    # By name: two classes as they are.
    "subj": Loader(SUBJ, _subj, {"subjective": 0, "objective": 1}, "test"),
    # The same files with the classes that the two-class form leaves out.
    "fp_3": Loader(FP, _phrasebank, {"positive": 0, "negative": 1, "neutral": 2}, "all"),
    "snli_3": Loader(SNLI, _snli, {0: 0, 2: 1, 1: 2, -1: None}, "test"),
    "sick_3": Loader(SICK, _sick, {"ENTAILMENT": 0, "CONTRADICTION": 1, "NEUTRAL": 2}, "test"),
    "emotion_6": Loader(EMOTION, _emotion, {1: 0, 0: 1, 3: 2, 4: 3, 2: 4, 5: 5}, "test"),
}
"""Loader of each dataset; the classes are those of :mod:`heptathlon.builders.verbalizer.datasets`,
in their order."""


def rows(name: str) -> list[SourceRow]:
    """Return a dataset's usable rows in the order of its file; repeated texts once.

    Raises:
        HeptathlonError: if the file is missing or unreadable, or has a label that is not expected.
    """
    loader = LOADERS[name]
    path = fetch(_placed(loader.source))
    out: dict[tuple[str, ...], SourceRow] = {}
    for texts, label in loader.read(path):
        if label not in loader.labels:
            known = ", ".join(map(repr, loader.labels))
            raise HeptathlonError(
                f"{path}: the label {label!r} is none of {name}'s ({known}); "
                f"is this {loader.source} at revision {loader.source.revision}?"
            )
        gold = loader.labels[label]
        cleaned = tuple(" ".join(str(text).split()) for text in texts)
        if gold is not None and all(cleaned):
            out.setdefault(cleaned, SourceRow(cleaned, gold, loader.split))
    missing = {g for g in loader.labels.values() if g is not None} - {r.gold for r in out.values()}
    if missing:
        raise HeptathlonError(
            f"{path}: has no row of {len(missing)} of {name}'s classes; "
            f"is this {loader.source} at revision {loader.source.revision}?"
        )
    return list(out.values())


def _placed(source: Source) -> Source:
    """Return SICK under the name by which a mirror holds it; any other source as it is."""
    return SICK_AS_PUBLISHED if source is SICK and available(SICK_AS_PUBLISHED) else source


def sources(edition: str) -> list[dict[str, str]]:
    """Return what the manifest says of the paper edition's files; the fresh edition has none."""
    return listing(*map(_placed, SOURCES)) if edition == "paper" else []
