"""Loading a framework's file as a draft edition, publishing it, retiring it."""

import hashlib
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from core.moves import Refused
from core.trail import record
from people.models import Council, User
from people.services import set_post_types
from standards.models import (
    Descriptor,
    Framework,
    FrameworkVersion,
    Part,
    PracticeStandard,
    Question,
    Section,
    Tool,
)
from standards.reading import WHOLE, policy_of
from standards.schema import faults, read


class Faulty(Refused):
    """The file has faults; `problems` lists each with its path."""


def checksum_of(text: str) -> str:
    """The fingerprint of a file's text."""
    return hashlib.sha256(text.encode()).hexdigest()


def checked(text: str) -> dict[str, Any]:
    """The document in a file's text. Raises Faulty with every fault and its path."""
    document = read(text)
    if found := faults(document):
        raise Faulty("This framework file has faults.", [str(fault) for fault in found])
    return document


@transaction.atomic
def load(text: str, *, at: datetime) -> FrameworkVersion:
    """Load a file as a draft edition of its council's framework.

    The same text again changes nothing; a draft with another text is replaced.
    Raises Faulty when the file has faults and Refused when that edition is published already.
    """
    document = checked(text)
    identity = document["framework"]
    council, _ = Council.objects.get_or_create(code=identity["code"], defaults={"name": identity["council"]})
    framework, _ = Framework.objects.get_or_create(
        council=council, code=identity["code"], defaults={"name": identity["name"]}
    )
    number = identity["edition"]
    checksum = checksum_of(text)
    there = FrameworkVersion.objects.select_for_update().filter(framework=framework, edition=number).first()
    if there is not None:
        if there.checksum == checksum:
            return there
        if there.state != FrameworkVersion.State.DRAFT:
            raise Refused(
                f"Edition {number} of {council.name} is {there.state} and cannot be changed. "
                f"Give the new text the edition number {number + 1}."
            )
        there.delete()
    return write(document, text, checksum, framework, at=at)


def write(
    document: dict[str, Any], text: str, checksum: str, framework: Framework, *, at: datetime
) -> FrameworkVersion:
    """Write a checked document as a draft edition's rows, in bulk."""
    identity = document["framework"]
    effective: date = identity["effective_from"]
    version = FrameworkVersion.objects.create(
        framework=framework,
        council=framework.council,
        edition=identity["edition"],
        label=identity.get("label", ""),
        effective_from=effective,
        policy={key: document[key] for key in WHOLE if key in document},
        source=text,
        checksum=checksum,
        loaded_at=at,
    )
    write_standards(document, version)
    write_descriptors(document, version)
    for tool in document["tools"]:
        write_tool(tool, version)
    record("load framework", version, at=at, cause="framework file", detail={"edition": version.edition})
    return version


def write_standards(document: dict[str, Any], version: FrameworkVersion) -> None:
    """The practice standards."""
    items = [(group["section"], item) for group in document.get("standards", []) for item in group["items"]]
    PracticeStandard.objects.bulk_create(
        PracticeStandard(
            version=version,
            order=order,
            section_code=section["code"],
            section_title=section["title"],
            number=item["number"],
            alias=item.get("alias", section.get("alias", "")),
            title=item.get("title", ""),
            text=item["text"],
            source=item.get("source", ""),
        )
        for order, (section, item) in enumerate(items)
    )


def write_descriptors(document: dict[str, Any], version: FrameworkVersion) -> None:
    """The cells of the descriptor tables, in the order of the file."""
    rows = []
    for area in document.get("descriptor_areas", []):
        cells = [(grade, cell) for grade, texts in area["cells"].items() for cell in texts]
        for order, (grade, cell) in enumerate(cells):
            plain = {"text": cell} if isinstance(cell, str) else cell
            rows.append(
                Descriptor(
                    version=version,
                    order=order,
                    area=area["code"],
                    grade=grade,
                    column=plain.get("column", ""),
                    text=plain["text"],
                )
            )
    Descriptor.objects.bulk_create(rows)


def parts_of(question: dict[str, Any], sets: dict[str, Any]) -> list[dict[str, Any]]:
    """A question's parts: its own list, or a named set."""
    parts = question.get("parts", [])
    return sets[parts] if isinstance(parts, str) else parts


def write_tool(tool: dict[str, Any], version: FrameworkVersion) -> None:
    """One form: its sections, questions and parts, each kind in one statement."""
    row = Tool.objects.create(
        version=version, code=tool["code"], title=tool["title"], short=tool.get("short", tool["title"]), intro=tool.get("intro", "")
    )
    sections = Section.objects.bulk_create(
        Section(
            version=version,
            tool=row,
            order=order,
            code=one["code"],
            number=one.get("number", ""),
            title=one["title"],
            intro=one.get("intro", ""),
            respondent=one["respondent"],
            open_in=one["open_in"],
            hidden_until_session_from=one.get("hidden_until_session_from", []),
            paging=one.get("paging", "section"),
            minutes=one.get("minutes"),
        )
        for order, one in enumerate(tool["sections"])
    )
    pairs = [
        (section, one, question, order)
        for section, one in zip(sections, tool["sections"], strict=True)
        for order, question in enumerate(one["questions"])
    ]
    questions = Question.objects.bulk_create(
        question_row(version, section, question, order) for section, _, question, order in pairs
    )
    sets = tool.get("part_sets", {})
    Part.objects.bulk_create(
        part_row(version, row, question_row_, part, one["respondent"], order)
        for question_row_, (_, one, question, _) in zip(questions, pairs, strict=True)
        for order, part in enumerate(parts_of(question, sets))
    )


def question_row(version: FrameworkVersion, section: Section, question: dict[str, Any], order: int) -> Question:
    """One question as a row."""
    areas = question.get("areas") or ([question["area"]] if question.get("area") else [])
    scaling = question.get("scaling") or {}
    return Question(
        version=version,
        section=section,
        order=order,
        code=question["code"],
        number=question.get("number", ""),
        title=question["title"],
        text=question.get("text", ""),
        areas=areas,
        standards=question.get("standards", []),
        scaling={key: scaling.get(key, "") for key in ("text", "low", "high")} if scaling else {},
        note=question.get("note", ""),
        repeat=question.get("repeat", 1),
        source=question.get("source", ""),
    )


OWN_COLUMNS = {"code", "kind", "label", "respondent", "required_at"}


def part_row(
    version: FrameworkVersion, tool: Tool, question: Question, part: dict[str, Any], respondent: str, order: int
) -> Part:
    """One part as a row; its respondent is the section's unless it names its own."""
    return Part(
        version=version,
        tool=tool,
        question=question,
        order=order,
        code=f"{question.code}.{part['code']}",
        kind=part["kind"],
        label=part["label"],
        respondent=part.get("respondent", respondent),
        required_at=part.get("required_at", ""),
        details={key: value for key, value in part.items() if key not in OWN_COLUMNS},
    )


@transaction.atomic
def publish(version: FrameworkVersion, *, at: datetime, by: User | None = None, cause: str = "") -> FrameworkVersion:
    """Publish a draft: from its day on new audits are made under it, and it never changes again.

    The council's post types follow the published edition. Publishing a published edition changes nothing.
    Raises PermissionDenied when a person of another council publishes.
    """
    version = FrameworkVersion.objects.select_for_update().select_related("framework__council").get(pk=version.pk)
    if by is not None and by.council_id != version.council_id:
        raise PermissionDenied
    if version.state == FrameworkVersion.State.PUBLISHED:
        return version
    if version.state == FrameworkVersion.State.RETIRED:
        raise Refused("This edition is retired. Load it again under a new number.")
    version.state = FrameworkVersion.State.PUBLISHED
    version.published_at, version.published_by = at, by
    version.save(update_fields=["state", "published_at", "published_by"])
    types = policy_of(version.policy).post_types
    set_post_types(version.council, [(one.code, one.title, one.roles) for one in types])
    record("publish framework", version, by=by, cause="" if by else (cause or "command"), at=at)
    return version


@transaction.atomic
def retire(version: FrameworkVersion, *, at: datetime, by: User | None = None, cause: str = "") -> FrameworkVersion:
    """Close an edition to new audits; those under way keep it."""
    version = FrameworkVersion.objects.select_for_update().get(pk=version.pk)
    if version.state != FrameworkVersion.State.PUBLISHED:
        raise Refused("Only a published edition can be retired.")
    version.state, version.retired_at = FrameworkVersion.State.RETIRED, at
    version.save(update_fields=["state", "retired_at"])
    record("retire framework", version, by=by, cause="" if by else (cause or "command"), at=at)
    return version
