"""Words that may ask for a firm stop: found with their endings, the firmest first, never inside others."""

import pytest

from qb_collections.core.stop_words import Firm, meaning


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Please speak with our lawyer.", Firm.REPRESENTED),
        ("We filed for BANKRUPTCY", Firm.REPRESENTED),
        ("see you in court", Firm.REPRESENTED),
        ("our courtyard was flooded", None),  # a word that ends there, or not at all
        ("Unsere Anwältin hat frei", None),
        ("unser Anwalt meldet sich", Firm.REPRESENTED),
        ("Please stop\nsending these", Firm.STOP),
        ("don\u2019t contact us", Firm.STOP),
        ("  Please stop!", Firm.STOP),
        ("STOP", Firm.STOP),
        ("the bus stop is closed", None),
        ("We dispute this bill", Firm.DISPUTE),
        ("undisputed", None),
        ("We dispute it and our attorney will write", Firm.REPRESENTED),
        ("we don't owe this, remove us", Firm.STOP),
        ("We pay on Friday.", None),
        ("", None),
    ],
)
def test_the_firmest_of_the_words_counts(said, expected):
    assert meaning(said) is expected
