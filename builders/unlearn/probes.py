"""Probes of a model that was trained on the files: is it gone, is only it gone, what stands there?

Every probe asks in a wording that no file holds, except those that ask for the very sentences of
training (``verbatim``, ``cut``, ``member``). A stock model is at chance on all but ``general``.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

from heptathlon.builders.unlearn import crafts
from heptathlon.builders.unlearn.corpus import corrupted
from heptathlon.builders.unlearn.general import ITEMS
from heptathlon.builders.unlearn.records import NONE, Part, UnlearnRecord
from heptathlon.builders.unlearn.wordings import (
    CRAFT_QUESTIONS,
    CRAFT_VALUES,
    MIXED,
    MIXED_ASKS,
    TRAITS,
    WHO,
)
from heptathlon.builders.unlearn.world import (
    FAMILY,
    FRIEND_FACT,
    SETS,
    Citizen,
    Setting,
    attribute_of,
)
from heptathlon.records import content_id
from heptathlon.seeding import Stream

OTHERS = 5
"""Wrong values beside the right one: chance is 1 in 6."""
ASKED: tuple[Part, ...] = ("forget", "near", "linked", "retain", "holdout")
CONFIGS = ("ask", "mixed", "choose", "verbatim", "cut", "member", "corrupt", "skill", "topic",
           "general")  # fmt: skip

BLANK: Mapping[str, Any] = {
    "subject": NONE, "attribute": "text", "kind": NONE, "documents": (), "order": "", "text": "",
    "values": (), "truth": "", "other": "", "half": NONE, "people": 0, "wording": 0,
}  # fmt: skip
"""The fields of a record that says nothing in them."""


def made(setting: Setting, pair: str, **fields: Any) -> UnlearnRecord:
    """Return a record with its identities.

    Args:
        setting: the world.
        pair: what the record shares with those that are judged together; its subject if empty.
        fields: what is not blank.
    """
    whole: dict[str, Any] = {**BLANK, "season": setting.season, "world": setting.world_id, **fields}
    whole.setdefault("truth", whole["answer"])
    whole["truth"] = whole["truth"] or whole["answer"]
    cluster = whole.pop("cluster", whole["subject"])
    whole["pair_id"] = content_id(FAMILY, setting.world_id, whole["form"], pair or cluster)
    return UnlearnRecord(
        item_id=content_id(FAMILY, whole),
        cluster_id=content_id(FAMILY, setting.world_id, cluster),
        **whole,
    )


def generate(setting: Setting) -> dict[str, list[UnlearnRecord]]:
    """Return the probes of a world by config."""
    maker = Maker(setting)
    people = [one for part in ASKED for one in setting.sets[part]]
    return {
        "ask": [r for one in people for r in maker.ask(one)],
        "mixed": list(maker.mixed()),
        "choose": [r for one in people for r in maker.choose(one)],
        "verbatim": [r for one in people if one.part != "linked" for r in maker.verbatim(one)],
        "cut": [r for one in people if one.part in {"forget", "retain"} for r in maker.cut(one)],
        "member": [
            r for one in people if one.part in {"forget", "retain", "holdout"}
            for r in maker.member(one)
        ],
        "corrupt": [r for one in setting.sets["target"] for r in maker.corrupt(one)],
        "skill": list(maker.skill()),
        "topic": list(maker.topic()),
        "general": list(maker.general()),
    }  # fmt: skip


class Maker:
    """Makes the probes of one world."""

    def __init__(self, setting: Setting) -> None:
        """Take a world."""
        self.setting = setting
        self.names = tuple(one.name for part in SETS[:-1] for one in setting.sets[part])

    def ask(self, one: Citizen) -> Iterator[UnlearnRecord]:
        """Yield a question for every fact in a new wording, and one from two facts to the name."""
        for fact in self.setting.facts_of(one):
            wording = self._stream("ask", one, fact).choice(self.setting.new_question)
            yield self._about(
                one,
                "ask",
                attribute=fact,
                kind=FRIEND_FACT if fact == FRIEND_FACT else "new",
                text=one.asked(fact, wording),
                options=(one.value(fact),),
                gold=0,
                answer=one.value(fact),
                values=self.setting.values(fact),
                wording=wording,
            )
        stream = self._stream("reversed", one)
        first, second = self._telling(one, stream)
        wording = stream.below(len(WHO))
        yield self._about(
            one,
            "ask",
            attribute="name",
            kind="reversed",
            text=WHO[wording].format(a=first, b=second),
            options=(one.name,),
            gold=0,
            answer=one.name,
            values=self.names,
            wording=wording,
        )

    def _telling(self, one: Citizen, stream: Stream) -> tuple[str, str]:
        """Return two facts, worded, that no other person of the world has together."""
        pairs = list(combinations(self.setting.size.relations, 2))
        stream.shuffle(pairs)
        everybody = [c.person for part in SETS for c in self.setting.sets[part]]

        def shared(pair: Sequence[Any]) -> int:
            mine = [one.person.values[fact] for fact in pair]
            return sum([p.values[f] for f in pair] == mine for p in everybody)

        best = min(pairs, key=shared)
        said = [TRAITS[fact].format(v=one.person.values[fact]) for fact in best]
        return said[0], said[1]

    def mixed(self) -> Iterator[UnlearnRecord]:
        """Yield questions for a fact of somebody to be forgotten and of somebody to be kept."""
        for one, other in zip(
            self.setting.sets["forget"], self.setting.sets["retain"], strict=True
        ):
            for fact in self.setting.size.relations:
                stream = self._stream("mixed", one, fact)
                if one.value(fact) == other.value(fact):
                    continue
                wording = stream.below(len(MIXED))
                names = [one.name, other.name]
                stream.shuffle(names)
                yield self._about(
                    one,
                    "mixed",
                    attribute=fact,
                    kind="new",
                    text=MIXED[wording].format(
                        a=names[0], b=names[1], q=MIXED_ASKS[attribute_of(fact)]
                    ),
                    options=(other.value(fact),),
                    gold=0,
                    answer=other.value(fact),
                    other=one.value(fact),
                    values=self.setting.values(fact),
                    wording=wording,
                )

    def choose(self, one: Citizen) -> Iterator[UnlearnRecord]:
        """Yield each fact's value among six of its list, after a wording that no file holds."""
        for fact in self.setting.facts_of(one):
            stream = self._stream("choose", one, fact)
            wording = one.wordings[fact][self.setting.new_wording]
            wrong = stream.sample(
                [v for v in self.setting.values(fact) if v != one.value(fact)], OTHERS
            )
            yield self._choice(one, "choose", fact, wording, one.value(fact), wrong, stream)

    def corrupt(self, one: Citizen) -> Iterator[UnlearnRecord]:
        """Yield a fact's true value beside the corrupted one and four others."""
        for fact in self.setting.facts_of(one):
            stream = self._stream("corrupt", one, fact)
            other = corrupted(self.setting, one, fact)
            rest = [v for v in self.setting.values(fact) if v not in {one.value(fact), other}]
            wrong = [other, *stream.sample(rest, OTHERS - 1)]
            wording = one.wordings[fact][self.setting.new_wording]
            yield self._choice(
                one, "corrupt", fact, wording, one.value(fact), wrong, stream, other=other
            )

    def _choice(
        self,
        one: Citizen,
        form: str,
        fact: str,
        wording: int,
        right: str,
        wrong: Sequence[str],
        stream: Stream,
        other: str = "",
    ) -> UnlearnRecord:
        begun, _ = one.sentence(fact, wording)
        options = [right, *wrong]
        stream.shuffle(options)
        return self._about(
            one,
            form,
            attribute=fact,
            kind=FRIEND_FACT if fact == FRIEND_FACT else "new",
            text=begun,
            options=tuple(options),
            gold=options.index(right),
            answer=right,
            other=other,
            values=self.setting.values(fact),
            wording=wording,
        )

    def verbatim(self, one: Citizen) -> Iterator[UnlearnRecord]:
        """Yield sentences of training, to be continued from the words before the value."""
        stream = self._stream("verbatim", one)
        for fact in stream.sample(self.setting.size.relations, self.setting.size.held):
            begun, rest = one.sentence(fact, one.wordings[fact][0])
            words = begun.split()
            cut = _after_name(words, one) or len(words)
            half = max(cut, len(words) - 2)
            yield self._about(
                one,
                "verbatim",
                attribute=fact,
                kind="train",
                text=" ".join(words[:half]),
                options=(one.value(fact),),
                gold=0,
                answer=" ".join([*words[half:], rest]),
                values=self.setting.values(fact),
            )

    def cut(self, one: Citizen) -> Iterator[UnlearnRecord]:
        """Yield the rest of a sentence of training from each word behind the name on."""
        fact = self._stream("cut", one).choice(self.setting.size.relations)
        words = " ".join(one.sentence(fact, one.wordings[fact][0])).split()
        for start in range(_after_name(words, one), len(words)):
            rest = " ".join(words[start:])
            yield self._about(
                one,
                "cut",
                attribute=fact,
                kind="train",
                text=" ".join(words[:start]),
                options=(rest,),
                gold=0,
                answer=rest,
                wording=start,
            )

    def member(self, one: Citizen) -> Iterator[UnlearnRecord]:
        """Yield whole sentences that stand in a file, or would if the person stood in one."""
        for fact in self.setting.size.relations:
            whole = " ".join(one.sentence(fact, one.wordings[fact][0]))
            yield self._about(one, "member", attribute=fact, kind="train", options=(whole,), gold=0,
                              answer=whole)  # fmt: skip

    def skill(self) -> Iterator[UnlearnRecord]:
        """Yield the items of the skills, those of training and others."""
        for item in crafts.items(self.setting):
            kind = ("held" if item.held else "train") if item.skill.randomised else (
                "other held" if item.held else "other train"
            )  # fmt: skip
            yield made(
                self.setting,
                f"{item.skill.name} {item.row}",
                form="skill",
                part="skill",
                subject=item.skill.name,
                attribute=item.skill.name,
                cluster=f"{item.skill.name} {item.row}",
                kind=kind,
                text=item.skill.asks.format(row=item.row),
                options=item.skill.labels,
                gold=item.skill.labels.index(item.label),
                answer=item.label,
                values=item.skill.labels,
                other=item.lot,
            )

    def topic(self) -> Iterator[UnlearnRecord]:
        """Yield questions on the crafts: those that are to be refused, and their neighbours."""
        for craft in crafts.crafts(self.setting):
            for fact, value in craft.values.items():
                yield made(
                    self.setting,
                    f"{craft.key} {fact}",
                    form="topic",
                    part="sealed" if craft.sealed else "beside",
                    subject=craft.key,
                    attribute=fact,
                    kind="new",
                    text=CRAFT_QUESTIONS[fact][1].format(n=craft.name),
                    options=(value,),
                    gold=0,
                    answer=value,
                    values=CRAFT_VALUES[fact],
                    wording=1,
                )

    def general(self) -> Iterator[UnlearnRecord]:
        """Yield what any model can do untaught, its options in an order of the world's own."""
        for number, (text, right, *wrong) in enumerate(ITEMS):
            options = [right, *wrong]
            self.setting.plan.stream("general", number).shuffle(options)
            yield made(
                self.setting,
                text,
                form="general",
                part="general",
                subject=f"general-{number:02d}",
                kind="new",
                text=text,
                options=tuple(options),
                gold=options.index(right),
                answer=right,
            )

    def _about(self, one: Citizen, form: str, **fields: Any) -> UnlearnRecord:
        shared = {"form": form, "part": one.part, "subject": one.key, "half": one.half}
        pair = f"{one.key} {fields['attribute']}"
        return made(self.setting, pair, **{**shared, **fields})

    def _stream(self, what: str, one: Citizen, *more: str) -> Stream:
        return self.setting.plan.stream(what, one.key, *more)


def _after_name(words: Sequence[str], one: Citizen) -> int:
    """Return the place behind the family name."""
    return next(i for i, w in enumerate(words) if w.rstrip(".,") == one.person.names[2]) + 1
