"""How a session with the relay comes about, is kept, and is refused with a sentence that names the remedy."""

from __future__ import annotations

import base64
import shutil
import socket
import ssl
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from scheduler.errors import RelayError
from scheduler.mailer import Mailer, RelaySettings, Temporary
from tests.integration.scripted_relay import (
    ACCEPTED,
    HANG_UP,
    STALL,
    TRANSACTION,
    ScriptedRelay,
    deliver,
    mailer_to,
    relay_settings,
)


def explain_refusal(relay: RelaySettings) -> str:
    """Return what connect complains about, with the port written as PORT."""
    with pytest.raises(RelayError) as caught:
        Mailer(relay, local_hostname="plans.example").connect()
    return str(caught.value).replace(f":{relay.port}:", ":PORT:")


@dataclass(frozen=True)
class Certificate:
    path: Path
    server: ssl.SSLContext


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """A certificate for 127.0.0.1, and not for localhost, signed by itself."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl command to make a certificate with")
    folder = tmp_path_factory.mktemp("certificate")
    path, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=relay",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", path],
        check=True,
        capture_output=True,
    )  # fmt: skip
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(path, key)
    return Certificate(path, server)


@pytest.fixture
def trusted(certificate: Certificate, monkeypatch: pytest.MonkeyPatch) -> Certificate:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.path))
    return certificate


# --- kept and renewed ---------------------------------------------------------------------------


def test_connect_twice_opens_one_session_and_asks_nothing_of_a_fresh_one() -> None:
    with ScriptedRelay() as relay, mailer_to(relay.port, idle_seconds=60) as mailer:
        mailer.connect()
        mailer.connect()
        mailer.close()
    assert relay.sessions == 1
    assert relay.heard == ["EHLO plans.example", "QUIT"]


def test_connect_asks_an_idle_session_whether_it_lives() -> None:
    with ScriptedRelay() as relay, mailer_to(relay.port, idle_seconds=0) as mailer:
        mailer.connect()
        assert deliver(mailer) == ACCEPTED
        mailer.close()
    assert relay.sessions == 1
    assert relay.heard == ["EHLO plans.example", "NOOP", *TRANSACTION, "QUIT"]


@pytest.mark.parametrize("answer", ["421 4.4.2 idle too long", "500 what", HANG_UP, STALL])
def test_connect_replaces_an_idle_session_that_does_not_answer(answer: str) -> None:
    with ScriptedRelay({"NOOP": [answer]}) as relay:
        with mailer_to(relay.port, idle_seconds=0, timeout_seconds=0.3) as mailer:
            mailer.connect()
            mailer.connect()
            mailer.close()
        assert relay.sessions == 2
        assert relay.heard == ["EHLO plans.example", "NOOP", "EHLO plans.example", "QUIT"]


@pytest.mark.parametrize("last_words", ["", "421 4.4.2 idle too long"])
def test_connect_notices_that_the_server_closed_before_any_mail_is_tried(last_words: str) -> None:
    answer = "\r\n".join(filter(None, ["250 relay.example", last_words]))
    with ScriptedRelay({"EHLO": [answer]}) as relay:
        with mailer_to(relay.port, idle_seconds=60) as mailer:
            mailer.connect()
            relay.hang_up()
            assert relay.ended.acquire(timeout=10)
            assert deliver(mailer) == ACCEPTED
        assert relay.sessions == 2
        assert relay.heard == ["EHLO plans.example", "EHLO plans.example", *TRANSACTION, "QUIT"]


def test_connect_raises_when_the_relay_went_away_meanwhile() -> None:
    with ScriptedRelay({"dot": [HANG_UP]}) as relay:
        mailer = Mailer(relay_settings(relay.port), local_hostname="plans.example")
        deliver(mailer)
    with pytest.raises(RelayError, match="connection refused"):
        mailer.connect()
    assert isinstance(mailer.deliver(sender="", to="a@unit.example", content=b""), Temporary)


def test_close_twice_and_without_a_session_is_quiet() -> None:
    with ScriptedRelay() as relay, mailer_to(relay.port) as mailer:
        mailer.close()
        mailer.connect()
        mailer.close()
        mailer.close()
    assert relay.heard == ["EHLO plans.example", "QUIT"]


# --- refused ------------------------------------------------------------------------------------


def test_connection_refused_says_where_and_what_to_check() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert explain_refusal(relay_settings(port)) == (
        "mail relay 127.0.0.1:PORT: connection refused; check smtp.host and smtp.port, and that the relay runs"
    )


ASK = "; ask who runs the relay"
CHECK = "; check smtp.host, smtp.port and smtp.security, and the relay's log"
CHECK_FIREWALL = "; check smtp.host, smtp.port, smtp.security and the firewall"


@pytest.mark.parametrize(
    ("answers", "complaint"),
    [
        (
            {"greeting": ["421 4.3.2 busy"]},
            "the server turned us away: 421 4.3.2 busy; wait, or ask who runs the relay",
        ),
        ({"greeting": ["554 no\x1b[31m"]}, "the server turned us away: 554 no [31m; wait, or ask who runs the relay"),
        ({"greeting": [HANG_UP]}, "the server closed the connection" + CHECK),
        ({"greeting": ["SSH-2.0-OpenSSH"]}, "the server answered what is not SMTP: 'SSH-2.0-OpenSSH'" + CHECK),
        ({"greeting": [STALL]}, "timeout: no answer within 0.3 s" + CHECK_FIREWALL),
        ({"greeting": ["220-wait"]}, "timeout: no answer within 0.3 s" + CHECK_FIREWALL),
        ({"EHLO": ["502 what"]}, "EHLO plans.example was refused: 502 what" + ASK),
        ({"EHLO": [STALL]}, "timeout: no answer within 0.3 s" + CHECK_FIREWALL),
    ],
)
def test_a_relay_that_does_not_open_is_explained(answers: Mapping[str, Sequence[str]], complaint: str) -> None:
    with ScriptedRelay(answers) as relay:
        assert explain_refusal(relay_settings(relay.port, timeout_seconds=0.3)) == (
            f"mail relay 127.0.0.1:PORT: {complaint}"
        )


def test_a_host_that_cannot_be_a_name_is_explained() -> None:
    complaint = explain_refusal(replace(relay_settings(25), host="a" * 64 + ".example", security="tls"))
    assert "the name is not known" in complaint
    assert complaint.endswith("; check smtp.host and this machine's DNS")


def test_no_encryption_is_for_loopback_only() -> None:
    assert explain_refusal(replace(relay_settings(25), host="relay.example")) == (
        "mail relay relay.example:PORT: security 'none' is for a relay on this machine only; "
        "set smtp.security to 'starttls' (usually port 587) or 'tls' (usually port 465)"
    )


def test_a_local_name_that_would_break_the_dialogue_is_refused() -> None:
    with pytest.raises(RelayError, match="cannot be said in EHLO"):
        Mailer(relay_settings(25), local_hostname="a\r\nNOOP").connect()


# --- TLS ----------------------------------------------------------------------------------------

WITH_STARTTLS = "250-relay.example\r\n250 STARTTLS"
ISSUER = "; set smtp.host to the name in the certificate, or have this machine trust its issuer"


def test_starttls_must_be_offered() -> None:
    with ScriptedRelay() as relay:
        complaint = explain_refusal(replace(relay_settings(relay.port), security="starttls"))
    assert complaint == (
        "mail relay 127.0.0.1:PORT: STARTTLS is not offered, and mail is not sent in the clear; "
        "check smtp.port (usually 587), or set smtp.security to 'tls' (usually port 465)"
    )
    assert relay.heard == ["EHLO plans.example"]


def test_starttls_refused_is_explained() -> None:
    with ScriptedRelay({"EHLO": [WITH_STARTTLS], "STARTTLS": ["454 4.7.0 not now"]}) as relay:
        complaint = explain_refusal(replace(relay_settings(relay.port), security="starttls"))
    assert complaint == f"mail relay 127.0.0.1:PORT: STARTTLS was refused: 454 4.7.0 not now{ASK}"


def test_answers_put_on_the_line_before_tls_are_refused(trusted: Certificate) -> None:
    answers = {"EHLO": [WITH_STARTTLS], "STARTTLS": ["220 ready\r\n250 injected"]}
    with ScriptedRelay(answers, trusted.server) as relay:
        complaint = explain_refusal(replace(relay_settings(relay.port), security="starttls"))
    assert complaint == (f"mail relay 127.0.0.1:PORT: it sent octets in the clear after its answer to STARTTLS{CHECK}")


def test_a_self_signed_certificate_is_refused(certificate: Certificate) -> None:
    with ScriptedRelay({"EHLO": [WITH_STARTTLS]}, certificate.server) as relay:
        complaint = explain_refusal(
            replace(relay_settings(relay.port), security="starttls", username="a", password="b")
        )
    assert complaint == (f"mail relay 127.0.0.1:PORT: its certificate is not verified: self-signed certificate{ISSUER}")
    assert relay.heard == ["EHLO plans.example", "STARTTLS"]


def test_a_certificate_for_another_name_is_refused(trusted: Certificate) -> None:
    with ScriptedRelay({"EHLO": [WITH_STARTTLS]}, trusted.server) as relay:
        complaint = explain_refusal(replace(relay_settings(relay.port), host="localhost", security="starttls"))
    assert "its certificate is not verified: Hostname mismatch" in complaint
    assert relay.heard == ["EHLO plans.example", "STARTTLS"]


def test_tls_towards_a_server_that_speaks_none_is_explained() -> None:
    with ScriptedRelay() as relay:
        complaint = explain_refusal(replace(relay_settings(relay.port), security="tls"))
    assert complaint.startswith("mail relay 127.0.0.1:PORT: TLS failed: ")
    assert complaint.endswith("; check that smtp.security fits smtp.port")


def test_mail_and_password_go_through_verified_starttls(trusted: Certificate) -> None:
    # Offered in the clear, another mechanism than inside: what was said before TLS is forgotten.
    answers = {"EHLO": ["250-relay\r\n250-AUTH LOGIN\r\n250 STARTTLS", "250-relay\r\n250 AUTH PLAIN LOGIN"]}
    with ScriptedRelay(answers, trusted.server) as relay:
        settings = replace(relay_settings(relay.port), security="starttls", username="plans", password="mật khẩu")
        mailer = Mailer(settings, local_hostname="plans.example")
        assert [deliver(mailer), deliver(mailer)] == [ACCEPTED, ACCEPTED]
        mailer.close()
    secret = base64.b64encode("\0plans\0mật khẩu".encode()).decode()
    assert relay.heard == [
        "EHLO plans.example", "STARTTLS", "EHLO plans.example", f"AUTH PLAIN {secret}",
        *TRANSACTION, *TRANSACTION, "QUIT",
    ]  # fmt: skip
    assert relay.sessions == 1


def test_mail_goes_through_tls_from_the_first_octet(trusted: Certificate) -> None:
    with ScriptedRelay(tls=trusted.server, tls_first=True) as relay:
        mailer = Mailer(replace(relay_settings(relay.port), security="tls"), local_hostname="plans.example")
        assert [deliver(mailer), deliver(mailer)] == [ACCEPTED, ACCEPTED]
        mailer.close()
    assert relay.heard == ["EHLO plans.example", *TRANSACTION, *TRANSACTION, "QUIT"]
    assert relay.sessions == 1


# --- sign-in ------------------------------------------------------------------------------------


def with_account(port: int) -> RelaySettings:
    return replace(relay_settings(port), username="plans", password="hunter2")


def test_a_refused_password_is_about_the_relay_and_is_not_repeated_in_words() -> None:
    answers = {"EHLO": ["250-relay\r\n250 AUTH PLAIN"], "AUTH": ["535 5.7.8 wrong"]}
    with ScriptedRelay(answers) as relay:
        complaint = explain_refusal(with_account(relay.port))
    assert complaint == (
        "mail relay 127.0.0.1:PORT: sign-in as 'plans' was refused: 535 5.7.8 wrong; "
        "check smtp.username and the file that smtp.password_file names"
    )
    assert "hunter2" not in repr(with_account(1))


def test_sign_in_by_login_answers_name_and_password() -> None:
    name, password = (base64.b64encode(text).decode() for text in (b"plans", b"hunter2"))
    answers = {
        "EHLO": ["250-relay\r\n250 AUTH LOGIN CRAM-MD5"],
        "AUTH": ["334 VXNlcm5hbWU6"],
        name: ["334 UGFzc3dvcmQ6"],
        password: ["235 2.7.0 welcome"],
    }
    with ScriptedRelay(answers) as relay:
        mailer = Mailer(with_account(relay.port), local_hostname="plans.example")
        assert deliver(mailer) == ACCEPTED
        mailer.close()
    assert relay.heard == ["EHLO plans.example", "AUTH LOGIN", name, password, *TRANSACTION, "QUIT"]


def test_sign_in_by_login_sends_no_password_after_a_refused_name() -> None:
    answers = {"EHLO": ["250-relay\r\n250 AUTH LOGIN"], "AUTH": ["535 5.7.8 not you"]}
    with ScriptedRelay(answers) as relay:
        assert "refused: 535 5.7.8 not you" in explain_refusal(with_account(relay.port))
    assert relay.heard == ["EHLO plans.example", "AUTH LOGIN"]


@pytest.mark.parametrize(("offer", "named"), [("AUTH CRAM-MD5", "CRAM-MD5"), ("8BITMIME", "none")])
def test_sign_in_that_is_not_offered_is_explained(offer: str, named: str) -> None:
    with ScriptedRelay({"EHLO": [f"250-relay\r\n250 {offer}"]}) as relay:
        complaint = explain_refusal(with_account(relay.port))
    assert complaint == (
        f"mail relay 127.0.0.1:PORT: sign-in by PLAIN or LOGIN is not offered (offered: {named}); "
        "check smtp.port, or remove smtp.username where no sign-in is needed"
    )


def test_a_user_name_without_password_is_explained() -> None:
    with ScriptedRelay() as relay:
        complaint = explain_refusal(replace(with_account(relay.port), password=None))
    assert complaint == (
        "mail relay 127.0.0.1:PORT: no password for 'plans'; set smtp.password_file, or remove smtp.username"
    )
