"""How people write what is personal, and what only looks like it: phrases with numbers made by a seeded generator.

The phrases were collected from forms, letters, registers and e-mails before the finders were tried on them; a few are
written in ways that no finder knows.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta

MONTHS = "January February March April May June July August September October November December".split()  # noqa: SIM905


def nhs(rng: random.Random, first: str = "467") -> str:
    """Ten digits with the right check digit, in the ranges that are given out."""
    while True:
        nine = rng.choice(first) + "".join(rng.choice("0123456789") for _ in range(8))
        check = 11 - sum(int(one) * (10 - place) for place, one in enumerate(nine)) % 11
        if check != 10:
            return nine + str(check % 11)


def not_nhs(rng: random.Random) -> str:
    """Ten digits with a wrong check digit."""
    right = nhs(rng)
    return right[:9] + str((int(right[9]) + rng.randint(1, 9)) % 10)


def insurance(rng: random.Random) -> tuple[str, str, str]:
    prefix = rng.choice("AB CE HX JG KL MW NR PB RS SH TY WK YE ZX".split())  # noqa: SIM905
    return prefix, f"{rng.randint(0, 999999):06}", rng.choice("ABCD")


def born(rng: random.Random) -> date:
    return date(1930, 1, 1) + timedelta(days=rng.randint(0, 29000))


def ordinal(day: int) -> str:
    return f"{day}{'th' if 10 < day < 14 else {1: 'st', 2: 'nd', 3: 'rd'}.get(day % 10, 'th')}"


def luhn(rng: random.Random, start: str, length: int, *, right: bool = True) -> str:
    digits = start + "".join(rng.choice("0123456789") for _ in range(length - len(start) - 1))
    total = sum(
        int(one) * 2 - 9 * (int(one) > 4) if place % 2 == 0 else int(one) for place, one in enumerate(reversed(digits))
    )
    check = -total % 10
    return digits + str(check if right else (check + rng.randint(1, 9)) % 10)


def iban(rng: random.Random, *, right: bool = True) -> str:
    rest = "NWBK" + "".join(rng.choice("0123456789") for _ in range(14))
    number = int("".join(str(int(one, 36)) for one in rest + "GB00"))
    check = 98 - number % 97
    return f"GB{check if right else (check + 1) % 97:02}{rest}"


def fours(number: str, between: str = " ") -> str:
    return between.join(number[start : start + 4] for start in range(0, len(number), 4))


def nhs_phrases(rng: random.Random) -> list[str]:
    def parts(between: str) -> str:
        number = nhs(rng)
        return between.join((number[:3], number[3:6], number[6:]))

    return [
        f"NHS No: {parts(' ')}",
        f"nhs number {nhs(rng)}",
        f"Patient {parts('-')} was seen on the ward",
        f"NHS number {parts(chr(0xA0))}",
        f"The record of {parts(' ')}, which we hold",
        f"NHS no. is {parts(chr(0x2009))}.",
        f"(NHS {parts(' ')})",
        f"NHS:{nhs(rng)};",
        f"number {parts(chr(0x2013))} on the letter",
        f"Patient ID {nhs(rng)} transferred",
        f"NHS number: {' '.join(nhs(rng))}",
        f"NHS no {parts('.')}",
        f"Re: {nhs(rng)} / complaint of 3 May",
        f"NHS Number: {parts(chr(0x2011))}",
        f"Their NHS number ({parts(' ')}) was given to another patient",
        f"NHS No{parts(' ')}",
        f"NHS # {parts('  ')}",
        f"Patient's number, as on the wristband, is {parts('/')}",
        f"NHSNo={nhs(rng)}",
    ]


def insurance_phrases(rng: random.Random) -> list[str]:
    def pairs(between: str) -> str:
        prefix, digits, suffix = insurance(rng)
        return between.join((prefix, digits[:2], digits[2:4], digits[4:], suffix))

    return [
        f"NI number {pairs(' ')}",
        f"NINO {pairs('')}",
        f"national insurance: {pairs('').lower()}",
        f"{pairs('')} (pension)",
        f"Payroll {pairs('-')}",
        f"N.I. no. {pairs(' ').lower()}",
        f"National Insurance number {' '.join(pairs(''))}",
        f"Ni No:{pairs(chr(0xA0))}",
        f"the claimant, {pairs('')}, wrote",
        f"NI {pairs('')[:2]} {pairs('')[2:8]} {pairs('')[8]}",
        f"insurance number is {pairs('.')}",
        f"NI: {pairs('')[:2]} {pairs('')[2:5]} {pairs('')[5:]}",
        f"NINo. {pairs('')}, in full",
    ]


def birth_phrases(rng: random.Random) -> list[str]:
    d = [born(rng) for _ in range(24)]
    return [
        f"D.O.B {ordinal(d[0].day)} {MONTHS[d[0].month - 1]} {d[0].year}",
        f"DOB: {d[1]:%d/%m/%Y}",
        f"DOB {d[2].day}/{d[2].month}/{d[2]:%y}",
        f"born on the {ordinal(d[3].day)} of {MONTHS[d[3].month - 1]} {d[3].year}",
        f"Date of Birth {d[4].day}-{d[4]:%b}-{d[4].year}",
        f"d.o.b. {d[5]:%d.%m.%Y}",
        f"Date of birth (dd/mm/yyyy): {d[6]:%d / %m / %Y}",
        f"who was born {d[7].day}/{d[7].month}/{d[7]:%y} in Leeds",
        f"(b. {d[8].day}.{d[8].month}.{d[8].year})",
        f"date of birth: {d[9]:%Y-%m-%d}",
        f"Her birthday is {d[10].day} {MONTHS[d[10].month - 1]} {d[10].year}",
        f"DoB – {d[11].day} {d[11]:%b} {chr(0x2019)}{d[11]:%y}",
        f"{MONTHS[d[12].month - 1]} {d[12].day}, {d[12].year} (DOB)",
        f"dob {d[13]:%d%m%Y}",
        f"Date of birth of the complainant: {d[14].day} {MONTHS[d[14].month - 1].upper()} {d[14].year}",
        f"Baby's date of birth was Thursday {d[15].day} {MONTHS[d[15].month - 1]} {d[15].year}",
        f"D O B: {d[16]:%d %m %Y}",
        f"Birthdate={d[17]:%d-%m-%Y}",
        f"Mrs Hollis ({d[18]:%d/%m/%Y}, date of birth) told us",
        f"D/O/B {d[19]:%d/%m/%Y}",
        f"Date of birth {d[20].day} {d[20]:%b} {d[20]:%y}",
        f"DOB {d[21]:%Y} {MONTHS[d[21].month - 1]} {d[21].day}",
        f"d.o.b: the {ordinal(d[22].day)} day of {MONTHS[d[22].month - 1]}, {d[22].year}",
        f"{d[23]:%d/%m/%Y} was the day on which she was born",
    ]


def bank_phrases(rng: random.Random) -> list[str]:
    def sort(between: str) -> str:
        return between.join((f"{rng.choice((20, 40, 55, 60, 77))}", f"{rng.randint(13, 99)}", f"{rng.randint(10, 99)}"))

    def account() -> str:
        return f"{rng.randint(10_000_000, 99_999_999)}"

    return [
        f"Sort code {sort('-')}, account number {account()}",
        f"sort code: {sort('')} acc no: {fours(account())}",
        f"a/c {account()} s/c {sort('-')}",
        f"pay to {sort('-')} {account()}",
        f"Account number {account()}, sort code {sort(' ')}",
        f"IBAN {fours(iban(rng))}",
        f"iban: {iban(rng)}",
        f"card {fours(luhn(rng, '4', 16))} was charged",
        f"Amex {luhn(rng, '37', 15)}",
        f"refund to card {luhn(rng, '5212', 16)}",
        f"Bank: Northern, S/C: {sort('-')}, A/C: {account()}",
        f"{iban(rng).lower()} is where the remedy was paid",
        f"debit card {fours(luhn(rng, '6759', 16), '-')}",
        f"sort {sort('')} acc {account()}",
        f"Sort Code: {sort(' - ')} Account No: {account()}",
        f"BACS: {account()} at {sort('-')}",
    ]


def email_phrases(rng: random.Random) -> list[str]:
    name = rng.choice("hollis okafor patel nowak brennan lindqvist".split())  # noqa: SIM905
    return [
        f"m.{name}@northfieldmail.co.uk",
        f"Margaret.{name.title()}{rng.randint(1, 99)}@nhs.net",
        f"<{name}_{rng.randint(60, 99)}@btinternet.com>",
        f"MARGARET.{name.upper()}@GMAIL.COM,",
        f"e-mail:{name}.family@sky.com.",
        f"(margaret.{name}+complaint@outlook.com)",
        f"contact the daughter at {name}-{rng.randint(1, 9)}@live.co.uk;",
        f"mailto:jo{name}@icloud.com",
        f"{name} dot margaret at gmail dot com",
        f"Margaret {name.title()} [m.{name}@doctors.org.uk]",
    ]


def telephone_phrases(rng: random.Random) -> list[str]:
    def end(figures: int) -> str:
        return f"{rng.randint(0, 10**figures - 1):0{figures}}"

    return [
        f"+44 (0)20 7946 0{end(3)}",
        f"mob 07700 900{end(3)}",
        f"07700900{end(3)}",
        f"(01632) 960 {end(3)}",
        f"ring her on 020 7946 0{end(3)}",
        f"tel: 01632960{end(3)}",
        f"0044 7700 900 {end(3)}",
        f"+447700900{end(3)}",
        f"07700-900-{end(3)}",
        f"0161 496 0{end(3)}",
        f"Tel.01632 960{end(3)}",
        f"020.7946.0{end(3)}",
        f"01632 960{end(3)} ext 4",
        f"07700 900{end(3)}/07700 900{end(3)}",
        f"home 0114{chr(0xA0)}496{chr(0xA0)}0{end(3)}",
        f"M: 077009{end(5)}",
        f"+44 7700 900{end(3)} (evenings)",
        f"0 1 6 3 2 9 6 0 {' '.join(end(3))} is her number",
        f"Mob. 0770 0900 {end(3)}",
        f"07700 9 0 0 {end(3)}",
        f"Leeds 496 0{end(3)}",
    ]


def near_misses(rng: random.Random) -> list[str]:
    """Sentences of clean documents."""
    bad = not_nhs(rng)
    year = rng.choice((2023, 2024, 2025))
    meeting = f"{rng.randint(1, 28)} {rng.choice(MONTHS)} {year}"
    return [
        f"The reference {bad} is the number of the case, not of a person.",
        f"Order no {bad[:3]} {bad[3:6]} {bad[6:]} was placed with the supplier.",
        f"Ring 0300 {rng.randint(100, 999)} {rng.randint(1000, 9999)} between 9am and 5pm.",
        f"Our freephone line is 0800 {rng.randint(100, 999)} {rng.randint(1000, 9999)}; call 111 for advice and 999 in an emergency.",
        f"Text relay: 18001 0345 {rng.randint(100, 999)} {rng.randint(1000, 9999)}.",
        f"The committee met on {meeting} and again on {rng.randint(1, 28):02}/{rng.randint(1, 12):02}/{year}.",
        "Write to complaints@northfield.nhs.uk or pals@northfield.nhs.uk, or to foi@northfield.gov.uk.",
        "Enquiries: enquiries@northfield.gov.uk, info@northfield.org.uk, customer.services@northfield.gov.uk.",
        "An address looks like name@example.com.",
        "ISBN 0-306-40615-2 and ISBN 978-0-306-40615-7 are on the reading list; so is ISBN-10: 0306406152.",
        f"Spending rose from £{rng.randint(1, 9)},{rng.randint(100, 999)},{rng.randint(100, 999)} to £{rng.randint(10, 99)}.{rng.randint(1, 9)}m.",
        f"Version {rng.randint(1, 9)}.{rng.randint(0, 20)}.{rng.randint(0, 99)} of the policy replaces {rng.randint(1, 9)}.{rng.randint(0, 20)}.",
        f"The office is at LS{rng.randint(1, 28)} {rng.randint(1, 9)}AB, grid reference SE {rng.randint(10000, 99999)} {rng.randint(10000, 99999)}.",
        f"Case PHSO-{year}-{rng.randint(1000000, 9999999)} and case C-{rng.randint(100000, 999999)}/{rng.randint(10, 99)} were joined.",
        f"Reference 0161-{year}-{rng.randint(1000, 9999)} was given to the complaint.",
        "Date of birth is asked for on the form so that records can be matched.",
        f"The question about date of birth was removed from the form on {meeting}.",
        f"Children born before 1 September {year - 12} move to adult services.",
        f"The idea was born in {year}, at a meeting on {meeting}.",
        f"VAT registration GB {rng.randint(100, 999)} {rng.randint(1000, 9999)} {rng.randint(10, 99)}; company number {rng.randint(10000000, 99999999)}; charity {rng.randint(100000, 999999)}.",
        f"Stock code DA{rng.randint(100000, 999999)}A and part GB{rng.randint(100000, 999999)}B are discontinued.",
        f"The form gives QQ 12 34 56 C as its example, and AB{rng.randint(100000, 999999)}E is a batch.",
        f"UPRN {rng.randint(100000000000, 999999999999)}; ODS code R{rng.randint(0, 9)}A; UTR on request.",
        f"Opened 12-03-{year % 100}, closed 28-11-{year % 100}, file {rng.randint(10000000, 99999999)}.",
        f"Invoice {rng.randint(10000000000, 69999999999)} was paid on {meeting}.",
        f"Ledger {luhn(rng, '4', 16, right=False)} balances.",
        f"{rng.randint(40, 99)}% of {rng.randint(1000, 9999)} complaints were acknowledged in 3 working days in {year - 1}-{year % 100}.",
        f"https://www.northfield.nhs.uk/pages/{bad}/0{rng.randint(7000000000, 7999999999)}?id={nhs(rng)}",
        f"The server at 192.168.{rng.randint(0, 255)}.{rng.randint(1, 254)} logged 2024-11-0{rng.randint(1, 9)}T09:{rng.randint(10, 59)}:22Z.",
        f"Checksum {rng.getrandbits(128):032x}.",
        f"See DOI 10.{rng.randint(1000, 9999)}/s{rng.randint(10000, 99999)}-{rng.randint(100, 999)}-{rng.randint(1000, 9999)}-{rng.randint(1, 9)}.",
        f"Room {rng.randint(100, 999)}, {rng.randint(1, 12)}:30 to {rng.randint(1, 12)}:45, agenda items {rng.randint(1, 4)} to {rng.randint(5, 12)}.",
        f"Asset no {bad} is due for service; meter 0{rng.randint(100000000, 999999999)}.",
        f"Between {rng.randint(100, 999)} {rng.randint(100, 999)} and {rng.randint(1000, 9999)} leaflets went out.",
        "NI and Scotland have standards of their own; NHS England has published its own figures since 2013.",
        f"Account {rng.randint(10000000, 99999999)} of the ledger was closed on 31-03-{year % 100}.",
        "IBAN is asked for in the format GB00 BANK 0000 0000 0000 00 when a remedy is paid.",
        f"Latitude 53.{rng.randint(100000, 999999)}, longitude -1.{rng.randint(100000, 999999)}.",
        f"Policy 01-02-{year} 1230 replaces that of 07.03.{year} 1400.",
        f"Serial {rng.randint(100, 999)}-{rng.randint(100, 999)}-{rng.randint(100, 999)} and lot {rng.randint(100000, 999999)}.",
    ]  # fmt: skip


PHRASES: dict[str, Callable[[random.Random], list[str]]] = {
    "NHS_NUMBER": nhs_phrases,
    "NATIONAL_INSURANCE": insurance_phrases,
    "DATE_OF_BIRTH": birth_phrases,
    "BANK_DETAILS": bank_phrases,
    "EMAIL_ADDRESS": email_phrases,
    "TELEPHONE": telephone_phrases,
}

PROSE = (
    "Complaints are acknowledged within three working days, by the person who will look into them.",
    "The board reads a sample of complaints every quarter and asks what was learned.",
    "We apologise where something went wrong, and say what will be different.",
    "Staff are trained when they start and every two years after that.",
    "Learning from complaints is shared with the teams that provide the service.",
    "People who complain are told how to take their complaint further.",
    "The policy was agreed after a consultation with patients and their families.",
    "Each complaint has one named handler, and a deputy for when they are away.",
    "Remedies are considered with the person, and are meant to put right what can be put right.",
    "The annual report gives the number of complaints, their themes and their outcomes.",
)
