"""A person's own ways of looking at the tracker: a name for what it is narrowed to, and the one it opens with."""

from datetime import datetime

from django.db import transaction

from actions.models import SavedView
from core.moves import Refused
from core.trail import record
from people.models import User

MOST = 20


@transaction.atomic
def save_view(name: str, query: str, *, default: bool, by: User, at: datetime) -> SavedView:
    """Keep a view under a name; the same name again replaces it. Refused without a name, and beyond twenty."""
    name = " ".join(name.split())
    if not name:
        raise Refused("Give the view a name.")
    own = SavedView.objects.visible_to(by).select_for_update()
    if own.count() >= MOST and not own.filter(name=name).exists():
        raise Refused(f"You can keep {MOST} views. Remove one first.")
    if default:
        own.update(is_default=False)
    view, _ = SavedView.objects.update_or_create(
        user=by, name=name, defaults={"query": query, "is_default": default}
    )
    record("save view of actions", "actions", by=by, at=at)
    return view


@transaction.atomic
def remove_view(view: SavedView, *, by: User, at: datetime) -> None:
    """Forget a view."""
    view.delete()
    record("remove view of actions", "actions", by=by, at=at)
