"""The forms of the start page."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings

from feedback.contract.formats import Format
from feedback.events.pseudonyms import KEY_BYTES, Pseudonyms, WeakKeyError
from feedback.queue.render_job import Options, options_of

_REGIONS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
_FORMATS = {"both": list(Format), "html": [Format.HTML], "pdf": [Format.PDF]}


def time_zones() -> list[str]:
    """The zones that people live in, the service's own first."""
    places = sorted(zone for zone in available_timezones() if zone.partition("/")[0] in _REGIONS)
    return list(dict.fromkeys([settings.FEEDBACK_TIME_ZONE, "UTC", *places]))


class WishesForm(forms.Form):
    """The formats and options of an upload; a field that is left out has its default."""

    formats = forms.ChoiceField(choices=[(name, name) for name in _FORMATS], initial="both", required=False)
    time_zone = forms.ChoiceField(choices=lambda: [(zone, zone) for zone in time_zones()], required=False)
    compare = forms.BooleanField(required=False)

    def wanted_formats(self) -> list[Format]:
        return _FORMATS[self.cleaned_data["formats"] or "both"]

    def wanted_options(self) -> Options:
        compare = "class" if self.cleaned_data["compare"] else None
        return options_of(self.cleaned_data["time_zone"] or None, compare)


class UploadForm(WishesForm):
    """The same, and the file it is to be made from; perhaps a table of the exam's questions beside it."""

    events = forms.FileField(
        allow_empty_file=True,  # the reader knows better what to say of it
        error_messages={"required": "Choose a file first, or drop one on the field.", "invalid": "Choose a file."},
    )
    questions = forms.FileField(required=False, allow_empty_file=True)
    pseudonyms = forms.BooleanField(required=False)
    key = forms.CharField(required=False, max_length=200)
    seen = forms.CharField(required=False, max_length=64)

    def clean(self) -> dict[str, Any]:
        """With `hidden`: what makes the pseudonyms, or None where none are wanted."""
        cleaned: dict[str, Any] = self.cleaned_data
        cleaned["hidden"] = None
        if cleaned.get("pseudonyms"):
            try:
                cleaned["hidden"] = Pseudonyms(cleaned.get("key", "").encode())
            except WeakKeyError:
                self.add_error("key", f"Write a key of at least {KEY_BYTES} characters that nobody can guess.")
        return cleaned
