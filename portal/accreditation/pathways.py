"""Which courses belong to somebody's pathway, by what they do and where."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from portal.accreditation.courses.records import Course
from portal.organisations.kinds import NHS_KINDS
from portal.policy import Post, Role

_ROLES = {
    Role.HANDLER: {"handler"},
    Role.CONTRIBUTOR: {"handler"},
    Role.BODY_ADMINISTRATOR: {"handler"},
    Role.COMPLAINTS_MANAGER: {"handler", "manager"},
    Role.EXECUTIVE_LEAD: {"leader"},
}
_EVERY = frozenset({"handler", "manager", "leader"})


def roles(held: Iterable[Role]) -> frozenset[str]:
    """What these roles are called in course files. Whoever works for the Ombudsman may need any of it."""
    found = [_ROLES.get(role, _EVERY) for role in held]
    return frozenset().union(*found) if found else _EVERY


def settings(kinds: Iterable[str]) -> frozenset[str]:
    """The settings in which these kinds of organisation work."""
    return frozenset("nhs" if kind in NHS_KINDS else "government" for kind in kinds)


def belongs(course: Course, held: Collection[str], where: Collection[str]) -> bool:
    """Whether a course is on the pathway of these roles, in these settings (none: anywhere)."""
    return bool(set(course.roles) & set(held)) and (not where or bool(set(course.settings) & set(where)))


def roles_of(posts: Iterable[Post]) -> frozenset[str]:
    return roles(post.role for post in posts)
