"""What an instrument asks, in which words, and where the answers lead; and that the councils' own are all there."""

import re

import pytest
from django.conf import settings

from standards.instruments import Asked, Instrument, ShownWhen, instrument_of
from standards.policy import Duration, Scale
from standards.schema import read
from tests.factories.standards import framework_text

SCALE = Scale("ten", 0, 10, 1, ())
WHO = Asked("who", "Who are you?", "choice", options={"staff": "Staff", "manager": "Manager"})
DIRECT = Asked(
    "direct",
    "Do you work with families?",
    "yes_no",
    options={"yes": "Yes", "no": "No"},
    shown_when=ShownWhen("who", ("staff",)),
)
HOW = Asked("how", "How is it?", "agree", shown_when=ShownWhen("direct", ("yes",)))
ANYTHING = Asked("anything", "Anything else?", "long_text")
CHECK = Instrument("check", "Check", "anonymous", fields=(WHO, DIRECT, HOW, ANYTHING))


# Where answers lead


@pytest.mark.parametrize(
    ("answers", "codes"),
    [
        ({}, ["who", "anything"]),
        ({"who": "manager"}, ["who", "anything"]),
        ({"who": "staff"}, ["who", "direct", "anything"]),
        ({"who": "staff", "direct": "no"}, ["who", "direct", "anything"]),
        ({"who": "staff", "direct": "yes"}, ["who", "direct", "how", "anything"]),
        # An answer left over from before the first one was changed leads nowhere.
        ({"who": "manager", "direct": "yes"}, ["who", "anything"]),
        ({"direct": "yes"}, ["who", "anything"]),
    ],
)
def test_asks_what_the_answers_so_far_lead_to(answers, codes):
    assert [one.code for one in CHECK.asks(answers)] == codes


@pytest.mark.parametrize(
    ("answers", "holds"),
    [({"who": "staff"}, True), ({"who": "manager"}, False), ({"who": None}, False), ({}, False)],
)
def test_a_field_is_shown_for_the_named_answers_only(answers, holds):
    assert ShownWhen("who", ("staff",)).holds(answers) is holds


def test_a_field_is_found_by_its_code():
    assert CHECK.asked("how") is HOW
    with pytest.raises(KeyError):
        CHECK.asked("gone")


# How it is answered


@pytest.mark.parametrize(
    ("field", "steps"),
    [
        (Asked("a", "A", "scale", scale=SCALE), tuple(range(11))),
        (Asked("a", "A", "scale", scale=Scale("ten", 0, 10, 5, ())), (0, 5, 10)),
        (Asked("a", "A", "agree"), (1, 2, 3, 4, 5)),
        (Asked("a", "A", "faces"), (1, 2, 3, 4, 5)),
        (Asked("a", "A", "long_text"), ()),
        (WHO, ()),
    ],
)
def test_the_numbers_that_answer_a_field(field, steps):
    assert field.steps == steps


# Languages and easy words


TRANSLATED = Asked(
    "who",
    "Who are you?",
    "choice",
    options={"staff": "Staff", "manager": "Manager"},
    help="No names.",
    translations={"cy": {"label": "Pwy ydych chi?", "options": {"staff": "Staff Cymru"}}},
)


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        ("label", "en", "Who are you?"),
        ("label", "cy", "Pwy ydych chi?"),
        ("label", "pl", "Who are you?"),
        ("help", "cy", "No names."),
        ("easy", "cy", ""),
    ],
)
def test_a_text_without_a_translation_is_said_in_english(text, language, words):
    assert TRANSLATED.said(text, language) == words


@pytest.mark.parametrize(
    ("language", "choices"),
    [
        ("en", {"staff": "Staff", "manager": "Manager"}),
        ("cy", {"staff": "Staff Cymru", "manager": "Manager"}),
        ("ur", {"staff": "Staff", "manager": "Manager"}),
    ],
)
def test_choices_keep_their_codes_and_order_in_every_language(language, choices):
    assert list(TRANSLATED.choices(language).items()) == list(choices.items())


def test_an_instrument_says_its_own_texts_in_a_language_or_in_english():
    one = Instrument(
        "a", "Check", "anonymous", intro="Hello", translations={"cy": {"intro": "Helo"}}
    )

    assert [one.said("intro", "cy"), one.said("intro", "pl"), one.said("title", "cy")] == [
        "Helo",
        "Hello",
        "Check",
    ]


def test_a_language_is_offered_once_every_question_stands_in_it():
    plain = Asked("said", "What?", "long_text", translations={"pl": {"label": "Co?"}})
    both = {"cy": {"label": "Beth?"}, "pl": {"label": "Co?"}, "ur": {"help": "…"}}
    full = Asked("more", "More?", "long_text", translations=both)

    def languages(*fields):
        return Instrument("a", "A", "identified", fields=fields).languages

    assert languages(full) == ("en", "cy", "pl")
    assert languages(full, plain) == ("en", "pl")
    assert languages(full, ANYTHING) == ("en",)
    assert languages() == ("en",)


def test_the_form_is_easy_to_read_once_every_question_is():
    easy = Asked("a", "A", "long_text", easy="Short")

    def is_easy(*fields):
        return Instrument("a", "A", "identified", fields=fields).easy_read

    assert [is_easy(easy), is_easy(easy, ANYTHING), is_easy()] == [True, False, False]


# From the file


def test_a_small_instrument_has_the_engines_own_values():
    one = instrument_of({"code": "a", "title": "A", "privacy": "anonymous"}, {})

    assert (one.anonymous, one.smallest_group, one.fields) == (True, 5, ())
    assert (one.runs_for, one.follows, one.keeps, one.worries_to) == (None, None, None, ())
    assert one.worries_within == Duration(1, "working_days")


def test_everything_that_the_file_says_is_read():
    week = {"number": 1, "unit": "weeks"}
    one = instrument_of(
        {
            "code": "a",
            "title": "A",
            "privacy": "confidential",
            "delivery": ["link"],
            "follows": {"event": "joined", "after": {"number": 3, "unit": "months"}},
            "runs_for": {"number": 2, "unit": "weeks"},
            "remind_after": [week],
            "keeps": {"number": 12, "unit": "months"},
            "worries_to": ["council.qa_head"],
            "worries_within": {"number": 2, "unit": "days"},
            "publishable": True,
            "translations": {"cy": {"title": "B"}},
            "fields": [
                {"code": "ok", "label": "OK?", "kind": "yes_no"},
                {"code": "how", "label": "How?", "kind": "scale", "scale": "ten", "low": "Bad"},
                {
                    "code": "why",
                    "label": "Why?",
                    "kind": "long_text",
                    "worry": True,
                    "shown_when": {"field": "ok", "in": ["no"]},
                },
            ],
        },
        {"ten": SCALE},
    )

    assert (one.follows, one.runs_for) == (Duration(3, "months"), Duration(2, "weeks"))
    assert (one.remind_after, one.keeps) == ((Duration(1, "weeks"),), Duration(12, "months"))
    assert (one.worries_to, one.worries_within) == (("council.qa_head",), Duration(2, "days"))
    assert (one.anonymous, one.publishable, one.delivery) == (False, True, frozenset({"link"}))
    assert one.said("title", "cy") == "B"
    ok, how, why = one.fields
    assert dict(ok.options) == {"yes": "Yes", "no": "No"}
    assert (how.scale, how.low, how.high) == (SCALE, "Bad", "")
    assert (why.worry, why.shown_when) == (True, ShownWhen("ok", ("no",)))


# What the councils ask (D1, D2)


def file_of(path: str) -> dict:
    return read((settings.BASE_DIR / "fixtures" / "frameworks" / path).read_text("utf-8"))


BEXLEY = read(framework_text("bexley"))
FILES = {
    "BX": BEXLEY,
    "WS": file_of("west-sussex/2.yaml"),
    "WS-1": file_of("west-sussex/1.yaml"),
    "LA": read(framework_text("lancashire")),
    "BF": read(framework_text("bracknell-forest")),
    "BwD": read(framework_text("blackburn-with-darwen")),
}


def instruments(council: str) -> dict[str, dict]:
    return {one["code"]: one for one in FILES[council]["instruments"]}


# The catalogue's number, the council's file, the instrument and who may know who answered.
CATALOGUE = [
    ("D-BX1", "BX", "audit_child", "identified"),
    ("D-BX2", "BX", "audit_family", "identified"),
    ("D-BX3", "BX", "audit_network", "identified"),
    ("D-BX4", "BX", "parent_survey", "anonymous"),
    ("D-BX5", "BX", "feedback_form", "identified"),
    ("D-BX6", "BX", "monthly_calls", "identified"),
    ("D-BX7", "BX", "conference_experience", "confidential"),
    ("D-BX8", "BX", "lac_review", "confidential"),
    ("D-BX9", "BX", "pep_experience", "confidential"),
    ("D-BX10", "BX", "conference_forms", "identified"),
    ("D-BX11", "BX", "monday_club", "identified"),
    ("D-BX12", "BX", "cwd_forms", "identified"),
    ("D-BX13", "BX", "ehcp_questionnaire", "confidential"),
    ("D-BX14", "BX", "sen_survey", "anonymous"),
    ("D-BX15", "BX", "sen_children", "totals"),
    ("D-BX16", "BX", "youth_support", "totals"),
    ("D-BX17", "BX", "leaving_care", "confidential"),
    ("D-BX18", "BX", "fostering", "totals"),
    ("D-BX19", "BX", "adoption", "confidential"),
    ("D-BX20", "BX", "complaints", "confidential"),
    ("D-BX21", "BX", "learning_circle", "totals"),
    ("D-BX22", "BX", "health_check", "anonymous"),
    ("D-BX23", "BX", "induction", "confidential"),
    ("D-BX24", "BX", "induction_day", "confidential"),
    ("D-BX25", "BX", "partners", "identified"),
    ("D-BX26", "BX", "recognition", "confidential"),
    ("D-WS1", "WS", "family_feedback", "identified"),
    ("D-WS1", "WS", "child_feedback", "identified"),
    ("D-WS2", "WS", "partner_feedback", "identified"),
    ("D-WS2", "WS", "court_feedback", "identified"),
    ("D-WS3", "WS", "complaints_compliments", "identified"),
    ("D-WS4", "WS", "health_checks", "totals"),
    ("D-WS4", "WS", "staff_feedback", "totals"),
    ("D-WS4", "WS", "staff_growth", "totals"),
    ("D-WS5", "WS", "positive_journeys", "anonymous"),
    ("D-WS5", "WS", "midway_reviews", "identified"),
    ("D-WS6", "WS", "private_fostering", "totals"),
    ("D-WS6", "WS", "missing", "totals"),
    ("D-WS6", "WS", "iro_annual", "totals"),
    ("D-WS6", "WS", "partnership_annual", "totals"),
    ("I-75", "LA", "in_learning_space", "identified"),
    ("D-LA1", "LA", "family_feedback", "totals"),
    ("D-LA1", "LA", "designing", "totals"),
    ("D-LA1", "LA", "cioc_council", "totals"),
    ("D-LA1", "LA", "send_groups", "totals"),
    ("D-LA1", "LA", "participation_groups", "totals"),
    ("D-LA1", "LA", "compliments_complaints", "totals"),
    ("D-BF1", "BF", "in_audit", "identified"),
    ("D-BF2", "BF", "family_feedback", "totals"),
    ("D-BF3", "BF", "youth_offending", "totals"),
    ("D-BF4", "BF", "big_ballot", "anonymous"),
    ("D-BF4", "BF", "theme_surveys", "anonymous"),
    ("D-BF5", "BF", "staff_survey", "anonymous"),
    ("D-BF6", "BF", "panel_forms", "identified"),
    ("D-BF7", "BF", "lado_evaluation", "confidential"),
    ("D-BF8", "BF", "complaints", "confidential"),
    ("D-BWD1", "BwD", "promises", "confidential"),
]  # fmt: skip


@pytest.mark.parametrize(("number", "council", "code", "privacy"), CATALOGUE)
def test_every_instrument_of_the_catalogue_is_there_with_its_privacy(
    number, council, code, privacy
):
    assert instruments(council)[code]["privacy"] == privacy


@pytest.mark.parametrize("council", ["BX", "WS", "LA", "BF", "BwD"])
def test_no_council_has_an_instrument_that_the_catalogue_does_not_know(council):
    known = {code for _, whose, code, _ in CATALOGUE if whose == council}

    assert instruments(council).keys() == known


def test_both_editions_of_west_sussex_ask_the_same():
    assert instruments("WS-1") == instruments("WS")


@pytest.mark.parametrize("council", FILES)
def test_an_anonymous_link_says_where_to_get_help(council):
    links = [
        one
        for one in instruments(council).values()
        if one["privacy"] == "anonymous" and "link" in one.get("delivery", [])
    ]

    assert [one["code"] for one in links if "help_text" not in one] == []


@pytest.mark.parametrize(
    ("council", "code", "question"),
    [
        ("BX", "audit_child", "voice_child"),
        ("BX", "audit_family", "voice_family"),
        ("BX", "audit_network", "voice_network"),
        ("WS", "child_feedback", "voice_child"),
        ("WS", "family_feedback", "voice_family"),
        ("WS-1", "child_feedback", "voice_child"),
        ("WS-1", "family_feedback", "voice_family"),
        ("BF", "in_audit", "feedback"),
        ("LA", "in_learning_space", "voice"),
    ],
)
def test_what_is_asked_with_an_audit_stands_in_its_form_under_the_same_codes_and_kinds(
    council, code, question
):
    one = instruments(council)[code]
    [held] = [
        row
        for tool in FILES[council]["tools"]
        for section in tool["sections"]
        for row in section["questions"]
        if row["code"] == question
    ]
    parts = {part["code"]: (part["kind"], part.get("scale")) for part in held["parts"]}

    assert one["question"] == question
    for field in one["fields"]:
        assert parts[field["code"]] == (field["kind"], field.get("scale"))


@pytest.mark.parametrize("code", ["audit_child", "audit_family", "parent_survey"])
def test_families_and_children_are_asked_in_four_languages(code):
    [one] = [row for row in BEXLEY["instruments"] if row["code"] == code]
    texts = {"title", "public_title", "intro", "thanks", "help_text", "easy_intro"} & one.keys()

    assert instrument_of(one, {"statement": SCALE}).languages == ("en", "cy", "pl", "ur")
    for language in ("cy", "pl", "ur"):
        assert one["translations"][language].keys() == texts
        for field in one["fields"]:
            said = {"label", "help", "easy", "low", "high"} & field.keys()
            assert field["translations"][language].keys() == said


def test_translations_are_marked_for_review():
    text = framework_text("bexley")

    found = re.findall(r"^( *)(?:# For review by .*\n\1)?translations:$", text, re.MULTILINE)
    marked = re.findall(r"^    # For review by a person .*\n    translations:$", text, re.MULTILINE)

    assert found.count("    ") == len(marked) == 3
    assert text.count("# For review by a person who speaks the language: the tran") == 3


@pytest.mark.parametrize(("council", "code"), [("BX", "audit_child"), ("BwD", "promises")])
def test_children_can_read_what_they_are_asked_in_easy_words_with_pictures(council, code):
    one = instruments(council)[code]

    assert instrument_of(one, {"statement": SCALE}).easy_read
    assert one["easy_intro"]
    assert [field["code"] for field in one["fields"] if "picture" not in field] == []
    assert max(len(field["easy"].split()) for field in one["fields"]) <= 12


@pytest.mark.parametrize("code", ["audit_family", "parent_survey"])
def test_the_nine_statements_run_from_disagree_to_agree(code):
    fields = [one for one in instruments("BX")[code]["fields"] if one["kind"] == "scale"]

    assert len(fields) == 9
    assert {(one["scale"], one["low"], one["high"]) for one in fields} == {
        ("statement", "Strongly disagree", "Strongly agree")
    }


def test_the_survey_of_parents_is_open_for_two_weeks():
    assert instruments("BX")["parent_survey"]["runs_for"] == {"number": 2, "unit": "weeks"}


def asked_of(**answers: str) -> set[str]:
    one = instrument_of(instruments("BX")["health_check"], {})
    return {field.code for field in one.asks(answers)}


def test_the_health_check_leads_practitioners_and_managers_to_their_own_questions():
    practitioner = asked_of(role="practitioner", direct="yes")
    manager = asked_of(role="manager", direct="no")

    assert practitioner - manager >= {"sos_map", "confidence", "supervision"}
    assert manager - practitioner == {"staff_tell", "staff_time", "leaders_act"}
    assert practitioner & manager >= {"speak_up", "culture", "worrying", "working_well", "change"}


def test_section_1_of_the_health_check_is_for_direct_work_whatever_the_role():
    assert asked_of(role="manager", direct="yes") >= {"sos_map", "sos_plan", "confidence"}
    assert not {code for code in asked_of(role="practitioner") if code.startswith("sos_")}


def test_the_health_check_is_broken_down_by_role():
    assert instruments("BX")["health_check"]["broken_down_by"] == "role"


def test_induction_is_asked_about_three_months_after_the_start():
    one = instruments("BX")["induction"]

    assert one["follows"] == {"event": "joined", "after": {"number": 3, "unit": "months"}}
    assert one["worries_to"] == ["council.post.HOS_PSQA"]


def test_a_worry_on_a_conference_form_goes_to_the_service_manager():
    one = instruments("BX")["conference_forms"]

    assert one["worries_to"] == ["worker.next_level"]
    assert [field["code"] for field in one["fields"] if field.get("worry")] == ["worried", "worry"]


@pytest.mark.parametrize("council", FILES)
def test_nothing_hangs_on_a_tick_that_somebody_might_forget_but_where_the_source_leads(council):
    led = {
        code
        for code, one in instruments(council).items()
        if any("shown_when" in field for field in one.get("fields", []))
    }

    assert led == ({"health_check"} if council == "BX" else set())


def test_what_is_shown_to_staff_is_marked_so():
    shown = [code for code, one in instruments("BX").items() if one.get("publishable")]

    assert shown == ["recognition"]
