"""Scripted players of the stream: what a sceptic would try, planted kinds of loss, the oracle.

They answer documents of any style in the prompt's format. What looks random is drawn from a stream
keyed by the player's name and the item.
"""

from collections.abc import Callable, Sequence

from heptathlon.seeding import Stream
from heptathlon.tasks.mllm_ct.prompts import ANSWER, LETTERS, WORDS, target
from heptathlon.tasks.players import Doc, Player, by_name

EXPERT_TASKS = ("economics", "science")
"""What the last-task expert still answers: the last text and the last image task of the stream."""
_PADDING = "This is what can be said about the question without more to go on than that alone."


def _stream(name: str, doc: Doc) -> Stream:
    return Stream("mllm_ct player", name, str(doc["item_id"]))


def _formed(doc: Doc, answer: str) -> str:
    """Return an answer in the asked form, with words for an explanation where one is asked for."""
    low = WORDS.get(doc["form"], (0, 0))[0]
    filler = " ".join([_PADDING] * (1 + low // len(_PADDING.split()))) + "\n" if low else ""
    return f"{filler}{ANSWER} {answer}"


def _constant(doc: Doc) -> str:
    """The first option, yes, the first word of the domain, the middle one of a two-digit figure."""
    style = doc["form"]
    fixed = {"yes_no": "yes", "choice": LETTERS[0]}
    if style in fixed:
        return _formed(doc, fixed[style])
    return _formed(doc, "50" if doc["content"].isdigit() else doc["candidates"][0])


def _blind(doc: Doc) -> str:
    """A guess of someone who was shown the question without the picture or the figures."""
    stream = _stream("blind", doc)
    if doc["form"] == "yes_no":
        return _formed(doc, stream.choice(("yes", "no")))
    if doc["form"] == "choice":
        return _formed(doc, LETTERS[stream.below(len(doc["options"]))])
    if doc["content"].isdigit():
        return _formed(doc, str(stream.between(12, 84)))
    # A code cannot be guessed from the question; a guesser makes one up.
    if doc["asks"] == "a code":
        return _formed(doc, "".join(map(stream.choice, ("ACDEFHJK",) * 3 + ("34679",) * 2)))
    return _formed(doc, stream.choice(doc["candidates"]))


def _expert(doc: Doc) -> str:
    """Right on the last tasks of the stream; in their form, whatever is asked, on the others."""
    if doc["task"] in EXPERT_TASKS:
        return target(doc)
    return f"{ANSWER} {LETTERS[_stream('last_task_expert', doc).below(3)]}"


def _off_form(doc: Doc) -> str:
    """Right in reasoning and content, never in the asked form."""
    reasoning = target(doc).partition("</think>")[0]
    words = {
        "yes_no": f"{doc['answer'].capitalize()}, that is what I see.",
        "choice": f"I would say {doc['content']}.",
    }
    said = words.get(doc["form"], f"It is {doc['content']}, I would say.")
    return f"{reasoning}</think>\n{said}"


def _dump(doc: Doc) -> str:
    """Everything that could be right, at every place."""
    facts = []
    for step in doc["steps"]:
        values = step["domain"] or [str(n) for n in range(200)]
        facts += [f"{step['subject']} = {value}" for value in values]
    answers = ["yes", "no", *LETTERS, *doc["options"], *doc["candidates"], doc["content"]]
    return "<think>\n" + "\n".join(facts) + f"\n</think>\n{ANSWER} {', '.join(answers)}"


def _unasked(doc: Doc, options: Sequence[str]) -> int:
    """Choose among likelihoods, which no task of the family asks for."""
    del doc, options
    return 0


def _player(name: str, says: str, answer: Callable[[Doc], str], *, oracle: bool = False) -> Player:
    return Player(name=name, says=says, answer=answer, choose=_unasked, oracle=oracle)


PLAYERS = by_name(
    _player("constant", "always the same answer in the asked form", _constant),
    _player("blind", "a blind guess: the question without picture and figures", _blind),
    _player("gold_dumper", "lists every answer and every fact", _dump),
    _player("last_task_expert", "knows the last tasks of the stream, nothing of the others",
            _expert, oracle=True),
    _player("format_forgetter", "knows everything and never answers in the asked form",
            _off_form, oracle=True),
    _player("oracle", "the gold chain of facts and the gold answer", target, oracle=True),
)  # fmt: skip
