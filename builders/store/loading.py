"""What lm-eval's ``custom_dataset`` asks for: a config of a set as a ``DatasetDict``."""

from collections.abc import Mapping
from typing import Any

import pyarrow.compute as pc

from heptathlon.builders.store.finding import locate
from heptathlon.builders.store.making import builder_of
from heptathlon.builders.store.manifest import read_manifest
from heptathlon.builders.store.names import asked
from heptathlon.builders.store.reading import read_table
from heptathlon.errors import HeptathlonError, UnknownNameError


def dataset(
    family: str, *, config: str, where: Mapping[str, str | None] | None = None, **options: Any
) -> Any:
    """Return a config as the ``DatasetDict`` that lm-eval's ``custom_dataset`` expects.

    The season and the salt may also come from ``HEPTATHLON_SEASON`` and ``HEPTATHLON_SALT``. The
    salt has no other way in: lm-eval writes a task's metadata into its results.

    Args:
        family: name in the registry.
        config: config of the data set.
        where: keep only rows whose field has this value; None keeps all.
        options: ``edition``, ``tier`` and ``season``; anything else lm-eval passes (model
            arguments, ``version``…) is ignored.

    Raises:
        HeptathlonError: for unknown names, or a filter that leaves nothing.
    """
    from datasets import Dataset, DatasetDict

    name = asked(family, options)
    folder = locate(name)
    splits = {}
    for entry in read_manifest(folder).files:
        if entry.config != config:
            continue
        table = read_table(folder, config, entry.split)
        for field, value in (where or {}).items():
            # Few-shot examples are shared by all strata: they teach the format.
            if value is not None and entry.split == "test":
                table = table.filter(pc.equal(table[field], value))
        if table.num_rows == 0:
            raise HeptathlonError(f"{name.folder}/{config}: nothing matches {dict(where or {})}.")
        splits[entry.split] = Dataset(table)
    if not splits:
        known = builder_of(family).configs(name.edition)
        raise UnknownNameError(f"config of {name.folder}", config, known)
    return DatasetDict(splits)
