"""Sends what is due: claims in groups, hands over on several connections, keeps every outcome for the ledger.

Shell. The order is the contract (docs/delivery.md): a claim is committed before its DATA, at most one message per
connection is under way, and nothing is claimed while an outcome cannot be committed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import structlog

from scheduler.clock import Clock
from scheduler.composing import Composer
from scheduler.delivery import (
    Cause,
    Delivery,
    DueRow,
    Outcome,
    Temporary,
    Unconfirmed,
    Withheld,
    choose_due,
    judge_outcome,
)
from scheduler.errors import LedgerError, RelayError, SchedulerError
from scheduler.ledger import Claim, FrozenMessage, Ledger, Result
from scheduler.mailer import Finished, Mailer, SignInRefusedError
from scheduler.pacing import (
    ASK_AGAIN_AFTER,
    Breaker,
    Hold,
    Limits,
    Pacer,
    Pause,
    PausedBy,
    find_earliest,
    find_hold,
)
from scheduler.recording import Recorder

FAULTS_UNTIL_BREAK = 3

_ROWS_AT_ONCE = 200
_LONGEST_WAIT_SECONDS = 5.0
_PACE_MEMORY = timedelta(minutes=1)
# What a template or a plan that nobody foresaw can raise while one message is written; it fails that message alone.
_WRITING_FAULTS = (
    SchedulerError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
)

_log = structlog.get_logger(__name__)


class _Queue:
    """What one run still has to send: ids of due rows, rows as read, and claims whose message is written.

    ``again`` are ids of rows that may be read once what became of them so far is committed.

    What was due at ``began_at`` is read bit by bit, ``last`` being where to go on: however much is due, little of it
    is in memory.
    """

    def __init__(self, began_at: datetime, composer: Composer) -> None:
        self.began_at = began_at
        self.last: DueRow | None = None
        self.is_read = False
        self.ids = deque[int]()
        self.again = list[int]()
        self.rows = deque[Delivery]()
        self.written = deque[Claim]()
        self.composer = composer
        self.waits: list[datetime] = []
        self.ended = False
        self.fault: Exception | None = None

    @property
    def is_empty(self) -> bool:
        return self.is_read and not (self.ids or self.again or self.rows or self.written)

    @property
    def can_write(self) -> bool:
        """Whether there may be rows whose message is not written yet."""
        return not self.ended and (not self.is_read or bool(self.ids or self.rows))

    def forget(self) -> None:
        """Write no more of what is due."""
        self.is_read = True
        self.ids.clear()
        self.rows.clear()

    def end(self, fault: Exception | None = None) -> None:
        """Claim nothing more; what is under way ends, and then ``fault`` is raised."""
        self.ended = True
        self.fault = self.fault or fault


class Sender:
    """Sends due deliveries over the mailer's connections; one thread at a time.

    ``should_stop`` is asked between two groups: when it says so, nothing more is claimed and what is under way
    ends. ``on_progress`` is called at least every few seconds while a run lasts.
    """

    def __init__(
        self,
        *,
        ledger: Ledger,
        mailer: Mailer,
        clock: Clock,
        recorder: Recorder,
        limits: Limits,
        should_stop: Callable[[], bool],
        on_progress: Callable[[], None],
    ) -> None:
        self._ledger = ledger
        self._mailer = mailer
        self._clock = clock
        self._recorder = recorder
        self._limits = limits
        self._should_stop = should_stop
        self._on_progress = on_progress
        self._pacer: Pacer | None = None
        self._breaker = Breaker()
        self._faults = 0
        self._lines = mailer.connections
        self._under_way: dict[int, Claim] = {}
        self.pause: Pause | None = None

    @property
    def relay_problem(self) -> str | None:
        """Why the relay cannot be used, None while it can."""
        return self._breaker.problem

    def find_hold(self) -> Hold | None:
        """Return what keeps all mail back now, by what is known in memory; None when mail may go."""
        return find_hold(self._limits, self._breaker, self.pause, self._clock.now())

    def send_due(self, composer: Composer) -> datetime | None:
        """Send every due delivery that may go; return when to look again at those that may not, None without any.

        Raises LedgerError when the ledger cannot be written; outcomes stay in memory and are committed first
        thing by the next call.
        """
        self._recorder.commit()
        self._recorder.recover()
        now = self._clock.now()
        self._ledger.arrivals.hold_back(now, due_by=now)
        queue = _Queue(now, composer)
        any_due = self._choose(queue)
        self.pause = self._ledger.control.find_pause()
        hold = self.find_hold()
        if not any_due or self._should_stop():
            return None
        if hold is not None:
            # What has become useless expires all the same.
            while self._choose(queue):
                queue.ids.clear()
            return hold.until
        self._lines = self._mailer.connections
        self._under_way.clear()
        try:
            self._run(queue)
        finally:
            # After a good end nothing is under way; after a fault nobody may go on with half a dialogue.
            self._mailer.abandon()
        self._recorder.commit()
        hold = self.find_hold()
        return find_earliest((*queue.waits, None if hold is None else hold.until))

    def _choose(self, queue: _Queue) -> bool:
        """Choose from the next due rows what goes, and let the rest expire; False when no row is left that goes."""
        sending, now = self._ledger.sending, queue.began_at
        while not queue.is_read:
            rows = sending.list_due(now, queue.last, _ROWS_AT_ONCE)
            queue.is_read = len(rows) < _ROWS_AT_ONCE
            if not rows:
                break
            queue.last = rows[-1]
            due = sending.list_due_of_series(rows, now)
            choice = choose_due(due, sending.list_sent_series({row.series for row in rows}), now)
            # Of a series that reaches further, the rows to come are chosen when it is their turn.
            read = {row.id for row in rows}
            sending.expire(tuple(expiry for expiry in choice.expire if expiry.id in read), now)
            queue.ids.extend(id_ for id_ in choice.send if id_ in read)
            if queue.ids:
                return True
        return False

    def _run(self, queue: _Queue) -> None:
        self._write_ahead(queue)
        while True:
            if self._should_stop():
                queue.end()
            if not queue.ended:
                self._mailer.prepare(min(self._count_free_lines(), len(queue.written)))
            self._hand_over(queue)
            if not self._under_way and (queue.ended or queue.is_empty):
                break
            self._write_ahead(queue)
            self._wait(queue)
            self._on_progress()
        if queue.fault is not None:
            raise queue.fault

    def _count_free_lines(self) -> int:
        """Return on how many connections a mail may be begun; a relay not yet known to work is tried with one."""
        proven = self._under_way or self._mailer.ready
        lines = 1 if self._breaker.is_open or not proven else self._lines
        return lines - len(self._under_way)

    def _hand_over(self, queue: _Queue) -> None:
        """Commit what is known together with the next claims, then begin those."""
        count = 0 if queue.ended else min(self._count_free_lines(), self._mailer.ready)
        claims = tuple(queue.written.popleft() for _ in range(min(count, len(queue.written))))
        # The next messages are written while the disk works on the claims of these.
        meanwhile = partial(self._write_ahead, queue) if queue.can_write else None
        try:
            committed = self._recorder.commit(claims, meanwhile)
        except LedgerError as error:
            # What is under way goes on to its end; its outcomes are kept, and committed before the next claim.
            _log.error("nothing more is claimed", problem=str(error))
            queue.end()
            return
        queue.ids.extendleft(queue.again)
        queue.again.clear()
        if claims and committed.pause is not None:
            self.pause = committed.pause
            if committed.pause.holds(self._clock.now()):
                queue.end()
        for claim in claims:
            # The claim is committed; only now may the message's DATA go out (invariant 3).
            if claim.delivery.id in committed.claimed:
                self._under_way[claim.delivery.id] = claim
                message = claim.message
                return_path = self._limits.return_path
                sender = message.sender if return_path is None else return_path
                self._mailer.begin(claim.delivery.id, sender=sender, to=message.recipient, content=message.content)

    def _wait(self, queue: _Queue) -> None:
        """Lead the dialogues on, and keep what came of them."""
        waited = self._mailer.wait(_LONGEST_WAIT_SECONDS)
        for finished in waited.finished:
            self._finish(queue, finished)
        for refusal in waited.refusals:
            self._heed_refusal(queue, refusal)

    def _finish(self, queue: _Queue, finished: Finished) -> None:
        claim = self._under_way.pop(finished.ref)
        ended_at = self._clock.now()
        verdict = judge_outcome(
            finished.outcome, claim.delivery, ended_at, most_attempts=self._limits.most_attempts
        )  # fmt: skip
        self._recorder.keep(Result(claim.delivery, verdict, ended_at), claim.message.subject)
        match finished.outcome:
            case Withheld(cause=Cause.STALE_SESSION):
                # The server had ended a session that idled; the same mail goes at once over a new one.
                queue.again.append(finished.ref)
            case Withheld(cause=Cause.RELAY) as withheld:
                self._open_breaker(queue, withheld.response)
            case Withheld() as withheld:
                self._pause(queue, withheld.response)
            case outcome if _is_fault(outcome):
                self._faults += 1
                if self._faults >= FAULTS_UNTIL_BREAK:
                    self._open_breaker(queue, outcome.response)
            case _:
                self._close_breaker()

    def _heed_refusal(self, queue: _Queue, refusal: RelayError) -> None:
        if isinstance(refusal, SignInRefusedError):
            self._pause(queue, str(refusal))
        elif self._under_way or self._mailer.ready:
            # Some servers allow fewer connections than we would use.
            self._lines = max(1, self._lines - 1)
            _log.info("one connection fewer", connections=self._lines, problem=str(refusal))
        else:
            self._open_breaker(queue, str(refusal))

    def _open_breaker(self, queue: _Queue, problem: str) -> None:
        if problem != self._breaker.problem:
            _log.error("mail relay cannot be used; nothing is lost, trying again", problem=problem)
        self._breaker = self._breaker.open(problem, self._clock.now())
        queue.end()

    def _close_breaker(self) -> None:
        self._faults = 0
        if self._breaker.is_open:
            _log.info("mail relay works again")
            self._breaker = Breaker()

    def _pause(self, queue: _Queue, reason: str) -> None:
        now = self._clock.now()
        pause = Pause(PausedBy.RELAY, reason, now, now + ASK_AGAIN_AFTER)
        _log.error("all mail is paused; mend it, then: scheduler resume", reason=reason)
        queue.end()
        try:
            self._ledger.control.pause(pause)
        except LedgerError as error:
            # What is under way goes on to its end; the next tick asks the relay once more.
            _log.error("the pause is not kept", problem=str(error))
            return
        self.pause = pause

    def _write_ahead(self, queue: _Queue) -> None:
        """Write messages until there is one for each connection; a fault of ours ends the queue.

        It must not end what was claimed: that goes to its end first.
        """
        if not queue.can_write:
            return
        try:
            self._write_messages(queue)
        except LedgerError as error:
            # As where a claim cannot be committed: the next tick tries again.
            _log.error("nothing more is claimed", problem=str(error))
            queue.end()
        except Exception as fault:
            queue.end(fault)

    def _write_messages(self, queue: _Queue) -> None:
        """Write messages until there is one for each connection, as far as the bounds per minute allow."""
        while len(queue.written) < self._lines:
            if not queue.rows:
                if not queue.ids and not self._choose(queue):
                    return
                ids = [queue.ids.popleft() for _ in range(min(_ROWS_AT_ONCE, len(queue.ids)))]
                queue.rows.extend(self._ledger.sending.list_rows(ids))
                continue
            delivery = queue.rows.popleft()
            now = self._clock.now()
            if delivery.next_at is None or delivery.next_at > now or now >= delivery.useful_until:
                continue
            pacer = self._find_pacer()
            wait = pacer.find_wait(now)
            if wait is not None:
                queue.waits.append(wait)
                queue.forget()
                return
            wait = pacer.find_domain_wait(delivery.address, now)
            if wait is not None:
                queue.waits.append(wait)
                continue
            message = self._find_message(queue.composer, delivery, now)
            if message is not None:
                pacer.count(delivery.address, now)
                queue.written.append(Claim(delivery, message))

    def _find_message(self, composer: Composer, delivery: Delivery, now: datetime) -> FrozenMessage | None:
        """Return the message frozen at the first claim, or a new one; None when the delivery does not go."""
        if not composer.wants(delivery):
            self._recorder.cancel_unwanted(delivery)
            return None
        if delivery.message_id is not None:
            return self._ledger.sending.find_message(delivery.id)
        try:
            composed = composer.compose(delivery, now)
        except LedgerError:
            # What it tells could not be asked for: that is not the mail's fault, and it waits.
            raise
        except _WRITING_FAULTS as fault:
            words = str(fault) if isinstance(fault, SchedulerError) else f"{type(fault).__name__}: {fault}"
            self._recorder.fail_unwritten(delivery, words)
            return None
        if composed is None:
            self._recorder.skip_silent(delivery)
            return None
        return FrozenMessage(composed.message_id, composed.sender, composed.to, composed.subject, composed.content, now)

    def _find_pacer(self) -> Pacer:
        if self._pacer is None:
            # What went just before our start counts as well.
            self._pacer = Pacer(self._limits)
            now = self._clock.now()
            for begun in self._ledger.sending.list_begun_since(now - _PACE_MEMORY, now):
                self._pacer.count(begun.address, begun.at)
        return self._pacer


def _is_fault(outcome: Outcome) -> bool:
    """Tell whether a connection broke or fell silent, which may be the mail's doing or the relay's."""
    return isinstance(outcome, Unconfirmed) or (isinstance(outcome, Temporary) and outcome.code in {None, 421})
