"""Feeds over HTTP with wrk: ours against nginx serving the same bytes as files (limit) and Radicale (peer).

IO: starts one server process each on loopback, pinned to the first CPU, wrk on the last; needs wrk, nginx and taskset
(Debian: wrk nginx-light util-linux). Radicale comes from the package index into --radicale, a venv of its own. A peer
that is missing is told and left out, and its targets count as missed. What is judged is the rate that wrk counts; the
CPU time that a server spends on a request stands beside it, since other work on the machine moves it less.
"""

from __future__ import annotations

import argparse
import gzip
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from feed_build import make_plan
from measure import Target, judge_targets
from peer_venv import install_peer

from scheduler.events import plan_events
from scheduler.feeds import build_feed, number_without_ledger

PROJECT = Path(__file__).resolve().parents[1]
START_SECONDS = 20
CONNECTIONS = 16
SMALL, LARGE = 20, 1_000
AT_LEAST_TO_NGINX = 0.25
AT_LEAST_TO_RADICALE = 50
NGINX = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.err;
events {{ worker_connections 1024; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; types {{ text/calendar ics gz; }}
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  server {{ listen 127.0.0.1:{port}; root {folder}/www; }}
}}
"""
RADICALE = """
[server]
hosts = 127.0.0.1:{port}
[auth]
type = none
[rights]
type = from_file
file = {folder}/rights
[storage]
filesystem_folder = {folder}/collections
[web]
type = none
[logging]
level = error
"""
RIGHTS = "[all]\nuser: .*\ncollection: .*\npermissions: RrWw\n"


@dataclass(frozen=True, slots=True)
class Request:
    """What wrk asks again and again: ``headers`` as wrk takes them."""

    url: str
    headers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Server:
    """One server: its address of the small feed, and of the large one compressed; None where it compresses nothing."""

    name: str
    pid: int
    small: str
    large: str | None
    large_headers: tuple[str, ...] = ()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--radicale", type=Path, default=PROJECT / "var" / "bench-radicale", help="a venv for the peer")
    arguments = parser.parse_args()
    if missing := [tool for tool in ("wrk", "taskset") if shutil.which(tool) is None]:
        raise SystemExit(f"{', '.join(missing)} is missing: apt-get install wrk util-linux")
    with TemporaryDirectory(dir=make_folder(PROJECT / "var")) as name, ExitStack() as stack:
        folder = Path(name)
        write_feeds(folder / "www")
        servers = [stack.enter_context(serve_ours(folder))]
        for start in (serve_with_nginx, lambda at: serve_with_radicale(at, arguments.radicale)):
            server = start_peer(stack, start, folder)
            if server is not None:
                servers.append(server)
        return compare(servers, arguments.rounds, arguments.seconds)


def compare(servers: list[Server], rounds: int, seconds: int) -> int:
    """Drive each server in turn, ``rounds`` times for each question, and judge the medians of the rounds' ratios."""
    rates: dict[tuple[str, str], list[float]] = {}
    costs: dict[tuple[str, str], list[float]] = {}
    for _ in range(rounds):
        for question in ("GET", "304", "large"):
            for server in servers:
                request = make_request(server, question)
                if request is None:
                    continue
                rate, cost = drive(request, server.pid, seconds)
                rates.setdefault((question, server.name), []).append(rate)
                costs.setdefault((question, server.name), []).append(cost)
    targets = []
    for question, label, peers in (
        ("GET", f"{SMALL} events", ("nginx", "radicale")),
        ("304", f"{SMALL} events, 304", ("nginx", "radicale")),
        ("large", f"{LARGE} events, gzip", ("nginx",)),
    ):
        print(f"\n{label}: requests/s, median (min-max), ratio of ours to it; CPU us a request")
        ours = rates[question, "ours"]
        for server in servers:
            theirs = rates.get((question, server.name))
            if theirs is None:
                continue
            ratio = median(a / b for a, b in zip(ours, theirs, strict=True))
            spread = f"{median(theirs):.0f} ({min(theirs):.0f}-{max(theirs):.0f})"
            print(f"  {server.name:10} {spread:>24} {ratio:8.3g} {median(costs[question, server.name]):12.1f}")
        targets += [judge(question, label, rates, peer) for peer in peers]
    print()
    return judge_targets(tuple(targets))


def judge(question: str, label: str, rates: dict[tuple[str, str], list[float]], peer: str) -> Target:
    """Return the target of ours against ``peer``, by wrk's rate; a peer that is missing misses it."""
    bound = AT_LEAST_TO_NGINX if peer == "nginx" else AT_LEAST_TO_RADICALE
    theirs = rates.get((question, peer))
    ratio = 0.0 if theirs is None else median(a / b for a, b in zip(rates[question, "ours"], theirs, strict=True))
    return Target(f"{label}, ours to {peer}", ratio, bound, at_least=True)


def write_feeds(folder: Path) -> None:
    """Write the feeds of 20 and of 1,000 events, and the second once more compressed as ours compresses it."""
    folder.mkdir()
    for name, events in (("small", SMALL), ("large", LARGE)):
        plan = make_plan(events)
        rows = number_without_ledger(
            plan, plan_events(plan, plan.visits, plan.reports, contacts=(), domain="so-ldtbxh.example")
        )
        (folder / f"{name}.ics").write_bytes(build_feed(plan, rows, "plan", plan.updated.date()).content)
    content = (folder / "large.ics").read_bytes()
    (folder / "large.ics.gz").write_bytes(gzip.compress(content, compresslevel=9, mtime=0))


@contextmanager
def serve_ours(folder: Path) -> Iterator[Server]:
    command = [*pin_to(0), sys.executable, str(PROJECT / "bench" / "feed_server.py"), str(folder / "www")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = f"http://127.0.0.1:{int(process.stdout.readline())}/feeds"
            yield Server("ours", process.pid, f"{url}/small.ics", f"{url}/large.ics", ("Accept-Encoding: gzip",))
        finally:
            process.terminate()


@contextmanager
def serve_with_nginx(folder: Path) -> Iterator[Server]:
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        raise FileNotFoundError("nginx is missing: apt-get install nginx-light")
    port = find_port()
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=port), "utf-8")
    url = f"http://127.0.0.1:{port}"
    # Its worker may run as another user, who must be able to read the files.
    folder.chmod(0o755)
    with run([program, "-c", str(folder / "nginx.conf"), "-p", str(folder)], port) as pid:
        yield Server("nginx", pid, f"{url}/small.ics", f"{url}/large.ics.gz")


@contextmanager
def serve_with_radicale(folder: Path, venv: Path) -> Iterator[Server]:
    python = install_peer(venv, "radicale")
    port = find_port()
    (folder / "rights").write_text(RIGHTS, "utf-8")
    (folder / "radicale.conf").write_text(RADICALE.format(folder=folder, port=port), "utf-8")
    url = f"http://127.0.0.1:{port}/bench"
    with run([str(python), "-m", "radicale", "--config", str(folder / "radicale.conf")], port) as pid:
        send("MKCOL", f"{url}/", b"")
        send("PUT", f"{url}/small/", (folder / "www" / "small.ics").read_bytes())
        yield Server("radicale", pid, f"{url}/small/", None)


def start_peer(stack: ExitStack, start: object, folder: Path) -> Server | None:
    assert callable(start)
    try:
        server: Server = stack.enter_context(start(folder))
    except FileNotFoundError as error:
        print(error)
        return None
    return server


def make_request(server: Server, question: str) -> Request | None:
    """Return what to ask ``server``, after a look at its answer: the right events, and 304 where that is asked for.

    None where the server cannot be asked that.
    """
    if question == "large":
        if server.large is None:
            return None
        status, _, body = fetch(server.large, server.large_headers)
        plain = gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body
        check(status == 200 and plain.count(b"BEGIN:VEVENT") == LARGE, f"{server.name}: no feed of {LARGE} events")
        return Request(server.large, server.large_headers)
    status, etag, body = fetch(server.small)
    check(status == 200 and body.count(b"BEGIN:VEVENT") == SMALL, f"{server.name}: no feed of {SMALL} events")
    if question == "GET":
        return Request(server.small)
    headers = (f"If-None-Match: {etag}",)
    # Radicale answers 200 to a GET with the tag it gave: that is what its clients get.
    check(fetch(server.small, headers)[0] == 304 or server.name == "radicale", f"{server.name}: no 304")
    return Request(server.small, headers)


def drive(request: Request, pid: int, seconds: int) -> tuple[float, float]:
    """Return the requests per second that wrk counted, and the CPU microseconds that the server spent on each."""
    headers = [part for header in request.headers for part in ("-H", header)]
    command = [*pin_to(-1), "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", *headers, request.url]
    before = read_cpu_seconds(pid)
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    spent = read_cpu_seconds(pid) - before
    found, counted = re.search(r"Requests/sec:\s+([\d.]+)", said), re.search(r"(\d+) requests in", said)
    if found is None or counted is None or "Non-2xx" in said:
        raise SystemExit(f"wrk on {request.url} said:\n{said}")
    if int(counted[1]) == 0:
        raise SystemExit(f"{request.url} answered nothing within {seconds} s: give it more with --seconds")
    # A slow server still works off what wrk left behind.
    time.sleep(0.5)
    return float(found[1]), spent / int(counted[1]) * 1e6


def read_cpu_seconds(pid: int) -> float:
    """Return the CPU time that a process and its children have used so far."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text("utf-8").split()
    ticks = 0
    for process in (pid, *map(int, children)):
        user, system = Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()[11:13]
        ticks += int(user) + int(system)
    return ticks / os.sysconf("SC_CLK_TCK")


def fetch(url: str, headers: tuple[str, ...] = ()) -> tuple[int, str, bytes]:
    request = urllib.request.Request(url, headers=dict(header.split(": ", 1) for header in headers))
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.headers.get("ETag", ""), answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, "", b""


def send(method: str, url: str, body: bytes) -> None:
    headers = {"Content-Type": "text/calendar"} if body else {}
    with urllib.request.urlopen(urllib.request.Request(url, data=body, method=method, headers=headers), timeout=60):
        pass


@contextmanager
def run(command: list[str], port: int) -> Iterator[int]:
    """Run a server on the first CPU until the block ends; yield its process id once it answers on ``port``."""
    with subprocess.Popen([*pin_to(0), *command]) as process:
        try:
            deadline = time.monotonic() + START_SECONDS
            while not answers(port):
                check(process.poll() is None and time.monotonic() < deadline, f"{command[0]} did not start")
                time.sleep(0.05)
            yield process.pid
        finally:
            process.terminate()


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def pin_to(cpu: int) -> list[str]:
    return ["taskset", "-c", str(sorted(os.sched_getaffinity(0))[cpu])]


def find_port() -> int:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        return int(holder.getsockname()[1])


def make_folder(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def check(holds: bool, sentence: str) -> None:
    if not holds:
        raise SystemExit(sentence)


if __name__ == "__main__":
    raise SystemExit(main())
