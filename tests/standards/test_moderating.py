"""Moderation, disagreements and what grades set off, read from each council's file: A0-12 to A0-14, B2-14 to B2-22, B4."""

from dataclasses import FrozenInstanceError

import pytest
from django.conf import settings

from standards.policy import (
    Content,
    Dispute,
    DisputeRung,
    GradeTrigger,
    Limit,
    Moderation,
    PanelRule,
    Selecting,
    TriggerTask,
)
from standards.reading import policy_of
from standards.schema import read
from tests.factories.standards import framework_text

BX, BWD, BF, LA, WS = (
    "bexley",
    "blackburn-with-darwen",
    "bracknell-forest",
    "lancashire",
    "west-sussex",
)
EDITIONS = [(BX, 1), (BWD, 1), (BF, 1), (LA, 1), (WS, 1), (WS, 2)]
INDEPENDENT = ("auditor", "worker", "worker_line")
INADEQUATE = ("inadequate",)
BELOW_GOOD = ("requires_improvement", "inadequate")
WORST = Selecting("grade", grades=INADEQUATE)
BY_HAND = Selecting("by_hand")
# Tells: the Bexley lines that come twice.
BX_TASKS = ("worker", "worker.line_manager", "worker.next_level")
LA_TOLD = ("worker.next_level", "worker.head_of_service", "council.qa_officer")
WS_TOLD = ("worker.line_manager", "worker.next_level", "council.qa_officer", "moderator")

SELECTION = {
    BX: (Selecting("look_back", months=6, every="month"),),
    BWD: (Selecting("percentage", percent=15), WORST, BY_HAND),
    BF: (Selecting("panel", every="month"),),
    LA: (Selecting("percentage", percent=15, every="month"), WORST, BY_HAND),
    WS: (Selecting("percentage", percent=100, every="month"), WORST),
}
# Posts, roles: who may moderate (A3-25, A4-14, B5-22, B5-59).
WHO = {
    BX: (("CSW", "CPCC", "IRO", "SM", "HOS", "DD"), ()),
    BWD: ((), ("moderator",)),
    BF: (("HOQA", "HOS", "PSW", "QAO"), ("panel_member",)),
    LA: (("QA", "QAL"), ("moderator",)),
    WS: (("PM", "GM", "SL", "SM"), ("moderator",)),
}
# Code, kind, whether it is needed, for what it is asked (A3-26, B2-16, SC-12, SC-17, SC-19).
CONTENTS = {
    BX: [
        ("overall", "overall", True, ""),
        ("items", "items", False, "question"),
        ("good_practice", "text", True, ""),
        ("develop", "text", True, ""),
        ("actions_completed", "actions_completed", True, ""),
        ("further_actions", "further_actions", False, ""),
        ("agreement", "agreement", True, ""),
    ],
    BWD: [],
    BF: [
        ("verdict", "verdict", True, ""),
        ("quality", "text", True, ""),
        ("messages", "text", False, ""),
    ],
    LA: [
        ("talked_on", "date", True, ""),
        ("viewpoint", "text", True, ""),
        ("learning", "text", True, ""),
        ("view", "text", True, ""),
    ],
    WS: [
        ("difference", "text", True, ""),
        ("strengths", "text", True, ""),
        ("further_actions", "further_actions", False, ""),
        ("grade", "agreement", True, ""),
        ("reason", "reason", True, ""),
        ("minutes", "number", False, ""),
        ("learning", "text", True, ""),
        ("copied", "tick", True, ""),
        ("on_file", "tick", True, ""),
    ],
}
# Who is told: agreed, disagreed; the advised minutes; with whom the moderator talks; named at allocation.
AROUND = {
    BX: (
        ("worker", "worker.line_manager"),
        ("auditor", "worker", "worker.line_manager"),
        None,
        (),
        False,
    ),
    BWD: ((), (), None, (), False),
    BF: (("auditor",), ("auditor",), None, (), False),
    LA: (("auditor",), (), None, ("auditor",), False),
    WS: (
        ("auditor", "worker.line_manager", "worker.next_level", "council.qa_officer"),
        ("auditor",),
        60,
        ("auditor", "worker"),
        True,
    ),
}
# Each rung: who is brought in, and whether they decide (A2-19, A2-20, A3-28, J-14, J-19, J-81).
DISPUTES = {
    BX: {
        ("moderation", "moderation"): [
            (("moderator", "auditor"), False),
            (("council.post.HOS_PSQA",), True),
            (("auditor.senior_leader",), True),
        ]
    },
    BWD: {
        ("moderation", "moderation"): [
            (("moderator", "auditor"), False),
            (("council.qa_head",), True),
            (("council.post.DCS",), True),
        ]
    },
    BF: {
        ("grade_in_audit", "audit"): [
            (("auditor", "worker"), False),
            (("council.qa_officer", "council.qa_head"), False),
        ],
        ("panel_verdict", "moderation"): [
            (("council.qa_head", "auditor"), False),
            (("council.qa_head",), True),
            (("council.post.AD_CSC",), True),
        ],
    },
    LA: {},
    WS: {
        ("auditor_worker", "audit"): [
            (("council.qa_officer", "worker.line_manager", "auditor.next_level"), False),
        ],
        ("moderator_auditor", "moderation"): [
            (("moderator", "auditor"), False),
            (("council.qa_head",), True),
            (("worker.post.AD",), True),
        ],
    },
}


def text_of(council: str, number: int) -> str:
    """The file of one edition."""
    path = settings.BASE_DIR / "fixtures" / "frameworks" / council / f"{number}.yaml"
    return path.read_text("utf-8")


def trigger(code: str, point: str, **keys: object) -> GradeTrigger:
    """A trigger without its title; its tasks as code, owner and limit."""
    rows = keys.pop("tasks", ())
    return GradeTrigger(code, "", point, tasks=tuple(TriggerTask(c, "", *r) for c, *r in rows), **keys)  # fmt: skip


TEAM = "worker.line_manager"
NEXT = "worker.next_level"
DAY, DAY_AFTER = Limit(24, "hours", "returned"), Limit(24, "hours", "moderated")
MEETING = [("meeting", NEXT)]
TRIGGERS = {
    BX: [
        trigger(
            "returned_inadequate",
            "returned",
            grades=INADEQUATE,
            tell=(
                *BX_TASKS,
                "worker.head_of_service",
                "council.post.AD",
                "council.post.DD",
                "council.post.PSQA",
            ),
            tasks=[
                ("immediate", TEAM, DAY),
                ("oversight_note", TEAM),
                ("observation", TEAM),
                ("satisfied", NEXT),
            ],
            action_class="immediate_24h",
        ),
        trigger("returned", "returned", tell=("worker", TEAM)),
        trigger(
            "moderated_inadequate",
            "moderated",
            grades=INADEQUATE,
            tell=(*BX_TASKS, "council.post.HOS_PSQA", "council.post.PSQA"),
            tasks=[("tasks", TEAM, DAY_AFTER), ("oversight_note", TEAM)],
        ),
        trigger(
            "moderated_outstanding_actions",
            "moderated",
            flag="actions_outstanding",
            tell=BX_TASKS,
            tasks=[("tasks", TEAM, DAY_AFTER), ("oversight_note", TEAM)],
        ),
    ],
    BWD: [
        trigger(
            "inadequate",
            "returned",
            grades=INADEQUATE,
            tell=(TEAM, "worker.head_of_service", "council.post.PSW"),
        )
    ],
    BF: [
        trigger(
            "ri_returned",
            "returned",
            grades=("requires_improvement",),
            tell=("council.qa_officer", TEAM),
            show=("council.qa_head", "council.post.AD_CSC"),
            watch=("council.qa_officer",),
        ),
        trigger(
            "inadequate_returned",
            "returned",
            grades=INADEQUATE,
            tell=(
                "council.qa_officer",
                TEAM,
                "worker.head_of_service",
                "council.post.AD_CSC",
                "council.qa_head",
            ),
            watch=("council.qa_officer",),
        ),
        trigger("watch_after_panel", "moderated", grades=BELOW_GOOD, watch=("council.qa_officer",)),
    ],
    LA: [
        trigger(
            "inadequate_returned",
            "returned",
            grades=INADEQUATE,
            tell=LA_TOLD,
            tasks=MEETING,
            moderation=True,
            loop=True,
        ),
        trigger(
            "outstanding_returned",
            "returned",
            grades=("outstanding",),
            tell=("worker.head_of_service",),
        ),
    ],
    WS: [
        trigger(
            "inadequate_safeguarding",
            "returned",
            grades=INADEQUATE,
            flag="safeguarding",
            tell=WS_TOLD,
            action_class="safeguarding_5wd",
        ),
        trigger(
            "inadequate_other",
            "returned",
            grades=INADEQUATE,
            flag="no_safeguarding",
            tell=WS_TOLD,
            action_class="standard_4w",
        ),
        trigger(
            "below_good", "final", grades=BELOW_GOOD, show=("council.post.AD", "council.post.DCS")
        ),
    ],
}


@pytest.fixture(scope="module")
def policies():
    return {key: policy_of(read(text_of(*key))) for key in EDITIONS}


@pytest.fixture(params=EDITIONS, ids=lambda key: f"{key[0]}-{key[1]}")
def council_and_policy(request, policies):
    return request.param[0], policies[request.param]


def test_which_audits_are_moderated(council_and_policy):
    council, policy = council_and_policy

    assert policy.moderation.selection == SELECTION[council]


def test_who_moderates_and_of_whom_they_are_independent(council_and_policy):
    council, policy = council_and_policy
    rule = policy.moderation

    assert (rule.moderators, rule.roles) == WHO[council]
    assert rule.independent_of == INDEPENDENT


def test_what_a_moderation_holds(council_and_policy):
    council, policy = council_and_policy

    found = [(one.code, one.kind, one.required, one.each) for one in policy.moderation.contents]

    assert found == CONTENTS[council]
    assert all(one.label for one in policy.moderation.contents)


def test_what_stands_around_a_moderation(council_and_policy):
    council, policy = council_and_policy
    rule = policy.moderation

    assert (
        rule.agree_tell,
        rule.disagree_tell,
        rule.minutes,
        rule.talk_with,
        rule.named_at_allocation,
    ) == AROUND[council]
    assert (rule.meet, rule.blind) == (True, False)


def test_only_bracknell_forest_has_a_panel(council_and_policy):
    council, policy = council_and_policy
    panel = policy.moderation.panel

    assert (panel is None) == (council != BF)
    if panel:
        assert (panel.chair, panel.members, panel.every) == (
            ("council.qa_head",),
            ("HOQA", "HOS", "PSW", "QAO"),
            "month",
        )
        assert "dip sample" in panel.note


def test_how_disagreements_are_settled(council_and_policy):
    council, policy = council_and_policy

    found = {
        (one.code, one.about): [(rung.who, rung.decides) for rung in one.rungs]
        for one in policy.disputes
    }

    assert found == DISPUTES[council]
    assert all(one.title and all(rung.title for rung in one.rungs) for one in policy.disputes)


def test_there_is_at_most_one_way_to_settle_the_grade_of_a_moderation(council_and_policy):
    _, policy = council_and_policy

    assert len([one for one in policy.disputes if one.about == "moderation"]) <= 1


def test_what_grades_set_off(council_and_policy):
    council, policy = council_and_policy

    found = [
        trigger(
            one.code,
            one.point,
            grades=one.grades,
            flag=one.flag,
            tell=one.tell,
            show=one.show,
            watch=one.watch,
            tasks=[(task.code, task.owner, task.limit) for task in one.tasks],
            action_class=one.action_class,
            moderation=one.moderation,
            loop=one.loop,
        )
        for one in policy.grade_triggers
    ]

    assert found == TRIGGERS[council]
    assert all(one.title for one in policy.grade_triggers)
    assert all(task.title for one in policy.grade_triggers for task in one.tasks)


def test_west_sussex_moderates_in_the_same_way_in_both_editions(policies):
    first, second = policies[WS, 1], policies[WS, 2]

    assert (first.moderation, first.disputes, first.grade_triggers) == (
        second.moderation,
        second.disputes,
        second.grade_triggers,
    )


@pytest.mark.parametrize("number", [1, 2])
def test_worker_and_auditor_write_their_own_learning_in_the_form_and_the_moderator_in_the_moderation(
    number,
):
    """SC-19: three boxes of their own."""
    document = read(text_of(WS, number))
    [section] = [
        one for tool in document["tools"] for one in tool["sections"] if one["code"] == "learning"
    ]

    boxes = [
        (question["code"], part.get("respondent", section["respondent"]), part["required_at"])
        for question in section["questions"]
        for part in question["parts"]
    ]

    assert boxes == [
        ("learning_worker", "practitioner", "return"),
        ("learning_auditor", "auditor", "return"),
    ]
    own = [one for one in document["moderation"]["contents"] if one["code"] == "learning"]
    assert [(one.get("kind"), one["required"]) for one in own] == [("text", True)]


# Every key, and none


def test_every_key_is_read():
    document = {
        **read(framework_text("northshire")),
        "moderation": {
            "selection": [
                {"rule": "percentage", "percent": 7, "every": "quarter", "size": 3},
                {"rule": "grade", "grades": ["good"]},
                {"rule": "look_back", "months": 2},
            ],
            "moderators": ["TM"],
            "roles": ["qa_head"],
            "independent_of": ["second_worker"],
            "named_at_allocation": True,
            "contents": [
                {"code": "a", "label": "A"},
                {"code": "b", "label": "B", "kind": "items", "each": "section", "required": True},
            ],
            "blind": True,
            "minutes": 45,
            "talk_with": ["worker"],
            "agree": {"tell": ["worker"], "text": "Fine."},
            "disagree": {"meet": False, "tell": ["auditor"], "text": "Not fine."},
            "panel": {
                "chair": ["council.qa_head"],
                "members": ["TM"],
                "every": "month",
                "note": "P.",
            },
            "note": "N.",
        },
        "disputes": [
            {
                "code": "d",
                "title": "D",
                "about": "audit",
                "rungs": [{"title": "Meet"}, {"title": "Ask", "who": ["auditor"], "decides": True}],
            }
        ],
        "grade_triggers": [
            {
                "code": "t",
                "title": "T",
                "point": "final",
                "grades": ["good"],
                "flag": "practice_week",
                "tell": ["worker"],
                "show": ["auditor"],
                "watch": ["council.qa_head"],
                "tasks": [
                    {"code": "x", "title": "X"},
                    {
                        "code": "y",
                        "title": "Y",
                        "owner": "worker",
                        "limit": {"number": 2, "unit": "weeks", "from": "raised"},
                    },
                ],
                "action_class": "safety",
                "moderation": True,
                "loop": True,
            }
        ],
    }

    policy = policy_of(document)

    assert policy.moderation == Moderation(
        selection=(
            Selecting("percentage", percent=7, every="quarter", size=3),
            Selecting("grade", grades=("good",)),
            Selecting("look_back", months=2),
        ),
        moderators=("TM",),
        roles=("qa_head",),
        independent_of=("second_worker",),
        contents=(Content("a", "A"), Content("b", "B", "items", required=True, each="section")),
        agree_tell=("worker",),
        agree_text="Fine.",
        disagree_tell=("auditor",),
        disagree_text="Not fine.",
        meet=False,
        talk_with=("worker",),
        minutes=45,
        blind=True,
        named_at_allocation=True,
        panel=PanelRule(("council.qa_head",), ("TM",), "month", "P."),
        note="N.",
    )
    assert policy.disputes == (
        Dispute(
            "d", "D", "audit", (DisputeRung("Meet"), DisputeRung("Ask", ("auditor",), decides=True))
        ),
    )
    assert policy.grade_triggers == (
        GradeTrigger(
            "t",
            "T",
            "final",
            ("good",),
            "practice_week",
            ("worker",),
            ("auditor",),
            ("council.qa_head",),
            (TriggerTask("x", "X"), TriggerTask("y", "Y", "worker", Limit(2, "weeks", "raised"))),
            "safety",
            moderation=True,
            loop=True,
        ),
    )


def test_where_the_file_says_nothing_there_is_no_rule():
    policy = policy_of(read(framework_text("northshire")))

    assert (policy.moderation, policy.disputes, policy.grade_triggers) == (None, (), ())


def test_a_moderation_that_says_little_is_read_as_little():
    document = {
        **read(framework_text("northshire")),
        "moderation": {"panel": {}},
        "grade_triggers": [{"code": "t", "point": "returned"}],
    }

    policy = policy_of(document)

    assert policy.moderation == Moderation(panel=PanelRule())
    assert policy.grade_triggers == (GradeTrigger("t", "", "returned"),)


def test_the_rules_of_moderation_are_frozen(policies):
    for frozen in (
        policies[BF, 1].moderation,
        policies[BF, 1].moderation.panel,
        policies[BX, 1].moderation.contents[0],
        policies[BX, 1].disputes[0].rungs[0],
        policies[BX, 1].grade_triggers[0].tasks[0].limit,
    ):
        with pytest.raises(FrozenInstanceError):
            frozen.note = "changed"
