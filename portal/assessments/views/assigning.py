"""Expectations are given to colleagues: a pillar at once or one by one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect

from portal.assessments.forms.answering import AssignForm
from portal.assessments.operations import assigning
from portal.assessments.queries import answering as queries
from portal.assessments.queries import colleagues
from portal.assessments.queries.answering import TaskList
from portal.assessments.views.tasks import holding_up, parts
from portal.kernel.errors import Invalid
from portal.policy import Action
from portal.standards import library
from portal.web.gate import acting, gate
from portal.web.pages import page

bp = Blueprint("assigning", __name__)


@bp.route("/assessments/<reference>/assignments", methods=["GET", "POST"])
@gate(Action.ASSIGN, queries.task_list)
def assign(listed: TaskList) -> Any:
    head = listed.head
    standard = library.standard(head.standard, head.standard_version)
    people = colleagues.of(head.organisation_id)
    form = AssignForm()
    form.person.choices = [("", "Nobody: take them back")] + [
        (str(one.id), f"{one.name}, {one.job_title}" if one.job_title else one.name) for one in people
    ]
    grouped = parts(standard, listed.tasks)
    if form.validate_on_submit():
        pillars = {code for code in form.expectations.data or () if code in {part.code for part in grouped}}
        codes = set(form.expectations.data or ()) - pillars
        codes |= {line.code for part in grouped if part.code in pillars for line in part.lines}
        assessment = queries.assessment(head.reference)
        assert assessment is not None
        try:
            assigning.assign(assessment, codes, form.person_id, by=acting())
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return redirect(f"/assessments/{head.reference}/assignments", 303)
    names = {task.expectation: task.assigned_to for task in listed.tasks}
    return page(
        "assessments/assignments.html",
        head=head,
        form=form,
        parts=grouped,
        names=names,
        chosen=set(form.expectations.data or ()),
        holding=holding_up(listed.tasks),
    )
