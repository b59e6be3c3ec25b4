"""Receipts are checked: what was signed still has the hash that the record of its signing gives."""

from __future__ import annotations

from dataclasses import dataclass

from portal.assessments import snapshots
from portal.assessments.queries import signing as queries


@dataclass(frozen=True)
class SnapshotFault:
    """A receipt that no longer holds."""

    reference: str
    number: int | None
    why: str

    def __str__(self) -> str:
        which = f", signature {self.number}" if self.number else ""
        return f"Assessment {self.reference}{which}: {self.why}."


def verify_snapshots() -> list[SnapshotFault]:
    """Recompute every receipt: the hash of the text, and the same hash in the record that tells of the signature."""
    told = queries.every_signature_told()
    faults, seen = [], set()
    for reference, number, content, sha256 in queries.every_snapshot():
        named = (f"assessment {reference}", sha256)
        seen.add(named)
        if snapshots.sha256(content) != sha256:
            faults.append(SnapshotFault(reference, number, "what was signed was altered after it was signed"))
        elif named not in told:
            faults.append(SnapshotFault(reference, number, "the record does not tell of a signature with this hash"))
    for about, _ in sorted(told - seen):
        faults.append(SnapshotFault(about.partition(" ")[2], None, "a signature that the record tells of is missing"))
    return faults
