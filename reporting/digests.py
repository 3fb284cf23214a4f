"""What is kept of a secret that was shown once. Plain."""

import hashlib


def digest_of(secret: str) -> str:
    """The digest of a token. It has 256 bits of chance, so that no salt is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()
