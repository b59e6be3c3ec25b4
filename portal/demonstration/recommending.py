"""The recommendations of the demonstration: ten years of cases, to whom and when, and those that wait for somebody today."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from portal.demonstration import scenes, successions, verdicts
from portal.demonstration.bodies import Body
from portal.demonstration.fortunes import LONG, NEVER, Fortune, drawn
from portal.demonstration.ledger import Ledger
from portal.demonstration.matters import ONE_DAY, Case, Chronicle, Course, Matter
from portal.demonstration.parties import Officers, Place, places
from portal.demonstration.people import Recruiter
from portal.demonstration.scenes import Scene
from portal.demonstration.stories import Office
from portal.demonstration.texts import file
from portal.kernel.working_days import next_working_day
from portal.organisations.kinds import NHS_KINDS
from portal.organisations.remit import OMBUDSMAN_CODE
from portal.recommendations.lifecycle import Acceptance, Ending
from portal.recommendations.models import ComplainantAddress
from portal.recommendations.types import type_of

YEAR = timedelta(days=365)
A_YEAR = (118, 127, 136, 128, 104, 137, 168, 206, 240, 64)  # recommendations, the oldest year first; this year has the scenes, too
TO_ISSUE = timedelta(days=4)  # from the first draft
SIZES = {1: 5, 2: 12, 3: 26, 4: 32, 5: 25}  # of cases, in a hundred
SECOND_APOLOGY, PAYMENT, PLAN = 0.36, 0.82, 0.8  # of cases
BESIDE = 0.12  # of a story's other recommendations, beside one that is arranged
BY_A_COURT = 0.05  # of cases about government
BEFORE_CLOSING = (25, 70)  # days before a body closes in which something was recommended to it
# How often something is found at a body, next to others; at those not named, by the size of the draw.
OFTEN = {"hm-revenue-customs": 16, "department-for-work-pensions": 20, "home-office": 9, "uk-visas-and-immigration": 10,
         "driver-and-vehicle-licensing-agency": 6, "hm-passport-office": 4, "environment-agency": 3, "R0A": 5, "RR8": 4}  # fmt: skip
OF_KIND = {"T": 1.6, "I": 0.9, "G": 0.25}
ON_THE_REGISTER_BEFORE = timedelta(days=120)
DRAFTS, WAITING = 6, 5


def first_day(today: date) -> date:
    """The day on which the oldest of them may have been drafted."""
    return today - len(A_YEAR) * YEAR


def recommend(
    ledger: Ledger, taking_part: Sequence[Body], office: Office, recruiter: Recruiter, seed: int, today: date
) -> Chronicle:
    """Every one of them."""
    chance, first = random.Random(f"{seed} recommendations"), first_day(today)
    ombudsman = next(body for body in taking_part if body.code == OMBUDSMAN_CODE)
    officers = Officers(office, recruiter, ombudsman, today)
    chronicle = Chronicle(ledger, chance, officers, places(taking_part, first), today - ONE_DAY)
    docket = Docket(chronicle, today)
    for day, what in sorted(_days(chronicle, chance, first, today), key=lambda one: one[0]):
        match what:
            case Scene():
                docket.stage(what, day)
            case Place():
                docket.open_case(what, day)
            case None:
                docket.open_case(docket.somewhere(day), day)
    docket.leave_drafts()
    for matter in chronicle.matters:
        if matter.row["id"] in chronicle.known_addresses:
            address = f"{matter.row['reference'].lower()}@complainant.example"
            ledger.add(ComplainantAddress, recommendation_id=matter.row["id"], address=address, noted_at=matter.row["issued_at"])
    return chronicle


def _days(chronicle: Chronicle, chance: random.Random, first: date, today: date) -> Iterator[tuple[date, Scene | Place | None]]:
    """When each case was drafted; and at whom, where that is arranged."""
    mean = sum(size * share for size, share in SIZES.items()) / 100
    for number, wanted in enumerate(A_YEAR):
        for _ in range(round(wanted / mean)):
            yield first + number * YEAR + timedelta(days=chance.randrange(365 if number < len(A_YEAR) - 1 else 357)), None
    for place in chronicle.places.values():
        before = timedelta(days=chance.randint(*BEFORE_CLOSING))
        if place.closed_on and place.successors and first < place.closed_on - before < today - YEAR and chance.random() < 0.45:
            yield place.closed_on - before, place
    for scene in scenes.SCENES:
        for _ in range(scene.times):
            yield today - ONE_DAY, scene  # the day is the scene's own


class Docket:
    """Opens cases, one after the other."""

    def __init__(self, chronicle: Chronicle, today: date) -> None:
        self._chronicle, self._chance, self._today = chronicle, chronicle.chance, today
        self._all = [one for one in chronicle.places.values() if self._stories(one)]
        self._weights = [OFTEN.get(one.code) or OF_KIND.get(one.kind, 1.0) * self._chance.lognormvariate(0, 0.6) for one in self._all]
        self._featured = {name: [code for code, names in scenes.FEATURED.items() if name in names] for name in scenes.BY_NAME}
        self._codes = {one.code: one for one in self._all}
        self._opened = 0

    def somewhere(self, day: date, *, takes_part: bool = False) -> Place:
        """A body that was there then, drawn by how often something is found at it."""
        while True:
            [place] = self._chance.choices(self._all, self._weights)
            if place.there(day, day + 3 * TO_ISSUE) and (place.team is not None or not takes_part):
                return place

    def _case(self, story: Mapping[str, Any]) -> Case:
        self._opened += 1
        who = {"he": ("Mr",), "she": ("Mrs", "Ms")}.get(story.get("who", ""), ("Mr", "Mrs", "Ms"))
        person = self._chance.choice([one for one in file("recommendations")["people"] if one.startswith(tuple(f"{each} " for each in who))])
        least, most = story["severity"]
        reference = f"P-{1_412_000 + 1_317 * self._opened + self._opened % 7}"
        return Case(reference, story, person, self._chance.randint(least, most), self._opened)

    def _stories(self, place: Place) -> list[Mapping[str, Any]]:
        stories: list[Mapping[str, Any]] = file("recommendations")["stories"]
        own = [one for one in stories if place.code in one.get("codes", ())]
        return own * 3 + [one for one in stories if place.kind in one.get("kinds", ())]

    def open_case(self, place: Place, day: date) -> None:
        """A case as it comes: a few recommendations of one story, each with a fortune of its own."""
        case = self._case(self._chance.choice(self._stories(place)))
        matters = [self._draft(case, place, card, day) for card in self._cards(case.story, place.kind)]
        merging = self._merging(matters)
        for matter, issued_on in matters:
            fortune = drawn(self._chance, matter.type)
            if (matter, issued_on) not in merging:
                matter.live(self._whole(matter, issued_on, fortune))
        self._merge([matter for matter, _ in merging], next_working_day(day + timedelta(days=45)))

    def _cards(self, story: Mapping[str, Any], kind: str) -> list[Mapping[str, Any]]:
        cards, chance = list(story["cards"]), self._chance
        [size] = chance.choices(list(SIZES), list(SIZES.values()))
        dealt = [cards.pop(0)]
        for card, share in ((file("recommendations")["about_complaints"], SECOND_APOLOGY), (cards[:1], PAYMENT),
                            ([one for one in cards if one["type"] == "action-plan"], PLAN)):  # fmt: skip
            if card and len(dealt) < size and chance.random() < share:
                dealt.append(chance.choice(card))
        rest = [one for one in cards if one not in dealt and one["type"] not in ("payment", "action-plan")]
        dealt += chance.sample(rest, min(len(rest), max(0, size - len(dealt))))
        if kind not in NHS_KINDS and chance.random() < BY_A_COURT:
            dealt += file("recommendations")["worded_by_others"]
        return dealt

    def _draft(self, case: Case, place: Place, card: Mapping[str, Any], day: date, issued_on: date | None = None,
               due_on: date | None = None) -> tuple[Matter, date]:  # fmt: skip
        drafted_on = next_working_day(day)
        issued_on = issued_on or next_working_day(drafted_on + TO_ISSUE)
        due_on = due_on or next_working_day(type_of(card["type"]).usually_due(issued_on))
        return Matter(self._chronicle, case, place, card, drafted_on, due_on), issued_on

    def _whole(self, matter: Matter, issued_on: date, fortune: Fortune, *, as_arranged: bool = False) -> Course:
        """From its draft to its end."""
        chance, day = self._chance, matter.day
        yield max(day, issued_on - timedelta(days=3))
        if not as_arranged and chance.random() < 0.012:
            matter.discard()
            return
        matter.send()
        if not as_arranged and chance.random() < 0.03:
            yield matter.day + ONE_DAY
            matter.give_back()
            yield matter.day + ONE_DAY
            matter.send()
        yield max(matter.day, issued_on)
        matter.issue()
        yield from verdicts.course(matter, fortune)

    def _merging(self, matters: Sequence[tuple[Matter, date]]) -> Sequence[tuple[Matter, date]]:
        """Two of a case that become one, now and then."""
        slow = [one for one in matters if one[0].type.weeks >= LONG]
        there = all(matter.place.closed_on is None for matter, _ in slow)
        return slow[:2] if len(slow) > 1 and there and self._chance.random() < 0.04 else ()

    def _merge(self, olds: Sequence[Matter], day: date) -> None:
        for old in olds:
            fortune = replace(drawn(self._chance, old.type), answer_after=9, answer=Acceptance.ACCEPTED, ends=Ending.MERGED, ends_after=NEVER)
            old.live(self._whole(old, next_working_day(day - timedelta(days=41)), fortune, as_arranged=True), day)
        if olds and day <= self._chronicle.horizon and all(old.open for old in olds):
            verdicts.follow(successions.merge(olds))

    def stage(self, scene: Scene, _day: date) -> None:
        """What is arranged for today: the featured people first, then whoever takes part."""
        chance, featured = self._chance, self._featured[scene.name]
        place = self._codes[featured.pop(0)] if featured else self.somewhere(self._today - YEAR, takes_part=True)
        found = [(story, card) for story in self._stories(place) for card in story["cards"] if card["type"] in scene.types]
        while not found:
            place = self.somewhere(self._today - YEAR, takes_part=True)
            found = [(story, card) for story in self._stories(place) for card in story["cards"] if card["type"] in scene.types]
        story, card = chance.choice(found)
        due_on = self._today + timedelta(days=chance.randint(*scene.due_in))
        ago = timedelta(days=scene.issued_ago) if scene.issued_ago else self._today - due_on + timedelta(weeks=type_of(card["type"]).weeks)
        issued_on, fortune = self._today - ago, scene.fortune
        if scene.done_ago:
            fortune = replace(fortune, late=(self._today - timedelta(days=scene.done_ago) - due_on).days)
        case = self._case(story)
        matter, issued_on = self._draft(case, place, card, issued_on - TO_ISSUE, next_working_day(issued_on), due_on)
        matter.leaves_step = fortune.leaves_step
        matter.live(self._whole(matter, issued_on, fortune, as_arranged=True))
        for other in story["cards"]:
            if other is not card and chance.random() < BESIDE:
                self._beside(case, place, other, matter, issued_on)

    def _beside(self, case: Case, place: Place, card: Mapping[str, Any], matter: Matter, issued_on: date) -> None:
        """Another one of the same case."""
        another, issued_on = self._draft(case, place, card, issued_on - TO_ISSUE, issued_on)
        another.live(self._whole(another, issued_on, drawn(self._chance, another.type)))

    def leave_drafts(self) -> None:
        """What was drafted in the last days and waits: with its author, or for a second officer."""
        texts = file("recommendations")
        for number in range(DRAFTS + WAITING):
            place = self.somewhere(self._today, takes_part=True)
            story = self._chance.choice(self._stories(place))
            card = texts["vague"][number // 2 % len(texts["vague"])] if number < DRAFTS and number % 2 else self._chance.choice(story["cards"])
            matter, _ = self._draft(self._case(story), place, card, self._today - timedelta(days=self._chance.randint(2, 6)))
            if number >= DRAFTS:
                matter.live(self._sent(matter))

    @staticmethod
    def _sent(matter: Matter) -> Course:
        yield matter.day
        matter.send()

