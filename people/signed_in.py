"""The person behind a session, with their council and the posts of the day: one query at each request.

Nothing of it is kept from one request to the next: a post that ends takes its rights with it at once.
"""

import json
from datetime import date

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from core import clock
from core.prepared import DAY, USER, Prepared
from people.models import Council, PostHolding, User
from people.selectors import Held, keep_held, leading

OF_USER = [field.attname for field in User._meta.concrete_fields]
OF_COUNCIL = [field.attname for field in Council._meta.concrete_fields]


def person_rows() -> "QuerySet[User, tuple[object, ...]]":
    """One person: their own columns, those of their council, and the posts they hold on the day."""
    held = PostHolding.objects.current(DAY).filter(
        user=OuterRef("pk"), post__council=OuterRef("council")
    )
    post = JSONObject(
        post="post_id",
        kind="post__type__code",
        roles="post__type__roles",
        path="post__unit__path",
        leads=leading(),
    )
    return User.objects.filter(pk=USER).values_list(
        *OF_USER,
        *(f"council__{name}" for name in OF_COUNCIL),
        ArraySubquery(held.annotate(said=post).values("said")),
    )


PERSON = Prepared(person_rows)


def read(pk: int, on: date) -> User | None:
    """Somebody with their council and the posts they hold on a day; one query."""
    rows = PERSON.rows({USER: pk, DAY: on})
    if not rows:
        return None
    *columns, posts = rows[0]
    own = len(OF_USER)
    user = User.from_db("default", OF_USER, columns[:own])
    if user.council_id is not None:
        user.council = Council.from_db("default", OF_COUNCIL, columns[own:])
    keep_held(user, on, [held_of(one) for one in posts])
    return user


def held_of(said: str) -> Held:
    """A post as the database tells it."""
    one = json.loads(said)
    return Held(one["post"], one["kind"], frozenset(one["roles"]), one["path"], one["leads"])


def known(request: HttpRequest) -> User | None:
    """Whoever a session names rightly; None where Django has to look closer, and then decides."""
    session = request.session
    pk, said = session.get(SESSION_KEY, ""), session.get(HASH_SESSION_KEY)
    backend = session.get(BACKEND_SESSION_KEY)
    if not said or not str(pk).isdecimal() or backend not in settings.AUTHENTICATION_BACKENDS:
        return None
    user = read(int(pk), clock.today())
    if user is None or not user.is_active:
        return None
    return user if constant_time_compare(said, user.get_session_auth_hash()) else None
