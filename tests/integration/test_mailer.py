"""What becomes of a mail, against a relay that follows a script and misbehaves where the script says so."""

from __future__ import annotations

from dataclasses import dataclass
from email.message import EmailMessage
from typing import NoReturn

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.catcher import Catcher
from scheduler.delivery import Cause
from scheduler.mailer import Accepted, Mailer, Outcome, Permanent, Temporary, Unconfirmed, Withheld
from tests.integration.scripted_relay import (
    ACCEPTED,
    CONTENT,
    HANG_UP,
    RESET,
    STALL,
    TRANSACTION,
    TRICKLE,
    ScriptedRelay,
    deliver,
    mailer_to,
    relay_settings,
)

# More than both socket buffers hold: a client cannot finish it unless the server reads on.
LONG_CONTENT = b"Message-ID: <b@plans.example>\r\n\r\n" + b"0123456789\r\n" * 1_500_000


def test_two_mails_go_over_one_session() -> None:
    with ScriptedRelay() as relay, mailer_to(relay.port) as mailer:
        outcomes = [deliver(mailer), deliver(mailer)]
    assert outcomes == [ACCEPTED, ACCEPTED]
    assert relay.contents == [CONTENT, CONTENT]
    assert relay.sessions == 1
    assert relay.heard == ["EHLO plans.example", *TRANSACTION, *TRANSACTION, "QUIT"]


def test_a_null_return_path_and_eight_bit_content_are_announced() -> None:
    content = "Subject: x\r\n\r\nSơn Động\r\n".encode()
    with ScriptedRelay() as relay, mailer_to(relay.port) as mailer:
        mailer.connect()
        assert mailer.deliver(sender="", to="office@unit.example", content=content) == ACCEPTED
    assert relay.contents == [content]
    assert relay.heard[1] == "MAIL FROM:<> BODY=8BITMIME"


@dataclass(frozen=True)
class Refusal:
    verb: str
    answer: str
    outcome: Outcome
    said_next: list[str]


REFUSALS = [
    Refusal("MAIL", "451 4.3.0 later", Withheld("MAIL FROM: 451 4.3.0 later", 451, Cause.RELAY), ["RSET"]),
    Refusal("MAIL", "553 5.7.1 not yours", Withheld("MAIL FROM: 553 5.7.1 not yours", 553, Cause.SENDER), ["RSET"]),
    Refusal("RCPT", "451 4.7.1 greylisted", Temporary("RCPT TO: 451 4.7.1 greylisted", 451), ["RSET"]),
    Refusal("RCPT", "550-no\r\n550 such user", Permanent("RCPT TO: 550 no such user", 550), ["RSET"]),
    Refusal("DATA", "452 4.3.1 full", Temporary("DATA: 452 4.3.1 full", 452), ["RSET"]),
    Refusal("DATA", "554 5.5.1 no", Permanent("DATA: 554 5.5.1 no", 554), ["RSET"]),
    Refusal("dot", "451 4.3.0 later", Temporary("final dot: 451 4.3.0 later", 451), []),
    Refusal("dot", "552 5.2.2 too big", Permanent("final dot: 552 5.2.2 too big", 552), []),
]  # fmt: skip


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: f"{refusal.verb} {refusal.answer[:3]}")
def test_a_refusal_says_whether_to_try_again_and_the_session_takes_the_next_mail(refusal: Refusal) -> None:
    with ScriptedRelay({refusal.verb: [refusal.answer]}) as relay, mailer_to(relay.port) as mailer:
        assert deliver(mailer) == refusal.outcome
        said_before = len(relay.heard)
        assert deliver(mailer) == ACCEPTED
    assert relay.sessions == 1
    assert relay.heard[said_before - len(refusal.said_next) : said_before] == refusal.said_next
    assert relay.heard[said_before:] == [*TRANSACTION, "QUIT"]
    assert relay.contents[-1] == CONTENT


STAGES = {"MAIL": "MAIL FROM", "RCPT": "RCPT TO", "DATA": "DATA", "dot": "final dot"}


@pytest.mark.parametrize("verb", ["RCPT", "DATA", "dot"])
def test_a_server_that_closes_is_a_temporary_fault_of_the_mail_at_hand(verb: str) -> None:
    with ScriptedRelay({verb: ["421 4.3.2 closing"]}) as relay, mailer_to(relay.port) as mailer:
        assert deliver(mailer) == Temporary(f"{STAGES[verb]}: 421 4.3.2 closing", 421)
        assert deliver(mailer) == ACCEPTED
        assert relay.sessions == 2


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA", "dot"])
@pytest.mark.parametrize("code", [530, 534, 535, 538])
def test_a_relay_that_asks_for_sign_in_withholds_the_mail(verb: str, code: int) -> None:
    with ScriptedRelay({verb: [f"{code} 5.7.0 no"]}) as relay, mailer_to(relay.port) as mailer:
        assert deliver(mailer) == Withheld(f"{STAGES[verb]}: {code} 5.7.0 no", code, Cause.SIGN_IN)
        assert deliver(mailer) == ACCEPTED
        assert relay.sessions == 2


FAULTS = [("421 4.3.2 closing", "421 4.3.2 closing", 421), (HANG_UP, "the server closed the connection", None)]


@pytest.mark.parametrize(("answer", "words", "code"), FAULTS)
def test_a_fault_at_mail_from_is_the_relays_on_a_new_session_and_nobodys_on_a_kept_one(
    answer: str, words: str, code: int | None
) -> None:
    with ScriptedRelay({"MAIL": [answer, "250 ok", answer]}) as relay, mailer_to(relay.port) as mailer:
        assert deliver(mailer) == Withheld(f"MAIL FROM: {words}", code, Cause.RELAY)
        assert deliver(mailer) == ACCEPTED
        assert deliver(mailer) == Withheld(f"MAIL FROM: {words}", code, Cause.STALE_SESSION)
        assert deliver(mailer) == ACCEPTED
        assert relay.sessions == 3


@pytest.mark.parametrize("verb", ["RCPT", "DATA"])
@pytest.mark.parametrize(
    ("answer", "words"),
    [(HANG_UP, "the server closed the connection"), (STALL, "no answer within 0.2 s")],
    ids=["hangs up", "stalls"],
)
def test_a_fault_before_the_content_is_temporary(verb: str, answer: str, words: str) -> None:
    with ScriptedRelay({verb: [answer]}) as relay, mailer_to(relay.port, timeout_seconds=0.2) as mailer:
        assert deliver(mailer) == Temporary(f"{STAGES[verb]}: {words}", None)
        assert relay.contents == []


@pytest.mark.parametrize("answer", [HANG_UP, RESET, STALL])
def test_a_fault_amid_the_content_is_temporary(answer: str) -> None:
    with ScriptedRelay({"content": [answer]}) as relay, mailer_to(relay.port, timeout_seconds=0.3) as mailer:
        outcome = deliver(mailer, content=LONG_CONTENT)
        assert isinstance(outcome, Temporary)
        assert outcome.code is None
        assert outcome.response.startswith("content: ")
        assert relay.contents == []


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("552 5.3.4 too big", Permanent("content: 552 5.3.4 too big", 552)),
        ("451 4.3.0 later", Temporary("content: 451 4.3.0 later", 451)),
        ("250 2.0.0 queued", Temporary("content: 250 2.0.0 queued", 250)),
    ],
)
def test_an_answer_amid_the_content_withholds_the_dot(answer: str, outcome: Outcome) -> None:
    with ScriptedRelay({"content": [answer]}) as relay, mailer_to(relay.port) as mailer:
        assert deliver(mailer, content=LONG_CONTENT) == outcome
        assert relay.ended.acquire(timeout=10)
        assert relay.contents == []
        assert deliver(mailer) == ACCEPTED


def test_a_surplus_reply_is_never_taken_for_the_answer_to_the_dot() -> None:
    with ScriptedRelay({"RCPT": ["250 ok\r\n354 go on\r\n250 queued"]}) as relay, mailer_to(relay.port) as mailer:
        assert deliver(mailer) == Temporary("content: 250 queued", 250)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (HANG_UP, "the server closed the connection"),
        (RESET, "Connection reset by peer"),
        (STALL, "no answer within 0.2 s"),
        (TRICKLE, "no answer within 0.2 s"),
        ("250-queued", "no answer within 0.2 s"),
        ("354 go on", "354 go on"),
        ("HTTP/1.1 200 OK", "the server answered what is not SMTP: 'HTTP/1.1 200 OK'"),
    ],
)
def test_no_clear_answer_after_the_dot_leaves_the_mail_unconfirmed(answer: str, words: str) -> None:
    with ScriptedRelay({"dot": [answer]}) as relay, mailer_to(relay.port, timeout_seconds=0.2) as mailer:
        assert deliver(mailer) == Unconfirmed(f"final dot: {words}")
        assert relay.contents == [CONTENT]
        mailer.connect()
        assert relay.sessions == 2


def test_one_refused_recipient_of_three_holds_up_no_other() -> None:
    with ScriptedRelay({"RCPT": ["250 ok", "550 5.1.1 no such user"]}) as relay, mailer_to(relay.port) as mailer:
        outcomes = [deliver(mailer, to=f"{name}@unit.example") for name in ("a", "b", "c")]
    assert outcomes == [ACCEPTED, Permanent("RCPT TO: 550 5.1.1 no such user", 550), ACCEPTED]
    assert relay.sessions == 1


@pytest.mark.parametrize("answer", ["451 4.3.0 no", HANG_UP])
def test_a_session_that_cannot_be_reset_is_replaced(answer: str) -> None:
    with ScriptedRelay({"RCPT": ["550 no"], "RSET": [answer]}) as relay, mailer_to(relay.port) as mailer:
        assert deliver(mailer) == Permanent("RCPT TO: 550 no", 550)
        assert deliver(mailer) == ACCEPTED
        assert relay.sessions == 2


@pytest.mark.parametrize(
    "to",
    ["", "office", "@unit.example", "a b@unit.example", "a@unit.example\r\nDATA", "a@unit.example>", "sở@unit.example",
     "a@unit.example\x00", "a@unit.example,b@unit.example\n", "a@" + "u" * 253],
)  # fmt: skip
def test_an_address_that_could_break_the_dialogue_is_refused_unsent(to: str) -> None:
    with ScriptedRelay() as relay, mailer_to(relay.port) as mailer:
        outcome = deliver(mailer, to=to)
    assert outcome == Permanent(
        f"recipient {to!r} is not one plain address (no blanks, control characters, brackets or accents)", None
    )
    assert relay.heard == ["EHLO plans.example", "QUIT"]


@pytest.mark.parametrize("content", [b"a\n.\r\n", b"a\r.\r\n", b"a\r\n.\n", b"a\r"])
def test_content_with_a_bare_line_end_is_refused_unsent(content: bytes) -> None:
    with ScriptedRelay() as relay, mailer_to(relay.port) as mailer:
        outcome = deliver(mailer, content=content)
    assert outcome == Permanent("content holds a line end that is not CRLF; compose the mail again", None)
    assert relay.heard == ["EHLO plans.example", "QUIT"]


class InterruptedContent(bytes):
    """Content during which somebody presses Ctrl-C: after DATA was answered, before an octet of it goes out."""

    def __getitem__(self, _: object) -> NoReturn:
        raise KeyboardInterrupt


def test_an_interrupted_mail_leaves_no_half_transaction_to_the_next() -> None:
    with ScriptedRelay() as relay, mailer_to(relay.port) as mailer:
        with pytest.raises(KeyboardInterrupt):
            deliver(mailer, content=InterruptedContent(CONTENT))
        assert deliver(mailer) == ACCEPTED
    assert relay.sessions == 2
    assert relay.contents == [CONTENT]


def test_deliver_without_connect_is_temporary() -> None:
    mailer = Mailer(relay_settings(1), local_hostname="plans.example")
    outcome = mailer.deliver(sender="a@plans.example", to="b@unit.example", content=CONTENT)
    assert outcome == Temporary("no session stands; connect comes before each mail", None)


LINES = st.lists(st.one_of(st.sampled_from([b"", b".", b"..", b".x", b"x."]), st.binary(max_size=20)))


@given(lines=LINES, ended=st.booleans())
@settings(max_examples=150)
def test_what_was_sent_is_what_the_server_got(lines: list[bytes], ended: bool) -> None:
    sent = b"\r\n".join(line.replace(b"\r", b"").replace(b"\n", b"") for line in lines) + b"\r\n" * ended
    received = dict[str, bytes]()
    with Catcher(None, on_message=received.__setitem__) as catcher, mailer_to(catcher.port) as mailer:
        assert deliver(mailer, to="office@unit.example", content=sent) == Accepted("250 2.0.0 stored")
        assert deliver(mailer, to="next@unit.example", content=CONTENT) == Accepted("250 2.0.0 stored")
    assert received["office@unit.example"] == (sent if not sent or sent.endswith(b"\r\n") else sent + b"\r\n")
    assert received["next@unit.example"] == CONTENT


def test_a_composed_message_arrives_octet_for_octet() -> None:
    message = EmailMessage()
    message["Subject"] = "Nhắc lịch kiểm tra"
    message.set_content("Kính gửi Ủy ban nhân dân xã,\n.\n..\n" + "ế" * 3000)
    content = message.as_bytes(policy=message.policy.clone(linesep="\r\n"))
    received = dict[str, bytes]()
    with Catcher(None, on_message=received.__setitem__) as catcher, mailer_to(catcher.port) as mailer:
        assert deliver(mailer, content=content) == Accepted("250 2.0.0 stored")
    assert received == {"office@unit.example": content}
