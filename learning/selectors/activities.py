"""Learning activities with what changed since."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from learning.change import Change, change, windows
from learning.models import Activity
from learning.selectors.counting import Place, by_month


def changes_of(
    activities: Sequence[Activity], place: Place, *, minimum: int, as_of: date | None = None
) -> dict[int, Change]:
    """The measured change of each activity by its id; two queries, and one for each service that some were for.

    An activity of one service is measured among that service's audits. Months after `as_of` are not looked at.
    """
    if not activities:
        return {}
    spans = {one.pk: windows(one.held_on, one.months) for one in activities}
    first_on = min(before[0] for before, _ in spans.values())
    last_on = max(after[1] for _, after in spans.values())
    if as_of is not None:
        last_on = min(last_on, as_of)
    paths = {one.pk: narrower(place.path, one.unit.path if one.unit else "") for one in activities}
    read = {
        path: by_month(replace(place, path=path), first_on, last_on)
        for path in sorted(set(paths.values()))
    }
    found = {}
    for one in activities:
        before, after = spans[one.pk]
        themes = [theme.pk for theme in one.themes.all()]
        months = read[paths[one.pk]]
        found[one.pk] = change(
            months.share(themes, one.measure, before),
            months.share(themes, one.measure, after),
            minimum=minimum,
        )
    return found


def narrower(path: str, other: str) -> str:
    """The longer of two paths: an activity of a team is measured in the team, though a service is looked at."""
    return max(path, other, key=len)
