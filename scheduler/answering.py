"""What readers say through the signed links in their mails, looked up and written down.

Shell over the ledger and the configuration in force; what may be asked and answered is decided in ``replies``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

import structlog

from scheduler.arrivals import BY_LINK, Mark, ReportMark, Standing
from scheduler.attendance import VisitAnswer
from scheduler.clock import Clock
from scheduler.digests import FollowUp
from scheduler.ledger import Ledger
from scheduler.links import Link, LinkSigner
from scheduler.replies import Closed, Question, ReadReply, ReportQuestion, VisitQuestion, find_question, read_reply
from scheduler.snapshot import Snapshot

_log = structlog.get_logger(__name__)


class AnswerDesk:
    """Answers the pages behind the links; ``find_snapshot`` gives the configuration in force, None before the first.

    ``heard`` is called after something was written.
    """

    def __init__(
        self,
        ledger: Ledger,
        signer: LinkSigner,
        clock: Clock,
        find_snapshot: Callable[[], Snapshot | None],
        heard: Callable[[], None] = lambda: None,
    ) -> None:
        self._ledger = ledger
        self._signer = signer
        self._clock = clock
        self._find_snapshot = find_snapshot
        self._heard = heard

    def look(self, token: str) -> Question | Closed:
        """Return what the holder of ``token`` is asked; changes nothing."""
        link = self._signer.read(token)
        return Closed.UNKNOWN if link is None else self._ask(link, self._clock.now())

    def answer(self, token: str, form: Mapping[str, str]) -> tuple[Question | Closed, ReadReply | None]:
        """Write down what a form says, and return what stands now; a reply with a problem changes nothing.

        The same answer again changes nothing either.
        """
        link = self._signer.read(token)
        if link is None:
            return Closed.UNKNOWN, None
        now = self._clock.now()
        question = self._ask(link, now)
        if isinstance(question, ReportQuestion):
            self._say_sent(link, question, now)
            return self._ask(link, now), None
        if isinstance(question, VisitQuestion):
            read = read_reply(form)
            if read.problem is None:
                self._write_answer(link, question, read, now)
                return self._ask(link, now), None
            return question, read
        return question, None

    def _ask(self, link: Link, now: datetime) -> Question | Closed:
        snapshot = self._find_snapshot()
        wanted = None if snapshot is None else snapshot.find(link.plan)
        if snapshot is None or wanted is None:
            return Closed.OVER
        by_report = link.purpose == "report"
        return find_question(
            link,
            wanted.plan,
            wanted.contacts,
            self._ledger.arrivals.list_marks(link.plan) if by_report else (),
            () if by_report else self._ledger.attendance.list_answers(link.plan),
            (snapshot.follow_up or FollowUp()).season_days,
            now,
        )

    def _say_sent(self, link: Link, question: ReportQuestion, now: datetime) -> None:
        if question.standing is not Standing.OWED:
            return
        mark = ReportMark(link.plan, link.item, link.unit, Mark.SAID, None, f"{BY_LINK}{link.contact}", now)
        if self._ledger.arrivals.add(mark, only_if_owed=True):
            _log.info("a report is said to be sent", plan=link.plan, report=link.item, unit=link.unit, by=link.contact)
            self._heard()

    def _write_answer(self, link: Link, question: VisitQuestion, read: ReadReply, now: datetime) -> None:
        if read.reply is None:
            return
        answer = VisitAnswer(link.plan, link.item, link.contact, question.occurrence, read.reply, read.words, now)
        if self._ledger.attendance.add(answer):
            _log.info("an answer about a visit", plan=link.plan, visit=link.item, by=link.contact, reply=read.reply)
            self._heard()
