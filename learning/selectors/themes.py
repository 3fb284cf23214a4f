"""Themes by quarter, with what stands against them and what was taught about them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from learning.kinds import DEVELOP, DIFFERENCE, STRENGTH
from learning.models import Activity, Theme
from learning.quarters import Quarter, quarters_to
from learning.returning import WORDS, Flag, flag_of
from learning.selectors.counting import Place, by_quarter
from learning.states import ThemeState

SHOWN = 4
BACK = 8
COLUMNS = (STRENGTH, DEVELOP, DIFFERENCE)


@dataclass(frozen=True)
class Line:
    """One theme: for each quarter its strengths, things to develop and differences; its flag and activities."""

    theme: Theme
    quarters: tuple[tuple[int, int, int], ...]
    others: int
    flag: Flag
    words: str
    activities: tuple[tuple[str, date], ...]

    @property
    def total(self) -> int:
        """How often it was coded in the quarters shown."""
        return sum(map(sum, self.quarters)) + self.others


@dataclass(frozen=True)
class Over:
    """The themes of some quarters, with how many audits of each quarter are coded, of how many returned."""

    quarters: Sequence[Quarter]
    of: tuple[tuple[int, int], ...]
    lines: tuple[Line, ...]


def themes_over(council_id: int, last_on: date, path: str = "") -> Over:
    """The themes in the last four quarters, the most often coded first; five queries whatever there is."""
    place = Place(council_id, path)
    found = by_quarter(place, quarters_to(last_on, BACK))
    held = held_of(council_id, last_on)
    lines = []
    for theme in Theme.objects.filter(council=council_id).exclude(state=ThemeState.MERGED):
        counted = found.counted(theme.pk)
        flag = flag_of(counted, [day for _, day in held.get(theme.pk, [])])
        shown = found.counts[-SHOWN:]
        cells = tuple(
            (
                one.of(theme.pk, STRENGTH).audits,
                one.of(theme.pk, DEVELOP).audits,
                one.of(theme.pk, DIFFERENCE).audits,
            )
            for one in shown
        )
        others = sum(
            borne.others for one in shown for (pk, _), borne in one.borne.items() if pk == theme.pk
        )
        if theme.state == ThemeState.RETIRED and not (others or any(map(any, cells))):
            continue
        days = tuple(held.get(theme.pk, ()))
        lines.append(Line(theme, cells, others, flag, WORDS.get(flag, ""), days))
    lines.sort(key=lambda one: (-one.total, one.theme.label))
    of = tuple((one.coded, one.returned) for one in found.counts[-SHOWN:])
    return Over(found.quarters[-SHOWN:], of, tuple(lines))


def held_of(council_id: int, until: date) -> dict[int, list[tuple[str, date]]]:
    """The titles and days of the activities about each theme, by the theme's id, the oldest first; one query."""
    found: dict[int, list[tuple[str, date]]] = defaultdict(list)
    rows = Activity.objects.filter(council=council_id, held_on__lte=until, themes__isnull=False)
    for theme, title, day in rows.order_by("held_on", "pk").values_list(
        "themes", "title", "held_on"
    ):
        found[theme].append((title, day))
    return found
