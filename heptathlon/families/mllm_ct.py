"""The facts on the mllm_ct family."""

from heptathlon.facts import Family, Headline, Paper

FAMILY = Family(
    name="mllm_ct",
    role="scored",
    title="Multimodal continual tuning",
    question="What does a multimodal model forget, in answer and in reasoning, as it is "
    "tuned task after task?",
    paper=Paper(
        title="MLLM-CTBench: A Benchmark for Continual Instruction Tuning with Reasoning "
        "Process Diagnosis",
        url="https://arxiv.org/abs/2508.08275",
    ),
    headline=Headline(
        metric="strict",
        variants=("mllm_ct_numeric", "mllm_ct_economics"),
        says="share of the two text tasks' questions answered rightly in the asked form, "
        "which any model can be asked; the five image tasks stand beside it, and "
        "forgetting is measured over several checkpoints by a study",
    ),
    paper_headline=Headline(
        metric="strict",
        variants=tuple(
            f"mllm_ct_paper_{key}"
            for key in ("numglue", "art", "math", "fomc", "medical", "ocr", "science")
        ),
        says="share of the seven tasks' rows answered exactly, by this suite's extractors "
        "and not by the paper's three",
    ),
    further={
        "coin": Headline(
            metric="strict",
            variants=tuple(
                f"mllm_ct_coin_{key}"
                for key in (
                    "scienceqa",
                    "textvqa",
                    "imagenet",
                    "gqa",
                    "vizwiz",
                    "grounding",
                    "vqav2",
                    "ocrvqa",
                )
            ),
            says="truth alignment on CoIN's eight tasks with pictures, by this suite's extractors",
        ),
    },
    chance=1 / 6,
    chance_note="a blind guess is right in one of three economics questions and hardly "
    "any numeric one",
    editions=("fresh", "paper"),
    tiers=("smoke", "lite", "full"),
    paper_tiers=("smoke", "lite", "full"),
    strata=("task", "kind"),
    form_names={
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
