import base64
import hashlib
import hmac
import traceback

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.sealed import Unreadable, newest, seal, secret_bytes, unseal

FIRST = base64.b64encode(bytes(range(32))).decode()
SECOND = base64.urlsafe_b64encode(bytes(range(100, 140))).decode().rstrip("=")
TEXT = "Canary: late visits, Ünïcödé and a line\nbreak."


@pytest.fixture(autouse=True)
def _first_key(settings):
    settings.QA_DATA_KEYS = [FIRST]


def derived(secret: bytes, use: bytes, length: int) -> bytes:
    """HKDF-SHA256 as RFC 5869 writes it, for up to one block."""
    extracted = hmac.digest(bytes(32), secret, hashlib.sha256)
    return hmac.digest(extracted, use + b"\x01", hashlib.sha256)[:length]


def by_hand(text: str, about: str, nonce: bytes) -> bytes:
    """A sealed text made without our code, from the two standards alone."""
    secret = bytes(range(32))
    header = b"\x01" + derived(secret, b"qaframework data key name", 8)
    key = derived(secret, b"qaframework sealed text", 32)
    return header + nonce + AESGCM(key).encrypt(nonce, text.encode(), header + about.encode())


def test_a_sealed_text_opens_again_and_shows_nothing_of_itself():
    closed = seal(TEXT, about="a:1")

    assert unseal(closed, about="a:1") == unseal(memoryview(closed), about="a:1") == TEXT
    assert b"Canary" not in closed
    assert closed != seal(TEXT, about="a:1")


def test_the_format_is_the_one_that_is_written_down():
    closed = by_hand(TEXT, "a:1", bytes(12))

    assert unseal(closed, about="a:1") == TEXT
    assert closed[:9].hex() == "0113badcbaed39a7a8"
    assert hashlib.sha256(closed).hexdigest() == (
        "4ab0aab750a56c78a7c28bfde9ca2f9794b44a22215308f09d32d9203a8c4d5c"
    )


def spoiled():
    closed = by_hand(TEXT, "a:1", bytes(12))
    yield "another row's", closed, "a:2"
    yield "cut short", closed[:36], "a:1"
    yield "nothing", b"", "a:1"
    yield "plain text", TEXT.encode(), "a:1"
    for place in (0, 3, 10, 21, len(closed) - 1):
        yield (
            f"byte {place}",
            closed[:place] + bytes([closed[place] ^ 1]) + closed[place + 1 :],
            "a:1",
        )


@pytest.mark.parametrize(("what", "closed", "about"), list(spoiled()))
def test_what_is_not_what_was_sealed_does_not_open(what, closed, about):
    with pytest.raises(Unreadable):
        unseal(closed, about=about)


def test_another_key_does_not_open_it(settings):
    closed = seal(TEXT, about="a:1")
    settings.QA_DATA_KEYS = [SECOND]

    with pytest.raises(Unreadable, match="not in QA_DATA_KEYS"):
        unseal(closed, about="a:1")


def test_what_is_raised_holds_neither_text_nor_key():
    closed = bytearray(seal(TEXT, about="a:1"))
    closed[-1] ^= 1

    with pytest.raises(Unreadable) as caught:
        unseal(bytes(closed), about="a:1")

    said = "".join(traceback.format_exception(caught.value))
    assert "Canary" not in said + repr(caught.value.__context__)
    assert FIRST not in said
    assert caught.value.__suppress_context__


def test_the_newest_key_seals_and_the_older_ones_still_open(settings):
    old = seal(TEXT, about="a:1")
    settings.QA_DATA_KEYS = [SECOND, FIRST]
    new = seal(TEXT, about="a:1")

    assert [newest(old), newest(new)] == [False, True]
    assert unseal(old, about="a:1") == unseal(new, about="a:1") == TEXT
    settings.QA_DATA_KEYS = [SECOND]
    assert unseal(new, about="a:1") == TEXT


@pytest.mark.parametrize(
    ("word", "secret"),
    [
        (FIRST, bytes(range(32))),
        (FIRST.rstrip("="), bytes(range(32))),
        (SECOND, bytes(range(100, 140))),
        ("no base64!", b""),
    ],
)
def test_a_secret_may_be_written_in_either_alphabet(word, secret):
    assert secret_bytes(word) == secret
