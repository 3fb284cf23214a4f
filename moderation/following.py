"""What moderation does when an audit is returned or opened again, and what it asks people to do."""

from audits.points import AFTER_REOPEN, AFTER_RETURN, TASKS
from moderation.selectors.tasks import tasks
from moderation.services.choosing import after_reopen, after_return

AFTER_RETURN.append(after_return)
AFTER_REOPEN.append(after_reopen)
TASKS.append(tasks)
