"""The languages that documents come in: each has a catalogue in `phrasing/locale`, but for English."""

from typing import Literal, get_args

Language = Literal["de", "en", "es", "fr", "hi"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
# As their speakers write them, for whoever chooses one.
NATIVE_NAMES: dict[Language, str] = {
    "de": "Deutsch",
    "en": "English",
    "es": "Español",
    "fr": "Français",
    "hi": "हिन्दी",
}
