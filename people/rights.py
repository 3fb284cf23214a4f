"""What people may do, in plain words: each permission has a phrase, and its rule is read aloud from the code.

A rule is a predicate, or predicates joined by and, or, not. The words of a predicate are the first line
of its docstring, which reads after "who …". Nothing here decides anything.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import rules
from rules.permissions import permissions
from rules.predicates import Predicate

# By permission: what it lets somebody do, read after "may …".
WORDS: dict[str, str] = {
    "audits.mark_raised": "note that something of an audit was raised in supervision",
    "evidence.add_to_action": "add a file to an action",
    "evidence.add_to_audit": "add a file to an audit",
    "evidence.remove_file": "take a file away",
    "evidence.remove_file_later": "take a file away once the thing it belongs to is closed",
    "evidence.share_file": "confirm that a file hides names and faces, so that others see it",
    "partners.invite_partner": "invite somebody from outside to an audit",
    "partners.see_partners": "see who from outside is invited to an audit",
    "people.choose_sign_in": "choose how the council's people sign in",
    "people.see_sign_in": "see how the council's people sign in",
    "people.take_factors_away": "sign somebody out everywhere, or take away their second step, so that they set it up again",
    "retention.answer_subject": "answer somebody who asks what is kept about them",
    "retention.approve_run": "have records erased, as the second of two people",
    "retention.decide_run": "check or refuse a list of records to be erased",
    "retention.hold": "keep records from being erased",
    "retention.open_file": "download the file for somebody who asks what is kept about them",
    "retention.propose_run": "propose that old records are erased",
    "retention.see_data_protection": "see what is kept, why and for how long",
    "retention.see_holds": "see which records are kept from being erased",
    "retention.see_items": "see which records a run of erasing is about",
    "supervision.acknowledge_note": "say that they have read a note of personal supervision",
    "supervision.correct_note": "correct a note of personal supervision",
    "supervision.see_supervision": "find personal supervision in the menu",
    "supervision.share_note": "let their present line manager read notes of earlier ones",
    "supervision.write_note": "write a note of personal supervision",
    "core.see_trail": "read the trail of who did, opened or was refused what",
    "core.see_jobs": "see what the service does by itself",
    "core.retry_job": "have a job done again",
    "core.see_all_messages": "read the log of messages",
    "core.retry_message": "have a message sent again",
    "core.move_clock": "move the test clock",
    "people.import_staff": "import the staff list",
    "people.see_people": "see the list of people and their posts",
    "people.see_access": "see who may see and do what",
    "people.add_person": "add a person",
    "people.change_posts": "give somebody a post, or end one",
    "people.review_access": "look through the quarterly review of access",
    "people.review_holding": "confirm or end a post in the review of access",
    "people.hand_over_work": "hand the open work of somebody who leaves to others",
    "people.see_left_work": "see how much work of people who have left is still open",
    "standards.see_frameworks": "read the framework",
    "standards.write_framework": "prepare an edition of the framework",
    "standards.see_calendar": "see the days by which working days are counted",
    "standards.change_calendar": "change these days",
    "standards.approve_framework": "approve an edition of the framework",
    "cases.import_cases": "import case references",
    "cases.see_cases": "open the list of cases",
    "escalation.see_late": "see everything that is late",
    "escalation.hold": "hold an escalation back",
    "escalation.let_go": "let go of what is held back",
    "escalation.see_learning": "read what concerns have taught",
    "escalation.see_concerns": "find concerns in the menu",
    "escalation.run_concern": "take a concern further",
    "escalation.answer_concern": "answer a concern",
    "escalation.hand_over_concern": "hand a concern over to another officer",
    "escalation.resolve_concern": "resolve a concern",
    "escalation.reopen_concern": "open a concern again",
    "actions.do_action": "start and finish an action",
    "actions.sign_off": "sign an action off, or send it back",
    "actions.change_date": "change the date of an action",
    "actions.withdraw_action": "withdraw an action",
    "actions.review_action": "note that an action was looked at in supervision",
    "actions.answer_impact": "say whether an action made a difference",
    "actions.reassign_action": "give an action to somebody else",
    "actions.record_any": "record an action that belongs to no audit",
    "actions.see_supervision": "see the actions of their team for supervision",
    "actions.reassign_any": "choose actions to give to somebody else",
    "audits.set_meeting": "set the meeting of an audit",
    "audits.start_session": "start the meeting of an audit",
    "audits.fill_audit": "fill in their part of an audit",
    "audits.query_grade": "query the grade",
    "audits.advise_on_grade": "advise on a grade that is queried",
    "audits.record_action": "record an action in an audit",
    "audits.return_audit": "return an audit",
    "audits.reopen_audit": "open a returned audit again",
    "audits.see_being_audited": "see which files of their teams are being audited",
    "audits.fill_loop": "fill in how the loop of an audit is closed",
    "audits.authorise_loop": "authorise that a loop is closed, or refuse it",
    "audits.link_loop": "name the second audit of a loop",
    "audits.see_lists": "see the loops and the watch list",
    "programme.allocate_audit": "allocate audits",
    "programme.extend_audit": "ask for more time for an audit, or decide on it",
    "programme.exclude_audit": "ask to leave an audit out, or decide on it",
    "programme.reassign_audit": "give an audit to another auditor",
    "programme.see_requests": "see what is asked about audits",
    "programme.have_allocations": "see the audits that are given to them",
    "programme.run_programme": "run the year's programme",
    "programme.see_board": "see the year's programme",
    "programme.see_representation": "see whose files are audited",
    "programme.draw_files": "draw files by chance",
    "programme.give_share": "add a word to a draw, so that nobody can steer it",
    "moderation.see_moderations": "see the list of moderations",
    "moderation.have_grading": "see how their own grades compare",
    "moderation.run_rounds": "choose returned audits for moderation by the framework's rule",
    "moderation.choose": "choose an audit for moderation by hand",
    "moderation.assign": "give a moderation to a moderator",
    "moderation.moderate": "moderate an audit",
    "moderation.meet": "record the meeting about a grade, or pass it up",
    "moderation.decide": "decide on a grade in dispute",
    "moderation.decide_leftover": "decide what becomes of what an earlier grade set off",
    "moderation.run_panels": "run validation panels",
    "moderation.run_calibrations": "start grading exercises",
    "moderation.see_calibrations": "see grading exercises",
    "moderation.run_calibration": "show and close a grading exercise",
    "moderation.grade_in_calibration": "grade in an exercise",
    "moderation.see_trust": "see how far grades can be trusted",
    "feedback.record_reply": "type in what a family or partner said",
    "feedback.lift_warning": "lift a warning about contact",
    "feedback.run_survey": "open and close a survey",
    "feedback.import_replies": "import replies",
    "feedback.tag_reply": "give a reply its themes",
    "feedback.record_summary": "write down what was said at a meeting",
    "feedback.read_totals": "read the totals of a survey",
    "feedback.see_feedback": "find feedback in the menu",
    "feedback.write_praise": "write praise for the wall",
    "feedback.show_praise": "show praise to everybody",
    "learning.see_themes": "see themes and learning activities",
    "learning.code": "see the texts that wait for coding",
    "learning.code_extract": "code a text",
    "learning.manage_themes": "keep the list of themes",
    "learning.manage_theme": "change a theme",
    "learning.open_round": "start a round of blind coding",
    "learning.code_blind": "code in a blind round",
    "learning.record_activity": "record a learning activity",
    "learning.change_activity": "change a learning activity",
    "reporting.see_grades": "see the grades of the whole council",
    "reporting.see_figures": "see figures of the audits that they may open",
    "reporting.note_figure": "write a note beside a figure",
    "reporting.begin_report": "begin a report",
    "reporting.write_report": "write a report",
    "reporting.publish_report": "publish a report",
    "reporting.respond": "answer a report for the management",
    "reporting.read_every_version": "read every version of a report",
    "reporting.see_reports": "see the reports that were sent to them",
    "reporting.make_pack": "make a pack of audits without names",
    "reporting.see_packs": "read packs that are shared",
    "reporting.see_pack_key": "see whose audits a pack holds",
    "reporting.make_token": "make a token for another tool of the council",
    "reporting.keep_tokens": "list and revoke tokens",
}


@dataclass(frozen=True)
class Term:
    """A rule as it is read aloud: words, or terms joined by "and" or "or"; `negative` turns it round."""

    words: str = ""
    joined: str = ""
    parts: tuple["Term", ...] = ()
    negative: bool = False


@dataclass(frozen=True)
class Right:
    """One permission in words: what it lets somebody do, and who that is."""

    permission: str
    does: str
    who: str

    @property
    def sentence(self) -> str:
        """The whole of it."""
        return f"May {self.does}: {self.who}"


def rights() -> list[Right]:
    """Every permission that the rooms have registered, by name; one without words is spelled as the code spells it."""
    return [
        Right(name, WORDS.get(name) or spelled(name.partition(".")[2]), who(rule))
        for name, rule in sorted(permissions.items())
    ]


def spelled(name: str) -> str:
    """A name of the code as words."""
    return name.replace("_", " ")


def who(rule: Predicate) -> str:
    """Who passes a rule: "whoever is of the QA team, but nobody who is its auditor"."""
    return f"whoever {aloud(read(rule))}"


def read(rule: Predicate) -> Term:
    """A rule with its parts, as the code joins them."""
    operator, parts = parts_of(rule)
    if operator == "INVERT":
        inner = read(parts[0])
        return Term(inner.words, inner.joined, inner.parts, not inner.negative)
    if operator:
        joined = {"AND": "and", "OR": "or"}[operator]
        return Term(joined=joined, parts=tuple(flat(joined, map(read, parts))))
    try:
        return Term(words_of(rule))
    except ValueError:
        return Term(spelled(rule.name))


def flat(joined: str, terms: Iterator[Term]) -> Iterator[Term]:
    """Terms joined by the same word stand side by side."""
    for term in terms:
        if term.joined == joined and not term.negative:
            yield from term.parts
        else:
            yield term


def parts_of(rule: Predicate) -> tuple[str, list[Predicate]]:
    """How a rule is joined and from what; nothing for a predicate of its own."""
    function: Any = getattr(rule, "fn", None)
    name = getattr(function, "__name__", "")
    if name not in {"AND", "OR", "INVERT"} or function.__module__ != "rules.predicates":
        return "", []
    cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
    found = [cells[one].cell_contents for one in ("self", "other") if one in cells]
    return name, found


def predicates_of(rule: Predicate) -> Iterator[Predicate]:
    """The predicates that a rule is made of."""
    _, parts = parts_of(rule)
    if not parts:
        yield rule
    for part in parts:
        yield from predicates_of(part)


def words_of(predicate: Predicate) -> str:
    """The words of one predicate, read after "who …". Raises ValueError where it has none that read so."""
    first = (getattr(predicate, "__doc__", None) or "").strip().partition("\n")[0].rstrip(".")
    if not first or first == (Predicate.__doc__ or "").strip() or not first[0].islower():
        raise ValueError(f"{predicate.name} needs a docstring that reads after 'who …'.")
    return first


def aloud(term: Term) -> str:
    """A term in words, read after "whoever …"."""
    if not term.parts:
        return f"is not one who {term.words}" if term.negative else term.words
    if term.joined == "or":
        return ", or ".join(aloud(one) for one in term.parts)
    good = [inside(one) for one in term.parts if not one.negative]
    bad = [f"nobody who {inside(positive(one))}" for one in term.parts if one.negative]
    if not good:
        return f"has a post, but {' and '.join(bad)}"
    return " and ".join(good) + (f", but {' and '.join(bad)}" if bad else "")


def positive(term: Term) -> Term:
    """The term without its not."""
    return Term(term.words, term.joined, term.parts)


def inside(term: Term) -> str:
    """A term among others: what it joins by "or" is held together."""
    if term.joined == "or":
        return "either " + " or ".join(
            f"({aloud(one)})" if one.parts else aloud(one) for one in term.parts
        )
    return aloud(term)


def may(permission: str) -> Predicate:
    """The rule behind a permission. Raises KeyError where there is none."""
    rule: Predicate = permissions[permission]
    return rule


__all__ = ["WORDS", "Right", "may", "predicates_of", "rights", "rules", "who", "words_of"]
