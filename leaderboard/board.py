"""``heptathlon leaderboard build``: from accepted submissions to the static site."""

import contextlib
import functools
import hashlib
import logging
import re
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal

import numpy as np

from heptathlon import harmless
from heptathlon.errors import HeptathlonError
from heptathlon.families import FAMILIES, of_role
from heptathlon.files import canonical_json, write_text_atomic
from heptathlon.leaderboard import kept as kept_entries
from heptathlon.leaderboard import rerun, seen, validate
from heptathlon.leaderboard.copies import Submission, first_seen
from heptathlon.leaderboard.kept import Came, Kept, Used, digest_of, recording
from heptathlon.leaderboard.page import site
from heptathlon.leaderboard.propose import envelope_hash
from heptathlon.leaderboard.schema import ENVELOPE
from heptathlon.leaderboard.standings import (
    MAX_PAIRED_ROWS,
    TIERS,
    Bar,
    Division,
    Items,
    Row,
    Score,
    Table,
    numbered,
    of_families,
    tables,
)
from heptathlon.pages.report import render_report
from heptathlon.scoring.cards import FamilyCard, Scorecard, Settings
from heptathlon.scoring.figures import influence
from heptathlon.scoring.scorecard import ScoredSample
from heptathlon.tasks.catalog import task_data

REPORTS = "reports"
"""Folder of the rows' reports in the site."""
REPORT_NAME = re.compile(r"^[a-z0-9-]{1,60}-[0-9a-f]{10}\.html$")

logger = logging.getLogger("heptathlon")


def build(
    submissions: Sequence[Path],
    out: Path,
    *,
    reruns: Path | None = None,
    hidden: Sequence[Row] = (),
    processes: int = 1,
    kept: Path | None = None,
    recheck: bool = False,
    accepted: Path | None = None,
) -> Path:
    """Write the site of all accepted submissions and return its page.

    A refused submission is left out with a warning that says why; a copy of another one too.
    Where this installation is at fault, nothing is written.

    Args:
        submissions: submission folders, or folders of them.
        out: folder of the site.
        reruns: folder of a maintainer's records of repeated runs, which give the badge.
        hidden: rows on the hidden splits, from a maintainer's records.
        processes: how many submissions are read at a time.
        kept: folder of what came of submissions that were checked before (see :mod:`.kept`); if
            left out, all are checked and nothing is kept.
        recheck: whether all are checked, whatever is kept.
        accepted: list of accepted submissions, which decides who was first (see :mod:`.seen`);
            what is accepted now is added to it.

    Raises:
        HeptathlonError: if there is no submission, none is accepted, or ``kept`` lies in one.
        OwnFaultError: if a published set or this machine is at fault.
    """
    rows, items = gather(
        submissions,
        out,
        reruns=reruns,
        processes=processes,
        kept=kept,
        recheck=recheck,
        accepted=accepted,
    )
    _remove_old_reports(out / REPORTS, rows)
    for name, text in site_of(numbered(rows.values()), items, hidden).items():
        write_text_atomic(out / name, text)
    return out / "index.html"


def gather(
    submissions: Sequence[Path],
    out: Path,
    *,
    reruns: Path | None = None,
    processes: int = 1,
    kept: Path | None = None,
    recheck: bool = False,
    accepted: Path | None = None,
) -> tuple[dict[str, Row], dict[str, Items]]:
    """Check submissions, write the report of each row, and return rows and items by slug.

    The arguments and errors are those of :func:`build`.
    """
    rows: dict[str, Row] = {}
    items: dict[str, Items] = {}
    repeated = rerun.records(reruns)
    known = seen.read_list(accepted)
    folders = find_submissions(submissions)
    with _entries(kept) as entries:
        found = list(_checked(folders, entries, processes, recheck))
        for one in found:
            if isinstance(one, str):
                logger.warning("left out: %s", one)
        good = [
            Submission(folder, *one)
            for folder, one in zip(folders, found, strict=True)
            if not isinstance(one, str)
        ]
        if not good:
            raise HeptathlonError("leaderboard: no submission is accepted; the warnings say why.")
        for place, (source, number, row) in enumerate(first_seen(good, known)):
            record = repeated.get(source.came.envelope)
            # Runs are counted in the order in which they were seen.
            rows[row.slug] = _re_run(row, record).model_copy(update={"seen": place})
            if len(items) <= MAX_PAIRED_ROWS * len(TIERS):
                mine = entries.items(source.key, number)
                if mine is not None:
                    items[row.slug] = mine
            # Not before all is checked: where this machine is at fault, nothing is written.
            path = out / REPORTS / f"{row.slug}.html"
            if digest_of(path) != source.came.reports[number]:
                write_text_atomic(path, entries.report(source.key, number))
        seen.extend_list(accepted, known, [one.came.envelope for one in good])
        entries.forget_others()
    return rows, items


def _re_run(row: Row, record: rerun.Rerun | None) -> Row:
    """Return a row with what a repeated run says of it; a player's row has the badge already."""
    if record is None or row.kind != "model":
        return row
    if record.verdict == "disagrees":
        said = "a repeated run gave other answers"
        return row.model_copy(update={"unranked": (*row.unranked, said)})
    if record.confirms != row.name:
        return row
    badges = (*row.badges, validate.RE_RUN)
    return row.model_copy(update={"badges": badges, "confirmed": record.revision})


@contextlib.contextmanager
def _entries(folder: Path | None) -> Iterator[Kept]:
    """Yield the entries of a folder; without one, those of a folder that is removed at the end.

    Raises:
        HeptathlonError: if the folder lies in a submission, whose submitter could write there.
    """
    environment = kept_entries.environment()
    if folder is None:
        with tempfile.TemporaryDirectory(prefix="heptathlon-board-") as work:
            yield Kept(Path(work), environment)
        return
    for parent in folder.resolve().parents:
        if (parent / ENVELOPE).is_file():
            raise HeptathlonError(
                f"{folder}: lies in the submission {parent}; set HEPTATHLON_HOME to a folder of "
                "your own."
            )
    yield Kept(folder, environment)


def _checked(
    folders: Sequence[Path], kept: Kept, processes: int, recheck: bool
) -> Iterator[tuple[str, Came] | str]:
    """Yield key and entry of each submission, or why it is refused.

    Looking for entries is hashing, which threads do side by side; checking needs processes.
    """
    known: list[tuple[str, Came] | None] = [None] * len(folders)
    if not recheck:
        with ThreadPoolExecutor(max(1, processes)) as pool:
            find = functools.partial(_found, kept=kept)
            known = list(pool.map(find, folders))
    left = [folder for folder, entry in zip(folders, known, strict=True) if entry is None]
    logger.info("%d of %d submissions were checked before", len(folders) - len(left), len(folders))
    check = functools.partial(_check, kept=kept)
    new = iter(validate.spread(check, left, processes))
    for entry in known:
        yield next(new) if entry is None else entry


def _found(folder: Path, *, kept: Kept) -> tuple[str, Came] | None:
    """Return key and entry of a submission that was checked before."""
    key = kept.key(folder)
    came = kept.find(key) if key else None
    return None if key is None or came is None else (key, came)


def _check(folder: Path, *, kept: Kept) -> tuple[str, Came] | str:
    """Check a submission and keep what came of it; or return why it is refused."""
    key = kept.key(folder)
    sets: set[Used] = set()
    case = validate.examine(folder, published=recording(sets), details=True)
    if case.findings:
        return str(validate.render(case.report))
    found = rows_of(case)
    texts = []
    for row, _ in found:
        # The run knows its model by a path on the submitter's machine.
        model = case.card.model.model_copy(update={"name": row.name})
        texts.append(render_report(case.card.model_copy(update={"model": model}), case.scored))
    envelope = envelope_hash(folder)
    if key is None or kept.key(folder) != key:
        return f"{folder}: was changed while it was checked; build the board again."
    return key, kept.keep(key, envelope, sets, found, texts)


def site_of(
    rows: Sequence[Row], items: Mapping[str, Items], hidden: Sequence[Row] = ()
) -> dict[str, str]:
    """Return the site's files: a page for the scored families, one for each, one that compares.

    A total counts scored families only, so that the others stand on their own pages alone.
    """

    def only(names: Collection[str]) -> list[Table]:
        kept = {slug: part.of_families(names) for slug, part in items.items()}
        return tables(of_families(rows, names), kept, of_families(hidden, names))

    by_family = {name: only([name]) for name in FAMILIES if any(name in row.scores for row in rows)}
    return site(only(of_role("scored")), by_family, items)


def find_submissions(paths: Sequence[Path]) -> list[Path]:
    """Return the submission folders among paths and directly below them, in order of name.

    Raises:
        HeptathlonError: if a path holds none.
    """
    found: list[Path] = []
    for path in paths:
        below = validate.below(path)
        if not (below[0] / ENVELOPE).is_file():
            raise HeptathlonError(
                f"{path}: holds no submission; make one with heptathlon submit prepare."
            )
        found += below
    return list(dict.fromkeys(found))


def _remove_old_reports(folder: Path, rows: Mapping[str, Row]) -> None:
    """Remove the reports of a former build whose rows are gone, and nothing else."""
    for path in folder.iterdir() if folder.is_dir() else ():
        if REPORT_NAME.match(path.name) and path.stem not in rows:
            path.unlink()


def rows_of(case: validate.Case) -> list[tuple[Row, Items | None]]:
    """Return an accepted submission's rows, one a division, with their items."""
    divisions: dict[Division, dict[str, FamilyCard]] = {}
    for card in case.card.families.values():
        division = Division(card.edition, card.tier, card.season)
        divisions.setdefault(division, {})[card.family] = card
    return [
        (_row(case, division, cards), _items(division, cards, case.scored))
        for division, cards in divisions.items()
    ]


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
        and (data.edition, data.tier) == (card.edition, card.tier)
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


def _items(
    division: Division, cards: Mapping[str, FamilyCard], scored: Sequence[ScoredSample]
) -> Items | None:
    """Return the clusters' parts in a row's skills; None if one of its skills has none.

    Bar and ceiling are constants of the division, so a cluster's part in the skill is its part in
    the headline, mean or statistic, over the distance between the two.
    """
    columns: list[Items] = []
    for name in sorted(cards):
        card = cards[name]
        if card.skill.value is None:
            continue
        variants = FAMILIES[name].headline_of(card.edition).variants
        mine = [one for one in scored if _belongs(one, name, division, variants)]
        found = influence(card.headline.metric, mine)
        if found is None or card.bar is None:
            return None
        labels = np.char.add(f"{name}:", found.clusters)
        parts = found.parts / (card.bar.ceiling - card.bar.value)
        columns.append(Items(parts, found.shares, labels, np.full(len(labels), name)))
    if not columns:
        return None
    return Items(*(np.concatenate(column) for column in zip(*columns, strict=True)))


def _belongs(one: ScoredSample, family: str, division: Division, variants: Sequence[str]) -> bool:
    return (
        one.family == family
        and one.variant in variants
        and (one.task.edition, one.task.tier) == (division.edition, division.tier)
        and one.sample.doc["season"] == division.season
    )
