"""Words for study lists: things by kind, and words that differ in concreteness or in frequency.

A test holds the last two against the norms that come with the shipped words.
"""

KINDS: dict[str, tuple[str, ...]] = {
    "tools": (
        "hammer", "chisel", "pliers", "wrench", "drill", "screwdriver", "trowel", "crowbar",
        "mallet", "clamp", "hatchet", "shovel", "rake", "spanner",
    ),
    "animals": (
        "falcon", "badger", "donkey", "lizard", "otter", "rabbit", "salmon", "tiger", "pigeon",
        "beetle", "camel", "weasel", "heron", "moose",
    ),
    "clothes": (
        "jacket", "trousers", "sweater", "scarf", "mitten", "apron", "blouse", "sandal",
        "waistcoat", "stocking", "bonnet", "overcoat", "slipper", "skirt",
    ),
    "food": (
        "pancake", "noodle", "cheese", "carrot", "omelette", "sausage", "pretzel", "spinach",
        "biscuit", "porridge", "mustard", "walnut", "cabbage", "muffin",
    ),
    "instruments": (
        "violin", "trumpet", "clarinet", "harp", "drum", "flute", "banjo", "organ", "cello",
        "mandolin", "trombone", "accordion", "piano", "oboe",
    ),
    "furniture": (
        "wardrobe", "stool", "bookcase", "sofa", "cradle", "desk", "bench", "armchair",
        "cupboard", "dresser", "hammock", "mattress", "table", "cabinet",
    ),
    "vehicles": (
        "tractor", "ferry", "bicycle", "tram", "canoe", "lorry", "scooter", "sledge", "airship",
        "wagon", "minibus", "yacht", "glider", "ambulance",
    ),
    "weather": (
        "drizzle", "thunder", "fog", "hail", "breeze", "sunshine", "frost", "blizzard", "rainbow",
        "drought", "lightning", "snowfall", "cloud", "mist",
    ),
    "buildings": (
        "chapel", "barn", "windmill", "lighthouse", "castle", "bakery", "school", "hospital",
        "garage", "cottage", "prison", "theatre", "stable", "museum",
    ),
    "landscape": (
        "valley", "swamp", "glacier", "meadow", "canyon", "island", "desert", "waterfall",
        "lagoon", "hillside", "forest", "prairie", "beach", "plateau",
    ),
}  # fmt: skip
"""Words by kind; none stands in two of them."""

ABSTRACT = (
    "truth", "mercy", "logic", "virtue", "honour", "guilt", "pride", "hope", "essence", "motive",
    "pretext", "whim", "doubt", "zeal", "envy", "merit", "belief", "blame", "courage", "custom",
    "irony", "luck", "wisdom", "theory", "status", "chance", "reason", "fault", "effort",
    "crisis", "trust", "fate", "dogma", "excuse", "method", "purpose", "respect", "moral",
    "concept", "faith",
)  # fmt: skip
CONCRETE = (
    "ladder", "bottle", "candle", "button", "basket", "pillow", "kettle", "anchor", "helmet",
    "needle", "barrel", "carpet", "hammer", "pencil", "saddle", "wallet", "bucket", "curtain",
    "feather", "lantern", "marble", "mirror", "napkin", "oyster", "pebble", "ribbon", "rocket",
    "shield", "statue", "tunnel", "turtle", "whistle", "zipper", "envelope", "magnet", "blanket",
    "fountain", "spider", "tomato", "umbrella",
)  # fmt: skip
"""What can be thought and what can be touched, about equally common; neither kind has an ending
that would tell it."""
FREQUENT = (
    "house", "water", "hand", "door", "street", "book", "tree", "horse", "window", "paper",
    "chair", "money", "road", "phone", "table", "bread", "shoes", "garden", "river", "train",
    "kitchen", "church", "movie", "clock", "wine", "earth", "coffee", "letter", "doctor",
    "mother", "fire", "city", "ship", "knife", "apple", "bridge", "corner", "teacher", "hair",
    "boat",
)  # fmt: skip
RARE = (
    "gannet", "trivet", "tureen", "sextant", "gizzard", "monorail", "kerchief", "urchin",
    "griddle", "tollgate", "handsaw", "bearskin", "airbag", "cowbell", "mullet", "calzone",
    "mastiff", "solarium", "trellis", "spatula", "thimble", "doily", "anvil", "cleaver",
    "colander", "dulcimer", "gazebo", "kayak", "lectern", "mandolin", "ocelot", "parapet",
    "quiver", "rudder", "sundial", "tapir", "vestry", "windsock", "yurt", "zither",
)  # fmt: skip
"""Things whose names everybody uses every day, and things whose names few people use."""
