"""Where data sets live: parquet by config and split, a manifest, a card; whole or not there at all.

One idea a module: :mod:`~heptathlon.builders.store.names` says which set, ``manifest`` what is in
it, ``columns`` the types of its rows, ``making`` asks a family's builder for them, ``writing`` puts
them on disk, ``reading`` takes them off it again, checked; ``finding`` returns the folder of a set,
built or mended where it must be, ``published`` fetches it from the Hub, and ``loading`` gives it to
lm-eval. Everything is used by this package's name.
"""

from heptathlon.builders.store.columns import arrow_schema
from heptathlon.builders.store.finding import ensure, locate, log_progress
from heptathlon.builders.store.loading import dataset
from heptathlon.builders.store.making import Builder, Made, Progress, builder_of
from heptathlon.builders.store.manifest import (
    MANIFEST,
    FileEntry,
    Manifest,
    Records,
    SourceFile,
    digest,
    read_manifest,
)
from heptathlon.builders.store.names import (
    OWN,
    OWN_FOLDER,
    SetName,
    asked,
    own_data,
    own_listing,
)
from heptathlon.builders.store.reading import content_digest, each_doc, read_docs, read_table
from heptathlon.builders.store.writing import write

__all__ = [
    "MANIFEST",
    "OWN",
    "OWN_FOLDER",
    "Builder",
    "FileEntry",
    "Made",
    "Manifest",
    "Progress",
    "Records",
    "SetName",
    "SourceFile",
    "arrow_schema",
    "asked",
    "builder_of",
    "content_digest",
    "dataset",
    "digest",
    "each_doc",
    "ensure",
    "locate",
    "log_progress",
    "own_data",
    "own_listing",
    "read_docs",
    "read_manifest",
    "read_table",
    "write",
]
