"""Postfix takes the mails, Dovecot serves them: what was received is what was meant, and reads as threads.

Both servers are the test's own, on loopback, with all they write in a temporary folder. Set CLIENTS=all to make a
server that is not installed a failure instead of skipped tests.
"""

from __future__ import annotations

import base64
import json
import re
import shutil
import signal
import sqlite3
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Literal

import pytest
from ruamel.yaml import YAML

from scheduler.clock import read_wall_clock
from scheduler.delivery import Accepted
from scheduler.errors import RelayError
from scheduler.mailer import Mailer, RelaySettings
from tests.acceptance.clients.planned import Entry, read_entries
from tests.acceptance.clients.subscribers import (
    ICAL_JS,
    LIBICAL,
    PROGRAMS,
    Client,
    Subscription,
    need_node_package,
    read_with_libical,
)
from tests.acceptance.commandline import SHIPPED_CONFIG, run_command
from tests.acceptance.mail_servers import dovecot, postfix
from tests.acceptance.mail_servers.certificates import Certificates, make_certificates
from tests.acceptance.mail_servers.dovecot import Received, open_mailbox, run_dovecot
from tests.acceptance.mail_servers.postfix import Postfix, run_postfix
from tests.acceptance.mail_servers.standards import decode, list_faults, read_mailbox, read_parts, split_trace
from tests.acceptance.mail_servers.waiting import wait_until
from tests.acceptance.missing import skip_where
from tests.acceptance.test_running_service import running_service

PLAN_FILE = Path("plans") / "kiem-tra-2024.yaml"
# Without a word of ASCII, so that it takes two encoded words; one that no line can hold in a single one.
LONG_NAME = "Hội đồng nghĩa vụ quân sự thị xã Đồng Xoài"
LONGER_NAME = "Ủỷộệẵữ" * 12
VISIT_TREE = (
    "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/calendar", "application/ics",
)  # fmt: skip
REPORT_TREE = ("multipart/alternative", "text/plain", "text/html")


@dataclass(frozen=True, slots=True)
class Servers:
    """Both servers; ``imap`` is Dovecot's port."""

    postfix: Postfix
    imap: int
    certificates: Certificates
    config: Path

    def read_mailboxes(self, addresses: set[str]) -> dict[str, tuple[Received, ...]]:
        read = {}
        for address in sorted(addresses):
            with open_mailbox(self.imap, address) as mailbox:
                read[address] = mailbox.read()
        return read

    def list_threads(self, address: str) -> frozenset[frozenset[int]]:
        with open_mailbox(self.imap, address) as mailbox:
            return mailbox.list_threads()


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    """Postfix and Dovecot with a mailbox for every contact of the sample, and a second one for the live service."""
    skip_where(postfix.find_missing() or dovecot.find_missing())
    # Not pytest's own folder, which the servers' users may not enter.
    folder = Path(tempfile.mkdtemp(prefix="mail-servers-"))
    folder.chmod(0o755)
    try:
        for name in ("postfix", "dovecot", "certificates"):
            (folder / name).mkdir()
        shutil.copytree(SHIPPED_CONFIG, folder / "config")
        contacts = folder / "config" / "contacts.yaml"
        text = contacts.read_text(encoding="utf-8")
        for name, long_name in (("Phó Giám đốc Sở", LONG_NAME), ("Thanh tra Sở", LONGER_NAME)):
            assert f"name: {name}\n" in text
            text = text.replace(f"name: {name}\n", f"name: {long_name}\n")
        contacts.write_text(text, encoding="utf-8")
        addresses = find_addresses(contacts)
        certificates = make_certificates(folder / "certificates")
        with (
            run_postfix(
                folder / "postfix", addresses | set(map(make_live, addresses)), certificates.server, certificates.key
            ) as relay,
            run_dovecot(folder / "dovecot", relay.mail) as imap,
        ):
            yield Servers(relay, imap, certificates, folder / "config")
    finally:
        shutil.rmtree(folder)


def find_addresses(contacts: Path) -> set[str]:
    return set(re.findall(r"email: (\S+@\S+)", contacts.read_text(encoding="utf-8")))


def find_readers(contacts: Path, places: tuple[str, ...]) -> set[str]:
    """Return the addresses of who belongs to one of ``places``."""
    listed = YAML(typ="safe").load(contacts.read_text(encoding="utf-8"))["contacts"]
    return {contact["email"] for contact in listed if contact["of"] in places and contact["email"]}


def make_live(address: str) -> str:
    """Return the address at which the same reader has the mails of the live service."""
    return address.replace(".example", ".live.example")


# --- a whole season ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Season:
    """What the ledger holds after a season, and what its readers hold."""

    deliveries: list[dict[str, str]]
    frozen: dict[str, bytes]
    read: dict[str, tuple[Received, ...]]


@pytest.fixture(scope="module")
def season(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Season:
    """Rehearse two weeks of the shipped plan with Postfix as its relay; wait until every mail lies in its mailbox."""
    folder = tmp_path_factory.mktemp("season")
    kept = ["--config", servers.config, "--state", "state"]
    span = ["--from", "2024-05-08T12:00+07:00", "--to", "2024-05-25T00:00+07:00"]
    ran = run_command("rehearse", *kept, *span, "--smtp", f"127.0.0.1:{servers.postfix.plain}", folder=folder)
    assert ran.status == 0, ran.err
    listed = run_command("history", "--json", *kept, folder=folder).records("deliveries")
    deliveries = [row for row in listed if row["state"] == "sent"]
    servers.postfix.wait_for(len(deliveries))
    with closing(sqlite3.connect(folder / "state" / "ledger.sqlite3")) as ledger:
        frozen = dict(ledger.execute("SELECT message_id, content FROM messages"))
    return Season(deliveries, frozen, servers.read_mailboxes({row["to"] for row in deliveries}))


def list_mails(season: Season) -> Iterator[tuple[str, bytes, Received]]:
    """List each mail that was received, as it was handed over, and its Message-ID."""
    for mails in season.read.values():
        for mail in mails:
            content = split_trace(mail.content)[1]
            yield message_from_bytes(content)["Message-ID"], content, mail


def test_each_mail_lies_once_in_the_mailbox_of_its_reader(season: Season) -> None:
    assert len(season.deliveries) >= 180
    lying = [
        (address, message_from_bytes(mail.content)["Message-ID"])
        for address, mails in season.read.items()
        for mail in mails
    ]
    assert sorted(lying) == sorted((row["to"], row["message_id"]) for row in season.deliveries)


def test_every_octet_arrives_as_the_ledger_froze_it(season: Season) -> None:
    # So nothing was missing that Postfix would have added, and nothing was encoded anew on the way.
    for message_id, content, _ in list_mails(season):
        assert content == season.frozen[message_id]


def test_the_trace_names_our_return_path_and_one_recipient(season: Season) -> None:
    for address, mails in season.read.items():
        for mail in mails:
            trace = message_from_bytes(split_trace(mail.content)[0])
            assert (trace["Return-Path"], trace["Delivered-To"]) == ("<kiem-tra@so-ldtbxh.example>", address)
            assert message_from_bytes(mail.content)["To"].endswith(f"<{address}>")


def test_a_standards_check_finds_nothing_in_any_mail(season: Season) -> None:
    faults = [(message_id, *list_faults(content)) for message_id, content, _ in list_mails(season)]
    assert [fault for fault in faults if len(fault) > 1] == []


def test_dovecot_sees_the_tree_that_was_meant(season: Season) -> None:
    about = {row["message_id"]: row["item"] for row in season.deliveries}
    for message_id, _, mail in list_mails(season):
        assert mail.tree == (REPORT_TREE if about[message_id] == "bao-cao" else VISIT_TREE)


def test_the_mails_of_an_item_are_one_thread_for_each_reader(servers: Servers, season: Season) -> None:
    items = {row["message_id"]: row["item"] for row in season.deliveries}
    most = 0
    for address, mails in season.read.items():
        threads = defaultdict(set)
        for mail in mails:
            threads[items[message_from_bytes(mail.content)["Message-ID"]]].add(mail.number)
        assert servers.list_threads(address) == frozenset(map(frozenset, threads.values()))
        most = max(most, len(threads))
    # A team member is told of five visits in that time, at least.
    assert most >= 5


@pytest.mark.parametrize("name", [LONG_NAME, LONGER_NAME])
def test_dovecot_and_its_envelope_read_a_name_of_several_encoded_words(
    servers: Servers, season: Season, name: str
) -> None:
    address = {LONG_NAME: "truong-doan@so-ldtbxh.example", LONGER_NAME: "thanh-tra@so-ldtbxh.example"}[name]
    mails = season.read[address]
    assert len(mails) >= 12
    for mail in mails:
        assert mail.to_name.count("=?utf-8?b?") > 1
        assert decode(mail.to_name) == name
        assert read_mailbox(message_from_bytes(mail.content)["To"]) == (name, address)
    with open_mailbox(servers.imap, address) as mailbox:
        assert mailbox.find_by_recipient(name) == [mail.number for mail in mails]
        assert mailbox.find_by_recipient(f"{name} và ai nữa") == []


def test_a_second_reader_of_mails_finds_the_same_names_texts_and_parts(season: Season) -> None:
    skip_where(need_node_package("postal-mime")())
    mails = [content for _, content, _ in list_mails(season)]
    lines = "".join(f"{base64.b64encode(content).decode()}\n" for content in mails)
    printed = subprocess.run(
        ["node", "read_mails.mjs"], input=lines, cwd=PROGRAMS, capture_output=True, text=True, check=True, timeout=60
    ).stdout
    for content, line in zip(mails, printed.splitlines(), strict=True):
        read, parts, message = json.loads(line), read_parts(content), message_from_bytes(content)
        assert read["subject"] == decode(message["Subject"])
        assert tuple(read["from"]) == read_mailbox(message["From"])
        assert [tuple(mailbox) for mailbox in read["to"]] == [read_mailbox(message["To"])]
        for kind, name in (("text/plain", "text"), ("text/html", "html")):
            assert read[name].split() == parts[kind].decode().split()
        calendars = [
            ["text/calendar", "PUBLISH", None, None],
            ["application/ics", None, "lich-kiem-tra.ics", "attachment"],
        ]
        assert read["calendars"] == (calendars if "text/calendar" in parts else [])


@pytest.mark.parametrize("reader", [ICAL_JS, LIBICAL], ids=str)
def test_the_calendar_of_a_visit_mail_holds_its_sessions(
    servers: Servers, season: Season, reader: Client, tmp_path: Path
) -> None:
    skip_where(reader.find_missing())
    planned = read_entries(servers.config / PLAN_FILE)
    items = {row["message_id"]: row["item"] for row in season.deliveries}
    calendars = defaultdict(set)
    for message_id, content, _ in list_mails(season):
        parts = read_parts(content)
        if "text/calendar" in parts:
            assert parts["text/calendar"] == parts["application/ics"]
            # The mails of a visit differ in the second at which they were written alone.
            undated = re.sub(rb"DTSTAMP:\d{8}T\d{6}Z", b"DTSTAMP:20240401T000000Z", parts["text/calendar"])
            calendars[items[message_id]].add(undated)
    assert calendars.keys() == set(items.values()) - {"bao-cao"}
    for item, (calendar,) in calendars.items():
        read = read_calendar(reader, calendar, tmp_path)
        assert tuple(replace(entry, uid=None, sequence=None) for entry in read) == planned[item]
        assert {entry.sequence for entry in read} == {0}


def read_calendar(reader: Client, calendar: bytes, home: Path) -> tuple[Entry, ...]:
    """Let ical.js, in strict mode, or libical, with its check of the rules, read one calendar."""
    if reader is LIBICAL:
        return read_with_libical(calendar, home)
    address = f"data:text/calendar;base64,{base64.b64encode(calendar).decode()}"
    return reader.read(Subscription(address, home, date(2024, 1, 1), date(2024, 12, 31)))


# --- the live service, over TLS ---------------------------------------------------------------------


def test_the_service_sends_over_verified_tls_and_what_changed_joins_the_thread(
    servers: Servers, tmp_path: Path
) -> None:
    skip_where(LIBICAL.find_missing())
    config = tmp_path / "config"
    shutil.copytree(servers.config, config)
    contacts = config / "contacts.yaml"
    contacts.write_text(contacts.read_text(encoding="utf-8").replace(".example", ".live.example"), encoding="utf-8")
    readers = find_readers(contacts, ("son-dong", "son-dong/phuc-son", "son-dong/an-ba", "doan-kiem-tra"))
    settings = {
        "SCHEDULER_SMTP__SECURITY": "starttls",
        "SCHEDULER_EDITS__SETTLE_MINUTES": "0",
        "SSL_CERT_FILE": str(servers.certificates.authority),
    }

    def wait_for(subject: str) -> None:
        def have_all() -> bool:
            mailboxes = (servers.postfix.list_mails(address) for address in readers)
            return all(any(decode(mail["Subject"]).startswith(subject) for mail in mails) for mails in mailboxes)

        wait_until(have_all, lambda: servers.postfix.log)

    # Near enough that its first reminder goes at once, too far for the team's letter of the eve.
    edit(config, "son-dong", date=read_wall_clock().date() + timedelta(days=5))
    # Another visit still to come: a plan that has nothing left would wait for approval.
    edit(config, "luc-ngan", date=read_wall_clock().date() + timedelta(days=60))
    with running_service(config, smtp_port=servers.postfix.encrypted, **settings) as (process, _):
        wait_for("Lịch kiểm tra")
        edit(config, "son-dong", date=read_wall_clock().date() + timedelta(days=3))
        wait_for("Đổi ngày kiểm tra")
        edit(config, "son-dong", cancelled=True)
        wait_for("Hủy lịch kiểm tra")
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    told = ("Lịch kiểm tra", "Đổi ngày kiểm tra", "Hủy lịch kiểm tra")
    for address, every in servers.read_mailboxes(readers).items():
        # The team has other mails as well, in threads of their own.
        mails = [mail for mail in every if decode(message_from_bytes(mail.content)["Subject"]).startswith(told)]
        assert frozenset(mail.number for mail in mails) in servers.list_threads(address)
        for mail in mails:
            trace, content = split_trace(mail.content)
            assert b"using TLSv1.3 with cipher" in trace
            assert list(list_faults(content)) == []
        calendars = [read_with_libical(read_parts(mail.content)["text/calendar"], tmp_path) for mail in mails]
        sequences = [[(entry.sequence, entry.status) for entry in calendar] for calendar in calendars]
        assert sequences == [[(0, "TENTATIVE")] * 2, [(1, "TENTATIVE")] * 2, [(2, "CANCELLED")] * 2]


def edit(config: Path, visit_id: str, **values: date | bool) -> None:
    """Change one visit in the plan's file, as an admin would."""
    path, yaml = config / PLAN_FILE, YAML()
    plan = yaml.load(path.read_text(encoding="utf-8"))
    next(visit for visit in plan["visits"] if visit["id"] == visit_id).update(values)
    yaml.dump(plan, path)


def test_a_relay_whose_certificate_nobody_vouches_for_gets_no_mail(
    servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    mailer = Mailer(relay_to(servers.postfix.encrypted, "starttls"), local_hostname="so.example")
    with pytest.raises(RelayError, match="its certificate is not verified: unable to get local issuer certificate"):
        mailer.connect()


# --- what the server offers -------------------------------------------------------------------------


def test_a_server_without_pipelining_8bitmime_and_smtputf8_gets_the_same_octets(
    servers: Servers, season: Season
) -> None:
    # All of a mail is ASCII, so it asks for none of them.
    address = "van-phong@so-yte.live.example"
    before = servers.postfix.count_mails()
    content = next(iter(season.frozen.values()))
    mailer = Mailer(relay_to(servers.postfix.bare, "none"), local_hostname="so.example")
    mailer.connect()
    outcome = mailer.deliver(sender="kiem-tra@so-ldtbxh.example", to=address, content=content)
    mailer.close()
    assert isinstance(outcome, Accepted)
    servers.postfix.wait_for(before + 1)
    with open_mailbox(servers.imap, address) as mailbox:
        assert content in [split_trace(mail.content)[1] for mail in mailbox.read()]


def relay_to(port: int, security: Literal["starttls", "none"]) -> RelaySettings:
    return RelaySettings("127.0.0.1", port, security, None, None, 20.0)
