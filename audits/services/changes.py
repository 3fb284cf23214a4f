"""Changes of one row that somebody waits for; their text is built once in a process."""

from audits.models import Answer
from core.prepared import DAY, KEY, LOWEST, MOMENT, USER
from core.prepared_changes import PreparedChange

# What stands for the answer, and for what it says.
ROW, NUMBER, VERSION = LOWEST - 41, LOWEST - 42, LOWEST - 43
TEXT, PLACE = f"{KEY} text", f"{KEY} place"
ANSWER = PreparedChange(
    lambda: Answer.objects.filter(pk=ROW),
    number=NUMBER,
    text=TEXT,
    day=DAY,
    place=PLACE,
    version=VERSION,
    saved_by=USER,
    saved_at=MOMENT,
)


def change_answer(answer: Answer) -> None:
    """Save what typing on changes in an answer. Raises Answer.DoesNotExist where there is none any longer."""
    changed = ANSWER.make(
        {
            ROW: answer.pk,
            NUMBER: answer.number,
            TEXT: answer.text,
            DAY: answer.day,
            PLACE: answer.place,
            VERSION: answer.version,
            USER: answer.saved_by_id,
            MOMENT: answer.saved_at,
        }
    )
    if not changed:
        raise Answer.DoesNotExist
