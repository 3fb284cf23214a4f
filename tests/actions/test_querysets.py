import pytest

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
