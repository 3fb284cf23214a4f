"""Checks of people: roles, posts and recipients that some kind of post can fill."""

from standards.crosscheck import described
from standards.crosscheck.references import Document, Found, codes, known


def roles(document: Document) -> Found:
    """Whoever allocates, audits, moderates or reads must be somebody: a role that a kind of post carries."""
    carried = roles_carried(document)
    for place, role in described.values("role", document):
        if role not in carried:
            yield place, nobody(role)


def roles_carried(document: Document) -> set[str]:
    return {role for kind in document["post_types"] for role in kind["roles"]}


def nobody(role: str) -> str:
    return f"No kind of post carries the role “{role}”. Give it to one under post_types, or name another role."


def posts(document: Document) -> Found:
    listed = codes(document["post_types"])
    for place, code in described.values("post_code", document):
        yield from known(code, listed, place, "kind of post")


def recipients(document: Document) -> Found:
    """A recipient that no post can fill would tell nobody."""
    for place, name in described.values("recipient", document):
        for says in unfilled(document, name):
            yield place, says


def unfilled(document: Document, name: str) -> list[str]:
    """What is wrong with a recipient, if anything: its role or its post is no post's."""
    _, _, holder = name.partition(".")
    if holder.startswith("post."):
        code = holder.removeprefix("post.")
        return [says for _, says in known(code, codes(document["post_types"]), (), "kind of post")]
    return [nobody(holder)] if holder and holder not in roles_carried(document) else []


CHECKS = (roles, posts, recipients)
