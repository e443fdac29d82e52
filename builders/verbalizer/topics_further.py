"""Ten further subjects of the topic grammar, for the tasks of eight and more classes."""

FURTHER = (
    "medicine", "law", "weather", "fashion", "chess", "railways", "archaeology", "painting",
    "chemistry", "aviation",
)  # fmt: skip

LEXICON: dict[str, dict[str, tuple[str, ...]]] = {
    "medicine": {
        "illness": (
            "pneumonia", "shingles", "asthma", "diabetes", "appendicitis", "a kidney infection",
            "high blood pressure", "anaemia",
        ),
        "drug": (
            "an antibiotic", "a beta blocker", "an anticoagulant", "a low dose of aspirin",
            "an inhaler", "a course of steroids",
        ),
        "ward": ("the children's ward", "intensive care", "the outpatient clinic", "the surgery"),
        "scan": ("a chest X-ray", "a blood test", "an ultrasound scan", "a biopsy"),
    },
    "law": {
        "crime": ("fraud", "perjury", "burglary", "libel", "tax evasion", "arson"),
        "court": (
            "the court of appeal", "the county court", "the high court", "the tribunal",
            "the magistrates",
        ),
        "claim": (
            "a breach of contract", "unfair dismissal", "negligence", "trespass",
            "an infringed patent", "a disputed will",
        ),
        "lawyer": (
            "the defence barrister", "the public prosecutor", "the plaintiff's solicitor",
            "the presiding judge",
        ),
    },
    "weather": {
        "sky": (
            "a band of heavy rain", "thick freezing fog", "a line of thunderstorms",
            "a cold front", "a ridge of high pressure", "drifting snow", "gale-force winds",
        ),
        "region": (
            "the northern hills", "the west coast", "the river valleys", "the eastern plains",
            "the islands", "the southern uplands",
        ),
        "degrees": ("minus four", "thirty-one", "twelve", "minus nine", "twenty-six", "eighteen"),
        "daytime": ("before dawn", "by noon", "towards evening", "overnight", "after midnight"),
    },
    "fashion": {
        "garment": (
            "a pleated skirt", "a double-breasted jacket", "a silk blouse", "a wool overcoat",
            "a sequinned gown", "wide-legged trousers", "a quilted waistcoat",
        ),
        "cloth": ("linen", "velvet", "tweed", "organza", "corduroy", "cashmere"),
        "detail": (
            "puffed sleeves", "a raised hem", "covered buttons", "a shawl collar",
            "contrast stitching", "a plunging neckline",
        ),
        "show": ("the autumn collection", "the catwalk show", "the couture week", "the lookbook"),
    },
    "chess": {
        "piece": ("a knight", "the queen", "a rook", "a bishop", "two pawns", "the exchange"),
        "opening": (
            "the Sicilian Defence", "the Queen's Gambit", "the Ruy Lopez", "the French Defence",
            "the King's Indian", "the English Opening",
        ),
        "move": ("the fourteenth move", "move thirty", "the ninth move", "move fifty-two"),
        "grade": ("a grandmaster", "the top seed", "a junior champion", "the club's best player"),
    },
    "railways": {
        "train": (
            "the night sleeper", "the stopping train", "the express", "the freight train",
            "the branch line railcar", "the steam special",
        ),
        "fault": (
            "a points failure", "a broken signal", "a buckled rail", "an overhead line fault",
            "a late crew change", "a stalled locomotive",
        ),
        "place": ("the junction", "the viaduct", "the terminus", "the level crossing", "the depot"),
        "delay": ("twenty minutes", "half an hour", "an hour", "three quarters of an hour"),
    },
    "archaeology": {
        "find": (
            "a bronze brooch", "a row of post holes", "a painted sherd", "a burial urn",
            "a flint scraper", "a hoard of coins", "a mosaic floor",
        ),
        "age": (
            "the Iron Age", "the Neolithic", "the late Roman period", "the Bronze Age",
            "the early Viking period",
        ),
        "site": (
            "the hill fort", "the barrow", "the sunken villa", "the trench by the chapel",
            "the quarry edge", "the tell",
        ),
        "tool": ("a trowel", "a fine brush", "ground-penetrating radar", "a sieve"),
    },
    "painting": {
        "picture": (
            "the altarpiece", "the seascape", "the self-portrait", "the still life",
            "the equestrian portrait", "the winter landscape",
        ),
        "paint": ("tempera", "oils", "watercolour", "gouache", "fresco", "pastel"),
        "colour": ("ultramarine", "burnt umber", "vermilion", "lead white", "ochre", "viridian"),
        "part": (
            "the varnish", "the underdrawing", "the glaze on the sky", "the brushwork of the sea",
            "the canvas weave",
        ),
    },
    "chemistry": {
        "stuff": (
            "copper sulphate", "sodium hydroxide", "silver nitrate", "acetone", "potassium iodide",
            "hydrochloric acid", "ammonia",
        ),
        "glass": ("the flask", "the test tube", "the beaker", "the burette", "the crucible"),
        "change": (
            "turned deep blue", "gave off a colourless gas", "formed a white precipitate",
            "began to crystallise", "separated into two layers",
        ),
        "method": ("titration", "distillation", "chromatography", "filtration", "electrolysis"),
    },
    "aviation": {
        "plane": (
            "the glider", "the cargo jet", "the seaplane", "the trainer aircraft",
            "the twin-engined turboprop", "the helicopter",
        ),
        "event": (
            "a strong crosswind", "a bird strike", "a jammed landing gear", "a sudden downdraught",
            "a failed altimeter", "a fuel leak",
        ),
        "runway": ("runway two seven", "the grass strip", "the short runway", "runway zero nine"),
        "height": ("nine thousand feet", "flight level three hundred", "two thousand feet"),
    },
}  # fmt: skip

SENTENCES: dict[str, tuple[str, ...]] = {
    "medicine": (
        "{name} was treated for {illness} in {ward} {when}.",
        "The doctor prescribed {drug} after {scan} had shown {illness}.",
        "{name}'s symptoms of {illness} eased once the nurse had given {drug}.",
        "Before the operation {when}, the patient was sent for {scan}.",
        "{scan} ruled out {illness}, and {name} was discharged from {ward}.",
    ),
    "law": (
        "{lawyer} asked {court} to adjourn the hearing {when}.",
        "{name} was acquitted of {crime} by {court}.",
        "{court} awarded {name} damages for {claim}.",
        "{name} sued over {claim}, and {lawyer} called two witnesses.",
        "The jury found {name} guilty of {crime}, and {lawyer} lodged an appeal {when}.",
    ),
    "weather": (
        "{sky} will move across {region} {daytime}.",
        "Temperatures in {region} fell to {degrees} degrees {when}.",
        "{sky} is forecast for {region}, clearing {daytime}.",
        "It reached {degrees} degrees {daytime}, with {sky} over {region}.",
        "The forecasters warned {region} of {sky} {when}.",
    ),
    "fashion": (
        "{name} opened {show} in {garment} made of {cloth}.",
        "This season's {cloth} comes with {detail}, says the designer.",
        "{garment} with {detail} was the talk of {show} {when}.",
        "{name} pairs {garment} with {garment2} and high-heeled boots.",
        "The stylist chose {cloth} and {detail} for {show}.",
    ),
    "chess": (
        "{name} sacrificed {piece} on {move} and mated soon after.",
        "{grade} answered with {opening} and castled early.",
        "In {opening}, {name} lost {piece} {when} and resigned.",
        "{grade} offered {name} a draw after {move}.",
        "{name} pinned {piece} on {move}, and {grade} ran short of time on the clock.",
    ),
    "railways": (
        "{train} was held at {place} for {delay} because of {fault}.",
        "{fault} near {place} delayed {train} by {delay} {when}.",
        "{name} changed trains at {place} and caught {train}.",
        "{train} will not call at {place} until {fault} has been dealt with.",
        "The guard of {train} told {name} that {fault} would cost them {delay}.",
    ),
    "archaeology": (
        "{name} uncovered {find} at {site} {when}.",
        "{find} from {site} has been dated to {age}.",
        "With {tool}, {name} traced the outline of {find} at {site}.",
        "The dig at {site} reached the layers of {age} {when}.",
        "{find} lay beside {find2}, both of them from {age}.",
    ),
    "painting": (
        "{name} restored {part} of {picture} {when}.",
        "{picture} was done in {paint} over a ground of {colour}.",
        "The artist mixed {colour} with {colour2} for the shadows in {picture}.",
        "{part} shows that {picture} was begun in {paint}.",
        "{name} bought {picture} {when} and had it framed for the gallery.",
    ),
    "chemistry": (
        "{name} added {stuff} to {glass}, and the solution {change}.",
        "The mixture in {glass} {change} when {stuff} was heated.",
        "By {method}, {name} separated {stuff} from {stuff2}.",
        "{method} {when} showed that {glass} held {stuff}.",
        "{name} weighed {stuff} and dissolved it in {glass} before the {method}.",
    ),
    "aviation": (
        "{plane} landed on {runway} in spite of {event}.",
        "{name} flew {plane} at {height} {when}.",
        "{event} forced {plane} to turn back from {height}.",
        "The tower cleared {plane} for take-off from {runway}.",
        "The co-pilot {name} reported {event} and brought {plane} down to {height}.",
    ),
}
