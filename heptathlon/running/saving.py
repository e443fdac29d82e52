"""Saving a run: each task when it is done, all under their names at the end, or none.

What is saved lies in a folder of its own until it is whole; then its files are renamed, the results
last, so that an interrupt or a full disk never leaves half a run under a whole one's name. The
files are lm-eval's, name by name and field by field.
"""

import contextlib
import json
import logging
import math
import shutil
import signal
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from heptathlon.errors import HeptathlonError
from heptathlon.files import sha256_file
from heptathlon.running import sidecar
from heptathlon.running.replaced import replaced
from heptathlon.running.runs import read_results, read_samples
from heptathlon.running.settings import folder_of

HASHES = ("doc_hash", "prompt_hash", "target_hash")
PART = ".part"
"""Ends the name of a file that is not in its place yet."""

logger = logging.getLogger("heptathlon")


class Staging:
    """A run on its way to its files.

    Args:
        output: lm-eval's ``--output_path``: a folder, or a ``.json`` file.
        tracker: lm-eval's tracker, which knows the model's name and what to push.
    """

    def __init__(self, output: Path, tracker: Any) -> None:
        self._output, self._tracker = output, tracker
        self._stamp = datetime.now()
        self._date = self._stamp.isoformat().replace(":", "-")
        self._folder: Path | None = None
        self._hashes: dict[str, list[Mapping[str, str]]] = {}
        self._lines: list[sidecar.AnswerLine] = []
        self._failed = ""

    @property
    def folder(self) -> Path:
        """The folder of what is not in its place yet; made when it is first needed."""
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(dir=folder_of(self._output), prefix=".saving-"))
        return self._folder

    def add(
        self, task: str, samples: Sequence[Mapping[str, Any]], lines: Sequence[sidecar.AnswerLine]
    ) -> None:
        """Save a task's samples, and keep what was told of its answers.

        Raises:
            HeptathlonError: if they can be written nowhere.
        """
        self._hashes[task] = [{name: row[name] for name in HASHES} for row in samples]
        self._lines += lines
        text = [f"{_sample_line(row)}\n" for row in samples]

        def write(folder: Path) -> None:
            file = folder / f"samples_{task}_{self._date}.jsonl{PART}"
            with file.open("w", encoding="utf-8") as out:
                out.writelines(text)
            if task.startswith("heptathlon_"):
                found = sum(1 for _ in read_samples(file, task))
                if found != len(samples):
                    raise HeptathlonError(f"{file} holds {found} of {len(samples)} samples")

        self._write(write)
        if self._tracker.push_samples_to_hub:
            with self._pushed():
                self._tracker.save_results_samples(task_name=task, samples=list(samples))

    def publish(self, results: dict[str, Any], told: sidecar.RunLine | None) -> Path:
        """Save the results, put all files into their places, and return the results file.

        Args:
            results: lm-eval's results of all tasks that were added, without samples.
            told: what was told of the run; None for no sidecar.

        Raises:
            HeptathlonError: if the files could not be saved; where they are instead.
        """
        general = self._tracker.general_config_tracker
        general.log_end_time()
        whole = {**results, "task_hashes": _task_hashes(self._hashes), **asdict(general)}
        whole = without_nan(whole)
        results_name, folder = self._places()

        def write(staged: Path) -> None:
            file = staged / f"{results_name}{PART}"
            file.write_text(_dumped(whole, indent=2), encoding="utf-8")
            read_results(file)
            if told is not None:
                aside = staged / f"heptathlon_{self._date}.jsonl{PART}"
                aside.write_text(sidecar.dump([told, *self._lines]), encoding="utf-8")
                sidecar.read(aside)

        self._write(write)
        if self._failed:
            self._unpart(self.folder, self.folder, results_name)
            raise HeptathlonError(
                f"{folder}: the results could not be saved ({self._failed}); they were put into "
                f"{self.folder} instead."
            )
        self._unpart(self.folder, folder, results_name)
        if self._tracker.push_results_to_hub:
            with self._pushed():
                self._tracker.save_results_aggregated(results=whole, samples=self._hashes)
        if self._tracker.push_results_to_hub or self._tracker.push_samples_to_hub:
            self._tracker.recreate_metadata_card()
        path = folder / results_name
        logger.info("%s written and read back (sha256 %s)", path, sha256_file(path)[:16])
        return path

    def discard(self) -> None:
        """Remove what is not in its place; what could be saved elsewhere stays."""
        if self._folder is not None and not self._failed:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _places(self) -> tuple[str, Path]:
        if self._output.suffix == ".json":
            return f"{self._output.stem}_{self._date}.json", self._output.parent
        name = str(self._tracker.general_config_tracker.model_name_sanitized)
        return f"results_{self._date}.json", self._output / name

    def _write(self, write: Any) -> None:
        """Write into the folder; if that fails, go on in a temporary one, with all there is."""
        try:
            write(self.folder)
        except (OSError, HeptathlonError) as error:
            if self._failed:
                raise HeptathlonError(f"{self.folder}: {_reason(error)}.") from None
            self._failed = _reason(error)
            try:
                self._rescue()
                write(self.folder)
            except OSError as again:
                self._failed = ""
                raise HeptathlonError(
                    f"{folder_of(self._output)}: the results could not be saved ({_reason(error)}),"
                    f" nor in a temporary folder ({_reason(again)}); make room, and call the same "
                    "command again."
                ) from None

    def _rescue(self) -> None:
        rescue = Path(tempfile.mkdtemp(prefix="heptathlon-rescue-"))
        if self._folder is not None and self._folder.is_dir():
            for file in self._folder.iterdir():
                shutil.copyfile(file, rescue / file.name)
            shutil.rmtree(self._folder, ignore_errors=True)
        self._folder = rescue

    def _unpart(self, staged: Path, folder: Path, results_name: str) -> None:
        """Give all files their names, the results last."""
        files = sorted(staged.glob(f"*{PART}"), key=lambda p: p.name.startswith(results_name))
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with _undisturbed():
                for file in files:
                    file.chmod(0o644)
                    file.replace(folder / file.name.removesuffix(PART))
        except OSError as error:
            raise HeptathlonError(
                f"{folder}: the results could not be put there ({_reason(error)}); they are in "
                f"{staged}."
            ) from None

    @contextlib.contextmanager
    def _pushed(self) -> Iterator[None]:
        """Let lm-eval's tracker write into a folder that is dropped, and push what it wrote."""
        import lm_eval.loggers.evaluation_tracker as module

        stamp = self._stamp

        class Fixed:
            @staticmethod
            def now() -> datetime:
                return stamp

        with tempfile.TemporaryDirectory() as folder, replaced(module, "datetime", Fixed):
            self._tracker.output_path, self._tracker.date_id = folder, self._date
            try:
                yield
            finally:
                self._tracker.output_path = None


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        where = f"{error.filename}: ".replace(PART, "") if error.filename else ""
        return f"{where}{error.strerror}"
    return str(error)


def _task_hashes(hashes: Mapping[str, Sequence[Mapping[str, str]]]) -> dict[str, str]:
    from lm_eval.utils import hash_string

    return {
        task: hash_string("".join("".join(row[name] for name in HASHES) for row in rows))
        for task, rows in hashes.items()
    }


def _sample_line(sample: Mapping[str, Any]) -> str:
    """Return a logged sample as lm-eval writes it."""
    from lm_eval.utils import sanitize_list

    arguments = {
        f"gen_args_{i}": {f"arg_{j}": value for j, value in enumerate(one)}
        for i, one in enumerate(sample["arguments"])
    }
    row = {
        **sample,
        "target": str(sample["target"]),
        "arguments": arguments,
        "resps": sanitize_list(sample["resps"]),
        "filtered_resps": sanitize_list(sample["filtered_resps"]),
    }
    return _dumped(row)


def _dumped(value: Any, **options: Any) -> str:
    from lm_eval.utils import handle_non_serializable

    return json.dumps(value, default=handle_non_serializable, ensure_ascii=False, **options)


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Put an interrupt off until the block has ended."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: came.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if came:
            signal.raise_signal(signal.SIGINT)


def without_nan(value: Any) -> Any:
    """Return a copy in which NaN and infinities are None: JSON has no word for them."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {k: without_nan(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [without_nan(v) for v in value]
    return value
