"""The plain words of rights: each permission and each predicate has some, and they say what the code does."""

import pytest
import rules
from rules.permissions import permissions

from core import clock
from people.access import NEEDS, access_of, kinds_of_post
from people.rights import WORDS, predicates_of, rights, who, words_of
from people.roles import Role
from people.seeing import MATRIX, Level, sentences
from tests.factories.cast import cast


@rules.predicate
def is_its_auditor(user, thing):
    """is its auditor"""


@rules.predicate
def is_qa(user, thing=None):
    """is of the QA team"""


@rules.predicate
def is_late(user, thing):
    """is late with it"""


@rules.predicate
def says_nothing(user, thing):
    return True


def test_every_permission_has_a_phrase_and_no_phrase_is_left_over():
    assert set(permissions) == set(WORDS)
    assert [one for one in WORDS.values() if one != one.strip(" .") or not one[0].islower()] == []


def test_every_predicate_in_use_has_words_that_read_after_who():
    used = {one for rule in permissions.values() for one in predicates_of(rule)}

    assert len(used) > 50
    assert all(words_of(one) for one in used)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (is_qa, "whoever is of the QA team"),
        (is_qa & ~is_its_auditor, "whoever is of the QA team, but nobody who is its auditor"),
        (is_qa | is_its_auditor, "whoever is of the QA team, or is its auditor"),
        (
            (is_qa | is_its_auditor) & ~is_late,
            "whoever either is of the QA team or is its auditor, but nobody who is late with it",
        ),
        (
            (is_qa & is_late) | is_its_auditor,
            "whoever is of the QA team and is late with it, or is its auditor",
        ),
        (
            is_qa & ~is_late & ~is_its_auditor,
            "whoever is of the QA team, but nobody who is late with it and nobody who is its auditor",
        ),
        (is_qa | ~is_late, "whoever is of the QA team, or is not one who is late with it"),
        (~~is_qa, "whoever is of the QA team"),
        (
            ~is_late & ~is_qa,
            "whoever has a post, but nobody who is late with it and nobody who is of the QA team",
        ),
    ],
)
def test_a_rule_is_read_aloud_as_the_code_joins_it(rule, expected):
    assert who(rule) == expected


def test_a_predicate_without_words_is_found():
    with pytest.raises(ValueError, match="says_nothing"):
        words_of(says_nothing)
    assert who(is_qa & ~says_nothing) == "whoever is of the QA team, but nobody who says nothing"


def test_a_whole_sentence():
    found = {one.permission: one.sentence for one in rights()}

    assert found["audits.return_audit"] == "May return an audit: whoever is its auditor"
    assert found["audits.advise_on_grade"] == (
        "May advise on a grade that is queried: whoever is of the QA team of its council, "
        "but nobody who is its auditor or a worker whose work is audited"
    )


def test_what_needs_a_role_is_named_as_it_is_in_the_rules():
    used = {one.name for rule in permissions.values() for one in predicates_of(rule)}

    assert set(NEEDS) - used == set()


def permissions_of(rows):
    return {one.permission for one in rows}


@pytest.mark.django_db
def test_what_follows_from_a_post_is_what_its_holder_may_do():
    people = cast("eastmere")
    today = clock.today()
    ask = {
        name: access_of(frozenset(roles), people.council, today)
        for name, roles in {
            "nobody": [],
            "administrator": [Role.ADMINISTRATOR],
            "officer": [Role.QA_OFFICER],
            "worker": [Role.PRACTITIONER],
        }.items()
    }

    always = {name: permissions_of(one.always) for name, one in ask.items()}
    for name in ("administrator", "officer", "worker"):
        user = getattr(people, name)
        assert always[name] == {one for one in permissions if user.has_perm(one)}
    assert always["nobody"] == set()
    part = {name: permissions_of(one.with_a_part) for name, one in ask.items()}
    assert "audits.reopen_audit" not in part["officer"] | part["worker"]
    assert "audits.advise_on_grade" in part["officer"]
    assert "audits.return_audit" not in part["worker"] | part["administrator"]
    assert "audits.fill_audit" in part["worker"]
    assert ask["administrator"].sees == sentences({Role.ADMINISTRATOR})
    assert [one.type.code for one in kinds_of_post(people.council, today)] == sorted(
        people.council.post_types.values_list("code", flat=True)
    )


def test_every_cell_of_the_matrix_says_what_it_means():
    for row in MATRIX:
        for cell in row.cells.values():
            assert cell.level != Level.NONE
            assert cell.words[0].islower()
            assert not cell.words.endswith(".")
            assert not cell.why or cell.why.endswith(".")
    assert len({row.code for row in MATRIX}) == len(MATRIX)


def test_what_several_roles_see_is_said_once():
    found = dict(sentences({Role.NEXT_LEVEL, Role.HEAD_OF_SERVICE, Role.AUDITOR}))

    assert found["Answers of an audit"] == [
        "fill in the audits given to them",
        "read returned audits of their service",
    ]
    assert "People and posts" not in found
