"""An assessment is downloaded as a workbook, uploaded again, looked at beside what is there now, and saved."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, redirect, request, url_for

from portal.assessments.fields import LABELS
from portal.assessments.forms.workbooks import SaveForm, UploadForm, choices_of, choose, choosing
from portal.assessments.operations import returning
from portal.assessments.operations.doors import refuse_unless_editable
from portal.assessments.operations.returning import Choices, Undecided
from portal.assessments.queries import answering
from portal.assessments.queries import workbooks as queries
from portal.assessments.queries.workbooks import Pack
from portal.assessments.views.answers import only_assigned, profiled
from portal.assessments.workbooks import reading, writing
from portal.assessments.workbooks.comparing import Compared, Verdict
from portal.assessments.workbooks.reading import NotAWorkbook
from portal.kernel import clock, words
from portal.kernel.errors import Invalid, Step, WrongState
from portal.policy import Acting, Action, may
from portal.standards import library
from portal.web.gate import acting, gate
from portal.web.pages import page
from portal.web.transaction import let_go

bp = Blueprint("workbooks", __name__)
MIMETYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def carried_away(reference: str) -> Pack | None:
    return queries.pack(reference, acting())


def brought_back(reference: str, key: str) -> Pack | None:
    return queries.returned(reference, key, acting())


@bp.route("/assessments/<reference>/workbook", methods=["GET", "POST"])
@gate(Action.READ_ANSWER, carried_away, to_change=Action.ANSWER)
def workbook(pack: Pack) -> Any:
    form, by = UploadForm(), acting()
    if form.validate_on_submit():
        try:
            key = _handed_in(pack, form)
        except NotAWorkbook as refusal:
            form.refuse(Invalid("workbook", str(refusal)))
        else:
            return redirect(url_for("workbooks.preview", reference=pack.head.reference, key=key), 303)
    pack = queries.with_newest(_begun(pack), by)
    return page(
        "assessments/workbook.html",
        pack=pack,
        head=pack.head,
        form=form,
        narrow=only_assigned(by, pack.organisation_id),
        open=pack.open and may(by, Action.ANSWER, pack),
    )


def _handed_in(pack: Pack, form: UploadForm) -> str:
    """Read what was uploaded with nobody waiting for it, and keep what was read."""
    content, name = form.workbook.data.read(), words.clean_line(form.workbook.data.filename or "")[:200] or "a workbook"
    assessment = answering.assessment(pack.head.reference)
    assert assessment is not None  # the gate has found it
    refuse_unless_editable(assessment)
    let_go()
    standard = library.standard(pack.head.standard, pack.head.standard_version)
    read = reading.read(content, [level.name for level in standard.levels])
    return returning.hand_in(pack, read, name=name, by=acting())


def _begun(pack: Pack) -> Pack:
    if not pack.answers:
        raise WrongState(
            "This assessment has not been started, so there is nothing to download yet.",
            next_steps=[Step("Open the assessment", f"/assessments/{pack.head.reference}")],
        )
    return pack


@bp.get("/assessments/<reference>/workbook.xlsx")
@gate(Action.READ_ANSWER, carried_away)
def download(pack: Pack) -> Response:
    content = writing.workbook(contents(_begun(pack), by=acting()))
    answer = Response(content, mimetype=MIMETYPE)
    answer.headers["Content-Disposition"] = f'attachment; filename="{pack.head.reference}-answers.xlsx"'
    return answer


def contents(pack: Pack, *, by: Acting) -> writing.Contents:
    """What the workbook of this person holds."""
    head = pack.head
    asked = profiled(head.standard, head.standard_version, head.organisation_kind)
    last: Any = {}
    if any(one.carried for one in pack.answers):
        _, last = answering.last_handed_in(head.organisation_id, head.standard, head.assessment_id)
    lines = [
        writing.Line(asked[one.expectation], one, last.get(one.expectation), pack.open and may(by, Action.ANSWER, one))
        for one in pack.answers
    ]
    return writing.Contents(
        reference=head.reference,
        organisation=head.organisation,
        period=head.period,
        standard=library.standard(head.standard, head.standard_version),
        due_on=head.due_on,
        closes_on=head.closes_on,
        made_at=clock.now(),
        address=f"{current_app.extensions['settings'].address}/assessments/{head.reference}/workbook",
        lines=lines,
    )


@bp.route("/assessments/<reference>/workbook/<key>", methods=["GET", "POST"])
@gate(Action.READ_ANSWER, brought_back, to_change=Action.ANSWER)
def preview(pack: Pack) -> Any:
    if pack.returned is None:
        raise returning.no_longer_kept(pack)
    if not SaveForm().validate_on_submit():
        return _shown(pack, Choices({}, {}))
    assessment, choices = answering.assessment(pack.head.reference), choices_of(request.form)
    assert assessment is not None  # the gate has found it
    try:
        taken = returning.take(assessment, pack, choices, by=acting())
    except Undecided as undecided:
        now = queries.returned(pack.head.reference, pack.returned.reference, acting())
        assert now is not None
        return _shown(now, choices, undecided)
    return page("assessments/workbook_saved.html", head=pack.head, name=pack.returned.name, taken=taken, **_by_verdict(taken.lines))


def _shown(pack: Pack, choices: Choices, undecided: Undecided | None = None) -> Response:
    """What would be saved, with what is wrong with the choices that were made."""
    if pack.returned is None:
        raise returning.no_longer_kept(pack)
    read = pack.returned.reading
    lines = returning.compare(read, {one.expectation: one for one in pack.answers}, by=acting())
    form, moved = choosing(lines, choices), undecided.moved if undecided else ()
    for expectation, unit in undecided.open if undecided and not moved else ():
        form.refuse(Invalid(choose(expectation, unit), f"Choose which is to be saved: {expectation}, {LABELS[unit]}"))
    return page(
        "assessments/workbook_preview.html",
        status=409 if moved else None,
        head=pack.head,
        returned=pack.returned,
        gone=read.gone,
        standard=library.standard(pack.head.standard, pack.head.standard_version),
        form=form,
        choose=choose,
        moved=moved,
        open=pack.open,
        **_by_verdict(lines),
    )


def _by_verdict(lines: tuple[Compared, ...]) -> dict[str, Any]:
    return {verdict.name.lower(): [line for line in lines if line.verdict is verdict] for verdict in Verdict}
