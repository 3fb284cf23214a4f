"""Draw each state machine into docs/states/, or check that the drawings are up to date."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from actions import states as actions
from audits import states as audits
from core.moves import draw
from escalation import states as escalation
from feedback import states as feedback
from moderation import states as moderation
from partners import states as partners
from programme import states as programme
from reporting import states as reporting
from retention import states as retention

MACHINES = {
    "audit": ("The work on one audit", audits.AuditState, audits.MOVES),
    "loop": ("The loop of one audit", audits.LoopState, audits.LOOP_MOVES),
    "action": ("One action", actions.ActionState, actions.MOVES),
    "slot": ("One thing owed in the programme", programme.SlotState, programme.SLOT_MOVES),
    "draw": ("One draw of files", programme.DrawState, programme.MOVES),
    "plan": ("One plan of allocation", programme.PlanState, programme.PLAN_MOVES),
    "moderation": ("One moderation", moderation.ModerationState, moderation.MOVES),
    "concern": ("One concern", escalation.ConcernState, escalation.CONCERN_MOVES),
    "stage": ("One stage of a concern", escalation.StageState, escalation.STAGE_MOVES),
    "panel": ("One validation panel", moderation.PanelState, moderation.PANEL_MOVES),
    "calibration": (
        "One calibration",
        moderation.CalibrationState,
        moderation.CALIBRATION_MOVES,
    ),
    "survey": ("One survey", feedback.SurveyState, feedback.SURVEY_MOVES),
    "report": ("One version of a report", reporting.ReportState, reporting.MOVES),
    "partner": ("One invitation of a partner", partners.InvitationState, partners.MOVES),
    "erasing": ("One run of erasing", retention.RunState, retention.RUN_MOVES),
    "subject-request": (
        "One request for what is kept about somebody",
        retention.RequestState,
        retention.REQUEST_MOVES,
    ),
    "invitation": ("One link", feedback.InvitationState, feedback.INVITATION_MOVES),
}


def drawings() -> dict[str, str]:
    """Each machine's drawing by its file name."""
    return {
        f"{name}.md": f"# {title}\n\n```mermaid\n{draw(title, states.choices, moves, states.values[0])}```\n"
        for name, (title, states, moves) in MACHINES.items()
    }


class Command(BaseCommand):
    help = "Draw the state machines into docs/states/ (--check: only compare)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="fail when a drawing is old; write nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        folder = settings.BASE_DIR / "docs" / "states"
        old = [name for name, text in drawings().items() if not same(folder / name, text)]
        if options["check"]:
            if old:
                raise CommandError(f"Old drawings: {', '.join(old)}. Run ./qa states.")
            return
        folder.mkdir(parents=True, exist_ok=True)
        for name in old:
            (folder / name).write_text(drawings()[name])
            self.stdout.write(f"drew docs/states/{name}")


def same(path: Any, text: str) -> bool:
    """Whether the file holds exactly this text."""
    return path.exists() and path.read_text() == text
