"""What a concern is called where no name may stand."""


def called(number: int, ladder: str) -> str:
    """A concern by its number and its ladder: “Concern 3 (Officer escalation)”."""
    return f"Concern {number} ({ladder})"
