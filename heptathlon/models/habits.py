"""What a server takes and what it does not, as its refusals tell.

Servers of one protocol differ in the names of parameters (``max_tokens`` or
``max_completion_tokens``), and some models take no temperature but their own, or no stop sequence.
A refusal that names a parameter and calls it unknown is learnt from; any other one is a refusal.
"""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

logger = logging.getLogger("heptathlon")

OTHER_NAMES = {
    "max_tokens": "max_completion_tokens",
    "max_completion_tokens": "max_tokens",
}
"""Parameters that servers know by either of two names."""
OPTIONAL = ("temperature", "stop", "stop_sequences", "seed", "top_p", "top_k", "logprobs")
"""Parameters without which a question can be asked; a cut at ``stop`` is then made here."""
_UNKNOWN = re.compile(
    r"unsupported|not support|unknown|unrecogni[sz]ed|not (?:be )?permitted|not allowed|unexpected"
    r"|extra[_ ]?(?:inputs?|fields?|forbidden)|deprecated|instead|only the default|must be 1",
    re.IGNORECASE,
)


@dataclass
class Habits:
    """What was found out about a server, and holds for all further questions.

    Attributes:
        renamed: parameters by the name that it knows.
        left_out: parameters that it does not take.
        models: the models that it says have answered.
    """

    renamed: dict[str, str] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    models: dict[str, None] = field(default_factory=dict)

    def applied(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Return a body as the server takes it."""
        kept = {k: v for k, v in body.items() if k not in self.left_out}
        return {self.renamed.get(k, k): v for k, v in kept.items()}

    def learn(self, body: Mapping[str, Any], says: str) -> bool:
        """Learn from a refusal of a body, as it was sent; False if there is nothing to learn."""
        if not _UNKNOWN.search(says):
            return False
        for name, other in OTHER_NAMES.items():
            if name in body and re.search(rf"\b{name}\b", says):
                original = {new: old for old, new in self.renamed.items()}.get(name, name)
                if original != name or original in self.renamed:
                    return False
                self.renamed[original] = other
                logger.warning("the server takes %r as %r", original, other)
                return True
        for name in OPTIONAL:
            if name in body and re.search(rf"[\"'`]{name}[\"'`]|\b{name}:", says):
                self.left_out.append(name)
                logger.warning(
                    "the server does not take %r: it is left out, and answers come as the server "
                    "chooses",
                    name,
                )
                return True
        return False
