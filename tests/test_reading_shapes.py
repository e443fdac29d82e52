"""Every shape of an answer, read in every event in which it makes sense."""

import pytest

from tests.reading_events import EVENTS
from tests.shapes import EITHER, OTHER, READ, SHAPES, Shape


def text_of(shape: Shape, event: str) -> str:
    asked = EVENTS[event]
    return shape.text.replace("{}", asked.answer).replace("{other}", asked.other)


@pytest.mark.parametrize("shape", SHAPES, ids=[shape.name for shape in SHAPES])
def test_a_shape_is_read_as_what_it_means(shape: Shape):
    for event in shape.events:
        asked = EVENTS[event]
        verdict = asked.judge(text_of(shape, event))
        shown = asked.shown(verdict)
        allowed = {READ: {asked.read}, OTHER: {asked.read_other}, EITHER: {asked.read, ""}}
        assert shown in allowed.get(shape.means, {""}), (event, verdict.outcome)
        if not shown:
            assert verdict.invalid, event
            assert verdict.outcome not in {"right", "wrong", "optimal", "number"}, "says why"
            earned = ("acc", "optimal", "lenient", "solved", "strict")
            assert not any(verdict.metrics.get(name) for name in earned), event


def test_the_table_is_large_and_every_event_is_asked():
    assert len(SHAPES) >= 150
    assert len({shape.name for shape in SHAPES}) == len(SHAPES)
    assert {event for shape in SHAPES for event in shape.events} == set(EVENTS)
