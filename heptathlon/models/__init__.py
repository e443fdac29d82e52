"""lm-eval model classes of the suite: the scripted players, and helpers around real models."""

SHARED_PROMPT = "heptathlon-hf"
"""Name of :class:`.shared_prompt.SharedPromptLM`, which cannot be imported without torch."""
NAMES = ("api", "heptathlon", "heptathlon-encoder", "heptathlon-memory", SHARED_PROMPT)
"""Names of the suite's own model classes."""


def register() -> None:
    """Make lm-eval know the suite's own model classes."""
    from lm_eval.api.registry import model_registry

    import heptathlon.models.api
    import heptathlon.models.encoder
    import heptathlon.models.inspected
    import heptathlon.models.memory_lm
    import heptathlon.models.player  # noqa: F401

    if SHARED_PROMPT not in model_registry:
        # By its place alone, so that torch is loaded only for those who ask for it.
        place = "heptathlon.models.shared_prompt:SharedPromptLM"
        model_registry.register(SHARED_PROMPT, target=place)
