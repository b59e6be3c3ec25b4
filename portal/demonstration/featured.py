"""The people shown first on the demonstration's page: each finds a part of the journey waiting for them."""

from __future__ import annotations

from dataclasses import dataclass

from portal.demonstration.fates import Fate
from portal.organisations.remit import OMBUDSMAN_CODE
from portal.policy import Role


@dataclass(frozen=True)
class Featured:
    """Somebody to be; `fate` is where the organisation's assessment of this year stands for them."""

    name: str
    code: str
    role: Role
    tries: str
    fate: Fate | None = None
    job_title: str = ""


MANAGER, LEAD = Role.COMPLAINTS_MANAGER, Role.EXECUTIVE_LEAD

FEATURED = (
    Featured("Maya Okafor", "R0A", MANAGER, "Half-way through this year’s answers. Confirm one of last year’s, look at "
             "“If you submitted now”, choose what becomes of the personal data in the training register, or save the same "
             "answer in two windows.", Fate.HALF_WAY),
    Featured("Tomasz Nowak", "R0A", Role.CONTRIBUTOR, "Sees only the expectations that Maya Okafor assigned.",
             job_title="Matron"),
    Featured("Bridget Hylton", "R0A", Role.BODY_ADMINISTRATOR, "Invites people, changes roles and takes leavers off."),
    Featured("Helen Fairbairn", "RR8", LEAD, "An assessment waits for a signature. Return it with a comment, or sign "
             "it with the code that is shown.", Fate.READY, "Chief Nurse"),
    Featured("Kwame Mensah", "small-business-commissioner", MANAGER, "A small office, with one answer missing. Answer it "
             "and send the assessment for sign-off.", Fate.NEARLY),
    Featured("Ngozi Hartley", "B81109", MANAGER, "One-person practice: answer the last one, send it and sign it yourself, by "
             "declaration."),
    Featured("Farah Siddiqui", "hm-revenue-customs", MANAGER, "A reviewer has asked a question and waits for the answer.",
             Fate.QUESTIONED),
    Featured("Gareth Pugh", "environment-agency", MANAGER, "The draft finding has arrived. Reply to it before it is "
             "published.", Fate.REVIEWED),
    Featured("Sunita Rao", "driver-and-vehicle-licensing-agency", MANAGER, "The finding is published, and the improvement "
             "plan came back with a reason. Mend it and propose it again.", Fate.PUBLISHED),
    Featured("Rosalind Achebe", OMBUDSMAN_CODE, Role.STANDARDS_REVIEWER, "Has reviews under way. Hold a claim against its "
             "proof, the evidence pinned to it and last year’s answer, ask a question, or lower a level."),
    Featured("Daniel Whitcombe", OMBUDSMAN_CODE, Role.STANDARDS_REVIEWER, "Was asked for a second view of levels that a "
             "colleague lowered, without being told what the colleague found."),
    Featured("Carys Llewellyn", OMBUDSMAN_CODE, Role.COMPLIANCE_OFFICER, "Watches the gap register, decides who gets "
             "more time, drafts recommendations and approves what a colleague drafted."),
    Featured("Imran Chaudhry", OMBUDSMAN_CODE, Role.ADMINISTRATOR, "Sets periods and keeps the register and its people."),
    Featured("Leontyne Marsh", OMBUDSMAN_CODE, Role.AUTHOR, "Sees how the questions of each course do, where people stop, whether papers are "
             "fair and how far assessors agree, and brings in questions of other systems."),
)  # fmt: skip

# Who has learnt everything that is taught (portal/demonstration/everything.py).
EVERYTHING = Featured("Ifeoma Castellan", "land-registry", MANAGER, "Has passed every course there is, over two years, and holds every award. See "
                      "the certificates, what they show and who may check them, and the record of development.", job_title="Head of Complaints Learning")
# Hired after everybody else: assessors (portal/demonstration/marking.py), and whoever has learnt everything.
LATER = (
    Featured("Amara Lindqvist", OMBUDSMAN_CODE, Role.ASSESSOR, "Marks what learners write. Take the next work, on which two others differ, or decide "
             "an appeal."),
    Featured("Piotr Halloran", OMBUDSMAN_CODE, Role.ASSESSOR, "New among the assessors: practise on five scripts, and see how far you agree with the "
             "panel."),
    EVERYTHING,
)  # fmt: skip

FIRST_REVIEWER = next(one for one in FEATURED if one.role is Role.STANDARDS_REVIEWER)
SECOND_REVIEWER = [one for one in FEATURED if one.role is Role.STANDARDS_REVIEWER][1]
RETURNED_PLANS = frozenset({"driver-and-vehicle-licensing-agency"})
FATES = {one.code: one.fate for one in FEATURED if one.fate is not None}


def at(code: str, role: Role) -> list[Featured]:
    """Who of them holds this role in this organisation."""
    return [one for one in FEATURED if one.code == code and one.role is role]
