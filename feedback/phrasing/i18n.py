"""Every text of a report through one catalogue a language: a translation is a file, not a fork.

A text is marked with `N_` (with `NN_` where a number decides the form) where it is written, and looked up with the
`Speech` of a language where it is used. `locale/feedback.pot` lists all of them; `locale/<language>.po` is a
translation, read as it is: nothing is compiled that could be out of date. Numbers and dates are those of the Unicode
CLDR, by Babel.
"""

import gettext
import io
from collections.abc import Sequence
from datetime import date as Day  # noqa: N812 - `date` is a method of Speech
from functools import lru_cache
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALE = Path(__file__).with_name("locale")
NO_BREAK_SPACE = "\u00a0"
_NARROW_NO_BREAK_SPACE = "\u202f"
_MINUS = "\u2212"
# The English of these texts is British.
_ENGLISH = "en_GB"
# In Spanish numbers of four digits stay in one piece (CLDR: minimumGroupingDigits, which Babel does not give).
_UNGROUPED = {"es": 4}


def N_(text: str) -> str:  # noqa: N802 - the name that tools for translators know
    """The text itself; marks it for extraction."""
    return text


def NN_(singular: str, plural: str) -> tuple[str, str]:  # noqa: N802 - as N_
    """Both forms of a sentence with a number in it; marks them for extraction."""
    return singular, plural


class Speech:
    """The texts, the numbers and the dates of one language; `language` is its BCP 47 tag.

    A message without a translation stays English. Whole numbers among the values of a message are written as the
    language writes them; all else is put in as it is.
    """

    def __init__(self, language: str, catalogue: gettext.NullTranslations, locale: Locale) -> None:
        self.language = language
        self.gettext, self.ngettext = catalogue.gettext, catalogue.ngettext
        self._locale = locale
        symbols, pattern = locale.number_symbols["latn"], locale.decimal_formats[None]
        self._decimal, self._group = symbols["decimal"], _wide(symbols["group"])
        self._by = pattern.grouping
        self._ungrouped = _UNGROUPED.get(locale.language, 3)
        # A no-break space before the sign in English too: that is how these reports have always been set.
        english, percent = locale.language == "en", locale.percent_formats[None].suffix[0]
        self._percent = f"{NO_BREAK_SPACE}%" if english else _wide(percent)

    def text(self, message: str, /, **values: object) -> str:
        """The translation of a message, with its `{names}` filled in."""
        translated = self.gettext(message)
        return translated.format(**self._shown(values)) if values else translated

    def count(self, one: str, many: str, number: int, /, **values: object) -> str:
        """The form that the language has for a number, which is `{n}` or `{number}` in it; `{names}` filled in."""
        shown = self.digits(str(number))
        return self.ngettext(one, many, number).format(**{"n": shown, "number": shown, **self._shown(values)})

    def _shown(self, values: dict[str, object]) -> dict[str, object]:
        # In place: each caller's are its own, and most hold no number.
        for name, each in values.items():
            if type(each) is int:
                values[name] = self.digits(str(each))
        return values

    def digits(self, plain: str) -> str:
        """A number in ASCII (`-1234.5`) as the language writes it: `−1.234,5`."""
        if len(plain) <= 3 and plain.isdigit():
            return plain
        whole, point, decimals = plain.removeprefix("-").partition(".")
        sign = _MINUS if plain.startswith("-") else ""
        return f"{sign}{self._grouped(whole)}{self._decimal if point else ''}{decimals}"

    def _grouped(self, whole: str) -> str:
        if len(whole) <= self._ungrouped:
            return whole
        size, further = self._by
        groups, rest = [whole[-size:]], whole[:-size]
        while rest:
            groups.append(rest[-further:])
            rest = rest[:-further]
        return self._group.join(reversed(groups))

    def percentage(self, whole: int) -> str:
        """`37 %`, `37%`."""
        return self.digits(str(whole)) + self._percent

    def date(self, day: Day) -> str:
        """`21 July 2024`."""
        return _date(day, self._locale, short=False)

    def day_and_month(self, day: Day) -> str:
        """`21 Jul`, for where there is little room; with no-break spaces, so that a narrow column does not part it."""
        return _date(day, self._locale, short=True).replace(" ", NO_BREAK_SPACE)

    def weekdays(self) -> Sequence[str]:
        """`Mon` to `Sun`."""
        names = self._locale.days["format"]["abbreviated"]
        return [names[day] for day in range(7)]


@lru_cache(maxsize=4096)
def _date(day: Day, locale: Locale, *, short: bool) -> str:
    # The visits of a long log ask for few days, many times.
    told = format_skeleton("MMMd", day, locale=locale) if short else format_date(day, "long", locale=locale)
    # French counts on from "1er"; CLDR's patterns have no ordinals.
    return told.replace("1", "1er", 1) if day.day == 1 and locale.language == "fr" else told


def _wide(text: str) -> str:
    """With the no-break space of all fonts instead of the narrow one, which the faces of our PDFs do not hold."""
    return text.replace(_NARROW_NO_BREAK_SPACE, NO_BREAK_SPACE)


@lru_cache(maxsize=32)
def speech(language: str) -> Speech:
    """The texts of a language (`de`, `pt_BR`, …); English where there is no translation."""
    try:
        locale = Locale.parse(_ENGLISH if language == "en" else language)
    except (UnknownLocaleError, ValueError):
        locale = Locale.parse(_ENGLISH)
    return Speech(language.partition("@")[0].replace("_", "-"), _catalogue(LOCALE / f"{language}.po"), locale)


def _catalogue(file: Path) -> gettext.NullTranslations:
    if not file.is_file():
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    with file.open("rb") as source:
        write_mo(compiled, read_po(source))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
