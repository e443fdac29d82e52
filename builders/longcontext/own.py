"""Longcontext in a user's own texts: the suite's facts and questions, and the user's hay."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from heptathlon import families
from heptathlon.builders import store
from heptathlon.builders.longcontext import build as forms
from heptathlon.builders.longcontext import ownhay
from heptathlon.builders.longcontext.records import LENGTHS
from heptathlon.builders.store.reading import fault_of
from heptathlon.builders.store.writing import alone
from heptathlon.errors import HeptathlonError
from heptathlon.files import canonical_json, home, sha256_file
from heptathlon.records import Record

EXCERPTS = 12
"""Texts a form and length, unless a number is given."""
SHORTEST = 250
"""Words below which facts leave no room for hay."""
ROOM = 2
"""Times its words that hay must have for a text, so that texts are of different parts."""


def build(
    files: Sequence[Path],
    *,
    lengths: Sequence[int] = (),
    excerpts: int = EXCERPTS,
    out: Path | None = None,
) -> Path:
    """Build a set from files, one after the other, and return its folder.

    Args:
        files: plain text or Markdown (by the suffix ``.md``).
        lengths: words of the texts; every published length for which there is hay, if empty.
        excerpts: texts a form and length.
        out: folder below which the set's folder is made; the cache if not given.

    Raises:
        HeptathlonError: if a file cannot serve, with what it lacks.
    """
    found = ownhay.read(files)
    checksum = ownhay.keep(found.paragraphs)
    words = ownhay.load(checksum).words
    wanted = sorted(set(lengths)) or [n for n in LENGTHS if ROOM * n <= words]
    for length in wanted or [LENGTHS[0]]:
        if length < SHORTEST:
            raise HeptathlonError(f"--length {length}: texts have at least {SHORTEST} words.")
        if ROOM * length > words:
            raise HeptathlonError(
                f"{', '.join(path.name for path in files)}: has {words:,} words of sentences, too "
                f"few for texts of {length:,}; give {ROOM * length:,} words, or a smaller --length."
            )
    season = families.CURRENT_SEASON
    name = store.SetName(forms.FAMILY, store.OWN, season=season)
    mark = hashlib.sha256(canonical_json([checksum, wanted, excerpts]).encode()).hexdigest()[:12]
    target = (out or home() / "data") / f"{name.folder}-{mark}"
    if fault_of(target, name, check=True):
        records: store.Records = {(form, "test"): [] for form in forms.FORMS}
        for form in forms.FORMS:
            rows: list[Record] = records[form, "test"]
            for length in wanted:
                for number in range(excerpts):
                    rows += forms.asked(form, length, number, season, "", hay=checksum)
        left_out = f"{found.dropped:,} of {found.sentences:,} sentences were left out"
        read_from = [
            store.SourceFile(
                path=path.name, revision=f"own text; {left_out}", sha256=sha256_file(path)
            )
            for path in files
        ]
        with alone(target):
            store.write(name, target, store.Made(records, forms.configs(store.OWN), read_from))
    return target
