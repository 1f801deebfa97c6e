"""Every kind of page under load: 20 people clicking, with 10,000 visits and a ledger of 300,000 mails.

IO: starts one server process for our pages and one for a bare Starlette page, on loopback, and asks both in turn from
this process, over connections that are kept. What is judged, of all clicks together and of each page by itself: 95 of
100 are answered within 200 ms while each person reads for a second between two clicks, and a mail is sent twice a
second. Beside it: the middle answer of each page to one person alone, as a ratio to the bare page's; how long answers
take when 20 people never read; and the server's own CPU time for an answer, which says what an idle machine would do
where other work takes the CPU away. --mails takes a smaller ledger.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

import httpx
from admin_server import PASSWORD
from measure import Target, judge_targets

PROJECT = Path(__file__).resolve().parents[1]
PEOPLE = 20
WITHIN_SECONDS = 0.2
TURNS = 15
# For what is not judged.
SHORT_SECONDS = 20
PLAN = "/admin/cau-hinh/ke-hoach/kiem-tra-2025"


@dataclass(frozen=True, slots=True)
class Site:
    """One server: its address, and a cookie that opens its pages."""

    url: str
    cookie: str
    pid: int

    def read_cpu_seconds(self) -> float:
        """Return what the server has used so far, all threads."""
        fields = Path(f"/proc/{self.pid}/stat").read_text("ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Clicks:
    """The seconds that answers took, by page."""

    by_page: dict[str, list[float]]
    cpu_seconds: float
    lasted: float

    @property
    def seconds(self) -> list[float]:
        return sorted(seconds for page in self.by_page.values() for seconds in page)

    @property
    def p95(self) -> float:
        return find_p95(self.seconds)

    @property
    def slowest(self) -> str:
        """The page with the highest p95."""
        return max(self.by_page, key=lambda page: find_p95(self.by_page[page]))


def find_p95(seconds: list[float]) -> float:
    return quantiles(seconds, n=20)[18] if len(seconds) > 1 else sum(seconds)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visits", type=int, default=10_000)
    parser.add_argument("--mails", type=int, default=300_000)
    parser.add_argument("--seconds", type=int, default=120, help="of clicking; each page wants dozens")
    arguments = parser.parse_args()
    (PROJECT / "var").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=PROJECT / "var") as folder:
        size = (str(arguments.visits), str(arguments.mails))
        with serve("ours", folder, *size) as ours, serve("bare") as bare:
            return asyncio.run(compare(ours, bare, arguments.seconds))


async def compare(ours: Site, bare: Site, seconds: int) -> int:
    pages = [*list_pages(), find_draft(ours)]
    alone = {}
    for _ in range(2):  # the first round warms up
        for page in pages:
            alone[page] = await ask_in_turn(ours, page, bare)
    print(f"\none person alone, middle of {TURNS}: ms, and as a ratio to a bare Starlette page asked in turn")
    for page, (own, plain) in alone.items():
        print(f"  {page:66} {1000 * own:8.1f} {own / plain:8.3g}")
    reading = await click(ours, pages, seconds, think=True)
    bare_reading = await click(bare, ["/"], SHORT_SECONDS, think=True)
    busy = await click(ours, pages, SHORT_SECONDS, think=False)
    print(f"\n{PEOPLE} people, p95 of each page in ms: reading a second between clicks (clicks), and never reading")
    for page in pages:
        p95, never = 1000 * find_p95(reading.by_page[page]), 1000 * find_p95(busy.by_page[page])
        print(f"  {page:66} {p95:8.1f} {f'({len(reading.by_page[page])})':>6} {never:8.1f}")
    for name, clicks in (("reading", reading), ("a bare page, reading", bare_reading), ("never reading", busy)):
        rate = len(clicks.seconds) / clicks.lasted
        cpu = 1000 * clicks.cpu_seconds / len(clicks.seconds)
        print(f"  all, {name}: p95 {1000 * clicks.p95:.1f} ms, {rate:.0f} answers/s, {cpu:.1f} ms of server CPU each")
    print(f"  p95 as a ratio to the bare page: {reading.p95 / bare_reading.p95:.3g}\n")
    slowest = find_p95(reading.by_page[reading.slowest])
    return judge_targets(
        (
            Target(f"p95 of {PEOPLE} people clicking, in seconds", reading.p95, WITHIN_SECONDS),
            Target(f"the slowest page's, {reading.slowest},", slowest, WITHIN_SECONDS),
        )
    )


def list_pages() -> list[str]:
    """Return the pages that people click on, deep ones too."""
    return [
        "/", "/ma-qr/kiem-tra-2025.svg", "/feeds/kiem-tra-2025.ics",
        "/admin", "/admin/bao-cao", "/admin/bao-cao?tinh-trang=overdue&trang=7", "/admin/kiem-tra",
        "/admin/kiem-tra?trang=9", "/admin/thu", "/admin/thu?tinh-trang=sent", "/admin/thu?tinh-trang=&trang=3000",
        "/admin/thu?tinh-trang=can-xem", "/admin/thu?tinh-trang=&don-vi=don-vi-77", "/admin/thu?tinh-trang=&tim=xa-91",
        "/admin/thu/150000", "/admin/lich", "/admin/nhat-ky", "/admin/nhat-ky/bao-cao", "/admin/nhat-ky/tra-loi",
        "/admin/cau-hinh", PLAN, f"{PLAN}?trang=200", f"{PLAN}?tim=so+77", f"{PLAN}/kiem-tra/kiem-tra-5000",
        f"{PLAN}/kiem-tra-moi", f"{PLAN}/bao-cao/bao-cao", f"{PLAN}/don-vi", f"{PLAN}/don-vi/don-vi-77",
        f"{PLAN}/cac-buoi", f"{PLAN}/doan/doan-kiem-tra", "/admin/cau-hinh/danh-ba",
        "/admin/cau-hinh/danh-ba?tim=xa-91",
        "/admin/cau-hinh/danh-ba/ubnd-don-vi-77", "/admin/cau-hinh/nhac-viec", "/admin/cau-hinh/nhac-viec/r1",
        "/admin/cau-hinh/tep/plans/kiem-tra-2025.yaml", "/admin/tai-len",
    ]  # fmt: skip


def find_draft(site: Site) -> str:
    """Return the page of the one draft that waits."""
    answer = httpx.get(f"{site.url}/admin/cau-hinh", headers={"cookie": site.cookie})
    found = re.search(r"/admin/nhap/[0-9a-f]+", answer.text)
    if found is None:
        raise SystemExit("the draft is not listed; mend bench/admin_server.py")
    return found[0]


def open_client(site: Site) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=site.url, headers={"cookie": site.cookie}, timeout=60)


async def ask_in_turn(ours: Site, page: str, bare: Site) -> tuple[float, float]:
    own, plain = [], []
    async with open_client(ours) as us, open_client(bare) as them:
        for _ in range(TURNS):
            own.append(await ask(us, page))
            plain.append(await ask(them, "/"))
    return median(own), median(plain)


async def ask(client: httpx.AsyncClient, page: str) -> float:
    started = perf_counter()
    async with client.stream("GET", page) as answer:
        # Not unpacked: that would take this process's time from the other people.
        async for _ in answer.aiter_raw():
            pass
    taken = perf_counter() - started
    assert answer.status_code == 200, (page, answer.status_code)
    return taken


async def click(site: Site, pages: list[str], seconds: int, *, think: bool) -> Clicks:
    """Let twenty people click on pages at random for so long; a person who reads does so for a second, more or less."""
    by_page: dict[str, list[float]] = {page: [] for page in pages}
    ends, began_cpu = perf_counter() + seconds, site.read_cpu_seconds()

    async def be_a_person(number: int) -> None:
        chance = random.Random(number)
        async with open_client(site) as client:
            await asyncio.sleep(chance.random() if think else 0)
            while perf_counter() < ends:
                page = chance.choice(pages)
                by_page[page].append(await ask(client, page))
                await asyncio.sleep(chance.uniform(0.5, 1.5) if think else 0)

    await asyncio.gather(*(be_a_person(number) for number in range(PEOPLE)))
    return Clicks(by_page, site.read_cpu_seconds() - began_cpu, seconds)


@contextmanager
def serve(*arguments: str) -> Iterator[Site]:
    """Start bench/admin_server.py with ``arguments``; yield its site once it answers."""
    command = [sys.executable, str(Path(__file__).with_name("admin_server.py")), *arguments]
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stdout is not None
            for line in process.stdout:
                kind, _, rest = line.strip().partition(" ")
                if kind == "ready":
                    url = rest.rstrip("/")
                    yield Site(url, sign_in(url) if arguments[0] == "ours" else "", process.pid)
                    break
                print(line.strip(), flush=True)
            else:
                raise SystemExit("the server ended before it was ready")
        finally:
            process.kill()


def sign_in(url: str) -> str:
    """Return the cookie of a session."""
    answer = httpx.post(f"{url}/admin/dang-nhap", data={"ten": "lan", "mat-khau": PASSWORD})
    return answer.headers["set-cookie"].partition(";")[0]


if __name__ == "__main__":
    sys.exit(main())
