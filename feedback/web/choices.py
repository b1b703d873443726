"""What a person says of a file's origin on the upload page: its source, zone, columns, and kinds for its words."""

from collections.abc import Collection, Mapping
from functools import cached_property
from typing import Any

import msgspec
from django.conf import settings
from django.http import QueryDict

from feedback.events import Origin, Student, StudentStream, origin_of
from feedback.events.formats import table
from feedback.events.formats.columns import plain
from feedback.events.formats.own import with_kinds
from feedback.events.formats.registry import FORMATS
from feedback.events.formats.source_options import FIELDS
from feedback.events.kinds import KINDS
from feedback.events.origin import AUTO

# More are not asked for: with them a form would have more fields than Django takes.
MOST_WORDS = 100


class Choices(msgspec.Struct, frozen=True, omit_defaults=True, dict=True):
    """As JSON, what is kept for the next file of the same shape. `kinds` has words as the file writes them.

    A field that `columns` has with "" is read from no column.
    """

    source: str = ""
    zone: str = ""
    columns: Mapping[str, str] = {}
    kinds: Mapping[str, str] = {}
    roles: str = ""

    def origin(self, seen_as: str | None) -> Origin:
        """For the readers; `seen_as` is the source where none was chosen. Raises InvalidEvents.

        Without the kinds, which `among` puts in: so that a page can show the words that the file itself has.
        """
        columns = [f"{field}={heading}" for field, heading in self.columns.items()]
        roles = [role for role in self.roles.split(",") if role.strip()]
        source = self.source or seen_as
        return origin_of(source, self.zone or None, columns, roles, settings.FEEDBACK_MAX_BODY_BYTES)

    def among(self, stream: StudentStream) -> StudentStream:
        """The same stream with the kinds that were chosen; iterate this one."""
        return stream.of(map(self._renamed, iter(stream))) if self.kinds else stream

    def _renamed(self, student: Student) -> Student:
        return msgspec.structs.replace(student, events=with_kinds(student.events, self._by_plain_word))

    def besides(self, kept: "Choices", words: Collection[str]) -> "Choices":
        """With the kinds that were kept for words that are not among these, which the form did not show."""
        shown = set(map(plain, words))
        others = {word: kind for word, kind in kept.kinds.items() if plain(word) not in shown}
        return msgspec.structs.replace(self, kinds={**others, **self.kinds})

    def kind_of(self, word: str) -> str:
        """The kind that was chosen for a word; "" where none was."""
        return self._by_plain_word.get(plain(word), "") if self.kinds else ""

    @cached_property
    def _by_plain_word(self) -> Mapping[str, str]:
        return {plain(word): kind for word, kind in self.kinds.items()}

    def kept(self) -> dict[str, Any]:
        """As `recalled` takes it."""
        made: dict[str, Any] = msgspec.to_builtins(self)
        return made


def sent_choices(form: QueryDict) -> Choices:
    """What the form says; a field that is missing, or of another source than the chosen one, says nothing."""
    source = form.get("source", "").strip()
    columns = {field: form.get(name, "").strip() for field in FIELDS if (name := f"column-{field}") in form}
    if source != table.FORMAT.name:
        columns = {}
    format_ = FORMATS.get(source)
    roles = form.get("roles", "").strip() if format_ and format_.roles else ""
    kinds = {}
    for index, word in enumerate(form.getlist("word")[:MOST_WORDS]):
        if (kind := form.get(f"kind-{index}", "")) in KINDS and kind != "other" and word.strip():
            kinds[word.strip()] = kind
    zone = form.get("source_tz", "").strip()
    return Choices("" if source == AUTO else source, zone, columns, kinds, roles)


def recalled(kept: Mapping[str, Any], source: str = "") -> Choices:
    """What was chosen for an earlier file, where `source`, if it is said now, is what it was then."""
    try:
        found = msgspec.convert(dict(kept), Choices)
    except msgspec.ValidationError:  # of another version
        return Choices(source)
    return found if source in ("", found.source) else Choices(source)
