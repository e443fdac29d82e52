"""What every HTML page of the suite shares: templates, how a figure is printed, a strict policy.

Everything that a model, a data set, a study or a submission says is hostile text. It is shown and
never obeyed: characters that act are made visible before anything is printed (``finalize``),
autoescaping is on, and the Content-Security-Policy allows a page its own style and script, by
their hashes, and nothing else.
"""

import base64
import functools
import hashlib
from importlib import resources
from typing import Any

from jinja2 import BaseLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from heptathlon import harmless
from heptathlon.scoring.cards import Estimate

DASH, MINUS = "\u2013", "\u2212"
MAX_TEXT = 40_000
"""Characters of any one text; what is longer was meant to be cut before."""


def environment(loader: BaseLoader | None = None) -> Environment:
    """Return an environment whose templates print text as text and fail on a missing name.

    Args:
        loader: finds the templates; those of this package if left out.
    """
    made = Environment(
        loader=loader or PackageLoader("heptathlon.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_harmless,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.policies["json.dumps_kwargs"] = {
        "ensure_ascii": False,
        "allow_nan": False,
        "separators": (",", ":"),
    }
    made.filters |= {
        "figure": figure,
        "points": points,
        "interval": interval_words,
        "label": harmless.label,
    }
    return made


def _harmless(value: Any) -> Any:
    """Make every text that a template prints safe to show; markup of our own passes."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return harmless.visible(harmless.clipped(value, MAX_TEXT))
    return value


@functools.cache
def asset(name: str) -> str:
    """Return a style or script that pages share."""
    return resources.files("heptathlon.pages.templates").joinpath(name).read_text(encoding="utf-8")


def style(*names: str) -> Markup:
    """Return the style of a page, made of the pages' own style sheets."""
    return Markup("".join(map(asset, names)))  # noqa: S704


def policy(style: str, script: str | None = None) -> str:
    """Return the Content-Security-Policy of a page with one style and at most one script."""
    allowed = f"default-src 'none'; style-src '{_source_hash(style)}'; "
    if script is not None:
        allowed += f"script-src '{_source_hash(script)}'; "
    return f"{allowed}base-uri 'none'; form-action 'none'"


def _source_hash(text: str) -> str:
    """Return the expression by which a policy allows one inline block."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


def figure(value: float | None, digits: int = 3) -> str:
    """Return a figure as it is printed; a dash if there is none."""
    return DASH if value is None else f"{value:.{digits}f}".replace("-", MINUS)


def points(value: float | None) -> str:
    """Return points as a whole number; a dash if there are none."""
    return DASH if value is None else f"{value + 0.0:.0f}".replace("-", MINUS)


def interval(low: float | None, high: float | None) -> str:
    """Return the ends of an interval as they are printed; nothing if one is not known."""
    return "" if low is None or high is None else f"{figure(low)} to {figure(high)}"


def interval_words(estimate: Estimate) -> str:
    """Return the ends of a figure's interval as they are printed; a dash if there is none."""
    return interval(estimate.low, estimate.high) or DASH
