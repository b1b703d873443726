"""Whatever is in an archive, it is read, passed over or refused with a reason; no exception of Python's gets out."""

import io

import pytest

from feedback.events import OWN, InvalidEvents, Limits, Origin, SourceOptions, read_source
from feedback.events.effort import Effort
from feedback.events.formats.archives import member, names_in
from feedback.events.formats.look import Look
from feedback.events.origin import inflated
from feedback.events.sources import recognised
from tests.harness.exports import ODD_ARCHIVES, PROGSNAP2, gzipped, zipped

PASSED_OVER = ["zip: a dot", "zip: a NUL", "zip: no name", "tar: a dot", "tar: no name", "tar: no path"]
DAMAGED = ["tar: endless pax", "tar: endless names", "tar: a size that nothing has"]


@pytest.mark.parametrize("name", PASSED_OVER)
def test_a_member_without_a_name_is_passed_over(name: str) -> None:
    content = io.BytesIO(ODD_ARCHIVES[name])

    assert recognised(Look(content)) == OWN
    assert names_in(content, Effort()) == []
    with pytest.raises(InvalidEvents, match=r"there is no MainTable\.csv in it \(no file\)"):
        member(content, "MainTable.csv", 1 << 20, Limits())


@pytest.mark.parametrize("name", DAMAGED)
def test_an_archive_that_python_breaks_off_is_refused_as_damaged(name: str) -> None:
    with pytest.raises(InvalidEvents, match="it is damaged"):
        recognised(Look(io.BytesIO(ODD_ARCHIVES[name])))
    with pytest.raises(InvalidEvents, match="it is damaged"):
        member(io.BytesIO(ODD_ARCHIVES[name]), "MainTable.csv", 1 << 20, Limits())


def test_a_member_that_is_packed_in_a_way_that_is_not_read_says_so() -> None:
    with pytest.raises(InvalidEvents, match="packed in a way that is not read here"):
        member(io.BytesIO(ODD_ARCHIVES["zip: Deflate64"]), "MainTable.csv", 1 << 20, Limits())


def test_an_encrypted_member_says_so() -> None:
    whole = bytearray(zipped(MainTable__csv=PROGSNAP2))
    for flags in (whole.index(b"PK\x03\x04") + 6, whole.index(b"PK\x01\x02") + 8):
        whole[flags] |= 1

    with pytest.raises(InvalidEvents, match="pack it without a password"):
        member(io.BytesIO(whole), "MainTable.csv", 1 << 20, Limits())


def test_what_is_unpacked_takes_of_the_room_that_there_is_before_it_comes_to_rest() -> None:
    held = list[int]()
    whole = zipped(MainTable__csv=PROGSNAP2)
    _, unpacked = member(io.BytesIO(whole), "MainTable.csv", 1 << 20, Limits(hold=held.append))
    with unpacked:
        assert (sum(held), unpacked.read()) == (len(PROGSNAP2), PROGSNAP2)

    held.clear()
    inside = inflated(io.BytesIO(gzipped(PROGSNAP2)), Origin(), 1 << 20, Limits(hold=held.append))
    assert inside is not None
    content, known = inside
    with content:
        assert (sum(held), content.read()) == (len(PROGSNAP2), PROGSNAP2)
    assert known == Origin("progsnap2")


def test_a_server_without_room_for_what_is_unpacked_says_so_in_its_own_words() -> None:
    class NoRoom(Exception):
        pass

    def hold(_: int) -> None:
        raise NoRoom

    with pytest.raises(NoRoom):
        list(read_source(io.BytesIO(zipped(MainTable__csv=PROGSNAP2)), "progsnap2", SourceOptions(), Limits(hold=hold)))
