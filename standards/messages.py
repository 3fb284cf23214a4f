"""What messages about audits, clocks and actions say: our words, or the council's own from its file (C6-3, C6-6).

Chasing is meant to help: it says what is waiting and where to find it, and blames nobody. No text holds a
name; {case} is the case number, {owner} a post, and dates are written out.
"""

from dataclasses import dataclass
from string import Formatter

from standards.policy import Policy

# What a text may name: the thing it is about, the case number, the day it is or was due, the days since then,
# the post of whoever has it in hand, what else the step has to say, when an audit has its meeting, and what the
# council calls the worker.
NAMES = frozenset({"item", "case", "due", "days_late", "owner", "more", "meeting", "practitioner"})
# A subject is cut here.
LONGEST = 200

WORDS = {
    "reminder": (
        "Due soon: {item}",
        "{item} of case {case} is due on {due}. If something stands in the way, please talk to your manager in good time.",
    ),
    "overdue": (
        "Now overdue: {item}",
        "{item} of case {case} was due on {due}. Please finish it, or tell your manager what you need to get it done.",
    ),
    "reminder_hours": (
        "Due within hours: {item}",
        "{item} of case {case} is due on {due}. Please make sure that it is done in time, or ask for help now.",
    ),
    "overdue_hours": (
        "Its time is over: {item}",
        "{item} of case {case} was due on {due}. Please see to it now, or ask for help.",
    ),
    "rung": (
        "Waiting for {days_late}: {item}",
        "{item} of case {case} was due on {due} and is {days_late} late. It is in the hands of the {owner}. "
        "Please see what stands in the way and help to get it done. {more}",
    ),
    "nobody_found": (
        "Nobody could be told: {item}",
        "A message about {item} of case {case} found nobody in these posts: {more}. "
        "Please see who takes the matter on, and fill the post or change the framework.",
    ),
    "action_assigned": (
        "An action for you: {item}",
        "{item} of case {case} is yours to do by {due}.",
    ),
    "action_done": (
        "Please check a finished action: {item}",
        "{item} of case {case} is said to be done. Please look at the evidence and sign it off, or say what is missing.",
    ),
    "action_refused": (
        "An action is not finished yet: {item}",
        "{item} of case {case} was looked at and is open again until {due}. What is missing stands on its page.",
    ),
    "action_signed_off": (
        "An action is signed off: {item}",
        "{item} of case {case} was looked at and is signed off. Thank you.",
    ),
    "impact_check": (
        "Did it make a difference? {item}",
        "{item} of case {case} was signed off some weeks ago. Please say by {due} whether it made a difference for the child.",
    ),
    "audit_allocated": (
        "Allocated to you: {item}",
        "{item} of case {case} is yours to carry out. Set a date to meet the {practitioner}. "
        "It is due back by {due}.",
    ),
    "audit_preparing": (
        "Please prepare for the meeting: {item}",
        "{item} of case {case} has its meeting on {meeting}. "
        "Before then, please complete your part of the form. It helps both of you to get the most from the meeting.",
    ),
    "audit_meeting_set": (
        "The date of the meeting: {item}",
        "{item} of case {case} has its meeting on {meeting}. You need not fill in anything before it.",
    ),
    "audit_in_session": (
        "The meeting has started: {item}",
        "{item} of case {case} is open for you to fill in together.",
    ),
    "audit_grade_query": (
        "Advice is asked for on a grade: {item}",
        "The grade of {item}, case {case}, has been queried. Please read the note and give your advice.",
    ),
    "audit_advised": (
        "Advice has been given on the grade: {item}",
        "There is advice on the grade of {item}, case {case}. Please carry on together.",
    ),
    "audit_returned": (
        "Returned: {item}",
        "{item} of case {case} has been returned. Thank you to everybody who took part. "
        "The record and its actions are ready to read.",
    ),
    "audit_reopened": (
        "Open again: {item}",
        "{item} of case {case} is open again for changes. It is due back by {due}. The reason is on its page.",
    ),
    "audit_extended": (
        "There is more time: {item}",
        "{item} of case {case} is now due back by {due}.",
    ),
    "audit_excluded": (
        "Left out: {item}",
        "{item} of case {case} has been left out of the programme. "
        "There is nothing more to do on it. Who left it out, and why, is on its page.",
    ),
    "audit_called_off": (
        "The meeting is called off: {item}",
        "{item} of case {case} has been left out, so its meeting does not take place. "
        "You need not prepare any further.",
    ),
    "audit_reassigned": (
        "Passed to you: {item}",
        "{item} of case {case} is now yours to carry out. Set a date to meet the {practitioner}. "
        "It is due back by {due}.",
    ),
    "audit_taken_over": (
        "Passed to somebody else: {item}",
        "{item} has another auditor now. There is nothing more for you to do on it.",
    ),
    "audit_new_auditor": (
        "There is another auditor: {item}",
        "{item} of case {case} has another auditor, who will set a new date for the meeting. "
        "What you have written is kept.",
    ),
    "audit_file_audited": (
        "A file of your team is being audited: {item}",
        "{item} of case {case} has been given out. Who carries it out is on the list of files being audited.",
    ),
    "audit_more_to_do": (
        "More follows from the moderation: {item}",
        "The moderation of {item}, case {case}, is finished, and the framework asks for more to be done. "
        "Open its page to see what, by whom and by when.",
    ),
    "audit_closed": (
        "Closed: {item}",
        "Everything that followed from {item}, case {case}, is done and signed off. Thank you. "
        "The record stays ready to read.",
    ),
    "loop_due": (
        "Please close the loop: {item}",
        "{item} of case {case} was graded so that its loop has to be closed. The form is ready for you to fill in.",
    ),
    "loop_submitted": (
        "A form waits for you: {item}",
        "The form that closes the loop of {item}, case {case}, is ready to read. {more}",
    ),
    "loop_refused": (
        "The form needs more: {item}",
        "The form that closes the loop of {item}, case {case}, has come back. The reason stands on its page.",
    ),
    "loop_authorised": (
        "The loop is authorised: {item}",
        "The form that closes the loop of {item}, case {case}, is authorised. {more}",
    ),
    "reaudit_due": (
        "A second audit is due: {item}",
        "The second audit after {item}, case {case}, is due on {due}. Please give it out: the same worker, another child.",
    ),
    "reaudit_left_out": (
        "Another second audit is needed: {item}",
        "The second audit after {item}, case {case}, was left out. Please give out another one and link it by {due}: "
        "the same worker, another child.",
    ),
    "stage_opened": (
        "A concern has been raised with you: {item}",
        "{item} of case {case} is with you and should be answered by {due}. Please read it and answer on its page.",
    ),
    "stage_opened_no_limit": (
        "A concern has been raised with you: {item}",
        "{item} of case {case} is with you. Please read it and answer on its page.",
    ),
    "stage_more_time": (
        "More time to answer: {item}",
        "{item} of case {case} should now be answered by {due}. The reason stands on its page.",
    ),
    "stage_answered": (
        "An answer has come: {item}",
        "{item} of case {case} has been answered. Please say whether you accept the answer: record the outcome, "
        "or take it further.",
    ),
    "stage_resolved": (
        "A concern is resolved: {item}",
        "{item} of case {case} is resolved. The outcome stands on its page. Thank you.",
    ),
    "stage_reopened": (
        "A concern is open again: {item}",
        "{item} of case {case} is open again and should be answered by {due}. The reason stands on its page.",
    ),
    "stage_handed_over": (
        "A concern is yours to take on: {item}",
        "{item} of case {case} has been handed over to you. Please read it and decide on its page what comes next.",
    ),
    "stage_left": (
        "A concern needs another officer: {item}",
        "Whoever raised {item} of case {case} has left. It can be handed over to another officer on its page.",
    ),
    "stage_over": (
        "The time of this stage is over: {item}",
        "{item} of case {case} should have been answered by {due}. Nothing moves up by itself: "
        "please give more time, record the outcome or take it further.",
    ),
}


@dataclass(frozen=True)
class Said:
    """A subject and a text, and whose words they are: `ours`, or the edition they come from."""

    subject: str
    text: str
    template: str


def say(policy: Policy | None, event: str, *, edition: str, **values: str) -> Said:
    """The words of one event with its values filled in; what has no value is left out.

    Raises KeyError for an event that is not known. `edition` names the edition that `policy` belongs to; without
    a policy the words are ours.
    """
    own = next((one for one in (policy.templates if policy else ()) if one.event == event), None)
    subject, text = (own.subject, own.text) if own else WORDS[event]
    if not values.get("case"):
        subject, text = without_case(subject), without_case(text)
    given = dict.fromkeys(NAMES, "") | values
    filled = [" ".join(words.format(**given).split()) for words in (subject, text)]
    return Said(filled[0][:LONGEST], filled[1], edition if own else "ours")


def without_case(text: str) -> str:
    """The text of something that belongs to no case."""
    for words in (" of case {case}", ", case {case},", ", case {case}"):
        text = text.replace(words, "")
    return text


def unknown_names(text: str) -> list[str]:
    """What stands in braces and is no name that we know, also a name with “:” or “!” after it.

    “{” alone when the braces do not match.
    """
    try:
        found = [
            name + (f"!{turn}" if turn else "") + (f":{form}" if form else "")
            for _, name, form, turn in Formatter().parse(text)
            if name is not None
        ]
    except ValueError:
        return ["{"]
    return [name for name in found if name not in NAMES]
