"""Who is calling: what every rule of access is asked about, however the caller proved who they are."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scope:
    """A set of namespaces; `names` is None where it is all of them. A student without one is in `""`."""

    names: frozenset[str] | None

    def __contains__(self, namespace: str) -> bool:
        return self.names is None or namespace in self.names

    def __bool__(self) -> bool:
        return self.names is None or bool(self.names)


EVERYWHERE = Scope(None)
NOWHERE = Scope(frozenset())


@dataclass(frozen=True)
class Caller:
    """Whoever may use the service.

    `owner` is what their submissions are kept under. They see their owner's submissions whose namespaces
    are all in `reads`, and those of every owner where `of_all_owners`; what lies in `writes` they may
    submit and erase. Their requests are counted under `meter`, and not at all where it is empty;
    the audit log knows them by `name`.
    """

    owner: str
    reads: Scope = EVERYWHERE
    writes: Scope = EVERYWHERE
    of_all_owners: bool = False
    meter: str = ""
    name: str = "anyone"
    is_authenticated: bool = True  # asked by REST framework's IsAuthenticated

    @property
    def submitting(self) -> str:
        """What the students they submit are counted under: their owner, so that a second key gives no second quota."""
        return f"owner:{self.owner}" if self.meter else ""

    @property
    def is_anyone(self) -> bool:
        """Whether nobody in particular is calling: the service is open."""
        return self == ANYONE


# Where FEEDBACK_AUTH is `open`, everyone is this caller.
ANYONE = Caller(owner="")
