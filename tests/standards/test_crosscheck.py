"""The groups beside the forms: what refers to nothing, goes backwards or is missing is told at its path."""

import copy

import pytest

from standards.crosscheck.ladders import hours
from standards.crosscheck.paths import place_of, written
from standards.schema import faults, read
from tests.factories.standards import framework_text

GOOD = read(framework_text("northshire"))
NO_ROLE = (
    "No kind of post carries the role “{}”. Give it to one under post_types, or name another role."
)
POSTS = "“{}” is no kind of post. It must be one of: SW, TM, SM, HOS, QAO, HQA."
GRADES = (
    "“best” is no grade. It must be one of: inadequate, requires_improvement, good, outstanding."
)
DAYS = {"number": 2, "unit": "days"}


def told(**groups: object) -> list[tuple[str, str]]:
    """What is wrong with the good document once these groups are in it; allocation is added to."""
    document = copy.deepcopy(GOOD)
    document["allocation"].update(groups.pop("allocation", {}))
    document.update(groups)
    return [(fault.path, fault.says) for fault in faults(document)]


def rung(**keys: object) -> dict[str, object]:
    return {"title": "Rung", **keys}


def ladder(*rungs: dict[str, object], **keys: object) -> list[dict[str, object]]:
    return [{"code": "late", "title": "Late", "anchor": "due", "rungs": list(rungs), **keys}]


BODY = {"code": "board", "title": "Board"}
ACTIVITY = {"code": "dip", "title": "Dip sample"}
ROW = {"activity": "dip", "post": "TM", "quarters": [1, 1, 1, 1]}
REPORT = {"code": "year", "title": "Year", "every": "year"}
ASK = {"code": "ask", "title": "Ask", "privacy": "totals"}
TRIGGER = {"code": "worst", "point": "returned", "tell": ["worker"]}


@pytest.mark.parametrize(
    ("groups", "path", "says"),
    [
        ({"allocation": {"nominated_by": ["panel_member"]}}, "allocation.nominated_by[0]", NO_ROLE.format("panel_member")),
        ({"moderation": {"roles": ["moderator"]}}, "moderation.roles[0]", NO_ROLE.format("moderator")),
        ({"moderation": {"moderators": ["BOSS"]}}, "moderation.moderators[0]", POSTS.format("BOSS")),
        ({"activities": [{**ACTIVITY, "who": ["TM", "BOSS"]}]}, "activities[0].who[1]", POSTS.format("BOSS")),
        ({"grade_triggers": [{**TRIGGER, "tell": ["worker.senior_leader"]}]}, "grade_triggers[0].tell[0]", NO_ROLE.format("senior_leader")),
        ({"grade_triggers": [{**TRIGGER, "tasks": [{"code": "a", "title": "A", "owner": "council.post.BOSS"}]}]}, "grade_triggers[0].tasks[0].owner", POSTS.format("BOSS")),
        ({"ladders": ladder(rung(after=DAYS, to=["owner.post.BOSS"]))}, "ladders[0].rungs[0].to[0]", POSTS.format("BOSS")),
        ({"bodies": [BODY, BODY]}, "bodies[1].code", "“board” is used already by entry [0] of this list. Use another one."),
        ({"grade_triggers": [{**TRIGGER, "tasks": [{"code": "a", "title": "A"}, {"code": "a", "title": "B"}]}]}, "grade_triggers[0].tasks[1].code", "“a” is used already by entry [0] of this list. Use another one."),
        ({"activities": [ACTIVITY], "timetable": [ROW, ROW]}, "timetable[1]", "“TM” has a row for “dip” already. Put the numbers into one row."),
        ({"activities": [ACTIVITY], "timetable": [{**ROW, "activity": "drip"}]}, "timetable[0].activity", "“drip” is no activity. It must be one of: dip."),
        ({"activities": [ACTIVITY], "timetable": [{**ROW, "post": "BOSS"}]}, "timetable[0].post", POSTS.format("BOSS")),
        ({"targets": [{"activity": "dip", "month": 4}]}, "targets[0].activity", "“dip” is no activity. The file has none."),
        ({"activities": [{**ACTIVITY, "tool": "gone"}]}, "activities[0].tool", "“gone” is no form. It must be one of: talk."),
        ({"activities": [{**ACTIVITY, "reports_to": ["board"]}]}, "activities[0].reports_to[0]", "“board” is no body. The file has none."),
        ({"instruments": [{**ASK, "reports_to": ["council"]}], "bodies": [BODY]}, "instruments[0].reports_to[0]", "“council” is no body. It must be one of: board."),
        ({"programme": {"events": [{"code": "e", "title": "E", "tool": "gone"}]}}, "programme.events[0].tool", "“gone” is no form. It must be one of: talk."),
        ({"programme": {"excuses": [{"done": "dip", "excuses": "dip"}]}, "activities": [ACTIVITY]}, "programme.excuses[0].excuses", "An activity cannot excuse from itself. Name another one."),
        ({"programme": {"cycle": [{"week": 3, "to_week": 2, "title": "T"}]}}, "programme.cycle[0].to_week", "The last week comes before week 3. Exchange them."),
        ({"programme": {"months_without_audits": list(range(1, 13))}}, "programme.months_without_audits", "No month is left for audits. Take out the months in which they are done."),
        ({"actions": {**GOOD["actions"], "default_class": "soon"}}, "actions.default_class", "“soon” is no class of action. It must be one of: safety, other."),
        ({"actions": {**GOOD["actions"], "sign_off": [{"by": ["worker"], "grades": ["best"]}]}}, "actions.sign_off[0].grades[0]", GRADES),
        ({"grade_triggers": [{**TRIGGER, "action_class": "soon"}]}, "grade_triggers[0].action_class", "“soon” is no class of action. It must be one of: safety, other."),
        ({"grade_triggers": [{**TRIGGER, "grades": ["best"]}]}, "grade_triggers[0].grades[0]", GRADES),
        ({"grade_triggers": [{**TRIGGER, "loop": True}]}, "grade_triggers[0].loop", "The file has no “closing_loop”. Add it, or take “loop” out here."),
        ({"grade_triggers": [{**TRIGGER, "moderation": True}]}, "grade_triggers[0].moderation", "The file has no “moderation”. Add it, or take “moderation” out here."),
        ({"follow_ups": [{"code": "f", "title": "F", "grades": ["best"]}]}, "follow_ups[0].grades[0]", GRADES),
        ({"closure_checks": [{"code": "c", "label": "C", "grades": ["best"]}]}, "closure_checks[0].grades[0]", GRADES),
        ({"moderation": {"selection": [{"rule": "grade", "grades": ["best"]}]}}, "moderation.selection[0].grades[0]", GRADES),
        ({"moderation": {"selection": [{"rule": "percentage"}]}}, "moderation.selection[0].percent", "The rule “percentage” chooses nothing without “percent”. Add it."),
        ({"moderation": {"selection": [{"rule": "grade"}]}}, "moderation.selection[0].grades", "The rule “grade” chooses nothing without “grades”. Add it."),
        ({"moderation": {"selection": [{"rule": "look_back"}]}}, "moderation.selection[0].months", "The rule “look_back” chooses nothing without “months”. Add it."),
        ({"overall_grade": {**GOOD["overall_grade"], "definitions": {"best": "Best."}}}, "overall_grade.definitions.best", GRADES),
        ({"reports": [{**REPORT, "to": ["board"]}]}, "reports[0].to[0]", "“board” is neither a body nor a recipient such as council.qa_head. Add it under bodies, or name another."),
        ({"reports": [{**REPORT, "to": ["bored"]}], "bodies": [BODY]}, "reports[0].to[0]", "“bored” is neither a body (board) nor a recipient such as council.qa_head. Add it under bodies, or name another."),
        ({"reports": [{**REPORT, "to": ["council.moderator"]}]}, "reports[0].to[0]", NO_ROLE.format("moderator")),
        ({"allocation": {"per_auditor": {"every": "month"}}}, "allocation.per_auditor", "Write either “number” or “percent_of_open”: exactly one of the two."),
        ({"allocation": {"per_auditor": {"every": "month", "number": 1, "percent_of_open": 5}}}, "allocation.per_auditor", "Write either “number” or “percent_of_open”: exactly one of the two."),
        ({"instruments": [{**ASK, "fields": [{"code": "f", "label": "F", "kind": "scale"}]}]}, "instruments[0].fields[0].scale", "A field of kind “scale” cannot be answered without “scale”. Add it."),
        ({"instruments": [{**ASK, "fields": [{"code": "f", "label": "F", "kind": "scale", "scale": "ten"}]}]}, "instruments[0].fields[0].scale", "“ten” is no scale. It must be one of: five, odd."),
        ({"instruments": [{**ASK, "fields": [{"code": "f", "label": "F", "kind": "date", "scale": "five"}]}]}, "instruments[0].fields[0].scale", "“scale” does not belong to a field of kind “date”. Take it out."),
        ({"instruments": [{**ASK, "fields": [{"code": "f", "label": "F", "kind": "choice"}]}]}, "instruments[0].fields[0].options", "A field of kind “choice” cannot be answered without “options”. Add it."),
    ],
)  # fmt: skip
def test_a_group_that_refers_to_nothing_or_lacks_something_is_told_at_its_path(groups, path, says):
    assert told(**groups) == [(path, says)]


@pytest.mark.parametrize(
    "groups",
    [
        {"reports": [{**REPORT, "to": ["board", "council.post.HQA", "council.qa_head"]}], "bodies": [BODY]},
        {"allocation": {"per_auditor": {"every": "month", "percent_of_open": 5}}},
        {"moderation": {"selection": [{"rule": "panel"}, {"rule": "by_hand"}, {"rule": "percentage", "percent": 15}]}},
        {"activities": [{**ACTIVITY, "tool": "talk"}], "timetable": [ROW, {**ROW, "post": "SM"}]},
        {"allocation": {"extension": {"steps": [{"by": ["line_manager"], "up_to": DAYS}, {"by": ["head_of_service"]}]}}},
    ],
)  # fmt: skip
def test_groups_that_fit_are_left_alone(groups):
    assert told(**groups) == []


# Grades within reach

GREAT = {"code": "great", "label": "Great", "rank": 5, "descriptors": False}
TEN = {"lowest": 0, "highest": 9, "bands": [{"from": 0, "to": 4, "grade": "inadequate"}, {"from": 5, "to": 9, "grade": "good"}]}  # fmt: skip


def test_a_grade_that_is_not_offered_can_never_be_given():
    assert told(grades=[*GOOD["grades"], GREAT]) == [
        (
            "grades[4]",
            "No audit could ever be given “Great”. Add it to overall_grade.grades, or take the grade out.",
        )
    ]


def test_a_grade_that_no_band_carries_can_never_be_given():
    says = told(
        scales={**GOOD["scales"], "ten": TEN}, overall_grade={"method": "scale", "scale": "ten"}
    )

    assert [path for path, _ in says if path.startswith("grades")] == ["grades[1]", "grades[3]"]
    assert says[0][1] == (
        "No audit could ever be given “Fair”. Add it to a band of the scale “ten”, or take the grade out."
    )


@pytest.mark.parametrize(
    "way",
    [
        {"surpassed": {"label": "More", "grade": "great"}},
        {"grades": [*GOOD["overall_grade"]["grades"], "great"]},
        {"conditions": [{"grade": "great", "part": "outcome.ticks"}]},
    ],
)
def test_a_grade_may_be_reached_by_being_offered_by_surpassing_or_by_a_condition(way):
    document = copy.deepcopy(GOOD)
    document["grades"].append(GREAT)
    document["overall_grade"].update(way)
    outcome = document["tools"][0]["sections"][2]["questions"][0]["parts"]
    options = [{"code": "a", "label": "A"}, {"code": "b", "label": "B"}]
    outcome.append({"code": "ticks", "kind": "checklist", "label": "Ticks", "options": options})

    assert faults(document) == []


def test_a_grade_that_one_part_offers_by_name_is_within_reach():
    document = copy.deepcopy(GOOD)
    document["grades"].append(GREAT)
    part = {"code": "own", "kind": "grade", "label": "This part", "grades": ["good", "great"]}
    document["tools"][0]["sections"][1]["questions"][0]["parts"].append(part)

    assert faults(document) == []


# Ladders and extensions


@pytest.mark.parametrize(
    ("first", "second", "rises"),
    [
        ((2, "days"), (7, "days"), True),
        ((7, "days"), (2, "days"), False),
        ((7, "days"), (7, "days"), False),
        ((48, "hours"), (2, "days"), False),
        ((24, "hours"), (2, "days"), True),
        ((5, "days"), (5, "working_days"), True),
        ((3, "days"), (3, "working_days"), False),
        ((5, "working_days"), (6, "days"), False),
        ((5, "working_days"), (8, "days"), True),
        ((4, "weeks"), (1, "months"), True),
        ((1, "months"), (4, "weeks"), False),
        ((0, "hours"), (1, "hours"), True),
    ],
)
def test_the_rungs_of_a_ladder_rise_in_time(first, second, rises):
    lengths = [dict(zip(("number", "unit"), length, strict=True)) for length in (first, second)]

    found = told(ladders=ladder(*(rung(after=length, to=["owner"]) for length in lengths)))

    assert [path for path, _ in found] == ([] if rises else ["ladders[0].rungs[1].after"])
    assert (hours(lengths[0]) < hours(lengths[1])) == rises


def test_a_rung_that_is_earlier_than_the_one_before_is_told_with_both_times():
    week, two = {"number": 1, "unit": "weeks"}, {"number": 2, "unit": "working_days"}

    [(_, says)] = told(ladders=ladder(rung(after=week), rung(after=two)))

    assert says == (
        "2 working days is not later than the rung before it, which comes after 1 week. "
        "Make it later, or put the two rungs in order."
    )


def test_a_ladder_that_climbs_by_itself_needs_a_time_for_each_rung():
    assert told(ladders=ladder(rung(after=DAYS), rung(limit=DAYS), rung(after=DAYS))) == [
        (
            "ladders[0].rungs[1].after",
            "This ladder climbs by itself and would never reach this rung. Say how long after the anchor, "
            "or write “kind: stages” with the ladder.",
        ),
        (
            "ladders[0].rungs[2].after",
            "2 days is not later than the rung before it, which comes after 2 days. "
            "Make it later, or put the two rungs in order.",
        ),
    ]


def test_stages_last_and_do_not_climb_by_themselves():
    assert told(ladders=ladder(rung(limit=DAYS), rung(after=DAYS), kind="stages")) == [
        (
            "ladders[0].rungs[1].after",
            "A ladder of stages goes up when somebody decides. Take “after” out, or write “limit” for how "
            "long the stage lasts.",
        )
    ]


@pytest.mark.parametrize(
    ("to", "told_at"),
    [
        ([["owner.line_manager"], ["owner.next_level"], ["owner.head_of_service"]], []),
        ([["owner.head_of_service"], ["owner.line_manager"]], [1]),
        ([["owner.post.HOS"], ["council.qa_officer"], ["council.post.TM"]], [2]),
        ([["owner.line_manager", "owner.head_of_service"], ["owner.post.HOS"]], []),
        ([["owner.head_of_service"], ["owner.line_manager", "owner.head_of_service"]], []),
        ([["owner"], ["council.qa_officer"], ["owner"]], []),
        ([["owner.post.SM"], ["worker.line_manager"], ["worker.line_manager"]], [1, 2]),
    ],
)
def test_a_later_rung_does_not_go_to_somebody_lower(to, told_at):
    found = told(ladders=ladder(*(rung(limit=DAYS, to=names) for names in to), kind="stages"))

    assert [path for path, _ in found] == [f"ladders[0].rungs[{at}].to" for at in told_at]


def test_a_rung_that_goes_to_somebody_lower_is_told_with_both():
    rungs = (rung(to=["owner.head_of_service"]), rung(to=["owner.line_manager"]))

    [(_, says)] = told(ladders=ladder(*rungs, kind="stages"))

    assert says == (
        "This rung goes to a line manager, and an earlier one to a head of service, who stands higher. "
        "Put the rungs in order, or name somebody as high."
    )


def steps(*lengths: int | None) -> dict[str, object]:
    rows = [
        {"by": ["line_manager"]}
        | ({} if number is None else {"up_to": {"number": number, "unit": "days"}})
        for number in lengths
    ]
    return {"extension": {"steps": rows}}


@pytest.mark.parametrize(
    ("lengths", "told_at"),
    [((2, 5, None), []), ((5, 2), [1]), ((5, 5), [1]), ((None, 5), [0]), ((None,), [])],
)
def test_extension_steps_rise_from_the_shortest_to_the_longest(lengths, told_at):
    found = told(allocation=steps(*lengths))

    assert [path for path, _ in found] == [
        f"allocation.extension.steps[{at}].up_to" for at in told_at
    ]


# Paths


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("grades[1]", ("grades", 1)),
        ("grades.good.label", ("grades", 2, "label")),
        ("standards.2", ("standards", 1)),
        ("tools.talk.voice", ("tools", 0, "sections", 1, "questions", 0)),
        ("tools.talk.before", ("tools", 0, "sections", 0)),
        ("tools.talk.voice.parts.seen", ("tools", 0, "sections", 1, "questions", 0, "parts", 2)),
        ("grades[4]", None),
        ("grades.best", None),
        ("framework.code.x", None),
        ("standards.1.items.1", None),
        ("core_areas", None),
    ],
)
def test_a_path_may_be_written_with_numbers_or_codes(path, place):
    assert place_of(path, GOOD) == place


def test_a_place_is_written_with_codes_where_there_are_any():
    assert written(("tools", 0, "sections", 1, "questions", 0), GOOD) == (
        "tools.talk.sections.talk.questions.voice"
    )
    assert written(("standards", 0, "items", 1), GOOD) == "standards.1.items[1]"
    assert written(("grades",), GOOD) == "grades"
