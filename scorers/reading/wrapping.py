"""What wraps an answer and is none: Markdown, HTML, LaTeX, fences, quotes, tokens of chat formats."""

import re

DECORATION = " \t\r\n*_`#\"'$~✅☑✔✓👉🎯✨🏆💡➤\ufffd"
_FENCE = "```"

_BLOCK = r"br|p|div|li|ul|ol|tr|table|tbody|td|th|pre|blockquote|details|summary|h[1-6]|hr"
_INLINE = r"strong|em|code|span|font|mark|center|small|big|tt|kbd|samp|sub|ins"
_WRAPPERS = re.compile(
    # Padding and what else says nothing, wherever it stands.
    r"(?P<none><\|?(?:pad|unk|bos)\|?>|\[(?:pad|unk|bos|gmask)\]|<s>|<sop>|<\|(?:begin_of_text"
    r"|startoftext|begin▁of▁sentence|box_start|box_end|object_ref_start|object_ref_end|vision_start"
    r"|vision_end|message)\|>"
    rf"|</?(?:{_INLINE})(?:\s[^<>\n]{{0,80}})?>|(?-i:</?[biq]>))"
    r"|(?-i:<u>(?P<underlined>[^<>\n]{0,200})</u>)"  # a lone <u> may be a move
    # What wraps a whole reply, or a block of it.
    r"|(?P<block><\|(?:start_(?:response|text|answer|solution)|begin_of_(?:solution|answer"
    r"|response))\|>|</?(?:response|output|final|solution|conclusion|result|reply)>"
    rf"|</?(?:{_BLOCK})(?:\s[^<>\n]{{0,80}})?/?>)"
    # Markdown for what no longer counts.
    r"|~~[^~\n]{1,200}~~|<(?P<gone>del|strike)>[^<>\n]{1,200}</(?P=gone)>",
    re.IGNORECASE,
)
_LATEX = re.compile(
    r"\\(?:text(?:bf|it|rm|tt|sf|sc|up|normal)?|math(?:bf|it|rm|tt|sf|bb|cal|normal)?|emph"
    r"|underline|operatorname|mbox|displaystyle|large|Large|bf|rm|boldsymbol|bm)(?![A-Za-z])\s{0,4}"
)
_MATH = (("\\(", "\\)"), ("\\[", "\\]"))
_TAGGED = re.compile(r"<([a-z][\w-]{0,30})>(.*)</\1>", re.IGNORECASE | re.DOTALL)
DEEPEST = 8
"""Layers of wrapping that are taken off: nobody wraps an answer more often."""


def unwrapped(text: str) -> str:
    """Return a turn without the tokens and HTML that say nothing, trimmed."""
    return _WRAPPERS.sub(lambda m: "\n" if m["block"] else m["underlined"] or "", text).strip()


def plain(text: str) -> str:
    """Return the text without blanks, quotes and Markdown decoration at its ends."""
    return text.strip(DECORATION)


def peeled(text: str) -> str:
    r"""Return an answer without what wraps the whole of it.

    Example:
        >>> peeled(r"**$\text{(B)}$**"), peeled(r"\(\mathbf{63}\)"), peeled("<final>U D</final>")
        ('(B)', '63', 'U D')
    """
    text = plain(text)
    for _ in range(DEEPEST):
        inner = _layer(text)
        if inner == text:
            break
        text = inner
    return text


def _layer(text: str) -> str:
    for opening, closing in _MATH:
        if len(text) >= len(opening + closing) and text.startswith(opening):
            inner = text[len(opening) :].rstrip(" .").removesuffix(closing)
            if closing not in inner:
                return plain(inner)
    if (command := _LATEX.match(text)) and command.end() < len(text):
        rest = text[command.end() :]
        if rest[0] != "{":
            return plain(rest)
        inner = rest.rstrip(" .")
        if inner.endswith("}") and _one_group(inner):
            return plain(inner[1:-1])
    if text.startswith("<") and (tagged := _TAGGED.fullmatch(text)):
        return plain(tagged[2])
    return text


def _one_group(text: str) -> bool:
    """Tell whether the brace that opens a text is closed by the one that ends it."""
    depth = 0
    for found in re.finditer(r"[{}]", text):
        depth += 1 if found[0] == "{" else -1
        if depth == 0:
            return found.end() == len(text)
    return False


def last_line(text: str) -> str:
    """Return the last line that is not blank or bare decoration, without decoration; else empty."""
    for line in reversed(text.split("\n")):
        if found := peeled(line):
            return found
    return ""


def unfenced(block: str) -> str:
    """Return lines without the fences round them."""
    return "\n".join(line for line in block.split("\n") if not line.strip().startswith(_FENCE))
