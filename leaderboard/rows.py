"""The board's rows: what an accepted submission shows, and its clusters' shares in each skill."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np

from heptathlon import harmless
from heptathlon.facts import set_edition
from heptathlon.families import FAMILIES
from heptathlon.files import canonical_json
from heptathlon.leaderboard import validate
from heptathlon.leaderboard.division import Division
from heptathlon.leaderboard.standings import Bar, Items, Row, Score
from heptathlon.pages import report
from heptathlon.scoring import skills
from heptathlon.scoring.cards import FamilyCard, Scorecard, Settings
from heptathlon.scoring.figures import influence
from heptathlon.scoring.scorecard import ScoredSample
from heptathlon.tasks.catalog import task_data


class Read(NamedTuple):
    """What the board keeps of a part of a submission's scorecard.

    Attributes:
        items: the clusters' shares in the skill; None if it has none.
        shown: what a report shows of the part.
    """

    items: Items | None
    shown: dict[str, Any]


def read(case: validate.Case, name: str, card: FamilyCard, scored: Sequence[ScoredSample]) -> Read:
    """Return what the board keeps of a part of a submission's scorecard."""
    model = case.envelope.model.name
    shown = report.part_of(name, card, scored, len(case.envelope.claims), model)
    return Read(_part_items(card, scored), shown)


def rows_of(case: validate.Case) -> list[tuple[Row, Items | None]]:
    """Return an accepted submission's rows, one a division, with their items.

    They are of what :func:`read` kept of each part, or else of the samples.
    """
    divisions: dict[Division, dict[str, FamilyCard]] = {}
    shares: dict[Division, dict[str, Items | None]] = {}
    for name, card in case.card.families.items():
        kept = case.kept.get(name)
        part = kept.items if kept else _part_items(card, report.of_card(card, case.scored))
        for division in _divisions(card, case.card):
            divisions.setdefault(division, {})[card.family] = card
            if card.skill.value is not None:
                shares.setdefault(division, {})[card.family] = part
    return [
        (_row(case, division, cards), _items(shares.get(division, {})))
        for division, cards in divisions.items()
    ]


def _divisions(card: FamilyCard, whole: Scorecard) -> list[Division]:
    """Return the divisions in which a part of a scorecard stands.

    Where other events' headlines were answered in words in the place of likelihoods, an event that
    is always answered so stands beside them.
    """
    own = Division(card.edition, card.tier, card.season)
    others = {Division(one.edition, one.tier, one.season) for one in whole.families.values()}
    divisions = [own._replace(edition=edition) for edition in skills.editions_of(card)]
    return [one for one in divisions if one == own or one in others]


def _row(case: validate.Case, division: Division, cards: Mapping[str, FamilyCard]) -> Row:
    envelope, model = case.envelope, case.card.model
    oracle = any(p.oracle and p.player == model.name for c in cards.values() for p in c.players)
    kind: Literal["model", "player", "oracle"] = (
        "model" if model.kind == "model" else "oracle" if oracle else "player"
    )
    bars = [c.bar.player for c in cards.values() if c.bar]
    scores = {name: _score(card, case) for name, card in cards.items()}
    contents = [f"{name}:{score.content}" for name, score in scores.items()]
    return Row(
        slug=slug_of(envelope.model.name, division, contents),
        division=division,
        name=envelope.model.name,
        kind=kind,
        is_bar=kind == "player" and bool(bars) and set(bars) == {model.name},
        url=envelope.model.url,
        submitter=envelope.submitter,
        revision=envelope.model.revision,
        parameters=model.parameters,
        settings="" if kind != "model" else settings_words(case.card),
        command=envelope.command,
        badges=tuple(case.badges),
        unranked=tuple(case.unranked),
        notes=tuple(case.notes),
        date=case.card.date[:10],
        scores=scores,
    )


def _score(card: FamilyCard, case: validate.Case) -> Score:
    variants = FAMILIES[card.family].headline_of(card.edition).variants
    contents = [
        [task, digest]
        for task, digest in sorted(case.contents.items())
        if (data := task_data(task)).family.name == card.family
        and data.variant in variants
        and (data.edition, data.tier) == (set_edition(card.edition), card.tier)
        and case.sets[task].season == card.season
    ]
    return Score(
        content=hashlib.sha256(canonical_json(contents).encode()).hexdigest(),
        headline=card.headline,
        skill=card.skill,
        invalid_rate=card.invalid_rate,
        bar=_bar(card),
        digest=card.digest,
        ceiling=card.bar.ceiling if card.bar else None,
        level=card.level,
    )


def _bar(card: FamilyCard) -> Bar | None:
    return Bar(player=card.bar.player, value=card.bar.value) if card.bar else None


def slug_of(name: str, division: Division, contents: Iterable[str]) -> str:
    """Return a file name that is a row's own: its model's name, and a hash of its answers."""
    identity = canonical_json([name, division, sorted(contents)])
    stem = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60].rstrip("-")
    return f"{stem}-{hashlib.sha256(identity.encode()).hexdigest()[:10]}"


def settings_words(card: Scorecard) -> str:
    """Return how a model was asked, in a few words for a table."""
    settings: Settings = card.settings
    shots = sorted(set(settings.num_fewshot.values()))
    words = ["/".join(map(str, shots)) + "-shot"]
    words.append("chat template" if settings.chat_template else "no chat template")
    if settings.system_instruction:
        words.append("system instruction")
    words += [f"{key}={value}" for key, value in sorted(settings.gen_kwargs.items())]
    words += [card.model.dtype, f"lm-eval {settings.lm_eval_version}"]
    return harmless.label(", ".join(word for word in words if word), 200)


def _items(parts: Mapping[str, Items | None]) -> Items | None:
    """Return the clusters' shares in a row's skills; None if one of its skills has none."""
    columns = [parts[family] for family in sorted(parts)]
    known = [one for one in columns if one is not None]
    if not known or len(known) < len(columns):
        return None
    return Items(*(np.concatenate(column) for column in zip(*known, strict=True)))


def _part_items(card: FamilyCard, scored: Sequence[ScoredSample]) -> Items | None:
    """Return the clusters' shares in a family's skill; None if it has none.

    Bar and ceiling are constants of the division, so a cluster's share in the skill is its share
    in the headline, mean or statistic, over the distance between the two.
    """
    variants = FAMILIES[card.family].headline_of(card.edition).variants
    found = influence(card.headline.metric, [one for one in scored if one.variant in variants])
    if found is None or card.bar is None:
        return None
    labels = np.char.add(f"{card.family}:", found.clusters)
    parts = found.parts / (card.bar.ceiling - card.bar.value)
    return Items(parts, found.shares, labels, np.full(len(labels), card.family))
