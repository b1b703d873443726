"""The thread of each worker process that sends mails, beside the reports that the process makes.

A mail server that hangs holds up this thread and nothing else. Of all workers' threads one mail at a time is claimed
(`outbox`), only once a connection is there: so the moment between a claim and what is known of it is short.
"""

import threading

import structlog
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection

from feedback.store.reaching import Mail
from feedback.submissions.mail import outbox
from feedback.submissions.mail.letters import NoLetter, letter_of
from feedback.submissions.mail.server import Outcome, Result, Server, Unreachable, plain
from feedback.submissions.mail.wording import Letter, message_of

log = structlog.stdlib.get_logger(__name__)

# How often the outbox is looked into where nothing is due.
LOOK_SECONDS = 5.0
_SOON_SECONDS = 0.2


class Mailer:
    """Sends what is due, from `start` to `stop`."""

    def __init__(self, server: Server | None = None) -> None:
        self._server = server or Server()
        self._stopping = threading.Event()
        self._owed: tuple[Mail, Result] | None = None
        self._thread = threading.Thread(target=self._run, name="mail", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, patience: float) -> None:
        """Begin no further mail, and wait that long for the one under way."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(patience)
        else:
            self._server.close()

    def _run(self) -> None:
        while not self._stopping.is_set():
            pause = LOOK_SECONDS
            try:
                pause = self.step()
            except DatabaseError as fault:
                log.warning("no mail is sent until this is over", fault=str(fault))
            except Exception as fault:  # a fault of ours ends no thread that others rely on
                log.error("a mail could not be handled", exc_info=fault)
            finally:
                connection.close()
            self._stopping.wait(pause)
        self._server.close()

    def step(self) -> float:
        """Send one mail, if one is due; in how many seconds to look again.

        What could not be written down, as the database was away, is written down first.
        """
        self._write_down()
        outbox.give_up_lost()
        seconds = outbox.waiting_seconds()
        if seconds is None:
            self._server.close()
            return LOOK_SECONDS
        if seconds > 0:
            return min(seconds, LOOK_SECONDS)
        try:
            self._server.open()
        except Unreachable as fault:
            outbox.put_off(str(fault))
            return LOOK_SECONDS
        mail = outbox.claim()
        if mail is None:
            return _SOON_SECONDS  # another worker has it
        self._owed = mail, self._sent(mail)
        self._write_down()
        return 0.0

    def _write_down(self) -> None:
        if self._owed is not None:
            outbox.record(*self._owed)
            self._owed = None

    def _sent(self, mail: Mail) -> Result:
        try:
            letter = letter_of(mail)
        except NoLetter as why:
            return Result(Outcome.REFUSED, str(why))
        result = self._server.send(message_of(letter, mail.pk))
        return result._replace(words=plain(result.words, _secrets(letter)))


_of_this_process: list[Mailer] = []


def start() -> None:
    """Send mails from now on in this process, which is a worker's; to be called after it was forked."""
    if settings.FEEDBACK_SENDS_MAIL:
        found = Mailer()
        _of_this_process.append(found)
        found.start()


def stop(patience: float) -> None:
    """Send nothing more, and wait that long for the mail under way."""
    while _of_this_process:
        _of_this_process.pop().stop(patience)


def _secrets(letter: Letter) -> list[str]:
    """What a server may say of a student in its words."""
    return [letter.to, letter.to.partition("@")[0]]
