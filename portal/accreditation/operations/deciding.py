"""The Ombudsman suspends a certificate, lifts that, or revokes it: for cause, with a pass that does not stand, or because a key was stolen."""

from __future__ import annotations

from datetime import date

from portal import audit, outbox
from portal.accreditation.lifecycle import CERTIFICATE, CertificateKind, Status, StatusVerb
from portal.accreditation.models import Attempt, CertificateDecision
from portal.accreditation.operations import certifying, issuing
from portal.accreditation.queries import certificates as queries
from portal.accreditation.queries.certificates import Held
from portal.audit import Event
from portal.kernel import clock, words
from portal.kernel.db import db, hold
from portal.kernel.errors import Invalid, Step, WrongState
from portal.organisations.models import Person
from portal.outbox import Letter
from portal.policy import Acting, Action, insist

LONGEST_REASON = 1000
_EVENTS = {
    StatusVerb.SUSPEND: Event.CERTIFICATE_SUSPENDED,
    StatusVerb.LIFT: Event.CERTIFICATE_LIFTED,
    StatusVerb.REVOKE: Event.CERTIFICATE_REVOKED,
}
_TOLD = {StatusVerb.SUSPEND: "is suspended", StatusVerb.LIFT: "is not suspended any more", StatusVerb.REVOKE: "was revoked"}
STOLEN = "The key that signed it was stolen. A new certificate stands in its place, and nothing that you earned is lost."


def decide(at: Held, verb: StatusVerb, reason: str, *, seen: int, by: Acting) -> None:
    """Decide about a certificate. `seen`: how many decisions stood on the page; the reason is for its holder and the auditor."""
    insist(by, Action.DECIDE_CERTIFICATE)
    said = words.clean(reason)
    if not said:
        raise Invalid("reason", "Say why, for the holder to read")
    if len(said) > LONGEST_REASON:
        raise Invalid("reason", f"The reason must be {LONGEST_REASON} characters or fewer")
    one = hold(at.certificate)
    now_there = queries.whole(one.id)
    if len(now_there.decisions) != seen:
        raise WrongState(
            f"Somebody else decided meanwhile: the certificate is “{now_there.status.value}”. Nothing was changed.",
            next_steps=[Step("See it as it is now", f"/certificates/{one.reference}")],
        )
    if not CERTIFICATE.can(now_there.status, verb):
        raise WrongState(CERTIFICATE.refusal(now_there.status, verb), next_steps=[Step("See the certificate", f"/certificates/{one.reference}")])
    _decided(at, verb, said, seen + 1, by)


def revoke_with_pass(paper: Attempt, reason: str, *, by: Acting) -> list[Held]:
    """Revoke what was given because this paper was passed, now that its pass does not stand: which certificates those were.

    Awards that other certificates carry are given anew at once. For whoever has just decided about the pass, within the same
    transaction. Raises WrongState while one of them is suspended: what is looked into there is decided first."""
    insist(by, Action.REMARK)
    person = hold(db.session.get_one(Person, paper.person_id))  # nothing is given meanwhile
    fallen = []
    for there in queries.standing_on(paper):
        at = queries.whole(hold(there.certificate).id)  # once nobody else decides about it
        if at.status is Status.SUSPENDED:
            reference = at.certificate.reference
            raise WrongState(
                f"{reference}, which was given for this pass, is suspended while somebody looks into it. That is decided first: it is lifted, or the "
                "certificate is revoked. Nothing was changed.",
                next_steps=[Step("See the certificate, or ask a reviewer to", f"/certificates/{reference}")],
            )
        if at.status is not Status.REVOKED:
            _decided(at, StatusVerb.REVOKE, _fell(at, paper, reason), len(at.decisions) + 1, by, paper=paper.reference)
            fallen.append(at)
    if fallen:
        db.session.flush()
        certifying.give_awards(person, paper.course)
    return fallen


def _fell(at: Held, paper: Attempt, reason: str) -> str:
    given = "It was given for" if at.certificate.kind is CertificateKind.COURSE else f"It needs the certificate of the course {paper.course}, which was given for"
    return f"{given} passing the examination with the paper {paper.reference}. That was marked again, and its pass does not stand: {reason}"


def _decided(at: Held, verb: StatusVerb, reason: str, number: int, by: Acting, paper: str | None = None) -> None:
    one, person = at.certificate, queries.holder(at.certificate)
    db.session.add(CertificateDecision(
        certificate_id=one.id, number=number, what=verb, reason=reason, decided_at=clock.now(), decided_by=by.name, reference=one.reference,
        paper=paper,
    ))  # fmt: skip
    audit.record(_EVENTS[verb], one, by=by, number=number)
    outbox.post(
        Letter.CERTIFICATE_DECIDED, to=person.email, name=person.name, about=one.reference, period=str(number),
        facts={"title": one.title, "reference": one.reference, "told": _TOLD[verb], "reason": reason, "verb": verb.name},
    )  # fmt: skip


def key_stolen(name: str, since: date, *, by: Acting) -> int:
    """Answer a stolen key: say so in public, make each certificate that still counts anew under another key, revoke the old ones.

    All of them, whatever they were signed with: a credential is signed when it is asked for, so that any may have been signed with it."""
    insist(by, Action.DECIDE_CERTIFICATE)
    again = 0
    for id in queries.not_ended(clock.today()):
        at = queries.whole(id)
        if at.latest and at.status is not Status.REVOKED:
            made = certifying.make_again(at, by=by)
            db.session.flush()
            if at.status is Status.SUSPENDED:
                _decided(queries.whole(made.id), StatusVerb.SUSPEND, at.decisions[-1].reason, 1, by)
            _decided(at, StatusVerb.REVOKE, STOLEN, len(at.decisions) + 1, by)
            again += 1
    db.session.flush()
    issuing.ring().stolen(name, since)  # last, for files are not rolled back
    return again
