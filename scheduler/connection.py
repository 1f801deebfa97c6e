"""One kept connection to the relay: an envelope and its content in, one outcome out.

IO, as dialogues that ``relay`` describes. RFC 5321 (transparency 4.5.2, timeouts 4.5.3.2), RFC 2920 (pipelining).
"""

from __future__ import annotations

import contextlib
import re
import time

from scheduler.delivery import Accepted, Cause, Outcome, Permanent, Temporary, Unconfirmed, Withheld
from scheduler.relay import COMMAND_SECONDS, RelaySettings, Session, open_session
from scheduler.wire import Reply, Steps, Wire, describe_fault

# RFC 5321 section 4.5.3.2, in seconds; RelaySettings.timeout_seconds lowers each of them.
_DATA_SECONDS = 120.0
_BLOCK_SECONDS = 180.0
_FINAL_DOT_SECONDS = 600.0
# Ours: how long a kept connection may take to prove that it lives, and a server to say goodbye.
_NOOP_SECONDS = 30.0
_QUIT_SECONDS = 5.0

_MAILBOX = re.compile(r"[!-;=?-~]+@[!-;=?-~]+")
_LINE_TO_MEND = re.compile(rb"\n(?:(?<!\r\n)|\.)")
# "Sign in first", "stronger mechanism", "wrong password", "encrypt first": about us, never about this mail.
_SIGN_IN_CODES = frozenset({530, 534, 535, 538})


class Connection:
    """A session with the relay, renewed when it died; one dialogue at a time.

    A session unused for ``idle_seconds`` must answer NOOP before it is used again.
    """

    def __init__(self, relay: RelaySettings, local_hostname: str, idle_seconds: float) -> None:
        self._relay = relay
        self._local_hostname = local_hostname
        self._idle_seconds = idle_seconds
        self._session: Session | None = None
        self._last_used = 0.0
        self._mails_taken = 0

    @property
    def is_fresh(self) -> bool:
        """Tell whether the session stands, was used just now, and the server has not ended it since; never waits."""
        return (
            self._session is not None
            and time.monotonic() - self._last_used < self._idle_seconds
            and not self._session.wire.has_unasked_input()
        )

    def connect(self) -> Steps[None]:
        """Make sure that a session stands that takes mail: greeted, encrypted, signed in.

        Returns at once where the kept one still lives, else opens a new one, once. Raises RelayError with place,
        the server's words and the remedy; no mail is touched by it, so no attempt is to be counted.
        """
        if self._session is not None and (yield from self._lives(self._session.wire)):
            return
        self.drop()
        self._session = yield from open_session(self._relay, self._local_hostname)
        self._last_used = time.monotonic()

    def deliver(self, sender: str, to: str, content: bytes) -> Steps[Outcome]:
        """Send one mail to one recipient over the session that ``connect`` made, and say what became of it.

        ``sender`` is the return path ("" is the null one), ``content`` the message with CRLF line ends; dots are
        stuffed here. An address or a content that could break the dialogue is Permanent, unsent. What the relay
        has against us, and not against this mail, is Withheld.
        """
        flaw = _find_flaw(sender, to)
        if flaw is not None:
            return Permanent(flaw, None)
        octets = _make_transparent(content)
        if octets is None:
            return Permanent("content holds a line end that is not CRLF; compose the mail again", None)
        if self._session is None:
            return Temporary("no session stands; connect comes before each mail", None)
        try:
            return (yield from self._transact(self._session, sender, to, octets))
        except BaseException:
            # Interrupted: nobody knows where in the dialogue, so nobody may go on with it.
            self.drop()
            raise

    def quit(self) -> Steps[None]:
        """Say QUIT and hang up; does nothing where no session stands."""
        if self._session is not None:
            with contextlib.suppress(OSError):
                yield from self._session.wire.ask("QUIT", self._bound(_QUIT_SECONDS))
        self.drop()

    def drop(self) -> None:
        """Hang up without a word."""
        if self._session is not None:
            self._session.wire.close()
        self._session = None
        self._mails_taken = 0

    def _transact(self, session: Session, sender: str, to: str, octets: bytes) -> Steps[Outcome]:
        wire = session.wire
        stage, dot_handed = "MAIL FROM", False
        try:
            refusal = yield from self._announce(session, sender, to, octets)
            if refusal is not None:
                return refusal
            # The order is the contract. Until the dot the relay cannot have the mail, so every fault is Temporary.
            # The dot goes alone and last, and counts as handed over before the call: a send that fails may still
            # have got through. From there on only an answer can tell.
            stage = "content"
            yield from wire.send(octets, self._bound(_BLOCK_SECONDS))
            if wire.has_unasked_input():
                # Also keeps a reply that came too early from being taken for the answer to the dot.
                reply = yield from wire.read_reply(self._bound(COMMAND_SECONDS))
                self.drop()
                return _judge_refusal(stage, reply, Cause.RELAY)
            stage, dot_handed = "final dot", True
            yield from wire.send(b".\r\n", self._bound(_BLOCK_SECONDS))
            reply = yield from wire.read_reply(self._bound(_FINAL_DOT_SECONDS))
        except OSError as fault:
            self.drop()
            response = f"{stage}: {describe_fault(fault)}"
            return Unconfirmed(response) if dot_handed else Temporary(response, None)
        self._last_used = time.monotonic()
        self._mails_taken += 1
        if reply.kind == 2:
            return Accepted(str(reply))
        if _ends_session(reply):
            self.drop()
        # 3xx is neither yes nor no.
        return Unconfirmed(f"{stage}: {reply}") if reply.kind == 3 else _judge_refusal(stage, reply, Cause.RELAY)

    def _announce(self, session: Session, sender: str, to: str, octets: bytes) -> Steps[Outcome | None]:
        """Say MAIL, RCPT and DATA, at once where the server offers it; None when it waits for the content."""
        wire, pipelined = session.wire, "PIPELINING" in session.offered
        eight_bit = " BODY=8BITMIME" if "8BITMIME" in session.offered and not octets.isascii() else ""
        commands = (
            ("MAIL FROM", f"MAIL FROM:<{sender}>{eight_bit}\r\n", COMMAND_SECONDS, 2),
            ("RCPT TO", f"RCPT TO:<{to}>\r\n", COMMAND_SECONDS, 2),
            ("DATA", "DATA\r\n", _DATA_SECONDS, 3),
        )
        # A session that took mail before may have ended meanwhile: that says nothing about the relay.
        cause = Cause.STALE_SESSION if self._mails_taken else Cause.RELAY
        refusal: Outcome | None = None
        stage = "MAIL FROM"
        try:
            if pipelined:
                group = "".join(command for _, command, _, _ in commands).encode("ascii")
                yield from wire.send(group, self._bound(COMMAND_SECONDS))
            for stage, command, seconds, expected in commands:
                if not pipelined:
                    yield from wire.send(command.encode("ascii"), self._bound(seconds))
                reply = wire.take_reply() or (yield from wire.read_reply(self._bound(seconds)))
                if refusal is None and reply.kind != expected:
                    refusal = _judge_refusal(stage, reply, cause)
                if reply.kind != expected and (_ends_session(reply) or not pipelined):
                    yield from self._leave_transaction(wire, reply)
                    return refusal
        except OSError as fault:
            self.drop()
            response = f"{stage}: {describe_fault(fault)}"
            if refusal is not None:
                return refusal
            return Withheld(response, None, cause) if stage == "MAIL FROM" else Temporary(response, None)
        if refusal is not None:
            # Of a pipelined group the last reply stands here: with 354 the server waits for a content.
            yield from self._leave_transaction(wire, reply)
        return refusal

    def _leave_transaction(self, wire: Wire, reply: Reply) -> Steps[None]:
        """Make the session ready for the next mail, or drop it where the refusal was about more than this mail."""
        self._last_used = time.monotonic()
        if not _ends_session(reply):
            with contextlib.suppress(OSError):
                if (yield from wire.ask("RSET", self._bound(COMMAND_SECONDS))).kind == 2:
                    return
        self.drop()

    def _lives(self, wire: Wire) -> Steps[bool]:
        # A server that ended an idle session has said so (421, or the end of the stream) before we look.
        if wire.has_unasked_input():
            return False
        if time.monotonic() - self._last_used < self._idle_seconds:
            return True
        try:
            alive = (yield from wire.ask("NOOP", self._bound(_NOOP_SECONDS))).kind == 2
        except OSError:
            return False
        self._last_used = time.monotonic()
        return alive

    def _bound(self, seconds: float) -> float:
        return min(seconds, self._relay.timeout_seconds)


def _find_flaw(sender: str, to: str) -> str | None:
    for role, address in (("sender", sender), ("recipient", to)):
        null_path = role == "sender" and not address
        if not null_path and (len(address) > 254 or not _MAILBOX.fullmatch(address)):
            return f"{role} {address!r} is not one plain address (no blanks, control characters, brackets or accents)"
    return None


def _make_transparent(content: bytes) -> bytes | None:
    """Double each leading dot and end the last line (RFC 5321 section 4.5.2); the final dot is not added.

    None where a line does not end with CRLF: what comes after could be taken for a command.
    """
    # As many CR as LF, and no LF without its CR: all are pairs. One search for that and for dots, since lines are many.
    pairs, octets = content.count(b"\r"), content
    if content.count(b"\n") != pairs:
        return None
    if _LINE_TO_MEND.search(content):
        if content.count(b"\r\n") != pairs:
            return None
        octets = content.replace(b"\r\n.", b"\r\n..")
    octets = b"." + octets if octets.startswith(b".") else octets
    return octets if not octets or octets.endswith(b"\r\n") else octets + b"\r\n"


def _ends_session(reply: Reply) -> bool:
    """Tell whether a reply other than the wanted one was about the session: closing, sign-in, or out of step."""
    return reply.code == 421 or reply.code in _SIGN_IN_CODES or reply.kind not in {4, 5}


def _judge_refusal(stage: str, reply: Reply, cause: Cause) -> Outcome:
    """Say whom a refusal concerns: at MAIL FROM the relay has not heard of the recipient, so never this mail."""
    response = f"{stage}: {reply}"
    if reply.code in _SIGN_IN_CODES:
        return Withheld(response, reply.code, Cause.SIGN_IN)
    if stage == "MAIL FROM":
        if reply.kind == 5:
            return Withheld(response, reply.code, Cause.SENDER)
        return Withheld(response, reply.code, cause if reply.code == 421 else Cause.RELAY)
    return Permanent(response, reply.code) if reply.kind == 5 else Temporary(response, reply.code)
