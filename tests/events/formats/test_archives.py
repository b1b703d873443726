"""Whatever is in an archive, it is read, passed over or refused with a reason; no exception of Python's gets out."""

import io

import pytest

from feedback.events import OWN, InvalidEvents
from feedback.events.effort import Effort
from feedback.events.formats.archives import member, names_in
from feedback.events.sources import recognised
from tests.harness.exports import ODD_ARCHIVES, PROGSNAP2, zipped

PASSED_OVER = ["zip: a dot", "zip: a NUL", "zip: no name", "tar: a dot", "tar: no name", "tar: no path"]
DAMAGED = ["tar: endless pax", "tar: endless names", "tar: a size that nothing has"]


@pytest.mark.parametrize("name", PASSED_OVER)
def test_a_member_without_a_name_is_passed_over(name: str) -> None:
    content = io.BytesIO(ODD_ARCHIVES[name])

    assert recognised(content) == OWN
    assert names_in(content, Effort()) == []
    with pytest.raises(InvalidEvents, match=r"there is no MainTable\.csv in it \(no file\)"):
        member(content, "MainTable.csv", 1 << 20, Effort())


@pytest.mark.parametrize("name", DAMAGED)
def test_an_archive_that_python_breaks_off_is_refused_as_damaged(name: str) -> None:
    with pytest.raises(InvalidEvents, match="it is damaged"):
        recognised(io.BytesIO(ODD_ARCHIVES[name]))
    with pytest.raises(InvalidEvents, match="it is damaged"):
        member(io.BytesIO(ODD_ARCHIVES[name]), "MainTable.csv", 1 << 20, Effort())


def test_a_member_that_is_packed_in_a_way_that_is_not_read_says_so() -> None:
    with pytest.raises(InvalidEvents, match="packed in a way that is not read here"):
        member(io.BytesIO(ODD_ARCHIVES["zip: Deflate64"]), "MainTable.csv", 1 << 20, Effort())


def test_an_encrypted_member_says_so() -> None:
    whole = bytearray(zipped(MainTable__csv=PROGSNAP2))
    for flags in (whole.index(b"PK\x03\x04") + 6, whole.index(b"PK\x01\x02") + 8):
        whole[flags] |= 1

    with pytest.raises(InvalidEvents, match="pack it without a password"):
        member(io.BytesIO(whole), "MainTable.csv", 1 << 20, Effort())
