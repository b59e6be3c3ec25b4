"""E-mail addresses of people; those of an office (complaints@, pals@) and those of guidance (name@) are nobody's."""

from __future__ import annotations

import re
from collections.abc import Iterator

from portal.evidence.reading import masking
from portal.evidence.reading.findings import PersonalKind
from portal.evidence.reading.spotting.words import Spotted

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(
    rf"(?<![\w.%+'-])[A-Za-z0-9_'](?:[\w.%+'-]{{0,62}}[\w+-])?@{_LABEL}(?:\.{_LABEL}){{1,6}}(?![\w-]|\.\w|@)", re.ASCII
)
_OFFICE_WORDS = """accounts admin administration adverts advice appeals appointments audit board booking bookings business call
    care casework clerk clinic comms communications complaint complaints compliments concerns consultation contact
    contactus corporate corporatesecretary council customer customercare customerrelations customers customerservice
    customerservices data dataprotection dpo editor education email engagement enquiries enquiry equality evidence
    facilities feedback finance foi foia freedomofinformation general governance governors hello help helpdesk helpline
    hr inbox info information infogov informationgovernance inspections jobs legal library listening mail mailbox
    media membership news noreply office ombudsman operations ops optout pals palsandcomplaints parking patient
    patientadvice patientexperience patientrelations patients patientservices pensions planning policy postmaster
    practice press privacy procurement programme projects public publications qualityteam quality questions reception
    records recruitment register registrar registration reply report reporting reports research resolution resolutions
    safeguarding safety sales sar school secretariat secretary security service services statistics studentservices
    subjectaccess support surgery survey switchboard team training trust volunteering volunteers web webmaster website
    whistleblowing workforce you your"""
_PLACEHOLDER_WORDS = """address anyone email example firstname firstnamelastname me name someone surname test user username yourname
    youremail xxx x"""
_OFFICES = frozenset(_OFFICE_WORDS.split())
_PLACEHOLDERS = frozenset(_PLACEHOLDER_WORDS.split())
_DIVIDES = re.compile(r"[^a-z]+")


def spot(text: str) -> Iterator[Spotted]:
    if "@" not in text:
        return
    for match in _ADDRESS.finditer(text):
        if not is_nobodys(match.group()):
            kept = masking.address(match.group())
            yield Spotted(PersonalKind.EMAIL_ADDRESS, match.start(), match.end(), kept)


def is_nobodys(address: str) -> bool:
    """Whether it belongs to an office, or stands in a guide to show what an address looks like."""
    local = address.partition("@")[0].lower()
    parts = [part for part in _DIVIDES.split(local) if part]
    whole = "".join(parts)
    if whole in _OFFICES or whole in _PLACEHOLDERS or whole.startswith(("noreply", "donotreply")):
        return True
    # Of an office where every part says so, or all but the code or name of the body: rxx.complaints, pals-north.
    offices = sum(part in _OFFICES or _tells_an_office(part) for part in parts)
    return offices > 0 and (offices * 2 >= len(parts) or any(_tells_an_office(part) for part in parts))


def _tells_an_office(part: str) -> bool:
    return part.endswith(("complaints", "pals", "enquiries", "feedback", "helpdesk", "team", "office", "foi"))
