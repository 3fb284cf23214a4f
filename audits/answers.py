"""Reading one answer from a form: plain values in, a checked answer or a fault in words out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from standards.edition import PartForm
from standards.policy import Policy

SURPASSED = "surpassed"
LONGEST = 20_000
LONGEST_LINE = 300
LONGEST_NUMBER = 6
MOST = 100_000
COMMA = ","
YES_NO = ("yes", "no")
SHOWN_KINDS = frozenset({"shown", "guidance", "actions"})


@dataclass(frozen=True)
class Given:
    """One answer as a value: a number, a text or code, a day, and where on the child's file it is seen."""

    number: int | None = None
    text: str = ""
    day: date | None = None
    place: str = ""

    @property
    def blank(self) -> bool:
        """Whether nothing was said. 0 is an answer; a place or a day alone is not evidence."""
        return self.number is None and not self.text.strip() and self.day is None

    @property
    def empty(self) -> bool:
        """Whether no field holds anything at all."""
        return self.blank and not self.place


class Unreadable(ValueError):
    """What was typed cannot be an answer to this part; the message says what to enter.

    `typed` is what came in, so that the page can show it again.
    """

    def __init__(self, message: str, typed: Mapping[str, str]) -> None:
        super().__init__(message)
        self.typed = dict(typed)


def is_answered(part: PartForm) -> bool:
    """Whether the part is something to answer, not only to read."""
    return part.kind not in SHOWN_KINDS


def fields_of(part: PartForm) -> tuple[str, ...]:
    """The names of the part's form fields, after its own name: '' is the main one."""
    if part.kind == "evidence":
        return ("", "place", "d", "m", "y")
    if part.kind == "date":
        return ("d", "m", "y")
    return ("",)


def clean(text: str, longest: int) -> str:
    """One way of ending lines, no NUL characters, no spaces after the end; raises ValueError when too long."""
    text = text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n").rstrip()
    if len(text) > longest:
        raise ValueError(f"Use {longest:,} characters or fewer. You have used {len(text):,}.")
    return text


def whole_number(text: str) -> int:
    """The whole number written in plain digits; raises ValueError for anything else."""
    text = text.strip()
    if not (text.isascii() and text.isdigit()):
        raise ValueError("Choose one of the numbers on the scale.")
    return int(text)


def day_of(typed: Mapping[str, str]) -> date | None:
    """The date typed into three boxes; None when all are empty; raises ValueError with words."""
    boxes = [typed.get(name, "").strip() for name in ("d", "m", "y")]
    if not any(boxes):
        return None
    if not all(boxes):
        absent = [
            name for name, box in zip(("day", "month", "year"), boxes, strict=True) if not box
        ]
        raise ValueError(f"The date must include a {' and a '.join(absent)}.")
    if len(boxes[2]) != 4 or not all(box.isascii() and box.isdigit() for box in boxes):
        raise ValueError("Enter the date in numbers, for example 4 5 2026.")
    try:
        return date(int(boxes[2]), int(boxes[1]), int(boxes[0]))
    except (ValueError, OverflowError):
        raise ValueError("Enter a real date, for example 4 5 2026.") from None


def choice_of(text: str, codes: Iterable[str]) -> str:
    """The chosen code; raises ValueError when it is not one of the choices."""
    text = text.strip()
    if text and text not in codes:
        raise ValueError("Choose one of the answers shown.")
    return text


def yes_no_codes(part: PartForm) -> tuple[str, ...]:
    """The answers of a yes_no part in the order they are shown."""
    return tuple(
        code for code in ("yes", "partly", "no", "not_applicable") if code in {*YES_NO, *part.also}
    )


def grade_codes(part: PartForm, policy: Policy) -> tuple[str, ...]:
    """The grades that a grade part offers, as the framework lists them."""
    return tuple(
        grade.code for grade in policy.grades if not part.grades or grade.code in part.grades
    )


def ticked(text: str, codes: Sequence[str]) -> str:
    """The ticked codes with commas between them, in the form's order; raises ValueError for others."""
    chosen = {code.strip() for code in text.split(COMMA)} - {""}
    if not chosen <= set(codes):
        raise ValueError("Tick only lines that are shown.")
    return COMMA.join(code for code in codes if code in chosen)


def codes_in(given: Given) -> frozenset[str]:
    """The codes that an answer holds: the chosen one, or each line ticked."""
    return frozenset(given.text.split(COMMA)) - {""}


def answered_in_full(part: PartForm, given: Given) -> bool:
    """Whether the answer is one that a gate lets through: not blank, and every line ticked where it must be."""
    return ticked_all(part, given) if part.all_of else not given.blank


def ticked_all(part: PartForm, given: Given) -> bool:
    """Whether every line of a checklist is ticked."""
    return codes_in(given) >= {option.code for option in part.options}


def number_of(text: str, part: PartForm) -> int | None:
    """The whole number typed, within the part's bounds; None for nothing; raises ValueError with words."""
    text = text.strip()
    if not text:
        return None
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > LONGEST_NUMBER:
        raise ValueError("Enter a whole number, for example 12.")
    value = int(text)
    lowest = 0 if part.lowest is None else part.lowest
    highest = MOST if part.highest is None else part.highest
    if not lowest <= value <= highest:
        raise ValueError(f"Enter a number from {lowest:,} to {highest:,}.")
    return value


def overall_choices(policy: Policy) -> tuple[str, ...]:
    """The codes that the overall grade can be given as: scale values and 'surpassed', or grades."""
    overall = policy.overall_grade
    if overall.method == "direct":
        codes = tuple(overall.grades)
    else:
        codes = tuple(str(value) for value in policy.scales[overall.scale or ""].values)
    return (*codes, SURPASSED) if overall.surpassed else codes


def read(part: PartForm, typed: Mapping[str, str], policy: Policy) -> Given:
    """The answer in `typed` (field name after the part's own → text).

    Raises Unreadable with words for the screen when it cannot be an answer to this part.
    """
    try:
        return _read(part, typed, policy)
    except ValueError as fault:
        raise Unreadable(str(fault), typed) from None


def _read(part: PartForm, typed: Mapping[str, str], policy: Policy) -> Given:
    main = typed.get("", "")
    match part.kind:
        case "scale":
            return _scale(part, main, policy)
        case "overall_grade":
            return _overall(main, policy)
        case "choice":
            return Given(text=choice_of(main, [option.code for option in part.options]))
        case "yes_no":
            return Given(text=choice_of(main, yes_no_codes(part)))
        case "grade":
            return Given(text=choice_of(main, grade_codes(part, policy)))
        case "checklist":
            return Given(text=ticked(main, [option.code for option in part.options]))
        case "number":
            return Given(number=number_of(main, part))
        case "date":
            return Given(day=day_of(typed))
        case "short_text":
            return Given(text=clean(main, part.max_length or LONGEST_LINE))
        case "long_text":
            return Given(text=clean(main, part.max_length or LONGEST))
        case "evidence":
            given = Given(text=clean(main, part.max_length or LONGEST), day=day_of(typed))
            return replace(given, place=clean(typed.get("place", ""), LONGEST_LINE))
        case _:
            raise ValueError("This part is not answered.")


def _scale(part: PartForm, text: str, policy: Policy) -> Given:
    if not text.strip():
        return Given()
    value = whole_number(text)
    if value not in policy.scales[part.scale or ""].values:
        raise ValueError("Choose one of the numbers on the scale.")
    return Given(number=value)


def _overall(text: str, policy: Policy) -> Given:
    code = choice_of(text, overall_choices(policy))
    if code and policy.overall_grade.method == "scale" and code != SURPASSED:
        return Given(number=int(code))
    return Given(text=code)
