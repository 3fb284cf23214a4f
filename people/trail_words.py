"""The trail in plain words: what was done, what it was done to, and the kinds of acts that one can look for."""

from django.apps import apps
from django.db.models import Q

from core.tracing import TRACED

# The first word of a verb, where it is no regular one.
DONE = {
    **{"list": "looked at the list of", "read": "read", "build": "built", "send": "sent"},
    **{"write": "wrote", "make": "made", "take": "took", "withdraw": "withdrew", "set": "set"},
    **{"give": "gave", "bring": "brought", "find": "found", "begin": "began", "let": "let"},
    **{"hold": "held", "put": "put", "choose": "chose", "draw": "drew", "freeze": "froze"},
    **{"plan": "planned", "drop": "dropped", "tag": "tagged", "learn": "learned", "undo": "undid"},
    **{"forget": "forgot", "keep": "kept", "tell": "told", "run": "ran", "lose": "lost"},
}
# Verbs that already say what has happened, by their last word.
PAST = ("ed", "set", "away", "chosen")
# What cannot be said by its first word alone.
SAID = {
    "open page": "Opened a page",
    "open year": "Opened the programme of a year",
    "open blind round": "Opened a round of coding",
    "fire trigger": "Set off what follows from a grade",
    "finish section": "Finished a section",
    "refused": "Was refused",
    "refused by API": "The API refused",
    "take note away": "Took a note away",
    "note away": "Noted who is away",
    "remove away": "Removed a note of who is away",
    "not found": "Asked for what is not there for them",
    "sign in": "Signed in",
    "sign out": "Signed out",
    "sign-in refused": "Sign-in was refused",
    "end sign-in": "Account was closed",
    "session ended": "Was signed out",
    "leave": "Account was closed",
    "mail.chosen": "Chose how messages come by e-mail",
    "calendar.added": "Added a day to the calendar",
    "calendar.removed": "Took a day out of the calendar",
    "job.retried": "Had a job done again",
    "message.retried": "Had a message sent again",
    "clock.moved": "Moved the test clock",
    "clock.jobs_run": "Ran the jobs by the test clock",
    "trail.exported": "Wrote the trail to a file",
    "trail.accepted": "Accepted a loss of the trail",
    "look at trail": "Looked at the trail",
    "download trail": "Downloaded the trail",
    "unusual reading": "Unusual reading was noticed",
}
READS, LISTS, FILES = (
    ("open ", "read ", "look "),
    ("list ",),
    ("download ", "ask for P", "ask for pack"),
)
REFUSALS, ENTRY = ("refused", "not found", "sign-in refused"), ("sign", "session", "password")
ENTRY_TOO = ("end sign-in", "second factor", "passkey", "recovery code", "leave", "factor")


def begins(*words: str) -> Q:
    """Lines whose verb begins with one of these."""
    found = Q()
    for word in words:
        found |= Q(verb__startswith=word)
    return found


OPENED, LISTED, TAKEN = begins(*READS), begins(*LISTS), begins(*FILES)
TURNED_AWAY = begins(*REFUSALS) | Q(verb__endswith=" refused")
SIGNING_IN = begins(*ENTRY, *ENTRY_TOO)
# The kinds of acts, by the word in the form.
KINDS: dict[str, tuple[str, Q]] = {
    "opened": ("Opened or read", OPENED),
    "listed": ("Looked at a list", LISTED),
    "taken": ("Downloaded", TAKEN),
    "refused": ("Refused or not found", TURNED_AWAY),
    "signing": ("Signing in and out", SIGNING_IN & ~TURNED_AWAY),
    "changed": (
        "Changed something",
        Q(by_id__isnull=False) & ~(OPENED | LISTED | TAKEN | TURNED_AWAY | SIGNING_IN),
    ),
    "alone": ("Done by the service itself", Q(by_id=None)),
}


def verb_words(verb: str) -> str:
    """What was done, in plain words."""
    if verb in SAID:
        return SAID[verb]
    plain = verb.replace(".", " ").replace("_", " ")
    first, _, rest = plain.partition(" ")
    word, colon, _ = first.partition(":")
    done = f"{DONE.get(word) or past(word)}{colon} {rest}".strip()
    said = plain if plain.endswith(PAST) else done
    return f"{said[:1].upper()}{said[1:]}"


def past(word: str) -> str:
    """A regular verb as what has happened."""
    if word.endswith("e"):
        return f"{word}d"
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return f"{word[:-1]}ied"
    return f"{word}ed"


def subject_words(label: str) -> str:
    """What kind of thing it was done to: a room's own word, a model's, or the name of a page or list."""
    if label == "people.user":
        return "Account of"
    if label in TRACED:
        return TRACED[label].words
    app, _, model = label.partition(".")
    try:
        name = str(apps.get_model(app, model)._meta.verbose_name) if model else label
    except LookupError:
        name = model
    return page_words(name)


def page_words(name: str) -> str:
    """The name of a page as words."""
    plain = name.rpartition(":")[2].replace("-", " ").replace("_", " ")
    return f"{plain[:1].upper()}{plain[1:]}"
