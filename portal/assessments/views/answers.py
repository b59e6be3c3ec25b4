"""One expectation on one page: answered, confirmed, saved by itself, and kept whole when two people write at once."""

from __future__ import annotations

from functools import cache
from typing import Any

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.assessments.forms.answering import AnswerForm
from portal.assessments.lifecycle import EDITABLE, State
from portal.assessments.models import Answer
from portal.assessments.operations import answering
from portal.assessments.queries import answering as queries
from portal.assessments.queries.answering import Answered
from portal.assessments.queries.pinned import pinned
from portal.assessments.queries.places import about
from portal.kernel import clock, words
from portal.kernel.errors import Invalid, Stale
from portal.policy import IN_A_BODY, Acting, Action, Role, may
from portal.standards import diff, library
from portal.standards.diff import FieldChange
from portal.standards.records import ProfiledExpectation
from portal.web.gate import UNSAFE, acting, gate
from portal.web.pages import page
from portal.web.saving import Saved, by_itself, over

bp = Blueprint("answers", __name__)


def asked_for(reference: str, expectation: str) -> Answer | Answered | None:
    """The answer as a page shows it; or the row itself where it is to be changed."""
    if request.method in UNSAFE:
        return queries.answer(reference, expectation)
    return queries.answered(reference, expectation)


@bp.route("/assessments/<reference>/expectations/<expectation>", methods=["GET", "POST"])
@gate(Action.READ_ANSWER, asked_for, to_change=Action.ANSWER)
def answer(one: Answer | Answered) -> Any:
    if isinstance(one, Answered):
        return shown(one, AnswerForm.of(one) if open_to(one, acting()) else None)
    if "confirm" in request.form:
        return confirmed(one)
    return saved(one)


def saved(row: Answer) -> Any:
    form = AnswerForm()
    by, collision, place = acting(), None, (row.assessment_reference, row.expectation)
    if form.validate_on_submit():
        try:
            row = answering.save(row, version=over() or form.version.data, by=by, **form.typed())
        except Invalid as refusal:
            form.refuse(refusal)
        except Stale as refusal:
            collision = refusal
        else:
            return saved_words(row, form, by)
    one = queries.answered(*place)
    assert one is not None
    return shown(one, form, collision=collision)


def saved_words(row: Answer, form: AnswerForm, by: Acting) -> Any:
    """The confirmation in words; or, without script, the way on."""
    address = f"/assessments/{row.assessment_reference}/expectations/{row.expectation}"
    if by_itself():
        note = "It counts as answered once you say why it does not apply." if form.aside_without_reason else ""
        if not row.confirmed:
            note = "It is last year’s answer, not yet confirmed. Change it, or press “Still true”."
        said = Saved(
            row.version,
            f"Saved at {words.time(row.answered_at or clock.now())}",
            note=note,
            confirms=row.carried and row.confirmed,
        )
        return page("saving/_saved.html", saved=said, collision=None, form=None, address=address, alone=True)
    if request.form.get("then") == "evidence":
        return redirect(pinning(row.assessment_reference, row.expectation), 303)
    if request.form.get("then") == "next":
        one = queries.answered(row.assessment_reference, row.expectation)
        assert one is not None
        _, following = beside(one, by)
        address = f"/assessments/{row.assessment_reference}" + (f"/expectations/{following}" if following else "")
    return redirect(address, 303)


def confirmed(row: Answer) -> Response:
    """One press: last year's answer is still true."""
    answering.confirm(row, version=AnswerForm().version.data, by=acting())
    return redirect(f"/assessments/{row.assessment_reference}/expectations/{row.expectation}", 303)


def shown(one: Answered, form: AnswerForm | None, *, collision: Stale | None = None) -> Any:
    """The page; with the form where the answer may be changed now."""
    by, head = acting(), one.head
    asked = profiled(head.standard, head.standard_version, head.organisation_kind)[one.expectation]
    version, last = "", None
    if one.carried:
        version, lasts = queries.last_handed_in(
            head.organisation_id, head.standard, head.assessment_id, one.expectation
        )
        last = lasts.get(one.expectation)
    changes = reworded(head.standard, version, head.standard_version).get(one.expectation, ()) if one.reworded else ()
    before, after = beside(one, by)
    return page(
        "assessments/expectation.html",
        fragment="saving/_saved.html",
        status=409 if collision else None,
        one=one,
        head=head,
        asked=asked,
        standard=library.standard(head.standard, head.standard_version),
        form=form,
        saved=state_of(one, form, collision),
        collision=collision,
        alone=by_itself(),
        last=last,
        changes=changes,
        before=before,
        after=after,
        address=f"/assessments/{head.reference}/expectations/{one.expectation}",
        editable=form is not None,
        pins=pinned(head, [one.expectation]).get(one.expectation, ()),
        pinnable=form is not None or answers_a_question(one, by),
        pinning=pinning(head.reference, one.expectation),
        late=clock.today() > head.closes_on,
    )


def state_of(one: Answered, form: AnswerForm | None, collision: Stale | None) -> Saved:
    """What the page says of saving as it is opened, or of why it was not saved."""
    if collision is not None:
        # By script the version stays as it was, so that going on typing cannot overwrite what was not looked at.
        kept = form.version.data if form is not None and by_itself() else collision.version
        said = "you changed this answer in another window" if collision.own else "somebody else changed this answer"
        return Saved(kept, f"Not saved: {said}", "refused")
    if form is not None and form.errors:
        return Saved(form.version.data, "Not saved: something needs to be put right", "refused")
    if one.answered_at is None:
        return Saved(one.version, "Nothing saved yet this year", "waiting")
    return Saved(one.version, f"Last saved {words.moment(one.answered_at)} by {one.answered_by}")


def open_to(one: Answered, by: Acting) -> bool:
    return one.head.state in EDITABLE and clock.today() <= one.head.closes_on and may(by, Action.ANSWER, one)


def answers_a_question(one: Answered, by: Acting) -> bool:
    """Whether evidence may still be pinned after the signature, because a reviewer asked something."""
    return one.head.state is State.CLARIFICATION_REQUESTED and may(by, Action.ANSWER_CLARIFICATION, one)


def pinning(reference: str, expectation: str) -> str:
    """Where evidence is pinned to an answer."""
    return url_for("pinning.here", about=about(reference, expectation))


def beside(one: Answered, by: Acting) -> tuple[str | None, str | None]:
    """The expectations before and after, of those that this person may open."""
    head = one.head
    codes = list(profiled(head.standard, head.standard_version, head.organisation_kind))
    if only_assigned(by, head.organisation_id):
        codes = list(queries.assigned_codes(head.assessment_id, by.id))
    at = codes.index(one.expectation)
    return (codes[at - 1] if at else None), (codes[at + 1] if at + 1 < len(codes) else None)


def only_assigned(by: Acting, organisation_id: int) -> bool:
    """Whether somebody is in this organisation as a contributor and nothing more."""
    roles = {post.role for post in by.posts if post.organisation_id == organisation_id}
    return roles & IN_A_BODY == {Role.CONTRIBUTOR}


@cache
def profiled(id: str, version: str, kind: str) -> dict[str, ProfiledExpectation]:
    """What a kind of organisation is asked, by code, in order."""
    return {one.code: one for one in library.profile(library.standard(id, version), kind)}


@cache
def reworded(id: str, old: str, new: str) -> dict[str, tuple[FieldChange, ...]]:
    """The words that changed between two versions, by expectation."""
    if not old:
        return {}
    changes = diff.difference(library.standard(id, old), library.standard(id, new))
    return {change.code: change.fields for change in changes if change.fields}
