"""Every environment variable that the suite reads, and what it says.

``docs/environment.md`` and ``heptathlon doctor`` read it here.
"""

from typing import NamedTuple


class Variable(NamedTuple):
    """An environment variable.

    Attributes:
        name: its name.
        says: what it says, and what holds where it is not set.
        secret: whether its value must never be shown.
    """

    name: str
    says: str
    secret: bool = False


VARIABLES = (
    Variable(
        "HEPTATHLON_HOME",
        "folder of everything that the suite keeps: sets, task files, checked submissions; "
        "`$XDG_CACHE_HOME/heptathlon`, else `~/.cache/heptathlon`",
    ),
    Variable("HEPTATHLON_SEASON", "season whose sets are asked; the newest one"),
    Variable(
        "HEPTATHLON_SALT",
        "salt of a hidden split, made by `heptathlon salt new`; the public split is asked without",
        secret=True,
    ),
    Variable(
        "HEPTATHLON_DATA",
        "`local`: sets are built here, as is done by itself; `hub`: published ones are loaded",
    ),
    Variable("HEPTATHLON_HUB_ORG", "organisation on the Hub whose published sets are loaded"),
    Variable(
        "HEPTATHLON_SOURCES",
        "folder of a mirror, `<hub id>/<path in that repository>`, from which source files of "
        "paper editions are read in place of the Hub; see `sources.md`",
    ),
    Variable("HEPTATHLON_OWN", "folder of a set that `heptathlon build FAMILY --text` made"),
    Variable(
        "HEPTATHLON_STUDENTS_DATA",
        "file of answers for the paper edition of students: a path, or `hf://datasets/…`",
    ),
    Variable(
        "HEPTATHLON_MEMORABILITY_DATA",
        "LAMBDA's test part for the paper edition of memorability: a path, or `hf://datasets/…`",
    ),
    Variable("HEPTATHLON_MEMORABILITY_TRAIN", "LAMBDA's training part, likewise"),
    Variable("HEPTATHLON_MEMORABILITY_FRAMES", "folder of frames of LAMBDA's videos"),
    Variable(
        "HEPTATHLON_RARB_FILES",
        "where full retrieval reads RAR-b: `mteb` (as is done by itself), `authors` or `sources`",
    ),
    Variable(
        "HEPTATHLON_RARB_DATA",
        "C-STS's validation file for the paper edition of rarb: a path, or `hf://datasets/…`",
    ),
    Variable("HEPTATHLON_API_KEY", "key of the server that `--model api` asks", secret=True),
    Variable("HEPTATHLON_JUDGE_KEY", "key of the server that `heptathlon judge` asks", secret=True),
    Variable("HEPTATHLON_DIGESTS", "`all`: the tests build the large sets too"),
    Variable(
        "HEPTATHLON_CLUSTER", "`1`: the tests start a Ray cluster on this machine and kill it"
    ),
    Variable("HEPTATHLON_GGUF", "a model's file, for the opt-in test of a real server"),
    Variable("HEPTATHLON_PEER_PYTHON", "Python of the peer of `benchmarks.maze`"),
    Variable("HEPTATHLON_SEARCH_PEER_PYTHON", "Python of the peers of `benchmarks.search`"),
    Variable("OPENAI_API_KEY", "key of `--model api` for api.openai.com", secret=True),
    Variable("ANTHROPIC_API_KEY", "key of `--model api` for api.anthropic.com", secret=True),
    Variable(
        "HF_TOKEN", "token of the Hub, for `push`, `submit push` and gated files", secret=True
    ),
    Variable("HF_HOME", "cache of the Hub's libraries; weights of models lie there"),
    Variable("HF_HUB_OFFLINE", "`1`: nothing is fetched from the Hub"),
    Variable("LMEVAL_LOG_LEVEL", "`INFO` brings back lm-eval's own log and tables; `WARNING`"),
    Variable("NO_COLOR", "set to anything: no colours in the terminal"),
    Variable("CHROMIUM", "a Chromium for the opt-in tests and benchmarks of the pages"),
    Variable("LOCAL_RANK", "rank of a process of a run on several devices, set by its launcher"),
)


def page() -> str:
    """Return the page that lists them."""
    rows = [f"| `{one.name}` | {one.says}{' (secret)' * one.secret} |" for one in VARIABLES]
    return "\n".join(
        [
            "# Environment variables",
            "",
            "What follows a semicolon holds where a variable is not set. No secret value is",
            "printed or recorded.",
            "",
            "| variable | what it says |",
            "|---|---|",
            *rows,
            "",
        ]
    )
