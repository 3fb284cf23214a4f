"""Demo data: drawings that nobody's child drew, added to audits under way and to an action, by the usual steps."""

from datetime import datetime
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from actions.models import Action
from actions.states import ActionState
from audits.models import Audit
from audits.states import AuditState
from evidence.models import Attachment
from evidence.services import Sent, attach, work_on
from evidence.services.adding import Place
from people.models import Council, User

SIZE = (1200, 700)
HOUSES = (
    ("House of worries", "#d9534f", "The shouting stops"),
    ("House of good things", "#3d8b3d", "Sundays with Grandad"),
    ("House of dreams", "#2f6db5", "A dog, and my own room"),
)


def add_drawings(council: Council, *, at: datetime) -> int:
    """Add a drawing to an audit in its meeting and a page to an action under way; returns how many were added.

    Does nothing where the council has files already, or nothing that they could be added to.
    """
    if Attachment.objects.filter(file__council=council).exists():
        return 0
    audits = Audit.objects.filter(council=council, state=AuditState.IN_SESSION)
    actions = Action.objects.filter(council=council, state=ActionState.IN_PROGRESS)
    audit = audits.select_related("worker").order_by("pk").first()
    action = actions.select_related("owner").order_by("pk").first()
    made = 0
    if audit is not None:
        houses = Sent(
            "three-houses.png", three_houses(), "Three houses, drawn with the child", True
        )
        made += add(audit, houses, by=audit.worker, at=at)
    if action is not None and action.owner.has_perm("evidence.add_to_action", action):
        ladder = Sent("steps.png", steps(), "The steps of the plan, drawn as a ladder", True)
        made += add(action, ladder, by=action.owner, at=at)
    return made


def add(place: Place, sent: Sent, *, by: User, at: datetime) -> int:
    """Add one file and check it; 1 if it is there then."""
    made = attach(place, sent, by=by, at=at)
    return int(work_on(made.file_id, at=at))


def three_houses() -> bytes:
    """Three houses as children draw them: what worries, what is good, what is wished for."""
    paper = Image.new("RGB", SIZE, "#fffdf5")
    pen = ImageDraw.Draw(paper)
    for place, (name, colour, words) in enumerate(HOUSES):
        left = 60 + place * 380
        pen.polygon([(left, 260), (left + 160, 110), (left + 320, 260)], outline=colour, width=9)
        pen.rectangle([left + 15, 260, left + 305, 560], outline=colour, width=9)
        pen.rectangle([left + 130, 440, left + 190, 560], outline=colour, width=7)
        pen.rectangle([left + 45, 320, left + 105, 380], outline=colour, width=7)
        write(pen, (left + 20, 590), name, colour)
        write(pen, (left + 20, 630), words, "#333333")
    return png(paper)


def steps() -> bytes:
    """A ladder of five steps with a small person on the third."""
    paper = Image.new("RGB", SIZE, "#fffdf5")
    pen = ImageDraw.Draw(paper)
    for side in (480, 720):
        pen.line([(side, 90), (side, 640)], fill="#7a5230", width=14)
    for number in range(5):
        high = 590 - number * 115
        pen.line([(480, high), (720, high)], fill="#7a5230", width=10)
        write(pen, (750, high - 20), f"Step {number + 1}", "#333333")
    pen.ellipse([575, 205, 625, 255], outline="#2f6db5", width=7)
    pen.line([(600, 255), (600, 325), (575, 360)], fill="#2f6db5", width=7)
    pen.line([(600, 325), (625, 360)], fill="#2f6db5", width=7)
    pen.line([(560, 285), (640, 285)], fill="#2f6db5", width=7)
    return png(paper)


def write(pen: ImageDraw.ImageDraw, at: tuple[int, int], words: str, colour: str) -> None:
    """Words on the paper."""
    pen.text(at, words, fill=colour, font=ImageFont.load_default(26))


def png(paper: Image.Image) -> bytes:
    """The picture as a file."""
    into = BytesIO()
    paper.save(into, "PNG")
    return into.getvalue()
