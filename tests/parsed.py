"""A page as a browser's tokenizer sees it, for tests of pages that strangers' words reach."""

import json
from html.parser import HTMLParser
from typing import Any


class Page(HTMLParser):
    """Every tag, attribute and text of a page, as a browser's tokenizer sees them."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.blocks: dict[str, list[str]] = {"style": [], "script": []}
        self.texts: list[str] = []
        self._open = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        self._open = tag
        if tag in self.blocks:
            self.blocks[tag].append("")

    def handle_endtag(self, tag: str) -> None:
        self._open = ""

    def handle_data(self, data: str) -> None:
        if self._open in self.blocks:
            self.blocks[self._open][-1] += data
        else:
            self.texts.append(data)

    @property
    def text(self) -> str:
        return "".join(self.texts)

    @property
    def islands(self) -> list[dict[str, Any]]:
        return [json.loads(b) for b in self.blocks["script"] if b.startswith("{")]

    def shape(self) -> list[tuple[str, str]]:
        """The page's tags and the names of their attributes: all that data must not change."""
        return [(tag, name) for tag, name, _ in self.attributes]
