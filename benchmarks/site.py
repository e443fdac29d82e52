"""The leaderboard with 10,000 rows: build time, size, and load and sort in headless Chromium.

``python -m benchmarks.site`` prints the table. Rows are made up, with every family of the registry;
reports of single rows are not part of it. Load is from the request to the load event, with the
first rows on screen; a sort or filter is from the click to the second frame after it, so
that the new rows are painted.
"""

import argparse
import os
import statistics
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks._chromium import Page, find
from benchmarks._timing import Timing, median_of, table
from heptathlon.families import FAMILIES, Family
from heptathlon.leaderboard.division import Division
from heptathlon.leaderboard.page import site
from heptathlon.leaderboard.standings import Bar, Row, Score, tables
from heptathlon.scoring.cards import Estimate

SEED = 2026
ORGANISATIONS = 500
SETTINGS = ("0-shot", "0-shot, chat template", "5-shot", "5-shot, chat template")
PAINTED = "new Promise(d => requestAnimationFrame(() => requestAnimationFrame(d)))"


def rows(count: int) -> list[Row]:
    """Return made-up rows of one division, one in a hundred of them a player."""
    rng = np.random.default_rng(SEED)
    return [_row(number, rng) for number in range(count)]


def _row(number: int, rng: np.random.Generator) -> Row:
    name = f"organisation-{number % ORGANISATIONS}/Model-{number}-Instruct"
    ability = rng.normal(0.3, 0.25)
    return Row(
        slug=f"{name.lower().replace('/', '-')}-{number:010x}",
        division=Division("fresh", "lite", "2026.1"),
        name=name,
        kind="player" if number % 100 == 1 else "model",
        url=f"https://huggingface.co/{name}",
        submitter="" if number % 3 else f"Submitter {number % 300}",
        parameters=int(10 ** rng.uniform(8, 11)),
        settings=f"{SETTINGS[number % 4]}, bfloat16, lm-eval 0.4.13",
        command=f"heptathlon run --model hf --model_args pretrained={name} --tasks heptathlon_lite",
        badges=("well-formed", "re-scored"),
        date=f"2026-{number % 12 + 1:02d}-{number % 28 + 1:02d}",
        scores={f.name: _score(f, ability + rng.normal(0, 0.1), rng) for f in FAMILIES.values()},
    )


def _score(family: Family, skill: float, rng: np.random.Generator) -> Score:
    bar = 0.3
    value = bar + skill * (family.ceiling - bar)
    width = rng.uniform(0.02, 0.06)
    return Score(
        headline=_estimate(family.headline.metric, value, width),
        skill=_estimate("skill", skill, width / (family.ceiling - bar)),
        invalid_rate=_estimate("invalid_rate", 0.02, 0.01),
        bar=Bar(player="greedy", value=bar),
        digest="0" * 64,
        ceiling=family.ceiling,
    )


def _estimate(metric: str, value: float, width: float) -> Estimate:
    return Estimate(
        metric=metric,
        value=value,
        low=value - width,
        high=value + width,
        n=800,
        clusters=800,
        method="clustered-wilson",
    )


def in_page(page: Page, script: str) -> Callable[[], float]:
    """Return a function that runs a script in the page and returns seconds until it is painted."""
    timed = (
        f"(async () => {{ const start = performance.now(); {script}; await {PAINTED};"
        " return (performance.now() - start) / 1000; })()"
    )
    return partial(page.run, timed)


def timed(measure: Callable[[], float], runs: int) -> Timing:
    """Return the median of several measurements that a page makes itself."""
    times = sorted(measure() for _ in range(runs))
    return Timing(statistics.median_low(times), times[0], times[-1])


def load(page: Page, url: str) -> float:
    """Open the page and return the seconds until its load event had ended."""
    page.open(url)
    return float(page.run("performance.getEntriesByType('navigation')[0].loadEventEnd / 1000"))


def measure_in_browser(executable: str, url: str, runs: int) -> list[tuple[object, ...]]:
    """Return the table's rows on load, sort, filter and paging."""
    with Page(executable) as page:
        loading = timed(partial(load, page, url), runs)
    out: list[tuple[object, ...]] = [("load", loading, "1 s")]
    # A browser of its own: the first keeps every page that it left, ready to go back to.
    with Page(executable) as page:
        page.open(url)
        sort = "document.querySelector('thead button[data-key={}]').click()"
        write = "const i = document.querySelector('input[type=search]'); i.value = '{}'; {}"
        tell = "i.dispatchEvent(new Event('input'))"
        for name, script, target in (
            ("sort by name", sort.format("name"), "150 ms"),
            ("sort by skill", "document.querySelector('thead .number button').click()", "150 ms"),
            ("filter", write.format("model-77", tell), "150 ms"),
            ("next page", "document.querySelector('.next').click()", "150 ms"),
        ):
            out.append((name, timed(in_page(page, script), runs), target))
            page.run(f"(() => {{ {write.format('', tell)} }})()")
        return out


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=5)
    args = parser.parse_args()
    made = rows(args.rows)
    files: dict[str, str] = {}

    def build() -> None:
        files.update(site(tables(made)))

    out: list[tuple[object, ...]] = [("", "measured", "target")]
    out.append(("build", median_of(build, args.runs), "10 s"))
    for name, text in files.items():
        target = "5 MB" if name.endswith(".html") else ""
        out.append((f"size of {name}", f"{len(text.encode()) / 1e6:.2f} MB", target))
    executable = find()
    if executable:
        with tempfile.TemporaryDirectory() as folder:
            page = Path(folder) / "index.html"
            page.write_text(files["index.html"], encoding="utf-8")
            out += measure_in_browser(executable, page.as_uri(), args.runs)
    print(
        f"{args.rows:,} rows, {len(FAMILIES)} families, {os.cpu_count()} cores; "
        f"median (fastest to slowest) of {args.runs} runs.\n"
    )
    print(table(out))
    if not executable:
        sys.exit("site: load and sort need a Chromium, and none is installed.")


if __name__ == "__main__":
    main()
