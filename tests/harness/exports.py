"""Small files as platforms export them, and the ways in which they are packed."""

import gzip
import io
import struct
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

CODERUNNER = (
    b"uniquekey,quizattemptid,timestart,timefinish,firstname,lastname,email,slot,questionid,questionsummary,qname,mark,"
    b"timestamp,datetime,fraction,state,attemptstepid,qasdname,value\n"
    b'1,90,1700000000,1700007200,Ada,L.,ada@x.edu,1,7,"Write ""sum""",Sum,2.0,1700000100,2023/11/15 11:15:00,,'
    b'todo,1,answer,"a = 1\nprint(a)"\n'
    b"2,90,1700000000,1700007200,Ada,L.,ada@x.edu,1,7,Sum,Sum,2.0,1700000200,2023/11/15 11:16:40,0.5,"
    b"gradedpartial,2,-submit,1\n"
    b"3,91,1700000000,0,Bob,M.,bob@x.edu,1,7,Sum,Sum,2.0,1700000300,2023/11/15 11:18:20,1.0,gradedright,3,-finish,1\n"
)
GRADESCOPE = (
    b"---\nsubmission_1:\n  :submitters:\n  - :name: Ada L.\n    :sid: '100'\n    :email: ada@x.edu\n"
    b"  :created_at: &1 2023-09-21 10:00:00.123456000 Z\n  :score: 6.0\n  :results:\n    tests:\n    - name: adds\n"
    b"      max_score: 3\n      output: |-\n        text\n    - name: subtracts\n      max_score: 5.0\n"
    b"  :history:\n  - :id: 7\n    :created_at: 2023-09-21 09:00:00 Z\n    :submitters: []\n    :score: 4\n"
    b"  - :created_at: *1\n    :score: 6.0\n"
)
DATASHOP = (
    b"Row\tSample Name\tTransaction Id\tAnon Student Id\tTime\tTime Zone\tStudent Response Type\tTutor Response Type\t"
    b"Problem Name\tStep Name\tOutcome\tKC (Default)\tKC (Default)\n"
    b"1\tAll Data\tt1\tStu_1\t2013-09-20 10:45:50.0\tUS/Eastern\tATTEMPT\tRESULT\tP1\ts1\tCORRECT\tk\tk\n"
    b"2\tAll Data\tt2\tStu_1\t2013-09-20 10:46:50.0\t\tATTEMPT\tRESULT\tP1\ts2\tINCORRECT\tk\tk\n"
    b"3\tAll Data\tt3\tStu_2\t2013-09-20 10:47:50.0\t\tHINT_REQUEST\tHINT_MSG\tP1\ts2\tHINT\tk\tk\n"
)
OPEN_EDX = (
    b'{"username": "ada", "event_type": "problem_check", "event_source": "browser", "time": "2016-09-06T04:57:09Z",'
    b' "event": "input_2_1=4", "context": {"user_id": 6, "course_id": "course-v1:O+C+R"}}\n'
    b'{"username": "ada", "event_type": "problem_check", "event_source": "server", "time": "2016-09-06T04:57:09Z",'
    b' "event": {"problem_id": "block-v1:p1", "grade": 1, "max_grade": 2, "success": "incorrect"},'
    b' "context": {"user_id": 6, "course_id": "course-v1:O+C+R", "module": {"display_name": "Sum"}}}\n'
)
XAPI = (
    b'{"more": "", "statements": [{"id": "s1", "actor": {"name": "Ada L.", "account": {"name": "ada", "homePage": "https://x"}},'
    b' "verb": {"id": "http://adlnet.gov/expapi/verbs/answered"},'
    b' "object": {"id": "https://x/q/7", "definition": {"name": {"fr": "Somme", "en": "Sum"}}},'
    b' "result": {"score": {"scaled": 0.5, "raw": 2, "max": 4}, "success": false},'
    b' "context": {"contextActivities": {"parent": [{"id": "https://x/c/1"}]}}, "timestamp": "2024-07-21T10:00:01Z"},'
    b' {"id": "s2", "actor": {"mbox": "mailto:bob@x.edu"}, "verb": {"id": "http://adlnet.gov/expapi/verbs/experienced"},'
    b' "object": {"id": "https://x/q/7"}, "stored": "2024-07-21T10:00:01Z"}]}'
)
CODEFORCES = (
    b'{"status": "OK", "result": [{"id": 1, "creationTimeSeconds": 1673519618, "problem": {"contestId": 1775, "index":'
    b' "A2", "name": "Capybaras", "points": 500.0}, "author": {"members": [{"handle": "ada"}, {"handle": "bob"}],'
    b' "participantType": "CONTESTANT"}, "verdict": "OK", "testset": "TESTS"},'
    b' {"id": 2, "creationTimeSeconds": 1673519600'
    b', "problem": {"contestId": 1775, "index": "A2"}, "author": {"members": [{"handle": "ada"}], "participantType":'
    b' "PRACTICE"}, "verdict": "COMPILATION_ERROR"}]}'
)
# One of each source, by its name.
EXPORTS = {
    "moodle-coderunner": CODERUNNER,
    "prairielearn": PRAIRIELEARN,
    "gradescope": GRADESCOPE,
    "progsnap2": PROGSNAP2,
    "xapi": XAPI,
    "open-edx": OPEN_EDX,
    "ccs": FEED,
    "codeforces": CODEFORCES,
    "datashop": DATASHOP,
    "table": GERMAN,
}


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


def _zip_of(*names: str) -> bytes:
    """A ZIP with members of any names, also of such as `zipfile` itself would not write."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name in names:
            info = zipfile.ZipInfo()
            info.filename = name
            archive.writestr(info, b"x")
    return content.getvalue()


def _deflate64() -> bytes:
    """A ZIP whose member says that it is packed by Deflate64, as Windows packs what is larger than 2 GB."""
    whole = _zip_of("MainTable.csv")
    method = struct.pack("<H", 9)
    central = whole.index(b"PK\x01\x02") + 10
    return whole[:8] + method + whole[10:central] + method + whole[central + 2 :]


def _tar_of(entry: tarfile.TarInfo, *headers: bytes) -> bytes:
    return b"".join(headers) + entry.tobuf(tarfile.USTAR_FORMAT) + bytes(1024)


def _pax(record: bytes) -> bytes:
    entry = tarfile.TarInfo("pax")
    entry.type, entry.size = tarfile.XHDTYPE, len(record)
    return entry.tobuf(tarfile.USTAR_FORMAT) + record.ljust(512, b"\0")


def _long_name() -> bytes:
    entry = tarfile.TarInfo("././@LongLink")
    entry.type, entry.size = tarfile.GNUTYPE_LONGNAME, 2
    return entry.tobuf(tarfile.USTAR_FORMAT) + b"a".ljust(512, b"\0")


# Archives that no program packs, and that Python's own readers answer with exceptions of many kinds.
ODD_ARCHIVES = {
    "zip: a dot": _zip_of("."),
    "zip: a NUL": _zip_of("\0x"),
    "zip: no name": _zip_of(""),
    "zip: Deflate64": _deflate64(),
    "tar: a dot": _tar_of(tarfile.TarInfo(".")),
    "tar: no name": _tar_of(tarfile.TarInfo("")),
    "tar: no path": _tar_of(tarfile.TarInfo("x"), _pax(b"8 path=\n")),
    "tar: endless pax": _tar_of(tarfile.TarInfo("x"), *[_pax(b"9 path=x\n")] * 600),
    "tar: endless names": _tar_of(tarfile.TarInfo("x"), *[_long_name()] * 600),
    "tar: a size that nothing has": _tar_of(tarfile.TarInfo("x"), _pax(b"38 size=" + b"9" * 29 + b"\n")),
}
