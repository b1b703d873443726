"""What processes have cost so far: processor seconds and memory, read from /proc."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")
_PROGRAMS = {"feedback web": "web", "celery -A feedback worker": "workers", "celery -A feedback beat": "beat"}
_SERVERS = ("postgres", "redis-server", "gunicorn", "celery")


def tree(root: int) -> list[int]:
    """A process and everything it started that still lives."""
    children: dict[int, list[int]] = {}
    for pid, fields in _living():
        children.setdefault(int(fields[1]), []).append(pid)
    found = [root]
    for pid in found:
        found += children.get(pid, [])
    return found


def processor_seconds(root: int) -> float:
    """What a process and all it started have used, the ended ones included."""
    mine = set(tree(root))
    # utime, stime, and both of the children that have ended.
    return sum(sum(map(int, fields[11:15])) for pid, fields in _living() if pid in mine) / _TICK


def by_program() -> dict[str, float]:
    """Processor seconds so far of each program this process has started."""
    used: dict[str, float] = {}
    for pid, fields in _living():
        if int(fields[1]) == os.getpid():
            name = _name(pid)
            used[name] = used.get(name, 0) + processor_seconds(pid)
    return used


def spent(before: Mapping[str, float], after: Mapping[str, float], reports: int) -> dict[str, float | str]:
    """For the details of a row: processor milliseconds a report, by program."""
    each = {name: (after[name] - before.get(name, 0)) * 1000 / reports for name in after}
    return {f"{name} CPU ms/report": round(value, 2) for name, value in each.items() if value >= 0.005}


def resident(pid: int) -> int:
    """Bytes of memory that a process holds now; 0 once it has ended."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def anonymous(pid: int) -> int:
    """Bytes of memory that a process holds now for itself alone, the pages of files that it looks into left out."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("RssAnon:"))) * 1024


def peak(pid: int) -> int:
    """The most bytes of memory that a process has held since it began, or since `forget_peak`."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    kilobytes = next((line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")), "0")
    return int(kilobytes) << 10


def forget_peak(pid: int) -> None:
    """From now on `peak` counts anew."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def _name(pid: int) -> str:
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return "ended"
    for words, name in _PROGRAMS.items():
        if words in command:
            return name
    return next((name for name in _SERVERS if name in command), "other")


def _living() -> Iterator[tuple[int, list[str]]]:
    """(process, the fields of its status from its state on) of every process."""
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            yield int(status.parent.name), status.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it ended while we looked
