"""A small course without a fault, as files, for tests that break one thing in it."""

from __future__ import annotations

COURSE = """id: T1
version: "1.0.0"
title: A small course
about: What a small course is about.
audience: Everyone
roles: [handler]
settings: [nhs]
minutes: 100
cpd_minutes: 100
valid_months: 36
standards: [NHS]

modules:
  - folder: 01-first
    title: The first module

outcomes:
  - code: recognise
    text: Recognise a complaint
    expectations: [NHS-2.3]
  - code: settle
    text: Settle a complaint
    expectations: [NHS-2.3, NHS-2.4]

topics:
  - file: choosing
    title: Choosing
  - file: others
    title: Others

paper:
  questions_per_outcome: 3
  pass_mark: 80
  minutes: 30
  attempts: 3
  wait_hours: 24

scenarios:
  - file: at-the-desk
    pass_mark: 60

assignments:
  - file: a-reply
    pass_mark: 60
    least_level: 2
    assessors: 2
    third_when_levels_differ_by: 2
    resubmissions: 1

renewal:
  needs: [paper]
"""

WORDS = "Listen to what the person says and write down what they need from you today. "
LESSON = """# {title}
minutes: 5
outcome: {outcome}
expectations: NHS-2.3

Why this matters.

## The first idea

{words}

![A line from hearing to doing](../images/line.svg)

::: poor
"Put it in writing."
:::

::: good
"Tell me, and I write it down."
:::

## The second idea

### A smaller heading

See the [page about complaints](https://example.org/complaints).

## Check yourself

What do you do first?

- [x] Listen
  : It costs nothing.
- [ ] Write
  : It comes later.
- [ ] Leave
  : Nobody is helped.

> Listening comes first.
"""

ONE = """## Question {number} {{#one-{number}}}
outcome: {outcome}
expectations: {expectations}
difficulty: 1

What do you do in case {number}?

- [ ] The first thing that is wrong in case {number}
  : It is wrong because it comes too early.
- [x] The right thing to do
  : It is right.
- [ ] Read another person's letter to them (critical)
  : That gives away what is in confidence.

> What case {number} teaches.
"""

OTHERS = """# Others

## Choose all {#all}
outcome: recognise
expectations: NHS-2.3
difficulty: 2

Which are right?

- [x] This
  : Yes.
- [x] That
  : Yes.
- [ ] Neither of the two together
  : No.

> Both.

## True or false {#truth}
outcome: recognise
expectations: NHS-2.3
difficulty: 1

People may complain by telephone.

- [x] True
  : In the way that suits them.
- [ ] False
  : They need not write.

> In any way.

## A number {#figure}
outcome: settle
expectations: NHS-2.4
difficulty: 1
type: number

How many working days?

- [x] 3
  : Three.
- [x] 5 to 7
  : A range, for the test.
- [ ] 4
  : One too many.

> Three.

## A word {#word}
outcome: settle
expectations: NHS-2.4
difficulty: 1
type: short

Who speaks for somebody?

- [x] an advocate
  : Yes.
- [x] advocate
  : Yes.

> An advocate.

## A day {#day}
outcome: settle
expectations: NHS-2.4
difficulty: 3
type: date
start: 2026-12-21 to 2027-01-04
rule: 3 working days after {start}

It arrives on {start}. By when?

- [ ] 2 working days after {start}
  : The day itself is not counted.
- [ ] 3 days after {start}
  : Weekends are not counted.

> Three working days.

## Pairs {#pairs}
outcome: recognise
expectations: NHS-2.3
difficulty: 2
type: match

What goes where?

- Pay -> The grievance procedure
  : It is about work.
- Death -> The coroner
  : It was sudden.
- Rudeness -> The complaints team
  : It is a complaint.
- -> The police

> Each has its door.

## Steps {#steps}
outcome: recognise
expectations: NHS-2.3
difficulty: 2
type: order

In which order?

1. Listen
   : First.
2. Agree
   : Second.
3. Act
   : Third.

> One after the other.
"""

SCENARIO = """# At the desk
outcome: settle
expectations: NHS-2.3
setting: nhs
minutes: 8
start: he-comes

A man comes to the desk.

## he-comes
"I have waited for two hours."

- "You are right." (+2) -> he-sits
  : complainant: I was heard.
  : colleague: That was quick.
- "So has everybody." (0) -> he-leaves
  : complainant: Nobody cares.
  : colleague: It is true, and it made things worse.
- Read the list of patients to him (critical) -> he-leaves
  : complainant: Now I know all their names.
  : colleague: That must never happen.

## he-sits
He sits down.

- Ask what he needs (+1) -> it-is-well
  : complainant: She asks.
  : colleague: That was the right question.
- Say nothing (0) -> he-leaves
  : complainant: That was all.
  : colleague: We could have asked.

## it-is-well (ending)
He was heard, and he knows what happens next.

## he-leaves (ending)
He left, and will write to us instead.
"""

ASSIGNMENT = """# Write a reply
outcome: settle
expectations: NHS-2.4
length: 200 to 400 words
minutes: 60

Write a reply to the letter.

## The case

A letter.

## Checklist

- I have answered each point

## Rubric

### Answers every point
outcome: settle
expectations: NHS-2.4
weight: 60

0: None
1: Some
2: Most
3: All
4: All, with reasons

### Tone
outcome: settle
expectations: NHS-2.3
weight: 40

0: Cold
1: Stiff
2: Plain
3: Kind
4: Kind and clear

## Must not

- blame: Blames the person
"""

SCRIPT = """# Script {letter}

Dear Ms Bell, I am sorry.

## Marks

### Answers every point: 2
It says "I am sorry" and answers one of two.

### Tone: 3
"I am sorry" is kind.
"""

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><path d="M0 5h10"/></svg>\n'


def files(**changed: str) -> dict[str, bytes]:
    """The course; `changed` are whole files by their path, with / and - and . as they are (files(**{"sources.md": "…"}))."""
    bank = "".join(
        ONE.format(number=number, outcome="recognise" if number % 2 else "settle", expectations="NHS-2.3" if number % 2 else "NHS-2.4") + "\n"
        for number in range(1, 36)
    )
    lesson = LESSON.replace("{words}", WORDS * 45)
    made = {
        "course.yaml": COURSE,
        "sources.md": "# Where the facts come from\n\nNowhere: this is a test.\n",
        "01-first/01-one.md": lesson.replace("{title}", "One").replace("{outcome}", "recognise"),
        "01-first/02-two.md": lesson.replace("{title}", "Two").replace("{outcome}", "settle"),
        "questions/choosing.md": f"# Choosing\n\n{bank}",
        "questions/others.md": OTHERS,
        "scenarios/at-the-desk.md": SCENARIO,
        "assignments/a-reply.md": ASSIGNMENT,
        **{f"assignments/a-reply/{letter}.md": SCRIPT.format(letter=letter.upper()) for letter in "abcde"},
        "images/line.svg": SVG,
    }
    return {path: text.encode() for path, text in (made | changed).items()}


def broken(path: str, old: str, new: str) -> dict[str, bytes]:
    """The course with one stretch of one file replaced."""
    whole = files()
    text = whole[path].decode()
    assert old in text, f"{path} does not hold {old!r}"
    return whole | {path: text.replace(old, new, 1).encode()}


def whole(scenarios: bool = False, version: str = "1.0.0") -> dict[str, bytes]:
    """The course without an assignment, so that one person can pass every part of it alone."""
    made = files()
    text = made["course.yaml"].decode()
    start, end = text.index("assignments:"), text.index("renewal:")
    text = f"{text[:start]}assignments: []\n\n{text[end:]}".replace('version: "1.0.0"', f'version: "{version}"')
    left_out = ("assignments/",)
    if not scenarios:
        start, end = text.index("scenarios:"), text.index("assignments:")
        text, left_out = f"{text[:start]}scenarios: []\n\n{text[end:]}", ("assignments/", "scenarios/")
    return {path: data for path, data in made.items() if not path.startswith(left_out)} | {"course.yaml": text.encode()}
