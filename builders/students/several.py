"""Questions with several right options: which of them will a student mark?

Three students were asked the same questions ("Which of these are mammals?"). Each marks the right
options, and takes another kind of thing for right as well: a different one of three. Each option is
marked or left by itself: with ``FAITHFUL`` as the student's rule has it, else the other way, so
that the posterior of the three rules is a product over all options: exact.
"""

from collections.abc import Sequence
from math import prod
from typing import Any

from heptathlon.builders.students.drafts import BUGS_EACH
from heptathlon.builders.students.records import Marked, Probabilities, SeveralRecord
from heptathlon.builders.students.skills_meaning import KINDS, Kinds
from heptathlon.builders.students.twins import WORDINGS
from heptathlon.builders.students.world import FAITHFUL, FAMILY, World
from heptathlon.records import Record, content_id
from heptathlon.seeding import Stream

RIGHT = 2
"""Right options of a question; of each other kind it has one."""
HISTORY = 3
KEY = "key"
Options = tuple[tuple[str, str], ...]
"""Words, each with what stands behind it: :data:`KEY`, or the rule that takes it for right."""


def several(world: World, split: str, index: int) -> list[Record]:
    """Return the records of one group: one a student."""
    rest, place = divmod(index, len(KINDS))
    kinds = KINDS[place]
    stream = world.stream("several", split, index)
    questions = _questions(kinds, stream)
    last = questions.pop()
    rules = stream.sample(sorted(kinds.others), BUGS_EACH)
    # The option that is asked about is one that exactly one of the students takes for right.
    asked = [behind for _, behind in last].index(rules[index % BUGS_EACH])
    text = f"Which of these are {kinds.asked[1]}?"
    cluster = content_id(FAMILY, "several", split, index, world.season, last)
    out: list[Record] = []
    for rule in rules:
        marks = [_marked(options, rule, stream) for options in questions]
        fields: dict[str, Any] = {
            "cluster_id": cluster,
            "season": world.season,
            "form": "several",
            # The half goes with neither the skill nor the wording.
            "half": (rest // WORDINGS + place) % 2,
            "wording": rest % WORDINGS,
            "past": tuple(
                Marked(
                    question=text,
                    options=tuple(w for w, _ in options),
                    right=_right(options),
                    chosen=tuple(i for i, on in enumerate(mark) if on),
                    carries=tuple(behind for _, behind in options),
                )
                for options, mark in zip(questions, marks, strict=True)
            ),
            "question": text,
            "topic": f"telling {kinds.asked[1]} from other things",
            "options": tuple(word for word, _ in last),
            "right": _right(last),
            "carries": tuple(behind for _, behind in last),
            "option": asked,
            "chosen": int(_marked(last, rule, stream)[asked]),
            "rule": rule,
            "base": _forecast(last[asked][1], dict.fromkeys(rules, 1 / BUGS_EACH)),
            "top": posterior(questions, marks, last[asked][1], rules),
            "exact": True,
            "history": str(HISTORY),
            "area": "meaning",
        }  # fmt: skip
        dumped = SeveralRecord(item_id="0" * 32, **fields).model_dump(exclude={"item_id"})
        out.append(SeveralRecord(item_id=content_id(FAMILY, "several", dumped), **fields))
    return out


def _questions(kinds: Kinds, stream: Stream) -> list[Options]:
    """Draw the options of all questions of a group, no word twice."""
    count = HISTORY + 1
    right = stream.sample(kinds.right, RIGHT * count)
    others = {rule: stream.sample(words, count) for rule, words in kinds.others.items()}
    out = []
    for i in range(count):
        options = [(word, KEY) for word in right[RIGHT * i : RIGHT * (i + 1)]]
        options += [(words[i], rule) for rule, words in others.items()]
        stream.shuffle(options)
        out.append(tuple(options))
    return out


def _right(options: Options) -> tuple[int, ...]:
    return tuple(i for i, (_, behind) in enumerate(options) if behind == KEY)


def _chance(behind: str, rule: str) -> float:
    """Return the chance that who holds a rule marks an option."""
    return FAITHFUL if behind in {KEY, rule} else 1 - FAITHFUL


def _marked(options: Options, rule: str, stream: Stream) -> list[bool]:
    return [stream.uniform() < _chance(behind, rule) for _, behind in options]


def posterior(
    questions: Sequence[Options], marks: Sequence[Sequence[bool]], behind: str, rules: Sequence[str]
) -> Probabilities:
    """Return the exact chances of no and yes for an option, given what was marked before."""
    weights = {
        rule: prod(
            _chance(of, rule) if on else 1 - _chance(of, rule)
            for options, mark in zip(questions, marks, strict=True)
            for (_, of), on in zip(options, mark, strict=True)
        )
        for rule in rules
    }
    total = sum(weights.values())
    return _forecast(behind, {rule: w / total for rule, w in weights.items()})


def _forecast(behind: str, weights: dict[str, float]) -> Probabilities:
    yes = sum(w * _chance(behind, rule) for rule, w in weights.items())
    return (1 - yes, yes)
