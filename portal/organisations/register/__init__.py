"""The register of bodies that the product ships with, as files of facts."""

from pathlib import Path

FOLDER = Path(__file__).parent


def shipped_files() -> tuple[Path, ...]:
    """The files to be imported, in an order in which a parent comes before what it is parent of."""
    return tuple(FOLDER / name for name in ("boards.csv", "trusts.csv", "government.csv", "closed-government.csv"))
