"""The questions of an upload: those of its logs in the order of the aliases, and those that only the context has."""

from collections.abc import Sequence

from feedback.analysis.units import SectionNumbers, in_order, unit_of
from feedback.events import Question, units_in
from feedback.store import loading
from feedback.store.models import Student, Upload
from feedback.submissions.upload_limits import room_for_logs
from feedback.web.exam_draft import Row, UnitValue, said_of

# More are not filled in by hand: with them a form would have more fields than Django takes.
MOST_ROWS = 100


def rows_of(upload: Upload, questions: Sequence[Question]) -> list[Row]:
    """A row for each question, filled in with what is said of it. Reads every log of the upload. Raises Busy."""
    found, sections = _units(upload), SectionNumbers()
    for unit in (*found, *(question.unit for question in questions)):
        sections.add(unit)
    by_unit = {unit_of(raw, sections.found): raw for raw in reversed(found)}
    said = {unit_of(question.unit, sections.found): question for question in questions}
    in_log = in_order(by_unit)
    values = [said[unit].unit if unit in said else by_unit[unit] for unit in in_log]
    values += [question.unit for unit, question in said.items() if unit not in by_unit]
    return [
        Row(index, value, said_of(said[unit]) if unit in said else {}, in_log=unit in by_unit)
        for index, (value, unit) in enumerate((value, unit_of(value, sections.found)) for value in values)
    ]


def _units(upload: Upload) -> list[UnitValue]:
    """The distinct units as the logs write them."""
    units = dict[tuple[type, UnitValue], None]()
    for _, payload in loading.payloads(Student.objects.filter(upload=upload.pk), room_for_logs(upload.owner)):
        units.update(dict.fromkeys((type(unit), unit) for unit in units_in(payload)))
    return [unit for _, unit in units]
