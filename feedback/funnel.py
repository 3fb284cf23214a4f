"""From asked to answered (D-G4; reports §6, C6): how many were asked, reached, and answered, and what came of the rest.

Plain: outcomes in, counts out.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from feedback.words import ANSWERED, DECLINED, NO_REPLY, NOT_SUITABLE, UNSAFE


@dataclass(frozen=True)
class Funnel:
    """Counts of one kind of respondent; `wanted` is how many audits or people there were to ask.

    `not_recorded` is wanted without any outcome: nobody wrote down what came of it, which is a finding of its own.
    """

    wanted: int
    answered: int
    declined: int
    no_reply: int
    unsafe: int
    not_suitable: int

    @property
    def asked(self) -> int:
        """Asked, whether or not they were reached."""
        return self.answered + self.declined + self.no_reply

    @property
    def reached(self) -> int:
        """Reached: they answered or said that they did not want to."""
        return self.answered + self.declined

    @property
    def steps(self) -> tuple[tuple[str, int], ...]:
        """The way from asked to answered: each step's name and count."""
        return (
            ("Audits", self.wanted),
            ("Asked", self.asked),
            ("Reached", self.reached),
            ("Answered", self.answered),
        )

    @property
    def not_recorded(self) -> int:
        """Of whom nothing is written down."""
        return self.wanted - self.asked - self.unsafe - self.not_suitable


def funnel(outcomes: Iterable[str | None]) -> Funnel:
    """The counts of one outcome for each audit or person that there was to ask; None where nothing is recorded.

    An outcome that is none of ours counts as not recorded.
    """
    counts = Counter(outcomes)
    return Funnel(
        wanted=counts.total(),
        answered=counts[ANSWERED],
        declined=counts[DECLINED],
        no_reply=counts[NO_REPLY],
        unsafe=counts[UNSAFE],
        not_suitable=counts[NOT_SUITABLE],
    )


def best(outcomes: Iterable[str]) -> str | None:
    """The outcome of an audit in which several relatives were asked: the one that came furthest; None without any."""
    order = (ANSWERED, DECLINED, NO_REPLY, UNSAFE, NOT_SUITABLE)
    found = set(outcomes)
    return next((one for one in order if one in found), None)
