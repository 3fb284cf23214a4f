"""Verbs of evidence: adding and removing files, checking what came in, and taking away what was left over."""

from evidence.services.adding import Sent, attach, remove, share
from evidence.services.checking import check_waiting, work_on
from evidence.services.sweeping import sweep

__all__ = ["Sent", "attach", "check_waiting", "remove", "share", "sweep", "work_on"]
