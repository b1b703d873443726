"""Who may have the next mail sent: owners in turn, however many mails each of them has queued."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from feedback.submissions.mail.mailer import Mailer
from feedback.submissions.mail.shares import Shares
from tests.harness.in_process import Caller
from tests.harness.smtp import MailServer
from tests.harness.waiting import until
from tests.submissions.mail.conftest import HandOut

OWNERS = st.sets(st.sampled_from(["", "key:a", "key:b", "person:c"]), min_size=1)


def served(shares: Shares, owners: set[str], turns: int) -> Counter[str]:
    found = Counter[str](dict.fromkeys(owners, 0))
    for _ in range(turns):
        first, *_ = shares.in_order(owners)
        shares.give(first)
        found[first] += 1
    return found


@given(st.lists(st.tuples(OWNERS, st.integers(0, 20))), OWNERS, st.integers(1, 30))
def test_owners_who_wait_side_by_side_never_differ_by_more_than_before_and_one_turn(
    earlier: list[tuple[set[str], int]], owners: set[str], turns: int
) -> None:
    shares = Shares()
    for some, number in earlier:
        served(shares, some, number)
    shares.in_order(owners)
    before = {owner: shares._given[owner] for owner in owners}
    served(shares, owners, turns)

    spread = max(shares._given.values()) - min(shares._given.values())
    assert spread <= max(1, max(before.values()) - min(before.values()))


@given(st.integers(0, 100), st.integers(1, 50))
def test_a_new_owner_shares_from_now_on_and_makes_up_for_nothing(alone: int, together: int) -> None:
    shares = Shares()
    served(shares, {"old"}, alone)
    found = served(shares, {"old", "new"}, together)

    assert abs(found["old"] - found["new"]) <= 1


def test_a_class_that_is_mailed_keeps_nobody_elses_mails_waiting(calling: Caller, server: MailServer) -> None:
    many, few = calling("many"), calling("few")
    class_ = HandOut(many.client, many.submit, [f"student.{number}@many.edu" for number in range(9)])
    pair = HandOut(few.client, few.submit, ["ada@few.edu", "grace@few.edu"])
    assert class_.mail().json()["queued"] == 9
    assert pair.mail().json()["queued"] == 2

    mailer = Mailer()
    until(lambda: mailer.step() is not None and server.mailbox.counts.total() == 4, "four mails")
    mailer.finish(0)
    assert Counter(address.partition("@")[2] for address in server.mailbox.counts) == {"many.edu": 2, "few.edu": 2}
