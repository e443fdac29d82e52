"""The human scores that come with the suite: words, phrases and sentences, under MIT licences.

Each file in ``data/`` holds the columns that the suite reads of one published file, names and
figures unchanged. ``python -m heptathlon.builders.memorability.shipped`` makes them anew from the
pinned originals; a test holds them against those.
"""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from heptathlon.builders.sources import Source, fetch
from heptathlon.errors import HeptathlonError
from heptathlon.files import write_text_atomic

FOLDER = Path(__file__).with_name("data")
_WORDS = "github/gretatuckute/memorable_words"
_COMMIT = "56f041965a582dd12e212726ad36cc3d70ed9d5e"


@dataclass(frozen=True)
class Shipped:
    """A published file of which columns come with the suite.

    Attributes:
        name: name of the set.
        source: the original.
        columns: what is kept of it.
    """

    name: str
    source: Source
    columns: tuple[str, ...]

    @property
    def path(self) -> Path:
        """Where the suite's own copy lies."""
        return FOLDER / f"{self.name}.csv"

    def listing(self) -> dict[str, str]:
        """Return what a manifest says of the original."""
        source = self.source
        return {"path": str(source), "revision": source.revision, "sha256": source.sha256}


_COUNTS = ("hits", "misses", "correct_rejections", "false_alarms")
_RATED = ("# synonyms (human)", "# meanings (human)")
_FREQUENCIES = ("Log Subtlex frequency", "Google n-gram frequency")

WORDS = Shipped(
    "words",
    Source(
        _WORDS,
        "3_PREP_ANALYSES/exp1_data_with_norms_reordered_20221029.csv",
        _COMMIT,
        "832dd7d2edb34ba9784964a1ea89a30c0c6e57d683b4ac8b2a679403d633751e",
        "MIT",
    ),
    ("word_lower", *_COUNTS, *_FREQUENCIES, "# synonyms (Wordnet)", "# meanings (Wordnet)",
     *_RATED, "Concreteness"),
)  # fmt: skip
PHRASES = Shipped(
    "phrases",
    Source(
        _WORDS,
        "3_PREP_ANALYSES/exp2_data_with_norms_reordered_20221029.csv",
        _COMMIT,
        "88ff313d7e5e4677d0414dd4fb6d99b0fb43b030916dd06b19803cb29571121f",
        "MIT",
    ),
    ("word_lower", *_COUNTS, *_FREQUENCIES, *_RATED),
)
SENTENCES = Shipped(
    "sentences",
    Source(
        "github/thomashikaru/sentence_memorability_share",
        "sentence_memorability_data.csv",
        "c7e8555e62162be6c5aafc771329f9047ba72d87",
        "5af08f10e67dd52237676d8bdc214f99ca7a910f5080cf98c73538850fa7ea45",
        "MIT",
    ),
    ("sentence", "target_hr", "fpr", "acc", "avg_log_freq"),
)
SHIPPED = {one.name: one for one in (WORDS, PHRASES, SENTENCES)}


def text_of(name: str) -> str:
    """Return the suite's own copy of ``words``, ``phrases`` or ``sentences``.

    Raises:
        HeptathlonError: if the installation lacks it.
    """
    path = SHIPPED[name].path
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise HeptathlonError(
            f"{path}: cannot be read ({error.strerror}); install the suite again."
        ) from None


def kept_of(original: str, columns: tuple[str, ...]) -> str:
    """Return the columns of a published file that come with the suite.

    Args:
        original: the published file.
        columns: which of its columns.
    """
    rows = csv.DictReader(io.StringIO(original))
    out = io.StringIO()
    sink = csv.writer(out, lineterminator="\n")
    sink.writerow(columns)
    sink.writerows([row[column] for column in columns] for row in rows)
    return out.getvalue()


def main() -> None:
    """Make the suite's own copies anew from the pinned originals."""
    for one in SHIPPED.values():
        original = fetch(one.source).read_text(encoding="utf-8")
        write_text_atomic(one.path, kept_of(original, one.columns))


if __name__ == "__main__":
    main()
