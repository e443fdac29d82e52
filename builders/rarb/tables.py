"""The original data sets that RAR-b was made of: where their files are, and how rows are read.

Addresses, members and checksums of AI2's archives are those of github.com/allenai/rainbow.
"""

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from heptathlon.builders import sources
from heptathlon.builders.sources import Source
from heptathlon.errors import HeptathlonError

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Table:
    """Rows of an original file: Parquet, JSON or JSON Lines, by its name's ending.

    Attributes:
        source: the file.
        member: name of the table in the file, if that is a zip archive.
    """

    source: Source
    member: str = ""

    def __str__(self) -> str:
        return f"{self.source}{':' * bool(self.member)}{self.member}"


def rows(table: Table) -> Iterator[Row]:
    """Yield the rows of an original file.

    Raises:
        HeptathlonError: if it cannot be had, or is not a table.
    """
    path = sources.fetch(table.source)
    name = table.member or table.source.path
    try:
        if not table.member:
            data = path.read_bytes()
        else:
            with zipfile.ZipFile(path) as archive:
                data = archive.read(table.member)
        yield from _parquet(data) if name.endswith(".parquet") else _json(data)
    except (zipfile.BadZipFile, KeyError, pa.ArrowException, ValueError) as error:
        raise HeptathlonError(f"{path}: {table} cannot be read ({error}).") from None


def _parquet(data: bytes) -> Iterator[Row]:
    for batch in pq.ParquetFile(io.BytesIO(data)).iter_batches():
        yield from batch.to_pylist()


def _json(data: bytes) -> Iterator[Row]:
    for line in io.BytesIO(data):
        if line.strip():
            yield json.loads(line)


# --- original files ------------------------------------------------------------------------------

AI2 = "https/storage.googleapis.com"
_ARC = {
    "test": "62f03257e737aed263f55c6abf87c7bb0028a44a6bdd2a26eb1279eb42c1d1e9",
    "train": "e488c1587ffdcfc8443f916c53488a95cd471c5790e0746c6bfe4cecf20962cb",
    "validation": "395a5c88d1580d69855fbaee9450270578df1ad5af6259771cd0a42c20e99f05",
}


def _ai2(path: str, sha256: str, licence: str = "") -> Source:
    return Source(AI2, f"ai2-mosaic/public/{path}", "", sha256, licence)


def _github(name: str, path: str, revision: str, licence: str = "") -> Table:
    return Table(Source(f"github/{name}", path, revision, licence=licence))


def arc(split: str) -> Table:
    """Return a split of ARC's challenge questions."""
    path = f"ARC-Challenge/{split}-00000-of-00001.parquet"
    revision = "210d026faf9955653af8916fad021475a3f00453"
    return Table(Source("allenai/ai2_arc", path, revision, _ARC[split], "CC-BY-SA-4.0"))


def piqa(split: str) -> Table:
    """Return a split of PIQA from its author's site."""
    revision = "21edab439af693b961be2f069e8690a88d3b4e37"
    return _github("ybisk/ybisk.github.io", f"piqa/data/{split}.jsonl", revision, "AFL-3.0")


def quail(split: str) -> Table:
    """Return a split of QuAIL 1.3."""
    revision = "e2b0705a2099f44b60fad0bad5a947913b181bbd"
    path = f"quail_v1.3/json/{split}.jsonl"
    return _github("text-machine-lab/quail", path, revision, "CC-BY-NC-SA-4.0")


def spartqa(split: str) -> Table:
    """Return a split of SpartQA's choose-object questions."""
    revision = "eb78ef9eb1cd57a7e1123cb8ffb66f4526c03342"
    path = f"spartqa_CO_{split}.jsonl"
    return Table(Source("tasksource/spartqa-mchoice", path, revision, licence="MIT"))


def tempreason(split: str, level: int) -> Table:
    """Return a split of a level of TempReason."""
    revision = "1646dea364ac667dd6098646da7d6638de00cc71"
    path = f"{split}_l{level}.json"
    return Table(Source("tonytan48/TempReason", path, revision, licence="CC-BY-SA-3.0"))


def humanevalpack(language: str) -> Table:
    """Return HumanEvalPack in a language."""
    # The commit before Python/142 was corrected: the published query still has the slip.
    revision = "79d1f6544f0ddc9a66aea8a1a6fb3125e917c7a9"
    path = f"evaluation/create/humaneval-x/data/{language}/data/humanevalpack.jsonl"
    return _github("bigcode-project/octopack", path, revision, "MIT")


def deepseek(path: str, licence: str = "") -> Table:
    """Return a file of DeepSeek-Coder's evaluation: MBPP, or MATH's test problems."""
    revision = "2f9fd85927c669dae3c0fbb2d607274023af243e"
    return _github("deepseek-ai/DeepSeek-Coder", f"Evaluation/{path}", revision, licence)


ALPHANLI = _ai2(
    "alphanli/alphanli-train-dev.zip",
    "24840b27553e93ec625ae020dbf78d92daeae4be31ebbd469a0c9f6f99ed1c8d",
    "CC-BY-NC-4.0",
)
HELLASWAG = _ai2(
    "hellaswag/hellaswag-train-dev.zip",
    "5d5d70300eff7af886c184477bb076fbfa24336cb300c52c3b6e62644d14d928",
    "MIT",
)
"""Not the release on GitHub: there the options of an item stand in another order than that which
the published judgements show."""
SIQA = _ai2(
    "socialiqa/socialiqa-train-dev.zip",
    "ee073914a0fc33265cfbcfc50ec20df9b2e07809c3f420f599138d1f394ef5c3",
)
WINOGRANDE = _ai2(
    "winogrande/winogrande_1.1.zip",
    "d5699402a41de2b4e6b3c6e2a1e6b4faab2130543a12019a8c5d4f35ec502d47",
)
GSM8K = _github(
    "openai/grade-school-math",
    "grade_school_math/data/test.jsonl",
    "3101c7d5072418e28b9008a6636bde82a006892c",
    "MIT",
)
