"""A file of samples that is read when it is asked for: little is held of one, and its place.

A run of a million samples does not fit into memory as Python's objects. Held are the small values
of a document, by which figures are grouped, and the likelihoods or the short text of an answer.
The rest is read again where someone asks for it, which few do: for the items that a report shows,
or a list of options. A file that was changed in between is refused.
"""

import marshal
import sys
import zlib
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, overload

from heptathlon.errors import HeptathlonError
from heptathlon.files import open_plain
from heptathlon.records import MARSHAL
from heptathlon.running.samples import Response, Sample, read_lines, row_of, sample_of

MAX_TEXT = 128
"""Characters of a text that is held."""
MAX_PARTS, MAX_BYTES = 16, 192
"""Members, and bytes as marshal writes them, of a list that is held."""
MAX_SHARED = 2**16
"""Different lists of which equal ones are held once."""
_ELSEWHERE = object()
_shared: dict[bytes, Any] = {}
_layouts: dict[tuple[str, ...], dict[str, int]] = {}


class Streamed(Sequence[Sample]):
    """The samples of one task's file, in its order.

    Going through them reads the file. One that was :meth:`held` can be kept by the million.
    """

    def __init__(self, path: Path, task: str, finish: Mapping[int, str]) -> None:
        """Take the file; nothing is read.

        Args:
            path: the file.
            task: lm-eval's task name.
            finish: why answers ended, by the document's number.
        """
        self._path, self._task, self._finish = path, task, finish
        self._numbers, self._places = array("Q"), array("Q")
        self._sums = array("L")
        self._faults: list[str] = []
        self._known = False
        self._file: Any = None
        self._last: tuple[int, Sample] | None = None

    def __iter__(self) -> Iterator[Sample]:
        """Yield the samples, whole.

        Raises:
            HeptathlonError: naming the file, the line and the field.
        """
        numbers, places, sums = array("Q"), array("Q"), array("L")
        faults: list[str] = []
        for number, place, line in read_lines(self._path):
            where = f"{self._path}, line {number}"
            if (row := row_of(line, number, where)) is None:
                continue
            sum_ = zlib.crc32(line)
            index = len(numbers)
            if self._known and (index >= len(self._sums) or self._sums[index] != sum_):
                raise self._changed()
            numbers.append(number)
            places.append(place)
            sums.append(sum_)
            if not self._known:
                self._numbers, self._places, self._sums = numbers, places, sums
            sample = self._finished(sample_of(row, self._task, where))
            faults.append(sample.broken)
            yield sample
        if self._known and len(numbers) != len(self._numbers):
            raise self._changed()
        self._faults = faults
        self._known = True

    @property
    def faults(self) -> list[str]:
        """Why each answer is broken; empty for one that is not."""
        len(self)
        return self._faults

    def __len__(self) -> int:
        """Return the number of samples, reading the file if it was not read."""
        if not self._known:
            for _ in self:
                pass
        return len(self._numbers)

    @overload
    def __getitem__(self, index: int) -> Sample: ...
    @overload
    def __getitem__(self, index: slice) -> list[Sample]: ...
    def __getitem__(self, index: int | slice) -> Sample | list[Sample]:
        """Return a sample, whole."""
        if isinstance(index, slice):
            return [self.read(i) for i in range(*index.indices(len(self)))]
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        return self.read(index % len(self))

    def read(self, index: int) -> Sample:
        """Return a sample that was gone past before, whole; the last one is at hand.

        Raises:
            HeptathlonError: if the file was changed.
        """
        if self._last is None or self._last[0] != index:
            if self._file is None:
                self._file = open_plain(self._path)
            self._file.seek(self._places[index])
            line = self._file.readline()
            if zlib.crc32(line) != self._sums[index]:
                raise self._changed()
            number = self._numbers[index]
            where = f"{self._path}, line {number}"
            row = row_of(line, number, where)
            if row is None:
                raise self._changed()
            self._last = (index, self._finished(sample_of(row, self._task, where)))
        return self._last[1]

    def held(self, index: int, sample: Sample) -> Sample:
        """Return a sample in the form in which many can be held.

        Args:
            index: its place among the samples.
            sample: the sample, whole.
        """
        return _Held(self, index, sample)

    def _finished(self, sample: Sample) -> Sample:
        finish = self._finish.get(sample.doc_id, "")
        return replace(sample, finish=finish) if finish else sample

    def _changed(self) -> HeptathlonError:
        return HeptathlonError(f"{self._path}: was changed while it was read; call again.")


class HeldDoc(Mapping[str, Any]):
    """A document of which the small values are held; the others are read when they are asked."""

    __slots__ = ("_index", "_layout", "_source", "_values")

    def __init__(self, source: Streamed, index: int, doc: Mapping[str, Any]) -> None:
        """Hold a document of a source."""
        self._source, self._index = source, index
        names = tuple(doc)
        self._layout = _layouts.setdefault(names, {name: i for i, name in enumerate(names)})
        self._values = tuple(map(_small, doc.values()))

    def __getitem__(self, name: str) -> Any:
        """Return a field."""
        value = self._values[self._layout[name]]
        return self._source.read(self._index).doc[name] if value is _ELSEWHERE else value

    def __contains__(self, name: object) -> bool:
        """Tell whether there is a field of a name."""
        return name in self._layout

    def __iter__(self) -> Iterator[str]:
        """Yield the names of the fields."""
        return iter(self._layout)

    def __len__(self) -> int:
        """Return the number of fields."""
        return len(self._layout)


def _small(value: Any) -> Any:
    """Return a value that is held, or what stands for one that is not."""
    if isinstance(value, str):
        return sys.intern(value) if len(value) <= MAX_TEXT else _ELSEWHERE
    if not isinstance(value, list | dict):
        return value
    if len(value) > MAX_PARTS:
        return _ELSEWHERE
    key = marshal.dumps(value, MARSHAL)
    if len(key) > MAX_BYTES:
        return _ELSEWHERE
    return _shared.setdefault(key, value) if len(_shared) < MAX_SHARED else value


class _Held(Sample):
    """A sample of which the prompt, and all else that is long, is read when it is asked for."""

    __slots__ = ("_greedy", "_index", "_said", "_source")
    _source: Streamed
    _index: int
    _said: "str | array[float] | None"
    _greedy: bytes

    def __init__(self, source: Streamed, index: int, sample: Sample) -> None:
        said = sample.response
        values: str | array[float] | None
        if isinstance(said, str):
            values, greedy = (sys.intern(said) if len(said) <= MAX_TEXT else None), b""
        else:
            values, greedy = array("d", [x for x, _ in said]), bytes(g for _, g in said)
        doc = HeldDoc(source, index, sample.doc)
        own = {"_source": source, "_index": index, "_said": values, "_greedy": greedy}
        same = {name: getattr(sample, name) for name in ("task", "doc_id", "broken", "finish")}
        for name, value in (own | same | {"doc": doc}).items():
            object.__setattr__(self, name, value)

    @property
    def prompt(self) -> str:
        return self._source.read(self._index).prompt

    @property
    def metrics(self) -> dict[str, float]:
        return self._source.read(self._index).metrics

    @property
    def written(self) -> bool:
        return not isinstance(self._said, array)

    @property
    def response(self) -> Response:
        if self._said is None:
            return self._source.read(self._index).response
        if isinstance(self._said, str):
            return self._said
        return [(x, bool(g)) for x, g in zip(self._said, self._greedy, strict=True)]
