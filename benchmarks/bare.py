"""What the machine could do: processes that only decode, analyse and render, with nothing around.

`python -m benchmarks.bare pdf` reads a file name, then waits for a line on standard input to begin.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from feedback.analysis import analyse
from feedback.contract.formats import Format
from feedback.events import Student, decode_student, encode_student
from feedback.rendering import render


def make(payload: bytes, format_: Format) -> bytes:
    """A report from what intake would have stored."""
    return render(analyse(decode_student(payload)), format_).body


def loop(students: Sequence[Student], warm: Sequence[Student], format_: str, processes: int = 2) -> tuple[float, float]:
    """The seconds that `processes` need for all of these students, begun at once when warm; and of processor time."""
    with tempfile.TemporaryDirectory() as folder:
        running = []
        for number in range(processes):
            share = Path(folder) / str(number)
            share.write_bytes(b"\n".join(map(encode_student, [*warm, *students[number::processes]])))
            command = [sys.executable, "-m", "benchmarks.bare", format_, str(share), str(len(warm))]
            running.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
        for one in running:
            assert one.stdout
            assert one.stdout.readline() == "warm\n"
        begun = time.perf_counter()
        for one in running:
            assert one.stdin
            print("begin", file=one.stdin, flush=True)
        used = [float(one.communicate()[0]) for one in running]
        seconds = time.perf_counter() - begun
    return seconds, sum(used)


def _main(format_: str, path: str, warm: int) -> None:
    payloads = Path(path).read_bytes().split(b"\n")
    wanted = Format(format_)
    for payload in payloads[:warm]:
        make(payload, wanted)
    print("warm", flush=True)
    sys.stdin.readline()
    begun = time.process_time()
    for payload in payloads[warm:]:
        make(payload, wanted)
    print(time.process_time() - begun)


if __name__ == "__main__":
    _main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
