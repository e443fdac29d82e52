"""The words of the taught tasks: things of twelve kinds, invented names, ways to put an answer.

The kinds are common knowledge and are told apart by what the words mean. Words that would tell
their kind by their look are left out (compounds such as *catfish*, most words in *-berry*), and so
are those that name things of two kinds that may meet.
"""

KINDS: dict[str, tuple[str, ...]] = {
    kind: tuple(words.split())
    for kind, words in {
        "bird": "sparrow eagle pigeon falcon heron pelican ostrich penguin raven magpie stork swan "
        "goose duck owl hawk parrot vulture thrush finch gull albatross puffin quail pheasant "
        "partridge toucan flamingo canary cuckoo nightingale kestrel starling peacock cormorant "
        "plover egret osprey condor grouse",
        "fish": "salmon trout herring cod tuna mackerel haddock sardine carp eel halibut sturgeon "
        "anchovy minnow shark stingray barracuda grouper snapper mullet tilapia marlin piranha "
        "guppy flounder turbot sprat plaice pollock walleye bream lamprey seahorse tench hake "
        "pilchard wrasse grayling zander smelt",
        "beast": "tiger lion elephant giraffe zebra wolf fox bear badger otter beaver squirrel "
        "rabbit hare deer moose camel horse donkey goat sheep pig cow leopard cheetah hyena jackal "
        "gorilla baboon lemur hedgehog walrus antelope bison panda kangaroo weasel hamster raccoon "
        "sloth",
        "tree": "oak birch willow maple poplar cedar pine spruce fir larch elm beech alder "
        "sycamore hazel juniper cypress yew aspen hornbeam rowan redwood sequoia eucalyptus baobab "
        "mahogany teak acacia linden banyan hawthorn laurel tamarisk balsa mangrove ginkgo catalpa "
        "sassafras holly hemlock",
        "flower": "tulip daisy rose lily orchid daffodil violet poppy carnation marigold petunia "
        "begonia geranium lavender hyacinth crocus peony dahlia jasmine lilac pansy snowdrop "
        "primrose buttercup chrysanthemum foxglove freesia gardenia hibiscus lupin azalea camellia "
        "cornflower dandelion fuchsia gladiolus honeysuckle hydrangea narcissus zinnia",
        "food": "apple pear plum cherry peach banana grape melon lemon mango carrot onion potato "
        "tomato cabbage lettuce spinach celery cucumber radish turnip leek garlic pumpkin broccoli "
        "cauliflower asparagus aubergine parsnip apricot strawberry papaya pineapple avocado "
        "coconut lentil parsley beetroot artichoke nectarine",
        "tool": "hammer screwdriver chisel wrench pliers saw drill axe spade rake shovel hoe "
        "sickle scythe anvil crowbar mallet trowel pickaxe hatchet spanner clamp lathe tongs "
        "shears scissors pitchfork awl tweezers ladder bellows machete ratchet scalpel rivet "
        "paintbrush broom mop whetstone plunger",
        "garment": "shirt trousers jacket coat skirt dress sweater scarf glove mitten sock shoe "
        "boot sandal slipper hat bonnet beret belt blouse cardigan pullover vest waistcoat jeans "
        "shorts pyjamas apron cloak kimono poncho tunic robe gown stocking necktie shawl blazer "
        "parka kilt",
        "instrument": "violin piano guitar trumpet flute cello clarinet oboe bassoon trombone tuba "
        "harp drum banjo mandolin ukulele accordion harmonica saxophone xylophone harpsichord "
        "viola lute lyre bagpipes cymbal tambourine gong marimba piccolo zither sitar bugle cornet "
        "castanets fiddle bongo timpani dulcimer balalaika",
        "vehicle": "car bus lorry truck bicycle motorcycle tram train ferry canoe kayak yacht "
        "submarine helicopter aeroplane airship glider rocket tractor ambulance taxi van scooter "
        "sledge wagon carriage barge raft sailboat minibus limousine bulldozer hovercraft "
        "locomotive rickshaw gondola schooner catamaran jeep moped",
        "body": "arm leg hand foot head knee elbow shoulder wrist ankle finger thumb toe neck "
        "chest stomach hip thigh shin heel nose ear eye mouth lip tongue tooth chin cheek forehead "
        "eyebrow throat lung liver kidney heart brain spine rib skull",
        "building": "house church castle palace school hospital library museum theatre factory "
        "hotel cottage barn stable tower lighthouse cathedral chapel mosque synagogue prison "
        "barracks warehouse garage cinema stadium windmill mansion villa bungalow skyscraper "
        "monastery abbey fortress pavilion supermarket observatory inn hut cabin",
    }.items()
}
"""Forty words a kind."""
APART = (frozenset({"tree", "food"}), frozenset({"tree", "flower"}))
"""Kinds that never meet: an apple is a tree too."""

_NAMES = (
    "bama bapi batu biki biro bivu bonu boza budu buvi dafo daka dalu dazi dili dizu dobo dofu "
    "duki dulo duru fadi fidu fika fipo fivi foba fomo fudo futi fuzu kato kavi kibo kima kiru "
    "kobu kova kozo kuda kulu kupi lafi lamo lapu lifo lipi lobi lovo lozu luro lutu maba mazu "
    "mifi minu mipa moku mopi mubo muni muvu muza nabu nali nida nitu nofa noki nolo nufu nuka "
    "nuzo pabo pafu pidi pifa pivo pona povu pula pumo rabi razo rifu rilo rodo rufo ruva ruzi "
    "taro tiba tilu timo todi tofo tuku tuli vadu vapo vati vimu viri voko voma vozi vudi "
)
NAMES = tuple(_NAMES.split())
"""Invented words that name tasks and answers; any two differ in two letters or more."""

PATTERNS = (
    "{}",
    "say {}",
    "{} now",
    "the {}",
    "{} here",
    "go {}",
    "{} too",
    "take {}",
    "{} then",
    "only {}",
    "{} again",
    "{} {}",
)
"""Ways to put an answer; the tasks of a sequence differ in it as long as there are enough."""

SHAPES = ("moon", "house", "star", "tree", "boat", "heart", "cup", "fish")
COLOURS = ("red", "blue", "green", "yellow", "purple", "orange", "pink", "brown")
"""What the figures of the picture tasks look like."""
