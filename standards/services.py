"""Loading a framework's file as a draft, publishing it, retiring it."""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

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
from standards.reading import WHOLE
from standards.schema import check, unacknowledged

State = FrameworkVersion.State
# What a part's row keeps in its own columns; the rest of the part goes into `details`.
PART_COLUMNS = frozenset({"code", "kind", "label", "respondent", "required_at"})


def checksum_of(text: str) -> str:
    """What tells one text from another, however its lines end."""
    return hashlib.sha256(text.replace("\r\n", "\n").encode()).hexdigest()


def loaded(text: str) -> FrameworkVersion | None:
    """The edition that was loaded from this very text, if there is one."""
    return FrameworkVersion.objects.filter(checksum=checksum_of(text)).first()


@lru_cache(maxsize=16)
def checked(text: str) -> dict[str, Any]:
    """The document in a file's text, to be read only. Raises Refused with every fault and its place.

    Loading and then publishing a file checks it once.
    """
    document, faults = check(text)
    if document is None or faults:
        raise Refused("The framework's file has faults.", [str(fault) for fault in faults])
    return document


@transaction.atomic
def load(text: str, *, at: datetime) -> FrameworkVersion:
    """Load a framework's file as a draft edition; the council is made when it is new.

    The same file again changes nothing; a draft with another text is replaced. Raises Refused
    with every fault of the file, or when the edition has been published with another text.
    """
    if version := loaded(text):
        return version
    document = checked(text)
    version = _locked(document, at=at)
    if version.checksum == checksum_of(text):
        return version  # loaded by somebody else in the meantime
    if version.state != State.DRAFT:
        raise Refused(
            f"Edition {version.edition} of {version.framework.name} is {version.state} and cannot be "
            "changed. Give the file the next edition number and load it as a new edition."
        )
    _replace(version, document, text, at=at)
    detail = {"edition": version.edition, "checksum": version.checksum}
    record("load framework", version, cause="framework file", at=at, detail=detail)
    return version


def _locked(document: Mapping[str, Any], *, at: datetime) -> FrameworkVersion:
    """The edition's row, locked; a new one has no checksum yet."""
    about = document["framework"]
    council, _ = Council.objects.get_or_create(
        code=about["code"], defaults={"name": about["council"]}
    )
    framework, _ = Framework.objects.get_or_create(
        council=council, code=about["code"], defaults={"name": about["name"]}
    )
    version, _ = FrameworkVersion.objects.select_for_update().get_or_create(
        framework=framework,
        edition=about["edition"],
        defaults={"council": council, "effective_from": _day(about), "policy": {}, "loaded_at": at},
    )
    return version


def _day(about: Mapping[str, Any]) -> date:
    return date.fromisoformat(str(about["effective_from"]))


def _replace(
    version: FrameworkVersion, document: Mapping[str, Any], text: str, *, at: datetime
) -> None:
    """Write the draft's content anew: its row, and the rows that answers and reports join on.

    What was asked to be published was the text before, so that a proposal lapses.
    """
    about = document["framework"]
    version.proposed_by = version.proposed_at = None
    version.label = about.get("label", "")
    version.effective_from = _day(about)
    version.policy = _read_whole(document)
    version.source, version.checksum, version.loaded_at = text, checksum_of(text), at
    version.save()
    for rows in (version.tools, version.standards, version.descriptors):
        rows.all().delete()
    _load_tools(version, document["tools"])
    PracticeStandard.objects.bulk_create(_standards(version, document.get("standards", [])))
    Descriptor.objects.bulk_create(_descriptors(version, document.get("descriptor_areas", [])))


def _read_whole(document: Mapping[str, Any]) -> dict[str, Any]:
    """What is read whole; descriptors are rows, so that their areas stay here without them."""
    kept = {key: document[key] for key in WHOLE if key in document}
    areas = document.get("descriptor_areas", [])
    kept["descriptor_areas"] = [
        {key: area[key] for key in area if key != "cells"} for area in areas
    ]
    about = document["framework"]
    kept["framework"] = {**about, "effective_from": _day(about).isoformat()}
    return kept


def _load_tools(version: FrameworkVersion, tools: list[dict[str, Any]]) -> None:
    """Every tool with its sections, questions and parts, in four writes whatever their number."""
    made = Tool.objects.bulk_create(
        Tool(
            version=version,
            code=one["code"],
            title=one["title"],
            short=one["short"],
            intro=one.get("intro", ""),
            used_for=one.get("used_for", ""),
            window=one.get("window", {}),
            suggestion=one.get("suggestion", {}),
        )
        for one in tools
    )
    sections, questions, parts = [], [], []
    for tool, about_tool in zip(made, tools, strict=True):
        for order, about_section in enumerate(about_tool["sections"], start=1):
            section = _section(tool, order, about_section)
            sections.append(section)
            for place, about_question in enumerate(about_section["questions"], start=1):
                question = _question(section, place, about_question)
                questions.append(question)
                parts += _parts(question, about_question, about_tool.get("part_sets", {}))
    Section.objects.bulk_create(sections)
    Question.objects.bulk_create(questions)
    Part.objects.bulk_create(parts)


def _section(tool: Tool, order: int, about: Mapping[str, Any]) -> Section:
    return Section(
        version=tool.version,
        tool=tool,
        order=order,
        code=about["code"],
        number=about.get("number", ""),
        title=about["title"],
        intro=about.get("intro", ""),
        respondent=about["respondent"],
        open_in=about["open_in"],
        hidden_until_session_from=about.get("hidden_until_session_from", []),
        paging=about.get("paging", "section"),
        minutes=about.get("minutes"),
        applies_when=about.get("applies_when", {}),
        always=about.get("always", False),
    )


def _question(section: Section, order: int, about: Mapping[str, Any]) -> Question:
    return Question(
        version=section.version,
        section=section,
        order=order,
        code=about["code"],
        number=about.get("number", ""),
        title=about["title"],
        text=about.get("text", ""),
        areas=about.get("areas", [about["area"]] if "area" in about else []),
        standards=about.get("standards", []),
        scaling=about.get("scaling", {}),
        note=about.get("note", ""),
        repeat=about.get("repeat", 1),
        source=about.get("source", ""),
    )


def _parts(question: Question, about: Mapping[str, Any], sets: Mapping[str, Any]) -> list[Part]:
    """The question's parts: its own list, or the named set."""
    listed = about["parts"] if isinstance(about["parts"], list) else sets[about["parts"]]
    return [
        Part(
            version=question.version,
            question=question,
            tool=question.section.tool,
            order=order,
            code=f"{question.code}.{one['code']}",
            kind=one["kind"],
            label=one["label"],
            respondent=one.get("respondent", question.section.respondent),
            required_at=one.get("required_at", ""),
            details=_details(question, one),
        )
        for order, one in enumerate(listed, start=1)
    ]


def _details(question: Question, about: Mapping[str, Any]) -> dict[str, Any]:
    """The rest of a part; a condition that names a part of the same question gets its full code."""
    details = {key: value for key, value in about.items() if key not in PART_COLUMNS}
    if when := details.get("required_when"):
        code = when["part"]
        details["required_when"] = {
            **when,
            "part": code if "." in code else f"{question.code}.{code}",
        }
    return details


def _standards(version: FrameworkVersion, groups: list[dict[str, Any]]) -> list[PracticeStandard]:
    pairs = [(group["section"], item) for group in groups for item in group["items"]]
    return [
        PracticeStandard(
            version=version,
            order=order,
            section_code=section["code"],
            section_title=section["title"],
            number=item["number"],
            alias=item.get("alias", ""),
            title=item.get("title", ""),
            text=item["text"],
            source=item.get("source", ""),
        )
        for order, (section, item) in enumerate(pairs, start=1)
    ]


def _descriptors(version: FrameworkVersion, areas: list[dict[str, Any]]) -> list[Descriptor]:
    cells = [
        (area["code"], grade, cell if isinstance(cell, dict) else {"column": "", "text": cell})
        for area in areas
        for grade, texts in area["cells"].items()
        for cell in texts
    ]
    return [
        Descriptor(
            version=version,
            order=order,
            area=area,
            grade=grade,
            column=cell["column"],
            text=cell["text"],
        )
        for order, (area, grade, cell) in enumerate(cells, start=1)
    ]


@transaction.atomic
def publish(
    version: FrameworkVersion, *, at: datetime, by: User | None = None, cause: str = ""
) -> FrameworkVersion:
    """Publish a draft: from now on nothing in it changes, and the council's kinds of post follow it.

    Publishing again changes nothing. Raises Refused for a retired edition, for a draft with faults
    (one that was loaded before a check existed), or with warnings that nobody has acknowledged.
    An edition that is older than one already published (kept so that old audits can be read)
    leaves the kinds of post alone.
    """
    version = (
        FrameworkVersion.objects.select_for_update(of=("self",))
        .select_related("council")
        .get(pk=version.pk)
    )
    if version.state == State.RETIRED:
        raise Refused("This edition is retired. Make a new edition to use it again.")
    if version.state == State.PUBLISHED:
        return version
    _accepted(checked(version.source), version.source)
    version.state, version.published_at, version.published_by = State.PUBLISHED, at, by
    version.save(update_fields=["state", "published_at", "published_by"])
    if not _newer(version).exists():
        kinds = version.policy["post_types"]
        set_post_types(
            version.council, [(kind["code"], kind["title"], kind["roles"]) for kind in kinds]
        )
    record(
        "publish framework", version, by=by, cause=cause, at=at, detail={"edition": version.edition}
    )
    return version


def _accepted(document: Mapping[str, Any], text: str) -> None:
    """Raises Refused with every warning that the file does not acknowledge by its name."""
    if unacknowledged(document):
        warned = unacknowledged(document, text)  # with their lines
        raise Refused(
            "There are warnings that nobody has acknowledged. Mend what each of them tells; or, if it is "
            "meant so, add its name, its path and a reason to the list “acknowledged” in the file.",
            [str(warning) for warning in warned],
        )


def _newer(version: FrameworkVersion) -> Any:
    """Published editions of the council that take effect after this one."""
    later = FrameworkVersion.objects.filter(
        council=version.council, effective_from__gt=version.effective_from
    )
    return later.published()


@transaction.atomic
def retire(
    version: FrameworkVersion, *, at: datetime, by: User | None = None, cause: str = ""
) -> FrameworkVersion:
    """Take a published edition out of use for new audits; the audits made under it keep it.

    Retiring again changes nothing. Raises Refused for a draft: it was never in use.
    """
    version = FrameworkVersion.objects.select_for_update().get(pk=version.pk)
    if version.state == State.DRAFT:
        raise Refused("This edition is a draft. It can be replaced; there is nothing to retire.")
    if version.state == State.RETIRED:
        return version
    version.state, version.retired_at = State.RETIRED, at
    version.save(update_fields=["state", "retired_at"])
    record(
        "retire framework", version, by=by, cause=cause, at=at, detail={"edition": version.edition}
    )
    return version
