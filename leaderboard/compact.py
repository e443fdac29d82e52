"""Samples whose lines carry document and requests by digest: what the suite makes needs no copy.

A run of texts holds each text as document, as prompt and once more an option. In a submission the
digests of both stand for them: validation has the published documents, makes the requests anew, and
compares digests in any case.
"""

import json
from collections.abc import Mapping
from typing import Any

from heptathlon.errors import HeptathlonError

DIGEST = "sha256"
_HEX = frozenset("0123456789abcdef")


def digest_in(value: Mapping[str, Any]) -> str:
    """Return the digest that stands for a document or for requests; empty for themselves.

    Example:
        >>> digest_in({"gen_args_0": {"arg_0": "A question"}})
        ''
    """
    digest = value.get(DIGEST)
    if not isinstance(digest, str) or len(digest) != 64 or not _HEX.issuperset(digest):
        return ""
    return digest if value.keys() in ({DIGEST}, {DIGEST, "season"}) else ""


def season_of(row: Mapping[str, Any]) -> str:
    """Return the season of a line's document, which stands beside its digest.

    Raises:
        HeptathlonError: if the line has no document.
    """
    doc = row.get("doc")
    if not isinstance(doc, dict):
        raise HeptathlonError("a sample's first line has no document 'doc'.")
    return str(doc.get("season"))


def compacted(row: Mapping[str, Any], doc_digest: str, arguments_digest: str) -> str:
    """Return a line with digests in the place of its document and its requests.

    Args:
        row: the line as lm-eval wrote it.
        doc_digest: digest of its document.
        arguments_digest: digest of its requests.
    """
    parts = dict(row)
    parts["doc"] = {DIGEST: doc_digest, "season": row["doc"].get("season")}
    parts["arguments"] = {DIGEST: arguments_digest}
    return json.dumps(parts, ensure_ascii=False) + "\n"
