"""What a month-end peak says about machines: processor time of one active user, and from it cores, councils and disk."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.peak import EVERY, active
from benchmarks.results import MANY, Found, table
from benchmarks.sizes import LARGE

# At the worst moment of the month no more of a machine's cores than this is in use.
FULL = 0.6
SMALL_MACHINE = 2  # cores
COUNCILS = (1, 10, 50, LARGE.councils)
GIGABYTE = 1000**3


@dataclass(frozen=True)
class Cost:
    """What was measured: cores that one active user keeps busy, their requests a second, bytes of a council's year."""

    each: float
    requests: float
    year: float


def cost_of(peak: Mapping[str, Any], data: Mapping[str, int], years: int) -> Cost:
    """The cost of one active user and of one council's year. Raises ValueError for a peak without users or seconds."""
    if not peak["users"] or not peak["seconds"]:
        raise ValueError("A peak without users says nothing.")
    time = peak["users"] * peak["seconds"]
    year = data["bytes"] / (data["councils"] * years)
    return Cost(peak["work"] / time, peak["requests"] / time, year)


def cores_for(users: int, cost: Cost) -> int:
    """How many cores so many users need at their peak; at least one."""
    return max(1, math.ceil(active(users) * cost.each / FULL - 1e-9))


def active_on(cores: int, cost: Cost) -> int:
    """How many users may be active at once on so many cores."""
    if cost.each <= 0:
        raise ValueError("Nobody has measured the servers' work.")
    return math.floor(cores * FULL / cost.each + 1e-9)


def councils_on(cores: int, cost: Cost) -> int:
    """How many councils of the usual size so many cores carry at their peak."""
    return active_on(cores, cost) // active(LARGE.people)


def needs_table(cost: Cost) -> str:
    """Users, requests, cores and disk for a council, for some, and for every one in England."""
    heads = ("councils", "users", "active at the peak", "saves a second", "requests a second")
    rows = []
    for councils in COUNCILS:
        users = councils * LARGE.people
        some = active(users)
        rows.append(
            (
                f"{councils}",
                f"{users:,}",
                f"{some:,}",
                f"{some / EVERY:,.0f}",
                f"{some * cost.requests:,.0f}",
                f"{cores_for(users, cost):,}",
                f"{councils * LARGE.years * cost.year / GIGABYTE:,.1f} GB",
            )
        )
    return table((*heads, "cores", "disk for ten years"), rows)


def throughput_table(pages: Sequence[Found]) -> str:
    """What one core of the service and its database does: processor time of an answer, and answers a second."""
    rows = [
        (one["job"], f"{one['processor_ms']:.1f} ms", f"{1000 / one['processor_ms']:,.0f}")
        for one in pages
        if one["processor_ms"] and one["clients"] == MANY
    ]
    return table(("page", "processor time of one answer", "answers a second of one core"), rows)


def words(found: Found, cost: Cost) -> str:
    """What one active user costs and what a small machine carries, in sentences."""
    some = active_on(SMALL_MACHINE, cost)
    return (
        f"Measured on {found['on']} with {found['words']}. One active user keeps {cost.each * 1000:.1f} thousandths "
        f"of a core busy ({cost.requests:.2f} requests a second). A machine of {SMALL_MACHINE} cores of which at most "
        f"{FULL:.0%} is used carries {some:,} users who are active at once: {councils_on(SMALL_MACHINE, cost)} "
        f"councils of {LARGE.people} users."
    )
