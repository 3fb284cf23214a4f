import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from actions.models import Action
from actions.services import open_drafts, withdraw_action
from tests.access.routes import EVERYBODY
from tests.factories.audits import NOW
from tests.factories.cast import cast


@pytest.mark.parametrize(
    ("source", "source_id", "found"),
    [
        ("audit", 12, {"of audit 12"}),
        ("audit", 13, {"of audit 13"}),
        ("moderation", 12, {"of moderation 12"}),
        ("audit", 14, set()),
    ],
)
def test_raised_by_is_the_actions_of_one_source(raised, plan, source, source_id, found):
    made = {
        raised(source=("audit", 12)): "of audit 12",
        raised(source=("audit", 13)): "of audit 13",
        raised(source=("moderation", 12)): "of moderation 12",
    }

    assert {made[one] for one in Action.objects.raised_by(source, source_id)} == found


@pytest.fixture
def chain(raised):
    """Actions of two audits, one replaced twice, and one of a moderation with the number of an audit."""
    first, other, moderation = raised(), raised(source=("audit", 13)), raised(("moderation", 12))
    second = raised(source=("impact", first.pk), instead_of=first)
    third = raised(source=("impact", second.pk), instead_of=second)
    return {"first": first, "second": second, "third": third, "other": other, "mod": moderation}


@pytest.mark.parametrize(
    ("source", "ids", "found"),
    [
        ("audit", [12], {"first", "second", "third"}),
        ("audit", [13], {"other"}),
        ("audit", [12, 13], {"first", "second", "third", "other"}),
        ("audit", [], set()),
        ("moderation", [12], {"mod"}),
        ("impact", [12], set()),
    ],
)
def test_what_stems_from_a_source_includes_what_took_its_place(chain, source, ids, found):
    wanted = Action.objects.stemming_from(source, ids)

    with CaptureQueriesContext(connection) as queries:
        assert {name for name, one in chain.items() if one in set(wanted)} == found
    assert len(queries) <= 1


def test_what_stems_from_a_source_takes_a_query_for_the_ids_too(chain):
    ids = Action.objects.filter(pk=chain["first"].pk).values("source_id")

    assert set(Action.objects.stemming_from("audit", ids)) == {
        chain[name] for name in ("first", "second", "third")
    }


@pytest.mark.parametrize(
    ("names", "source", "found"),
    [
        (["first"], "audit", [12]),
        (["third", "other"], "audit", [12, 13]),
        (["third", "mod"], "moderation", [12]),
        (["mod"], "audit", []),
    ],
)
def test_the_roots_of_actions_are_what_it_all_began_with(chain, names, source, found):
    rows = Action.objects.filter(pk__in=[chain[name].pk for name in names])

    assert sorted(rows.roots(source)) == found


def test_standing_leaves_out_withdrawn_actions_only(raised, people):
    opened = raised()
    open_drafts("audit", 12, by=people.auditor, at=NOW)
    draft, withdrawn = raised(), raised()
    withdraw_action(withdrawn, reason="No", by=people.auditor, at=NOW)

    assert set(Action.objects.standing()) == {opened, draft}


@pytest.mark.parametrize(("state", "mine"), [("draft", 0), ("open", 1), ("withdrawn", 0)])
def test_owned_by_is_what_the_owner_has_to_do_now(raised, people, state, mine):
    action = raised()
    Action.objects.filter(pk=action.pk).update(state=state)

    assert Action.objects.owned_by(people.worker).count() == mine


@pytest.mark.parametrize("who", sorted(EVERYBODY - {"worker"}))
def test_owned_by_gives_nobody_else_anything(raised, people, who):
    raised()
    open_drafts("audit", 12, by=people.auditor, at=NOW)

    assert not Action.objects.owned_by(getattr(people, who)).exists()
    assert not Action.objects.owned_by(getattr(cast("bexley"), who)).exists()
