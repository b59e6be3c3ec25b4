from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import builders


@pytest.fixture
def made_up_places() -> Iterator[None]:
    """What `builders.a_place` says of a place is believed, though nobody owns it."""
    with builders.made_up_places():
        yield
