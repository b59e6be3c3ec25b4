"""The task list of an assessment: what there is to do, who is holding what up, and what happened so far."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from portal import audit
from portal.assessments import quality
from portal.assessments.lifecycle import EDITABLE, State
from portal.assessments.models import Assessment
from portal.assessments.operations import starting
from portal.assessments.queries import answering as queries
from portal.assessments.queries import signing
from portal.assessments.queries.answering import Head, Task, TaskList
from portal.assessments.queries.pinned import pinned
from portal.assessments.views.answers import only_assigned
from portal.kernel import clock, words
from portal.policy import Acting, Action, may
from portal.standards import library
from portal.standards.records import Standard
from portal.web.gate import acting, gate
from portal.web.pages import page

bp = Blueprint("tasks", __name__)

CHANGED = {
    "level": "level", "not_applicable_why": "why it does not apply", "claim": "what is true", "proof": "proof",
    "proof_link": "link to the proof", "proof_on": "date of the proof", "gap": "gap", "action": "action",
    "action_owner": "who will do it", "action_due_on": "by when",
}  # fmt: skip

LATER = (
    (State.READY_FOR_SIGN_OFF, Action.SIGN_OFF, "Read and sign", "sign-off"),
    (State.CLARIFICATION_REQUESTED, Action.ANSWER_CLARIFICATION, "Answer the reviewer’s questions", "questions"),
    (State.REVIEWED, Action.REPLY_TO_FINDING, "Read the draft finding and reply", "reply"),
)  # what comes after answering: in which state, who does it, in what words, on which page


@dataclass(frozen=True)
class Line:
    """One line of the list as it is shown."""

    code: str
    title: str
    hint: str
    status: str
    colour: str | None
    assigned_to_id: int | None


@dataclass(frozen=True)
class Part:
    """One pillar of the list."""

    code: str
    title: str
    done: int
    lines: tuple[Line, ...]


@bp.get("/assessments/<reference>")
@gate(Action.READ_ASSESSMENT, queries.task_list)
def show(listed: TaskList) -> Any:
    by, head = acting(), listed.head
    narrow = only_assigned(by, head.organisation_id)
    mine = narrow or request.args.get("show") == "mine"
    chosen = tuple(task for task in listed.tasks if not mine or waits_for(task, by))
    if narrow:
        chosen = tuple(task for task in listed.tasks if task.assigned_to_id == by.id)
    standard = library.standard(head.standard, head.standard_version)
    return page(
        "assessments/tasks.html",
        fragment="assessments/_tasks.html",
        head=head,
        standard=standard,
        parts=parts(standard, chosen),
        mine=mine,
        narrow=narrow,
        shown=len(chosen),
        next_step=next_step(listed, by),
        holding=holding_up(listed.tasks),
        left=words.remaining((head.due_on - clock.today()).days),
        open_now=head.state in EDITABLE and clock.today() <= head.closes_on,
        returned=signing.last_sent_back(head) if head.state in EDITABLE else None,
    )


@bp.post("/assessments/<reference>/start")
@gate(Action.START_ASSESSMENT, queries.assessment)
def start(assessment: Assessment) -> Response:
    starting.start(assessment, by=acting())
    return redirect(f"/assessments/{assessment.reference}", 303)


@bp.get("/assessments/<reference>/if-you-submitted-now")
@gate(Action.SEND_FOR_SIGN_OFF, queries.head)
def if_you_submitted_now(head: Head) -> Any:
    answers = queries.all_answered(head.reference)
    _, last = queries.last_handed_in(head.organisation_id, head.standard, head.assessment_id)
    asked = quality.RULES.queries(
        answers,
        today=clock.today(),
        last_claims={code: one.claim for code, one in last.items()},
        pinned=pinned(head, [one.expectation for one in answers]),
    )
    by_code: dict[str, quality.Query] = {}
    grouped: dict[str, Any] = {}
    for query in asked:
        grouped.setdefault(query.expectation, []).append(query)
        by_code.setdefault(query.code, query)
    return page(
        "assessments/if_you_submitted_now.html",
        head=head,
        standard=library.standard(head.standard, head.standard_version),
        grouped=grouped,
        asked=len(asked),
        minutes=quality.effort(asked),
        waiting=sum(not one.given for one in answers),
        rules=quality.RULES.rules,
    )


@bp.get("/assessments/<reference>/history")
@gate(Action.READ_HISTORY, queries.head)
def history(head: Head) -> Any:
    happened, more = trail_of(head)
    return page("assessments/history.html", head=head, happened=happened, more=more, base=f"/assessments/{head.reference}")


def trail_of(head: Head, **reader: bool) -> tuple[list[tuple[datetime, str, str]], int | None]:
    """Fifty lines of what happened (when, by whom, what), and where the next fifty begin; `reader` as audit.trail asks."""
    typed = request.args.get("before", "")
    before = int(typed) if typed.isdecimal() and len(typed) < 10 else None
    told = audit.trail(head.organisation_id, f"assessment {head.reference}", before=before, limit=51, **reader)
    more = told[49].sequence if len(told) > 50 else None
    return [(one.at, one.by_name, what_happened(one)) for one in told[:50]], more


def what_happened(told: audit.Told) -> str:
    """One record in plain words."""
    facts = told.facts
    said = told.event.words[0].upper() + told.event.words[1:]
    if "expectation" in facts:
        said += f": {facts['expectation']}"
    if isinstance(facts.get("changes"), dict):
        said += f" ({words.listing(said for name, said in CHANGED.items() if name in facts['changes'])})"
    if "to" in facts:
        said += f", to {facts['to']}" if facts["to"] else ", taken back"
    for name in ("reason", "comment"):
        if facts.get(name):
            said += f": {facts[name]}"
    return said


def waits_for(task: Task, by: Acting) -> bool:
    """Whether a line is left for this person: theirs, or nobody's, and not done."""
    return not task.done and task.assigned_to_id in (by.id, None)


def parts(standard: Standard, tasks: Iterable[Task]) -> list[Part]:
    """The lines under their pillars; a pillar without lines is left out."""
    by_pillar: dict[str, list[Task]] = {}
    for task in tasks:
        by_pillar.setdefault(standard.expectation(task.expectation).pillar, []).append(task)
    return [
        Part(
            pillar.code,
            pillar.title,
            sum(task.done for task in by_pillar[pillar.code]),
            tuple(line(task, standard) for task in by_pillar[pillar.code]),
        )
        for pillar in standard.pillars
        if pillar.code in by_pillar
    ]


def line(task: Task, standard: Standard) -> Line:
    status, colour = status_of(task)
    hints = []
    if task.assigned_to and task.begun:
        hints.append(f"Assigned to {task.assigned_to}")
    if task.reworded and not task.confirmed:
        hints.append("The standard’s words changed since last year")
    if task.done and task.level is not None:
        hints.append(f"Level {task.level}, target {task.target}" if task.level < task.target else f"Level {task.level}")
    title = standard.expectation(task.expectation).title
    return Line(task.expectation, title, ". ".join(hints), status, colour, task.assigned_to_id)


def status_of(task: Task) -> tuple[str, str | None]:
    """The status in words, with the colour of its tag; none for what is done."""
    if task.done:
        return "Done", None
    if not task.confirmed:
        return "Not yet confirmed", "yellow"
    if task.begun:
        return "In progress", "blue"
    if task.assigned_to:
        return f"Assigned to {task.assigned_to}", "purple"
    return "Not started", "grey"


def holding_up(tasks: Iterable[Task]) -> list[tuple[str, int, str]]:
    """Who still has what to answer: name, how many, and which, the most first; nobody's come last."""
    waiting: dict[str, list[str]] = {}
    for task in tasks:
        if not task.done:
            waiting.setdefault(task.assigned_to or "", []).append(task.expectation)
    ranked = sorted(waiting.items(), key=lambda item: (item[0] == "", -len(item[1]), item[0]))
    return [(name or "Nobody in particular", len(codes), words.listing(codes)) for name, codes in ranked]


def next_step(listed: TaskList, by: Acting) -> tuple[str, str, str] | None:
    """What to do next: words, address, and the method; None where it is for somebody else to act."""
    head, base = listed.head, f"/assessments/{listed.head.reference}"
    if clock.today() > head.closes_on and head.state in (State.NOT_STARTED, State.IN_PROGRESS, State.NOT_SUBMITTED):
        return ("Ask for more time", f"{base}/extension", "get") if may(by, Action.ASK_FOR_EXTENSION, head) else None
    if head.state is State.NOT_STARTED:
        return ("Start the assessment", f"{base}/start", "post") if may(by, Action.START_ASSESSMENT, head) else None
    for state, action, words_for, page_for in LATER:
        if head.state is state:
            return (words_for, f"{base}/{page_for}", "get") if may(by, action, head) else None
    if head.state is State.PUBLISHED:
        return ("See the published finding", f"/organisations/{head.organisation_code}", "get")
    if head.state is not State.IN_PROGRESS:
        return None
    first = next((task for task in listed.tasks if waits_for(task, by) and may(by, Action.ANSWER, _Mine(head, task))), None)
    if first is not None:
        return (f"Go on with {first.expectation}", f"{base}/expectations/{first.expectation}", "get")
    if all(task.done for task in listed.tasks) and may(by, Action.SEND_FOR_SIGN_OFF, head):
        return ("Send for sign-off", f"{base}/send", "get")
    return None


@dataclass(frozen=True)
class _Mine:
    """A line as the policy reads it."""

    head: Head
    task: Task

    @property
    def organisation_id(self) -> int:
        return self.head.organisation_id

    @property
    def assigned_to_id(self) -> int | None:
        return self.task.assigned_to_id
