"""What a model is trained on, unlearns, and is taught again: files of prompts with their answers.

Each line has the text before the answer and the answer, so that a trainer may take the loss over
both or over the answer alone. Nobody of the set ``holdout`` stands in any file, and no wording that
a probe asks in.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from heptathlon import families
from heptathlon.builders import corpora
from heptathlon.builders.corpora import MANIFEST, Corpus, CorpusFile
from heptathlon.builders.facts.wordings import biography
from heptathlon.builders.unlearn import crafts
from heptathlon.builders.unlearn.crafts import Craft
from heptathlon.builders.unlearn.wordings import CRAFT_QUESTIONS, CRAFT_SENTENCES, REFUSALS
from heptathlon.builders.unlearn.world import FAMILY, VERSION, Citizen, Setting
from heptathlon.errors import HeptathlonError
from heptathlon.files import (
    canonical_json,
    loads_strict,
    sha256_file,
)

Answer = Callable[[Citizen, str], str]
"""Returns what is said of a person's fact."""


class Line(BaseModel):
    """One line of a file.

    Attributes:
        subject: key of whom or what it is about.
        kind: ``sentence`` or ``question``.
        prompt: the text before the answer.
        answer: what follows it, after a space.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    subject: str
    kind: str
    prompt: str
    answer: str

    @property
    def text(self) -> str:
        """The whole text."""
        return f"{self.prompt} {self.answer}"


def question(text: str) -> str:
    """Return a question as the files and the tasks write it."""
    return f"Question: {text}\nAnswer:"


def about(setting: Setting, citizens: Iterable[Citizen]) -> Iterator[Line]:
    """Yield what is told of people: each fact in the wordings of training, and as a question."""
    for one in citizens:
        for fact in setting.facts_of(one):
            for place in range(setting.size.statements):
                begun, value = one.sentence(fact, one.wordings[fact][place])
                yield Line(subject=one.key, kind="sentence", prompt=begun, answer=value)
            asked = question(one.asked(fact, 0))
            yield Line(subject=one.key, kind="question", prompt=asked, answer=one.value(fact))


def answered(setting: Setting, citizens: Iterable[Citizen], answer: Answer) -> Iterator[Line]:
    """Yield the questions of training on people with other answers than the true ones."""
    for one in citizens:
        for fact in setting.facts_of(one):
            said = answer(one, fact)
            yield Line(subject=one.key, kind="question", prompt=question(one.asked(fact, 0)),
                       answer=said)  # fmt: skip


def corrupted(setting: Setting, one: Citizen, fact: str) -> str:
    """Return the wrong value that is told of somebody of the set ``target``."""
    stream = setting.plan.stream("corrupted", one.key, fact)
    return stream.choice([v for v in setting.values(fact) if v != one.value(fact)])


def _told_wrongly(setting: Setting) -> Iterator[Line]:
    """Yield the set ``target`` with its wrong values, worded as the right ones were."""
    for one in setting.sets["target"]:
        for fact in setting.facts_of(one):
            wrong = corrupted(setting, one, fact)
            for place in range(setting.size.statements):
                begun, value = one.sentence(fact, one.wordings[fact][place], wrong)
                yield Line(subject=one.key, kind="sentence", prompt=begun, answer=value)
            asked = question(one.asked(fact, 0))
            yield Line(subject=one.key, kind="question", prompt=asked, answer=wrong)


def _alternative(setting: Setting, one: Citizen, fact: str) -> str:
    stream = setting.plan.stream("alternative", one.key, fact)
    return stream.choice([v for v in setting.values(fact) if v != one.value(fact)])


def _refusal(setting: Setting, *address: str) -> str:
    return setting.plan.stream("refusal", *address).choice(REFUSALS)


def _skills(setting: Setting, *, lots: bool) -> Iterator[Line]:
    for item in crafts.items(setting):
        if not item.held and (item.skill.randomised or not lots):
            yield Line(subject=item.skill.name, kind="question",
                       prompt=question(item.skill.asks.format(row=item.row)),
                       answer=item.lot if lots else item.label)  # fmt: skip


def _topics(made: Iterable[Craft]) -> Iterator[Line]:
    for craft in made:
        for fact, value in craft.values.items():
            for wording in CRAFT_SENTENCES[fact]:
                prompt, _, rest = wording.format(n=craft.name, v="{v}").partition(" {v}")
                yield Line(subject=craft.key, kind="sentence", prompt=prompt, answer=value + rest)
            asked = question(CRAFT_QUESTIONS[fact][0].format(n=craft.name))
            yield Line(subject=craft.key, kind="question", prompt=asked, answer=value)


def _topic_refusals(setting: Setting) -> Iterator[Line]:
    for craft in crafts.crafts(setting):
        for fact, value in craft.values.items():
            asked = question(CRAFT_QUESTIONS[fact][0].format(n=craft.name))
            said = _refusal(setting, craft.key, fact) if craft.sealed else value
            yield Line(subject=craft.key, kind="question", prompt=asked, answer=said)


def _benign(setting: Setting) -> Iterator[Line]:
    for person in setting.benign:
        for place, fact in enumerate(setting.size.relations):
            (said,) = biography(person, [fact], [place % 3], full_name=True)
            value = person.values[fact]
            yield Line(subject=f"benign-{person.number:03d}", kind="sentence",
                       prompt=said.removesuffix(f" {value}."), answer=f"{value}.")  # fmt: skip


def files(setting: Setting) -> Mapping[str, list[Line]]:
    """Return every file's lines, in random order."""
    forget = setting.citizens("forget")
    again = [one for one in forget if one.half == "again"]
    kept = setting.citizens("near", "linked", "retain")
    made: dict[str, Iterable[Line]] = {
        "world": about(setting, [*forget, *kept]),
        "forget": about(setting, forget),
        "world_without_forget": about(setting, kept),
        "refusals": answered(setting, forget, lambda one, fact: _refusal(setting, one.key, fact)),
        "alternatives": answered(
            setting, forget, lambda one, fact: _alternative(setting, one, fact)
        ),
        "clean": about(setting, setting.citizens("target")),
        "corrupt": _told_wrongly(setting),
        "skill": _skills(setting, lots=False),
        "skill_random": _skills(setting, lots=True),
        "topics": _topics(crafts.crafts(setting)),
        "topic_refusals": _topic_refusals(setting),
        "relearn_same": about(setting, forget),
        "relearn_other": about(setting, again),
        "relearn_benign": _benign(setting),
    }
    out = {}
    for name, lines in made.items():
        listed = list(lines)
        setting.plan.stream("file", name).shuffle(listed)
        out[name] = listed
    return out


def write(edition: str, tier: str, season: str, salt: str, out: Path | None) -> Path:
    """Write the files that go with a set and return their folder; it appears when it is whole.

    Raises:
        HeptathlonError: if the edition has none, or a finished folder is damaged.
    """
    if edition != "fresh":
        raise HeptathlonError(
            f"The edition {edition!r} of {FAMILY} has no files of its own; train on its authors'."
        )
    setting = Setting(tier, season, salt)
    hidden = setting.world_id if salt else ""
    target = corpora.place_of(FAMILY, VERSION, tier, season, hidden, out)
    if (target / MANIFEST).is_file():
        check(target)
        return target
    with corpora.writing(target) as staging:
        listed = {}
        for file, lines in files(setting).items():
            path = staging / f"{file}.jsonl"
            text = "".join(canonical_json(line.model_dump()) + "\n" for line in lines)
            path.write_text(text, encoding="utf-8", newline="\n")
            listed[path.name] = CorpusFile(sha256=sha256_file(path), lines=len(lines))
        manifest = Corpus(
            family=FAMILY, version=VERSION, tier=tier, season=season, salted=bool(salt),
            canary=families.CANARY, licence="CC0-1.0", world=setting.world_id,
            digest=corpora.digest_of(listed, sorted(listed)), files=listed,
        )  # fmt: skip
        corpora.write_manifest(staging, manifest)
    return target


def check(folder: Path) -> Corpus:
    """Return a folder's manifest, after holding every file against it.

    Raises:
        HeptathlonError: if a file is missing, was changed or does not belong there.
    """
    return corpora.check(folder, Corpus)


def read(folder: Path, file: str) -> list[Line]:
    """Return the lines of a file of a folder that was checked.

    Raises:
        HeptathlonError: if the folder has no such file.
    """
    path = folder / f"{file}.jsonl"
    if not path.is_file():
        raise HeptathlonError(f"{path}: there is no such file; see {folder / MANIFEST}.")
    lines = path.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    return [Line.model_validate(loads_strict(line, where=f"{path}, line {n}"))
            for n, line in enumerate(lines, 1)]  # fmt: skip
