"""Addresses of pages about one numbered thing: worked out once in each process, then filled in for each row."""

from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.urls import reverse

# A number that stands in no other part of an address.
ANY = 987654321012345


def address_of(name: str, pk: int) -> str:
    """The address of the page of that name about one thing."""
    before, after = parts(name, settings.ROOT_URLCONF)
    return f"{before}{pk}{after}"


def address_in(name: str, pk: int, *more: str | int) -> str:
    """The address of a page about a thing within one numbered thing, such as a question of an audit.

    What names it are codes, which stand in an address as they are.
    """
    kinds = tuple(isinstance(one, int) for one in more)
    return pattern(name, settings.ROOT_URLCONF, kinds).format(pk, *more)


@cache
def pattern(name: str, urls: str, numbers: tuple[bool, ...]) -> str:
    """The address of a page with gaps for the number and for what follows it."""
    marks = [ANY, *(ANY + n if yes else f"any-{n}-{ANY}" for n, yes in enumerate(numbers, 1))]
    address = reverse(name, urls, args=marks)
    for mark in sorted(map(str, marks), key=len, reverse=True):
        address = address.replace(mark, "{" + str(list(map(str, marks)).index(mark)) + "}")
    return address


def by_number(name: str) -> Callable[[int], str]:
    """What gives the address of the page of that name about one thing, for the rows of a list."""
    before, after = parts(name, settings.ROOT_URLCONF)
    return lambda pk: f"{before}{pk}{after}"


@cache
def parts(name: str, urls: str) -> tuple[str, str]:
    """What stands before and after the number in the address of a page."""
    before, _, after = reverse(name, urls, args=[ANY]).partition(str(ANY))
    return before, after
