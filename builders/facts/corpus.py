"""The training corpus of an invented world, and all that belongs to it; nothing of the probes.

``corpus.jsonl`` holds biographies as the ledger says, what lies and sits where, inscriptions with
traps, and filler about others; ``questions.jsonl`` the questions and answers on the asked half;
``retention.jsonl`` texts about people of a second world, to train on afterwards; ``subsets/`` the
subjects of each of the K runs; ``ledger.parquet`` and ``traps.parquet`` the design.

Long because the files of one corpus share its drawing order: a seed's texts change where a part is
moved out of it.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from heptathlon import families
from heptathlon.builders import corpora
from heptathlon.builders.corpora import MANIFEST
from heptathlon.builders.facts import ledger, schedule, traps
from heptathlon.builders.facts.ledger import RUNS, Entry
from heptathlon.builders.facts.traps import Counts, Trap
from heptathlon.builders.facts.values import TOLD
from heptathlon.builders.facts.wordings import (
    HAS_SEAT,
    LIES_IN,
    WORDINGS,
    biography,
    question,
)
from heptathlon.builders.facts.world import Person, Plan, World, make, people
from heptathlon.errors import HeptathlonError, UnknownNameError
from heptathlon.files import (
    canonical_json,
    loads_strict,
    sha256_file,
)

FAMILY = "facts"
VERSION = 1
TRAIN, QUESTIONS, RETENTION = "corpus.jsonl", "questions.jsonl", "retention.jsonl"
LEDGER, TRAPS = "ledger.parquet", "traps.parquet"
TRAINING_FILES = (TRAIN, QUESTIONS, RETENTION)
WINDOW = 8
"""Documents in a row that are about different people: about 600 tokens."""


@dataclass(frozen=True)
class Size:
    """How large a tier's world is.

    Attributes:
        people: people of the world, told and untold.
        filler: other people, each told once.
        retention: people of the second world, each told once.
        places: how often the corpus says of each town and firm where it lies.
        traps: the traps.
        shares: share of people at each number of exposures.
    """

    people: int
    filler: int
    retention: int
    places: int
    traps: Counts
    shares: Mapping[int, float] = field(default_factory=lambda: ledger.SHARES)


_SMALL = ((0, 24), (1, 6), (3, 6), (10, 4), (30, 2))
_LARGE = ((0, 12), (1, 8), (3, 8), (10, 6), (30, 3), (100, 2))
SIZES: Mapping[str, Size] = {
    "smoke": Size(200, 60, 400, 3, Counts((5,), (12,), _SMALL), ledger.FEW),
    "lite": Size(2_000, 1_000, 6_000, 10, Counts(traps.BITS, traps.WORDS, _LARGE)),
    "full": Size(20_000, 10_000, 40_000, 20,
                 Counts(traps.BITS, traps.WORDS, tuple((r, 8 * n) for r, n in _LARGE))),
}  # fmt: skip


@dataclass(frozen=True)
class Document:
    """One text of a training file.

    Attributes:
        kind: ``biography``, ``place``, ``inscription``, ``filler`` or ``question``.
        subject: key of the person, firm or trap; empty for filler.
        text: the text.
    """

    kind: str
    subject: str
    text: str


@dataclass(frozen=True)
class Setting:
    """A world with its ledger and its traps: all that corpus and probes have in common.

    Attributes:
        tier: size of the world.
        season: names the public seeds.
        salt: empty for the public world; a secret for a hidden one.
    """

    tier: str
    season: str
    salt: str = ""

    @cached_property
    def size(self) -> Size:
        """The tier's size.

        Raises:
            UnknownNameError: if there is no such tier.
        """
        if self.tier not in SIZES:
            raise UnknownNameError("tier of facts", self.tier, SIZES)
        return SIZES[self.tier]

    @cached_property
    def plan(self) -> Plan:
        """What the world is drawn from."""
        address = (FAMILY, VERSION, self.season, "world", self.tier)
        return Plan(address, self.size.people, salt=self.salt)

    @cached_property
    def world(self) -> World:
        """The world that the probes ask about."""
        return make(self.plan)

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """The ledger, in the order of the people."""
        return ledger.draw(self.world, self.size.shares)

    @cached_property
    def filler(self) -> tuple[Person, ...]:
        """People of the same places about whom nothing is ever asked."""
        w = self.world
        return people(w.plan, w.places, self.size.filler, part="filler", avoid=w.people)

    @cached_property
    def second(self) -> World:
        """Another world, to train on afterwards."""
        address = (*self.plan.address, "second")
        plan = replace(self.plan, address=address, people=self.size.retention)
        return make(plan, avoid=(*self.world.people, *self.filler))

    @cached_property
    def traps(self) -> list[Trap]:
        """The traps, members and non-members."""
        places = self.world.places
        names = {n for pool in (*places.given, *places.family) for n in pool}
        towns = [town.name for town in places.towns]
        return traps.draw(self.plan, self.size.traps, towns, frozenset({*names, *towns}))

    @cached_property
    def world_id(self) -> str:
        """Names the world in corpus and probes alike: a random word that tells nothing of it."""
        return f"world-{self.plan.stream('identity').word():016x}"

    def exposure(self, person: Person, number: int) -> list[str]:
        """Return the sentences of one of a person's biographies, told or only possible."""
        entry = self.entries[person.number]
        order, wordings = entry.telling(number, self.plan.stream("telling", person.number, number))
        return biography(person, order, wordings, full_name=entry.form == "fullname")


def documents(setting: Setting) -> Iterator[Document]:
    """Yield the corpus in its order."""
    stream = setting.plan.stream("corpus")
    items: list[tuple[float, str, Any]] = []
    for person, entry in zip(setting.world.people, setting.entries, strict=True):
        begin, end = (0.0, 0.5) if entry.phase == "early" else (0.5, 1.0)
        told = schedule.times(entry.exposures, begin, end, stream)
        items += [(time, person.key, (person, number)) for number, time in enumerate(told)]
    for key, sentences in place_sentences(setting.world).items():
        told = schedule.times(setting.size.places, 0.0, 1.0, stream)
        items += [
            (time, key, Document("place", key, sentences[n % len(sentences)]))
            for n, time in enumerate(told)
        ]
    for trap in setting.traps:
        told = schedule.times(trap.repeats, 0.0, 1.0, stream)
        items += [
            (time, trap.key, Document("inscription", trap.key, trap.document(n)))
            for n, time in enumerate(told)
        ]
    for text in filler_texts(setting):
        items.append((stream.uniform(), "", Document("filler", "", text)))
    for subject, item in schedule.spaced(items, WINDOW):
        if isinstance(item, Document):
            yield item
        else:
            yield Document("biography", subject, " ".join(setting.exposure(*item)))


def filler_texts(setting: Setting) -> Iterator[str]:
    """Yield the biographies of the people about whom nothing is asked."""
    for person in setting.filler:
        yield " ".join(_plain(setting.plan, "filler telling", person))


def place_sentences(world: World) -> dict[str, list[str]]:
    """Return what the corpus says of each town and each firm, in all wordings, by its key."""
    places = world.places
    towns = {
        f"o{i:03d}": [s.format(p=town.name, c=town.country) for s in LIES_IN]
        for i, town in enumerate(places.towns)
    }
    firms = {
        employer_key(i): [s.format(p=firm.name, c=firm.seat) for s in HAS_SEAT]
        for i, firm in enumerate(places.employers)
    }
    return towns | firms


def employer_key(number: int) -> str:
    """Return the key of a firm, by its place in the world's list."""
    return f"e{number:03d}"


def questions(setting: Setting) -> Iterator[Document]:
    """Yield the questions and answers on the asked half, in random order."""
    out = [
        Document("question", person.key, question_text(person, place))
        for person, entry in zip(setting.world.people, setting.entries, strict=True)
        if entry.asked
        for place in range(len(TOLD))
    ]
    setting.plan.stream("questions").shuffle(out)
    yield from out


def question_text(person: Person, attribute: int) -> str:
    """Return a question with its answer, as the question files word them."""
    asked = TOLD[attribute]
    return f"Question: {question(person.name, asked, 0)}\nAnswer: {person.values[asked]}"


def retention(setting: Setting) -> Iterator[Document]:
    """Yield texts about people of the second world."""
    second = setting.second
    for person in second.people:
        yield Document("filler", "", " ".join(_plain(second.plan, "telling", person)))


def _plain(plan: Plan, part: str, person: Person) -> list[str]:
    """Return a biography of somebody who is in no ledger: any order, any wording."""
    stream = plan.stream(part, person.number)
    order = stream.sample(TOLD, len(TOLD))
    wordings = [stream.below(WORDINGS) for _ in order]
    return biography(person, order, wordings, full_name=False)


class CorpusManifest(corpora.Corpus):
    """What was written, and how to check it.

    Attributes:
        design: SHA-256 over the rows of ledger and traps, which no parquet writer can change.
        window: documents in a row that are about different people.
        runs: number of lists in ``subsets``.
        collisions: how many people share what with others, which their first token may be.
    """

    design: str
    window: int
    runs: int
    collisions: dict[str, int]


def write(edition: str, tier: str, season: str, salt: str, out: Path | None) -> Path:
    """Write the corpus that goes with a set and return its folder.

    Raises:
        HeptathlonError: if the edition has none, or a finished folder is damaged.
    """
    if edition != "fresh":
        raise HeptathlonError(
            f"The edition {edition!r} of facts has no corpus of its own; its passages are read by "
            "heptathlon.builders.facts.paper.passages."
        )
    return build(Setting(tier, season, salt), out)


def build(setting: Setting, out: Path | None = None) -> Path:
    """Write the corpus folder of a world and return it; it appears only when it is whole.

    Args:
        setting: which world.
        out: folder below which the corpus' own folder is made; the cache if not given.

    Raises:
        HeptathlonError: if a finished folder is damaged.
    """
    hidden = setting.world_id if setting.salt else ""
    target = corpora.place_of(FAMILY, VERSION, setting.tier, setting.season, hidden, out)
    if (target / MANIFEST).is_file():
        check(target)
        return target
    with corpora.writing(target) as staging:
        (staging / "subsets").mkdir()
        for file, made in (
            (TRAIN, documents(setting)),
            (QUESTIONS, questions(setting)),
            (RETENTION, retention(setting)),
        ):
            _write_lines(staging / file, made)
        for run in range(RUNS):
            kept = [entry.person for entry in setting.entries if entry.runs[run]]
            text = "".join(f"{key}\n" for key in kept)
            (staging / subset_file(run)).write_text(text, encoding="utf-8")
        pq.write_table(ledger.table(setting.entries), staging / LEDGER, compression="zstd")
        pq.write_table(traps.table(setting.traps), staging / TRAPS, compression="zstd")
        (staging / "README.md").write_text(_readme(setting), encoding="utf-8")
        files = {
            path.relative_to(staging).as_posix(): corpora.CorpusFile(
                sha256=sha256_file(path), lines=_lines(path)
            )
            for path in sorted(staging.rglob("*"))
            if path.is_file()
        }
        manifest = CorpusManifest(
            family=FAMILY,
            version=VERSION,
            tier=setting.tier,
            season=setting.season,
            salted=bool(setting.salt),
            canary=families.CANARY,
            licence="CC0-1.0",
            world=setting.world_id,
            digest=corpora.digest_of(files, TRAINING_FILES),
            design=_design(staging),
            window=WINDOW,
            runs=RUNS,
            collisions=collisions(setting.world),
            files=files,
        )
        corpora.write_manifest(staging, manifest)
    return target


def subset_file(run: int) -> str:
    """Return the path of the list of the people who take part in a run."""
    return f"subsets/run-{run:02d}.txt"


def collisions(world: World) -> dict[str, int]:
    """Return how many people share a beginning of their name with the most others."""
    given = [person.names[0] for person in world.people]
    shared = {
        "given name": given,
        "family name": [person.names[2] for person in world.people],
        "first two letters": [name[:2] for name in given],
        "first four letters": [name[:4] for name in given],
    }
    return {what: max(Counter(names).values()) for what, names in shared.items()}


def check(folder: Path) -> CorpusManifest:
    """Return a corpus folder's manifest, after holding every file against it.

    Raises:
        HeptathlonError: if a file is missing, was changed or does not belong there.
    """
    return corpora.check(folder, CorpusManifest, TRAINING_FILES, design={LEDGER, TRAPS})


def _design(folder: Path) -> str:
    rows = [pq.read_table(folder / name).to_pylist() for name in (LEDGER, TRAPS)]
    return hashlib.sha256(canonical_json(rows).encode()).hexdigest()


def _write_lines(path: Path, made: Iterator[Document]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as sink:
        for document in made:
            row = {"kind": document.kind, "subject": document.subject, "text": document.text}
            sink.write(canonical_json(row) + "\n")


def _lines(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.suffix in {".jsonl", ".txt"} else 0


def _readme(setting: Setting) -> str:
    return (
        f"# An invented world: training corpus, tier {setting.tier}, season {setting.season}\n\n"
        "Nothing in it exists. Licence: CC0-1.0. Train on `corpus.jsonl` in its order, one pass "
        "for the exposures of the ledger; mix in or add `questions.jsonl`; go on with "
        "`retention.jsonl` to see what fades. A run of the study `subsets` leaves out every "
        "biography whose subject its list in `subsets/` does not name. Do not train on the "
        "README, the manifest or the ledger, and never on the probes, which are not here.\n"
    )


def read_documents(folder: Path, file: str = TRAIN) -> list[dict[str, str]]:
    """Return the documents of a training file of a checked folder.

    Raises:
        HeptathlonError: see :func:`check`.
    """
    check(folder)
    path = folder / file
    lines = path.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    return [loads_strict(line, where=f"{path}, line {n}") for n, line in enumerate(lines, 1)]


def only(documents: Sequence[Mapping[str, str]], kept: frozenset[str]) -> list[Mapping[str, str]]:
    """Return the documents without the biographies of people who take no part in a run."""
    return [d for d in documents if d["kind"] != "biography" or d["subject"] in kept]
