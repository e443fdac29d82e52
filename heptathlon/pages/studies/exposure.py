"""How an exposure study is shown: each probe by exposures and form, the gap, traps, opinions."""

from markupsafe import Markup

from heptathlon.pages import base as pages
from heptathlon.pages import sheets
from heptathlon.pages.curves import plot
from heptathlon.pages.sheets import Sheet, ends, value
from heptathlon.studies.kinds.exposure import ExposureCard
from heptathlon.studies.trained import Line

FIRST = {"recognition": "acc", "recall": "value", "extraction": "acc", "composition": "acc",
         "choice": "acc"}  # fmt: skip
COLUMNS = ("probe and level", "people", "before", "after", "uplift", "95 % interval")


def sheets_of(card: ExposureCard) -> list[Sheet]:
    """Return a card's tables."""
    by = list(dict.fromkeys(line.by for line in card.lines))
    out = [
        Sheet(
            title=f"By {one}",
            says="Before and after the training, and the paired difference; intervals are "
            "clustered by person.",
            columns=COLUMNS,
            rows=[_row(line) for line in card.lines if line.by == one],
            drawing=_drawing(card) if one == "exposures" else None,
            main=one in {"exposures", "form, never asked about"},
        )
        for one in by
    ]
    sane = card.sane
    out.insert(
        0,
        Sheet(
            "Is the start a fair one?",
            "Recognition before the training, over everybody: a coin decided which text was told, "
            "so the interval must hold 0.5.",
            ("", "recognition", "95 % interval", "holds 0.5"),
            [["before", value(sane), ends(sane),
              {True: "yes", False: "no", None: pages.DASH}[card.is_sane]]],
            main=True,
        ),
    )  # fmt: skip
    out.append(
        Sheet(
            "Memorised, not extractable",
            "Recall less extraction after the training, on people told of at least ten times and "
            "never asked about.",
            ("form", "people", "gap", "95 % interval"),
            [[form, str(one.n), value(one), ends(one)] for form, one in card.gap.items()],
            main=True,
        )
    )
    out.append(
        Sheet(
            "Traps",
            "How well a score tells inscriptions that were read from those that were not: AUC with "
            "DeLong's interval, and the share found at 1 % false alarms.",
            ("score, bits a word, repeats", "members", "others", "AUC", "95 % interval",
             "TPR at 1 %"),
            [
                [f"{t.score}, {t.bits} bits, {t.repeats}", str(t.members), str(t.others),
                 value(t.auc), pages.interval(t.auc.low, t.auc.high) or t.reason,
                 pages.figure(t.tpr)]
                for t in card.traps
            ],
        )
    )  # fmt: skip
    if card.opinions:
        labels = card.opinions.labels
        out.append(
            Sheet(
                "Opinions",
                "PrISM's labels of the country by exposures, from eight wordings, parts of the "
                f"name and pronouns; macro-F1 of recall against who was read about: "
                f"{pages.figure(card.opinions.macro_f1)}.",
                ("exposures", "recall", "heuristic", "guess"),
                [[k, *(str(v.get(x, 0)) for x in ("recall", "heuristic", "guess"))]
                 for k, v in labels.items()],
            )
        )  # fmt: skip
    return out


def _row(line: Line) -> list[str]:
    return [
        f"{line.probe} {line.metric}: {line.level}",
        str(line.uplift.clusters),
        value(line.before),
        value(line.after),
        value(line.uplift),
        ends(line.uplift),
    ]


def _drawing(card: ExposureCard) -> Markup:
    """Draw each probe after the training over the number of exposures."""
    levels = list(dict.fromkeys(line.level for line in card.lines if line.by == "exposures"))
    curves: list[tuple[str, list[float | None]]] = []
    for probe, metric in FIRST.items():
        of = {
            line.level: line.after.value
            for line in card.lines
            if (line.probe, line.metric, line.by) == (probe, metric, "exposures")
        }
        if of:
            curves.append((probe, [of.get(level) for level in levels]))
    return plot(curves, levels, "each probe after the training, by number of exposures")


def intro(card: ExposureCard) -> str:
    """Return what was compared."""
    return (
        f"{card.base}: {card.after} against {card.before}, {card.steps:,} optimizer steps apart, "
        f"on {card.world}."
    )


VIEW = sheets.view(sheets_of, intro)
