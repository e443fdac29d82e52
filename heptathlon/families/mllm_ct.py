"""The facts on the mllm_ct family."""

from heptathlon.facts import Family, Headline, Ladder, Paper

_PAPER = ("numglue", "art", "math", "fomc", "medical", "ocr", "science")
_COIN = (
    *("scienceqa", "textvqa", "imagenet", "gqa"),
    *("vizwiz", "grounding", "vqav2", "ocrvqa"),
)

FAMILY = Family(
    name="mllm_ct",
    role="scored",
    title="Multimodal continual learning",
    question="What does a model still know of the tasks that it was taught, one after another?",
    paper=Paper(
        title="MLLM-CTBench: A Benchmark for Continual Instruction Tuning with Reasoning "
        "Process Diagnosis",
        url="https://arxiv.org/abs/2508.08275",
    ),
    headline=Headline(
        metric="strict",
        variants=("mllm_ct_blocks",),
        says="share of questions on earlier tasks, asked after the last of the blocks that teach "
        "the tasks in the prompt, that are answered rightly and as their task puts an answer",
    ),
    paper_headline=Headline(
        metric="strict",
        variants=tuple(f"mllm_ct_paper_{key}" for key in _PAPER),
        says="share of the seven tasks' rows answered exactly, by this suite's extractors "
        "and not by the paper's three",
    ),
    further={
        "coin": Headline(
            metric="strict",
            variants=tuple(f"mllm_ct_coin_{key}" for key in _COIN),
            says="truth alignment on CoIN's eight tasks with pictures, by this suite's extractors",
        ),
    },
    chance=1 / 4,
    chance_note="whoever sees how a task puts its answers and guesses one of four is right in one "
    "of four questions; who does not see it, hardly ever",
    editions=("fresh", "paper"),
    tiers=("smoke", "lite", "full"),
    paper_tiers=("smoke", "lite", "full"),
    strata=("task", "kind", "tasks", "gap", "order", "wording", "depth"),
    ladder=Ladder(
        field="tasks",
        rungs=(2, 3, 4, 6, 8, 12, 16),
        says="keeps {level} tasks apart that it was taught one after another",
        log=True,
    ),
    form_names={
        "blocks": "a question on a task that the prompt teaches",
        "blocks_image": "a question on a task that a picture teaches",
        "paper": "a row of MLLM-CTBench (paper edition)",
        "coin": "a row of one of CoIN's tasks (edition coin)",
        "yes_no": "judge a statement: yes or no",
        "choice": "choose a lettered option",
        "short": "answer with a number or a word",
        "brief": "explain in about 20 words and answer",
        "detailed": "explain in about 50 words and answer",
    },
    licence="CC0-1.0",
    version=2,
)
