"""Everything in a report is of one moment."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DatabaseError, connection

from people.models import Council
from reporting.selectors.moment import one_moment


def found_there():
    """A council by another connection."""
    try:
        Council.objects.create(code="later", name="Later")
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_what_others_write_meanwhile_is_not_seen_and_nothing_can_be_written():
    with one_moment():
        assert not Council.objects.exists()
        with ThreadPoolExecutor(1) as pool:
            pool.submit(found_there).result()
        assert not Council.objects.exists()

    assert Council.objects.get().code == "later"
    with pytest.raises(DatabaseError), one_moment():
        Council.objects.create(code="mine", name="Mine")
