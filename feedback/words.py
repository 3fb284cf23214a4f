"""What came of asking somebody, by its code: the codes that the frameworks' forms and instruments share."""

ANSWERED = "answered"
DECLINED = "declined"
NO_REPLY = "no_reply"
UNSAFE = "unsafe"
NOT_SUITABLE = "not_suitable"
