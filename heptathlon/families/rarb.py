"""The facts on the rarb family."""

from heptathlon.facts import Family, Headline, Ladder, Paper

FAMILY = Family(
    name="rarb",
    role="scored",
    title="Reasoning as retrieval",
    question="Can a retriever, or a language model as one, solve a reasoning problem by "
    "retrieving its answer?",
    paper=Paper(
        title="RAR-b: Reasoning as Retrieval Benchmark",
        url="https://arxiv.org/abs/2404.06347",
    ),
    headline=Headline(
        metric="ndcg_10",
        variants=("rarb_rank",),
        says="nDCG@10 of the right document among 24: eight each of three problems that share "
        "their town and their subject",
    ),
    paper_headline=Headline(
        metric="acc",
        variants=(
            "rarb_arc_mcr",
            "rarb_alphanli_mcr",
            "rarb_piqa_mcr",
            "rarb_siqa_mcr",
            "rarb_winogrande_mcr",
            "rarb_spartqa_mcr",
            "rarb_tempreason_l2_pure_mcr",
        ),
        says="share of published multiple-choice items answered right, without instruction",
    ),
    own_headline=Headline(
        metric="ndcg_10",
        variants=("rarb_rerank",),
        says="nDCG@10 of a first stage's best documents, ranked again",
    ),
    said=("rarb_rank_say",),
    chance=0.1893,
    chance_note="a random order of 24 documents; words in common put the eight documents of the "
    "problem first in random order, which earns 0.494, the bar",
    editions=("fresh", "paper"),
    tiers=("smoke", "lite", "full"),
    paper_tiers=("lite", "full"),
    strata=("kind", "topic", "steps", "wording", "nearest"),
    ladder=Ladder(
        field="steps",
        rungs=(1, 2, 3, 5, 8),
        says="retrieves the answer of problems of {level} reasoning steps",
        log=True,
    ),
    form_names={
        "rank": "rank a shelf of documents (likelihood or similarity)",
        "choose": "tell the right document from its seven near misses",
        "judge": "is this document right? (likelihood of true and false)",
        "retrieve": "retrieve from the whole corpus (retrievers only)",
        "mcr": "published multiple choice (paper edition)",
        "mcr_judge": "is this option the right one? (paper edition, likelihood of true and false)",
        "rerank": "rank a first stage of one's own again (likelihood or similarity)",
    },
    licence="CC0-1.0",
    version=2,
)
