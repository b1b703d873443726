"""How a document speaks: the phrases of a report, and text from outside made fit for one format."""

from feedback.analysis.settings import AnalysisSettings
from feedback.analysis.student.quality import replaced_characters_note
from feedback.phrasing.phrases import Phrases, zone_name
from feedback.rendering.artifact import RenderOptions
from feedback.rendering.characters import Coverage, Legible

_LONGEST = 220


class Words(Phrases):
    """The phrases of one document. `legible` makes text from outside fit for the format and keeps what it replaced."""

    def __init__(self, language: str, options: RenderOptions, legible: Legible) -> None:
        super().__init__(language, options.zone)
        self.time_zone = zone_name(options.time_zone, options.zone)
        self.legible = legible

    @property
    def on_screen(self) -> bool:
        """Whether the document is a page for a browser, and not one to print."""
        return self.legible.coverage is Coverage.BROWSER

    @property
    def foot(self) -> tuple[str, str, str]:
        """The foot of a page: what is before, between and after its number and that of all pages."""
        before, _, rest = self.text("Page {page} of {pages}").partition("{page}")
        between, _, after = rest.partition("{pages}")
        return before, between, after

    def foreign(self, text: str) -> str:
        """Text from outside, legible, and no longer than a page can take."""
        if len(text) > _LONGEST:
            shown = text[:_LONGEST]
            return self.text("{shown}… ({count} characters)", shown=self.legible(shown), count=len(text))
        return self.legible(text)

    def replaced_note(self, settings: AnalysisSettings) -> str:
        """Which characters had to be written as code points so far; empty where none had."""
        note = replaced_characters_note(self.legible.replaced, settings)
        return "" if note is None else note.text
