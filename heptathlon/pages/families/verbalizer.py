"""What the verbalizer's page shows: accuracy against unnaturalness, and prior capture."""

from collections.abc import Sequence

from heptathlon.pages.drawings import Drawings, Panel, Runs, panel
from heptathlon.scoring.cards import Estimate
from heptathlon.scoring.scorecard import ScoredSample, estimate

UNNATURALNESS = {
    "natural": "natural words",
    "congruent": "other fitting words",
    "neutral": "neutral words",
    "same_field": "wrong words of the same field",
    "antonym": "fitting words exchanged",
    "unnatural": "names exchanged",
    "derangement": "names deranged (three and more classes)",
}
"""Forms in the order of the pull that the asked words have against the answer."""
AGAINST = ("unnatural", "derangement")
"""Forms in which the asked word is another class's own."""
READINGS = {"acc": "generated", "acc_norm": "by likelihood"}


def verbalizer_panels(runs: Runs) -> list[Panel]:
    """Return accuracy against unnaturalness, prior capture against error, and the datasets."""
    by_reading = {
        (f"{model}, {words}" if len(_readings(samples)) > 1 else model, metric): chosen
        for model, samples in runs.items()
        for metric, words in READINGS.items()
        if (chosen := [s for s in samples if _metric(s) == metric])
    }
    along, capture, table = [], [], []
    for form, words in UNNATURALNESS.items():
        for (name, _), samples in by_reading.items():
            if chosen := _of(samples, form):
                along.append((words, name, estimate("above_chance", chosen)))
    datasets = dict.fromkeys(str(s.sample.doc["dataset"]) for x in runs.values() for s in x)
    for dataset in datasets:
        for (name, metric), samples in by_reading.items():
            mine = [s for s in samples if s.sample.doc["dataset"] == dataset]
            if against := _of(mine, *AGAINST):
                right = estimate(metric, against)
                capture += [
                    (dataset, f"{name}: error", _complement("error", right)),
                    (
                        dataset,
                        f"{name}: prior capture",
                        _complement("prior_capture", estimate("uncaptured", against)),
                    ),
                ]
            for form, words in UNNATURALNESS.items():
                if chosen := _of(mine, form):
                    table.append((dataset, f"{name}: {words}", estimate(metric, chosen)))
    found = [
        panel(
            "Accuracy against unnaturalness",
            "Accuracy on the scale on which 0 is chance and 1 is all right, from words that name "
            "the right class down to words that name another.",
            along,
        ),
        panel(
            "Prior capture against error",
            "Under words that name another class. With two classes every readable error is the "
            "right class's own name; with more, errors beyond prior capture are confusion.",
            capture,
        ),
        panel("By dataset", "Accuracy of each form of question, not corrected for chance.", table),
    ]
    return [panel for panel in found if panel.lines]


def _metric(sample: ScoredSample) -> str:
    return "acc_norm" if "acc_norm" in sample.verdict.metrics else "acc"


def _readings(samples: Sequence[ScoredSample]) -> set[str]:
    return {_metric(s) for s in samples}


def _of(samples: Sequence[ScoredSample], *forms: str) -> list[ScoredSample]:
    return [s for s in samples if s.form in forms]


def _complement(metric: str, e: Estimate) -> Estimate:
    """Return 1 less a share, with its interval turned round."""

    def less(x: float | None) -> float | None:
        return None if x is None else 1.0 - x

    update = {"metric": metric, "value": less(e.value), "low": less(e.high), "high": less(e.low)}
    return e.model_copy(update=update)


DRAWINGS = Drawings(panels=verbalizer_panels)
