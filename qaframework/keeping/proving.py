"""What proves that a backup is the service's own: anybody can lock a file with a public key.

HMAC-SHA256 (RFC 2104) of the list of contents, which holds the digests of everything else, by a key derived with
HKDF-SHA256 (RFC 5869) from a secret of `QA_DATA_KEYS`. The newest proves; the older ones still vouch for what they proved.
"""

import hmac

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.views.decorators.debug import sensitive_variables

from core.sealed import secret_bytes
from qaframework.keeping.faults import Unfit

USE = b"qaframework backup proof"


@sensitive_variables()
def proofs_of(contents: bytes) -> list[str]:
    """The proof of a list of contents by each key of the service, the newest first."""
    found = []
    for word in settings.QA_DATA_KEYS:
        derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=USE)
        found.append(hmac.digest(derived.derive(secret_bytes(word)), contents, "sha256").hex())
    return found


def check_proof(contents: bytes, proof: bytes) -> None:
    """Raise Unfit, in words, unless a key of the service made this proof of this list of contents."""
    if any(hmac.compare_digest(one.encode(), proof.strip()) for one in proofs_of(contents)):
        return
    why = "it was made with another key, or altered" if proof else "it carries no proof"
    raise Unfit(
        f"Nothing proves that this backup was made by this service: {why}. Put the key of that time into "
        "QA_DATA_KEYS. Only if that key is lost, and you know who could reach the file since, add --without-proof."
    )
