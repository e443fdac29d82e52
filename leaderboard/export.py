"""``heptathlon export``: a run's scores in the forms that others read. All pure.

``eval-results`` is a file for ``.eval_results/`` in a model's repository on the Hub (Community
Evals), ``model-index`` the older block of a model card, and ``every-eval-ever`` a record of that
project's schema, version 0.3.0 (https://github.com/evaleval/every_eval_ever).
"""

import re
from collections.abc import Callable
from typing import Any

import yaml

from heptathlon import families
from heptathlon.builders import hub
from heptathlon.errors import HeptathlonError, UnknownNameError
from heptathlon.facts import SAID
from heptathlon.files import dump_json
from heptathlon.leaderboard.allowed import MODEL_NAME
from heptathlon.leaderboard.schema import command_of
from heptathlon.running.runs import Run
from heptathlon.scoring import scorecard
from heptathlon.scoring.cards import Estimate, FamilyCard, Scorecard
from heptathlon.version import __version__

EVERY_EVAL_EVER = "0.3.0"
DIGITS = 6


def exported(form: str, run: Run, card: Scorecard, name: str, organisation: str) -> str:
    """Return a run's scores in one of the forms of :data:`FORMS`.

    Args:
        form: name of the form.
        run: the run.
        card: its scorecard.
        name: ``org/name`` of the model.
        organisation: whose repositories on the Hub hold the sets that were answered.

    Raises:
        UnknownNameError: for an unknown form.
        HeptathlonError: for a name that is none, a scripted player, or a run without a figure.
    """
    if form not in FORMS:
        raise UnknownNameError("format of export", form, FORMS)
    if card.model.kind == "player":
        raise HeptathlonError(f"{run.folder}: is the run of a player, which has no model card.")
    if not re.fullmatch(MODEL_NAME, name):
        raise HeptathlonError(f"--model-name: {name[:100]!r} is not of the form org/name.")
    if not re.fullmatch(MODEL_NAME, f"{organisation}/x"):
        raise HeptathlonError(f"--org: {organisation[:100]!r} is no name of an organisation.")
    incomplete = [f.family for f in card.families.values() if not f.complete]
    if incomplete:
        raise HeptathlonError(
            f"{run.folder}: {', '.join(incomplete)} rests on a part of the set; run the whole "
            "group, because the number alone would be read as the whole set's."
        )
    if not _known(card):
        raise HeptathlonError(f"{run.folder}: no headline has a value; nothing to export.")
    return FORMS[form](run, card, name, organisation)


def _known(card: Scorecard) -> list[FamilyCard]:
    """Return the parts with a headline: a data set's own, which no twin in words has."""
    return [
        family
        for family in card.families.values()
        if family.headline.value is not None and family.edition != SAID
    ]


def _value(estimate: Estimate) -> float:
    return round(float(estimate.value or 0.0), DIGITS)


def _repository(family: FamilyCard, organisation: str) -> str:
    return f"{organisation}/heptathlon-{family.family}"


def _notes(family: FamilyCard) -> str:
    """Return what the Hub's schema has no field for: metric, interval, items, settings of data."""
    h = family.headline
    words = [f"{h.metric} (higher is better), {h.n:,} items"]
    if h.low is not None and h.high is not None:
        words.append(f"95 % interval {h.low:.3f} to {h.high:.3f}")
    if family.skill.value is not None:
        words.append(f"skill {family.skill.value:.3f}")
    if family.points.value is not None:
        words.append(f"{family.points.value:.0f} of 1,000 points")
    if family.bar:
        words.append(f"bar {family.bar.player}: {family.bar.value:.3f}")
    words.append(f"season {hub.tag_of(family.season, family.version)}")
    return "; ".join([*words, f"heptathlon {__version__}"])


def eval_results(run: Run, card: Scorecard, name: str, organisation: str) -> str:
    """Return a file for the folder ``.eval_results`` of a model's repository."""
    entries = [
        {
            "dataset": {
                "id": _repository(family, organisation),
                "task_id": hub.eval_task(family.family, family.edition, family.tier),
            },
            "value": _value(family.headline),
            "date": card.date[:10],
            "notes": _notes(family),
        }
        for family in _known(card)
    ]
    for entry in entries:
        if not entry["date"]:
            del entry["date"]
    return _yaml(entries)


def model_index(run: Run, card: Scorecard, name: str, organisation: str) -> str:
    """Return the ``model-index`` block of a model card's header."""
    results = [
        {
            "task": {"type": "text-generation"},
            "dataset": {
                "type": _repository(family, organisation),
                "name": f"Heptathlon: {family.title}",
                "config": hub.set_folder(family.edition, family.tier),
                "split": "test",
                "revision": hub.tag_of(family.season, family.version),
            },
            "metrics": [
                {
                    "type": family.headline.metric,
                    "name": family.headline.metric,
                    "value": _value(family.headline),
                }
            ],
        }
        for family in _known(card)
    ]
    return _yaml({"model-index": [{"name": name.split("/")[1], "results": results}]})


def _yaml(value: Any) -> str:
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=10_000)


def every_eval_ever(run: Run, card: Scorecard, name: str, organisation: str) -> str:
    """Return a record of Every Eval Ever, which keeps interval, command and data's digest."""
    stamp = str(run.results[-1].get("date") or "")
    return dump_json(
        {
            "schema_version": EVERY_EVAL_EVER,
            "evaluation_id": f"heptathlon/{name.replace('/', '_')}/{stamp}",
            "evaluation_timestamp": card.date,
            "retrieved_timestamp": stamp,
            "source_metadata": {
                "source_name": "Heptathlon",
                "source_type": "evaluation_run",
                "source_organization_name": organisation,
                "evaluator_relationship": "other",
            },
            "eval_library": {
                "name": "lm_eval",
                "version": card.settings.lm_eval_version or "unknown",
                "additional_details": {"heptathlon_version": __version__},
            },
            "model_info": {
                "name": name,
                "id": name,
                "developer": name.split("/")[0],
                "additional_details": {
                    "deployment_type": "unknown",
                    "model_availability": "unknown",
                    "backend": card.model.backend,
                    "revision": card.model.revision,
                    "dtype": card.model.dtype,
                },
            },
            "evaluation_results": [
                _result(family, run, card, name, organisation) for family in _known(card)
            ],
        }
    )


def _result(
    family: FamilyCard, run: Run, card: Scorecard, name: str, organisation: str
) -> dict[str, Any]:
    headline = families.family(family.family).headline_of(family.edition)
    h = family.headline
    low, high = scorecard.bounds_of(family.family).get(h.metric, (0.0, 1.0))
    uncertainty: dict[str, Any] = {"num_samples": h.n}
    if h.low is not None and h.high is not None:
        uncertainty["confidence_interval"] = {
            "lower": h.low,
            "upper": h.high,
            "confidence_level": 0.95,
            "method": h.method,
        }
    details = {"skill": family.skill, "points": family.points, "invalid_rate": family.invalid_rate}
    ceiling = family.bar.ceiling if family.bar else families.family(family.family).ceiling
    return {
        "evaluation_result_id": hub.eval_task(family.family, family.edition, family.tier),
        "evaluation_name": families.task_name(family.family, family.tier),
        "source_data": {
            "dataset_name": f"heptathlon-{family.family}",
            "source_type": "hf_dataset",
            "hf_repo": _repository(family, organisation),
            "hf_split": "test",
            "samples_number": family.expected,
            "additional_details": {
                "edition": family.edition,
                "tier": family.tier,
                "revision": hub.tag_of(family.season, family.version),
                "digest": family.digest,
            },
        },
        "metric_config": {
            "evaluation_description": headline.says,
            "metric_id": f"heptathlon.{family.family}.{h.metric}",
            "metric_name": h.metric,
            "lower_is_better": False,
            "score_type": "continuous",
            "min_score": low,
            "max_score": high,
            "additional_details": {"ceiling": f"{ceiling:g}"},
        },
        "score_details": {
            "score": h.value,
            "details": {k: str(e.value) for k, e in details.items() if e.value is not None},
            "uncertainty": uncertainty,
        },
        "generation_config": {
            "generation_args": {"execution_command": command_of(run, name)},
            "additional_details": {
                "num_fewshot": "/".join(
                    sorted({str(n) for n in card.settings.num_fewshot.values()})
                ),
                "chat_template": str(card.settings.chat_template).lower(),
                **card.settings.gen_kwargs,
            },
        },
    }


FORMS: dict[str, Callable[[Run, Scorecard, str, str], str]] = {
    "eval-results": eval_results,
    "every-eval-ever": every_eval_ever,
    "model-index": model_index,
}
