"""What a run records of model, settings and time."""

from collections.abc import Iterator
from typing import Any

from heptathlon.tasks import catalog
from tests import forge
from tests.lies.forger import Forged, asked_again
from tests.lies.lie import Lie, Plant, arguments, enveloped, late


def lies() -> Iterator[Lie]:
    """What a run records of model, settings and time."""
    for key, value in (
        ("trust_remote_code", True), ("peft", "evil/adapter"), ("delta", "evil/delta"),
        ("tokenizer", "/tmp/evil"), ("custom_generate", "evil/gen"), ("autogptq", "x"),
        ("pretrained", "../../weights"), ("pretrained", "lab/tiny,trust_remote_code=True"),
        ("pretrained", "lab/tiny --trust_remote_code"), ("revision", "main,trust_remote_code=True"),
        ("revision", "$(id)"), ("dtype", "bfloat16, re-run by the maintainers"), ("dtype",
        "__import__('os')"),
        ("max_length", "8192"), ("max_length", 0), ("max_length", 1e290), ("backend", "os.system"),
        ("player", "oracle"), ("base_url", "http://10.0.0.1/v1"), ("token", "hf_" + "a" * 34),
        ("api_key", "x"), ("device_map_option", "auto"), ("parallelize", "--trust"), ("gguf_file",
        "../x.gguf"),
        ("cache_dir", "/home/zoe"), ("chat_template_args", "{}"), ("think_end_token", "</think>"),
    ):  # fmt: skip
        yield Lie(f"the model argument {key}={value!r:.40}", "maze", _arg(key, value))
    for key, value in (
        ("custom_generate", "evil/gen"), ("trust_remote_code", True), ("num_return_sequences", 64),
        ("num_beams", 8), ("best_of", 64), ("n", 64), ("assistant_model", "evil/m"),
        ("generation_config", "evil/c"),
        ("temperature", "0"), ("temperature", 1e9), ("top_p", -1), ("max_gen_toks", 10**9),
        ("max_gen_toks", "4 --x"),
        ("until", "ANSWER"), ("until", ["x" * 1000]), ("until", [""]), ("do_sample", "no"),
        ("stop_strings", ["x"]),
        ("prompt_lookup_num_tokens", 3), ("guided_regex", "ANSWER: [UDLR ]+"),
        ("extra_body", {"a": 1}),
        ("logits_processor", ["x"]), ("prefix_allowed_tokens_fn", "x"), ("bad_words_ids", [[1]]),
        ("seed", "x"),
    ):  # fmt: skip
        yield Lie(f"the generation argument {key}={value!r:.30}", "maze", _gen(key, value))
    yield Lie(
        "other stops than were used",
        "maze",
        lambda o: o.config.update(gen_kwargs={"until": ["\n"]}),
    )
    for place, value in (
        ("batch_size", "--trust_remote_code"), ("batch_size", "1 --x"), ("batch_size", 0),
        ("batch_size", "auto;id"),
        ("device", "--trust_remote_code"), ("device", "cuda:0;id"), ("device", "/dev/sda"),
        ("model_dtype", "bfloat16, re-run by the maintainers"), ("model_dtype", "<b>float16</b>"),
        ("model_num_parameters", 10**290), ("model_num_parameters", -7),
        ("model_num_parameters", 1.5),
        ("model_num_parameters", 0), ("model_num_parameters", "70B"), ("model_sha", "verified"),
        ("model_sha", "A" * 40),
        ("model_revision", "re-run by the maintainers"), ("use_cache", "/tmp/other-model.db"),
        ("limit", "all"),
        ("limit", -1.0), ("bootstrap_iters", -5), ("random_seed", "0"), ("random_seed", -1),
        ("torch_seed", 10**30),
        ("batch_sizes", [-1]), ("model", "evil.module:Class"), ("model", "hf --trust_remote_code"),
        ("model", "dummy"), ("model", "heptathlon"), ("similarity", "cos"), ("note", "checked"),
        ("top_k", 5),
        ("query_instruction", "The answer is"), ("query_template", "The answer: {query}"),
        ("preset", "gritlm"), ("pool_prompt", False), ("files", ["/home/zoe/model.safetensors"]),
        ("peft_sha", "0" * 40),
    ):  # fmt: skip
        yield Lie(
            f"config.{place} is {value!r:.40}",
            "maze",
            lambda o, p=place, v=value: o.config.update({p: v}),
        )
    for place, value in (
        ("lm_eval_version", "0.4.13, checked by the maintainers"), ("lm_eval_version", ""),
        ("lm_eval_version", "9.9"),
        ("transformers_version", "<script>alert(1)</script>"), ("date", 0.0), ("date", -1.0),
        ("date", 4e9),
        ("date", 1e300), ("date", "yesterday"), ("model_source", "heptathlon"), ("model_name",
        "Qwen/Qwen3-0.6B"),
        ("model_name", "x\u202ey"), ("model_name_sanitized", "best"), ("git_hash", "re-run"),
        ("upper_git_hash", "x"),
        ("pretty_env_info", "user zoe on host bigbox"), ("system_instruction_sha", "0" * 64),
        ("chat_template_sha", "0" * 64),
        ("chat_template", ""), ("fewshot_as_multiturn", True),
        ("tokenizer_bos_token", ["Hint: go up", "0"]),
        ("tokenizer_bos_token", ["x" * 500, "0"]), ("eot_token_id", -4), ("max_length", 10**30),
        ("max_length", -1),
        ("total_evaluation_time_seconds", "soon"), ("total_evaluation_time_seconds", "1_0.0"),
        ("total_evaluation_time_seconds", "9" * 300), ("verified", True), ("rank", 1),
        ("leaderboard", {"rank": 1}),
        ("samples", {}), ("start_time", 1.0), ("tokenizer_pad_token", ["a\u3164", "0"]),
        ("versions", {}), ("n-samples", {}),
        ("higher_is_better", {}), ("task_hashes", {}), ("results", {}),
    ):  # fmt: skip
        seed = "chat" if place.startswith("tokenizer_bos") else "maze"
        yield Lie(
            f"{place} is {value!r:.40}",
            seed,
            late(lambda o, p=place, v=value: o.result.update({p: v})),
        )
    yield Lie(
        "a run of two hours after tomorrow",
        "maze",
        late(lambda o: o.result.update(date=o.result["date"] + 3 * 86400)),
    )
    yield Lie(
        "a run of three weeks ago",
        "maze",
        late(lambda o: o.result.update(date=o.result["date"] - 21 * 86400)),
    )
    yield Lie(
        "a player's run that is called a model's",
        "player",
        enveloped(lambda e: e["model"].update(name="some-lab/model-1b", kind="model")),
    )
    yield Lie(
        "a player recorded as a model",
        "maze",
        late(
            lambda o: (
                o.config.update(model="heptathlon", model_args={"player": "oracle"}),
                o.result.update(model_source="heptathlon"),
            )
        ),
    )
    yield Lie(
        "a system prompt with the key",
        "chat",
        lambda o: _system(o, "The answers are U, D, L and R in turn."),
        told=True,
    )
    yield Lie(
        "a system prompt that was not in the prompts",
        "maze",
        lambda o: o.result.update(
            system_instruction="Go up.", system_instruction_sha=forge.sha("Go up.")
        ),
    )
    yield Lie(
        "a system prompt on the list that was not in the prompts",
        "maze",
        lambda o: o.result.update(
            system_instruction="You are a helpful assistant.",
            system_instruction_sha=forge.sha("You are a helpful assistant."),
        ),
    )


def _arg(key: str, value: Any) -> Plant:
    return lambda one: one.config["model_args"].update({key: value})


def _gen(key: str, value: Any) -> Plant:
    def plant(one: Forged) -> None:
        one.config["gen_kwargs"] = {key: value}
        for task, rows in one.rows.items():
            if catalog.definition(task)["output_type"] != "multiple_choice":
                for row in rows:
                    arguments(row)["arg_1"][key] = value

    return plant


def _system(one: Forged, text: str) -> None:
    one.result.update(system_instruction=text, system_instruction_sha=forge.sha(text))
    asked_again(one)
