"""What is hidden in the hay: invented people, and values that no chronicle knows.

No name and no value is part of another one, of a question, or of anything that a chronicle can
say; :mod:`.checks` holds it whenever a set is built.
"""

GIVEN = (
    "Amara", "Bohdan", "Chidi", "Daiyu", "Emeka", "Farida", "Goran", "Hamid", "Ichiro", "Jadwiga",
    "Kofi", "Leocadia", "Mirela", "Nkechi", "Oksana", "Pavel", "Qiang", "Rashid", "Soraya",
    "Tariq", "Uchenna", "Vikram", "Wanjiru", "Ximena", "Yusuf", "Zlatan", "Adaeze", "Branko",
    "Cosmin", "Dariusz", "Enrique", "Fatoumata", "Guadalupe", "Hideo", "Ibrahim", "Jorge",
    "Katarzyna", "Lubomir", "Mehmet", "Noriko",
)  # fmt: skip
FAMILY_NAMES = (
    "Abara", "Belkin", "Cienfuegos", "Drozd", "Ekwueme", "Fujita", "Gutierrez", "Horvat", "Ibarra",
    "Jaworski", "Kowalczyk", "Lindqvist", "Mbeki", "Nakamura", "Okafor", "Petrov", "Quispe",
    "Rahman", "Suzuki", "Takahashi", "Ulanov", "Villanueva", "Wojcik", "Xiong", "Yamada", "Zapata",
    "Achterberg", "Banerjee", "Chaudhry", "Dimitrov", "Eriksson", "Fonseca", "Gonzalez",
    "Hashimoto", "Ivanova", "Janssen", "Kipkemboi", "Lobachev", "Moreno", "Ndiaye",
)  # fmt: skip

VALUES: dict[str, tuple[str, ...]] = {
    "password": (
        "saffron", "cumin", "turmeric", "cardamom", "nutmeg", "cinnamon", "paprika", "oregano",
        "vanilla", "fennel", "coriander", "rosemary", "tarragon", "wasabi",
    ),
    "code name": (
        "zebra", "giraffe", "leopard", "penguin", "dolphin", "kangaroo", "walrus", "flamingo",
        "octopus", "crocodile", "buffalo", "panther", "gorilla", "hyena",
    ),
    "lucky stone": (
        "emerald", "topaz", "sapphire", "amethyst", "turquoise", "diamond", "malachite", "obsidian",
        "garnet", "quartz", "moonstone", "lapis", "jasper", "tourmaline",
    ),
    "hobby": (
        "archery", "badminton", "rugby", "karate", "surfing", "knitting", "origami", "astronomy",
        "juggling", "fencing", "cycling", "yodelling", "skiing", "calligraphy",
    ),
}  # fmt: skip
"""Attributes of a person, each with its values."""
