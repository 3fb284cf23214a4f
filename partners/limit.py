"""How often one address may try links that do not work. The cache counts; while it is away nobody is kept out."""

import hashlib

from django.core.cache import cache
from redis.exceptions import RedisError

WRONG = 20
WINDOW = 15 * 60


def _key(address: str) -> str:
    return f"partners-wrong:{hashlib.sha256(address.encode()).hexdigest()[:32]}"


def is_blocked(address: str) -> bool:
    """Whether so many wrong links came from an address that none is looked at for a while."""
    try:
        return int(cache.get(_key(address)) or 0) >= WRONG
    except (RedisError, OSError):
        return False


def count_wrong(address: str) -> None:
    """One more link that does not work; the count ends a quarter of an hour after the first."""
    try:
        cache.add(_key(address), 0, WINDOW)
        cache.incr(_key(address))
    except (RedisError, OSError, ValueError):
        return
