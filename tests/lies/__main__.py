"""Plant every lie, and say how many a board would believe."""

import argparse
import logging
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from heptathlon.errors import OwnFaultError
from heptathlon.leaderboard import validate
from tests.lies import forger
from tests.lies.catalogue import lies
from tests.lies.lie import FAMILIES, Lie


def believed(
    lie: Lie, seeds: Mapping[str, forger.Forged], honest: Mapping[str, Path], folder: Path
) -> str:
    """Plant a lie; return why it is no lie or how it was believed, empty if it was not."""
    one = forger.clone(seeds[lie.seed])
    lie.plant(one)
    if lie.seed not in ("short",):
        forger.rescore(one)
        forger.aggregate(one)
    forger.write(one, folder, follow=lie.follow and lie.seed != "short")
    if _same(folder, honest[lie.seed]):
        return "nothing was planted"
    try:
        report = validate.validate(folder)
    except OwnFaultError as error:
        return f"called our own fault: {error}"
    if not report.accepted:
        return ""
    if lie.told and not report.ranked and report.notes:
        return ""
    return f"accepted ({', '.join([*report.badges, *report.notes])})"


def _same(a: Path, b: Path) -> bool:
    def content(folder: Path) -> dict[str, object]:
        return {
            p.name: (p.is_symlink(), p.stat().st_nlink, p.read_bytes()) for p in folder.iterdir()
        }

    return content(a) == content(b)


def seeds(work: Path, families: Sequence[str]) -> tuple[dict[str, forger.Forged], dict[str, Path]]:
    """Return the honest submissions, in memory and as the forger writes them."""
    made = forger.honest(work / "seeds", tuple(families))
    read = {
        name: forger.read(name if name in FAMILIES else families[0], path)
        for name, path in made.items()
    }
    written = {}
    for name, one in read.items():
        written[name] = forger.write(
            forger.clone(one), work / "honest" / name, follow=name != "short"
        )
    return read, written


def main() -> int:
    """Print each lie that is believed, and how many there are."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="a part of a lie's name")
    args = parser.parse_args()
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory(prefix="heptathlon-lies-") as name:
        work = Path(name)
        start = time.monotonic()
        read, written = seeds(work, FAMILIES)
        honest = 0
        for seed, folder in written.items():
            report = validate.validate(folder)
            honest += report.accepted and report.ranked
            if not (report.accepted and report.ranked):
                print(f"REFUSED {seed}: {[f.message for f in report.findings[:3]]}")
        known = [lie for lie in lies() if args.only in lie.name]
        count = 0
        for number, lie in enumerate(known):
            why = believed(lie, read, written, work / f"{number}-{forger.slug(lie.name)}")
            if why:
                count += 1
                print(f"BELIEVED {lie.seed}: {lie.name}: {why}", flush=True)
        print(f"{honest} of {len(written)} honest submissions accepted")
        print(f"{count} of {len(known)} accepted ({time.monotonic() - start:.0f} s)")
    return 1 if count or honest < len(written) else 0


if __name__ == "__main__":
    sys.exit(main())
