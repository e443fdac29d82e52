"""What is rendered is what lm-eval and transformers make, on every task; a template does no more.

The suite renders prompts without lm-eval; here lm-eval itself, and the library whose environment
chat templates are written for, say what they should be.
"""

import json
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from heptathlon.errors import HeptathlonError
from heptathlon.families import CURRENT_SEASON
from heptathlon.leaderboard import documents, expected, rendering, sandbox, templates
from heptathlon.leaderboard.rendering import Asked
from heptathlon.leaderboard.templates import OwnTemplateError, Rendering
from heptathlon.tasks import catalog
from tests.lies.forger import CHAT

DAY = date(2026, 3, 5)
SMOKE = sorted(t for t in catalog.leaves() if catalog.task_data(t).tier == "smoke")
HELPFUL = "You are a helpful assistant."


def ways(task: str) -> Iterator[Asked]:
    """Yield settings: without a template, with one in one turn and in several, with examples."""
    told = catalog.definition(task)
    shots = (0, 2) if told.get("fewshot_split") and not told.get("doc_to_image") else (0,)
    for number in shots:
        yield Asked("hf", shots=number)
        yield Asked("hf", chat=True, template="x", system=HELPFUL, shots=number)
        yield Asked("hf", chat=True, template="x", multiturn=True, shots=number)


@pytest.mark.parametrize("task", SMOKE)
def test_requests_are_lm_eval_s(manager: Any, task: str):
    try:
        theirs = manager.load([task])["tasks"][task]
    except HeptathlonError as error:
        pytest.skip(f"its source files are not here: {error}")
    data = catalog.task_data(task)
    docs = documents.documents(data, CURRENT_SEASON).rows
    assert len(docs) == len(theirs.eval_docs)
    theirs.set_fewshot_seed(0)

    def chat_template(messages: Any, add_generation_prompt: bool = True) -> str:
        return json.dumps([messages, add_generation_prompt])

    def render(messages: Any, *, go: bool = False) -> Any:
        return json.dumps([messages, not go]), messages

    for asked in ways(task):
        theirs.set_config("num_fewshot", asked.shots)
        theirs.build_all_requests(
            limit=2,
            system_instruction=asked.system or None,
            apply_chat_template=asked.chat,
            fewshot_as_multiturn=asked.multiturn,
            chat_template=chat_template if asked.chat else None,
        )
        wanted: dict[int, list[Any]] = {}
        for instance in theirs.instances:
            wanted.setdefault(instance.doc_id, []).append(instance.args)
        shots = documents.shots(data, CURRENT_SEASON) if asked.shots else ()
        made = rendering.rendered(task, docs[:2], asked, shots, render)
        for number, requests in enumerate(made):
            # As lm-eval writes them: pictures as text, tuples as lists.
            own, other = (
                json.loads(json.dumps(rendering.recorded(r), default=str))
                for r in (requests, wanted[number])
            )
            bare = rendering.without_addresses(other)
            assert rendering.without_addresses(own) == bare
            assert rendering.digest_of(own) == rendering.digest_of(other)


# --- chat templates ------------------------------------------------------------------------------

TEMPLATES = {
    "chatml": CHAT,
    "llama": "{{ bos_token }}{% for m in messages %}{{ '<|start_header_id|>' + m['role'] + "
    "'<|end_header_id|>\n\n' + m['content'] | trim + '<|eot_id|>' }}{% endfor %}"
    "{% if add_generation_prompt %}<|start_header_id|>assistant<|end_header_id|>\n\n{% endif %}",
    "mistral": "{{ bos_token }}{% for m in messages %}{% if m['role'] == 'user' %}"
    "{{ '[INST] ' + m['content'] + ' [/INST]' }}{% elif m['role'] == 'assistant' %}"
    "{{ ' ' + m['content'] + eos_token }}{% else %}"
    "{{ raise_exception('Only user and assistant roles are supported!') }}{% endif %}{% endfor %}",
    "gemma": "{{ bos_token }}{% if messages[0]['role'] == 'system' %}"
    "{{ raise_exception('System role not supported') }}{% endif %}{% for message in messages %}"
    "{% set role = 'model' if message['role'] == 'assistant' else message['role'] %}"
    "{{ '<start_of_turn>' + role + '\n' + message['content'] | trim + '<end_of_turn>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{'<start_of_turn>model\n'}}{% endif %}",
    "qwen": "{%- if messages[0].role == 'system' %}\n{{- '<|im_start|>system\\n' + "
    "messages[0].content + '<|im_end|>\\n' }}\n{%- else %}\n"
    "{{- '<|im_start|>system\\nYou are Qwen, created by Alibaba Cloud. You are a helpful "
    "assistant.<|im_end|>\\n' }}\n{%- endif %}\n"
    "{%- set ns = namespace(first=true) %}\n{%- for message in messages %}\n"
    "    {%- if message.role != 'system' %}\n"
    "        {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}\n"
    "    {%- endif %}\n{%- endfor %}\n"
    "{%- if add_generation_prompt %}\n    {{- '<|im_start|>assistant\\n' }}\n"
    "    {%- if enable_thinking is defined and enable_thinking is false %}\n"
    "        {{- '<think>\\n\\n</think>\\n\\n' }}\n    {%- endif %}\n{%- endif %}",
    "generation": "{% for m in messages %}{% if m.role == 'assistant' %}{% generation %}"
    "{{ m.content }}{{ eos_token }}{% endgeneration %}{% else %}<|{{ m.role }}|>\n{{ m.content }}"
    "{{ eos_token }}\n{% endif %}{% endfor %}{% if add_generation_prompt %}<|assistant|>\n"
    "{% endif %}",
    "tools": "{% if tools is not none and tools %}TOOLS{% endif %}" + CHAT,
    "json": "{{ messages | tojson }}",
}
SEEN = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>", "enable_thinking": False}
CHATS: list[list[dict[str, str]]] = [
    [{"role": "user", "content": " Which way?\n\n# o #\n"}],
    [
        {"role": "system", "content": HELPFUL},
        {"role": "user", "content": "Zoë's <b> \u2028 {{ x }}"},
    ],
    [
        {"role": "user", "content": "One?"},
        {"role": "assistant", "content": "1"},
        {"role": "user", "content": "Two?"},
    ],
    [{"role": "user", "content": "Begin."}, {"role": "assistant", "content": "Answer: "}],
]


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_is_rendered_as_transformers_does(tiny_model: Path, name: str):
    from lm_eval.models.huggingface import HFLM
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(tiny_model)
    tokenizer.chat_template = TEMPLATES[name]

    class Asking:
        """Of lm-eval's model, what applies a template."""

    lm: Any = Asking()
    lm.chat_template_args = {"enable_thinking": False}
    lm.tokenizer = tokenizer
    with Rendering(TEMPLATES[name], SEEN, DAY) as render:
        for messages in CHATS:
            go = messages[-1]["role"] == "assistant"
            if name == "json" and go:
                continue
            theirs = HFLM.apply_chat_template(lm, messages, add_generation_prompt=not go)
            assert render(messages, go=go)[0] == theirs


@pytest.mark.parametrize("name", [n for n in TEMPLATES if n != "json"])
def test_a_fair_template_only_frames(name: str):
    with Rendering(TEMPLATES[name], SEEN, DAY) as render:
        for messages in CHATS:
            frame = templates.frame_of(render, messages)
            assert frame.excess() == ""
            go = messages[-1]["role"] == "assistant"
            text, used = render(messages, go=go)
            assert frame.fits(text, templates.texts_of(used))
            assert not frame.fits(text + "x", templates.texts_of(used))


def test_a_template_may_write_the_day_of_the_run():
    template = "{{ strftime_now('%d %b %Y') }}\n" + CHAT
    with Rendering(template, {}, DAY) as render:
        assert render(CHATS[0])[0].startswith("05 Mar 2026\n")
        assert templates.frame_of(render, CHATS[0]).excess() == ""
    asked = Asked("hf", chat=True, template=template)
    days = [day for _, day in expected.ways("heptathlon_maze_dfs_smoke", asked, 1772668800.0)]
    assert set(days) == {date(2026, 3, n) for n in (4, 5, 6, 7)}


@pytest.mark.parametrize(
    ("template", "says"),
    [
        ("{% for m in messages %}", "it is no template"),
        ("{{ 'a' * 10**11 }}", "memory"),
        (
            "{% set n = namespace(x='ab') %}{% for i in range(99) %}"
            "{% set n.x = n.x ~ n.x %}{% endfor %}",
            "memory",
        ),
        ("{% for i in range(9000) %}{{ 'a' * 1000 }}{% endfor %}", "fails|more"),
        ("{{ strftime_now('%H') }}", "time of day"),
        ("{{ ''.__class__.__mro__ }}", "fails"),
        ("{{ cycler.__init__.__globals__.os.system('id') }}", "fails"),
        ("{% set n = namespace(__class__=1) %}", "fails"),
        ("{% include 'x' %}", "fails"),
        ("{{ lipsum() }}", "fails"),
        ("{{ messages.append(1) }}", "fails"),
        ("x" * (templates.MAX_TEMPLATE + 1), "characters"),
    ],
)
def test_what_a_template_cannot_do(template: str, says: str):
    start = time.monotonic()
    with pytest.raises(OwnTemplateError, match=says), Rendering(template, {}, DAY) as render:
        render(CHATS[0])
    assert time.monotonic() - start < 5


def test_a_template_without_end_is_ended(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(templates, "SECONDS", 0.5)
    loops = "{% for a in range(99999) %}" * 3 + "{% endfor %}" * 3
    start = time.monotonic()
    with pytest.raises(OwnTemplateError, match="takes more than"), Rendering(loops, {}, DAY) as r:
        r(CHATS[0])
    assert time.monotonic() - start < 3


@pytest.mark.parametrize(
    ("template", "says"),
    [
        (CHAT.replace("assistant\n", "assistant\nGo up. "), "Go up"),
        ("<|im_start|>system\nWalk along walls.<|im_end|>\n" + CHAT, "Walk along walls"),
        (CHAT.replace("im_end", "answer_is_up"), "answer is up"),
        (CHAT + "1423" * 9, "many digits"),
        ("\u0432\u0432\u0435\u0440\u0445" + CHAT, "\u0432\u0432\u0435\u0440\u0445"),
        ("<|im_start|>" * 500 + CHAT, "long text"),
    ],
)
def test_what_a_template_says_besides_is_seen(template: str, says: str):
    with Rendering(template, {}, DAY) as render:
        assert says in templates.frame_of(render, CHATS[0]).excess()


@pytest.mark.parametrize(
    "template",
    [
        CHAT.replace("m['content']", "m['content']|upper"),
        CHAT.replace("m['content']", "m['content'][:3]"),
        "{% for m in messages %}{{ m.role }}{% endfor %}",
        CHAT.replace("{{ m['content'] }}", "{{ m['content'] }}{{ m['content'] }}"),
        CHAT + "{% if messages[0].content|length > 12 %}user{% endif %}",
    ],
)
def test_a_template_that_does_more_than_frame(template: str):
    with Rendering(template, {}, DAY) as render, pytest.raises(OwnTemplateError):
        templates.frame_of(render, CHATS[0])


def test_a_template_that_speaks_up_for_some_documents_is_seen():
    data = catalog.task_data("heptathlon_maze_dfs_smoke")
    rows = documents.documents(data, CURRENT_SEASON).rows
    word = rendering.turns_of(data.task, rows[3], Asked("hf"))[0].content[60:100]
    spoken = CHAT + f"{{% if {word!r} in messages[-1].content %}}user{{% endif %}}"
    for template, own in ((CHAT, ""), (spoken, "it writes other text around other messages")):
        asked = Asked("hf", chat=True, template=template)
        with expected.renderings() as open_:
            found = expected.expected(data, CURRENT_SEASON, "digest", asked, DAY, open_)
        assert found.own == own
        assert len(set(found.arguments)) == len(rows)


def test_pictures_stand_where_the_processor_wants_them():
    task = "heptathlon_maze_image_smoke"
    row = documents.documents(catalog.task_data(task), CURRENT_SEASON).rows[0]
    turns = rendering.turns_of(task, row, Asked("hf-multimodal"))
    assert rendering.PLACEHOLDER in turns[0].content
    for asked in (Asked("hf-multimodal", chat=True), Asked("hf-multimodal", interleave=False)):
        (message,) = rendering.with_pictures(rendering.chat(turns, asked), asked)
        kinds = [part["type"] for part in message["content"]]
        assert kinds.count("image") == 1
        text = "".join(part.get("text", "") for part in message["content"])
        assert text == turns[0].content.replace(rendering.PLACEHOLDER, "")
    assert rendering.shown(catalog.definition(task), row)[0].startswith("<PIL.Image.Image image")


def test_the_process_of_a_template_has_limits():
    """It may open nothing, and its memory and its time are bounded from within."""
    source = Path(sandbox.__file__).read_text()
    for word in ("RLIMIT_AS", "RLIMIT_CPU", "RLIMIT_NOFILE", "RLIMIT_FSIZE"):
        assert word in source
    assert "heptathlon" not in source.replace("heptathlon submit", "")
