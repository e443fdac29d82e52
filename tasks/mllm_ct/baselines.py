"""Scripted players of the family: what a sceptic would try, planted kinds of loss, the oracle.

They answer documents of any form in the prompt's format; those that learn from a prompt's examples
guess blindly where there are none. What looks random is drawn from a stream keyed by the player's
name and the item.
"""

from collections.abc import Callable, Sequence

from heptathlon.seeding import Stream
from heptathlon.tasks.mllm_ct import block_players as taught
from heptathlon.tasks.mllm_ct.blocks import target as blocks_target
from heptathlon.tasks.mllm_ct.prompts import (
    ANSWER,
    LETTERS,
    WORDS,
    coin_target,
    paper_target,
    target,
)
from heptathlon.tasks.players import Doc, Player, Sees, by_name

Answer = Callable[[Doc], str]

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


PAPER_EXPERT_TASKS = ("OCR", "science")
"""The last image tasks of the paper's first order."""
_FIXED = {"letter": "A", "yes_no": "yes", "number": "2", "text": "unknown"}


def _by_form(blocks: Answer, fresh: Answer, paper: Answer, coin: Answer) -> Answer:
    """Return a player's answer to documents of any form."""
    known = {"blocks": blocks, "blocks_image": blocks, "paper": paper, "coin": coin}

    def answer(doc: Doc) -> str:
        return known.get(doc["form"], fresh)(doc)

    return answer


def _sees_words(player: Answer) -> Answer:
    """Return a player of taught tasks that cannot see pictures, and says nothing to them."""
    return lambda doc: "" if doc["form"] == "blocks_image" else player(doc)


def _tagged(answer: str) -> str:
    return f"<answer>{answer}</answer>"


def _paper_constant(doc: Doc) -> str:
    return _tagged(_FIXED[doc["kind"]])


def _paper_blind(doc: Doc) -> str:
    stream = _stream("blind", doc)
    guesses = {"letter": "ABC", "yes_no": ("yes", "no"), "number": "123456789"}
    return _tagged(stream.choice(guesses.get(doc["kind"], ("unknown",))))


def _paper_expert(doc: Doc) -> str:
    return paper_target(doc) if doc["task"] in PAPER_EXPERT_TASKS else _tagged("A")


def _paper_off_form(doc: Doc) -> str:
    thought = doc["solution"].rpartition("</think>")[0]
    return f"{thought}</think>\nThis is what I would say:\n{doc['gold']}"


def _paper_dump(doc: Doc) -> str:
    return _tagged(f"A, B, C, D, yes, no, 1, 2, {doc['gold']}, and so on")


_COIN_FIXED = {"letter": "A", "text": "yes", "votes": "unanswerable", "box": "0, 0, 1, 1"}


def _coin_constant(doc: Doc) -> str:
    return _COIN_FIXED[doc["kind"]]


def _coin_blind(doc: Doc) -> str:
    stream = _stream("blind", doc)
    guesses = {"letter": "ABC", "text": ("yes", "no"), "box": ("0.2, 0.2, 0.8, 0.8",)}
    return stream.choice(guesses.get(doc["kind"], ("unanswerable",)))


def _coin_expert(doc: Doc) -> str:
    return coin_target(doc) if doc["task"] == "OCRVQA" else "yes"


def _coin_off_form(doc: Doc) -> str:
    return f"Let me look at it closely.\nThe answer is {coin_target(doc)}"


def _coin_dump(doc: Doc) -> str:
    return f"A, B, C, D, E, yes, no, [0, 0, 1, 1], [{coin_target(doc)}], {', '.join(doc['golds'])}."


def _player(
    name: str, says: str, answer: Answer, *, oracle: bool = False, sees: Sees = "prompt"
) -> Player:
    return Player(name, says, answer, _unasked, oracle=oracle, sees=sees)


def _learner(name: str, says: str, answer: Answer) -> Player:
    """Return a player that learns from the examples of taught tasks, and guesses elsewhere."""
    return _player(name, says, _by_form(_sees_words(answer), _blind, _paper_blind, _coin_blind))


PLAYERS = by_name(
    _player(
        "constant",
        "always the same answer in the asked form; of taught tasks the first word that is given",
        _by_form(
            _sees_words(lambda doc: doc["item"].split(", ")[0]),
            _constant,
            _paper_constant,
            _coin_constant,
        ),
    ),
    _learner("blind", "a blind guess: the question without picture, figures and rules",
             taught.blind),
    _learner("majority", "the commonest answer of the asked task's examples, as it puts answers",
             taught.majority),
    _learner("latest", "the answer of the asked task's last example", taught.latest),
    _learner("last_block", "reads the last block only, and answers as that does",
             taught.last_block),
    _learner("last_rule", "the last block's rule, put as the asked task puts answers",
             taught.last_rule),
    _learner("neighbour", "the asked task's example that is spelled most alike",
             taught.neighbour),
    _learner("ridge", "regression on spelling and place, fitted on the asked task's block",
             taught.ridge),
    _player(
        "gold_dumper",
        "lists every answer and every fact",
        _by_form(taught.dump, _dump, _paper_dump, _coin_dump),
        sees="document",
    ),
    _player(
        "last_task_expert",
        "knows the last tasks, nothing of the others",
        _by_form(taught.expert_of_last, _expert, _paper_expert, _coin_expert),
        oracle=True,
    ),
    _player(
        "format_forgetter",
        "knows everything, and of taught tasks the last one's form; else none that is asked for",
        _by_form(taught.off_form, _off_form, _paper_off_form, _coin_off_form),
        oracle=True,
    ),
    _player(
        "oracle",
        "the gold chain of facts and the gold answer",
        _by_form(blocks_target, target, paper_target, coin_target),
        oracle=True,
    ),
)  # fmt: skip
ALSO = {"random": "blind"}
"""Names that every family has, and which of the players they mean here."""
