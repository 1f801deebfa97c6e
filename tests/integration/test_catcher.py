"""The catcher takes mail from the mailer and leaves it where it was told to."""

from __future__ import annotations

import contextlib
import smtplib
import socket
from pathlib import Path

import pytest

from scheduler.catcher import Catcher
from scheduler.mailer import Accepted, Temporary
from tests.integration.scripted_relay import CONTENT, deliver, mailer_to

STORED = Accepted("250 2.0.0 stored")


def read_folder(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in directory.iterdir()}


def test_catcher_stores_each_message_under_its_number_and_recipient(tmp_path: Path) -> None:
    mails = tmp_path / "var" / "mails"
    with Catcher(mails) as catcher, mailer_to(catcher.port) as mailer:
        assert deliver(mailer, to="a@unit.example", content=b"one\r\n") == STORED
        assert catcher.messages == 1
        assert deliver(mailer, to="../b/*@unit.example", content=b".two\r\n") == STORED
        assert catcher.messages == 2
        assert read_folder(mails) == {
            "0001-a@unit.example.eml": b"one\r\n",
            "0002-.._b__@unit.example.eml": b".two\r\n",
        }


def test_catcher_numbers_on_from_what_the_folder_holds(tmp_path: Path) -> None:
    (tmp_path / "0041-a@unit.example.eml").write_bytes(b"earlier")
    (tmp_path / "notes.txt").write_bytes(b"mine")
    with Catcher(tmp_path) as catcher, mailer_to(catcher.port) as mailer:
        assert deliver(mailer, to="a@unit.example") == STORED
        assert catcher.messages == 1
    assert read_folder(tmp_path) == {
        "0041-a@unit.example.eml": b"earlier",
        "0042-a@unit.example.eml": CONTENT,
        "notes.txt": b"mine",
    }


def test_catcher_gives_each_recipient_of_one_message_a_copy(tmp_path: Path) -> None:
    told: list[tuple[str, bytes]] = []
    with Catcher(tmp_path, on_message=lambda to, content: told.append((to, content))) as catcher:
        with smtplib.SMTP(catcher.host, catcher.port, "plans.example") as client:
            client.sendmail("plans@plans.example", ["a@unit.example", "b@unit.example"], CONTENT)
        assert catcher.messages == 2
    assert told == [("a@unit.example", CONTENT), ("b@unit.example", CONTENT)]
    assert sorted(read_folder(tmp_path)) == ["0001-a@unit.example.eml", "0002-b@unit.example.eml"]


def test_catcher_that_cannot_store_asks_to_try_again_and_goes_on(tmp_path: Path) -> None:
    mails = tmp_path / "mails"
    with Catcher(mails) as catcher, mailer_to(catcher.port) as mailer:
        mails.rmdir()
        assert deliver(mailer) == Temporary("final dot: 452 4.3.1 not stored: No such file or directory", 452)
        assert catcher.messages == 0
        mails.mkdir()
        assert deliver(mailer) == STORED
        assert catcher.messages == 1
    assert read_folder(mails) == {"0001-office@unit.example.eml": CONTENT}


def test_catcher_stops_with_a_client_in_the_middle_of_a_mail() -> None:
    with Catcher(None) as catcher:
        client = socket.create_connection((catcher.host, catcher.port), 10)
        client.sendall(b"EHLO plans.example\r\nMAIL FROM:<>\r\nRCPT TO:<a@unit.example>\r\nDATA\r\nhalf")
        answers = b""
        while b"354 " not in answers:
            answers += client.recv(4096)
    assert catcher.messages == 0
    with client, contextlib.suppress(ConnectionResetError):
        assert client.recv(4096) == b""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((catcher.host, catcher.port), 10)


def test_catcher_on_a_port_in_use_raises_at_once() -> None:
    with (
        Catcher(None) as catcher,
        pytest.raises(OSError, match="address already in use"),
        Catcher(None, port=catcher.port),
    ):
        pass
