"""The command ``heptathlon``: thin edges around the library, and the exit codes."""

import json
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from heptathlon import families
from heptathlon.errors import HeptathlonError, UnknownNameError

REFUSED = 1

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Seven families of tasks for language models, exact scorers and one leaderboard.",
    pretty_exceptions_enable=False,
)
submit_app = typer.Typer(no_args_is_help=True, help="Prepare and check a submission.")
board_app = typer.Typer(no_args_is_help=True, help="Build and look at the leaderboard.")
study_app = typer.Typer(no_args_is_help=True, help="Run and score several runs together.")
app.add_typer(study_app, name="study")
app.add_typer(submit_app, name="submit")
app.add_typer(board_app, name="leaderboard")

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
Edition = Annotated[str, typer.Option(help="fresh, paper, or another that a family has.")]
Tier = Annotated[str, typer.Option(help="Size of the set: smoke, lite, full or long.")]
Processes = Annotated[int, typer.Option(min=0, help="Processes at a time; one a core if left out.")]
Season = Annotated[str, typer.Option(help="Season whose seeds make the data.")]


def _cores() -> int:
    """Return how many processors this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _print_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


@app.command("ls")
def list_families(as_json: Json = False) -> None:
    """List the families with their headline, chance, ceiling and tasks."""
    rows = [
        {
            "name": f.name,
            "title": f.title,
            "paper": f.paper.url,
            "headline": f.headline.metric,
            "chance": f.chance,
            "human": f.human.value if f.human else None,
            "ceiling": f.ceiling,
            "editions": list(f.editions),
            "tasks": list(f.tasks()),
            "version": f.version,
        }
        for f in families.FAMILIES.values()
    ]
    if as_json:
        _print_json({"families": rows})
        return
    table = Table("family", "asks", "headline", "chance", "ceiling", "tasks", box=None)
    for family in families.FAMILIES.values():
        table.add_row(
            family.name,
            family.question,
            family.headline.metric,
            f"{family.chance:g}",
            f"{family.ceiling:g}",
            " ".join(family.tasks()),
        )
    out.print(table)


@app.command()
def path() -> None:
    """Print the folder for lm_eval's --include_path."""
    from heptathlon.tasks.catalog import TASKS_PATH

    sys.stdout.write(f"{TASKS_PATH}\n")


@app.command()
def build(
    family: str,
    edition: Edition = "fresh",
    tier: Tier = "full",
    season: Season = families.CURRENT_SEASON,
    salt: Annotated[
        str, typer.Option(envvar="HEPTATHLON_SALT", help="Private salt of a hidden split.")
    ] = "",
    to: Annotated[Path | None, typer.Option("--out", help="Folder; the cache if left out.")] = None,
    text: Annotated[
        list[Path] | None, typer.Option(help="Your own plain text or Markdown, one or more (sort).")
    ] = None,
    more: Annotated[list[Path] | None, typer.Argument(hidden=True)] = None,
    length: Annotated[
        list[int] | None, typer.Option(help="Words of the excerpts of own texts.")
    ] = None,
    excerpts: Annotated[
        int, typer.Option(min=1, help="Excerpts of each own text, length and segment length.")
    ] = 20,
) -> None:
    """Build a data set: parquet, manifest and card. An interrupted build goes on."""
    from rich.progress import Progress

    from heptathlon.builders import store

    if text:
        _build_own(family, [*text, *(more or [])], length or [], excerpts, to)
        return
    if more or length:
        raise typer.BadParameter("files and lengths go with --text", param_hint="--text")
    name = store.SetName(family, edition, tier, season, salt)
    with Progress(console=err, transient=True) as bar:
        task = bar.add_task(name.folder, total=None)

        def progress(shard: str, number: int, count: int) -> None:
            bar.update(task, total=count, completed=number, description=f"{name.folder} {shard}")

        folder = store.ensure(name, out=to, progress=progress)
    manifest = store.read_manifest(folder)
    table = Table("config", "split", "records", "bytes", box=None)
    for entry in manifest.files:
        table.add_row(entry.config, entry.split, f"{entry.records:,}", f"{entry.bytes:,}")
    out.print(table)
    out.print(f"digest {manifest.digest}\n{folder}")


def _build_own(
    family: str, files: list[Path], lengths: list[int], excerpts: int, to: Path | None
) -> None:
    from heptathlon.builders import store

    builder = store.builder_of(family)
    own = getattr(builder, "own", None)
    if own is None:
        raise HeptathlonError(f"{family} is not built from texts; sort is.")
    folder = own.build(files, lengths=lengths, excerpts=excerpts, out=to)
    manifest = store.read_manifest(folder)
    for entry in manifest.files:
        out.print(f"{entry.config} {entry.records:,} records")
    out.print(f"digest {manifest.digest}\n{folder}")
    err.print(
        f"next: {store.OWN_FOLDER}={folder} heptathlon run --tasks heptathlon_{family}_own_texts …"
    )


@app.command()
def push(
    family: str,
    repository: Annotated[str, typer.Option("--repo", help="ORG/NAME of the data set.")],
    edition: Edition = "fresh",
    tier: Tier = "full",
    season: Season = families.CURRENT_SEASON,
    dry_run: Annotated[
        bool, typer.Option(help="Show what would be sent, and send nothing.")
    ] = False,
) -> None:
    """Publish a data set on the Hub: one commit or none, a tag a season. It may be repeated."""
    from heptathlon.builders import publish, store

    name = store.SetName(family, edition, tier, season)
    folder = store.ensure(name, progress=store.log_progress(name))
    change = publish.push(name, folder, repository, dry_run=dry_run)
    table = Table("", "file", "bytes", box=None)
    for row in publish.summary(change):
        table.add_row(row["what"], row["path"], f"{row['bytes']:,}")
    if change.commits:
        out.print(table)
    said = "sent" if change.commits else "nothing to send: it is there already"
    out.print(f"{'dry run: ' * dry_run}{said}; {repository}, tag {change.tag}")


@app.command()
def show(
    family: str,
    n: Annotated[int, typer.Option("-n", min=1, help="How many items.")] = 3,
    task: Annotated[str, typer.Option(help="lm-eval task; the family's first if left out.")] = "",
    tier: Tier = "smoke",
    num_fewshot: Annotated[int, typer.Option(min=0, help="Examples before each item.")] = 0,
) -> None:
    """Print items exactly as a model sees them, each with its gold answer."""
    from heptathlon.running.show import rendered_items

    for item in rendered_items(family, n=n, task=task, tier=tier, num_fewshot=num_fewshot):
        out.rule(escape(item.heading))
        sys.stdout.write(f"{item.prompt}\n")
        out.print(f"[dim]gold:[/dim]{escape(item.target)}\n")


@app.command(
    add_help_option=False,
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
)
def run(context: typer.Context) -> None:
    """Evaluate a model: the flags of lm_eval run, samples logged, nothing lost silently."""
    from heptathlon.running import runner

    for path in runner.run(context.args):
        err.print(f"results: {path}\nnext: heptathlon score {path.parent}")


@app.command()
def score(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="Folder that a run wrote.")],
    as_json: Json = False,
    to: Annotated[Path | None, typer.Option("--out", help="Folder; RUN if left out.")] = None,
) -> None:
    """Recompute every score from a run's samples; write scorecard.json and report.html."""
    from heptathlon.files import dump_json, write_text_atomic
    from heptathlon.pages import report
    from heptathlon.running import runs
    from heptathlon.scoring import judging, scorecard

    run = runs.read_run(folder)
    judged = judging.card(run)
    card, scored = scorecard.score_run(run)
    target = to or run.folder
    write_text_atomic(target / "scorecard.json", dump_json(card.model_dump()))
    report.write_report(card, scored, target / "report.html")
    if as_json:
        _print_json(card.model_dump())
        return
    out.print(_card_table(card))
    for opinions in judged:
        out.print(_judged_table(opinions))
    out.print(f"{target / 'report.html'}")


def _card_table(card: Any) -> Table:
    """Return a scorecard's table; cells of two lines keep it within 80 columns."""
    table = Table(
        "family",
        "set",
        Column("headline", no_wrap=True),
        "bar",
        Column("skill", no_wrap=True),
        Column("points", no_wrap=True),
        "invalid",
        "items",
        title=escape(card.model.name),
        caption=_total_words(card),
        box=None,
    )
    for family in card.families.values():
        bar = family.bar
        table.add_row(
            family.family,
            f"{family.edition} {family.tier}\n{family.season}"
            + "\n(incomplete)" * (not family.complete),
            f"{family.headline.metric} {_estimate(family.headline)}",
            f"{bar.player}\n{_figure(bar.value)}" if bar else "-",
            _estimate(family.skill) + "\nbelow the bar" * _is_below(family),
            _points(family.points),
            _figure(family.invalid_rate.value),
            f"{family.headline.n:,}",
        )
    return table


def _is_below(family: Any) -> bool:
    """Tell whether a skill is surely below 0, which its points do not show."""
    return family.skill.high is not None and family.skill.high < 0


def _points(points: Any) -> str:
    """Return points as whole numbers, with their interval below them."""
    if points.value is None:
        return "-"
    ends = "" if points.low is None else f"\n({points.low:.0f} to {points.high:.0f})"
    return f"{points.value:.0f}{ends}"


def _total_words(card: Any) -> str:
    total = card.total
    if total is None or total.points.value is None:
        return ""
    ends = total.points
    between = "" if ends.low is None else f" ({ends.low:.0f} to {ends.high:.0f})"
    return (
        f"{ends.value:.0f}{between} of 1,000 points: the mean over {len(total.events)} of "
        f"{total.of} events, tier {total.tier}."
    )


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _estimate(estimate: Any) -> str:
    """Return a figure with its 95 % interval below it, or the reason why there is none."""
    if estimate.value is None:
        return f"- ({estimate.reason})"
    if estimate.low is None or estimate.high is None:
        return f"{_figure(estimate.value)}\n({estimate.reason})"
    return f"{_figure(estimate.value)}\n({estimate.low:.3f} to {estimate.high:.3f})"


@app.command()
def judge(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="Folder that a run wrote.")],
    model: Annotated[str, typer.Option(help="The judge: its name on the server, or a class.")],
    base_url: Annotated[
        str, typer.Option(help="OpenAI-compatible server, such as http://127.0.0.1:8000/v1.")
    ] = "",
    model_args: Annotated[
        str, typer.Option(help="Without a server: arguments of lm-eval's class --model.")
    ] = "",
    rubric: Annotated[
        str, typer.Option(help="reasoning or memorability; what fits if left out.")
    ] = "",
    task: Annotated[list[str] | None, typer.Option(help="Task, one or more; all if none.")] = None,
    concurrency: Annotated[int, typer.Option(min=1, max=64, help="Questions at once.")] = 4,
    tries: Annotated[int, typer.Option(min=1, max=20, help="Tries of a question.")] = 6,
    timeout: Annotated[float, typer.Option(min=1, help="Seconds of one try.")] = 120,
    max_tokens: Annotated[int, typer.Option(min=1, help="Tokens of a reply.")] = 1024,
    batch_size: Annotated[str, typer.Option(help="Without a server: lm-eval's batch size.")] = "1",
    device: Annotated[str, typer.Option(help="Without a server: lm-eval's device.")] = "",
    as_json: Json = False,
) -> None:
    """Ask another model what it thinks of a run's answers; called again, it goes on.

    The key is read from HEPTATHLON_JUDGE_KEY.
    """
    from rich.progress import Progress

    from heptathlon.models import chat
    from heptathlon.running import runs
    from heptathlon.scoring import judging

    if rubric and rubric not in judging.RUBRICS:
        raise UnknownNameError("rubric", rubric, judging.RUBRICS)
    if bool(base_url) == bool(model_args):
        raise typer.BadParameter("give --base-url or --model-args", param_hint="--base-url")
    runs.read_run(folder)  # before a judge is loaded, which takes its time
    asked: chat.Asked
    if base_url:
        asked = chat.ChatServer(
            base_url, model, max_tokens=max_tokens, concurrency=concurrency, tries=tries,
            timeout=timeout,
        )  # fmt: skip
    else:
        asked = chat.LmEvalModel(model, model_args, batch_size, device or None, max_tokens)
    with Progress(console=err, transient=True) as bar:
        line = bar.add_task("replies", total=None)
        files = judging.judge_run(
            folder, asked, rubric=rubric, tasks=task or [],
            progress=lambda done, count: bar.update(line, completed=done, total=count),
        )  # fmt: skip
    cards = judging.card(runs.read_run(folder))
    if as_json:
        _print_json({"judged": [card.model_dump() for card in cards]})
        return
    for card in cards:
        out.print(_judged_table(card))
    for file in files:
        out.print(str(file), markup=False)


def _judged_table(card: Any) -> Table:
    """Return the table of one judge's opinions."""
    at = f" at {card.host}" if card.host else ""
    table = Table(
        "task", "judged", "scores", "answers", "outcomes", box=None,
        title=f"{card.rubric}, the opinion of {escape(card.judged_by + at)} "
        f"(prompt {card.prompt_sha256[:12]})",
    )  # fmt: skip
    for task, one in card.tasks.items():
        table.add_row(
            task,
            "-" if one.score is None else f"{one.score:.1f}",
            "\n".join(f"{name} {value:.1f}" for name, value in one.scores.items()) or "-",
            f"{one.documents:,}",
            "\n".join(f"{name} {count:,}" for name, count in one.outcomes.items()),
        )
    return table


@app.command()
def profile(
    folders: Annotated[list[Path], typer.Argument(metavar="RUN…", help="Run folders.")],
    to: Annotated[Path, typer.Option("--out", help="The page.")] = Path("profile.html"),
) -> None:
    """Write one page with the figures of several runs beside each other."""
    from heptathlon.files import write_text_atomic
    from heptathlon.pages import report
    from heptathlon.running import runs
    from heptathlon.scoring import scorecard

    scored = [scorecard.score_run(runs.read_run(folder)) for folder in folders]
    write_text_atomic(to, report.render_profile(scored))
    out.print(f"{to}")


@app.command("pick-prompt")
def pick_prompt(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="Run of the prompt sweep.")],
    as_json: Json = False,
) -> None:
    """Pick the Book-SORT prompt that serves a model best, from its run of sort_book_sweep."""
    from heptathlon.running import runs
    from heptathlon.scorers import sort
    from heptathlon.scoring import scorecard

    _, scored = scorecard.score_run(runs.read_run(folder))
    try:
        prompts = sort.sweep([one.row for one in scored if one.family == "sort"])
    except ValueError:
        raise HeptathlonError(
            f"{folder}: holds no prompt sweep; run heptathlon_sort_book_sweep (or its tier _lite "
            "or _smoke) first."
        ) from None
    option = f"--metadata '{json.dumps({'prompt': prompts[0].number})}'"
    if as_json:
        _print_json({"prompt": prompts[0].number, "prompts": [p._asdict() for p in prompts]})
        return
    table = Table("prompt", "accuracy", "share of A", "validation pairs", title="Best first")
    for one in prompts:
        table.add_row(str(one.number), f"{one.acc:.3f}", f"{one.a_rate:.3f}", str(one.pairs))
    out.print(table)
    out.print(f"Ask Book-SORT in prompt {prompts[0].number}: {option}")


@app.command()
def compare(
    a: Annotated[Path, typer.Argument(metavar="A", help="Run folder.")],
    b: Annotated[Path, typer.Argument(metavar="B", help="Run folder.")],
    as_json: Json = False,
) -> None:
    """Say which of two runs is better on the same items, by how much and how sure, or: a tie."""
    from heptathlon.running import runs
    from heptathlon.scoring import compare as comparing
    from heptathlon.scoring import scorecard

    (card_a, scored_a), (card_b, scored_b) = (
        scorecard.score_run(runs.read_run(folder)) for folder in (a, b)
    )
    result = comparing.compare(card_a, scored_a, card_b, scored_b)
    if as_json:
        _print_json(result.model_dump())
        return
    out.print(comparing.render(result))


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="Folder that a run wrote.")],
    form: Annotated[
        str, typer.Option("--format", help="eval-results, every-eval-ever or model-index.")
    ],
    model_name: Annotated[str, typer.Option(help="org/name of the model on the Hub.")],
    organisation: Annotated[
        str, typer.Option("--org", envvar="HEPTATHLON_HUB_ORG", help="Whose sets were answered.")
    ],
) -> None:
    """Print a run's scores in a form that others read: for a model's repository, or a store."""
    from heptathlon.leaderboard import export as exporting
    from heptathlon.running import runs
    from heptathlon.scoring import scorecard

    run = runs.read_run(folder)
    card, _ = scorecard.score_run(run, details=False)
    sys.stdout.write(exporting.exported(form, run, card, model_name, organisation))


StudyFile = Annotated[Path, typer.Argument(metavar="STUDY.yaml", help="The study file.")]


@study_app.command("run")
def study_run(file: StudyFile) -> None:
    """Run every checkpoint of a study that was not run before; text and pictures apart."""
    from heptathlon.studies import study

    for folder in study.run_study(study.read_study(file), lambda text: err.print(escape(text))):
        out.print(str(folder))
    err.print(f"next: heptathlon study score {escape(str(file))}")


@study_app.command("score")
def study_score(
    file: StudyFile,
    as_json: Json = False,
    to: Annotated[
        Path | None, typer.Option("--out", help="Folder; the file's if left out.")
    ] = None,
) -> None:
    """Score a study's runs together; write its card (JSON) and its report (HTML)."""
    from heptathlon.files import dump_json, write_text_atomic
    from heptathlon.pages import study_page as study_report
    from heptathlon.studies import study

    card = study.score_study(study.read_study(file))
    target = to or file.parent
    write_text_atomic(target / f"{file.stem}.card.json", dump_json(card.model_dump()))
    report = target / f"{file.stem}.report.html"
    write_text_atomic(report, study_report.render(card))
    if as_json:
        _print_json(card.model_dump())
        return
    out.print(study_report.tables(card))
    out.print(str(report))


@study_app.command("figure")
def study_figure(
    cards: Annotated[list[Path], typer.Argument(metavar="CARD.json…", help="Scored studies.")],
    to: Annotated[Path, typer.Option("--out", help="The picture, .svg.")],
    metrics: Annotated[
        list[str] | None,
        typer.Option(
            "--metric", help="A metric to draw of each; may be repeated. Default: strict."
        ),
    ] = None,
) -> None:
    """Draw scored studies below one another, the matrix beside the curves, as one SVG."""
    from heptathlon.files import write_text_atomic
    from heptathlon.pages import study_figure

    read = [study_figure.read_card(card) for card in cards]
    write_text_atomic(to, study_figure.figure(read, metrics or ()))
    out.print(str(to))


@study_app.command("matrix")
def study_matrix(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="MATRIX…",
            help="A matrix, .json or .csv; several are averaged over task orders.",
        ),
    ],
    as_json: Json = False,
) -> None:
    """Print every continual-learning figure of a matrix of scores."""
    from heptathlon.scorers import continual

    matrices = [continual.read_matrix(file) for file in files]
    for file, matrix in zip(files, matrices, strict=True):
        if set(matrix.tasks) != set(matrices[0].tasks):
            raise HeptathlonError(
                f"{file}: has other tasks than {files[0]}; average orders of the same tasks."
            )
    measured = [continual.measure(matrix) for matrix in matrices]
    figures = continual.average_orders(measured) if len(measured) > 1 else measured[0]
    if as_json:
        _print_json({n: {"value": f.value, "reason": f.reason} for n, f in figures.items()})
        return
    table = Table("figure", "value", "formula, or why there is none", box=None)
    for name, figure in figures.items():
        formula = continual.FORMULAS.get(name)
        value = "-" if figure.value is None else f"{figure.value:.4f}"
        table.add_row(name, value, escape(figure.reason or (formula.says if formula else "")))
    out.print(table)


@submit_app.command("prepare")
def submit_prepare(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="Folder that a run wrote.")],
    to: Annotated[Path, typer.Option("--out", help="Folder of the submission.")],
    model_name: Annotated[str, typer.Option(help="org/name on the board.")] = "",
    submitter: Annotated[str, typer.Option(help="Who submits.")] = "",
    url: Annotated[str, typer.Option(help="https link to the model.")] = "",
) -> None:
    """Put a run's files and a small envelope into one folder."""
    from heptathlon.leaderboard import submit

    out.print(str(submit.prepare(folder, to, model_name=model_name, submitter=submitter, url=url)))


@submit_app.command("validate")
def submit_validate(
    files: Annotated[list[Path], typer.Argument(help="Submission folders, or folders of them.")],
    as_json: Json = False,
    processes: Processes = 0,
) -> None:
    """Check submissions: form, documents, and every figure by scoring again."""
    from heptathlon.leaderboard import validate

    reports = []
    for report in validate.validate_all(files, processes or _cores()):
        reports.append(report)
        if not as_json:
            out.print(validate.render(report))
    if as_json:
        _print_json([r.model_dump() for r in reports])
    if not all(r.accepted for r in reports):
        raise typer.Exit(REFUSED)


@submit_app.command("push")
def submit_push(
    folder: Annotated[Path, typer.Argument(help="Folder that submit prepare wrote.")],
    repository: Annotated[str, typer.Option("--repo", help="ORG/NAME of the results' data set.")],
) -> None:
    """Check a submission and open a pull request with it; a second call opens no second one."""
    from heptathlon.leaderboard import propose

    out.print(propose.propose(folder, repository))


@submit_app.command("rerun")
def submit_rerun(
    folder: Annotated[Path, typer.Argument(help="Folder of the submission.")],
    to: Annotated[Path, typer.Option("--out", help="Folder of the records of repeated runs.")],
    k: Annotated[int, typer.Option("-k", min=1, help="Documents to generate again.")] = 50,
    model_args: Annotated[
        str, typer.Option(help="lm-eval's --model_args here, if weights lie elsewhere.")
    ] = "",
    device: Annotated[str, typer.Option(help="lm-eval's --device here.")] = "",
    seed: Annotated[
        int | None, typer.Option(help="Seed of the choice of documents; fresh if left out.")
    ] = None,
) -> None:
    """Generate k random documents of a submission again, here, and compare the answers."""
    from heptathlon.leaderboard import rerun

    record, path = rerun.rerun(folder, to, k, model_args=model_args, device=device, seed=seed)
    out.print(f"{rerun.words(record)}\n{path}", markup=False)
    if not record.agrees:
        raise typer.Exit(REFUSED)


@board_app.command("build")
def board_build(
    submissions: Annotated[
        list[Path], typer.Argument(help="Submission folders, or folders of them.")
    ],
    to: Annotated[Path, typer.Option("--out", help="Folder of the site.")] = Path("site"),
    reruns: Annotated[
        Path | None, typer.Option(help="Folder of submit rerun's records, for the badge.")
    ] = None,
    hidden: Annotated[
        Path | None,
        typer.Option("--salted", help="Folder of leaderboard salted's records, for the gap."),
    ] = None,
    processes: Processes = 0,
    recheck: Annotated[
        bool, typer.Option("--recheck", help="Check all anew, unchanged submissions too.")
    ] = False,
) -> None:
    """Write the static site from accepted submissions; what is unchanged is not checked again.

    What came of a check is kept in HEPTATHLON_HOME/checked.
    """
    from heptathlon.files import home
    from heptathlon.leaderboard import board, kept, salted

    index = board.build(
        submissions,
        to,
        reruns=reruns,
        hidden=salted.read(hidden),
        processes=processes or _cores(),
        kept=home() / kept.FOLDER,
        recheck=recheck,
    )
    out.print(str(index))


@board_app.command("salted")
def board_salted(
    folder: Annotated[Path, typer.Argument(help="Submission of a run on the hidden split.")],
    to: Annotated[Path, typer.Option("--out", help="Folder of the records.")],
) -> None:
    """Keep the figures of a run on the hidden split (HEPTATHLON_SALT), and no document of it."""
    from heptathlon.leaderboard import salted

    for path in salted.record(folder, to):
        out.print(str(path))


@board_app.command("serve")
def board_serve(
    folder: Annotated[Path, typer.Argument(help="Folder of the site.")] = Path("site"),
    port: Annotated[int, typer.Option(min=0, max=65535)] = 8000,
) -> None:
    """Serve a built site on this machine."""
    from heptathlon.leaderboard import serve

    serve.serve(folder, port)


@app.command()
def demo(
    to: Annotated[Path, typer.Option("--out", help="Folder for everything it makes.")] = Path(
        "demo"
    ),
    models: Annotated[
        str,
        typer.Option(
            help="smollm2, qwen2.5-coder-0.5b, qwen2.5-coder-1.5b, minilm; several with commas."
        ),
    ] = "smollm2",
) -> None:
    """Build the smoke tier, run real models and every player, and write the leaderboard."""
    from heptathlon.cli import demonstration

    page = demonstration.run_demo(to, lambda text: err.print(escape(text)), models.split(","))
    out.print(f"The leaderboard is at {page.resolve()}")


def main() -> None:
    """Run the command line: 0 done, 1 refused, 2 wrong usage, 130 interrupted."""
    try:
        app()
    except (HeptathlonError, OSError) as error:
        err.print(f"heptathlon: {error}", markup=False)
        sys.exit(REFUSED)
