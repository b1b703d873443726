"""A small whole file of each source, as text, to be damaged."""

from collections.abc import Mapping

from tests.events.formats import (
    test_ccs,
    test_codeforces,
    test_datashop,
    test_gradescope,
    test_moodle_coderunner,
    test_open_edx,
    test_prairielearn,
    test_progsnap2,
    test_xapi,
)

_TABLE = (
    b"Student,Question,Event,Date,Score,Max score\nada,1,submit,2024-07-21 10:00,1,2\nbob,1,save,21.7.2024 10:05:30,,\n"
)
_HISTORY = "\n" + test_gradescope.earlier("09:00:00 Z", "0.0") + test_gradescope.earlier("09:30:00 Z", "4")
FILES: Mapping[str, bytes] = {
    "table": _TABLE,
    "moodle-coderunner": test_moodle_coderunner.table(
        {"qasdname": "answer"}, {}, {"attemptstepid": "2", "email": "bob@x.edu", "qasdname": "-finish", "fraction": "1"}
    ),
    "prairielearn": test_prairielearn.table({}, {"submission_id": "2", "UID": "bob@x.edu"}),
    "gradescope": f"---\n{test_gradescope.submission(history=_HISTORY)}".encode(),
    "progsnap2": (test_progsnap2.HEADER + "".join(test_progsnap2.submit(str(n)) for n in range(4))).encode(),
    "xapi": test_xapi.FORMS["a page"].encode(),
    "open-edx": (test_open_edx.check() + test_open_edx.check(username="bob")).encode(),
    "ccs": "".join((test_ccs.contest(), test_ccs.SETTING, test_ccs.submission(), test_ccs.judged("AC"))).encode(),
    "codeforces": test_codeforces.answer(test_codeforces.submission(), test_codeforces.submission(id=2)),
    "datashop": test_datashop.table({}, {"Step Name": "s2", "Outcome": "INCORRECT"}),
}
