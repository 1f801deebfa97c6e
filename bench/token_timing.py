"""Whether the time of a 404 tells why it came: wrong, revoked or malformed token, private feed; on a running service.

IO: starts ``scheduler run`` on a copy of the shipped configuration, gives out two tokens, revokes one, and asks over
one kept connection, one request of each group in every round, in an order drawn anew. Of each family the first two
groups are identical: what stands between them is noise. A difference is the median of the rounds' differences to the
family's first group, with the half width of its 99.9 % interval (by ranks, which assumes no distribution).
"""

from __future__ import annotations

import argparse
import gc
import random
import secrets
import shutil
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from measure import Target, judge_targets

from tests.acceptance.clients.service import find_port, run_service
from tests.acceptance.commandline import SHIPPED_CONFIG, Ran, run_command

WARM_UP = 300
Z = 3.29  # of a 99.9 % interval
AT_MOST = 0.02
PLAN, FEED = "kiem-tra-2024", "member-truong-doan"
HEADINGS = ("404 for", "median us", "p10-p90", "ratio", "difference us")


@dataclass(frozen=True, slots=True)
class Group:
    """Requests whose answers must not tell them apart from others of the family; ``make_path`` gives the next path."""

    family: str
    name: str
    make_path: Callable[[], str]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=4_000)
    arguments = parser.parse_args()
    with TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(SHIPPED_CONFIG, folder / "config")
        ledger = folder / "ledger.sqlite3"
        with run_service(folder / "config", ledger) as address:
            good, revoked = (add_token(folder, ledger) for _ in range(2))
            port = find_port(address)
            Connection(port).await_status(token_path(revoked), b"200")
            run_scheduler(folder, ledger, "revoke", "2")
            connection = Connection(port)
            connection.await_status(token_path(revoked), b"404")
            connection.await_status(token_path(good), b"200")
            groups = make_groups(good, revoked)
            times = measure(connection, groups, arguments.rounds)
    return report(groups, times)


def make_groups(good: str, revoked: str) -> tuple[Group, ...]:
    """Return the groups; all paths of a family are of one length, but for the token that is too short."""
    almost = good[:-1] + ("A" if good[-1] != "A" else "B")
    unknown, own = f"/feeds/{PLAN}/{FEED[:-1]}x.ics", f"/feeds/{PLAN}/{FEED}.ics"
    return (
        Group("token", "wrong token", make_wrong_path),
        Group("token", "wrong token, once more", make_wrong_path),
        Group("token", "revoked token", lambda: token_path(revoked)),
        Group("token", "wrong in its last character", lambda: token_path(almost)),
        Group("token", "good token, unknown feed", lambda: token_path(good, f"{FEED[:-1]}x")),
        Group("token", "malformed: other characters", lambda: token_path("".join(random.choices("!~+=;,", k=43)))),
        Group("token", "malformed: escaped", lambda: token_path("%41" * 14 + "B")),
        Group("token", "malformed: too short", lambda: token_path(secrets.token_urlsafe(8))),
        Group("no token", "unknown feed", lambda: unknown),
        Group("no token", "unknown feed, once more", lambda: unknown),
        Group("no token", "a private feed's own path", lambda: own),
    )


def measure(connection: Connection, groups: tuple[Group, ...], rounds: int) -> list[list[float]]:
    """Return for each group its times in microseconds, in the order of the rounds."""
    times: list[list[float]] = [[] for _ in groups]
    gc.disable()
    for number in range(-WARM_UP, rounds):
        # Made beforehand: what making one does to the caches must not fall on its own time.
        requests = [(place, make_request(group.make_path())) for place, group in enumerate(groups)]
        random.shuffle(requests)
        for place, request in requests:
            seconds, status = connection.ask(request)
            if status != b"404":
                raise SystemExit(f"{request.decode()} was answered with {status.decode()}")
            if number >= 0:
                times[place].append(seconds * 1e6)
    return times


def report(groups: tuple[Group, ...], times: list[list[float]]) -> int:
    """Print each group's times and its difference to the first of its family, and judge the differences."""
    print("{:28} {:>10} {:>16} {:>7} {:>18}".format(*HEADINGS))
    targets = []
    bases: dict[str, list[float]] = {}
    for group, taken in zip(groups, times, strict=True):
        base = bases.setdefault(group.family, taken)
        ranked = sorted(taken)
        spread = f"{ranked[len(ranked) // 10]:.1f}-{ranked[-len(ranked) // 10]:.1f}"
        difference, half = compare(taken, base)
        print(
            f"{group.name:28} {median(taken):10.1f} {spread:>16} {median(taken) / median(base):7.3f} "
            f"{difference:10.2f} +- {half:.2f}"
        )
        if taken is not base:
            # What the interval leaves open is noise, and speaks neither for nor against.
            sure = max(0.0, abs(difference) - half) / median(base)
            targets.append(Target(f"{group.name}, sure difference", sure, AT_MOST))
    print()
    return judge_targets(tuple(targets))


def compare(taken: list[float], base: list[float]) -> tuple[float, float]:
    """Return the median of the differences round by round, and the half width of its interval."""
    differences = sorted(a - b for a, b in zip(taken, base, strict=True))
    count = len(differences)
    reach = round(Z * sqrt(count) / 2)
    low, high = differences[max(0, count // 2 - reach)], differences[min(count - 1, count // 2 + reach)]
    return median(differences), (high - low) / 2


class Connection:
    """One kept connection to the service."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, request: bytes) -> tuple[float, bytes]:
        """Return the seconds until the answer came, and its status."""
        started = time.perf_counter()
        self._socket.sendall(request)
        answer = self._socket.recv(65536)
        taken = time.perf_counter() - started
        head, _, body = answer.partition(b"\r\n\r\n")
        length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
        while len(body) < length:
            body += self._socket.recv(65536)
        return taken, head[9:12]

    def await_status(self, path: str, status: bytes) -> None:
        deadline = time.monotonic() + 10
        while self.ask(make_request(path))[1] != status:
            if time.monotonic() > deadline:
                raise SystemExit(f"a token was not answered with {status.decode()} within ten seconds")
            time.sleep(0.05)


def make_request(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()


def make_wrong_path() -> str:
    return token_path(secrets.token_urlsafe(32))


def token_path(token: str, feed: str = FEED) -> str:
    return f"/feeds/t/{token}/{feed}.ics"


def add_token(folder: Path, ledger: Path) -> str:
    """Give out a token for the feed and return it."""
    given = run_scheduler(folder, ledger, "add", FEED, "--holder", "A", "--device", "B", "--json")
    return str(given.json["url"]).split("/")[-2]


def run_scheduler(folder: Path, ledger: Path, *words: str) -> Ran:
    ran = run_command("token", *words, folder=folder, SCHEDULER_LEDGER__URL=f"sqlite:///{ledger}")
    if ran.status != 0:
        raise SystemExit(ran.err)
    return ran


if __name__ == "__main__":
    raise SystemExit(main())
