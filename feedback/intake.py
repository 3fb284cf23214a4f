"""The files that feedback takes in."""

from cases.kinds import ImportKind, register
from feedback.selectors.tables import TABLES, title_of
from feedback.services.importing import count_replies, read_replies, write_replies

register(
    ImportKind(
        TABLES,
        "feedback.import_replies",
        read_replies,
        write_replies,
        count=count_replies,
        page="take-in-replies",
        about=title_of,
    )
)
