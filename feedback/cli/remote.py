"""From events to reports in a folder, by way of a service."""

import contextlib
import hashlib
import re
import tempfile
import time
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import msgspec

from feedback.cli import console, output
from feedback.cli.client import Counts, Refused, Service, ServiceError
from feedback.events import MediaType
from feedback.rendering import Format
from feedback.rendering.manifest import Manifest, ManifestEntry, State, decode_manifest

# What a service may call a file; whatever else an archive holds is not unpacked.
_SAFE = re.compile(r"(?:html|pdf|json)/[A-Za-z0-9][A-Za-z0-9._@-]{0,120}")


@dataclass
class Delivery:
    """What came back for one task."""

    format: Format
    task_id: str
    manifest: Manifest | None = None
    failures: list[str] = field(default_factory=list)


def deliver(
    service: Service,
    content: IO[bytes],
    media_type: MediaType,
    formats: Sequence[Format],
    folder: Path,
    time_zone: str | None = None,
) -> list[Delivery]:
    """Submit a body in each format, wait, and unpack what was made under `folder`, with one manifest for all.

    A task that fails is told in its delivery. Raises ServiceError for what keeps everything from going on.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tasks = [Delivery(format_, service.submit(format_, content, media_type, time_zone)) for format_ in formats]
    for task in tasks:
        console.note(f"{service.url}/assignment/{task.format}/{task.task_id} accepted")
    _wait(service, tasks)
    for task in tasks:
        _collect(service, task, folder)
    output.write_manifest(folder, _merged(tasks))
    return tasks


def _wait(service: Service, tasks: Sequence[Delivery]) -> None:
    """Until every task is final, with their reports counted together."""
    counts = {task.task_id: found[0] for task in tasks if (found := _ask(service, task))}
    with console.progress("Reports", sum(of_task.total for of_task in counts.values())) as at:
        running = [task for task in tasks if task.task_id in counts]
        while running:
            pauses = []
            for task in list(running):
                if found := _ask(service, task):
                    counts[task.task_id], pause = found
                    pauses.append(pause)
                else:
                    running.remove(task)
                    total = counts[task.task_id].total
                    counts[task.task_id] = Counts(total, done=total, failed=0)
            at(sum(of_task.done + of_task.failed for of_task in counts.values()))
            time.sleep(min(pauses, default=0))


def _ask(service: Service, task: Delivery) -> tuple[Counts, float] | None:
    """How far a task is; None once it is final, its failure noted where it failed."""
    try:
        return service.progress(task.format, task.task_id)
    except Refused as fault:
        task.failures += [f"{task.format}: {fault}", *fault.details]
        return None


def _collect(service: Service, task: Delivery, folder: Path) -> None:
    """Fetch what there is of a final task; a failed class may still hold the reports of its students."""
    try:
        with tempfile.TemporaryFile() as archive:
            service.archive(task.format, task.task_id, archive)
            task.manifest = _unpack(archive, task.format, folder)
    except ServiceError as fault:
        task.failures += [f"{task.format}: {fault}", *fault.details]
        return
    task.failures += [
        f"{task.format} report of {entry.student_id}: {entry.error}"
        for entry in task.manifest.students
        if entry.state is State.FAILURE
    ]


def _unpack(archive: IO[bytes], format_: Format, folder: Path) -> Manifest:
    """Write the documents of an archive, each checked against the manifest that comes with it."""
    with _opened(archive) as members:
        manifest = decode_manifest(members.read(output.MANIFEST))
        for entry in manifest.students:
            if entry.link is None:
                continue
            if not _SAFE.fullmatch(entry.link):
                raise ServiceError(f"The service names a file that is not taken: {entry.link}")
            body = members.read(entry.link)
            if hashlib.sha256(body).hexdigest() != entry.sha256:
                raise ServiceError(f"{entry.link} arrived damaged. Run the same command again.")
            output.write(folder, entry.link, body)
        if (name := output.class_path(format_)) in members.namelist():
            output.write(folder, name, members.read(name))
    return manifest


@contextlib.contextmanager
def _opened(archive: IO[bytes]) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(archive) as members:
            yield members
    except (zipfile.BadZipFile, KeyError, msgspec.DecodeError) as fault:
        raise ServiceError("The archive arrived damaged. Run the same command again.", [str(fault)]) from None


def _merged(tasks: Sequence[Delivery]) -> Manifest:
    """One manifest, an entry for each student and format: in files a link is a path, and only what is here has one."""
    lists = [task.manifest.students for task in tasks if task.manifest]
    entries: list[ManifestEntry] = [entry for of_one in zip(*lists, strict=True) for entry in of_one]
    return Manifest(tasks[0].task_id if len(tasks) == 1 else None, entries)
