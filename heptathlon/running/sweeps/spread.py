"""All cells of a sweep: one after the other here, or many at a time on a Ray cluster.

A cell is one task of Ray's, with processors and accelerators as its resources. A worker or a node
that is lost gives its cell back to Ray, which starts it again elsewhere; the cell goes on after its
last answer. Of a driver that is lost nothing is needed: the next one finds in the cells' folders
what is done.
"""

import os
import socket
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from heptathlon.errors import HeptathlonError
from heptathlon.running.installed import extras
from heptathlon.running.preflight import EXTRAS
from heptathlon.running.sweeps import cells as running
from heptathlon.running.sweeps.cells import Cell, Done
from heptathlon.running.sweeps.progress import Progress
from heptathlon.version import __version__

EXTRA = "sweep"
LOCAL = "local"
"""In the place of a cluster's address: Ray on this machine alone."""
RETRIES = 8
"""Times that a cell is started again after its worker or its node was lost."""
PASSED_ON = (
    "HEPTATHLON_", "HF_", "HUGGINGFACE_", "TRANSFORMERS_", "VLLM_", "OPENAI_", "ANTHROPIC_",
)  # fmt: skip
"""Begin the names of variables that a cell must see as the driver does."""
EVERY = 1.0
"""Seconds between two looks at the cells of a cluster."""

Say = Callable[[str], object]


def run(
    cells: Sequence[Cell],
    say: Say,
    *,
    ray: str = "",
    tokens: Mapping[str, int] | None = None,
    together: bool = True,
) -> dict[str, Done]:
    """Run the cells that are not done, and return what came of each, by name.

    Args:
        cells: all cells, those that were done before among them.
        say: prints one line of progress.
        ray: address of a Ray cluster, ``auto`` for the one that runs here, ``local`` for one of
            this machine alone; one after the other in this process's children if empty.
        tokens: that each cell reads and writes, where they are known.
        together: whether cells whose folders lie beside each other are one model's.

    Raises:
        HeptathlonError: if the cluster is not there, a node lacks what a cell needs, or no node has
            room for a cell. A cell that fails raises nothing.
    """
    for cell in cells:
        running.refuse_changed(cell)
    came = {cell.name: Done(ok=True) for cell in cells if running.is_done(cell)}
    left = [cell for cell in cells if cell.name not in came]
    progress = Progress(say, [cell.name for cell in cells], list(came), tokens or {})
    progress.start()
    if left:
        for cell, done in _on_ray(left, ray) if ray else _one_by_one(left):
            came[cell.name] = done
            progress.done(cell.name, done, cell.folder / running.LOG)
    if together:
        _put_together(cells, say)
    progress.end(came)
    return came


def _one_by_one(cells: Sequence[Cell]) -> Iterator[tuple[Cell, Done]]:
    for cell in cells:
        yield cell, running.run_apart(cell)


def _put_together(cells: Sequence[Cell], say: Say) -> None:
    models: dict[Path, list[Cell]] = {}
    for cell in cells:
        models.setdefault(cell.folder.parent, []).append(cell)
    for ones in models.values():
        if (folder := running.put_together(ones)) is not None:
            say(f"next: heptathlon score {folder}")


# --- Ray -----------------------------------------------------------------------------------------


def _on_ray(cells: Sequence[Cell], address: str) -> Iterator[tuple[Cell, Done]]:
    ray = _connected(address)
    try:
        _refuse_nodes(ray, cells)
        environment = {k: v for k, v in os.environ.items() if k.startswith(PASSED_ON)}
        # Nothing of a cell stays in a worker that the next one takes.
        remote = ray.remote(max_calls=1)(running.run_apart)
        waiting: dict[Any, Cell] = {}
        for cell in cells:
            running.prepare(cell)
            task = remote.options(
                name=cell.name,
                num_cpus=cell.cpus,
                num_gpus=cell.gpus,
                max_retries=RETRIES,
            )
            # As an argument, because a runtime environment is shown on the cluster's dashboard.
            waiting[task.remote(cell, environment)] = cell
        while waiting:
            ready, _ = ray.wait(list(waiting), num_returns=1, timeout=EVERY)
            for one in ready:
                yield waiting[one], _result(ray, one)
                del waiting[one]
    finally:
        ray.shutdown()


def _result(ray: Any, one: Any) -> Done:
    try:
        done: Done = ray.get(one)
    except Exception as error:
        # A cell that failed in whatever way stops no other.
        said = str(error).strip().rpartition("\n")[2][:300]
        return Done(ok=False, said=f"{type(error).__name__}: {said}")
    return done


def _connected(address: str) -> Any:
    try:
        import ray
    except ImportError:
        raise HeptathlonError(
            f"sweep: --ray needs the package ray; install the extra {EXTRA!r}: "
            f"pip install 'heptathlon[{EXTRA}]', or leave --ray out."
        ) from None
    # The worker of a cell takes what the driver can import, and the log is the cell's own.
    options = {"log_to_driver": False, "logging_level": "ERROR", "include_dashboard": False}
    if address != LOCAL:
        options = {"log_to_driver": False, "logging_level": "ERROR", "address": address}
    try:
        ray.init(**options)
    except (ConnectionError, RuntimeError, ValueError, OSError) as error:
        said = " ".join(str(error).split())[:200].rstrip(".")
        raise HeptathlonError(
            f"sweep: no Ray cluster answers at {address} ({said}); start one with 'ray start "
            f"--head', or give --ray {LOCAL}."
        ) from None
    return ray


def _refuse_nodes(ray: Any, cells: Sequence[Cell]) -> None:
    """Refuse a cluster on which a cell would fail, or wait for ever."""
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    nodes = _alive(ray)
    for cell in cells:
        if not any(_has_room(node["Resources"], cell) for node in nodes):
            raise HeptathlonError(
                f"{cell.name}: asks for {cell.cpus:g} processors and {cell.gpus:g} accelerators, "
                "and no node has as many; ask for fewer, or start a larger node."
            )
    needed = sorted({name for name, ones in EXTRAS.items() for c in cells if c.model in ones})
    outputs = [str(folder) for folder in {cell.folder.parent.parent: None for cell in cells}]
    with tempfile.TemporaryDirectory(dir=_made(outputs[0]), prefix=".seen-") as mark:
        look = ray.remote(fault_of_node)
        looks = {
            node["NodeID"]: look.options(
                num_cpus=0,
                max_retries=0,
                scheduling_strategy=NodeAffinitySchedulingStrategy(node["NodeID"], soft=False),
            ).remote(needed, __version__, mark)
            for node in nodes
        }
        for node in nodes:
            try:
                fault = ray.get(looks[node["NodeID"]])
            except Exception as error:
                if node["NodeID"] not in {one["NodeID"] for one in _alive(ray)}:
                    continue  # Lost meanwhile; Ray gives it no cell.
                said = str(error).strip().rpartition("\n")[2][:200]
                fault = f"cannot run heptathlon ({said}); install it there, as it is here"
            if fault:
                raise HeptathlonError(f"node {node['NodeManagerHostname']}: {fault}.")


def fault_of_node(needed: Sequence[str], version: str, mark: str) -> str:
    """Return why this node can run no cell; nothing if it can.

    Args:
        needed: extras that the cells need.
        version: of the driver's package.
        mark: a folder that the driver has made in the sweep's output.
    """
    if version != __version__:
        return f"has heptathlon {__version__}, and the sweep is of {version}; install the same"
    for one in extras():
        if one.extra in needed and one.packages:
            return (
                f"lacks {one.packages[0]} of the extra {one.extra!r}; pip install "
                f"'heptathlon[{one.extra}]' there"
            )
    if not Path(mark).is_dir():
        return (
            f"does not see {Path(mark).parent} (it is {socket.gethostname()}); let output name a "
            "folder that all nodes share"
        )
    return ""


def _alive(ray: Any) -> list[dict[str, Any]]:
    return [node for node in ray.nodes() if node["Alive"]]


def _has_room(resources: Mapping[str, float], cell: Cell) -> bool:
    return resources.get("CPU", 0) >= cell.cpus and resources.get("GPU", 0) >= cell.gpus


def _made(folder: str) -> str:
    Path(folder).mkdir(parents=True, exist_ok=True)
    return folder
