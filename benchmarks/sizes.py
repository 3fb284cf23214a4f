"""How much data a run stands on: one council's year, its ten years, or ten years of every council in England."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """So many councils with so many years each; in a year about 500 audits, 2,000 actions; 250 to 400 people."""

    name: str
    councils: int
    years: int
    people: int

    @property
    def words(self) -> str:
        """One council, ten years."""
        councils = "one council" if self.councils == 1 else f"{self.councils} councils"
        years = "one year" if self.years == 1 else f"{self.years} years"
        return f"{councils}, {years}"


# Audits of a year, spread over its months.
AUDITS_A_YEAR = 500
# Lines of the trail for each audit of a year: what is opened, changed and refused around it.
LINES_AN_AUDIT = 20
SMALL = Size("small", 1, 1, 250)
MEDIUM = Size("medium", 1, 10, 250)
LARGE = Size("large", 153, 10, 400)
SIZES = {one.name: one for one in (SMALL, MEDIUM, LARGE)}


def fraction(size: Size, part: float) -> Size:
    """The same with only a part of the councils, where disk or time does not allow them all; at least one."""
    councils = max(1, round(size.councils * part))
    return Size(size.name, councils, size.years, size.people)
