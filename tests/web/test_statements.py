"""What every page costs in statements before it shows anything of its own."""

import pytest

from tests.web.statements import EVERY_PAGE, statements_of


@pytest.mark.parametrize("role", ["viewer", "owner"])
def test_who_is_signed_in_and_the_company_cost_three_statements_on_every_page(house, role):
    seen = statements_of(house, "about-you/", role)

    assert len(seen) == EVERY_PAGE == 3, seen
