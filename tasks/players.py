"""What a scripted player is; each family's own stand in ``tasks/<family>/baselines.py``."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from heptathlon.errors import UnknownNameError
from heptathlon.families import family as family_named
from heptathlon.parts import load_part

Doc = Mapping[str, Any]
Sees = Literal["prompt", "document", "world"]
"""What a player knows of a document."""

STANDARD = ("constant", "random", "oracle")
"""Names to which a player of every family answers."""

CHOSEN, PASSED_OVER = (0.0, True), (-1.0, False)
"""Log-likelihoods of the option that a player chooses, and of every other."""


@dataclass(frozen=True)
class Player:
    """A script that answers a family's documents, through the same parser as every model.

    A player is a pure function of the document: what looks random is drawn from a
    :class:`heptathlon.seeding.Stream` that is keyed by the player's name and the ``item_id``, so
    that its row can be recomputed by anyone.

    Attributes:
        name: the name that ``--model_args player=…`` takes.
        says: what it does, in a few words for a table.
        answer: returns the text that it answers to a document with a generated answer.
        choose: returns the index of the option that it chooses in a multiple-choice document.
        oracle: whether it is told the gold answer; an oracle is never the bar to pass.
        sees: ``prompt`` if it uses nothing that an entrant is not shown, and only such a player can
            be the bar; ``document`` if it reads fields of the record that the prompt leaves out;
            ``world`` if it learnt from training data or knows more of the world than the prompt
            says. The last two are references.
        weigh: returns each option's log-likelihood, for players whose forecast is a distribution;
            without it the chosen option gets ``CHOSEN`` and every other ``PASSED_OVER``.
    """

    name: str
    says: str
    answer: Callable[[Doc], str]
    choose: Callable[[Doc, Sequence[str]], int]
    oracle: bool = False
    weigh: Callable[[Doc, Sequence[str]], Sequence[float]] | None = None
    sees: Sees = "prompt"

    def __post_init__(self) -> None:
        if self.oracle and self.sees == "prompt":
            object.__setattr__(self, "sees", "document")

    def likelihoods(self, doc: Doc, options: Sequence[str]) -> list[tuple[float, bool]]:
        """Return one (log-likelihood, is greedy) pair an option, as lm-eval's models do."""
        if self.weigh is None:
            chosen = self.choose(doc, options)
            return [CHOSEN if i == chosen else PASSED_OVER for i in range(len(options))]
        weights = self.weigh(doc, options)
        best = max(weights)
        return [(weight, weight == best) for weight in weights]


def by_name(*players: Player) -> dict[str, Player]:
    """Return the players by name, refusing a name that stands twice."""
    out = {player.name: player for player in players}
    if len(out) < len(players):
        raise ValueError("two players have the same name")
    return out


@cache
def players_of(family: str) -> dict[str, Player]:
    """Return a family's scripted players."""
    players: dict[str, Player] = load_part(family_named(family), "players").PLAYERS
    return players


def player_of(family: str, name: str) -> Player:
    """Return the player of a family that answers to a name.

    Where a family calls its constant or its random player by another name, or has one beside its
    ladder, its part ``players`` says so: ``ALSO = {"random": "random_walk"}``.

    Raises:
        UnknownNameError: if there is none, with the nearest names.
    """
    players = players_of(family)
    part = load_part(family_named(family), "players")
    also: Mapping[str, str | Player] = getattr(part, "ALSO", {})
    found = players.get(name) or also.get(name)
    if found is None:
        raise UnknownNameError(f"player of {family}", name, [*players, *also])
    return players[found] if isinstance(found, str) else found
