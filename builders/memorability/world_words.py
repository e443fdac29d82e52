"""How the fresh world's advertisements are told: eight features, two levels, many ways to say each.

A way to say a level shares as few words as can be with the other ways, so that meaning and not
wording tells what an advertisement has in common with another.
"""

FEATURES: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (  # how known the brand is
        (
            "a newcomer", "founded last month", "unheard of so far", "an obscure label",
            "still without customers", "fresh on the market", "a start-up nobody can name",
            "making its debut", "never advertised before", "an unfamiliar house",
            "strange to every viewer", "a first-time advertiser", "little known",
            "new to the trade",
        ),
        (
            "a household name", "familiar to everyone", "famous for decades", "in every kitchen",
            "a national institution", "recognised at a glance", "known since childhood",
            "the market leader", "a legend of its kind", "celebrated far and wide",
            "on everyone's lips", "trusted by generations", "the best-loved of all",
            "renowned all over the world",
        ),
    ),
    (  # what it sells: for work, or for eating
        (
            "garden shears", "wall paint", "a cordless drill", "bicycle locks", "storage boxes",
            "a floor mop", "light bulbs", "a stepladder", "door hinges", "work gloves",
            "a toolbox", "copper wire", "extension cords", "sandpaper",
        ),
        (
            "ginger biscuits", "apple juice", "pickled beets", "oat porridge", "plum jam",
            "rye crackers", "mint tea", "lentil soup", "almond butter", "frozen dumplings",
            "goat cheese", "roasted chestnuts", "tomato sauce", "honey waffles",
        ),
    ),
    (  # pace
        (
            "long takes", "a slow tempo", "few cuts", "the camera lingers", "unhurried editing",
            "one single shot", "it drifts along", "a leisurely rhythm",
            "everything takes its time", "almost a still", "gliding by gently",
            "drawn-out scenes", "calm progress", "it creeps forward",
        ),
        (
            "rapid editing", "a brisk tempo", "cut after cut", "the camera races",
            "a burst of quick shots", "breathless montage", "it rushes on", "a hectic rhythm",
            "never a pause", "split-second glimpses", "whirling past", "snappy scenes",
            "full speed throughout", "it gallops",
        ),
    ),
    (  # colours
        (
            "bluish light", "icy tones", "greys and greens", "moonlit",
            "the shades of a winter sea", "steel and slate", "a frosty palette",
            "pale turquoise everywhere", "silvery hues", "dusk in indigo",
            "like the inside of a glacier", "washed in teal", "cobalt backdrops", "wintry shades",
        ),
        (
            "golden light", "glowing tones", "reds and oranges", "sunlit",
            "the shades of an autumn wood", "copper and amber", "a fiery palette",
            "scarlet everywhere", "honeyed hues", "dawn in crimson", "like the inside of an oven",
            "bathed in apricot", "terracotta backdrops", "summery shades",
        ),
    ),
    (  # people
        (
            "nobody in sight", "only objects", "empty rooms", "not a soul", "products alone",
            "deserted streets", "no human being", "things by themselves", "an abandoned house",
            "machines at work unattended", "bare landscapes", "without any actor",
            "vacant chairs", "furniture and nothing else",
        ),
        (
            "a face in close-up", "someone looks at us", "a grandmother speaks",
            "two friends talk", "a child waves", "a crowd of dancers", "an athlete smiles",
            "the baker introduces herself", "a family at table", "neighbours chatting",
            "a portrait of a fisherman", "with a well-known actor", "a girl turns round",
            "a man winks",
        ),
    ),
    (  # mood
        (
            "a sad story", "gloomy", "a tearful farewell", "melancholy to the end",
            "grief and rain", "it breaks one's heart", "mournful", "a bitter loss",
            "full of sorrow", "wistful", "a lonely evening", "sombre", "disappointment all round",
            "heavy-hearted",
        ),
        (
            "a funny story", "cheerful", "a joyful reunion", "merry to the end",
            "laughter and sunshine", "it makes one chuckle", "playful", "a happy surprise",
            "full of delight", "exuberant", "a lively party", "light-hearted",
            "good humour all round", "jolly",
        ),
    ),
    (  # detail
        (
            "one thing at a time", "an empty background", "sparse", "a single outline",
            "nothing superfluous", "plain surfaces", "minimal", "wide blank spaces",
            "uncluttered", "austere settings", "the barest hint of a set",
            "reduced to essentials", "a clean white stage", "very simple frames",
        ),
        (
            "many things at once", "a busy background", "ornate", "a tangle of patterns",
            "details in each corner", "teeming surfaces", "lavish", "crammed spaces", "cluttered",
            "overflowing settings", "layer upon layer of decoration", "packed to the brim",
            "a jumble of props", "intricate frames",
        ),
    ),
    (  # writing
        (
            "nothing to read", "no caption", "spoken only", "without lettering",
            "wordless pictures", "no motto shown", "text is left out", "not one printed line",
            "the name is never spelled", "free of subtitles", "no signs anywhere", "all by voice",
            "unlabelled", "lettering absent",
        ),
        (
            "a slogan on screen", "bold captions", "a motto in capitals", "words fly in",
            "a headline runs across", "it ends on a printed promise", "sentences in neon",
            "a verse fades in", "the price in giant figures", "a quotation stays up",
            "handwriting appears", "a banner unrolls", "subtitled", "big letters spell it out",
        ),
    ),
)  # fmt: skip
"""The features in the order in which an advertisement is told, each with the ways to say its two
levels: how known the brand is, what it sells (for work or for eating), pace, colours, people, mood,
detail and writing."""

BEGINNINGS = (
    "Bral", "Cev", "Dros", "Felk", "Gorv", "Hesp", "Jund", "Krel", "Lomb", "Mirv", "Nolt", "Osk",
    "Prav", "Quen", "Rusp", "Selv", "Tromb", "Ulv", "Vask", "Wend", "Yarl", "Zumb",
)  # fmt: skip
ENDINGS = ("ano", "eka", "ily", "oro", "uma", "enta", "ivo", "osta", "ura", "elo", "ari", "onda")
