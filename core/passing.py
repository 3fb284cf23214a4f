"""What is remembered for a few minutes and may be forgotten at any time: Redis may be away without harm to a page."""

from typing import Any

from django.core.cache import cache
from redis.exceptions import RedisError


def keep(name: str, value: Any, *, seconds: int) -> None:
    """Remember a value for a while, if there is a memory just now."""
    try:
        cache.set(name, value, seconds)
    except (RedisError, OSError):
        return


def find(name: str) -> Any:
    """What is remembered under a name; nothing where it is forgotten or the memory is away."""
    try:
        return cache.get(name)
    except (RedisError, OSError):
        return None


def drop(name: str) -> None:
    """Forget a value; where the memory is away it forgets by itself when its time has run out."""
    try:
        cache.delete(name)
    except (RedisError, OSError):
        return
