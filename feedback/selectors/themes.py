"""What is said again and again: themes of replies, summaries and surveys, and the actions that bear them."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from django.db.models import F, Func, QuerySet, TextField

from actions.models import Action
from actions.states import ActionState
from feedback.models import Reply, Summary, SurveyReport
from feedback.states import Outcome
from people.models import User

OVER = (ActionState.SIGNED_OFF, ActionState.WITHDRAWN)


@dataclass(frozen=True)
class Theme:
    """One theme: how many replies, summaries and survey reports bear it, and how many actions, open and signed off."""

    name: str
    replies: int
    summaries: int
    surveys: int
    open: int
    signed_off: int

    @property
    def said(self) -> int:
        """How often it was said."""
        return self.replies + self.summaries + self.surveys


@dataclass(frozen=True)
class Themes:
    """The themes of some days, the most often said first; `untagged` replies and summaries have none yet."""

    rows: tuple[Theme, ...]
    untagged: int


def themes_said(user: User, on: date, since: date, until: date) -> Themes:
    """The themes of what a person may read from a day to a day (both included); six queries whatever there is.

    Actions count that were recorded on these days.
    """
    days = (since, until)
    replies = Reply.objects.visible_to(user, on).filter(received_on__range=days)
    summaries = Summary.objects.visible_to(user, on).filter(held_on__range=days)
    reports = SurveyReport.objects.visible_to(user, on).filter(survey__closes_on__range=days)
    actions = Action.objects.visible_to(user, on).filter(recorded_at__date__range=days)
    said = [tags(found) for found in (replies, summaries, reports)]
    open_ones = tags(actions.exclude(state__in=OVER))
    done = tags(actions.filter(state=ActionState.SIGNED_OFF))
    names = {name for counts in (*said, open_ones, done) for name in counts}
    rows = [Theme(name, *(counts[name] for counts in (*said, open_ones, done))) for name in names]
    rows.sort(key=lambda one: (-one.said, -one.open - one.signed_off, one.name.lower()))
    untagged = replies.filter(themes=[], outcome=Outcome.ANSWERED).count()
    return Themes(tuple(rows), untagged + summaries.filter(themes=[]).count())


def tags(
    found: QuerySet[Action] | QuerySet[Reply] | QuerySet[Summary] | QuerySet[SurveyReport],
) -> Counter[str]:
    """How many rows bear each tag."""
    single = Func(F("themes"), function="unnest", output_field=TextField())
    return Counter(found.order_by().annotate(theme=single).values_list("theme", flat=True))
