"""A real browser for the tests of pages: what it complains of, and what axe finds there."""

import os
from pathlib import Path
from typing import Any

import pytest

from benchmarks import _chromium

CHROMIUM = _chromium.find()
in_browser = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium is installed (Debian: apt-get install chromium)"
)
AXE = os.environ.get("AXE_CORE", "")
"""Path of axe.min.js: ``npm install axe-core`` in any folder."""
with_axe = pytest.mark.skipif(
    not AXE, reason="AXE_CORE names no axe.min.js (npm install axe-core in any folder has it)"
)
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def complaints(page: _chromium.Page) -> list[str]:
    """Return what the browser complained of: broken scripts, refused blocks, dialogs."""
    page.run("1")
    kinds = ("Log.entryAdded", "Runtime.exceptionThrown", "Page.javascriptDialogOpening")
    return [str(event) for kind in kinds for event in page.seen(kind)]


def violations(browser: _chromium.Page, file: Path, scheme: str) -> list[Any]:
    """Return what axe finds on a page against WCAG 2.2 AA."""
    browser.resize(1280, 900)
    browser.prefer(prefers_color_scheme=scheme)
    browser.open(file.as_uri())
    browser.run(Path(AXE).read_text(encoding="utf-8") + "; 0")
    options = f"{{runOnly: {WCAG!r}}}"
    found = browser.run(
        f"axe.run(document, {options}).then(r => r.violations.map(v => [v.id,"
        " v.nodes.slice(0, 3).map(n => n.html.slice(0, 200) + ' ' + n.failureSummary)]))"
    )
    browser.prefer(prefers_color_scheme="light")
    return list(found)
