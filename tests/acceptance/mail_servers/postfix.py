"""A Postfix of the test's own: configuration, spool and mailboxes in a folder, on free ports of loopback.

Nothing leaves the machine: only the mailboxes that are named exist, and every other transport is ``error``.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from pathlib import Path

from tests.acceptance.mail_servers.waiting import wait_until

STOP_SECONDS = 20
LONGEST_LIFE_SECONDS = 600
MAILBOX_OWNER = 8  # "mail" on Debian; both servers refuse to work for root

_MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/state
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
myhostname = relay.example
inet_interfaces = loopback-only
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_recipient_restrictions = permit_mynetworks, reject
smtpd_tls_cert_file = {certificate}
smtpd_tls_key_file = {key}
smtpd_tls_received_header = yes
mydestination =
alias_maps =
local_recipient_maps =
default_transport = error:no mail leaves this machine
relay_transport = error:no mail leaves this machine
local_transport = error:nobody has a mailbox of the system
virtual_mailbox_domains = texthash:{folder}/domains
virtual_mailbox_maps = texthash:{folder}/mailboxes
virtual_mailbox_base = {folder}/mail
virtual_minimum_uid = 1
virtual_uid_maps = static:{owner}
virtual_gid_maps = static:{owner}
# A mail without Date, Message-ID or From would get one here, and so be seen to have lacked it.
always_add_missing_headers = yes
"""
# The services without which mail does not pass; Debian's file has those of other transports besides.
_MASTER = """
127.0.0.1:{plain} inet n - n - - smtpd
127.0.0.1:{encrypted} inet n - n - - smtpd
  -o smtpd_tls_security_level=encrypt
127.0.0.1:{bare} inet n - n - - smtpd
  -o smtpd_discard_ehlo_keywords=pipelining,8bitmime,smtputf8,chunking,dsn
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True, slots=True)
class Postfix:
    """A running Postfix: port ``plain`` offers all it can, ``bare`` no extension, ``encrypted`` insists on TLS."""

    folder: Path
    plain: int
    encrypted: int
    bare: int

    @property
    def mail(self) -> Path:
        """The folder of the mailboxes: ``domain/local part``, each a Maildir."""
        return self.folder / "mail"

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8")

    def count_mails(self) -> int:
        """Return how many mails lie in the mailboxes."""
        return sum(1 for _ in self.mail.glob("*/*/new/*")) + sum(1 for _ in self.mail.glob("*/*/cur/*"))

    def list_mails(self, address: str) -> list[Message]:
        """Return the mails in a mailbox that nobody has opened yet."""
        local, _, domain = address.partition("@")
        return [message_from_bytes(path.read_bytes()) for path in (self.mail / domain / local).glob("new/*")]

    def wait_for(self, mails: int) -> None:
        """Wait until so many mails lie in the mailboxes."""
        wait_until(lambda: self.count_mails() >= mails, lambda: f"{self.count_mails()} of {mails} mails\n{self.log}")


def find_missing() -> str | None:
    """Name what this machine lacks to run Postfix, None when it can."""
    if find_program("postfix") is None:
        return "postfix is not installed"
    return None if os.geteuid() == 0 else "Postfix and Dovecot must be started by root"


def find_program(name: str) -> str | None:
    return shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")


@contextmanager
def run_postfix(folder: Path, addresses: Iterable[str], certificate: Path, key: Path) -> Iterator[Postfix]:
    """Run a Postfix in ``folder`` (which its users must be able to enter) with a mailbox for each address."""
    server = Postfix(folder, *find_free_ports(3))
    _write_configuration(server, sorted(set(addresses)), certificate, key)
    options = ["-c", str(folder / "etc")]
    # Makes the folders of the spool, and refuses a configuration that is wrong.
    subprocess.run([str(find_program("postfix")), *options, "check"], check=True)
    daemons = subprocess.run(
        [str(find_program("postconf")), *options, "-h", "daemon_directory"], check=True, capture_output=True, text=True
    ).stdout.strip()
    # In the foreground; it ends by itself, should nobody be left to end it.
    command = [f"{daemons}/master", *options, "-d", "-e", str(LONGEST_LIFE_SECONDS)]
    with (
        (folder / "said").open("wb") as said,
        subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=said) as master,
    ):
        try:
            wait_until(
                lambda: master.poll() is not None or all(map(is_listening, (server.plain, server.bare))),
                lambda: (folder / "said").read_text(encoding="utf-8"),
            )
            assert master.poll() is None, (folder / "said").read_text(encoding="utf-8")
            yield server
        finally:
            # The master ends the services that it started.
            master.send_signal(signal.SIGTERM)
            master.wait(STOP_SECONDS)


def _write_configuration(server: Postfix, addresses: list[str], certificate: Path, key: Path) -> None:
    folder = server.folder
    for name in ("etc", "spool", "state", "mail"):
        (folder / name).mkdir()
    shutil.chown(folder / "state", "postfix")
    os.chown(folder / "mail", MAILBOX_OWNER, MAILBOX_OWNER)
    main = _MAIN.format(folder=folder, certificate=certificate, key=key, owner=MAILBOX_OWNER)
    (folder / "etc" / "main.cf").write_text(main, encoding="utf-8")
    master = _MASTER.format(plain=server.plain, encrypted=server.encrypted, bare=server.bare)
    (folder / "etc" / "master.cf").write_text(master, encoding="utf-8")
    domains = sorted({address.partition("@")[2] for address in addresses})
    (folder / "domains").write_text("".join(f"{domain} -\n" for domain in domains), encoding="utf-8")
    # A path that ends in a slash is a Maildir.
    parted = (address.partition("@") for address in addresses)
    mailboxes = (f"{local}@{domain} {domain}/{local}/\n" for local, _, domain in parted)
    (folder / "mailboxes").write_text("".join(mailboxes), encoding="utf-8")


def find_free_ports(count: int) -> list[int]:
    """Return ports of loopback that were free just now."""
    holders = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [holder.getsockname()[1] for holder in holders]
    for holder in holders:
        holder.close()
    return ports


def is_listening(port: int) -> bool:
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0
