"""What one request must leave in the trail, asked after every request of the test of every address."""

from django.urls import resolve

from core.models import TrailEntry
from core.recording import WITHOUT_A_LINE
from people.models import User
from tests.access.routes import Route

# A pack is many records in one file: it leaves a line about itself and one about each of them.
SEVERAL = {"pack-file"}
# What two people alone may know says no more than that somebody was there (H-2).
APART = "supervision."
SAYS = {403: "refused", 404: "not found"}


class Lines:
    """Reads the lines that each request leaves, and says what is missing, doubled or about nothing."""

    def __init__(self) -> None:
        newest = TrailEntry.objects.first()
        self.since = newest.pk if newest else 0

    def left(self, by: User) -> list[tuple[str, str, int | None]]:
        """Verb, subject and id of this person's lines since the last time."""
        rows = TrailEntry.objects.filter(pk__gt=self.since).order_by("pk")
        found = list(rows.values_list("pk", "by_id", "verb", "subject_type", "subject_id"))
        if found:
            self.since = found[-1][0]
        return [line for _, by_id, *line in found if by_id == by.pk]

    def fault(self, route: Route, address: str, status: int, by: User) -> str:
        """What is wrong with what a request left; nothing where it is as it must be."""
        left = self.left(by)
        if route.name in WITHOUT_A_LINE or of_signing_in(address):
            verbs = [verb for verb, *_ in left]
            return "" if verbs in ([], ["refused"]) else f"left {left}, which it must not"
        if status in SAYS:
            verbs = [verb for verb, *_ in left]
            return "" if verbs == [SAYS[status]] else f"{status} left {left}"
        if status != 200:
            return ""
        if len(left) != 1 and route.name not in SEVERAL:
            return f"left {left}"
        if len({tuple(line) for line in left}) < len(left) or not left:
            return f"left {left}"
        named = any(number is not None or said.startswith(APART) for _, said, number in left)
        return "" if named or not route.of_a_thing else f"left {left}, which names nothing"


def of_signing_in(address: str) -> bool:
    """Whether an address is the sign-in's own, whose lines come from its own steps."""
    return resolve(address).func.__module__.startswith(("allauth", "django"))
