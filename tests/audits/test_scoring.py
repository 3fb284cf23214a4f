from dataclasses import replace

import pytest

from audits.answers import Given
from audits.scoring import Overall, overall, suggest
from standards.edition import Option, Suggestion
from tests.audits.test_answers import DIRECT, SCALED
from tests.audits.test_completeness import part, said, section, tool


@pytest.mark.parametrize(
    ("value", "grade"),
    [
        (0, "inadequate"),
        (2, "inadequate"),
        (3, "requires_improvement"),
        (5, "requires_improvement"),
        (6, "good"),
    ],
)
def test_scale_value_takes_the_grade_of_its_band(value, grade):
    assert overall(Given(number=value), SCALED) == Overall(grade, value, surpassed=False)


def test_good_surpassed_is_outstanding_without_a_number():
    assert overall(Given(text="surpassed"), SCALED) == Overall("outstanding", None, surpassed=True)


def test_direct_grade_is_itself():
    assert overall(Given(text="good"), DIRECT) == Overall("good", None, surpassed=False)


def test_blank_is_no_judgement():
    assert overall(Given(), SCALED) is None


def test_a_text_that_is_no_value_is_refused():
    with pytest.raises(ValueError, match="needs a value"):
        overall(Given(text="good"), SCALED)


def test_a_value_off_the_scale_is_refused():
    with pytest.raises(ValueError, match="not on the scale"):
        overall(Given(number=7), SCALED)


# --- the suggested grade ------------------------------------------------------------------------

BANDS = ((0, "inadequate"), (40, "requires_improvement"), (75, "good"))
SHARE = Suggestion("share", "q.why", bands=BANDS, priority_grade="requires_improvement")
OPTIONS = (
    Option("all", "All", counts="yes"),
    Option("some", "Some", counts="partly"),
    Option("none", "None", counts="no"),
    Option("new", "New", counts="not_applicable"),
    Option("idle", "Idle"),
)


def form(rule, *parts):
    return tool(section("one", *parts), suggestion=rule)


def items(**weights):
    """Yes/no parts with their weights; a name ending in P is a priority item."""
    return [
        part(f"q.{name}", weight=weight, priority=name.endswith("P"))
        for name, weight in weights.items()
    ]


def given(**texts):
    return said(**{f"q_{name}": text for name, text in texts.items()})


def result(rule, parts, answers):
    found = suggest(form(rule, *parts), answers, DIRECT)
    return (found.grade, found.share) if found else None


@pytest.mark.parametrize(
    ("weights", "answers", "found"),
    [
        # nothing counts
        ({"a": 1}, {}, None),
        ({"a": 1}, {"a": "not_applicable"}, None),
        # the edges of the bands
        ({"a": 1}, {"a": "no"}, ("inadequate", 0)),
        ({"a": 39, "b": 61}, {"a": "yes", "b": "no"}, ("inadequate", 39)),
        ({"a": 40, "b": 60}, {"a": "yes", "b": "no"}, ("requires_improvement", 40)),
        ({"a": 74, "b": 26}, {"a": "yes", "b": "no"}, ("requires_improvement", 74)),
        ({"a": 3, "b": 1}, {"a": "yes", "b": "no"}, ("good", 75)),
        ({"a": 1}, {"a": "yes"}, ("good", 100)),
        # 74.9…: never rounded up into a band
        ({"a": 100, "b": 33, "c": 1}, {"a": "yes", "b": "no", "c": "partly"}, ("good", 75)),
        ({"a": 98, "b": 33}, {"a": "yes", "b": "no"}, ("requires_improvement", 74)),
        # partly counts half
        ({"a": 1}, {"a": "partly"}, ("requires_improvement", 50)),
        ({"a": 1, "b": 1}, {"a": "yes", "b": "partly"}, ("good", 75)),
        # not applicable and not answered stay out of the denominator
        ({"a": 1, "b": 100}, {"a": "yes", "b": "not_applicable"}, ("good", 100)),
        ({"a": 1, "b": 100}, {"a": "yes"}, ("good", 100)),
        # a priority item answered no caps, and never lifts
        ({"aP": 1, "b": 99}, {"aP": "no", "b": "yes"}, ("requires_improvement", 99)),
        ({"aP": 1, "b": 99}, {"aP": "partly", "b": "yes"}, ("good", 99)),
        ({"aP": 1, "b": 99}, {"aP": "not_applicable", "b": "yes"}, ("good", 100)),
        ({"aP": 1, "b": 99}, {"aP": "no", "b": "no"}, ("inadequate", 0)),
    ],
)  # fmt: skip
def test_a_share_is_weighted_and_capped(weights, answers, found):
    assert result(SHARE, items(**weights), given(**answers)) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("all", ("good", 100)),
        ("some", ("requires_improvement", 50)),
        ("none", ("inadequate", 0)),
        ("new", None),
        ("idle", None),
    ],
)
def test_the_options_of_a_choice_count_as_the_form_says(text, found):
    assert result(SHARE, [part("q.a", "choice", options=OPTIONS)], given(a=text)) == found


@pytest.mark.parametrize(
    ("named", "found"), [((), 50), (("q.a",), 100), (("one",), 50), (("q.a", "q.b"), 50)]
)
def test_only_what_the_rule_names_counts(named, found):
    rule = replace(SHARE, parts=named)

    assert result(rule, items(a=1, b=1), given(a="yes", b="no"))[1] == found


def test_every_workers_answer_counts():
    answers = {
        ("q.a", "practitioner", 1): Given(text="yes"),
        ("q.a", "second", 1): Given(text="no"),
    }

    assert result(SHARE, items(a=1), answers) == ("requires_improvement", 50)


def test_the_suggestion_says_how_it_came_about():
    parts = items(aP=1, b=2, c=1, d=1)
    answers = given(aP="no", b="yes", c="partly", d="not_applicable")

    found = suggest(form(replace(SHARE, bands=((0, "good"),)), *parts), answers, DIRECT)

    assert found.how == (
        "2½ of 4 points are reached: 62%. That lies in the band of Good.",
        "1 answer “not applicable” is left out.",
        "“q.aP” is answered no, so that no better grade than Requires improvement is suggested.",
    )


@pytest.mark.parametrize(
    ("method", "grades", "found"),
    [
        ("lowest", [], None),
        ("lowest", ["good"], "good"),
        ("lowest", ["good", "inadequate", "outstanding"], "inadequate"),
        ("most", [], None),
        ("most", ["good", "good", "inadequate"], "good"),
        ("most", ["good", "inadequate"], "inadequate"),
        ("most", ["good", "outstanding", "outstanding", "good", "inadequate"], "good"),
    ],
)
def test_the_lowest_or_the_most_frequent_grade(method, grades, found):
    parts = [part(f"q.g{n}", "grade") for n in range(len(grades) or 1)]
    answers = given(**{f"g{n}": grade for n, grade in enumerate(grades)})

    outcome = result(Suggestion(method, "q.why"), parts, answers)

    assert outcome == ((found, None) if found else None)


def test_a_scale_with_graded_bands_counts_as_its_grade():
    scaled = part("q.s", "scale", scale="item")
    answers = {("q.s", "auditor", 1): Given(number=4)}

    found = suggest(form(Suggestion("lowest", "q.why"), scaled), answers, SCALED)

    assert found.grade == "requires_improvement"
    ungraded = {("q.s", "auditor", 1): Given(number=9)}
    assert suggest(form(Suggestion("lowest", "q.why"), scaled), ungraded, SCALED) is None


def test_the_lowest_grade_names_what_it_is_about():
    parts = [part("q.a", "grade", aspect="The work"), part("q.b", "grade", aspect="The child")]

    found = suggest(
        form(Suggestion("lowest", "q.why"), *parts), given(a="good", b="inadequate"), DIRECT
    )

    assert found.how == ("The lowest grade given is Inadequate, for “The child”.",)


def test_a_form_without_a_rule_suggests_nothing():
    assert suggest(tool(section("one", *items(a=1))), given(a="yes"), DIRECT) is None
