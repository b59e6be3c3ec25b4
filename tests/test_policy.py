"""Right, whatever the state: strangers learn nothing, members are told no, conflicts and assignments bind."""

from dataclasses import dataclass, replace

import pytest

from portal import policy
from portal.kernel.errors import NotAllowed, NotFound
from portal.policy import AT_THE_OMBUDSMAN, IN_A_BODY, RULES, Acting, Action, Post, Role, Unless

HERE, ELSEWHERE, OFFICE = 1, 2, 3


@dataclass
class Thing:
    organisation_id: int = HERE
    assigned_to_id: int | None = None
    first_reviewer_id: int | None = None
    drafted_by_id: int | None = None
    handed_in_by_id: int | None = None
    shown_to: frozenset[int | None] = frozenset()


def person(role, where=HERE, number=7):
    return Acting(id=number, name=role.value, posts=(Post(where, role),))


everybody = [person(role, OFFICE if role in AT_THE_OMBUDSMAN else HERE) for role in Role]
strangers = [person(role, ELSEWHERE) for role in IN_A_BODY]
everywhere = [action for action, rule in RULES.items() if not (rule.anyone or rule.signed_in)]


@pytest.mark.parametrize("action", Action)
def test_every_action_has_a_rule_and_somebody_may_do_it(action):
    rule = RULES[action]
    assert rule.anyone or rule.signed_in or any(policy.may(one, action) for one in everybody)


@pytest.mark.parametrize("action", everywhere)
def test_a_visitor_may_do_nothing_that_is_not_public(action):
    assert not policy.may(policy.STRANGER, action, Thing())


@pytest.mark.parametrize("action", everywhere)
@pytest.mark.parametrize("stranger", strangers, ids=lambda one: one.name)
def test_a_stranger_cannot_see_that_it_exists(stranger, action):
    with pytest.raises(NotFound):
        policy.insist(stranger, action, Thing())


@pytest.mark.parametrize("action", everywhere)
@pytest.mark.parametrize("member", everybody, ids=lambda one: one.name)
def test_a_member_without_the_role_is_told_no_and_one_with_it_is_let_in(member, action):
    role = member.posts[0].role
    named = role in RULES[action].body | RULES[action].ombudsman
    thing = Thing(assigned_to_id=member.id, handed_in_by_id=member.id, shown_to=frozenset({member.id}))
    if named:
        policy.insist(member, action, thing)
    else:
        with pytest.raises(NotAllowed, match="Your role does not let you"):
            policy.insist(member, action, thing)


@pytest.mark.parametrize("action", [a for a in RULES if Unless.NOT_ASSIGNED in RULES[a].unless])
def test_a_contributor_reaches_only_what_was_assigned(action):
    contributor = person(Role.CONTRIBUTOR)
    assert policy.may(contributor, action, Thing(assigned_to_id=contributor.id))
    assert not policy.may(contributor, action, Thing(assigned_to_id=99))
    assert not policy.may(contributor, action, Thing())


@pytest.mark.parametrize("action", [a for a in RULES if Unless.NOT_THEIRS in RULES[a].unless])
def test_a_contributor_changes_only_what_they_handed_in(action):
    contributor = person(Role.CONTRIBUTOR)
    assert policy.may(contributor, action, Thing(handed_in_by_id=contributor.id))
    assert not policy.may(contributor, action, Thing(handed_in_by_id=99, assigned_to_id=contributor.id))
    assert not policy.may(contributor, action, Thing())
    assert policy.may(person(Role.COMPLAINTS_MANAGER), action, Thing(handed_in_by_id=99))


@pytest.mark.parametrize("action", [a for a in RULES if Unless.NOT_SHOWN in RULES[a].unless])
def test_a_contributor_reads_only_what_is_shown_to_them(action):
    contributor = person(Role.CONTRIBUTOR)
    assert policy.may(contributor, action, Thing(shown_to=frozenset({contributor.id, 99})))
    assert not policy.may(contributor, action, Thing(shown_to=frozenset({99}), assigned_to_id=contributor.id))
    assert policy.may(person(Role.COMPLAINTS_MANAGER), action, Thing())


@pytest.mark.parametrize("action", [a for a in RULES if Unless.CONFLICTED in RULES[a].unless])
def test_a_declared_conflict_keeps_the_ombudsmans_people_out(action):
    for role in RULES[action].ombudsman:
        free = person(role, OFFICE)
        assert policy.may(free, action, Thing())
        bound = replace(free, conflicts=frozenset({HERE}))
        assert not policy.may(bound, action, Thing())
        assert policy.may(bound, action, Thing(organisation_id=ELSEWHERE))


def test_whoever_drafted_it_cannot_issue_it():
    author, other = (person(Role.COMPLIANCE_OFFICER, OFFICE, number=number) for number in (7, 8))
    assert policy.may(other, Action.ISSUE_RECOMMENDATION, Thing(drafted_by_id=7))
    assert not policy.may(author, Action.ISSUE_RECOMMENDATION, Thing(drafted_by_id=7))


def test_the_first_reviewer_cannot_give_the_second_view():
    first = person(Role.STANDARDS_REVIEWER, OFFICE, number=7)
    second = person(Role.STANDARDS_REVIEWER, OFFICE, number=8)
    thing = Thing(first_reviewer_id=7)
    assert policy.may(second, Action.REVIEW_SECOND, thing)
    assert not policy.may(first, Action.REVIEW_SECOND, thing)


def test_a_person_with_two_posts_may_do_what_either_lets_them():
    both = Acting(id=7, name="both", posts=(Post(HERE, Role.HANDLER), Post(ELSEWHERE, Role.COMPLAINTS_MANAGER)))
    assert policy.may(both, Action.ANSWER, Thing(organisation_id=ELSEWHERE))
    assert not policy.may(both, Action.ANSWER, Thing(organisation_id=HERE))


def test_the_portal_itself_does_only_what_jobs_need():
    may = {action for action in RULES if policy.may(policy.PORTAL, action, Thing())}
    assert Action.SIGN_OFF not in may
    assert Action.PUBLISH not in may
    assert Action.START_ASSESSMENT in may


def test_lists_are_narrowed_to_the_organisations_a_person_acts_for():
    assert policy.organisations_seen_by(person(Role.HANDLER)) == {HERE}
    assert policy.organisations_seen_by(person(Role.ANALYST, OFFICE)) is None
    assert policy.organisations_seen_by(policy.STRANGER) == frozenset()
