"""The parts of an xAPI statement that are read, by the names of the specification."""

import msgspec


class Part(msgspec.Struct, rename="camel", gc=False):
    """A part of a statement, by the names of the specification; members that are not read cost no memory."""


class Account(Part):
    name: str | None = None


class Agent(Part):
    name: str | None = None
    mbox: str | None = None
    mbox_sha1sum: str | None = msgspec.field(name="mbox_sha1sum", default=None)
    openid: str | None = None
    account: Account | None = None

    @property
    def identity(self) -> str:
        """What tells an actor apart; empty where nothing does."""
        account = self.account.name if self.account else None
        return account or (self.mbox or "").removeprefix("mailto:") or self.openid or self.mbox_sha1sum or ""


class Actor(Agent):
    member: list[Agent] | None = None


class Definition(Part):
    name: dict[str, str] | None = None
    type: str | None = None


class Activity(Part):
    id: str | None = None
    object_type: str | None = None
    definition: Definition | None = None


class Verb(Part):
    id: str | None = None


class Score(Part):
    scaled: float | None = None
    raw: float | None = None
    max: float | None = None


class Result(Part):
    score: Score | None = None
    success: bool | None = None


class Activities(Part):
    """Lists, but of version 0.95 single activities."""

    parent: list[Activity] | Activity | None = None
    grouping: list[Activity] | Activity | None = None


class Where(Part):
    context_activities: Activities | None = None
    platform: str | None = None


class Statement(Part):
    id: str | None = None
    actor: Actor | None = None
    verb: Verb | None = None
    object: Activity | None = None
    result: Result | None = None
    context: Where | None = None
    timestamp: str | None = None
    stored: str | None = None


decoder = msgspec.json.Decoder(Statement)
