"""What feedback does by itself."""

from datetime import datetime

from core.jobs import Daily, Job, Step, register
from feedback.services import mixing, rounds


def run_surveys(at: datetime, step: Step) -> int:
    """Open and close what is due, then tell the staff whom an open survey asks."""
    done = 0
    for work in (rounds.open_due, rounds.close_due, rounds.remind_all):
        done += work(at=at)
        step(done)
    return done


def mix_answers(at: datetime, step: Step) -> int:
    """Mix anonymous answers, so that their order tells nothing (D-G2)."""
    return mixing.mix_all()


def ask_new_staff(at: datetime, step: Step) -> int:
    """Ask everybody new how their start went."""
    return rounds.ask_new_staff(at=at)


def forget_answers(at: datetime, step: Step) -> int:
    """Delete single answers whose time is over."""
    return rounds.forget_all(at=at)


# After midnight, before anybody could open a page of a survey that is over.
register(Job("surveys", "Open, close and announce surveys", Daily(0, 5), run_surveys))
register(Job("mix-answers", "Mix anonymous answers", Daily(2, 30), mix_answers, queue="jobs"))
register(
    Job(
        "forget-answers",
        "Delete answers that are kept no longer",
        Daily(3),
        forget_answers,
        queue="jobs",
    )
)
register(Job("ask-new-staff", "Ask new staff about their start", Daily(6, 30), ask_new_staff))
