"""Who is told what about an action. The words are the framework's or ours; none holds a name (C4-f, C6)."""

from collections.abc import Iterable
from datetime import date, datetime

from django.utils import timezone

from actions.limits import written
from actions.models import Action
from actions.selectors import action_path, hearing_for_owner, policy_of
from core.notices import Message, tell
from people.models import User
from standards.messages import say
from standards.models import FrameworkVersion

NO_CASE = "–"
LEFT = "Its owner has left: please give it to somebody else on its page."


def announce(
    action: Action,
    event: str,
    people: Iterable[tuple[User, str]],
    *,
    once: str,
    at: datetime,
    due_on: date | None = None,
) -> int:
    """Put a message about an action into each person's inbox, once for each `once`."""
    message = message_about(action, event, due_on=due_on)
    return tell(people, message, key=key_of(action, event, once), at=at)


def announce_to_owner(action: Action, event: str, *, once: str, by: User, at: datetime) -> int:
    """The same for its owner; once they have left, for whoever can give it to somebody else and has not acted."""
    people, message, key = said_to_owner(action, event, once=once, by=by, at=at)
    return tell(people, message, key=key, at=at)


def said_to_owner(
    action: Action, event: str, *, once: str, by: User, at: datetime
) -> tuple[list[tuple[User, str]], Message, str]:
    """Who is told what about an action in place of its owner or as its owner, and what makes it one message."""
    people = hearing_for_owner(action, timezone.localdate(at))
    left = not action.owner.is_active
    message = message_about(action, event, more=LEFT if left and action.to_do else "")
    others = [one for one in people if not left or one[0].pk != by.pk]
    return others, message, key_of(action, event, once)


def key_of(action: Action, event: str, once: str) -> str:
    """What makes a message about an action one and the same."""
    return f"action:{action.pk}:{event}:{once}"


def message_about(
    action: Action, event: str, *, due_on: date | None = None, more: str = ""
) -> Message:
    """What is said about an action; `more` is added to the text."""
    said = say(
        policy_of(action),
        event,
        edition=label(action.version),
        item=action.title,
        case=action.case.number if action.case else NO_CASE,
        due=due_words(action, due_on),
    )
    return Message(
        kind=f"action.{event}",
        subject=without_case(said.subject),
        text=f"{without_case(said.text)} {more}".strip(),
        path=action_path(action),
        template=said.template,
        urgent=action.due_at is not None and event == "action_assigned",
    )


def label(version: FrameworkVersion | None) -> str:
    """Which edition the words come from."""
    return f"edition {version.edition}" if version else "ours"


def due_words(action: Action, due_on: date | None) -> str:
    """The day, or for hours the moment, by which it is due."""
    if due_on is not None:
        return written(due_on)
    if action.due_at:
        moment = timezone.localtime(action.due_at)
        return f"{written(moment.date())} at {moment:%H:%M}"
    return written(action.due_on) if action.due_on else ""


def without_case(text: str) -> str:
    """The text of an action that is about no child's case."""
    return text.replace(f" of case {NO_CASE}", "").replace(f", case {NO_CASE}", "")
