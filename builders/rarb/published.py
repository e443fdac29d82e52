"""The seventeen published tasks of RAR-b: facts as data, read from ``published.json``.

Sources: the benchmark's repository (github.com/gowitheflow-1998/RAR-b; its history holds the
checksums of every query and corpus file), MTEB's copies of its data sets on the Hub at the
revisions that mteb 2.26 pins, and the authors' own at those that most published results used.
"""

import json
from functools import cache
from importlib import resources

from pydantic import BaseModel, ConfigDict

from heptathlon.builders.sources import Source
from heptathlon.errors import UnknownNameError

REPOSITORY = "github/gowitheflow-1998/RAR-b"
CHOICES_REVISION = "c16b6faf424e5067ae657f434e10204432464066"
QRELS_REVISION = "445a551d315b4eddcbdc1426a371265da19ca7ce"


class Published(BaseModel):
    """One published task.

    Attributes:
        name: the suite's name of it, such as ``arc``.
        folder: its folder in the benchmark's repository.
        hub: the authors' data set on the Hub.
        revision: commit of the authors' data set.
        mteb: MTEB's data set on the Hub.
        mteb_revision: commit of MTEB's data set.
        instruction: the published instruction.
        choices: file of its multiple-choice items in the repository; empty if it has none.
        choices_sha256: checksum of that file; empty where it is not known.
        queries: number of queries in full retrieval.
        documents: number of documents in full retrieval.
        queries_sha256: checksum of the query file.
        queries_bytes: its size.
        corpus_sha256: checksum of the corpus file; L2's and L3's three settings share one.
        corpus_bytes: its size.
        qrels_sha256: checksum of the relevance judgements.
        licence: licence of the data as its publisher states it; empty if it states none.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    folder: str
    hub: str
    revision: str
    mteb: str
    mteb_revision: str
    instruction: str
    choices: str
    choices_sha256: str
    queries: int
    documents: int
    queries_sha256: str
    queries_bytes: int
    corpus_sha256: str
    corpus_bytes: int
    qrels_sha256: str
    licence: str

    @property
    def choices_file(self) -> Source:
        """The multiple-choice items."""
        path = f"mcr/{self.choices}"
        return self._source(REPOSITORY, path, CHOICES_REVISION, self.choices_sha256)

    @property
    def qrels_file(self) -> Source:
        """The authors' file of the relevance judgements."""
        path = f"full/{self.folder}/qrels/test.tsv"
        return self._source(REPOSITORY, path, QRELS_REVISION, self.qrels_sha256)

    @property
    def queries_file(self) -> Source:
        """The authors' file of the queries."""
        return self._source(self.hub, "queries.jsonl", self.revision, self.queries_sha256)

    @property
    def corpus_file(self) -> Source:
        """The authors' file of the documents."""
        return self._source(self.hub, "corpus.jsonl", self.revision, self.corpus_sha256)

    @property
    def qrels_parquet(self) -> Source:
        """MTEB's files of the relevance judgements."""
        return self._source(self.mteb, "qrels/*.parquet", self.mteb_revision, "")

    @property
    def queries_parquet(self) -> Source:
        """MTEB's files of the queries."""
        return self._source(self.mteb, "queries/*.parquet", self.mteb_revision, "")

    @property
    def corpus_parquet(self) -> Source:
        """MTEB's files of the documents."""
        return self._source(self.mteb, "corpus/*.parquet", self.mteb_revision, "")

    def _source(self, repository: str, path: str, revision: str, sha256: str) -> Source:
        return Source(repository, path, revision, sha256, self.licence)


@cache
def published_tasks() -> dict[str, Published]:
    """Return the published tasks by name, in the paper's order."""
    text = (resources.files(__package__) / "published.json").read_text(encoding="utf-8")
    tasks = [Published.model_validate(row) for row in json.loads(text)]
    return {task.name: task for task in tasks}


def published(name: str) -> Published:
    """Return a published task.

    Raises:
        UnknownNameError: with the nearest names.
    """
    if name not in published_tasks():
        raise UnknownNameError("published task of rarb", name, published_tasks())
    return published_tasks()[name]
