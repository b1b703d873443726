"""Which column of a table is which field: by its heading, however that is written, where it can only be one."""

from collections.abc import Collection, Mapping, Sequence

from feedback.events.faults import Faults, Line
from feedback.events.limits import MAX_COLUMNS
from feedback.events.normal_form import settled
from feedback.events.reading import Columns

# Other headings for a field, in the form that `plain` gives; each can mean nothing else in a log of events.
SYNONYMS: Mapping[str, Sequence[str]] = {
    "student_id": ("userid", "student", "user"),
    "unit": ("question", "questionid", "problem", "problemid"),
    "type": ("event", "eventtype", "action"),
    "created_time": ("createdat", "timestamp", "datetime", "time"),
}


def fields_of(
    header: Sequence[str], line: int, known: Sequence[str], required: Sequence[str], faults: Faults
) -> list[str]:
    """The field of each column, "" where a column is not read; no field at all, with the faults recorded, where
    the header cannot be used."""
    before = faults.count
    if len(header) > MAX_COLUMNS:
        faults.add((Line(line),), f"{len(header):,} columns; at most {MAX_COLUMNS} are read, leave out the others")
        return []
    headings = [plain(cell) for cell in header]
    fields = [""] * len(header)
    for field in known:
        named = [index for index, name in enumerate(headings) if name == plain(field)]
        if len(named) > 1:
            faults.add((Line(line), field), "two columns have this name; keep one")
        alike = named or [index for index, name in enumerate(headings) if name in SYNONYMS.get(field, ())]
        if len(alike) == 1:
            fields[alike[0]] = field
        elif header and field in required and not named:
            faults.add((Line(line), field), f"no column has this name; the header row must name {', '.join(required)}")
    return fields if faults.count == before else []


def columns_of(header: Sequence[str], fields: Sequence[str]) -> Columns:
    pairs = list(zip(header, fields, strict=True))
    ignored = tuple(heading.strip() for heading, field in pairs if not field and heading.strip())
    return Columns({heading.strip(): field for heading, field in pairs if field}, ignored)


def has_own_header(headings: Collection[str]) -> bool:
    """Whether headings in their plain form name what a table of our own format must have."""
    return all(any(name in headings for name in (plain(field), *SYNONYMS[field])) for field in ("student_id", "unit"))


def plain(heading: str) -> str:
    """A heading or a word of a file as it is compared: case, blanks, `_` and `-` do not matter."""
    return "".join(settled(heading).casefold().replace("_", "").replace("-", "").split())
