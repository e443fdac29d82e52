"""Measure bars and ceilings on a large reference draw, and write them into the package.

``python -m benchmarks.bars maze rarb`` builds, for each tier of the fresh edition, sets with salts
of their own, lets every player answer them (by likelihoods, and in words where the event needs
likelihoods otherwise), and writes ``heptathlon/bars/<family>.json``. Each set
is one independent draw: the figures are means over the draws, their errors the spread between them
over the root of their number.

The bar is the player with the highest mean among those that see what an entrant sees. Its figure is
taken so that choosing does not flatter it: each draw counts the player that is best on all others.
"""

import argparse
import logging
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from benchmarks._salted import salted
from benchmarks._timing import table
from heptathlon import bars
from heptathlon.builders import store
from heptathlon.facts import SAID
from heptathlon.families import CURRENT_SEASON, FAMILIES, Family
from heptathlon.files import dump_json, write_text_atomic
from heptathlon.scorers.verdict import Row
from heptathlon.scoring import playing, skills
from heptathlon.scoring.figures import point
from heptathlon.scoring.playing import Played
from heptathlon.tasks.players import players_of

DRAWS = {"smoke": 64, "lite": 24, "full": 8, "long": 6}
"""Independent sets a tier, so that the bar's error is an eighth to two fifths of one set's."""


@dataclass
class Draws:
    """What the players reached on some documents, draw by draw.

    Attributes:
        players: headline of each player in each draw.
        ceilings: best reachable headline in each draw.
        n: documents in all draws.
    """

    players: dict[str, list[float]] = field(default_factory=dict)
    ceilings: list[float] = field(default_factory=list)
    n: int = 0

    def add(self, family: Family, edition: str, played: Sequence[Played], keep: set[int]) -> None:
        """Add one draw: the players' answers to the documents at some places."""
        metric, scores = family.headline_of(edition).metric, []
        rows: list[Row] = []
        for one in played:
            mine = [sample for i, sample in enumerate(one.scored) if i in keep]
            rows = [sample.row for sample in mine]
            value = point(metric, mine)
            scores.append(one.score.model_copy(update={"value": value}))
            self.players.setdefault(one.score.player, []).append(
                math.nan if value is None else value
            )
        ceiling = skills.ceiling_of(family, rows)
        self.ceilings.append(skills.said_ceiling(ceiling, scores) if edition == SAID else ceiling)
        self.n += len(keep)

    def mark(self, candidates: Sequence[str]) -> bars.Mark:
        """Return bar and ceiling.

        Raises:
            ValueError: if no candidate has a headline in every draw.
        """
        known = {
            name: np.array(values)
            for name, values in self.players.items()
            if name in candidates and np.isfinite(values).all()
        }
        if not known:
            raise ValueError("no player that sees what an entrant sees has a headline")
        values = np.stack(list(known.values()))
        draws = values.shape[1]
        others = (values.sum(axis=1, keepdims=True) - values) / (draws - 1)
        honest = values[others.argmax(axis=0), np.arange(draws)]
        ceilings = np.array(self.ceilings)
        return bars.Mark(
            player=list(known)[int(values.mean(axis=1).argmax())],
            bar=_rounded(honest.mean()),
            bar_se=_rounded(honest.std(ddof=1) / math.sqrt(draws)),
            ceiling=_rounded(ceilings.mean()),
            ceiling_se=_rounded(ceilings.std(ddof=1) / math.sqrt(draws)),
            n=self.n,
        )

    def means(self) -> dict[str, float | None]:
        """Return every player's mean; None where it is not defined in some draw."""
        found = {name: float(np.mean(values)) for name, values in self.players.items()}
        return {n: _rounded(v) if math.isfinite(v) else None for n, v in sorted(found.items())}


def _rounded(figure: float) -> float:
    return round(float(figure), 6) + 0.0


def measure(family: Family, edition: str, tier: str, draws: int) -> bars.Measured | None:
    """Measure one tier of a family's fresh edition; None if it has no task there."""
    headline = family.headline_of(edition)
    whole, rungs = Draws(), dict[str, Draws]()
    salts = tuple(f"bars-{number}" for number in range(draws))
    for salt in salts:
        with salted(salt):
            asked = playing.unanswered(family, edition, tier, CURRENT_SEASON)
            played = playing.play_all(family, headline, asked)
        playing.forget()
        if not played:
            return None
        docs = [sample.sample.doc for sample in played[0].scored]
        whole.add(family, edition, played, set(range(len(docs))))
        if family.ladder is None:
            continue
        for rung in family.ladder.rungs:
            on = {i for i, doc in enumerate(docs) if doc[family.ladder.field] == rung}
            if on:
                place = rungs.setdefault(family.ladder.key(rung), Draws())
                place.add(family, edition, played, on)
    public = store.SetName(family.name, "fresh", tier)
    candidates = [
        name
        for name, player in players_of(family.name).items()
        if player.sees == "prompt" and not player.oracle
    ]
    return bars.Measured(
        **whole.mark(candidates).model_dump(),
        metric=headline.metric,
        variants=headline.variants,
        digest=store.read_manifest(store.ensure(public)).digest,
        salts=salts,
        players=whole.means(),
        rungs={rung: one.mark(candidates) for rung, one in rungs.items()},
    )


def main() -> None:
    """Measure the named families, or all, and write their files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("family", nargs="*", choices=[[], *FAMILIES], help="all if left out")
    parser.add_argument("--tier", action="append", help="only these tiers; the others are kept")
    parser.add_argument("--edition", choices=["fresh", SAID], help="only this one")
    parser.add_argument("--draws", type=int, help="sets a tier, instead of the usual number")
    args = parser.parse_args()
    logging.disable(logging.WARNING)
    for name in args.family or FAMILIES:
        family = FAMILIES[name]
        old = bars.bars_of(name)
        kept = old.editions if old and old.version == family.version else {}
        found: dict[str, dict[str, bars.Measured]] = {}
        rows: list[tuple[object, ...]] = [
            ("edition", "tier", "bar", "its error", "player", "ceiling", "its error", "documents",
             "seconds")
        ]  # fmt: skip
        for edition in ("fresh", *([SAID] if family.said else [])):
            again = args.edition in (None, edition)
            found[edition] = dict(kept.get(edition, {})) if args.tier or not again else {}
            for tier in family.tiers_of(edition):
                if not again or (args.tier and tier not in args.tier):
                    continue
                start = time.perf_counter()
                one = measure(family, edition, tier, args.draws or DRAWS[tier])
                if one is None:
                    continue
                found[edition][tier] = one
                errors = f"{one.bar_se:.4f}", f"{one.ceiling_se:.4f}"
                spent = f"{time.perf_counter() - start:.0f}"
                rows.append(
                    (edition, tier, f"{one.bar:.4f}", errors[0], one.player, f"{one.ceiling:.4f}",
                     errors[1], f"{one.n:,}", spent)
                )  # fmt: skip
        result = bars.Bars(family=name, version=family.version, editions=found)
        write_text_atomic(bars.path_of(name), dump_json(result.model_dump(mode="json")))
        print(f"## {name}, version {family.version}\n\n{table(rows)}\n", flush=True)


if __name__ == "__main__":
    main()
