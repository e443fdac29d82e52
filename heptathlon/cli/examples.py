"""An example of each command, which its ``--help`` ends with."""

import typer

from heptathlon.running import settings

EXAMPLES = {
    "ls": "heptathlon ls maze",
    "path": 'lm_eval run --include_path "$(heptathlon path)" --tasks heptathlon_maze_lite',
    "build": "heptathlon build maze --tier lite",
    "push": "heptathlon push maze --tier lite --repo ORG/heptathlon-maze --dry-run",
    "show": "heptathlon show sort_told -n 2 --num-fewshot 1",
    "plan": "heptathlon plan --tasks heptathlon_lite --tokenizer Qwen/Qwen3-0.6B",
    "run": settings.EXAMPLE,
    "sweep": "heptathlon sweep sweep.yaml --dry-run",
    "from-inspect": "heptathlon from-inspect logs/2026.eval --out runs",
    "demo": "heptathlon demo --models smollm2,minilm",
    "score": "heptathlon score runs/Qwen__Qwen3-0.6B",
    "runs": "heptathlon runs runs",
    "confide": "heptathlon confide runs/MODEL --ask p_true,said --items 24",
    "forms": "heptathlon forms runs/MODEL runs/OTHER",
    "squad": "heptathlon squad predictions.json --na-prob no-answer.json",
    "pathways": "heptathlon pathways --model allenai/OLMoE-1B-7B-0924 --out main.routes.json",
    "compare": "heptathlon compare runs/Qwen__Qwen3-0.6B runs/Qwen__Qwen3-1.7B",
    "profile": "heptathlon profile runs/Qwen__Qwen3-0.6B runs/Qwen__Qwen3-1.7B",
    "pick-prompt": "heptathlon pick-prompt runs/Qwen__Qwen3-0.6B",
    "export": (
        "heptathlon export runs/Qwen__Qwen3-0.6B --format eval-results "
        "--model-name Qwen/Qwen3-0.6B --org ORG"
    ),
    "judge": "heptathlon judge runs/Qwen__Qwen3-0.6B --model NAME --base-url http://127.0.0.1:8000/v1",
    "doctor": "heptathlon doctor",
    "study run": "heptathlon study run study.yaml",
    "study score": "heptathlon study score study.yaml",
    "study figure": "heptathlon study figure card.json --out figure.svg",
    "study board": "heptathlon study board a.json b.json --out board.html",
    "study matrix": "heptathlon study matrix matrix.json",
    "submit prepare": (
        "heptathlon submit prepare runs/Qwen__Qwen3-0.6B --model-name Qwen/Qwen3-0.6B "
        "--out submissions/qwen3-0.6b"
    ),
    "submit validate": "heptathlon submit validate submissions",
    "submit push": "heptathlon submit push submissions/qwen3-0.6b --repo ORG/results",
    "submit rerun": "heptathlon submit rerun submissions/qwen3-0.6b --out reruns",
    "leaderboard build": "heptathlon leaderboard build submissions --out site",
    "leaderboard salted": "heptathlon leaderboard salted submissions/qwen3-0.6b --out hidden",
    "leaderboard serve": "heptathlon leaderboard serve site --port 8000",
    "salt new": "heptathlon salt new",
}


def add_to(app: typer.Typer, before: str = "") -> None:
    """Let the help of each command of an application end with its example."""
    for command in app.registered_commands:
        assert command.callback is not None
        name = before + (command.name or command.callback.__name__)
        if name in EXAMPLES:
            command.epilog = f"Example: {EXAMPLES[name]}"
    for group in app.registered_groups:
        assert group.typer_instance is not None
        add_to(group.typer_instance, f"{group.name} " if group.name else before)
