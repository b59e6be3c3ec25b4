"""The officers of the demonstration decide, reopen, pause the ladder and log calls; and the whole course of a recommendation."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from portal.audit import Event
from portal.demonstration import promises, successions
from portal.demonstration.fortunes import LONG, NEVER, Fortune, drawn
from portal.demonstration.matters import ONE_DAY, Course, Matter
from portal.demonstration.texts import file
from portal.kernel.working_days import next_working_day
from portal.recommendations.lifecycle import (
    DELIVERY,
    Acceptance,
    Delivery,
    DeliveryVerb,
    Ending,
    PauseKind,
    VerdictKind,
)
from portal.recommendations.models import Contact, Pause, Verdict, Wording

K, V, A = VerdictKind, DeliveryVerb, Acceptance
VERBS = {K.IN_SUBSTANCE: V.COMPLY_IN_SUBSTANCE, K.MORE_NEEDED: V.ASK_FOR_MORE, K.PARTLY: V.ASK_FOR_MORE,
         K.NOT_COMPLIED: V.FIND_NOT_COMPLIED, K.OVERTAKEN: V.OVERTAKE}  # fmt: skip
COMPLIED, MORE = (K.COMPLIED, K.IN_SUBSTANCE), (K.MORE_NEEDED, K.PARTLY)
ADDRESS_KNOWN = 0.4  # of complainants who say nothing
REFUSED = (A.NOT_ACCEPTED, A.DISPUTED)


def course(matter: Matter, fortune: Fortune) -> Course:
    """Everything after it was issued, until it ends."""
    _log_now_and_then(matter, fortune)
    successions.transfer_when_it_closes(matter, follow)
    if matter.type.asks_complainant and (fortune.said is not None or matter.chance.random() < ADDRESS_KNOWN):
        matter.later(next_working_day(matter.day + ONE_DAY), lambda _: promises.note_address(matter))
    if fortune.reworded:
        matter.later(next_working_day(matter.day + timedelta(days=12)), lambda _: reword(matter))
    if fortune.answer_after == NEVER:
        return
    signed_on = matter.day + timedelta(days=fortune.answer_after)
    yield from promises.answer(matter, fortune.answer, signed_on, returned=fortune.returned_by_lead, leaves=fortune.leaves)
    if fortune.leaves is not None:
        return
    if fortune.pause is not None:
        yield matter.day + timedelta(days=5)
        pause(matter, fortune.pause, fortune.pause_days)
    if fortune.answer in REFUSED:
        yield from _refused(matter, fortune)
        if not matter.open:
            return
    if fortune.ends is not None:
        yield matter.day + timedelta(days=fortune.ends_after)
        for new in successions.end_otherwise(matter, fortune.ends):
            follow(new)
        return
    yield from _delivered(matter, fortune)
    if fortune.reopened and matter.row["ending"] is Ending.DECIDED:
        yield matter.day + timedelta(days=matter.chance.randint(30, 90))
        reopen(matter)
        yield matter.day + timedelta(days=matter.chance.randint(15, 45))
        promises.finished(matter, matter.day - ONE_DAY)
        yield matter.day + timedelta(days=fortune.verdict_after)
        decide(matter, K.COMPLIED)


def follow(new: Matter) -> None:
    """What becomes of one that took the place of another."""
    new.live(course(new, replace(drawn(new.chance, new.type), ends=None)))


def _refused(matter: Matter, fortune: Fortune) -> Course:
    """Whoever refused thinks better of it, or is found not to have complied in the end."""
    if fortune.thinks_better_after != NEVER:
        answer = matter.chance.choice((A.ACCEPTED, A.ACCEPTED, A.IN_PART))
        yield from promises.answer(matter, answer, matter.day + timedelta(days=fortune.thinks_better_after))
    else:
        yield max(matter.row["due_on"], matter.day) + timedelta(days=fortune.given_up_after)
        decide(matter, K.NOT_COMPLIED)


def _delivered(matter: Matter, fortune: Fortune) -> Course:
    if fortune.asks_time and matter.row["due_on"] - timedelta(days=12) > matter.day:
        yield from promises.on_the_way(matter, fortune, matter.row["due_on"] - timedelta(days=14))
        yield matter.row["due_on"] - timedelta(days=12)
        yield from promises.more_time(matter, fortune.time_decided_after)
    if fortune.late == NEVER:
        yield from promises.on_the_way(matter, fortune, date.max)
        yield max(matter.row["due_on"], matter.day) + timedelta(days=fortune.given_up_after)
        decide(matter, K.NOT_COMPLIED)
        return
    done_on = max(matter.row["due_on"] + timedelta(days=fortune.late), matter.day)
    yield from promises.on_the_way(matter, fortune, done_on)
    for place, found in enumerate(fortune.findings):
        first, last = place == 0, place == len(fortune.findings) - 1
        done_on = done_on if first else matter.day + timedelta(days=max(1, fortune.more_after - 3))
        yield done_on + timedelta(days=matter.chance.randint(1, 4))
        report = promises.finished(matter, min(done_on, matter.day), all_but=1 if found is K.PARTLY else 0)
        if matter.type.asks_complainant:
            promises.ask_complainant(matter, report, fortune.said)
        yield matter.day + timedelta(days=fortune.verdict_after)
        if last and first and matter.row["objected"]:
            decide(matter, K.MORE_NEEDED)
            yield matter.day + timedelta(days=fortune.more_after)
            promises.finished(matter, matter.day - ONE_DAY)
            yield matter.day + timedelta(days=fortune.verdict_after)
        decide(matter, found)


def decide(matter: Matter, kind: VerdictKind) -> None:
    """Give a verdict, as the real ones are given."""
    row, by = matter.row, matter.officer()
    complied_on = matter.reports[-1]["done_on"] if kind in COMPLIED else None
    verb = VERBS.get(kind) or (V.COMPLY_LATE if complied_on is not None and complied_on > row["due_on"] else V.COMPLY_ON_TIME)
    matter.move(DELIVERY, verb)
    at, texts = matter.now(), file("verdicts")
    reasons = texts["complied"]["personal" if matter.type.asks_complainant else "service"] if kind is K.COMPLIED else texts[kind_key(kind)]
    steps = (sum(step["done_on"] is not None for step in matter.steps), len(matter.steps)) if kind is K.PARTLY else (None, None)
    more_on = next_working_day(matter.day + timedelta(days=matter.chance.choice((14, 21, 28)))) if kind in MORE else None
    settled = matter.chance.choice(texts["complainant"]["settled"]) if row["objected"] and kind in (*COMPLIED, K.OVERTAKEN) else ""
    if settled:
        row["objected"] = False
        matter.say(Event.OBJECTION_SETTLED, by.acting, at, reason=settled)
    verdict = matter.add(
        Verdict, number=len(matter.verdicts) + 1, kind=kind, complied_on=complied_on, steps_done=steps[0], steps_of=steps[1],
        due_on=more_on, reason=matter.chance.choice(reasons), effect=_effect(matter) if kind in COMPLIED else "", complainant_why=settled,
        decided_by_id=by.id, decided_by=by.name, decided_at=at, decided_on=matter.day,
    )  # fmt: skip
    matter.verdicts.append(verdict)
    if kind in MORE:
        row["next_evidence_on"] = more_on
    else:
        row["complied_on"] = complied_on
        matter.end(Ending.DECIDED)
    matter.say(
        Event.VERDICT_GIVEN, by.acting, at, number=verdict["number"], kind=kind, reason=verdict["reason"], complied_on=complied_on,
        due_on=row["due_on"], original_due_on=row["original_due_on"], evidence_due_on=more_on,
        steps=f"{steps[0]} of {steps[1]}" if steps[1] else "",
    )  # fmt: skip
    matter.settle(by.acting, at)


def kind_key(kind: VerdictKind) -> str:
    return kind.name.lower()


def _effect(matter: Matter) -> str:
    if matter.type.weeks >= LONG:
        return str(matter.card.get("effect", ""))
    return str(matter.chance.choice(file("verdicts")["effects"])) if matter.chance.random() < 0.4 else ""


def reopen(matter: Matter) -> None:
    matter.move(DELIVERY, V.REOPEN)
    at, reason = matter.now(), matter.chance.choice(file("verdicts")["reopened"])
    on = next_working_day(matter.day + timedelta(days=28))
    matter.row.update(ended_on=None, ending=None, complied_on=None, next_evidence_on=on)
    by = matter.officer().acting
    matter.say(Event.RECOMMENDATION_REOPENED, by, at, reason=reason, evidence_due_on=on)
    matter.settle(by, at)


def pause(matter: Matter, kind: PauseKind, days: int) -> None:
    by, at, reason = matter.officer(), matter.now(), matter.chance.choice(file("verdicts")["pauses"][kind.value])
    until = matter.day + timedelta(days=days)
    row = matter.add(Pause, kind=kind, reason=reason, from_day=matter.day, until_day=until, paused_by=by.name)
    matter.pauses.append(row)
    matter.row["paused_until"] = until
    matter.say(Event.LADDER_PAUSED, by.acting, at, kind=kind, until=until, reason=reason)
    if matter.chance.random() < 0.25:
        matter.later(next_working_day(matter.day + timedelta(days=max(1, days // 2))), lambda _: _resume(matter, row))


def _resume(matter: Matter, row: dict[str, Any]) -> None:
    if matter.open and row["ended_on"] is None:
        by, at = matter.officer(), matter.now()
        row.update(ended_on=matter.day, ended_by=by.name)
        row["version"] += 1
        matter.row["paused_until"] = None
        matter.say(Event.LADDER_RESUMED, by.acting, at, reason=matter.chance.choice(file("verdicts")["resumed"]))


def reword(matter: Matter) -> None:
    """Other words for what was issued, with the reason."""
    if not matter.open:
        return
    card, by, at = matter.chance.choice(file("verdicts")["reworded"]), matter.officer(), matter.now()
    matter.row["text"] = f"{matter.row['text']} {card['adds']}"
    matter.add(Wording, number=2, text=matter.row["text"], public_text=matter.row["public_text"], reason=card["reason"], worded_at=at,
               worded_by=by.name)  # fmt: skip
    matter.say(Event.RECOMMENDATION_REWORDED, by.acting, at, number=2, reason=card["reason"])


def _log_now_and_then(matter: Matter, fortune: Fortune) -> None:
    begin = max(matter.row["due_on"] - timedelta(days=10), matter.day)
    for number in range(fortune.logged):
        day = next_working_day(begin + timedelta(days=number * 13 + matter.chance.randint(0, 9)))
        matter.later(day, lambda _: _log(matter))


def _log(matter: Matter) -> None:
    if not matter.open or matter.row["delivery"] is Delivery.SUBMITTED:
        return
    card, by, at = matter.chance.choice(file("verdicts")["contacts"]), matter.officer(), matter.now()
    matter.add(Contact, contact_on=matter.day, how=card["how"], words=card["words"], logged_by=by.name, logged_at=at)
    matter.say(Event.CONTACT_LOGGED, by.acting, at, on=matter.day, how=card["how"])
