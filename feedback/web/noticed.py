"""What the reader noticed in a file that it took: said to the person who sent it, on the pages of that upload.

Nothing of a student is stored for it. What is about ids is worked out from the students each time; the rest (names of
types and of columns) is kept in the session of the person who sent the file, and ends with it. The reports' own data
notes say the same of each log to everyone else.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.http import HttpRequest

from feedback.events import Roster
from feedback.events.reading import notes_about

_SESSION = "noticed"
_UPLOADS_KEPT = 20
_NAMES_SHOWN, _CHARACTERS_SHOWN, _WORDS_KEPT = 10, 60, 500
# Said of the students themselves, and therefore not kept.
_ABOUT_IDS = ("ids_differ_in_case", "ids_ruined")


def about_types(unknown: Iterable[str]) -> list[str]:
    """What there is to say of the types of events that are not known here."""
    names = sorted(unknown)
    if not names:
        return []
    return [f"Types of events that are not known here: {_listed(names)}. Nothing is concluded from them."]


def about_reading(roster: Roster) -> list[str]:
    """What was noticed about times, and the columns of a table that were not read by their own names."""
    used = roster.columns.used.items() if roster.columns else ()
    renamed = [f"{name} as {field}" for name, field in used if name != field]
    words = [f"Columns read: {_listed(renamed)}."] if renamed else []
    return words + [_cut(note.message, _WORDS_KEPT) for note in roster.notes if note.code not in _ABOUT_IDS]


def keep(request: HttpRequest, upload: UUID, words: Sequence[str]) -> None:
    """For as long as the session lasts, of the latest uploads of this person."""
    kept: dict[str, list[str]] = request.session.get(_SESSION, {})
    if not words and str(upload) not in kept:
        return
    latest = {name: found for name, found in kept.items() if name != str(upload)}
    latest |= {str(upload): list(words)} if words else {}
    request.session[_SESSION] = dict(list(latest.items())[-_UPLOADS_KEPT:])


def noticed(request: HttpRequest, upload: UUID, keys: Iterable[tuple[str, str]]) -> list[str]:
    """What there is to say of an upload whose students have these keys, (namespace, student id)."""
    kept: dict[str, list[str]] = request.session.get(_SESSION, {})
    return [note.message for note in notes_about(keys, some_time_has_no_zone=False)] + kept.get(str(upload), [])


def _listed(names: Sequence[str]) -> str:
    shown = [_cut(name, _CHARACTERS_SHOWN) for name in names]
    more = len(names) - _NAMES_SHOWN
    return ", ".join(shown[:_NAMES_SHOWN]) + (f" and {more:,} more" if more > 0 else "")


def _cut(text: str, characters: int) -> str:
    return text if len(text) <= characters else f"{text[: characters - 1]}…"
