"""The skills of the simulated students, by name, with the wrong rules that are known of each."""

from heptathlon.builders.students.drafts import Skill
from heptathlon.builders.students.skills_meaning import MEANING
from heptathlon.builders.students.skills_numbers import (
    adding_fractions,
    comparing_decimals,
    fraction_of,
    multiplying_decimals,
    order_of_operations,
    subtraction,
)
from heptathlon.builders.students.skills_steps import LENGTHS, RULES, chain
from heptathlon.builders.students.skills_symbols import (
    adding_times,
    area_units,
    equation,
    expanding,
    past_tense,
    ruvo,
)

SCHOOL: tuple[Skill, ...] = (
    Skill("order_of_operations", "arithmetic", "order of operations",
          ("left_to_right", "product_first_two", "adds_all"), order_of_operations, 2),
    Skill("subtraction", "arithmetic", "subtraction with borrowing",
          ("smaller_from_larger", "borrow_without_paying", "nothing_left"), subtraction, 3),
    Skill("adding_fractions", "fractions", "adding fractions",
          ("tops_and_bottoms", "tops_unscaled", "larger_bottom"), adding_fractions, 2),
    Skill("fraction_of", "fractions", "a fraction of a quantity",
          ("one_part_only", "divides_by_top", "takes_the_rest"), fraction_of, 3),
    Skill("comparing_decimals", "decimals", "comparing decimals",
          ("longer_is_larger", "shorter_is_larger", "zeros_are_nothing"), comparing_decimals),
    Skill("multiplying_decimals", "decimals", "multiplying decimals",
          ("keeps_the_places", "drops_the_point", "adds_instead"), multiplying_decimals),
    Skill("expanding", "algebra", "expanding brackets",
          ("first_term_only", "minus_becomes_plus", "second_term_only"), expanding),
    Skill("equation", "algebra", "linear equations",
          ("adds_to_both_ends", "divides_first", "never_divides"), equation, 2),
    Skill("area_units", "units", "units of area",
          ("factor_of_length", "twice_the_factor", "factor_of_volume"), area_units),
    Skill("time", "units", "adding times",
          ("hundred_minutes", "loses_the_hour", "goes_back"), adding_times, 2),
    Skill("past_tense", "grammar", "the past tense of English verbs",
          ("regular_ending", "participle", "base_form"), past_tense),
    Skill("ruvo", "grammar", "plural sentences in Ruvo, an invented language",
          ("noun_first", "verb_stays_singular", "noun_stays_singular"), ruvo),
)  # fmt: skip
"""What real pupils learn, and get wrong; the last figure is ``Skill.steps``, where it is not 1."""

CHAINS: tuple[Skill, ...] = tuple(
    Skill(f"chain_{n}", "chains", f"{n} steps in order", RULES, chain(n), n) for n in LENGTHS
)

SKILLS: dict[str, Skill] = {skill.name: skill for skill in (*SCHOOL, *MEANING, *CHAINS)}
