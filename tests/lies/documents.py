"""Documents that are not the published ones, or not all of them, or not once."""

from collections.abc import Iterator

from tests.lies.forger import Forged
from tests.lies.lie import Lie, every, line


def lies() -> Iterator[Lie]:
    """Documents that are not the published ones, or not all of them, or not once."""
    yield from every("a number beyond all documents", line(lambda r: r.update(doc_id=10**12)))
    yield from every("the number of another document", line(lambda r: r.update(doc_id=1)))
    yield from every("a number below 0", line(lambda r: r.update(doc_id=-1)))
    yield from every("a number that is true", line(lambda r: r.update(doc_id=False)))
    yield from every("a document twice", lambda o: o.rows[o.task()].append(dict(o.one())))
    yield from every(
        "a document instead of another", lambda o: o.rows[o.task()].__setitem__(1, dict(o.one()))
    )
    yield from every("a document left out", lambda o: o.rows[o.task()].pop())
    yield from every(
        "an easier document", line(lambda r: r["doc"].update(form=r["doc"]["form"] + " "))
    )
    yield from every(
        "a document with a field more", line(lambda r: r["doc"].update(hint=r["target"]))
    )
    yield from every("a document with a field less", line(lambda r: r["doc"].pop("cluster_id")))
    yield from every(
        "a document of another cluster", line(lambda r: r["doc"].update(cluster_id="0" * 32))
    )
    yield from every(
        "another season", lambda o: [r["doc"].update(season="2025.1") for r in o.rows[o.task()]]
    )
    yield from every("another gold", line(lambda r: r.update(target="-7")))
    yield from every(
        "a hash of zeros for the document", line(lambda r: r.update(doc_hash="0" * 64))
    )
    yield from every(
        "a hash of zeros for the prompt", line(lambda r: r.update(prompt_hash="0" * 64))
    )
    yield from every("a hash of zeros for the gold", line(lambda r: r.update(target_hash="0" * 64)))
    yield from every(
        "a word more in a line", line(lambda r: r.update(verified_by="the maintainers"))
    )
    yield from every("a task left out", _without_a_task)


def _without_a_task(one: Forged) -> None:
    task = one.task()
    del one.rows[task]
    (result,) = one.results.values()
    for part in ("results", "versions", "n-shot", "higher_is_better", "n-samples", "task_hashes"):
        result[part].pop(task, None)
