"""Feedback instruments: a field that leads nowhere, and whatever would need a name nobody may know, is told at its place."""

import pytest

from tests.standards.test_crosscheck import told

SAID = {"code": "said", "label": "What?", "kind": "long_text"}
DIRECT = {"code": "direct", "label": "Direct work?", "kind": "yes_no"}
ROLE = {
    "code": "role",
    "label": "Your role",
    "kind": "choice",
    "options": [{"code": "worker", "label": "Worker"}, {"code": "boss", "label": "Boss"}],
}
NOBODY = "nobody can be found again. Take it out, and say under “help_text” where to get help."
WEEK = {"number": 1, "unit": "weeks"}


def ask(*fields: dict, **keys: object) -> list[tuple[str, str]]:
    """What is wrong with an instrument of these fields; paths are those within it."""
    one = {"code": "ask", "title": "Ask", "privacy": "confidential", **keys}
    found = told(instruments=[{**one, "fields": list(fields)} if fields else one])
    return [(path.removeprefix("instruments[0]").removeprefix("."), says) for path, says in found]


def after(field: str, *answers: str) -> dict:
    return {**SAID, "shown_when": {"field": field, "in": list(answers)}}


def misplaced(key: str, kind: str) -> str:
    return f"“{key}” does not belong to a field of kind “{kind}”. Take it out."


# Fields


@pytest.mark.parametrize("kind", ["agree", "faces"])
def test_steps_and_faces_have_words_for_their_ends_and_neither_scale_nor_options(kind):
    field = {"code": "f", "label": "F", "kind": kind, "low": "Low", "high": "High"}

    assert ask(field) == []
    assert ask({**field, "scale": "five"}) == [("fields[0].scale", misplaced("scale", kind))]
    assert ask({**field, "options": ROLE["options"]}) == [
        ("fields[0].options", misplaced("options", kind))
    ]


@pytest.mark.parametrize("field", [SAID, DIRECT, ROLE, {**SAID, "kind": "date"}])
@pytest.mark.parametrize(("key", "value"), [("low", "End"), ("high", "End"), ("beside", ["voice"])])
def test_only_numbers_have_ends_and_stand_beside_ratings(field, key, value):
    assert ask({**field, key: value}) == [(f"fields[0].{key}", misplaced(key, field["kind"]))]


@pytest.mark.parametrize(
    ("field", "says"),
    [
        ({**DIRECT, "worry": True}, []),
        ({**SAID, "worry": True}, []),
        ({**ROLE, "worry": True}, [("fields[0].worry", misplaced("worry", "choice"))]),
        ({**SAID, "kind": "date", "worry": False}, []),
    ],
)
def test_a_worry_is_a_text_or_a_yes(field, says):
    assert ask(field, worries_to=["council.qa_officer"]) == says


def test_a_field_may_hang_on_a_choice_that_stands_before_it():
    assert ask(ROLE, DIRECT, after("role", "boss"), {**after("direct", "no"), "code": "b"}) == []


@pytest.mark.parametrize(
    ("fields", "path", "says"),
    [
        ((SAID, {**after("gone", "yes"), "code": "b"}), "fields[1].shown_when.field", "No field “gone” stands before this one. Name one that does, or move it up."),
        ((after("direct", "yes"), DIRECT), "fields[0].shown_when.field", "No field “direct” stands before this one. Name one that does, or move it up."),
        ((after("said", "yes"),), "fields[0].shown_when.field", "No field “said” stands before this one. Name one that does, or move it up."),
        ((SAID, {**after("said", "yes"), "code": "b"}), "fields[1].shown_when.field", "“said” is of kind “long_text” and has no choices. Name a field of kind “choice” or “yes_no”."),
        ((ROLE, after("role", "boss", "chief")), "fields[1].shown_when.in[1]", "“chief” is no choice of “role”. It must be one of: worker, boss."),
        ((DIRECT, after("direct", "maybe")), "fields[1].shown_when.in[0]", "“maybe” is no choice of “direct”. It must be one of: yes, no."),
    ],
)  # fmt: skip
def test_a_field_that_nobody_could_reach_is_told(fields, path, says):
    assert ask(*fields) == [(path, says)]


@pytest.mark.parametrize(
    ("field", "options", "says"),
    [
        (ROLE, {"boss": "Bos"}, []),
        (DIRECT, {"yes": "Ydw", "no": "Nac ydw"}, []),
        (ROLE, {"boss": "Bos", "chief": "Pennaeth"}, ["“chief” is no choice of “role”. It must be one of: worker, boss."]),
        (SAID, {"yes": "Ydw"}, [misplaced("options", "long_text")]),
    ],
)  # fmt: skip
def test_only_choices_that_are_there_are_translated(field, options, says):
    found = ask({**field, "translations": {"cy": {"label": "Beth?", "options": options}}})

    assert [one for _, one in found] == says
    assert all(path.startswith("fields[0].translations.cy.options") for path, _ in found)


# The instrument


@pytest.mark.parametrize("code", ["role", "direct"])
def test_totals_are_broken_down_by_a_choice(code):
    assert ask(ROLE, DIRECT, broken_down_by=code) == []


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ((ROLE, SAID), "“said” is of kind “long_text” and has no choices. Name a field of kind “choice” or “yes_no”."),
        ((ROLE,), "The instrument has no field “said”. Name one, or take it out."),
        ((), "The instrument has no field “said”. Name one, or take it out."),
    ],
)  # fmt: skip
def test_totals_are_broken_down_by_nothing_else(fields, says):
    assert ask(*fields, broken_down_by="said") == [("broken_down_by", says)]


@pytest.mark.parametrize("privacy", ["anonymous", "totals"])
@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ({"sees_answers": ["qa_officer"]}, "nobody reads single answers. Take it out; “sees_totals” says who reads totals."),
        ({"worries_to": ["council.qa_officer"]}, NOBODY),
        ({"follows": {"event": "joined", "after": WEEK}}, "asking people one by one would show who answered. Take it out, or use another privacy."),
    ],
)  # fmt: skip
def test_where_nobody_is_known_nothing_may_need_to_know_them(privacy, keys, says):
    [key] = keys

    assert ask(privacy=privacy, **keys) == [(key, f"The privacy is “{privacy}”, and {says}")]
    assert ask(privacy="confidential", **keys) == []
    assert ask(privacy="identified", **keys) == []


@pytest.mark.parametrize("privacy", ["anonymous", "totals"])
def test_where_nobody_is_known_no_worry_is_asked_for(privacy):
    found = ask(DIRECT, {**SAID, "worry": True}, privacy=privacy)

    assert found == [("fields[1].worry", f"The privacy is “{privacy}”, and {NOBODY}")]


def test_a_worry_that_is_asked_for_reaches_somebody():
    worry = {**SAID, "worry": True}

    assert (
        ask(worry)
        == ask(worry, worries_to=[])
        == [
            (
                "worries_to",
                "A field asks for worries, and nobody would hear of them. Write who follows them up.",
            )
        ]
    )


def test_the_question_of_a_form_is_one_that_some_form_has():
    assert ask(SAID, question="voice") == []
    assert ask(SAID, question="gone") == [
        ("question", "No form has a question “gone”. Write the code of one, or take it out.")
    ]


def test_an_answer_stands_beside_questions_that_some_form_has():
    field = {"code": "f", "label": "F", "kind": "agree"}

    assert ask({**field, "beside": ["voice", "proud"]}) == []
    assert ask({**field, "beside": ["voice", "gone"]}) == [
        (
            "fields[0].beside[1]",
            "No form has a question “gone”. Write the code of one, or take it out.",
        )
    ]
