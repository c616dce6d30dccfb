"""Whatever a person makes of a policy: it is one, or it is refused with a place and a sentence."""

from hypothesis import given, settings
from hypothesis import strategies as st

from qb_collections.services import policies, presets

LINES = presets.text(presets.STANDARD).splitlines()
KEYS = sorted({line.partition(" = ")[0] for line in LINES if " = " in line and not line.startswith("#")})
VALUES = st.one_of(
    st.integers(-(10**20), 10**20).map(str),
    st.sampled_from(["true", "1.5", "-0.0", "nan", "inf", '""', "[]", "{}", "[[]]", '"S2"', '"é"', "1e400"]),
    st.sampled_from(
        ["2026-02-29", "2026-01-01", "24:00:00", "08:00:00", '"13-45"', "'x'", '["mon", 1]', "{ a = 1 }"]
    ),
    st.text(max_size=20),
)
CHANGES = st.one_of(
    st.tuples(st.just("drop"), st.integers(0, len(LINES) - 1)),
    st.tuples(st.just("twice"), st.integers(0, len(LINES) - 1)),
    st.tuples(st.just("value"), st.integers(0, len(LINES) - 1), VALUES),
    st.tuples(st.just("key"), st.integers(0, len(LINES) - 1), st.sampled_from(KEYS), VALUES),
    st.tuples(st.just("text"), st.integers(0, len(LINES) - 1), st.text(max_size=20)),
)


def changed(changes):
    lines = list(LINES)
    for what, number, *more in changes:
        line = lines[number]
        if what == "drop":
            lines[number] = ""
        elif what == "twice":
            lines[number] = f"{line}\n{line}"
        elif what == "value" and " = " in line:
            lines[number] = f"{line.partition(' = ')[0]} = {more[0]}"
        elif what == "key":
            lines[number] = f"{line}\n{more[0]} = {more[1]}"
        elif what == "text":
            lines[number] = line + more[0]
    return "\n".join(lines)


@settings(max_examples=60, deadline=None)
@given(st.lists(CHANGES, min_size=1, max_size=3))
def test_a_changed_text_is_a_policy_or_refused_with_places_and_sentences(changes):
    text = changed(changes)

    checked = policies.check(text)

    assert (checked.policy is None) == bool(checked.problems)
    for problem in checked.problems:
        assert problem.line is None or 1 <= problem.line <= text.count("\n") + 1
        assert problem.message.strip()
        assert "Input" not in problem.message
        assert "type=" not in problem.message


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_any_text_at_all_is_refused_in_a_sentence(text):
    checked = policies.check(text)

    assert checked.policy is None
    assert all(problem.message for problem in checked.problems)
