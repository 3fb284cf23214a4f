"""What requests took: the times of each, and what is made of them."""

from dataclasses import dataclass, field
from statistics import median, quantiles


@dataclass
class Taken:
    """Times in milliseconds, over how many seconds, how large an answer was in bytes, and the servers' work.

    `work` is the processor time, in seconds, that the service and its database spent meanwhile; nothing where the
    machine does not tell.
    """

    times: list[float] = field(default_factory=list)
    seconds: float = 0.0
    bytes: int = 0
    work: float = 0.0

    @property
    def median(self) -> float:
        """The middle one; 0 of none."""
        return median(self.times) if self.times else 0.0

    @property
    def p99(self) -> float:
        """What one in a hundred exceeds; of fewer than a hundred the longest; 0 of none."""
        if len(self.times) >= 100:
            return quantiles(self.times, n=100)[98]
        return max(self.times, default=0.0)

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.times) / self.seconds if self.seconds else 0.0

    @property
    def each(self) -> float:
        """Processor time of the service and its database for one answer, in milliseconds."""
        return self.work * 1000 / len(self.times) if self.times else 0.0

    def __add__(self, other: "Taken") -> "Taken":
        """Both together: a job that was measured twice."""
        return Taken(
            self.times + other.times,
            self.seconds + other.seconds,
            max(self.bytes, other.bytes),
            self.work + other.work,
        )
