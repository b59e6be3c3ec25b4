"""What is signed, as the one text that is frozen and hashed; a stranger can make the same hash of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from portal import audit

ANSWER_FACTS = (
    "expectation", "weight", "target", "level", "not_applicable_why", "claim", "proof", "proof_link", "proof_on",
    "gap", "action", "action_owner", "action_due_on", "last_level", "carried", "reworded",
)  # fmt: skip


def content(
    facts: Mapping[str, Any], answers: Iterable[Any], evidence: Mapping[str, Sequence[Mapping[str, Any]]]
) -> str:
    """The snapshot's canonical JSON: keys sorted, no spaces, days as yyyy-mm-dd, letters as they are.

    `evidence` is what was pinned to each expectation: which version of what, with the SHA-256 of its file.
    """
    each = [
        {**{name: getattr(one, name) for name in ANSWER_FACTS}, "evidence": evidence.get(one.expectation, ())}
        for one in answers
    ]
    return audit.canonical({**facts, "answers": each})


def sha256(text: str) -> str:
    """What `sha256sum` says of the downloaded file."""
    return hashlib.sha256(text.encode()).hexdigest()
