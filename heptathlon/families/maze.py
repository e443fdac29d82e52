"""The facts on the maze family."""

from heptathlon.facts import Family, Headline, Ladder, Paper

FAMILY = Family(
    name="maze",
    role="scored",
    title="Maze navigation",
    question="Can the model plan a path it must not improvise?",
    paper=Paper(
        title="Transformers Can Navigate Mazes With Multi-Step Prediction",
        url="https://arxiv.org/abs/2412.05117",
    ),
    headline=Headline(
        metric="optimal",
        variants=("maze_dfs", "maze_wilson", "maze_wilson_loops", "maze_cells"),
        says="share of misleading mazes answered with a legal path of the shortest length",
    ),
    paper_headline=Headline(
        metric="exact",
        variants=("maze_mlmu_dfs", "maze_mlmu_astar"),
        says="share of mazes answered with the gold token sequence, as the paper counts",
    ),
    chance=0.02,
    chance_note="what a script earns that sees the walls without the ends, or less; a fixed answer "
    "earns next to nothing",
    editions=("fresh", "paper"),
    tiers=("smoke", "lite", "full"),
    paper_tiers=("smoke", "lite", "full"),
    strata=("topology", "size", "length_bin", "wording"),
    ladder=Ladder(
        field="size",
        rungs=(3, 4, 5, 7, 10, 15, 20, 30),
        says="solves mazes of side {level}",
        log=True,
    ),
    form_names={
        "path": "find a shortest path",
        "path_or_none": "find a path or say that there is none",
        "next_move": "choose the next move (likelihood)",
        "verify_path": "judge a path (likelihood)",
        "mlmu": "MLM-U's own tokens (paper edition)",
        "star": "the path through a star graph (paper edition)",
    },
    licence="CC0-1.0",
    paper_licence="CC0-1.0",
    paper_licence_note="its mazes are generated here; only their distribution and format "
    "are the paper's",
    version=2,
)
