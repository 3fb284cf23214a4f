"""The secrets of second factors, sealed inside the rows that allauth keeps.

Rows that were made before secrets were sealed hold them plain: they open all the same, until they are sealed.
"""

import binascii
from base64 import b64decode, b64encode
from typing import Any

from allauth.mfa.models import Authenticator
from django.views.decorators.debug import sensitive_variables

from core import sealed
from core.moves import Refused

ABOUT = "second factor"
# Where an app's secret and the seed of recovery codes stand in a row's data.
SECRETS = ("secret", "seed")


@sensitive_variables()
def seal(text: str) -> str:
    """A secret as it is kept."""
    return b64encode(sealed.seal(text, about=ABOUT)).decode()


class Closed(sealed.Unreadable, Refused):
    """A secret that no key opens: a plain refusal on the screen, and nothing where a page only counts codes."""

    silent_variable_failure = True


@sensitive_variables()
def closed(kept: str) -> bytes | None:
    """The sealed bytes of a kept secret; None for a plain one, which is shorter or begins otherwise."""
    try:
        found = b64decode(kept, validate=True)
    except (binascii.Error, ValueError):
        return None
    long_enough = len(found) > sealed.HEADER + sealed.NONCE_BYTES + sealed.TAG_BYTES
    return found if long_enough and found.startswith(sealed.VERSION) else None


@sensitive_variables()
def unseal(kept: str) -> str:
    """The secret again, as it is where it was never sealed. Raises Closed."""
    blob = closed(kept)
    if blob is None:
        return kept
    try:
        return sealed.unseal(blob, about=ABOUT)
    except sealed.Unreadable as fault:
        raise Closed(
            "Your second step cannot be read. Ask your administrator or QA head to take it away, "
            "and set up a new one."
        ) from fault


def late(kept: str) -> bool:
    """Whether a secret is plain, or sealed with another key than the newest."""
    blob = closed(kept)
    return blob is None or not sealed.newest(blob)


@sensitive_variables()
def sealed_anew(data: dict[str, Any]) -> dict[str, Any]:
    """A row's data with its secrets under the newest key. Raises Closed, also where another than the late one is."""
    opened = {name: unseal(data[name]) for name in SECRETS if data.get(name)}
    return data | {name: seal(text) for name, text in opened.items() if late(data[name])}


@sensitive_variables()
def seal_again(row: Authenticator, only_look: bool) -> bool:
    """Put one row's secrets under the newest key, unless they have changed meanwhile; whether there was anything to do.

    Plain ones of earlier days are sealed. Raises sealed.Unreadable.
    """
    old: dict[str, Any] = dict(row.data)
    new = sealed_anew(old)
    if only_look or new == old:
        return new != old
    return bool(Authenticator.objects.filter(pk=row.pk, data=old).update(data=new))


def rows() -> Any:
    """Every row that holds a secret."""
    return Authenticator.objects.filter(data__has_any_keys=list(SECRETS)).order_by("pk")


sealed.STORES.append(sealed.Store("mfa.authenticator.data", rows, seal_again))
