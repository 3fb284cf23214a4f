"""What moderation does when an audit is returned or opened again, what it asks people to do, and where its actions are."""

from actions.points import HIDDEN, PLACES
from audits.points import ABOUT, ACTIONS, AFTER_REOPEN, AFTER_RETURN, TASKS
from moderation.selectors.moderating import audits_about, kept_from, place, raised_about
from moderation.selectors.tasks import tasks
from moderation.services.choosing import after_reopen, after_return

AFTER_RETURN.append(after_return)
AFTER_REOPEN.append(after_reopen)
TASKS.append(tasks)
ACTIONS.append(raised_about)
ABOUT.append(audits_about)
PLACES["moderation"] = place
HIDDEN.append(kept_from)
