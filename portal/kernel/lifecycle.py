"""A lifecycle: the table of moves between the states of one kind of thing, and the only code that sets a state."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from portal.kernel.errors import WrongState

State = TypeVar("State", bound=enum.Enum)
Verb = TypeVar("Verb", bound=enum.Enum)


class Lifecycle(Generic[State, Verb]):
    """`moves` maps (state, verb) to the next state. Values of states and verbs are the words people read.

    `column` is where a thing keeps this state: one with two lifecycles has two.
    """

    def __init__(self, noun: str, first: State, moves: Mapping[tuple[State, Verb], State], *, column: str = "state") -> None:
        self.noun = noun
        self.first = first
        self.moves = dict(moves)
        self.column = column

    def offers(self, state: State) -> tuple[Verb, ...]:
        """What can be done from `state`, in the order of the table: the buttons of a page."""
        return tuple(verb for (start, verb) in self.moves if start is state)

    def can(self, state: State, verb: Verb) -> bool:
        return (state, verb) in self.moves

    def move(self, thing: Any, verb: Verb) -> State:
        """Set the state that `verb` leads to.

        Raises WrongState, which says where the thing is now and what can be done from there.
        """
        state: State = getattr(thing, self.column)
        if (state, verb) not in self.moves:
            raise WrongState(self.refusal(state, verb))
        setattr(thing, self.column, self.moves[state, verb])
        return self.moves[state, verb]

    def refusal(self, state: State, verb: Verb) -> str:
        possible = [str(offer.value) for offer in self.offers(state)]
        now = f"You cannot {verb.value} now: {self.noun} is “{state.value}”."
        return f"{now} From here it is possible to: {', '.join(possible)}." if possible else f"{now} That is its end."

    def diagram(self) -> str:
        """The table as a Mermaid state diagram, for docs/lifecycles.md."""
        lines = ["stateDiagram-v2", f"    [*] --> {self.first.name}"]
        lines += [f"    {start.name} --> {end.name}: {verb.value}" for (start, verb), end in self.moves.items()]
        starts = {start for start, _ in self.moves}
        ends = sorted({end.name for end in self.moves.values() if end not in starts})
        return "\n".join(lines + [f"    {name} --> [*]" for name in ends])
