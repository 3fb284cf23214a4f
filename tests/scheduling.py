"""Which tests one process runs together: all of a file whose fixtures are dear, else each by itself.

xdist's own `--dist loadgroup` no longer groups anything under pytest 9.2 (pytest-xdist #1386).
"""

from xdist.scheduler import LoadScopeScheduling

DEAR = {
    f"tests/ops/test_{name}.py"
    for name in ("demo", "jobs", "pooled", "production", "queues", "replica")
}


class Scheduling(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return file if file in DEAR else nodeid
