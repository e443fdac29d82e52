"""Chat templates that do more than to frame, or that would run something."""

from collections.abc import Iterator

from tests.lies.forger import CHAT, Forged, asked_again, templated
from tests.lies.lie import Lie, Plant


def lies() -> Iterator[Lie]:
    """Chat templates that do more than to frame, or that run something."""
    fair = CHAT.partition("{% if")[0]
    loops = "{% for a in range(99999) %}" * 3 + "{% endfor %}" * 3
    grows = "{% for i in range(99) %}{% set n.x = n.x ~ n.x %}{% endfor %}"
    for words, template in (
        ("a hint in the template", CHAT.replace("assistant\n", "assistant\nThe way is up. ")),
        (
            "a system prompt in the template",
            f"<|im_start|>system\nWalk along walls.<|im_end|>\n{CHAT}",
        ),
        ("a begun answer in the template", CHAT.replace("assistant\n", "assistant\nANSWER: U")),
        (
            "a hint for some documents",
            fair
            + "{% if 'S o' in messages[-1]['content'] %}Right.{% endif %}<|im_start|>assistant\n",
        ),
        (
            "a hint by length",
            fair
            + "{% if messages[-1]['content']|length > 400 %}<|im_start|>{% endif %}"
            + "<|im_start|>assistant\n",
        ),
        ("words taken out", CHAT.replace("m['content']", "m['content']|replace('wall', '')")),
        (
            "the question twice",
            CHAT.replace("{{ m['content'] }}", "{{ m['content'] }}{{ m['content'] }}"),
        ),
        ("the question in capitals", CHAT.replace("m['content']", "m['content']|upper")),
        ("only the question's end", CHAT.replace("m['content']", "m['content'][-300:]")),
        ("no question", "<|im_start|>user\n<|im_end|>\n<|im_start|>assistant\n"),
        ("a marker that speaks", CHAT.replace("im_end", "the_answer_is_up")),
        (
            "a hint in other letters",
            CHAT.replace("assistant\n", "assistant\n\u0432\u0432\u0435\u0440\u0445 "),
        ),
        ("a hint in digits", CHAT.replace("assistant\n", "assistant\n" + "1423" * 20)),
        ("the hour in the template", CHAT + "{{ strftime_now('%H:%M') }}"),
    ):
        yield Lie(words, "chat", as_rendered(template), told=True)
    for words, template in (
        ("a template that escapes", "{{ ''.__class__.__mro__[1].__subclasses__() }}" + CHAT),
        (
            "a template that imports",
            "{{ cycler.__init__.__globals__.os.system('touch PLANTED') }}" + CHAT,
        ),
        ("a template that reads files", "{% include '/etc/passwd' %}" + CHAT),
        (
            "a template without end",
            loops + CHAT,
        ),
        ("a template that fills memory", "{{ 'a' * 10**11 }}" + CHAT),
        (
            "a template that grows",
            "{% set n = namespace(x='ab') %}{% for i in range(99) %}"
            + grows
            + "{% endfor %}"
            + CHAT,
        ),
        ("a template that is none", "{% for m in messages %}"),
        ("a template of a megabyte", "{# " + "x" * 10**6 + " #}" + CHAT),
        ("a template that refuses", "{{ raise_exception('no') }}" + CHAT),
    ):
        yield Lie(words, "chat", _as_recorded(template), told=True)
    yield Lie(
        "another template than was used", "chat", _as_recorded(CHAT.replace("im_start", "im_begin"))
    )
    yield Lie("a template that was not used", "maze", _as_recorded(CHAT))
    yield Lie(
        "no template where one was used",
        "chat",
        lambda o: o.result.update(
            chat_template=None, chat_template_sha=None, fewshot_as_multiturn=False
        ),
    )


def as_rendered(template: str) -> Plant:
    """Return a plant whose prompts are those that the template makes."""

    def plant(one: Forged) -> None:
        one.result.update(templated(template))
        try:
            asked_again(one)
        except Exception:
            _as_recorded(template)(one)

    return plant


def _as_recorded(template: str) -> Plant:
    """Return a plant that records a template, and leaves the prompts as they were."""
    return lambda one: one.result.update(templated(template))
