"""Small files as platforms export them, and the ways in which they are packed."""

import gzip
import io
import tarfile
import zipfile

import xlsxwriter

PROGSNAP2 = (
    b"EventType,EventID,SubjectID,ServerTimestamp,ProblemID,Score\n"
    b"Submit,1,ada,2024-07-21T10:00:01,p1,0.5\n"
    b"X-Peek,2,ada,2024-07-21T10:00:31,p1,\n"
    b"Submit,3,grace,2024-07-21T10:01:01,p2,1\n"
    b"Submit,4,-1,2024-07-21T10:01:01,p2,\n"
)
PRAIRIELEARN = (
    b"UID,Name,Role,Assessment,Assessment instance,Question,submission_id,Submission date,Score,Max points\n"
    b"ada@school.edu,Ada L,Student,Exam 1,1,fib,11,2024-07-21T10:00:01Z,0.5,4\n"
    b"grace@school.edu,Grace H,Student,Exam 1,2,fib,12,2024-07-21T10:01:01Z,1,4\n"
    b"prof@school.edu,Prof,Instructor,Exam 1,3,fib,13,2024-07-21T09:01:01Z,1,4\n"
)
FEED = (
    b'{"type":"contest","id":null,"data":{"id":"c","name":"Cup","start_time":"2024-07-21T10:00:00Z",'
    b'"duration":"5:00:00.000"},"token":"1"}\n'
    b'{"type":"problems","id":"p","data":{"id":"p","label":"A","name":"Add"},"token":"2"}\n'
    b'{"type":"teams","id":"7","data":{"id":"7","name":"Team 7"},"token":"3"}\n'
    b'{"type":"judgement-types","id":"AC","data":{"id":"AC","name":"correct","solved":true},"token":"4"}\n'
    b'{"type":"submissions","id":"9","data":{"id":"9","problem_id":"p","team_id":"7",'
    b'"time":"2024-07-21T10:30:00Z"},"token":"5"}\n'
    b'{"type":"judgements","id":"8","data":{"id":"8","submission_id":"9","judgement_type_id":"AC"},"token":"6"}\n'
)
# A lecturer's own, in German: neither its headings nor one of its words are ours.
GERMAN = (
    "Matrikel;Aufgabe;Ereignis;Zeit;Punkte;Höchstpunktzahl\n"
    "17;A1;Abgabe;21.7.2024 10:00:01;1,5;2\n"
    "17;A2;Abgabe;21.7.2024 10:05:01;2;2\n"
    "18;A1;Abgabe;21.7.2024 10:02:01;1;2\n"
    ";;;;Summe;\n"
).encode()


def zipped(**members: bytes) -> bytes:
    """A ZIP of members, whose names have `__` for a point."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in members.items():
            archive.writestr(f"export/{name.replace('__', '.')}", body)
    return content.getvalue()


def tarred(name: str, body: bytes) -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as archive:
        entry = tarfile.TarInfo(name)
        entry.size = len(body)
        archive.addfile(entry, io.BytesIO(body))
    return content.getvalue()


def gzipped(body: bytes) -> bytes:
    return gzip.compress(body, mtime=0)


def workbook(table: bytes = GERMAN, separator: str = ";") -> bytes:
    """The table as the first sheet of an .xlsx, every cell a text."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        page = book.add_worksheet("Log")
        for number, line in enumerate(table.decode().splitlines()):
            for column, cell in enumerate(line.split(separator)):
                page.write_string(number, column, cell.replace(",", "."))
    return content.getvalue()
