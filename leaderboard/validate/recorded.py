"""What lm-eval's results file says, closed and typed: what has no place here is not published."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

Figures = dict[str, Any]


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", populate_by_name=True, frozen=True)


class Config(_Strict):
    """lm-eval's ``config``: the model's class and arguments, and how it was called."""

    model: str
    model_args: dict[str, str | int | float | bool | dict[str, Any] | None] = {}
    model_num_parameters: int | None = None
    model_dtype: str | None = None
    model_revision: str | int | None = None
    model_sha: str | None = None
    batch_size: int | str | None = None
    batch_sizes: list[int] = Field(default=[], max_length=1000)
    device: str | None = None
    use_cache: None = None
    limit: float | None = None
    bootstrap_iters: int = Field(default=100_000, ge=0, le=10**7)
    gen_kwargs: dict[str, Any] | None = None
    random_seed: int | None = None
    numpy_seed: int | None = None
    torch_seed: int | None = None
    fewshot_seed: int | None = None
    # What a retriever says of itself.
    backend: str | None = None
    pooling: str | None = None
    max_length: int | None = None
    dtype: str | None = None
    attention: str | None = None
    similarity: str | None = None
    preset: str | None = None
    query_template: str | None = None
    plain_query_template: str | None = None
    document_template: str | None = None
    pool_prompt: bool | None = None
    query_instruction: str | None = None
    document_instruction: str | None = None
    top_k: int | None = None


class Recorded(_Strict):
    """One results file.

    Attributes:
        results: figures of tasks and groups.
        groups: the same figures of the groups that have some.
        group_subtasks: what each group holds.
        configs: empty; see :mod:`heptathlon.leaderboard.dropped`.
        versions: version of each task and group.
        n_shot: worked examples before each document.
        higher_is_better: by task or group and metric.
        n_samples: how many documents a task has, and how many were asked.
        config: the model and how it was called.
        date: when the run began, in seconds of Unix time.
        chat_template: the template's text; None where none was applied, empty where the model
            class knows none.
    """

    results: dict[str, Figures]
    groups: dict[str, Figures] = {}
    group_subtasks: dict[str, list[str]] = {}
    configs: dict[str, Any] = Field(default={}, max_length=0)
    versions: dict[str, int | float | str | None]
    n_shot: dict[str, int] = Field(alias="n-shot")
    higher_is_better: dict[str, dict[str, bool | None]] = {}
    n_samples: dict[str, dict[str, int]] = Field(default={}, alias="n-samples")
    config: Config
    date: float = Field(ge=0, lt=1e11)
    transformers_version: str = Field(default="N/A", max_length=40)
    lm_eval_version: str = Field(max_length=40)
    tokenizer_pad_token: list[str | None] = Field(default=[], max_length=2)
    tokenizer_eos_token: list[str | None] = Field(default=[], max_length=2)
    tokenizer_bos_token: list[str | None] = Field(default=[], max_length=2)
    eot_token_id: int | list[int] | None = None
    max_length: int | None = None
    task_hashes: dict[str, str] = {}
    model_source: str
    model_name: str = ""
    model_name_sanitized: str = ""
    system_instruction: str | None = None
    system_instruction_sha: str | None = None
    fewshot_as_multiturn: bool | None = None
    chat_template: str | None = None
    chat_template_sha: str | None = None
    total_evaluation_time_seconds: str | None = None
