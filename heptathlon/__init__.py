"""Heptathlon: events for language models, exact scorers and one leaderboard.

``import heptathlon as hept`` costs next to nothing: each function is loaded when it is first asked
for. They are documented in :mod:`heptathlon.face`.
"""

from typing import TYPE_CHECKING, Any

from heptathlon.version import __version__

if TYPE_CHECKING:
    from heptathlon.face import (
        board,
        compare,
        load,
        plan,
        prompts,
        run,
        score,
        score_answers,
        verdict,
    )
else:

    def __getattr__(name: str) -> Any:
        """Return a function of the face; this is what keeps the import light."""
        if name not in __all__:
            raise AttributeError(f"module 'heptathlon' has no attribute {name!r}")
        from heptathlon import face

        return getattr(face, name)

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})


__all__ = [
    "__version__",
    "board",
    "compare",
    "load",
    "plan",
    "prompts",
    "run",
    "score",
    "score_answers",
    "verdict",
]
