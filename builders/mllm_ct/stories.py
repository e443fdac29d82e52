"""Word problems of one to six steps: an amount, what happens to it, and a figure that is no use.

What happens is drawn anew for every item and independently of the setting, so that neither a
setting nor its figures tell which computation is asked for. The result stands nowhere in the text.
"""

from typing import NamedTuple

from heptathlon.builders.mllm_ct.records import Mark
from heptathlon.builders.mllm_ct.scene import WHOLE, Scene, near, number, spread
from heptathlon.seeding import Stream

DEPTHS = 6
MOST = 900
"""No figure on the way is larger."""
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")
SIGNS = "+-*/"


class Setting(NamedTuple):
    """A place and an amount.

    Attributes:
        name: the item's kind.
        start: what there is at first, ``{}`` of it.
        more: what is added.
        less: what is taken away.
        what: the amount, as a question names it.
    """

    name: str
    start: str
    more: str
    less: str
    what: str


SETTINGS = (
    Setting("warehouse", "A warehouse holds {} crates.", "{} crates are delivered.",
            "{} crates are sent out.", "crates in the warehouse"),
    Setting("tank", "A tank holds {} litres of water.", "{} litres are filled in.",
            "{} litres are used.", "litres in the tank"),
    Setting("bakery", "A bakery has {} loaves on its shelves.", "{} loaves come from the oven.",
            "{} loaves are sold.", "loaves on the shelves"),
    Setting("library", "A library owns {} atlases.", "{} atlases are bought.",
            "{} atlases are given away.", "atlases in the library"),
    Setting("pond", "A pond is home to {} frogs.", "{} frogs move in.", "{} frogs leave.",
            "frogs in the pond"),
    Setting("purse", "A purse has {} coins in it.", "{} coins are put in.", "{} coins are spent.",
            "coins in the purse"),
    Setting("garage", "A garage has {} cars in it.", "{} cars drive in.", "{} cars drive out.",
            "cars in the garage"),
    Setting("hall", "A hall has {} chairs.", "{} chairs are carried in.",
            "{} chairs are carried out.", "chairs in the hall"),
    Setting("orchard", "A basket holds {} apples.", "{} apples are picked into it.",
            "{} apples are eaten.", "apples in the basket"),
    Setting("choir", "A choir has {} singers.", "{} singers join.", "{} singers retire.",
            "singers in the choir"),
    Setting("walk", "A walk takes {} minutes.", "A detour adds {} minutes.",
            "A shortcut saves {} minutes.", "minutes of the walk"),
    Setting("game", "A player has {} points.", "The player wins {} points.",
            "The player loses {} points.", "points of the player"),
    Setting("ferry", "A ferry carries {} passengers.", "{} passengers get on.",
            "{} passengers get off.", "passengers on the ferry"),
    Setting("barn", "A barn holds {} bales of straw.", "{} bales are brought.",
            "{} bales are fed.", "bales in the barn"),
    Setting("shop", "A shop has {} lamps in stock.", "{} lamps are ordered.", "{} lamps are sold.",
            "lamps in stock"),
    Setting("school", "A school has {} pupils.", "{} pupils are enrolled.",
            "{} pupils move away.", "pupils of the school"),
    Setting("recipe", "A recipe asks for {} grams of flour.", "The cook adds {} grams.",
            "The cook leaves out {} grams.", "grams of flour"),
    Setting("herd", "A herd counts {} goats.", "{} kids are born.", "{} goats are sold.",
            "goats in the herd"),
    Setting("account", "An account holds {} euros.", "{} euros are paid in.",
            "{} euros are drawn.", "euros in the account"),
    Setting("queue", "A queue is {} people long.", "{} people join it.",
            "{} people are served.", "people in the queue"),
    Setting("box", "A box holds {} beads.", "{} beads are added.", "{} beads are lost.",
            "beads in the box"),
    Setting("wood", "A wood has {} oaks.", "{} oaks are planted.", "{} oaks are felled.",
            "oaks in the wood"),
    Setting("battery", "A battery lasts {} hours.", "A better cell adds {} hours.",
            "The cold costs {} hours.", "hours of the battery"),
    Setting("album", "An album holds {} stamps.", "{} stamps are stuck in.",
            "{} stamps are swapped away.", "stamps in the album"),
)  # fmt: skip
TIMES = (
    "Then the amount becomes {} times as large.",
    "It is then multiplied by {}.",
    "Soon there is {} times as much of it.",
)
SHARED = (
    "Then only one of {} equal parts is kept.",
    "It is then divided by {}.",
    "It is split into {} equal parts, and all but one are taken away.",
)
IDLE = (
    "The place is {} years old.",
    "The sea is {} kilometres away.",
    "The street has {} houses.",
    "It rained on {} days that year.",
    "The owner is {} years old.",
    "The door bears the number {}.",
)
"""Sentences whose figure is of no use."""
_HOW = (
    "What happens is worked through in its order, each change with the figure that the one before "
    "it left, and one figure is not needed at all."
)


def numeric(stream: Stream, index: int) -> Scene | None:
    """Return a story of one to six changes, by turns; None if this draw does not work out."""
    depth = 1 + index % DEPTHS
    result = spread(index, 24, 61)
    setting = stream.choice(SETTINGS)
    changes: list[tuple[str, int]] = []
    value = result
    for _ in range(depth):
        change = _undone(value, stream)
        if change is None:
            return None
        sign, figure, value = change
        changes.insert(0, (sign, figure))
    idle = stream.between(3, 90)
    given = [value, *(figure for _, figure in changes), idle]
    if result in given or len(set(given)) < len(given):
        return None
    sentences = [_told(setting, sign, figure, stream) for sign, figure in changes]
    sentences.insert(stream.below(depth + 1), stream.choice(IDLE).format(idle))
    steps, now = [], value
    for place, (sign, figure) in enumerate(changes):
        formula = f"{now} {sign} {figure}"
        now = {"+": now + figure, "-": now - figure, "*": now * figure, "/": now // figure}[sign]
        name = f"{ORDINALS[place]} change"
        steps.append(number(name, now, f"{name}: {formula} = {now}", formula=formula))
    return Scene(
        kind=setting.name,
        context=" ".join([setting.start.format(value), *sentences]),
        ask=f"What is the number of {setting.what} in the end?",
        claim=f"the number of {setting.what} is {{}} in the end",
        how=_HOW,
        asks=WHOLE,
        candidates=near(result, stream),
        content=str(result),
        steps=tuple(steps),
        marks=(Mark(kind="given", label=setting.name, numbers=tuple(given), colour=""),),
        block=(value // 4, *(figure // 3 for _, figure in changes)),
    )


def _undone(value: int, stream: Stream) -> tuple[str, int, int] | None:
    """Return a change that leads to a value, its figure, and the value before it."""
    sign = stream.choice(SIGNS)
    figure = stream.between(3, 48) if sign in "+-" else stream.between(2, 6)
    if sign == "*" and value % figure:
        return None
    before = {"+": value - figure, "-": value + figure, "*": value // figure, "/": value * figure}
    return (sign, figure, before[sign]) if 2 <= before[sign] <= MOST else None


def _told(setting: Setting, sign: str, figure: int, stream: Stream) -> str:
    if sign in "+-":
        return (setting.more if sign == "+" else setting.less).format(figure)
    return stream.choice(TIMES if sign == "*" else SHARED).format(figure)
