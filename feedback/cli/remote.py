"""From events to reports in a folder, by way of a service."""

import contextlib
import hashlib
import re
import tempfile
import time
import zipfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import msgspec

from feedback.cli import console, output
from feedback.cli.client import Query, Refused, Service, ServiceError
from feedback.contract import layout
from feedback.contract.filenames import file_stems
from feedback.contract.formats import Format
from feedback.contract.layout import DOCUMENTS, Output
from feedback.contract.manifest import Manifest, ManifestEntry, decode_manifest
from feedback.contract.states import State
from feedback.events import MediaType
from feedback_client import Progress

# The paths that a service's archive may hold; any other member is not unpacked.
_SAFE = re.compile(r"(?:html|pdf)/[A-Za-z0-9][A-Za-z0-9._@-]{0,120}")
_AT_A_TIME = 8
_HELD_SECONDS = 1  # no longer, as somebody watches the numbers grow


@dataclass
class Delivery:
    """What came back for one output: of the task in that format or, for findings, of the one they come with."""

    output: Output
    format: Format
    task_id: str
    manifest: Manifest | None = None
    failures: list[str] = field(default_factory=list)


def deliver(
    service: Service,
    content: IO[bytes],
    media_type: MediaType,
    outputs: Sequence[Output],
    folder: Path,
    options: Query,
) -> list[Delivery]:
    """Submit a body, wait, and write what was made under `folder`, with one manifest for all.

    A task that fails is told in its delivery. Raises ServiceError for what keeps everything from going on.
    """
    folder.mkdir(parents=True, exist_ok=True)
    documents = [wanted for wanted in outputs if wanted in DOCUMENTS] or [Output.HTML]
    tasks = {wanted: service.submit(Format(wanted), content, media_type, options) for wanted in documents}
    for wanted, task_id in tasks.items():
        console.note(f"{service.url}/assignment/{wanted}/{task_id} accepted")
    carriers = {wanted: wanted if wanted in tasks else documents[0] for wanted in outputs}
    deliveries = [Delivery(wanted, Format(carrier), tasks[carrier]) for wanted, carrier in carriers.items()]
    _wait(service, list({delivery.task_id: delivery for delivery in reversed(deliveries)}.values()))
    for delivery in deliveries:
        _collect(service, delivery, folder)
    output.write_manifest(folder, _merged(deliveries))
    return deliveries


def _wait(service: Service, tasks: Sequence[Delivery]) -> None:
    """Until every task is final, with their reports counted together."""
    counts = {task.task_id: found[0] for task in tasks if (found := _ask(service, task))}
    with console.progress("Reports", sum(of_task.total for of_task in counts.values())) as at:
        running = [task for task in tasks if task.task_id in counts]
        while running:
            begun, pauses = time.monotonic(), []
            for task in list(running):
                # The first is waited for, so that its end is known at once; the others are asked along.
                if found := _ask(service, task, _HELD_SECONDS if task is running[0] else 0):
                    counts[task.task_id], pause = found
                    pauses.append(pause)
                else:
                    running.remove(task)
                    total = counts[task.task_id].total
                    counts[task.task_id] = Progress(total, done=total, failed=0)
            at(sum(of_task.done + of_task.failed for of_task in counts.values()))
            time.sleep(max(min(pauses, default=0) - (time.monotonic() - begun), 0))


def _ask(service: Service, task: Delivery, wait: int = 0) -> tuple[Progress, float] | None:
    """How far a task is; None once it is final, its failure noted where it failed."""
    try:
        return service.progress(task.format, task.task_id, wait)
    except Refused as fault:
        task.failures += [f"{task.output}: {fault}", *fault.details]
        return None


def _collect(service: Service, task: Delivery, folder: Path) -> None:
    """Fetch what there is of a final task; a failed class may still hold the reports of its students."""
    try:
        if task.output is Output.JSON:
            task.manifest = _fetch_findings(service, task, folder)
        else:
            with tempfile.TemporaryFile() as archive:
                service.archive(task.format, task.task_id, archive)
                task.manifest = _unpack(archive, task.output, folder)
    except ServiceError as fault:
        task.failures += [f"{task.output}: {fault}", *fault.details]
        return
    task.failures += [
        f"{task.output} report of {entry.student_id}: {entry.error}"
        for entry in task.manifest.students
        if entry.state is State.FAILURE
    ]


def _fetch_findings(service: Service, task: Delivery, folder: Path) -> Manifest:
    """Write the findings of each student, several fetched at a time, and those of the class."""
    manifest = service.manifest(task.format, task.task_id)
    stems = file_stems([(entry.namespace or "", entry.student_id) for entry in manifest.students])

    def fetch(entry: ManifestEntry, stem: str) -> ManifestEntry:
        if entry.state is not State.SUCCESS:
            return entry
        path = layout.report_path(Output.JSON, stem)
        sha256 = output.write(folder, path, service.findings(task.format, task.task_id, entry.report_id))
        return msgspec.structs.replace(entry, link=path, sha256=sha256)

    with ThreadPoolExecutor(_AT_A_TIME) as threads:
        entries = list(threads.map(fetch, manifest.students, stems))
    if len(entries) > 1:
        output.write(folder, layout.class_path(Output.JSON), service.findings(task.format, task.task_id))
    return msgspec.structs.replace(manifest, students=entries)


def _unpack(archive: IO[bytes], wanted: Output, folder: Path) -> Manifest:
    """Write the documents of an archive, each checked against the manifest that comes with it."""
    with _opened(archive) as members:
        manifest = decode_manifest(members.read(layout.MANIFEST))
        for entry in manifest.students:
            if entry.link is None:
                continue
            if not _SAFE.fullmatch(entry.link):
                raise ServiceError(f"The service names a file that is not taken: {entry.link}")
            body = members.read(entry.link)
            if hashlib.sha256(body).hexdigest() != entry.sha256:
                raise ServiceError(f"{entry.link} arrived damaged. Run the same command again.")
            output.write(folder, entry.link, body)
        for name in (layout.class_path(wanted), *layout.CLASS_TABLES):
            if name in members.namelist():
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
    """One manifest, an entry for each student and output: in files a link is a path, and only what is here has one."""
    lists = [task.manifest.students for task in tasks if task.manifest]
    entries: list[ManifestEntry] = [entry for of_one in zip(*lists, strict=True) for entry in of_one]
    ids = {task.task_id for task in tasks}
    return Manifest(ids.pop() if len(ids) == 1 else None, entries)
