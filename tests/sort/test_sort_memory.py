"""Memories: what each one shows, BM25 against another implementation, and a run through lm-eval."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import lm_eval.models  # noqa: F401
import pytest
from lm_eval.api.model import LM
from lm_eval.api.registry import register_model

from heptathlon.builders import store
from heptathlon.errors import HeptathlonError, UnknownNameError
from heptathlon.models import memory as memories
from heptathlon.models.memory_lm import MemoryLM
from heptathlon.running import runner, runs
from heptathlon.scoring import scorecard
from heptathlon.tasks.sort import prompts

TEXT = "One two three. Four five six. Seven eight nine. Ten eleven twelve."


class Recorder:
    """A model that keeps what it was told and answers with a number."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, int | None]] = []

    def __call__(self, prompt: str, max_tokens: int | None = None) -> str:
        self.heard.append((prompt, max_tokens))
        return f" note {len(self.heard)} "


def shown(name: str, question: str = "Ten or four?", **options: Any) -> str:
    """Return what a memory puts before a question."""
    speak = Recorder()
    memory = memories.make(name, speak, options)
    memory.observe("Forgotten text. " * 20, "old")
    memory.reset()
    memory.observe(TEXT, "title")
    memory.ask(question)
    prompt = speak.heard[-1][0]
    assert prompt.endswith(f"\n\n{question}")
    assert "Forgotten" not in prompt
    return prompt.removesuffix(f"\n\n{question}").removeprefix("This is what you remember:\n\n")


def test_what_each_memory_shows():
    assert shown("full") == f"title\n\n{TEXT}"
    assert shown("window", words=4) == "nine. Ten eleven twelve."
    assert shown("bm25_text", words=3, passages=2) == "Four five six.\n\nTen eleven twelve."
    found = shown("bm25_relevance", "Ten eleven or four?", words=3, passages=2)
    assert found == "Ten eleven twelve.\n\nFour five six."
    speak = Recorder()
    notes = memories.make("notes", speak, {"words": 6, "tokens": 7})
    notes.observe(TEXT, "title")
    notes.ask("?")
    assert [limit for _, limit in speak.heard] == [7, 7, None]
    assert "One two three. Four five six." in speak.heard[0][0]
    assert speak.heard[-1][0] == "This is what you remember:\n\nnote 1\n\nnote 2\n\n?"


class MyMemory:
    """A memory library as a user would plug it in."""

    def __init__(self, speak: memories.Speak) -> None:
        self.speak, self.texts = speak, []

    def observe(self, text: str, source: str) -> None:
        self.texts.append(text)

    def ask(self, prompt: str) -> str:
        return self.speak("".join(self.texts) + prompt)

    def reset(self) -> None:
        self.texts = []


class Deaf:
    def __init__(self, speak: memories.Speak) -> None:
        pass


def test_an_own_class_is_plugged_in_by_name():
    speak = Recorder()
    memory = memories.make(f"{__name__}:MyMemory", speak, {})
    memory.observe("A text. ", "t")
    memory.ask("Why?")
    assert speak.heard == [("A text. Why?", None)]


def test_refusals():
    speak = Recorder()
    with pytest.raises(UnknownNameError, match="did you mean 'window'"):
        memories.make("windows", speak, {})
    with pytest.raises(HeptathlonError, match="cannot be imported"):
        memories.make("no.such.module:Thing", speak, {})
    with pytest.raises(HeptathlonError, match="has no method 'observe'"):
        memories.make(f"{__name__}:Deaf", speak, {})
    with pytest.raises(HeptathlonError, match="does not take its options"):
        memories.make("full", speak, {"words": 3})
    with pytest.raises(HeptathlonError, match="no such model class"):
        MemoryLM(memory="full", base="no-such-model")


# --- through lm-eval ---------------------------------------------------------------------------


@register_model("sort-test-reader")
class Reader(LM):
    """A base model that answers from what stands in its prompt, and A if it cannot tell."""

    def __init__(self, window: int = 0, **_: Any) -> None:
        super().__init__()
        if window:
            self.max_length = window
            self.tok_encode = str.split

    def generate_until(self, requests: Sequence[Any], disable_tqdm: bool = False) -> list[str]:
        return [self._answer(request.args[0]) for request in requests]

    def _answer(self, prompt: str) -> str:
        memory, _, question = prompt.rpartition("Here is a question")
        words = memory.split()
        at = []
        offered = re.findall(r"^([A-H]): (.*)$", question, re.MULTILINE)
        for _, option in offered:
            piece = option.split()[:8]
            at.append(next((i for i in range(len(words)) if words[i : i + 8] == piece), None))
        if None in at:
            return f"{prompts.ANSWER} {offered[0][0]}"
        late = any(word in question for word in (" last ", " later", " after "))
        wanted = max(at) if late else min(at)
        return f"{prompts.ANSWER} {offered[at.index(wanted)][0]}"

    def loglikelihood(self, requests: Sequence[Any]) -> list[tuple[float, bool]]:
        raise NotImplementedError

    def loglikelihood_rolling(self, requests: Sequence[Any]) -> list[float]:
        raise NotImplementedError


TASKS = "heptathlon_sort_memory_quoted_smoke,heptathlon_sort_say_quoted_notext_smoke"


def figures(out: Path, arguments: str) -> tuple[float, float]:
    """Run a memory and return its accuracy and its uplift over the same model without it."""
    runner.run(
        ["--model", "heptathlon-memory", "--model_args", f"base=sort-test-reader,{arguments}",
         "--tasks", TASKS, "--output_path", str(out)]
    )  # fmt: skip
    card, _ = scorecard.score_run(runs.read_run(out))
    (form,) = [f for f in card.families["sort"].forms if f.variant == "sort_memory_quoted"]
    return form.metrics["acc"].value, form.metrics["uplift"].value


def test_a_memory_is_worth_what_it_keeps(tmp_path: Path):
    assert figures(tmp_path / "full", "memory=full") == (1.0, 0.5)
    accuracy, uplift = figures(tmp_path / "window", "memory=window,memory_words=60")
    assert accuracy < 0.75
    assert uplift == pytest.approx(accuracy - 0.5)
    text, _ = figures(tmp_path / "text", "memory=bm25_text,memory_words=25,memory_passages=10")
    best, _ = figures(tmp_path / "best", "memory=bm25_relevance,memory_words=25,memory_passages=10")
    # With every passage retrieved, only their order differs: the paper's contrast.
    assert text > best


def test_each_text_is_observed_once_and_prompts_have_none_of_it(tmp_path: Path):
    heard: list[tuple[str, str]] = []

    class Spy(MyMemory):
        def observe(self, text: str, source: str) -> None:
            heard.append(("observe", text))
            super().observe(text, source)

        def ask(self, prompt: str) -> str:
            heard.append(("ask", prompt))
            return super().ask(prompt)

    lm = MemoryLM(base=Reader())
    lm.memory = Spy(lm.speak)
    docs = store.read_docs(store.ensure(store.SetName("sort", tier="smoke")), "order_memory")

    class Request:
        def __init__(self, doc: dict[str, Any]) -> None:
            self.doc, self.args = doc, (prompts.say(doc), {"until": []})

    # Questions on several texts, shuffled, come back in the order in which they were asked.
    mixed = docs[::2] + docs[1::2]
    lm.generate_until([Request(d) for d in mixed])
    observed = [text for what, text in heard if what == "observe"]
    assert len(observed) == len(set(observed)) == len({d["cluster_id"] for d in docs})
    asked = [prompt for what, prompt in heard if what == "ask"]
    assert len(asked) == len(docs)
    assert not any(d["text"] in prompt for d in docs for prompt in asked)


def test_what_the_window_cannot_hold_is_refused(tmp_path: Path):
    with pytest.raises(HeptathlonError, match=r"take [\d,]+ tokens, but .* window\s+has 300"):
        figures(tmp_path, "memory=full,window=300")
    assert not list(tmp_path.rglob("results_*.json"))


def test_a_memory_has_no_likelihoods(tmp_path: Path):
    with pytest.raises(HeptathlonError, match="answers in text"):
        runner.run(
            ["--model", "heptathlon-memory", "--model_args", "base=sort-test-reader,memory=full",
             "--tasks", "heptathlon_sort_e250_smoke", "--output_path", str(tmp_path)]
        )  # fmt: skip


def test_the_base_models_chat_template_goes_round_the_whole(tmp_path: Path):
    class Chatty(Reader):
        def apply_chat_template(self, chat_history, add_generation_prompt=True):
            return f"<{json.dumps(chat_history)}>"

    lm = MemoryLM(base=Chatty())
    assert lm.apply_chat_template([{"role": "user", "content": "Q"}]) == "Q"
    seen: list[str] = []
    lm.base.generate_until = lambda requests, **_: [seen.append(requests[0].args[0]) or "A"]
    lm.memory.observe("Text.", "T")
    lm.memory.ask("Q")
    (prompt,) = seen
    assert prompt.startswith("<[")
    assert json.loads(prompt[1:-1])[0]["content"].endswith("Text.\n\nQ")
