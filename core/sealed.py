"""Texts that the database alone cannot give away: sealed with a key that is kept outside it.

AES-256-GCM (NIST SP 800-38D), the key derived by HKDF-SHA256 (RFC 5869) from a secret of `QA_DATA_KEYS`.
The newest secret stands first and seals; the older ones still open what they sealed, until `./qa manage reseal`
has put everything under the newest. What a text is about is bound to it: moved to another row, it does not open.
"""

import base64
import binascii
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.apps import apps
from django.conf import settings
from django.db import models
from django.views.decorators.debug import sensitive_variables

VERSION = b"\x01"
NAME_BYTES, NONCE_BYTES, TAG_BYTES = 8, 12, 16
HEADER = len(VERSION) + NAME_BYTES


class Unreadable(Exception):
    """A sealed text that cannot be opened: its key is missing, it was altered, or it belongs elsewhere.

    The words hold nothing of the text.
    """


@dataclass(frozen=True, repr=False)
class DataKey:
    """One secret of `QA_DATA_KEYS` made ready: a name that tells nothing of it, and the cipher."""

    name: bytes
    cipher: AESGCM


class SealedField(models.BinaryField):
    """A column of sealed bytes. Its model says by `sealed_about(column)` what each row's text is about."""


@sensitive_variables()
def seal(text: str, *, about: str) -> bytes:
    """Close a text so that only who has the service's key, and says what it is about, opens it again."""
    key = keys()[0]
    nonce = os.urandom(NONCE_BYTES)
    header = VERSION + key.name
    return header + nonce + key.cipher.encrypt(nonce, text.encode(), header + about.encode())


@sensitive_variables()
def unseal(blob: bytes | memoryview, *, about: str) -> str:
    """The text again.

    Raises Unreadable where the key is missing, a byte was altered, or it is about something else.
    """
    closed = bytes(blob)
    header, nonce = closed[:HEADER], closed[HEADER : HEADER + NONCE_BYTES]
    if header[:1] != VERSION or len(closed) < HEADER + NONCE_BYTES + TAG_BYTES:
        raise Unreadable("This is not a sealed text.")
    key = next((one for one in keys() if one.name == header[1:]), None)
    if key is None:
        raise Unreadable("The key that sealed this text is not in QA_DATA_KEYS.")
    try:
        opened = key.cipher.decrypt(nonce, closed[HEADER + NONCE_BYTES :], header + about.encode())
    except InvalidTag:
        raise Unreadable("This text was altered, or belongs elsewhere.") from None
    return opened.decode()


def newest(blob: bytes | memoryview) -> bool:
    """Whether a text is sealed with the newest key."""
    return bytes(blob[:HEADER]) == VERSION + keys()[0].name


def columns() -> Iterator[tuple[type[models.Model], str]]:
    """Every sealed column of the service: its model and its name."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, SealedField):
                yield model, field.attname


@dataclass(frozen=True)
class Store:
    """A place where sealed texts stand: its name, its rows, and what puts one row's texts under the newest key.

    `again(row, only_look)` gives whether there was (or is) anything to do, and raises Unreadable.
    """

    name: str
    rows: Callable[[], "models.QuerySet[Any]"]
    again: Callable[[Any, bool], bool]


# Texts that are sealed inside something else than a column of their own; a room adds its own.
STORES: list[Store] = []


def stores() -> Iterator[Store]:
    """Every place of sealed texts: each sealed column, and what the rooms have added."""
    for model, column in columns():
        rows = model._base_manager.exclude(**{column: None}).order_by("pk")
        name = f"{model._meta.label_lower}.{column}"
        yield Store(name, rows.all, partial(_column_again, column))
    yield from STORES


def _column_again(column: str, row: Any, only_look: bool) -> bool:
    if not only_look:
        return reseal_row(row, column)
    unseal(getattr(row, column), about=row.sealed_about(column))
    return not newest(getattr(row, column))


@sensitive_variables()
def reseal_row(row: Any, column: str) -> bool:
    """Put one row's text under the newest key; False where it was already, or has changed meanwhile.

    Raises Unreadable as `unseal` does.
    """
    closed = getattr(row, column)
    if closed is None or newest(closed):
        return False
    about = row.sealed_about(column)
    again = seal(unseal(closed, about=about), about=about)
    same = type(row)._base_manager.filter(pk=row.pk, **{column: closed})
    return bool(same.update(**{column: again}))


def keys() -> tuple[DataKey, ...]:
    """The keys of `QA_DATA_KEYS`, the newest first."""
    return tuple(_ready(word) for word in settings.QA_DATA_KEYS)


@lru_cache(maxsize=32)
def _ready(word: str) -> DataKey:
    secret = secret_bytes(word)
    name = _derived(secret, b"qaframework data key name", NAME_BYTES)
    return DataKey(name, AESGCM(_derived(secret, b"qaframework sealed text", 32)))


def _derived(secret: bytes, use: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=use).derive(secret)


def secret_bytes(word: str) -> bytes:
    """One secret as bytes, from base64 of either alphabet, padded or not; nothing where it is neither."""
    plain = word.strip().rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except binascii.Error:
        return b""
