"""Which tests one process runs together: all of a file whose fixtures are dear, else each by itself.

xdist's own `--dist loadgroup` no longer groups anything under pytest 9.2 (pytest-xdist #1386).
"""

from xdist.scheduler import LoadScopeScheduling

DEAR = {"tests/ops/test_demo.py", "tests/ops/test_jobs.py", "tests/ops/test_production.py"}


class Scheduling(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return file if file in DEAR else nodeid
