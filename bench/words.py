"""The harness's words for action lines and countries, and ours."""

from itertools import product
from string import ascii_uppercase

from dataset import ACTION_LINES, COUNTRIES  # the harness's own module

SUBLINES = {
    "C7-egov": "c7-e-government",
    "C7-ebus": "c7-e-business",
    "C7-elea": "c7-e-learning",
    "C7-ehea": "c7-e-health",
    "C7-eemp": "c7-e-employment",
    "C7-eenv": "c7-e-environment",
    "C7-eagr": "c7-e-agriculture",
    "C7-esci": "c7-e-science",
}
#: `{code: slug of ours}`.
LINES = {code: SUBLINES.get(code, code.lower()) for code in ACTION_LINES}
#: `{its code of three letters: a code of two, as ours are}`; the countries are made up.
LETTERS = {code: "".join(two) for code, two in zip(COUNTRIES, product(ascii_uppercase, repeat=2), strict=False)}
