"""What the samples of a task must record, made once for all submissions that asked the same way."""

import json
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from heptathlon.leaderboard import documents, rendering, templates
from heptathlon.leaderboard.rendering import Asked
from heptathlon.leaderboard.templates import Frame, OwnTemplateError, Rendering
from heptathlon.tasks import catalog
from heptathlon.tasks.catalog import TaskData

CLOCK = "strftime_now"
"""A template with this word may write the date into its prompts."""
MAX_KEPT = 200_000
"""Documents of which what is expected is kept, at some 200 bytes each."""


@dataclass(frozen=True)
class Expected:
    """What the samples of a task record if its documents were asked in one way.

    Attributes:
        arguments: digest of each document's requests, by its number.
        prompts: lm-eval's hash of each document's prompt.
        own: what the template does beyond framing; empty if it does nothing else.
        unchecked: why the prompts cannot be made anew; then there are neither digests nor hashes.
    """

    arguments: Sequence[str] = ()
    prompts: Sequence[str] = ()
    own: str = ""
    unchecked: str = ""


@dataclass
class Renderings:
    """The processes that render the templates of one submission; all end with it."""

    stack: ExitStack
    opened: dict[tuple[str, str, date], Rendering] = field(default_factory=dict)
    failed: dict[tuple[str, str, date], str] = field(default_factory=dict)
    frames: dict[tuple[Any, ...], Frame] = field(default_factory=dict)

    def of(self, asked: Asked, day: date) -> "_Framed | None":
        """Return what applies a template, and watches what it does; None where none is applied.

        Raises:
            OwnTemplateError: if it cannot be rendered.
        """
        if not asked.chat or asked.speaks not in ("template", "processor"):
            return None
        key = (asked.template, asked.seen, day)
        if key in self.failed:
            # What took a template's time once is not tried again for the next task.
            raise OwnTemplateError(self.failed[key])
        if key not in self.opened:
            templates.works()
            made = Rendering(asked.template, json.loads(asked.seen), day)
            self.opened[key] = self.stack.enter_context(made)
        return _Framed(self.opened[key], key, self.frames, self.failed)


@contextmanager
def renderings() -> Iterator[Renderings]:
    """Yield the processes of a submission."""
    with ExitStack() as stack:
        yield Renderings(stack)


@dataclass
class _Framed:
    """Applies a template, and notes whether it only frames what it is given.

    Attributes:
        own: what it does beyond framing.
    """

    render: Rendering
    key: tuple[str, str, date]
    frames: dict[tuple[Any, ...], Frame]
    failed: dict[tuple[str, str, date], str]
    own: str = ""

    def __call__(
        self, messages: Sequence[Mapping[str, Any]], *, go: bool = False
    ) -> tuple[str, list[dict[str, Any]]]:
        given = [dict(m) for m in messages]
        try:
            text, used = self.render(given, go=go)
        except OwnTemplateError as error:
            self.failed[self.key] = str(error)
            raise
        if not self.own:
            try:
                self.own = self._excess(given, used, text)
            except OwnTemplateError as error:
                self.own = str(error)
        return text, used

    def _excess(self, given: list[dict[str, Any]], used: list[dict[str, Any]], text: str) -> str:
        shape = (*self.key, templates.shape_of(given))
        if shape not in self.frames:
            frame = templates.frame_of(self.render, given)
            if excess := frame.excess():
                raise OwnTemplateError(f"it says: {excess}")
            self.frames[shape] = frame
        contents = [t for t in templates.texts_of(used) if t]
        if not self.frames[shape].fits(text, contents):
            return "it writes other text around other messages"
        return ""


_kept: OrderedDict[tuple[Any, ...], Expected] = OrderedDict()


def expected(
    data: TaskData, season: str, set_digest: str, asked: Asked, day: date, open_: Renderings
) -> Expected:
    """Return what the samples of a task record, from what is kept or made now.

    Args:
        data: the task.
        season: the season of its documents.
        set_digest: digest of their set.
        asked: how the model was asked.
        day: the day of the run, where the template writes it.
        open_: the processes that render templates.
    """
    key = (data.task, set_digest, asked, day if CLOCK in asked.template else None)
    if key not in _kept:
        _kept[key] = _made(data, documents.documents(data, season).rows, season, asked, day, open_)
        while sum(len(one.arguments) + 1 for one in _kept.values()) > MAX_KEPT and len(_kept) > 1:
            _kept.popitem(last=False)
    _kept.move_to_end(key)
    return _kept[key]


def _made(
    data: TaskData,
    rows: Sequence[Mapping[str, Any]],
    season: str,
    asked: Asked,
    day: date,
    open_: Renderings,
) -> Expected:
    shots = documents.shots(data, season) if asked.shots else ()
    try:
        render = open_.of(asked, day)
        made = [
            (rendering.digest_of(rendering.recorded(r)), rendering.prompt_hash(r[0][0]))
            for r in rendering.rendered(data.task, rows, asked, shots, render)
        ]
    except OwnTemplateError as error:
        return Expected(unchecked=f"the chat template cannot be rendered: {error}")
    arguments, prompts = zip(*made, strict=True)
    return Expected(arguments, prompts, own=render.own if render else "")


def likeliest(
    data: TaskData,
    season: str,
    ways: Iterable[tuple[Asked, date]],
    number: int,
    digest: str,
    open_: Renderings,
) -> tuple[Asked, date]:
    """Return the way of asking by which a document's recorded requests come out; else the first.

    A run records neither the day that a template wrote nor the number of a prompt.

    Args:
        data: the task.
        season: the season of its documents.
        ways: the ways that there are.
        number: the document.
        digest: digest of its recorded requests.
        open_: the processes that render templates.
    """
    known = list(ways)
    if len(known) == 1:
        return known[0]
    row = documents.documents(data, season).rows[number : number + 1]
    for asked, day in known:
        if _made(data, row, season, asked, day, open_).arguments == (digest,):
            return asked, day
    return known[0]


def ways(task: str, asked: Asked, begun: float) -> Iterator[tuple[Asked, date]]:
    """Yield the ways in which a task may have been asked, beyond what a run records."""
    first = datetime.fromtimestamp(begun, UTC).date()
    days = (0, 1, -1, 2) if asked.chat and CLOCK in asked.template else (0,)
    hands = (True, False) if asked.speaks == "server" and asked.chat and asked.template else (True,)
    for number in rendering.prompts_of(task):
        for handed in hands:
            one = replace(asked, prompt=number, handed=handed)
            for day in days:
                yield one, first + timedelta(days=day)


def shows_pictures(task: str) -> bool:
    """Tell whether a task shows pictures."""
    return bool(catalog.definition(task).get("doc_to_image"))
