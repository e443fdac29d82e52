"""What servers told of a run's answers, in short."""

from collections.abc import Iterable

from heptathlon.models.told import LENGTH
from heptathlon.running.runs import Run
from heptathlon.scoring.cards import ToldCard


def told_card(run: Run) -> ToldCard | None:
    """Return in short what servers told of a run's answers; None if they told nothing."""
    if not run.told:
        return None
    lines = [
        line
        for task, file in run.samples_files.items()
        if file in run.told
        for line in run.told[file].answers.get(task, {}).values()
    ]

    def total(counts: Iterable[int | None]) -> int | None:
        known = [count for count in counts if count is not None]
        return sum(known) if known else None

    servers = [file.run for file in run.told.values()]
    return ToldCard(
        answers=sum(line.finish != "" for line in lines),
        cut=sum(line.finish == LENGTH for line in lines),
        prompt_tokens=total(line.prompt_tokens for line in lines),
        completion_tokens=total(line.completion_tokens for line in lines),
        reasoning_tokens=total(line.reasoning_tokens for line in lines),
        models=sorted({model for server in servers for model in server.models}),
        left_out=sorted({name for server in servers for name in server.left_out}),
    )
