"""The personal-data check: looks into a document and says what in it is personal, where, and what could not be read."""

from portal.evidence.reading.apart import look_safely, page_image, page_text, page_words, pages_of, strip_safely
from portal.evidence.reading.findings import Found, Look, PersonalKind, Unreadable
from portal.evidence.reading.looking import look
from portal.evidence.reading.stripping import strip

__all__ = [
    "Found",
    "Look",
    "PersonalKind",
    "Unreadable",
    "look",
    "look_safely",
    "page_image",
    "page_text",
    "page_words",
    "pages_of",
    "strip",
    "strip_safely",
]
