"""The security tests (after OWASP ASVS 5.0), by number: which test shows each, what does not apply."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
SHOWN_BY = {
    1: "web/test_hostile_names.py::test_sec_01_nothing_that_people_type_becomes_markup_on_any_page",
    2: "messages/test_html.py::test_a_pay_link_that_is_no_safe_address_is_only_text",
    3: "web/test_hostile_names.py::test_sec_01_nothing_that_people_type_becomes_markup_on_any_page",
    4: "quickbooks/test_wire.py::test_no_text_ends_a_literal_early",
    5: "web/test_hostile_names.py::test_sec_05_braces_that_people_type_are_printed_as_they_are",
    6: "messages/test_mime.py::test_no_name_and_no_subject_ever_adds_a_header_or_a_recipient",
    8: "architecture/test_rules.py::test_the_checkout_keeps_the_rule",
    9: "web/test_hostile_names.py::test_sec_09_no_cell_of_a_file_is_a_formula",
    11: "plans/test_trouble.py::test_a_lost_answer_at_any_write_ends_whole_with_nothing_twice",
    12: "web/test_walls.py::test_over_https_the_cookie_is_bound_to_the_host",
    13: "web/test_every_address.py::test_over_https_browsers_are_told_to_stay_there",
    14: "web/test_every_address.py::test_every_page_carries_the_security_headers_and_is_kept_nowhere",
    15: "web/test_every_address.py::test_every_page_carries_the_security_headers_and_is_kept_nowhere",
    16: "web/test_every_address.py::test_every_page_carries_the_security_headers_and_is_kept_nowhere",
    17: "web/test_every_address.py::test_every_page_carries_the_security_headers_and_is_kept_nowhere",
    18: "web/test_every_address.py::test_no_form_is_taken_with_the_token_of_another_session",
    19: "web/test_signing_in.py::test_after_signing_in_nobody_is_led_elsewhere",
    20: "web/test_walls.py::test_forwarded_headers_of_anybody_are_dropped",
    21: "web/test_every_address.py::test_every_page_carries_the_security_headers_and_is_kept_nowhere",
    22: "store/test_people.py::test_five_failures_in_fifteen_minutes_lock_the_account_from_that_address",
    23: "web/test_walls.py::test_a_form_over_one_mebibyte_is_413",
    26: "web/test_documents.py::test_sec_26_a_file_is_handed_over_whole_and_never_shown_in_here",
    29: "web/test_signing_in.py::test_a_password_that_is_easy_to_guess_is_refused_with_a_sentence",
    30: "web/test_signing_in.py::test_the_link_works_once",
    34: "store/test_people.py::test_neither_the_link_nor_the_password_is_kept_in_the_clear",
    35: "web/test_signing_in.py::test_looking_at_the_link_twenty_times_does_not_use_it_up",
    36: "web/test_signing_in.py::test_an_unknown_address_gets_the_answer_of_a_wrong_password",
    37: "web/test_signing_in.py::test_a_new_session_begins_at_signing_in",
    38: "web/test_signing_in.py::test_a_session_ends_after_two_idle_hours",
    39: "web/test_signing_in.py::test_signing_out_ends_a_copied_cookie_too",
    41: "web/test_isolation.py::test_sec_41_what_belongs_to_another_company_is_not_found_under_ones_own",
    42: "web/test_isolation.py::test_sec_42_fields_that_nobody_asked_for_change_nothing",
    43: "web/test_isolation.py::test_sec_43_every_statement_of_a_page_on_a_companys_table_names_the_company",
    44: "store/test_connections.py::test_neither_tokens_nor_realm_nor_secrets_stand_on_the_disk",
    45: "store/test_connections.py::test_a_row_put_in_another_companys_place_opens_nothing",
    46: "cli/test_operator.py::test_rotated_keys_seal_everything_again_and_the_old_one_stays",
    47: "web/test_connecting.py::test_an_answer_is_good_only_in_the_session_that_asked",
    48: "quickbooks/test_oauth.py::test_a_code_is_good_once",
    49: "architecture/test_rules.py::test_the_checkout_keeps_the_rule",
    50: "web/test_documents.py::test_sec_50_files_are_fetched_from_intuits_stores_alone",
    51: "web/test_walls.py::test_an_error_page_says_nothing_but_a_number_that_is_in_the_log",
    52: "web/test_walls.py::test_the_health_page_tells_of_the_service_and_of_no_company",
    53: "web/test_signing_in.py::test_the_token_leaves_the_address_at_once",
    54: "web/test_every_address.py::test_every_page_carries_the_security_headers_and_is_kept_nowhere",
    55: "test_logs.py::test_a_line_says_when_what_and_for_which_company",
    57: "test_logs.py::test_an_exception_is_its_type_and_place_and_never_its_text",
    58: "store/test_audit.py::test_any_changed_byte_of_any_entry_is_found",
}
DOES_NOT_APPLY = {
    7: "no XML is read",
    24: "nobody uploads a file but an owner's logo, whose bytes say what it is",
    25: "no file of others is stored",
    27: "no file of others is stored",
    28: "no archive or PDF of others is opened",
    31: "no second factor yet",
    32: "no second factor yet",
    33: "no code by e-mail",
}
ELSEWHERE = {
    10: "tests/core and tests/plans: what a plan adds up to, by hypothesis",
    40: "deleting takes the company's name typed; nobody changes an address of their own yet",
    56: "the list of what was done, in the tests of each act",
    59: "a policy is checked before it is kept, so that none is unreadable; no test of its own",
    60: "requirements are locked with hashes; the emulator is no part of the application's addresses",
}


@pytest.mark.parametrize("number", SHOWN_BY)
def test_the_test_of_the_list_is_there(number):
    file, _, name = SHOWN_BY[number].partition("::")

    assert re.search(rf"^def {name}\(", (TESTS / file).read_text(), re.MULTILINE), SHOWN_BY[number]


def test_every_number_of_the_list_has_a_place():
    assert sorted([*SHOWN_BY, *DOES_NOT_APPLY, *ELSEWHERE]) == list(range(1, 61))
