"""Who codes, who sees themes and activities, who keeps the list of themes. State is asked elsewhere."""

from typing import Any

import rules

from core import clock
from learning.models import Activity, BlindRound, Extract, Theme
from learning.querysets import LEADERS
from people.models import User
from people.rules import is_qa, is_qa_head
from people.selectors import holds


@rules.predicate
def is_of_its_council(user: User, one: Theme | Extract | BlindRound | Activity | None) -> bool:
    """is of its council"""
    return one is not None and user.council_id == one.council_id


@rules.predicate
def leads(user: User, subject: Any = None) -> bool:
    """is of the QA team, a head of service or a senior leader"""
    return holds(user, *LEADERS, on=clock.today())


@rules.predicate
def may_read_it(user: User, extract: Extract | None) -> bool:
    """may open what it was taken from"""
    if extract is None:
        return False
    return Extract.objects.visible_to(user, clock.today()).filter(pk=extract.pk).exists()


@rules.predicate
def codes_in_it(user: User, blind_round: BlindRound | None) -> bool:
    """is one of its two coders"""
    return blind_round is not None and user.pk in {blind_round.first_id, blind_round.second_id}


rules.add_perm("learning.see_themes", leads)
rules.add_perm("learning.code", is_qa)
rules.add_perm("learning.code_extract", is_qa & may_read_it)
rules.add_perm("learning.manage_themes", is_qa_head)
rules.add_perm("learning.manage_theme", is_of_its_council & is_qa_head)
rules.add_perm("learning.open_round", is_qa)
rules.add_perm("learning.code_blind", is_of_its_council & is_qa & codes_in_it)
rules.add_perm("learning.record_activity", is_qa)
rules.add_perm("learning.change_activity", is_of_its_council & is_qa)
