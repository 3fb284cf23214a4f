import pytest

from audits import visibility
from audits.states import AuditState
from standards.edition import PartForm, SectionForm

CHECK = SectionForm(
    "check",
    "3",
    "File check",
    "",
    "auditor",
    ("preparing", "in_session"),
    ("practitioner",),
    "section",
    None,
    (),
)
PREPARE = SectionForm(
    "prepare", "2", "Preparation", "", "practitioner", ("preparing",), (), "section", None, ()
)
JOINT = SectionForm("joint", "4", "Practice", "", "joint", ("in_session",), (), "section", None, ())


def part(respondent: str) -> PartForm:
    return PartForm(1, "q.p", "scale", "Part", respondent, "q", "s")


@pytest.mark.parametrize(
    ("section", "me", "state", "seen"),
    [
        (CHECK, "practitioner", "preparing", False),
        (CHECK, "second", "preparing", False),
        (CHECK, "auditor", "preparing", True),
        (CHECK, "qa", "preparing", True),
        (CHECK, "practitioner", "in_session", True),
        (CHECK, "practitioner", "returned", True),
        (CHECK, "reader", "in_session", False),
        (CHECK, "reader", "returned", True),
        (PREPARE, "auditor", "preparing", True),
    ],
)
def test_may_see(section, me, state, seen):
    assert visibility.may_see(section, me=me, state=state) is seen


@pytest.mark.parametrize(
    ("section", "respondent", "me", "state", "editable"),
    [
        (PREPARE, "practitioner", "practitioner", "preparing", True),
        (PREPARE, "practitioner", "second", "preparing", True),
        (PREPARE, "practitioner", "auditor", "preparing", False),
        (PREPARE, "practitioner", "practitioner", "in_session", False),
        (CHECK, "auditor", "auditor", "in_session", True),
        (JOINT, "joint", "auditor", "in_session", True),
        (JOINT, "joint", "second", "in_session", True),
        (JOINT, "joint", "practitioner", "grade_query", True),
        (JOINT, "joint", "practitioner", "preparing", False),
        (JOINT, "joint", "qa", "in_session", False),
        (JOINT, "joint", "reader", "in_session", False),
        (JOINT, "auditor", "practitioner", "in_session", False),
        (JOINT, "joint", "auditor", "returned", False),
        (JOINT, "joint", "auditor", "allocated", False),
    ],
)
def test_may_edit(section, respondent, me, state, editable):
    assert visibility.may_edit(section, part(respondent), me=me, state=state) is editable


@pytest.mark.parametrize(
    ("respondent", "me", "state", "seen"),
    [
        ("second", "practitioner", AuditState.PREPARING, False),
        ("practitioner", "second", AuditState.PREPARING, False),
        ("practitioner", "practitioner", AuditState.PREPARING, True),
        ("practitioner", "auditor", AuditState.PREPARING, True),
        ("second", "practitioner", AuditState.IN_SESSION, True),
    ],
)
def test_one_workers_preparation_is_apart_from_the_others(respondent, me, state, seen):
    assert visibility.sees_answers_of(respondent, me=me, state=state) is seen
