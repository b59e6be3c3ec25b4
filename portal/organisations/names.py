"""Turn a name that its source prints in capitals into the name as a person would write it."""

import re

_SMALL = {"and", "at", "by", "for", "in", "of", "on", "or", "sub", "the", "to", "under", "upon", "with"}
# Inside a hyphenated place name the Welsh and French particles are small as well: Pen-y-Cae, Chester-le-Street.
_SMALL_INSIDE_HYPHENS = (_SMALL - {"the"}) | {"y", "yr", "le", "la", "en"}
_CAPITALS = re.compile(
    "APMS|ARG|ASA|AWC|BHF|CCG|CIC|EMC|FHP|GMS|GP|GPA|ICB|ICO|LLP|MKGP|NCL|NEL|NHS|OCH|OOH|PCN|PHGH|PMS|"
    "PWE|SAS|SEL|SMA|SSP|UCC|UEA|UHPC|UK|UPCC|YVS|II|III|IV|VI|VII|VIII"
)
_SPECIAL = {"GPS": "GPs"}
# Without a vowel, and yet read as a word rather than letter by letter.
_SHORTENED = re.compile(
    "BLVD|CNT|CNTR|CTR|CTRS|CWM|DR|DRS|GRP|GT|HLTH|HTH|HWB|LTD|MR|MRS|MS|NTH|PRT|PTNR|PTNRS|RD|SQ|ST|STH|STN"
)
# Two letters with a meaning of their own; any other two letters are somebody's initials.
_SHORT_WORDS = re.compile("AL|AN|AS|BE|CT|DE|DO|EL|GO|GT|HE|JO|LE|MY|NG|NO|OM|OR|OZ|SO|ST|SU|TY|UP|WE|YR|DR|RD")
_AFTER_A_TITLE = frozenset({"GT", "ME", "MY", "AN", "AS", "DO", "GO", "NO", "SO", "UP", "WE", "BE", "HE", "IN", "BY"})
_TITLES = frozenset({"DR", "DRS"})
_MC_SURNAME = re.compile(r"MC[BCDFGHIKLMNPQRSTVW][A-Z]{2,}")
_PIECE = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|\d+[A-Z]*|\s+|.", re.DOTALL)
# No small word and no abbreviation is as long as this, so most words need no further thought.
_LONG = 6
_ORDINAL = re.compile(r"\d+(ST|ND|RD|TH)")
_VOWEL = re.compile(r"[AEIOUYÀ-ÖØ-Ýŵŷ]", re.IGNORECASE)


def in_capitals(name: str) -> bool:
    """Whether a source has printed this name without any small letter."""
    return any(letter.isupper() for letter in name) and not any(letter.islower() for letter in name)


def displayed(name_in_capitals: str) -> str:
    """The name as a person would write it; a name that has small letters already is only tidied of stray spaces."""
    name = " ".join(name_in_capitals.split())
    if not in_capitals(name):
        return name
    pieces = _PIECE.findall(name)
    return "".join(_cased(pieces, place) for place in range(len(pieces)))


def _cased(pieces: list[str], place: int) -> str:
    piece = pieces[place]
    if piece[0].isdigit():
        return piece.lower() if _ORDINAL.fullmatch(piece) else piece
    if not piece[0].isalpha():
        return piece
    if len(piece) >= _LONG and piece.isalpha() and not piece.startswith("MC"):
        return piece.capitalize()
    before = pieces[place - 1] if place else ""
    after = pieces[place + 1] if place + 1 < len(pieces) else ""
    if before == "-" or after == "-":
        hyphenated = _hyphenated(pieces, place, before, after)
        if hyphenated:
            return hyphenated
    elif before == " " and piece.lower() in _SMALL and not _stands_out(pieces, place):
        return piece.lower()
    if after and after[0].isdigit() and len(piece) <= 2:
        return piece
    if _is_letters(pieces, place):
        return piece
    return _word(piece)


def _hyphenated(pieces: list[str], place: int, before: str, after: str) -> str | None:
    """Small words of Stoke-on-Trent and Walk-in; the first part is cased like any other word."""
    small = pieces[place].lower()
    if before != "-" or place < 2 or not pieces[place - 2][0].isalpha():
        return None
    if small in _SMALL_INSIDE_HYPHENS or (small == "the" and after == "-"):
        return small
    return None


def _stands_out(pieces: list[str], place: int) -> bool:
    """Whether a small word keeps its capitals: it begins a phrase, or is somebody's initials."""
    if _follows_a_title(pieces, place):
        return True
    earlier = [piece for piece in pieces[max(0, place - 2) : place] if not piece.isspace()]
    return not earlier or (earlier[-1] in "-(/," and (earlier[-1] != "," or pieces[place] == "THE"))


def _follows_a_title(pieces: list[str], place: int) -> bool:
    """Whether this stands between "Dr" and a further word, so that "DR ME SILVER" has initials."""
    if place < 2 or pieces[place - 2] not in _TITLES or place + 2 >= len(pieces):
        return False
    return pieces[place + 1] == " " and pieces[place + 2][0].isalpha() and pieces[place + 2] != "AND"


def _is_letters(pieces: list[str], place: int) -> bool:
    """Whether the piece is read letter by letter: an abbreviation or somebody's initials."""
    piece = pieces[place]
    if _CAPITALS.fullmatch(piece):
        return True
    if piece == "MC":
        return place + 2 >= len(pieces) or not pieces[place + 2][0].isalpha()
    if "'" in piece or "’" in piece or piece in _SPECIAL:
        return False
    if piece == "Y":
        return place + 2 >= len(pieces)
    if len(piece) == 1:
        return True
    if len(piece) == 2 and _follows_a_title(pieces, place) and piece in _AFTER_A_TITLE:
        return True
    if _SHORTENED.fullmatch(piece) or _SHORT_WORDS.fullmatch(piece):
        return False
    if len(piece) == 2 and piece.lower() not in _SMALL:
        return True
    return not _VOWEL.search(piece)


def _word(piece: str) -> str:
    if piece in _SPECIAL:
        return _SPECIAL[piece]
    if piece == "Y":
        return "y"
    if _MC_SURNAME.fullmatch(piece):
        return "Mc" + piece[2:].capitalize()
    first, mark, rest = piece.partition("’" if "’" in piece else "'")
    if mark and len(first) == 1 and first in "OD" and len(rest) > 1:
        return first + mark + rest.capitalize()
    return first.capitalize() + mark + rest.lower()
