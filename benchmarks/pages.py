"""The jobs that a browser does: each page or press of a button, with the floor that it is held against."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

from lxml import html

from benchmarks.client import MOST, WARM_UP, Heard, Next, ask, nothing
from benchmarks.wire import Asked

FLOORS = ("F0", "F1", "F2", "F3")
# What opens a page of the service at a port, and gives its body.
Reads = Callable[[int, Asked], bytes]


@dataclass
class Page:
    """One job: who asks for what, against which floor, and how much of it is allowed (times its floor's median)."""

    name: str
    floor: str
    bar: float | None
    following: Next
    heard: Heard = nothing
    most: int = MOST
    warm: int = WARM_UP
    clients: tuple[int, ...] = (1, 16)


def cookies(targets: dict[str, Any], session: str, token: str = "") -> dict[str, str]:
    """The cookies of somebody who is signed in."""
    found = {targets["cookie"]: session}
    return found | ({targets["csrf"]: token} if token else {})


def get(targets: dict[str, Any], who: str, path: str) -> Next:
    """The same page for somebody of a kind, each client as another of them."""
    return lambda number: Asked(path, cookies(targets, targets[who][number]))


def floors(targets: dict[str, Any]) -> list[Page]:
    """F0 to F3."""
    token = "a" * 32

    def change(who: int) -> Asked:
        held = cookies(targets, targets["officers"][who], token)
        body = urlencode({"words": "Seen at the visit", "csrfmiddlewaretoken": token}).encode()
        return Asked(f"/f3/{who + 1}/", held, body)

    return [
        Page("F0 constant page of 30 kB", "F0", None, lambda who: Asked("/f0/")),
        Page("F1 table of 50 rows", "F1", None, get(targets, "officers", "/f1/")),
        Page("F2 form of 20 questions", "F2", None, get(targets, "officers", "/f2/")),
        Page("F3 one row changed", "F3", None, change),
    ]


class Typing:
    """People who type into one answer of an audit each, which the page saves by itself; `reads` opens a page for them."""

    def __init__(self, targets: dict[str, Any], port: int, reads: Reads = ask) -> None:
        self.targets, self.port, self.reads = targets, port, reads
        self.known: dict[int, dict[str, Any]] = {}

    def begin(self, who: int) -> dict[str, Any]:
        """Open the page once, and keep what saving needs."""
        one = self.targets["typed"][who]
        section, part = one["part"]
        path = f"/audits/{one['audit']}/form/{section}/"
        page = html.fromstring(
            self.reads(self.port, Asked(path, cookies(self.targets, one["session"])))
        )
        box = page.xpath(f"//*[contains(@data-url, '/answers/{part}/1/')]")[0]
        return {
            "path": box.get("data-url"),
            "name": box.xpath(".//textarea/@name")[0],
            "version": int(box.xpath(".//input[@data-version]/@value")[0]),
            "token": "a" * 32,
            "session": one["session"],
            "looks": page.xpath("//*[@data-changes]/@data-changes")[0],
            "since": page.xpath("//*[@data-since]/@data-since")[0],
            "number": 0,
        }

    def of(self, who: int) -> dict[str, Any]:
        """What is known of whoever types; the page is opened the first time."""
        if who not in self.known:
            self.known[who] = self.begin(who)
        return self.known[who]

    def looking(self, who: int) -> Asked:
        """What an open page asks by itself: whether others have changed something."""
        one = self.of(who)
        path = f"{one['looks']}?{urlencode({'since': one['since']})}"
        return Asked(path, cookies(self.targets, one["session"]), headers={"X-Autosave": "1"})

    def following(self, who: int) -> Asked:
        """The next words."""
        one = self.of(who)
        one["number"] += 1
        said = {
            one["name"]: f"Seen at visit {one['number']}",
            f"{one['name']}:version": one["version"],
        }
        return Asked(
            one["path"],
            cookies(self.targets, one["session"], one["token"]),
            urlencode(said).encode(),
            {"X-Autosave": "1", "X-CSRFToken": one["token"]},
        )

    def heard(self, who: int, body: bytes) -> None:
        """Type on from the version that was saved."""
        self.known[who]["version"] = json.loads(body)["version"]


def returning(targets: dict[str, Any]) -> Callable[[int], Asked]:
    """Each time another audit is returned."""
    waiting = iter(targets["returned"])
    token = "a" * 32

    def following(who: int) -> Asked:
        one = next(waiting)
        body = urlencode({"csrfmiddlewaretoken": token}).encode()
        held = cookies(targets, one["session"], token)
        return Asked(f"/audits/{one['audit']}/return/", held, body, good=frozenset({302}))

    return following


def section(targets: dict[str, Any], who: int) -> Asked:
    """The form's largest section, each client in an audit of their own."""
    one = targets["typed"][who]
    return Asked(f"/audits/{one['audit']}/form/{one['section']}/", cookies(targets, one["session"]))


def pages(targets: dict[str, Any], port: int, reads: Reads = ask) -> list[Page]:
    """Every job of a browser, with its bar (the issue's table)."""
    typing = Typing(targets, port, reads)
    return [
        Page("my work", "F1", 1.5, get(targets, "auditors", "/")),
        Page(
            "audits with filters",
            "F1",
            1.5,
            get(targets, "officers", "/audits/?state=returned&q=2"),
        ),
        Page("tracker with filters", "F1", 1.5, get(targets, "officers", "/actions/?state=open")),
        Page("search", "F1", None, get(targets, "officers", f"/cases/?number={targets['case']}")),
        Page("audit form section", "F2", 2.0, partial(section, targets)),
        Page("autosave of an answer", "F3", 2.0, typing.following, typing.heard),
        Page("leader dashboard", "F1", 3.0, get(targets, "leaders", "/dashboard/")),
        Page("QA dashboard", "F1", None, get(targets, "officers", "/dashboard/")),
        Page("moderation statistics", "F1", None, get(targets, "heads", "/moderation/trust/")),
        # There are 42 to return. The eight threads' connections each meet its triggers a first time before it counts.
        Page("return of an audit", "F3", 8.0, returning(targets), most=28, warm=14, clients=(1,)),
    ]
