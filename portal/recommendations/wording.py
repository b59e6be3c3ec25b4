"""The drafting aid: what in the words of a recommendation would leave a body, or its reader, in doubt."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from portal.kernel.words import MONTHS, WEEKDAYS

Found = tuple[int, int, str]  # the words text[start:end], and what is said of them

# Patterns are written with plain spaces, which stand for any run of up to nine spaces and line ends. Every repetition
# has a bound, so that the time it takes to read a text grows with its length and no faster.


def _any(*patterns: str) -> re.Pattern[str]:
    """Any of these as whole words, whatever their case; which of them it was is the match's lastindex."""
    either = "|".join(f"({one})" for one in patterns)
    return re.compile(rf"\b(?:{either})(?!\w)".replace(" ", r"\s{1,9}"), re.IGNORECASE)


_NUMBER = r"(?:\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty)"
_SPAN = r"(?:(?:calendar|working|full|clear) )?(?:hours?|days?|weeks?|fortnight|months?|year)"
_DAY = rf"(?:\d{{1,2}}(?:st|nd|rd|th)? )?(?:{'|'.join(MONTHS)})|\d{{1,2}}[/.-]\d{{1,2}}[/.-]\d{{2,4}}|\d{{4}}-\d\d-\d\d"
_ASIDE = r"who|whom|which|what|how|when|where|why|whether|that|if|because|recommend|recommends|recommended"
_DONE = (
    r"(?!need)\w{2,20}ed|(?:re|under|over)?(?:given|taken|written|made|sent|paid|put|set|held|told|kept|done|brought|drawn|"
    r"shown|seen|begun|run|built|taught|found|learnt|dealt)"
)
_DESCRIBED = r"letter|apology|plan|payment|copy|copies|report|evidence|minutes|reply|response|explanation|training|session|results?"
_BODY = (
    r"trust|department|practice|organisation|surgery|hospital|board|agency|council|authority|service|office|body|"
    r"ministry|commission|company|provider|hospice|clinic|pharmacy|centre|(?-i:[A-Z]{2,8})"
)
_SMALL = (
    r"a|an|and|or|the|of|to|in|on|at|by|as|for|from|with|within|who|whom|which|that|this|it|its|is|was|has|had|if|we|"
    r"our|us|should|must|will|after|before|when|where|while|about|because|but|so|mrs?|ms|miss|dr|manager|practitioner|"
    r"in-charge|consultant|specialist|chancellor|associate|director|chief|advocate|general"
)

# What went wrong may be told in any words: it is not what is asked for.
_FAULT = _any(
    r"(?:fail(?:s|ed|ing|ures?)? to|delays? in|(?:for|by) not|(?:did|was|were|had) not|refus(?:al|ing|ed) to|(?:lack|absence) of)"
    r"(?:(?!\band\b)[^,.;:\n]){0,200}"
)

VAGUE = (
    (r"(?<!panel\sto\s)(?<!hearing\sto\s)consider|giv(?:e|ing) (?:\w{1,20} )?(?:consideration|thought) to|reflect(?:ing)? (?:up)?on|"
     r"(?:be mindful of|bear in mind|have regard to)", "asks for a thought, not an action: say what is to be done."),
    (r"(?:ensure (?:that )?)?lessons (?:are|were|have been|can be|will be) learn(?:ed|t)|learn (?:the )?lessons",
     "does not say what is to change: say what will be done differently, and where."),
    (r"(?<=should\s)(?:ensure|make sure)|(?<=must\s)(?:ensure|make sure)", "names a result and no action: say what is to be done to bring it about."),
    (r"take (?:(?:all|any|some|such|appropriate|reasonable|necessary|further|practical|suitable|immediate) ){0,3}"
     r"(?:steps|measures|action)(?! (?:plan|set out|listed|described|in))", "leaves the action open: say which, one by one."),
    (r"(?:review )?(?:as|if|when|where) (?:appropriate|necessary|needed)", "leaves it to the reader: say in which cases."),
    (r"(?:where|wherever|if|when|whenever) (?:reasonably )?(?:possible|practicable)|(?:as|so) far as (?:is )?(?:reasonably )?(?:possible|practicable)",
     "is a way out: leave it off, or say what is to happen where it cannot be done."),
    (r"(?:as soon as|at the earliest) (?:reasonably )?(?:possible|practicable|opportunity)|in due course|(?:in a )?(?:more )?timely(?: (?:manner|way|fashion))?|"
     r"promptly|urgently|as a matter of urgency|without (?:undue |unreasonable )?delay", "is not a time: give a day, or a number of days or weeks."),
    (r"look(?:ing)? into|explor(?:e|ing)", "does not say what comes of it: say what is to be found out, and who is told."),
    (r"endeavour(?:s|ing)?|(?:best|reasonable) (?:endeavours|efforts)|(?:try|seek|aim|strive|attempt) to|work towards",
     "can be met by trying: say what is to be done."),
    (r"improv(?:e|es|ing)", "does not say by how much or in what way: say what is to change, from what to what."),
    (r"rais(?:e|ing) (?:\w{1,20} )?awareness", "cannot be seen to be done: say who is told or taught what, and how."),
    (r"(?:remind|encourage)(?:ing)?(?: \w{1,20}){0,3} (?:staff|colleagues|employees|clinicians|doctors|nurses|officers|managers|teams?)",
     "seldom changes what people do: say what they will be taught or given, or what will be checked."),
    (r"(?:appropriate|suitable|adequate|robust) (?:training|guidance|support|arrangements|systems?|procedures?|process(?:es)?)",
     "can mean anything: say what it must hold or cover."),
    (r"keep(?: \w{1,20}){0,5} under review|monitor the (?:situation|position)", "has no end and no result: say what is checked, when, and who is told."),
)  # fmt: skip
_VAGUE = _any(*(pattern for pattern, _ in VAGUE))

_TO_US = r"(?:us|our office|the (?:\w{1,20} ){0,2}ombudsman)"
_TEST = _any(
    rf"(?:send|giv|show|tell|email|provid|supply|updat|inform|notify|let|(?:writ|report|confirm|prov|demonstrat)(?:e|ing)? to)(?:e|ing)? {_TO_US}",
    rf"be (?:copied in|(?:sent|shared|copied|provided|submitted|given|reported)(?: [^\s.;]{{1,30}}){{0,6}} (?:to|with) {_TO_US})",
    rf"(?:send|give|show|email|provide|supply|submit|report|copied|share|copy)(?: [^\s.;]{{1,30}}){{1,10}} (?:to|with) {_TO_US}",
    r"(?:a|the|with|and|its|signed|send|provide) (?:\w{1,20} )?cop(?:y|ies)|(?<!the\s)evidence|proof (?:of|that)",
    r"confirm(?:ing)? (?:in writing|that|when)|written confirmation|publish|receipt for|remittance advice",
    r"(?<!our\s)(?<!final\s)report(?: \w{1,20}){0,3} to|(?:the|its|with|send|provide|board|committee|meeting|signed) minutes",
    r"audits? (?:showing|that shows?|which shows?|results?)|results? of (?:an?|the|its|that|this) (?:\w{1,20} )?audits?",
)
_DATED = _any(
    rf"(?:within|in|no later than|not later than)(?: the)?(?: next| following)? {_NUMBER} {_SPAN}",
    rf"{_NUMBER} {_SPAN} (?:of|from|after) (?:the date|our|this|today|receiving)",
    r"(?:by|before|no later than|not later than|until|on or before)(?: (?:midday|noon|the|close|end|start|beginning|of|business|on|"
    rf"\d{{1,2}}[ap]m|(?:{'|'.join(WEEKDAYS)}),?)){{0,6}} (?:{_DAY})",
)
_ASKING = _any("should", "must", "recommend(?:s|ed)?")
# A clause of its own with its subject, as opposed to "guidance on what nurses should do".
_CLAUSE = re.compile(
    rf"(?:\A|(?<=[.;:,!?\n])|\band(?:\s{{1,9}}that)?\b|\bthen\b)\s{{0,9}}(?P<subject>(?:(?!(?:{_ASIDE})\b)[^\s.,;:!?]{{1,40}}\s{{1,9}}){{0,14}}?)"
    rf"(?P<asks>(?:should|must)(?:\s{{1,9}}(?:also|then|now|not))?\s{{1,9}}(?P<verb>(?P<passive>be\s{{1,9}}(?:\w{{1,20}}ly\s{{1,9}})?(?:{_DONE})\b)|\w{{1,30}}))",
    re.IGNORECASE,
)
_DESCRIBES = _any("say|state|set|include|explain|contain|acknowledge|describe|name|show|cover|list|mention|make clear")
_DESCRIBED_THING = re.compile(rf"\b(?:{_DESCRIBED})s?\s{{1,9}}\Z", re.IGNORECASE)
_SECOND_VERB = _any(
    r"(?<!review\s)(?:and|then|as well as)(?: also| then)? (?:apologis(?:e|ing)|reimburse|compensate|reconsider|reassess|repay|retrain|"
    r"reinstate|rewrite|carry out|set up|draw up|put in place|make (?:an?|the) (?:\w{1,20} )?payment|provide training|write to(?: \w{1,20}){1,3} to apologise|"
    r"(?:pay(?:ing)?|refund|offer|review|amend|update|change|revise|train|audit|introduce|produce|develop|arrange|appoint|issue|hold|stop)"
    r"(?= (?:the|its|their|his|her|him|them|an?|all|any|every|each|this|these|those|mrs?|ms|miss|dr|staff|how|what|£)))"
)
# Parts of one action: what a plan or a letter says, and the apology that acknowledges.
_PART = re.compile(r"\b(?:how|whether|will|help|so that)\b|\backnowledg\w{1,5}\b.{0,200}\bapologise\Z", re.IGNORECASE)
_ITEM = re.compile(
    r"(?:(?<!\S)\((?:[a-z]|[ivx]{1,4}|\d{1,2})\)\s{0,9}|^[ \t]{0,9}(?:\d{1,2}[.)]|[-–•*])[ \t]{1,9})"
    rf"(?!(?:{_ASIDE}|by|and|or|of)\b|(?:the|an?|any|each|its|his|her|their)\b(?![^.;\n]{{0,60}}\bshould\b))(?P<verb>\w{{1,30}})",
    re.IGNORECASE | re.MULTILINE,
)
_REST_OF_SENTENCE = re.compile(r"[^.;\n]{0,300}")
_AGENT = _any(
    rf"by (?!\d|the (?:end|start|close|following|same)\b|(?:{'|'.join((*MONTHS, *WEEKDAYS))}|end|next|close|noon|midday|midnight|then|when|"
    r"email|letter|post|phone|telephone|£|\w{1,20}ing)\b)\w{1,30}"
)
_ACTOR = _any(
    rf"(?!(?:there|it|this|that|these|they|{_DESCRIBED})\b)[^\W\d_]{{2,30}}[,)]{{0,2}} (?:should|must)(?! (?:also |then |now )?be (?:{_DONE})\b)",
    rf"(?:{_BODY})\)? (?:to|will|shall|is to|are to|needs? to|has agreed|have agreed|agreed|agrees|undertakes)",
    rf"(?:recommend|ask|require|expect|invite)(?:s|ed)? (?:[^\s.,;]{{1,30}} ){{0,8}}(?:{_BODY})",
)
_CAPITAL = r"(?-i:[^\W\d_a-z])"
_NAME = r"[^\W\d_](?:(?:[’'-](?!s\b))?[^\W\d_]){1,40}"
# "Dr S. Patel." is a name, and "Mrs A. Within four weeks" begins a sentence: what follows the word tells them apart.
_INITIALS = (
    rf"(?:(?:[^\W\d_]\.(?: )?){{2,3}}(?={_CAPITAL})|[^\W\d_]\. (?={_CAPITAL})(?={_NAME}(?:[.;)’']|\Z))|"
    rf"(?:[^\W\d_](?:\.| )(?={_CAPITAL})){{0,3}})"
)
_PERSON = _any(
    rf"(?:(?:mrs?|ms|mx|drs?|messrs)\.? {_INITIALS}|(?:miss|prof|professor|doctor|sir|dame|lord|lady|baroness|rev|reverend|nurse|sister|"
    rf"matron|cllr|councillor)\.? {_INITIALS}(?={_CAPITAL}))(?!(?:{_SMALL})\b){_NAME}(?: (?!(?:{_SMALL})\b)(?={_CAPITAL}){_NAME}){{0,2}}"
)


@dataclass(frozen=True)
class Draft:
    """A recommendation as it stands; `due_on` is the day by which it is due, where the page asks for one of its own."""

    text: str
    due_on: date | None = None

    @cached_property
    def asked(self) -> str:
        """The text without what went wrong, of the same length, so that places in it are places in the text."""
        return _FAULT.sub(lambda fault: "#" * len(fault[0]), self.text)

    def quoted(self, start: int, end: int) -> str:
        return f"“{' '.join(self.text[start:end].split())}”"

    def lacks(self, says: str) -> Found:
        end = len(self.text.rstrip())
        return end, end, says


@dataclass(frozen=True)
class Remark:
    """What `rule` says about text[start:end]. Where something is missing, it stands at the end of the text, with no words."""

    rule: str
    start: int
    end: int
    says: str


@dataclass(frozen=True)
class Rule:
    """`find` gives the places in any order; of two that overlap, the one that begins first is kept."""

    key: str
    title: str
    reason: str
    find: Callable[[Draft], Iterable[Found]]


def _vague(draft: Draft) -> Iterator[Found]:
    for match in _VAGUE.finditer(draft.asked):
        yield *match.span(), f"{draft.quoted(*match.span())} {VAGUE[(match.lastindex or 1) - 1][1]}"


def _bundled(draft: Draft) -> Iterator[Found]:
    text = draft.text
    first = _ASKING.search(text)
    second = [match.span() for match in _SECOND_VERB.finditer(text) if not _is_part(text, match)]
    second += [item.span() for item in list(_ITEM.finditer(text))[1:] if not _TEST.match(text, item.start("verb"))]
    second += [
        clause.span("asks")
        for clause in _CLAUSE.finditer(text)
        if first and clause.start("asks") > first.start() and not _is_about_another(text, clause)
    ]
    for start, end in second:
        yield start, end, f"{draft.quoted(start, end)} begins a second action: make it a recommendation of its own."


def _is_part(text: str, verb: re.Match[str]) -> bool:
    clause = re.split(r"[,.;:\n]", text[max(0, verb.start() - 200) : verb.end()])[-1]
    return _PART.search(clause) is not None


def _is_about_another(text: str, clause: re.Match[str]) -> bool:
    """Whether it says what a letter or a plan should hold, or how the Ombudsman will know, and asks for nothing new."""
    told = _DESCRIBES.match(text, clause.start("verb")) or _TEST.match(text, clause.start("verb"))
    return told is not None or _DESCRIBED_THING.search(clause["subject"]) is not None


def _undated(draft: Draft) -> Iterator[Found]:
    if draft.due_on is None and not _DATED.search(draft.text):
        yield draft.lacks("Nothing says by when: give a day, or a time such as “within four weeks”.")


def _untested(draft: Draft) -> Iterator[Found]:
    if not _TEST.search(draft.asked):
        yield draft.lacks("Nothing says how anybody will know that it was done: add, for example, “and send us a copy of the letter”.")


def _nobody(draft: Draft) -> Iterator[Found]:
    known, found = _ACTOR.search(draft.text) is not None, False
    for clause in _CLAUSE.finditer(draft.text):
        place, rest = clause.span("asks"), _REST_OF_SENTENCE.match(draft.text, clause.end())
        nobody = clause["passive"] or clause["subject"].casefold().split()[-1:] == ["there"]
        if not nobody or (known and _is_about_another(draft.text, clause)):
            continue
        found = True  # named after "by" or remarked on here, so there is nothing to add about the text as a whole
        if rest is None or not _AGENT.search(draft.text, rest.start(), rest.end()):
            yield *place, f"{draft.quoted(*place)} does not say who does it: begin with the body, as in “the Trust should”."
    if not known and not found:
        yield draft.lacks("Nobody is named who is to do it: begin with the body, as in “the Trust should”.")


def _person(draft: Draft) -> Iterator[Found]:
    for match in _PERSON.finditer(draft.text):
        says = f"{draft.quoted(*match.span())} names a person: write a letter for the name, as in “Mrs A”, or the person’s post."
        yield *match.span(), says


RULES = (
    Rule("vague", "Vague words", "A body can only do, and we can only check, what the words say plainly.", _vague),
    Rule("bundled", "Two actions in one", "Each action is followed up by itself: one may be done while the other is not.", _bundled),
    Rule("undated", "No date", "Without a day nothing is ever late, and nobody is reminded.", _undated),
    Rule("no-test", "No way to tell that it was done", "The body needs to know what we will look at before we agree that it has "
         "complied.", _untested),
    Rule("no-actor", "Nobody to do it", "What is asked of nobody is done by nobody.", _nobody),
    Rule("names-a-person", "A person’s name", "Recommendations are published. People are written of as “Mrs A” or by their post.", _person),
)  # fmt: skip


def read(draft: Draft) -> tuple[Remark, ...]:
    """Every remark in the order of the text; those of one rule do not overlap. A text without words is not remarked on."""
    if not draft.text.strip():
        return ()
    remarks = [Remark(rule.key, *found) for rule in RULES for found in _apart(rule.find(draft))]
    return tuple(sorted(remarks, key=lambda remark: (remark.start, remark.end)))


def _apart(places: Iterable[Found]) -> Iterator[Found]:
    reached = 0
    for start, end, says in sorted(places):
        if start >= reached:
            yield start, end, says
            reached = end


def segments(text: str, remarks: Sequence[Remark]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The text in pieces, each with the keys of the rules that remark on it, in the order of `RULES`.

    The pieces together are the text again. A remark on what is missing has no piece.
    """
    edges = sorted((edge, step, one.rule) for one in remarks if one.start < one.end for edge, step in ((one.start, 1), (one.end, -1)))
    open_now = {rule.key: 0 for rule in RULES}
    pieces, reached = [], 0
    for edge, step, rule in (*edges, (len(text), 0, RULES[0].key)):
        if reached < edge:
            pieces.append((text[reached:edge], tuple(key for key, times in open_now.items() if times)))
            reached = edge
        open_now[rule] += step
    return tuple(pieces)
