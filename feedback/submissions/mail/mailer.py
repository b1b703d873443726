"""The thread of each worker process that sends mails, beside the reports that the process makes.

A mail server that hangs holds up this thread and nothing else. A thread takes a turn, of which all workers together
have so many a minute (`turns`), connects, and only then claims a mail: so the moment between a claim and what is known
of it is short. It keeps its connection only as long as no other thread takes a turn: a server that allows few
connections sees one, and more only while it is slow.
"""

import threading

import structlog
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import InterfaceError, OperationalError, connection

from feedback.store.reaching import Mail
from feedback.submissions.mail import outbox, turns
from feedback.submissions.mail.letters import NoLetter, letter_of
from feedback.submissions.mail.server import Outcome, Result, Server, Unreachable, plain
from feedback.submissions.mail.shares import Shares
from feedback.submissions.mail.turns import Turn
from feedback.submissions.mail.wording import Letter, message_of

log = structlog.stdlib.get_logger(__name__)

# How often the outbox is looked into where nothing is due.
LOOK_SECONDS = 5.0
_SOON_SECONDS = 0.2


class Mailer:
    """Sends what is due, from `start` to `begin_stop`."""

    def __init__(self, server: Server | None = None) -> None:
        self._server = server or Server()
        self._shares = Shares()
        self._stopping = threading.Event()
        self._owed: tuple[Mail, Result] | None = None
        self._turn: Turn | None = None  # the last one, while the connection is that of it
        self._thread = threading.Thread(target=self._run, name="mail", daemon=True)

    def start(self) -> None:
        self._thread.start()

    @property
    def patience(self) -> float:
        """That of the reports: a mail whose worker ends before the server has answered is uncertain for ever."""
        return float(settings.FEEDBACK_STOP_SECONDS)

    def begin_stop(self) -> None:
        """Begin no further mail."""
        self._stopping.set()

    def finish(self, seconds: float) -> None:
        """Wait so long for the mail under way."""
        if self._thread.is_alive():
            self._thread.join(seconds)
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
        wait = turns.waiting()
        if wait is None or self._turn is None or wait.next_at != self._turn.next_at:
            self._leave()
        if wait is None:
            return LOOK_SECONDS
        if wait.seconds > 0:
            # The thread that has a connection comes first.
            return min(wait.seconds + (0.0 if self._turn else _SOON_SECONDS), LOOK_SECONDS)
        turn = turns.take_turn()
        if turn is None:
            return _SOON_SECONDS
        return 0.0 if self._send_one(turn) else LOOK_SECONDS

    def _send_one(self, turn: Turn) -> bool:
        """Use a turn; False where the server could not be reached."""
        try:
            self._server.open()
        except Unreachable as fault:
            turns.put_off(turn, str(fault))
            return False
        self._turn = turns.reached(turn)
        mail = None if self._stopping.is_set() else outbox.claim(self._shares)
        if mail is not None:
            self._owed = mail, self._sent(mail)
            self._write_down()
        return True

    def _leave(self) -> None:
        self._server.close()
        self._turn = None

    def _write_down(self) -> None:
        if self._owed is not None:
            outbox.record(*self._owed)
            self._owed = None

    def _sent(self, mail: Mail) -> Result:
        """What came of it, whatever that was; nothing was given to the server where the letter could not be written."""
        try:
            letter = letter_of(mail)
            message = message_of(letter, mail.pk)
        except NoLetter as why:
            return Result(Outcome.REFUSED, str(why))
        except (OperationalError, InterfaceError):
            return Result(Outcome.LATER, "The database was away when the mail was to be written.")
        except Exception as fault:
            log.error("a mail could not be written", mail_id=str(mail.pk), exc_info=fault)
            return Result(Outcome.REFUSED, "The mail could not be written: the log says why.")
        result = self._server.send(message)
        return result._replace(words=plain(result.words, _secrets(letter)))


def _secrets(letter: Letter) -> list[str]:
    """What a server may say of a student in its words."""
    return [letter.to, letter.to.partition("@")[0]]
