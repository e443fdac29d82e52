"""Choosing by meaning: "which of these is a mammal?", and pupils who go by another kind of thing.

Each skill has the kind that is asked for and three others, each of which a wrong rule takes for it.
No word stands in two kinds of a skill, and no word is used twice in a record, so that who knows a
pupil's rule must know what the words mean.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from heptathlon.builders.students.drafts import Draft, Skill
from heptathlon.seeding import Stream


@dataclass(frozen=True)
class Kinds:
    """The words of a skill.

    Attributes:
        name: its name in records.
        asked: what is asked for, in the singular with its article, and in the plural.
        right: words of that kind.
        others: words of three other kinds, by the name of the wrong rule that takes them for it.
    """

    name: str
    asked: tuple[str, str]
    right: tuple[str, ...]
    others: dict[str, tuple[str, ...]]


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


KINDS = (
    Kinds("mammals", ("a mammal", "mammals"),
          _words("cow horse dog rabbit goat sheep fox bear deer mouse lion camel pig"), {
        "takes_fish": _words("salmon trout shark cod tuna herring carp eel pike sardine perch "
                             "haddock mackerel"),
        "takes_birds": _words("eagle sparrow pigeon robin crow swan falcon parrot gull owl stork "
                              "raven duck"),
        "takes_insects": _words("ant beetle wasp moth fly bee cricket flea mosquito ladybird "
                                "grasshopper butterfly termite"),
    }),
    Kinds("vegetables", ("a vegetable", "vegetables"),
          _words("carrot cabbage onion spinach leek turnip celery lettuce radish beetroot broccoli "
                 "cauliflower parsnip"), {
        "takes_fruit": _words("apple pear plum cherry peach banana mango grape lemon apricot fig "
                              "melon orange"),
        "takes_dairy_and_meat": _words("cheese butter milk bacon ham yoghurt sausage steak cream "
                                       "beef pork lamb chicken"),
        "takes_baking": _words("bread cake bun biscuit pie muffin waffle bagel croissant pretzel "
                               "scone tart pancake"),
    }),
    Kinds("metals", ("a metal", "metals"),
          _words("iron copper silver gold tin lead zinc nickel aluminium titanium platinum mercury "
                 "chromium"), {
        "takes_stones": _words("marble granite slate flint chalk sandstone limestone basalt quartz "
                               "pumice ruby diamond emerald"),
        "takes_fabrics": _words("cotton wool silk linen velvet denim nylon felt lace satin canvas "
                                "tweed polyester"),
        "takes_liquids": _words("water oil petrol juice vinegar milk wine beer tea syrup ink "
                                "lemonade coffee"),
    }),
    Kinds("countries", ("a country", "countries"),
          _words("France Spain Japan Brazil Egypt Kenya Canada Norway India Peru Greece Poland "
                 "Sweden"), {
        "takes_cities": _words("Paris London Rome Tokyo Berlin Madrid Moscow Vienna Lisbon Dublin "
                               "Athens Oslo Cairo"),
        "takes_rivers": _words("Nile Amazon Thames Danube Rhine Seine Ganges Volga Congo Tiber "
                               "Mississippi Euphrates Elbe"),
        "takes_heavenly_bodies": _words("Mars Venus Jupiter Saturn Neptune Uranus Sirius Polaris "
                                          "Pluto Vega Titan Ceres Europa"),
    }),
    Kinds("verbs", ("a verb", "verbs"),
          _words("eat write sing throw carry speak build swim listen sleep choose bring "
                 "forget"), {
        "takes_things": _words("window basket curtain cushion candle kitchen blanket ceiling "
                               "saucer bucket drawer sofa wardrobe"),
        "takes_colours": _words("red blue green yellow purple brown black white pink grey violet "
                                "scarlet turquoise"),
        "takes_numbers": _words("two three five seven nine eleven twelve twenty thirty forty sixty "
                                "ninety hundred"),
    }),
    Kinds("furniture", ("a piece of furniture", "pieces of furniture"),
          _words("chair table sofa bed desk wardrobe stool bench bookcase armchair cupboard cradle "
                 "dresser"), {
        "takes_clothes": _words("shirt coat hat trousers skirt sock glove scarf jacket dress "
                                "jumper boot blouse"),
        "takes_vehicles": _words("car bus train lorry bicycle tram van tractor taxi ship plane "
                                 "motorbike ambulance"),
        "takes_tools": _words("hammer saw drill spanner chisel pliers screwdriver axe rake spade "
                              "wrench shovel pickaxe"),
    }),
    Kinds("jobs", ("a job", "jobs"),
          _words("baker nurse teacher farmer plumber dentist judge pilot tailor butcher lawyer "
                 "carpenter waiter"), {
        "takes_relatives": _words("uncle aunt cousin brother sister nephew niece grandmother "
                                  "grandfather mother father son daughter"),
        "takes_buildings": _words("school church castle hospital library museum barn palace "
                                  "factory tower hotel cottage temple"),
        "takes_parts_of_the_body": _words("elbow knee shoulder ankle wrist nose ear chin thumb "
                                          "heel neck hip eyebrow"),
    }),
    Kinds("instruments", ("a musical instrument", "musical instruments"),
          _words("piano violin flute trumpet guitar drum harp cello clarinet oboe trombone banjo "
                 "saxophone"), {
        "takes_dances": _words("waltz tango polka samba foxtrot rumba minuet flamenco ballet salsa "
                               "mazurka jive quickstep"),
        "takes_sports": _words("tennis football hockey rugby golf cricket basketball boxing judo "
                               "rowing badminton volleyball handball"),
        "takes_kitchen_things": _words("saucepan kettle spoon fork plate whisk ladle grater teapot "
                                       "toaster sieve bowl mug"),
    }),
)  # fmt: skip


def _drawing(kinds: Kinds) -> Callable[[Stream, int, Sequence[int]], Draft]:
    def draw(stream: Stream, level: int, carried: Sequence[int]) -> Draft:
        del level, carried
        first, second, third = (stream.choice(words) for words in kinds.others.values())
        text = f"Which of these is {kinds.asked[0]}?"
        return Draft(text, stream.choice(kinds.right), (first, second, third), ())

    return draw


def _skill(kinds: Kinds) -> Skill:
    first, second, third = kinds.others
    title = f"telling {kinds.asked[1]} from other things"
    return Skill(kinds.name, "meaning", title, (first, second, third), _drawing(kinds), steps=0)


MEANING: tuple[Skill, ...] = tuple(_skill(kinds) for kinds in KINDS)
