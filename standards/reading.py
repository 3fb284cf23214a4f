"""A checked framework file as frozen values. Plain: the document goes in, the policy comes out."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from standards.instruments import duration_of
from standards.policy import (
    REMINDERS,
    ActionClass,
    ActionKind,
    ActionRules,
    Allocation,
    Band,
    Body,
    ClosingLoop,
    ClosureCheck,
    Content,
    Deadline,
    Dispute,
    DisputeRung,
    Duration,
    Exclusion,
    Extension,
    ExtensionStep,
    FigureRules,
    FollowUp,
    Grade,
    GradeCondition,
    GradeQuery,
    GradeTrigger,
    ImpactCheck,
    Ladder,
    Limit,
    Moderation,
    OverallGrade,
    PanelRule,
    PerAuditor,
    Policy,
    PostType,
    ReportRule,
    ReportVersionRule,
    RetentionRule,
    ReturnCheck,
    Rung,
    Scale,
    Selecting,
    SignOff,
    Surpassed,
    Template,
    TriggerTask,
)

SIX_WEEKS = Duration(6, "weeks")
# Who raises a ladder of stages where the file names nobody.
OFFICERS = ("council.reviewing_officer",)

# The top-level groups that are kept whole with an edition.
WHOLE = (
    "words",
    "grades",
    "scales",
    "overall_grade",
    "post_types",
    "allocation",
    "grade_query",
    "actions",
    "return_checks",
    "messages",
    "time_budget",
    "note",
    "descriptor_areas",
    "assumed",
    "parameters",
    "core_areas",
    "principles",
    "themes",
    "documents",
    "bodies",
    "activities",
    "timetable",
    "targets",
    "programme",
    "moderation",
    "disputes",
    "grade_triggers",
    "follow_ups",
    "closing_loop",
    "closure_checks",
    "ladders",
    "reminders",
    "templates",
    "instruments",
    "reports",
    "figures",
    "retention",
    "statutory_rules",
    "acknowledged",
)


def policy_of(document: Mapping[str, Any]) -> Policy:
    """The rules in a checked document."""
    grades = tuple(Grade(**grade) for grade in document["grades"])
    labels = {grade.code: grade.label for grade in grades}
    query = document.get("grade_query")
    return Policy(
        grades=grades,
        scales=MappingProxyType(
            {
                code: scale_of(code, scale, labels)
                for code, scale in document.get("scales", {}).items()
            }
        ),
        overall_grade=overall_of(document["overall_grade"]),
        post_types=tuple(
            PostType(p["code"], p["title"], tuple(p["roles"])) for p in document["post_types"]
        ),
        allocation=allocation_of(document["allocation"]),
        actions=actions_of(document["actions"]),
        words=MappingProxyType(dict(document.get("words", {}))),
        grade_query=GradeQuery(query["allowed"], query["blocks_return"], tuple(query["ask"]))
        if query
        else None,
        return_checks=tuple(check_of(check) for check in document.get("return_checks", [])),
        messages=MappingProxyType(
            {step: tuple(names) for step, names in document.get("messages", {}).items()}
        ),
        time_budget=MappingProxyType(dict(document.get("time_budget", {}))),
        note_title=document.get("note", {}).get("title", ""),
        months_without_audits=tuple(document.get("programme", {}).get("months_without_audits", ())),
        moderation=moderation_of(document.get("moderation")),
        disputes=tuple(dispute_of(one) for one in document.get("disputes", ())),
        grade_triggers=tuple(trigger_of(one) for one in document.get("grade_triggers", ())),
        follow_ups=tuple(follow_up_of(one) for one in document.get("follow_ups", ())),
        closing_loop=closing_loop_of(document.get("closing_loop")),
        closure_checks=tuple(
            ClosureCheck(one["code"], one["label"], tuple(one.get("grades", ())), one.get("by", ""))
            for one in document.get("closure_checks", ())
        ),
        ladders=tuple(ladder_of(one) for one in document.get("ladders", ())),
        reminders=durations_of(document["reminders"]) if "reminders" in document else REMINDERS,
        templates=tuple(
            Template(one["event"], one["subject"], one["text"])
            for one in document.get("templates", ())
        ),
        themes=tuple((one["code"], one["label"]) for one in document.get("themes", ())),
        core_areas=tuple(document.get("core_areas", ())),
        bodies=MappingProxyType(
            {
                one["code"]: Body(one["code"], one["title"], tuple(one.get("members", ())))
                for one in document.get("bodies", ())
            }
        ),
        reports=tuple(report_of(one) for one in document.get("reports", ())),
        figures=figures_of(document.get("figures", {})),
        retention=tuple(retention_of(one) for one in document.get("retention", ())),
    )


def retention_of(rule: Mapping[str, Any]) -> RetentionRule:
    """How long one kind of record is kept."""
    keep = rule["keep"]
    months = keep["number"] * (12 if keep["unit"] == "years" else 1)
    return RetentionRule(rule["kind"], months, rule["from"])


def figures_of(rule: Mapping[str, Any]) -> FigureRules:
    """The least that figures stand on; what is usual where the file says nothing."""
    usual = FigureRules()
    return FigureRules(
        rule.get("minimum", usual.minimum),
        rule.get("smallest", usual.smallest),
        rule.get("ceiling", usual.ceiling),
        rule.get("good", usual.good),
    )


def report_of(rule: Mapping[str, Any]) -> ReportRule:
    """One report."""
    return ReportRule(
        code=rule["code"],
        title=rule["title"],
        every=rule["every"],
        contents=tuple(rule.get("contents", ())),
        to=tuple(rule.get("to", ())),
        response=rule.get("response", "none"),
        due=duration_of(rule["due"]) if "due" in rule else None,
        shown_at=rule.get("shown_at", ""),
        note=rule.get("note", ""),
        sections=tuple(rule.get("sections", ())),
        versions=tuple(
            ReportVersionRule(one["audience"], tuple(one["to"])) for one in rule.get("versions", ())
        ),
    )


def check_of(rule: Mapping[str, Any]) -> ReturnCheck:
    """One rule across parts; its condition's lists become tuples."""
    when = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in rule["when"].items()
    }
    return ReturnCheck(rule["part"], tuple(rule["not_in"]), MappingProxyType(when), rule["say"])


def scale_of(code: str, scale: Mapping[str, Any], labels: Mapping[str, str]) -> Scale:
    """One scale; a band's label is its own, or its grade's."""
    bands = tuple(
        Band(
            b["from"], b["to"], b.get("grade"), b.get("label") or labels.get(b.get("grade", ""), "")
        )
        for b in scale.get("bands", [])
    )
    return Scale(code, scale["lowest"], scale["highest"], scale.get("step", 1), bands)


def overall_of(rule: Mapping[str, Any]) -> OverallGrade:
    """How the overall grade is given."""
    beyond = rule.get("surpassed")
    return OverallGrade(
        method=rule["method"],
        scale=rule.get("scale"),
        grades=tuple(rule.get("grades", ())),
        surpassed=Surpassed(
            beyond["grade"],
            beyond["label"],
            beyond.get("text", ""),
            tuple(beyond.get("conditions", ())),
        )
        if beyond
        else None,
        never_average=rule.get("never_average", True),
        conditions=tuple(
            GradeCondition(one["grade"], one["part"]) for one in rule.get("conditions", ())
        ),
        definitions=MappingProxyType(dict(rule.get("definitions", {}))),
    )


def allocation_of(rule: Mapping[str, Any]) -> Allocation:
    """The rules of allocation."""
    number = rule.get("per_auditor")
    return Allocation(
        by=tuple(rule["by"]),
        auditors=tuple(rule["auditors"]),
        team_rule=rule["team_rule"],
        own_case=rule["own_case"],
        line_manager=rule["line_manager"],
        deadline=Deadline(rule["deadline"]["rule"], rule["deadline"].get("n", 0)),
        per_auditor=PerAuditor(number.get("number"), number["every"], number.get("percent_of_open"))
        if number
        else None,
        second_worker=rule.get("second_worker", False),
        seen_by_manager=rule.get("seen_by_manager", False),
        cool_off_months=rule.get("cool_off_months"),
        several_auditors=rule.get("several_auditors", False),
        override_team=rule.get("override_team", False),
        notice=duration_of(rule.get("notice")),
        extension=extension_of(rule.get("extension")),
        exclusion=exclusion_of(rule.get("exclusion")),
    )


def extension_of(rule: Mapping[str, Any] | None) -> Extension | None:
    """Who may give more time; None where there is no local rule."""
    if rule is None:
        return None
    steps = tuple(
        ExtensionStep(tuple(step["by"]), duration_of(step.get("up_to"))) for step in rule["steps"]
    )
    return Extension(steps, rule.get("before_deadline", False))


def exclusion_of(rule: Mapping[str, Any] | None) -> Exclusion | None:
    """Who may leave an audit out; None where there is no local rule."""
    return Exclusion(tuple(rule["by"]), rule.get("before_deadline", False)) if rule else None


def actions_of(rule: Mapping[str, Any]) -> ActionRules:
    """The rules of actions."""
    sign_off = tuple(
        SignOff(tuple(one["by"]), tuple(one.get("grades", ())), one.get("note", ""))
        for one in rule.get("sign_off", ())
    )
    return ActionRules(
        minimum=rule["minimum"],
        kinds=tuple(ActionKind(kind["code"], kind["label"]) for kind in rule["kinds"]),
        classes=tuple(class_of(one) for one in rule.get("classes", ())),
        file_heading=rule.get("file_heading", ""),
        default_class=rule.get("default_class", ""),
        sign_off=sign_off,
        refused_words=tuple(rule.get("refused_words", ())),
        success_asked=rule.get("success_asked", False),
        supervision_review=rule.get("supervision_review", False),
        impact_check=impact_check_of(rule.get("impact_check", {}), sign_off),
    )


def class_of(one: Mapping[str, Any]) -> ActionClass:
    """A class of action; a later date than its limit is refused unless the file says otherwise."""
    return ActionClass(
        one["code"], one["label"], limit_of(one.get("limit")), one.get("later", "refused")
    )


def limit_of(limit: Mapping[str, Any] | None) -> Limit | None:
    """A length of time and what it counts from; None where the file names none."""
    return Limit(limit["number"], limit["unit"], limit["from"]) if limit else None


def impact_check_of(rule: Mapping[str, Any], sign_off: Iterable[SignOff]) -> ImpactCheck | None:
    """When the impact of an action is looked at: six weeks after it is signed off, by who signs off first,

    unless the file says otherwise; None where it says that nobody is asked.
    """
    if not rule.get("asked", True):
        return None
    usual = next((one.by for one in sign_off), ("worker.line_manager",))
    return ImpactCheck(duration_of(rule.get("after")) or SIX_WEEKS, tuple(rule.get("by", usual)))


def moderation_of(rule: Mapping[str, Any] | None) -> Moderation | None:
    """How grades are moderated; None where there is no local rule."""
    if rule is None:
        return None
    agree, disagree = rule.get("agree", {}), rule.get("disagree", {})
    return Moderation(
        selection=tuple(selecting_of(one) for one in rule.get("selection", ())),
        moderators=tuple(rule.get("moderators", ())),
        roles=tuple(rule.get("roles", ())),
        independent_of=tuple(rule.get("independent_of", ())),
        contents=tuple(content_of(one) for one in rule.get("contents", ())),
        agree_tell=tuple(agree.get("tell", ())),
        agree_text=agree.get("text", ""),
        disagree_tell=tuple(disagree.get("tell", ())),
        disagree_text=disagree.get("text", ""),
        meet=disagree.get("meet", True),
        talk_with=tuple(rule.get("talk_with", ())),
        minutes=rule.get("minutes"),
        blind=rule.get("blind", False),
        named_at_allocation=rule.get("named_at_allocation", False),
        panel=panel_of(rule.get("panel")),
        note=rule.get("note", ""),
    )


def selecting_of(rule: Mapping[str, Any]) -> Selecting:
    """One rule by which audits are chosen for moderation."""
    return Selecting(
        rule=rule["rule"],
        percent=rule.get("percent"),
        grades=tuple(rule.get("grades", ())),
        months=rule.get("months"),
        every=rule.get("every", ""),
        size=rule.get("size"),
    )


def content_of(one: Mapping[str, Any]) -> Content:
    """One thing that a moderation holds; a text unless the file says otherwise."""
    return Content(
        code=one["code"],
        label=one["label"],
        kind=one.get("kind", "text"),
        required=one.get("required", False),
        each=one.get("each", ""),
        on_file=one.get("on_file", True),
    )


def panel_of(rule: Mapping[str, Any] | None) -> PanelRule | None:
    """The validation panel; None where the file has none."""
    if rule is None:
        return None
    return PanelRule(
        chair=tuple(rule.get("chair", ())),
        members=tuple(rule.get("members", ())),
        every=rule.get("every", ""),
        note=rule.get("note", ""),
    )


def dispute_of(ladder: Mapping[str, Any]) -> Dispute:
    """How one kind of disagreement is settled."""
    rungs = tuple(
        DisputeRung(rung["title"], tuple(rung.get("who", ())), rung.get("decides", False))
        for rung in ladder["rungs"]
    )
    return Dispute(ladder["code"], ladder["title"], ladder["about"], rungs)


def trigger_of(rule: Mapping[str, Any]) -> GradeTrigger:
    """What a grade sets off."""
    return GradeTrigger(
        code=rule["code"],
        title=rule.get("title", ""),
        point=rule["point"],
        grades=tuple(rule.get("grades", ())),
        flag=rule.get("flag", ""),
        tell=tuple(rule.get("tell", ())),
        show=tuple(rule.get("show", ())),
        watch=tuple(rule.get("watch", ())),
        tasks=tuple(task_of(one) for one in rule.get("tasks", ())),
        action_class=rule.get("action_class", ""),
        moderation=rule.get("moderation", False),
        loop=rule.get("loop", False),
        reaudit=duration_of(rule.get("reaudit")),
    )


def task_of(one: Mapping[str, Any]) -> TriggerTask:
    """A task that a grade sets off."""
    return TriggerTask(one["code"], one["title"], one.get("owner", ""), limit_of(one.get("limit")))


def follow_up_of(one: Mapping[str, Any]) -> FollowUp:
    """What is looked at again after an audit."""
    return FollowUp(
        code=one["code"],
        title=one["title"],
        owner=one.get("owner", ""),
        together_with=tuple(one.get("together_with", ())),
        limit=limit_of(one.get("limit")),
        every=one.get("every", ""),
        grades=tuple(one.get("grades", ())),
        flag=one.get("flag", ""),
    )


def closing_loop_of(rule: Mapping[str, Any] | None) -> ClosingLoop | None:
    """The form that closes the loop; None where the framework has none."""
    if rule is None:
        return None
    return ClosingLoop(
        owner=rule["owner"],
        authorised_by=rule["authorised_by"],
        sent_to=tuple(rule.get("sent_to", ())),
        fields=tuple(rule.get("fields", ())),
        reaudit=duration_of(rule.get("reaudit")),
        other_auditor=rule.get("other_auditor", False),
    )


def ladder_of(rule: Mapping[str, Any]) -> Ladder:
    """One ladder; one without a kind climbs by itself."""
    reminders = rule.get("reminders")
    return Ladder(
        code=rule["code"],
        title=rule["title"],
        kind=rule.get("kind", "late"),
        anchor=rule["anchor"],
        rungs=tuple(rung_of(one) for one in rule.get("rungs", ())),
        skip=rule.get("skip", "nobody"),
        solved_by=tuple(rule.get("solved_by", ())),
        paused_by=tuple(rule.get("paused_by", ())),
        longest=duration_of(rule.get("longest")),
        reminders=None if reminders is None else durations_of(reminders),
        note=rule.get("note", ""),
        raised_by=tuple(rule.get("raised_by", OFFICERS if rule.get("kind") == "stages" else ())),
        asks=tuple(rule.get("asks", ())),
        restricted=rule.get("restricted", False),
        informal_first=rule.get("informal_first", False),
    )


def rung_of(one: Mapping[str, Any]) -> Rung:
    """One rung of a ladder."""
    return Rung(
        title=one["title"],
        after=duration_of(one.get("after")),
        limit=duration_of(one.get("limit")),
        to=tuple(one.get("to", ())),
        copy=tuple(one.get("copy", ())),
        informal=one.get("informal", False),
        otherwise=tuple(one.get("otherwise", ())),
    )


def durations_of(lengths: Iterable[Mapping[str, Any]]) -> tuple[Duration, ...]:
    """Several lengths of time."""
    return tuple(Duration(one["number"], one["unit"]) for one in lengths)
