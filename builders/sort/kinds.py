"""The kinds of events in a chronicle: how each is told, and what it is called in a question.

What a question calls an event shares no word, in whatever form, with anything that a chronicle
tells: who only matches words finds nothing.

Every sentence must read well at any place of a chronicle. It never says that something is the
first, the last, finished for good or known from before, because an event's place may be known only
by having read the text.

Slots: ``{who}`` full name, ``{he}`` ``{him}`` ``{his}`` the person's pronouns (capitalised at the
start of a sentence by the writer), ``{other}`` another person's full name, ``{thing}`` with its
article, ``{place}`` with its article, ``{lead}`` a phrase of time or nothing; in a question
``{it}``, the thing in other words.
"""

from typing import NamedTuple


class Kind(NamedTuple):
    """A kind of event.

    Attributes:
        opens: first sentences; each names the person and the thing.
        details: sentences that may follow.
        gists: the event in other words, as clauses for a question.
    """

    opens: tuple[str, ...]
    details: tuple[str, ...]
    gists: tuple[str, ...]


KINDS = (
    Kind(
        (
            "{lead}{who} took {thing} apart at {place} and had it whole again before dark.",
            "{lead}{who} sat at {place} with {thing} and a box of small tools until it worked.",
            "{lead}a knock was heard at {place}, and {who} was asked to see to {thing}.",
        ),
        (
            "Two screws were left over, and {he} kept them in a jar.",
            "{he} asked no money for it, only a plate of soup.",
            "The fault was a splinter no longer than a fingernail.",
        ),
        ("someone mended {it}", "someone repaired {it}"),
    ),
    Kind(
        (
            "{lead}{who} could not find {thing} and turned {place} upside down for it.",
            "{lead}{thing} was missing from {place}, and {who} went from door to door about it.",
            "{lead}{who} came out of {place} pale and said that {thing} was nowhere to be seen.",
        ),
        (
            "{he} looked under the stairs three times.",
            "The children were questioned and gave four different accounts.",
            "{other} offered a torch for the search, and it helped nobody.",
        ),
        ("someone lost {it}", "someone mislaid {it}"),
    ),
    Kind(
        (
            "{lead}{who} sold {thing} to a carter at {place} for less than it was worth.",
            "{lead}at {place} {who} set {thing} on a plank and let a stranger have it for coin.",
            "{lead}a buyer waited at {place}, and {who} handed over {thing} without haggling.",
        ),
        (
            "The coins were counted twice and wrapped in a stocking.",
            "{he} would not say what the money was for.",
            "{other} had offered more and was told so too late.",
        ),
        ("someone accepted cash for {it}", "a customer acquired {it}"),
    ),
    Kind(
        (
            "{lead}{who} dug behind {place} and struck {thing} with the spade.",
            "{lead}the soil at {place} gave way a little, and {who} drew {thing} out of the mud.",
            "{lead}{who}, patching a fence near {place}, pulled {thing} from between the roots.",
        ),
        (
            "It was washed in the trough and laid on a shutter to dry.",
            "Nobody came forward to claim it.",
            "{he} showed it to {other}, who turned it over and shrugged.",
        ),
        ("someone unearthed {it}", "someone discovered {it}"),
    ),
    Kind(
        (
            "{lead}{who} made a present of {thing} to {other} at {place}.",
            "{lead}{other} was called to {place} and left it with {thing}, which {who} had wrapped "
            "in sacking.",
            "{lead}{who} waited at {place} for {other} and put {thing} into those surprised hands.",
        ),
        (
            "No reason was given, and none was asked for.",
            "The knots in the string took longer than the thanks.",
            "{he} walked home the long way, whistling.",
        ),
        ("someone donated {it}", "someone was generous with {it}"),
    ),
    Kind(
        (
            "{lead}{who} and {other} quarrelled at {place} over {thing}.",
            "{lead}voices rose at {place}: {who} claimed {thing}, and {other} denied it.",
            "{lead}{thing} was the cause when {who} and {other} stopped speaking in the middle of "
            "{place}.",
        ),
        (
            "A chair was knocked over, though neither would own to it.",
            "The bystanders took sides and then took supper.",
            "{he} slammed a door that had no latch.",
        ),
        ("a dispute arose concerning {it}", "adults bickered because of {it}"),
    ),
    Kind(
        (
            "{lead}{who} carried {thing} all the way to {place} on foot.",
            "{lead}{who} was seen on the road to {place}, bent under {thing}.",
            "{lead}{thing} arrived at {place} on the shoulders of {who}, who had refused the cart.",
        ),
        (
            "{he} rested at every milestone and ate an apple at each.",
            "A dog kept {him} company for the better part of the way.",
            "Half of {his} breakfast went to the toll keeper.",
        ),
        ("someone transported {it}", "someone hauled {it} a considerable distance"),
    ),
    Kind(
        (
            "{lead}{who} painted {thing} green at {place}, brush in one hand, bread in the other.",
            "{lead}the smell of paint hung about {place}, where {who} gave {thing} a new coat.",
            "{lead}{who} fetched a ladder at {place} and stayed on it until {thing} was green.",
        ),
        (
            "Some of it ended on {his} sleeves.",
            "The colour was said to keep off wasps.",
            "{other} would have chosen blue.",
        ),
        ("someone decorated {it} in an emerald tint", "someone altered the hue of {it}"),
    ),
    Kind(
        (
            "{lead}{who} dropped {thing} from the bridge beside {place} and watched it sink.",
            "{lead}there was a splash by {place}: {who} had let {thing} slip into the river.",
            "{lead}{who} leaned out too far at {place}, and {thing} went into the water.",
        ),
        (
            "The ferrymen tried with hooks and brought up a boot.",
            "{he} stood there until the rings had gone from the water.",
            "It was agreed that the current runs fast at that spot.",
        ),
        ("someone accidentally submerged {it}", "someone clumsily submerged {it}"),
    ),
    Kind(
        (
            "{lead}{who} drew {thing} from memory on the wall of {place} with a burnt stick.",
            "{lead}{who} filled a whole wall at {place} with a picture of {thing}.",
            "{lead}people stopped at {place}, where {who} was sketching {thing} in charcoal.",
        ),
        (
            "The handle came out too large, and {he} knew it.",
            "Two travellers offered to buy the wall.",
            "{other} held the light and gave advice.",
        ),
        ("someone created art depicting {it}", "someone portrayed {it}"),
    ),
    Kind(
        (
            "{lead}{who} pawned {thing} at {place} and put the ticket in a hymn book.",
            "{lead}{who} left {thing} with the broker at {place} against a small loan.",
            "{lead}the broker at {place} wrote a ticket for {thing} and pushed it over to {who}.",
        ),
        (
            "The ink on the ticket was still wet when {he} folded it.",
            "{he} asked twice about the interest and once about the weather.",
            "It was put on the upper shelf, between two clocks.",
        ),
        ("someone obtained credit on {it}", "someone raised funds on {it}"),
    ),
    Kind(
        (
            "{lead}{who} copied the inscription on {thing} at {place}, letter by letter.",
            "{lead}{who} sat by the window of {place} and wrote down what was scratched into "
            "{thing}.",
            "{lead}a sheet of paper and {thing} lay before {who} at {place} for the whole of an "
            "afternoon.",
        ),
        (
            "One word could be read in two ways.",
            "{he} blotted the page and began it anew.",
            "{other} thought that it was only a maker's name.",
        ),
        ("someone transcribed an engraving from {it}", "someone duplicated the motto of {it}"),
    ),
    Kind(
        (
            "{lead}{who} hid {thing} under the floor of {place} and swept the boards.",
            "{lead}{who} lifted a board at {place} and pushed {thing} into the dark below.",
            "{lead}when {place} stood empty, {who} put {thing} beneath the boards and went out "
            "whistling.",
        ),
        (
            "A nail was bent in the doing of it.",
            "{other} passed the window and saw nothing, or said so.",
            "{he} drew a small cross on the sill with chalk.",
        ),
        ("someone concealed {it}", "someone secreted {it}"),
    ),
    Kind(
        (
            "{lead}{who} won {thing} at dice at {place} from a man with one glove.",
            "{lead}the dice fell well for {who} at {place}, and {thing} changed hands.",
            "{lead}{who} threw three sixes at {place} and went home with {thing}.",
        ),
        (
            "The loser laughed and asked for the dice to be weighed.",
            "{he} bought a round for the whole table.",
            "{other} called it luck, but only in a whisper.",
        ),
        ("someone gained {it} by gambling", "a gambler acquired {it}"),
    ),
    Kind(
        (
            "{lead}{who} lent {thing} to the schoolmaster, who was to fetch it from {place}.",
            "{lead}the schoolmaster came to {place} and asked {who} for the loan of {thing}.",
            "{lead}{who} met the schoolmaster at {place} and let {thing} go with him for a week.",
        ),
        (
            "A receipt was written on the back of a spelling list.",
            "{he} named a day for its return, and the schoolmaster named another.",
            "The pupils were told not to touch it.",
        ),
        ("a teacher was allowed the temporary use of {it}", "a teacher obtained {it} temporarily"),
    ),
    Kind(
        (
            "{lead}{who} weighed {thing} on the public scales at {place}.",
            "{lead}{who} put {thing} on the scales at {place}, and the clerk moved the weights "
            "about.",
            "{lead}the clerk at {place} was asked by {who} to say how heavy {thing} was.",
        ),
        (
            "It came to a little over what had been guessed.",
            "The clerk wrote the figure on {his} palm.",
            "{other} had bet on it and paid in eggs.",
        ),
        ("someone measured the mass of {it}", "someone determined the mass of {it}"),
    ),
    Kind(
        (
            "{lead}{who} fell asleep at {place} with {thing} for a pillow.",
            "{lead}{who} was found dozing at {place}, one cheek against {thing}.",
            "{lead}nobody had the heart to wake {who}, who slept at {place} across {thing}.",
        ),
        (
            "The mark of it stayed on {his} face until supper.",
            "{he} spoke a few words in the sleep, all of them about cheese.",
            "{other} laid a coat over {him}.",
        ),
        ("someone napped on {it}", "someone enjoyed a siesta on {it}"),
    ),
    Kind(
        (
            "{lead}{who} tied {thing} to the weathervane of {place} for a wager.",
            "{lead}{who} climbed up {place} and left {thing} swinging from the vane.",
            "{lead}heads were tilted back at {place}, for {who} was tying {thing} to the very "
            "top of the spire.",
        ),
        (
            "The wager was a cheese, and it was paid.",
            "{other} shut both eyes until it was over.",
            "A slate came down and broke in the yard.",
        ),
        ("someone attached {it} to a steeple", "someone secured {it} to a belfry"),
    ),
    Kind(
        (
            "{lead}{who} showed {thing} to the magistrate at {place} and swore an oath on it.",
            "{lead}the magistrate sat at {place}, and {who} laid {thing} before him as evidence.",
            "{lead}{who} was heard at {place}, where {thing} lay on the table for all to see.",
        ),
        (
            "The clerk spelled the name wrong and was corrected.",
            "{he} spoke for less time than it took to be sworn in.",
            "The magistrate scratched his ear and adjourned.",
        ),
        ("someone produced {it} in court", "a trial featured {it}"),
    ),
    Kind(
        (
            "{lead}{who} polished {thing} on the steps of {place} until it threw back the sky.",
            "{lead}{who} spent a rag and a pot of wax on {thing}, sitting outside {place}.",
            "{lead}outside {place} {who} rubbed at {thing} and hummed.",
        ),
        (
            "{he} used spit where the wax gave out.",
            "{other} asked whether a visitor was expected.",
            "A magpie took an interest and had to be chased off.",
        ),
        ("someone buffed {it}", "someone restored the lustre of {it}"),
    ),
    Kind(
        (
            "{lead}{who} set {thing} adrift from {place} with a candle on it.",
            "{lead}{who} pushed {thing} off from the steps of {place}, a candle burning in it.",
            "{lead}a small light moved down the river from {place}, where {who} had let {thing} "
            "float away.",
        ),
        (
            "It was a promise, {he} said, and would not say to whom.",
            "The candle could be followed as far as the bend.",
            "Two boys ran along the bank beside it.",
        ),
        ("someone ceremonially launched {it}", "someone launched {it} in a ritual"),
    ),
    Kind(
        (
            "{lead}{who} burned a hole in {thing} at {place} and covered it with a thumb.",
            "{lead}a spark from the hearth of {place} caught {thing}, which {who} was holding too "
            "near.",
            "{lead}there was a smell of scorching at {place}, and {who} was seen to hide {thing}.",
        ),
        (
            "The mark was no larger than a pea.",
            "{he} talked very fast about other matters.",
            "{other} sniffed and opened a window.",
        ),
        ("someone singed {it}", "someone incautiously damaged {it}"),
    ),
    Kind(
        (
            "{lead}{who} traded {thing} at {place} for a goose that bit.",
            "{lead}a goose came to {who} at {place}, and {thing} went the other way.",
            "{lead}{who} shook hands at {place}, gave up {thing} and led away a goose on a string.",
        ),
        (
            "The goose had opinions about the string.",
            "{other} thought it a fair bargain for the goose.",
            "{he} named the bird on the way home.",
        ),
        ("someone swapped {it} for poultry", "someone bartered {it} for poultry"),
    ),
    Kind(
        (
            "{lead}{who} counted the dents in {thing} at {place} and made a note of them.",
            "{lead}{who} held {thing} to the window of {place} and numbered its dents aloud.",
            "{lead}at {place} {who} went over {thing} inch by inch with a pencil behind one ear.",
        ),
        (
            "The number was doubted by {other}, who had sharper eyes.",
            "The note was pinned up beside the tide table.",
            "{he} went wrong once and started again.",
        ),
        ("someone tallied the flaws in {it}", "someone catalogued the blemishes of {it}"),
    ),
)
