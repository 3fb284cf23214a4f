"""What stands in an action's form before anybody types."""

import pytest

from actions.choices import Choices
from actions.forms import PlanForm, initial_of
from people.models import User
from tests.actions.scenes import council, draft, moment

pytestmark = pytest.mark.django_db
AT = moment(2026, 11, 10)
THEMES = ["neglect", "voice of the child"]


@pytest.mark.parametrize(
    ("offered", "stands"),
    [(["court", *THEMES], THEMES), ([], "neglect, voice of the child")],
)
def test_the_themes_of_an_action_stand_in_its_form(offered, stands):
    made = draft(council("bexley"), AT, themes=tuple(THEMES))
    choices = Choices(kinds=[(made.kind, made.kind_label)], themes=offered)

    form = PlanForm(initial=initial_of(made), choices=choices, owners=User.objects.all())

    assert form["themes"].value() == stands
    assert str(form["themes"]).count("checked") == (len(THEMES) if offered else 0)
