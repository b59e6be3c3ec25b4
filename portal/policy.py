"""Book 1: who may do what. One table of rules; what is not in it is refused."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.kernel.errors import NotAllowed, NotFound


class Role(enum.Enum):
    """What a person is in one organisation. A person may hold many, in many organisations."""

    HANDLER = "complaint handler"
    COMPLAINTS_MANAGER = "complaints manager"
    CONTRIBUTOR = "contributor"
    EXECUTIVE_LEAD = "executive lead"
    BODY_ADMINISTRATOR = "organisation administrator"
    STANDARDS_REVIEWER = "standards reviewer"
    COMPLIANCE_OFFICER = "compliance officer"
    ANALYST = "analyst"
    ASSESSOR = "assessor"
    AUTHOR = "author"
    ADMINISTRATOR = "administrator"


R = Role
AT_THE_OMBUDSMAN = frozenset(
    {R.STANDARDS_REVIEWER, R.COMPLIANCE_OFFICER, R.ANALYST, R.ASSESSOR, R.AUTHOR, R.ADMINISTRATOR}
)
IN_A_BODY = frozenset(set(Role) - AT_THE_OMBUDSMAN)


class Action(enum.Enum):
    """What a person may want to do, said as they would say it."""

    READ_PUBLIC_PAGES = "read the public pages"
    SIGN_IN = "sign in"
    USE_OWN_ACCOUNT = "use my own account"

    SEE_ORGANISATION = "see the organisation's own page"
    SEE_PEOPLE = "see who acts for the organisation"
    MANAGE_PEOPLE = "invite people, change roles and take leavers off"
    APPOINT_STAFF = "appoint the Ombudsman's staff and help them with a lost second factor"
    NAME_A_DEPUTY = "name a deputy"
    TAKE_PART = "say that the organisation takes part"
    SEE_RECORD = "see what happened"

    START_ASSESSMENT = "start the assessment"
    READ_ASSESSMENT = "read the assessment"
    READ_ANSWER = "read one answer"
    READ_HISTORY = "read what happened to the assessment"
    ANSWER = "answer an expectation"
    ASSIGN = "assign expectations to colleagues"
    SEND_FOR_SIGN_OFF = "send the assessment for sign-off"
    SIGN_OFF = "sign the assessment or return it"
    WITHDRAW = "withdraw the assessment"
    ASK_FOR_EXTENSION = "ask for more time"
    ANSWER_CLARIFICATION = "answer a reviewer's question"
    REPLY_TO_FINDING = "reply to the draft finding"
    WORK_ON_PLAN = "keep the improvement plan up to date"

    SEE_OWN_EVIDENCE = "see their own part of the evidence library"
    SEE_EVIDENCE_LIBRARY = "see the whole evidence library"
    READ_EVIDENCE = "read a piece of evidence"
    OPEN_EVIDENCE = "open a file of evidence"
    HAND_IN_EVIDENCE = "hand in evidence"
    CHANGE_EVIDENCE = "change, replace or withdraw evidence"
    DECIDE_PERSONAL_DATA = "decide about personal data in evidence"
    PIN_EVIDENCE = "pin evidence to what it proves"
    CHOOSE_PLACES = "choose what a piece of evidence is pinned to"
    HOLD_EVIDENCE = "keep evidence from being removed"
    MARK_EVIDENCE = "mark what evidence shows"

    SEE_REVIEWS = "see the review queue"
    READ_REVIEW = "read a review's working papers"
    REVIEW = "review an assessment"
    REVIEW_SECOND = "give the blind second view"
    PUBLISH = "publish a finding"
    ACCEPT_IN_BULK = "accept assessments in bulk"
    REOPEN = "reopen an assessment"
    DECLARE_CONFLICT = "declare a conflict of interest"
    SEE_GAP_REGISTER = "see the gap register"
    SEE_RECOMMENDATIONS = "see the list of recommendations"
    READ_RECOMMENDATION = "read a recommendation in full"
    SEE_DRAFTS = "see drafts of recommendations"
    DRAFT_RECOMMENDATION = "draft a recommendation"
    ISSUE_RECOMMENDATION = "issue a recommendation that somebody else drafted"
    ANSWER_RECOMMENDATION = "answer a recommendation"
    SIGN_RESPONSE = "sign the answer to a recommendation"
    REPORT_PROGRESS = "report progress on a recommendation"
    NOTE_COMPLAINANT = "note how a complainant is asked, and settle what they said"
    ANSWER_AS_COMPLAINANT = "answer what a complainant is asked"
    IMPORT_CASES = "import cases"
    MANAGE_TOKENS = "make and revoke the tokens of other systems"
    SEE_CASEWORK = "see the casework of a recommendation"
    DECIDE_RECOMMENDATION = "decide about a recommendation"
    REVISE_RECOMMENDATION = "change the words of a recommendation that was issued"
    REPLACE_RECOMMENDATION = "split, merge, replace, withdraw or transfer a recommendation that somebody else drafted"
    CLIMB_LADDER = "write to an organisation that something is due or overdue"
    SEE_BOARD = "see the board of recommendations to look after"
    HAVE_CALENDAR = "have the organisation's deadlines in a calendar of one's own"
    LEARN = "learn, and keep one's own record of it"
    PUBLISH_COURSE = "publish a course"
    EXCHANGE_QUESTIONS = "bring in questions as drafts, and carry away those of a course"
    SEE_COURSE_FIGURES = "see how the questions and lessons of a course do"
    ALLOW_TIME = "give somebody more time in papers"
    REMARK = "have papers marked again by a corrected course, and decide what follows"
    STATE_POSTS = "say how many frontline posts the organisation has"
    SEE_ACCREDITATION = "see how many of the organisation's frontline posts are accredited"
    SEE_WHO_IS_ACCREDITED = "see who is accredited in the organisation"
    PUBLISH_ACCREDITED = "publish how many frontline posts are accredited"
    DECIDE_CERTIFICATE = "suspend a certificate, lift that, or revoke it for cause"
    MARK = "mark work that learners handed in"
    DECIDE_APPEAL = "decide an appeal against marks"
    SEE_AGREEMENT = "see how far assessors agree"
    SEE_OWN_AGREEMENT = "see how far one agrees oneself with other assessors"
    SET_PERIODS = "set assessment periods"
    SEE_EXTENSIONS = "see an assessment's days, and what more time was asked for"
    GRANT_EXTENSION = "grant more time"
    KEEP_REGISTER = "keep the register of organisations"
    SEE_EVERY_ORGANISATION = "see every organisation"


class Unless(enum.Enum):
    """What keeps somebody out although the role would let them in."""

    CONFLICTED = "they declared a conflict of interest with the organisation"
    FIRST_REVIEWER = "they gave the first view"
    DRAFTED_IT = "they drafted it"
    NOT_ASSIGNED = "contributors: it was not assigned to them"
    NOT_THEIRS = "contributors: somebody else handed it in"
    NOT_SHOWN = "contributors: they did not hand it in, nor is it pinned to what was assigned to them"


@dataclass(frozen=True)
class Rule:
    anyone: bool = False
    signed_in: bool = False
    body: frozenset[Role] = frozenset()
    ombudsman: frozenset[Role] = frozenset()
    unless: frozenset[Unless] = frozenset()
    portal: bool = False  # the portal itself may do it, from a job


def rule(*roles: Role, unless: tuple[Unless, ...] = (), portal: bool = False) -> Rule:
    """A rule by roles: body roles count in the body that the thing belongs to, Ombudsman roles everywhere."""
    return Rule(
        body=frozenset(roles) & IN_A_BODY,
        ombudsman=frozenset(roles) & AT_THE_OMBUDSMAN,
        unless=frozenset(unless),
        portal=portal,
    )


_MANAGER, _LEAD, _ADMIN = R.COMPLAINTS_MANAGER, R.EXECUTIVE_LEAD, R.BODY_ADMINISTRATOR
_REVIEWER, _OFFICER, _ANALYST, _KEEPER = R.STANDARDS_REVIEWER, R.COMPLIANCE_OFFICER, R.ANALYST, R.ADMINISTRATOR
_STAFF = (_REVIEWER, _OFFICER, _ANALYST, _KEEPER)
_FAIR = (Unless.CONFLICTED,)
_SHOWN = (Unless.CONFLICTED, Unless.NOT_SHOWN)

RULES: dict[Action, Rule] = {
    Action.READ_PUBLIC_PAGES: Rule(anyone=True),
    Action.SIGN_IN: Rule(anyone=True),
    Action.USE_OWN_ACCOUNT: Rule(signed_in=True),
    Action.SEE_ORGANISATION: rule(*IN_A_BODY, *AT_THE_OMBUDSMAN),
    Action.SEE_PEOPLE: rule(_MANAGER, _LEAD, _ADMIN, _KEEPER, _REVIEWER, _OFFICER),
    Action.MANAGE_PEOPLE: rule(_ADMIN, _KEEPER, portal=True),
    Action.APPOINT_STAFF: rule(_KEEPER, portal=True),
    Action.NAME_A_DEPUTY: rule(_MANAGER, _LEAD, _ADMIN),
    Action.TAKE_PART: rule(_LEAD, _ADMIN, _KEEPER),
    Action.SEE_RECORD: rule(_MANAGER, _LEAD, _ADMIN, *_STAFF),
    Action.START_ASSESSMENT: rule(_MANAGER, _LEAD, portal=True),
    # A draft is the organisation's own until it is signed: the Ombudsman reads what was handed in, by READ_REVIEW.
    Action.READ_ASSESSMENT: rule(_MANAGER, _LEAD, _ADMIN, R.HANDLER, R.CONTRIBUTOR),
    Action.READ_ANSWER: rule(_MANAGER, _LEAD, _ADMIN, R.HANDLER, R.CONTRIBUTOR, unless=(Unless.NOT_ASSIGNED,)),
    Action.READ_HISTORY: rule(_MANAGER, _LEAD, _ADMIN),
    Action.ANSWER: rule(_MANAGER, R.CONTRIBUTOR, unless=(Unless.NOT_ASSIGNED,)),
    Action.ASSIGN: rule(_MANAGER),
    Action.SEND_FOR_SIGN_OFF: rule(_MANAGER),
    Action.SIGN_OFF: rule(_LEAD),
    Action.WITHDRAW: rule(_LEAD),
    Action.ASK_FOR_EXTENSION: rule(_MANAGER, _LEAD),
    Action.ANSWER_CLARIFICATION: rule(_MANAGER),
    Action.REPLY_TO_FINDING: rule(_MANAGER, _LEAD),
    Action.WORK_ON_PLAN: rule(_MANAGER, _LEAD),
    Action.SEE_OWN_EVIDENCE: rule(_MANAGER, _LEAD, _ADMIN, R.HANDLER, R.CONTRIBUTOR),
    Action.SEE_EVIDENCE_LIBRARY: rule(_MANAGER, _LEAD, _ADMIN, R.HANDLER),
    # The Ombudsman finds only what was released and is pinned into something handed in: evidence/queries/items.py.
    Action.READ_EVIDENCE: rule(_MANAGER, _LEAD, _ADMIN, R.HANDLER, R.CONTRIBUTOR, _REVIEWER, _OFFICER, _ANALYST, unless=_SHOWN),
    Action.OPEN_EVIDENCE: rule(_MANAGER, _LEAD, _ADMIN, R.HANDLER, R.CONTRIBUTOR, _REVIEWER, _OFFICER, _ANALYST, unless=_SHOWN),
    Action.HAND_IN_EVIDENCE: rule(_MANAGER, R.CONTRIBUTOR, unless=(Unless.NOT_ASSIGNED,)),
    Action.CHANGE_EVIDENCE: rule(_MANAGER, R.CONTRIBUTOR, unless=(Unless.NOT_THEIRS,)),
    Action.DECIDE_PERSONAL_DATA: rule(_MANAGER, R.CONTRIBUTOR, unless=(Unless.NOT_THEIRS,)),
    Action.PIN_EVIDENCE: rule(_MANAGER, _LEAD, R.CONTRIBUTOR, unless=(Unless.NOT_ASSIGNED,)),
    Action.CHOOSE_PLACES: rule(_MANAGER, _LEAD, R.CONTRIBUTOR, unless=(Unless.NOT_SHOWN,)),
    Action.HOLD_EVIDENCE: rule(_MANAGER, _LEAD),
    Action.MARK_EVIDENCE: rule(_REVIEWER, unless=_FAIR),
    Action.SEE_REVIEWS: rule(_REVIEWER, _OFFICER, _ANALYST),
    Action.READ_REVIEW: rule(_REVIEWER, _OFFICER, _ANALYST, unless=_FAIR),
    Action.REVIEW: rule(_REVIEWER, unless=_FAIR),
    Action.REVIEW_SECOND: rule(_REVIEWER, unless=(Unless.CONFLICTED, Unless.FIRST_REVIEWER)),
    Action.PUBLISH: rule(_REVIEWER, unless=_FAIR),
    Action.ACCEPT_IN_BULK: rule(_REVIEWER),
    Action.REOPEN: rule(_REVIEWER, unless=_FAIR),
    Action.DECLARE_CONFLICT: rule(*AT_THE_OMBUDSMAN),
    Action.SEE_GAP_REGISTER: rule(*_STAFF),
    Action.SEE_RECOMMENDATIONS: rule(*_STAFF),
    Action.READ_RECOMMENDATION: rule(_MANAGER, _LEAD, _ADMIN, R.HANDLER, *_STAFF, unless=_FAIR),
    Action.SEE_DRAFTS: rule(_OFFICER, unless=_FAIR),
    Action.DRAFT_RECOMMENDATION: rule(_OFFICER, unless=_FAIR),
    Action.ISSUE_RECOMMENDATION: rule(_OFFICER, unless=(Unless.CONFLICTED, Unless.DRAFTED_IT)),
    Action.ANSWER_RECOMMENDATION: rule(_MANAGER, _LEAD),
    Action.SIGN_RESPONSE: rule(_LEAD),
    Action.REPORT_PROGRESS: rule(_MANAGER, _LEAD),
    Action.NOTE_COMPLAINANT: rule(_OFFICER, unless=_FAIR),
    Action.ANSWER_AS_COMPLAINANT: Rule(anyone=True),  # with the link, which only they were sent
    Action.IMPORT_CASES: rule(_OFFICER),
    Action.MANAGE_TOKENS: rule(_KEEPER, portal=True),
    Action.SEE_CASEWORK: rule(*_STAFF, unless=_FAIR),
    Action.DECIDE_RECOMMENDATION: rule(_OFFICER, unless=_FAIR),
    Action.REVISE_RECOMMENDATION: rule(_OFFICER, unless=_FAIR),
    # What follows on keeps its author, so that two officers always stand behind what is issued.
    Action.REPLACE_RECOMMENDATION: rule(_OFFICER, unless=(Unless.CONFLICTED, Unless.DRAFTED_IT)),
    Action.SEE_BOARD: rule(_OFFICER, _ANALYST, _KEEPER),
    Action.HAVE_CALENDAR: rule(_MANAGER, _LEAD, _ADMIN, R.HANDLER),
    Action.CLIMB_LADDER: rule(_OFFICER, unless=_FAIR, portal=True),
    Action.LEARN: Rule(signed_in=True),
    Action.ALLOW_TIME: rule(_MANAGER, _ADMIN, _KEEPER),
    Action.PUBLISH_COURSE: rule(R.AUTHOR, portal=True),
    Action.EXCHANGE_QUESTIONS: rule(R.AUTHOR),
    Action.SEE_COURSE_FIGURES: rule(R.AUTHOR, _ANALYST),
    Action.REMARK: rule(R.AUTHOR, portal=True),
    Action.STATE_POSTS: rule(_MANAGER, _ADMIN),
    # The Ombudsman sees counts alone, and handlers themselves, in their own learning.
    Action.SEE_ACCREDITATION: rule(_MANAGER, _LEAD, _ADMIN, *_STAFF),
    Action.SEE_WHO_IS_ACCREDITED: rule(_MANAGER, _LEAD, _ADMIN),
    Action.PUBLISH_ACCREDITED: rule(_LEAD, _ADMIN),
    Action.DECIDE_CERTIFICATE: rule(_REVIEWER, _KEEPER, portal=True),
    # Whose work an assessor may mark, and which appeals they may decide, stands in accreditation/impartial.py.
    Action.MARK: rule(R.ASSESSOR),
    Action.DECIDE_APPEAL: rule(R.ASSESSOR),
    Action.SEE_AGREEMENT: rule(R.AUTHOR, _ANALYST, _KEEPER),
    Action.SEE_OWN_AGREEMENT: rule(R.ASSESSOR, R.AUTHOR, _ANALYST, _KEEPER),
    Action.SET_PERIODS: rule(_KEEPER, portal=True),
    Action.SEE_EXTENSIONS: rule(_MANAGER, _LEAD, _ADMIN, R.HANDLER, R.CONTRIBUTOR, *_STAFF),
    Action.GRANT_EXTENSION: rule(_REVIEWER, _OFFICER, _KEEPER, unless=_FAIR),
    Action.KEEP_REGISTER: rule(_KEEPER, portal=True),
    Action.SEE_EVERY_ORGANISATION: rule(*AT_THE_OMBUDSMAN),
}


@dataclass(frozen=True)
class Post:
    """One role that a person holds now in one organisation. `since` and `until` have been applied already."""

    organisation_id: int
    role: Role
    code: str = ""
    organisation: str = ""
    deputy: bool = False


@dataclass(frozen=True)
class Acting:
    """The person acting, with everything that rules may ask of them. Operations take it as `by`."""

    id: int | None
    name: str
    email: str = ""
    posts: tuple[Post, ...] = ()
    conflicts: frozenset[int] = frozenset()
    session_id: int | None = None
    second_factor_at: datetime | None = None

    # What Flask-Login asks of the session's person.
    is_active = True

    @property
    def is_authenticated(self) -> bool:
        return self.id is not None

    @property
    def is_anonymous(self) -> bool:
        return self.id is None

    @property
    def at_the_ombudsman(self) -> bool:
        return any(post.role in AT_THE_OMBUDSMAN for post in self.posts)

    @property
    def bodies(self) -> tuple[Post, ...]:
        """One post for each body that this person acts for."""
        return tuple({post.organisation_id: post for post in self.posts if post.role in IN_A_BODY}.values())

    def holds(self, role: Role, organisation_id: int) -> bool:
        return any(post.role is role and post.organisation_id == organisation_id for post in self.posts)

    def knows_of(self, organisation_id: int | None) -> bool:
        """Whether a refusal may admit that the thing exists."""
        return self.at_the_ombudsman or any(post.organisation_id == organisation_id for post in self.posts)


STRANGER = Acting(id=None, name="a visitor")
PORTAL = Acting(id=None, name="the portal")


def may(person: Acting, action: Action, thing: Any = None) -> bool:
    """Whether `person` may ever do `action` to `thing`, whatever state it is in.

    `thing` has an `organisation_id`; answers also an `assigned_to_id`, reviews a `first_reviewer_id`, drafts a `drafted_by_id`, evidence a
    `handed_in_by_id` and, as it is read, the contributors it is `shown_to`.
    Without a thing: whether they may do it to anything at all.
    """
    asked = RULES[action]
    if asked.anyone:
        return True
    if person is PORTAL:
        return asked.portal
    if not person.is_authenticated:
        return False
    if asked.signed_in:
        return True
    return any(_lets_in(asked, post, person, thing) for post in person.posts)


def _lets_in(asked: Rule, post: Post, person: Acting, thing: Any) -> bool:
    if post.role in asked.ombudsman:
        if thing is None:
            return True
        if Unless.CONFLICTED in asked.unless and thing.organisation_id in person.conflicts:
            return False
        if Unless.FIRST_REVIEWER in asked.unless and thing.first_reviewer_id == person.id:
            return False
        return not (Unless.DRAFTED_IT in asked.unless and thing.drafted_by_id == person.id)
    if post.role not in asked.body:
        return False
    if thing is None:
        return True
    if post.organisation_id != thing.organisation_id:
        return False
    return post.role is not Role.CONTRIBUTOR or _is_theirs(asked, person, thing)


def _is_theirs(asked: Rule, person: Acting, thing: Any) -> bool:
    """What binds contributors. What has no such ids belongs to nobody: the answers of a whole assessment, a library."""
    if Unless.NOT_ASSIGNED in asked.unless and getattr(thing, "assigned_to_id", None) != person.id:
        return False
    if Unless.NOT_THEIRS in asked.unless and getattr(thing, "handed_in_by_id", None) != person.id:
        return False
    return Unless.NOT_SHOWN not in asked.unless or person.id in getattr(thing, "shown_to", ())


def insist(person: Acting, action: Action, thing: Any = None) -> None:
    """Raise NotFound to a stranger to the thing's organisation, NotAllowed to a member without the role."""
    if may(person, action, thing):
        return
    if thing is not None and not person.knows_of(thing.organisation_id):
        raise NotFound()
    raise NotAllowed(f"Your role does not let you {action.value}.")


def organisations_seen_by(person: Acting) -> frozenset[int] | None:
    """The ids that lists are narrowed to; None where the person may see every organisation."""
    if may(person, Action.SEE_EVERY_ORGANISATION):
        return None
    return frozenset(post.organisation_id for post in person.posts)


def as_markdown() -> str:
    """The table of rules for docs/permissions.md."""
    head = "| To … | may | unless |\n| --- | --- | --- |"
    return "\n".join([head, *(f"| {action.value} | {_who(asked)} | {_but(asked)} |" for action, asked in RULES.items())])


def _who(asked: Rule) -> str:
    if asked.anyone:
        return "anyone"
    if asked.signed_in:
        return "anyone signed in"
    names = [f"{one.value} of the organisation" for one in Role if one in asked.body]
    names += [f"Ombudsman's {one.value}" for one in Role if one in asked.ombudsman]
    return ", ".join(names + (["the portal itself"] if asked.portal else []))


def _but(asked: Rule) -> str:
    return "; ".join(one.value for one in Unless if one in asked.unless) or "–"
