"""The linear programme behind a plan, solved by HiGHS (Huangfu and Hall 2018, Math. Prog. Comp. 10:119-142)."""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array

Entries = Sequence[tuple[int, int, float]]


def cheapest(
    costs: Sequence[int], caps: Entries, tops: Sequence[int], pays: Entries, people: int
) -> list[float]:
    """The cheapest values between 0 and 1: each row of `caps` at most its top, each of `pays` nothing.

    Entries are column, row and value. Raises ArithmeticError where there is none.
    """
    width = len(costs)
    found = linprog(
        np.array(costs, dtype=float),
        A_ub=sparse(caps, len(tops), width),
        b_ub=np.array(tops, dtype=float),
        A_eq=sparse(pays, people, width),
        b_eq=np.zeros(people),
        bounds=(0, 1),
        method="highs-ds",
    )
    if not found.success:
        raise ArithmeticError(str(found.message))
    return [float(value) for value in found.x]


def sparse(entries: Entries, rows: int, width: int) -> csr_array:
    """A sparse matrix from column, row and value."""
    columns, at, values = zip(*entries, strict=True)
    return csr_array((values, (at, columns)), shape=(rows, width))
