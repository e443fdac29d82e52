"""Answers that were had without lm-eval, judged as those of a run are."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from heptathlon.errors import HeptathlonError
from heptathlon.running.runs import Response, Run, Sample
from heptathlon.scorers.hooks import scorer_of
from heptathlon.scorers.verdict import Verdict
from heptathlon.scoring import scorecard
from heptathlon.scoring.cards import Scorecard
from heptathlon.tasks import catalog, documents, rendered

Answer = str | Sequence[float]
Answers = Sequence[Answer | None] | Mapping[str, Answer]


def judged(family: str, doc: Mapping[str, Any], answer: Answer) -> Verdict:
    """Return the verdict on one answer to one document.

    Raises:
        UnknownNameError: if there is no such family.
        HeptathlonError: for an answer of another kind than the document asks for.
    """
    response = _response(answer)
    responses = [response] if isinstance(response, str) else list(response)
    try:
        return scorer_of(family).verdict(doc, responses)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        # A scorer is total over texts, or over likelihoods; it is not both.
        said = " ".join(str(error).split())[:200]
        kind = "a text" if isinstance(answer, str) else f"{len(responses)} log-likelihoods"
        raise HeptathlonError(
            f"{family}: the document {doc.get('item_id', '?')!s:.40} cannot be judged by {kind} "
            f"({type(error).__name__}: {said}); give a record of the family, and for options one "
            "log-likelihood each."
        ) from None


def scored(name: str, answers: Answers, tier: str, model: str) -> Scorecard:
    """Return the scorecard of answers to the documents of a name.

    Args:
        name: what was asked; see :func:`heptathlon.tasks.catalog.asked`.
        answers: one a document, in the order of the tasks' documents, None where there is none; or
            by ``item_id``.
        tier: size of the set, where the name does not say it.
        model: what the card calls whoever answered.

    Raises:
        UnknownNameError: if there is no such name.
        HeptathlonError: if the answers are not to these documents.
    """
    tasks = catalog.asked(name, tier)
    docs = [(task, doc) for task in tasks for doc in documents.of_task(task).to_pylist()]
    samples: dict[str, list[Sample]] = {task: [] for task in tasks}
    for (task, doc), answer in zip(docs, _in_order(name, docs, answers), strict=True):
        if answer is not None:
            samples[task].append(_sample(task, len(samples[task]), doc, answer))
    answered = {task: ones for task, ones in samples.items() if ones}
    if not answered:
        raise HeptathlonError(f"{name}: no document has an answer; give at least one.")
    place = Path(model)
    results = {
        "model_name": model,
        "config": {},
        "n-shot": dict.fromkeys(answered, 0),
        "versions": {task: catalog.task_data(task).family.version for task in answered},
    }
    run = Run(place, [results], [place], answered, dict.fromkeys(answered, place))
    card, _ = scorecard.score_run(run)
    return card


def _in_order(
    name: str, docs: Sequence[tuple[str, Mapping[str, Any]]], answers: Answers
) -> Sequence[Answer | None]:
    """Return an answer a document, in the order of the documents."""
    if isinstance(answers, str):
        raise HeptathlonError(f"{name}: one text is no list of answers; give one a document.")
    if not isinstance(answers, Mapping):
        if len(answers) != len(docs):
            raise HeptathlonError(
                f"{name}: has {len(docs):,} documents, and {len(answers):,} answers were given; "
                "give one a row of load(), in its order, and None where there is none."
            )
        return answers
    counts = Counter(str(doc["item_id"]) for _, doc in docs)
    if strangers := answers.keys() - counts.keys():
        raise HeptathlonError(
            f"{name}: asks no item {min(strangers)!r:.60}; the answers are to another set, tier, "
            "season or version."
        )
    if twice := [item for item in answers if counts[item] > 1]:
        raise HeptathlonError(
            f"{name}: asks the item {twice[0]} in {counts[twice[0]]} of its tasks; give the "
            "answers as a list in the order of load(), or name one task."
        )
    return [answers.get(str(doc["item_id"])) for _, doc in docs]


def _sample(task: str, number: int, doc: dict[str, Any], answer: Answer) -> Sample:
    response = _response(answer)
    where = f"{task}, item {doc['item_id']}"
    if catalog.is_generated(task) != isinstance(response, str):
        asked = "a text" if catalog.is_generated(task) else "one log-likelihood an option"
        raise HeptathlonError(f"{where}: is answered by {asked}.")
    if not isinstance(response, str) and len(response) != len(catalog.choices_of(task, doc)):
        options = len(catalog.choices_of(task, doc))
        raise HeptathlonError(
            f"{where}: has {options} options, and {len(response)} log-likelihoods were given."
        )
    return Sample(task, number, doc, rendered.question(task, doc), response, {})


def _response(answer: Answer) -> Response:
    """Return an answer as lm-eval's models give it; the likeliest option is the greedy one."""
    if isinstance(answer, str):
        return answer
    try:
        values = [float(value) for value in answer]
    except (TypeError, ValueError):
        raise HeptathlonError(
            f"{answer!r:.60} is no answer: give a text, or one log-likelihood an option."
        ) from None
    return [(value, value == max(values)) for value in values]
