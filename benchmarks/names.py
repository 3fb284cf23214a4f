"""The names of the jobs that are looked up again: the floors, the worker's jobs in their order, and the peak."""

FLOORS = {
    "F0": "F0 constant page of 30 kB",
    "F1": "F1 table of 50 rows",
    "F2": "F2 form of 20 questions",
    "F3": "F3 one row changed",
}
CHASING = "chasing of 10,000 late actions"
DRAW = "monthly draw and allocation"
PDF = "quarterly report PDF"
IMPORT = "import of 50,000 rows"
FRAMEWORK = "framework load"
CHORES = (CHASING, DRAW, PDF, IMPORT, FRAMEWORK)
PEAK = "month-end peak"
