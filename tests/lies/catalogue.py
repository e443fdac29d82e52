"""All lies, by kind."""

from collections.abc import Callable, Iterator, Mapping

from tests.lies import (
    agreeing,
    answered,
    asked,
    documents,
    figures,
    files,
    names,
    recorded,
    templates,
)
from tests.lies.lie import Lie

KINDS: Mapping[str, Callable[[], Iterator[Lie]]] = {
    "asked": asked.lies,
    "answered": answered.lies,
    "documents": documents.lies,
    "figures": figures.lies,
    "recorded": recorded.lies,
    "templates": templates.lies,
    "names": names.lies,
    "files": files.lies,
    "agreeing": agreeing.lies,
}


def lies() -> list[Lie]:
    """Return all lies."""
    return [lie for kind in KINDS.values() for lie in kind()]
