"""The pages for the office as an app in this process: a real ledger and real files, a clock that is set, no server."""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import AsyncIterator, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import httpx
from argon2 import PasswordHasher

from scheduler.cli.trying import DraftTrials
from scheduler.cli.wiring import load_everything
from scheduler.delivery import Delivery
from scheduler.differences import Differences
from scheduler.drafts import Draft
from scheduler.errors import Problem
from scheduler.ledger import Ledger
from scheduler.model import Admin, Role
from scheduler.planfile.admins import save_admin
from scheduler.reconciling import Caution, apply_proposal, propose_changes
from scheduler.settings_sections import SignInSettings
from scheduler.shipped_files import find_shipped
from scheduler.snapshot import Snapshot
from scheduler.web.admin.app import AdminApp, AdminSite, build_admin
from scheduler.web.admin.desk import Trial
from scheduler.web.health import Health
from scheduler.web.pages import StaticFiles
from tests.acceptance.commandline import SHIPPED_CONFIG

START = datetime(2024, 5, 8, 2, 0, tzinfo=UTC)
PASSWORD = "bốn con ngựa chạy qua cầu"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
SITE = "http://lich.example"


class SetClock:
    """Time as the test sets it."""

    speed = 1.0

    def __init__(self, start: datetime) -> None:
        self.instant = start

    def now(self) -> datetime:
        return self.instant

    def find_wall_time(self, instant: datetime) -> datetime:
        return instant

    def reach(self, instant: datetime) -> None:
        self.instant = max(self.instant, instant)

    def pass_time(self, **span: float) -> None:
        self.instant += timedelta(**span)


@dataclass
class Run:
    """Stands where the service stands."""

    snapshot: Snapshot | None = None
    problems: tuple[Problem, ...] = ()
    state: Health = field(default_factory=lambda: Health(ready=True))
    waiting: Differences | None = None
    looks: int = 0
    trials: DraftTrials | None = None

    def find_snapshot(self) -> Snapshot | None:
        return self.snapshot

    def list_problems(self) -> tuple[Problem, ...]:
        return self.problems

    def health(self) -> Health:
        return self.state

    def describe_waiting(self, now: datetime) -> Differences | None:
        return self.waiting

    def try_draft(self, draft: Draft, now: datetime) -> Trial:
        return Trial() if self.trials is None else self.trials.try_draft(draft, now)

    def compose(self, delivery: Delivery, now: datetime) -> bytes | None:
        return None

    def look(self) -> None:
        self.looks += 1


@dataclass
class Told:
    """What the admin was told by mail: the subjects."""

    subjects: list[str] = field(default_factory=list)

    def tell(self, subject: str, lines: Sequence[str], now: datetime) -> None:
        self.subjects.append(subject)


class Loop:
    """The one event loop of the app, in a thread of its own, as the service has it."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, request: Coroutine[object, object, httpx.Response]) -> httpx.Response:
        return asyncio.run_coroutine_threadsafe(request, self._loop).result(60)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class Client:
    """A browser that keeps its cookies, from the address it was made with."""

    def __init__(self, loop: Loop, app: AdminApp, address: str) -> None:
        # What a page raises is shown as an error page, as the server would.
        transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=(address, 50_000))
        self._loop = loop
        self._client = httpx.AsyncClient(transport=transport, base_url=SITE)

    @property
    def cookies(self) -> httpx.Cookies:
        return self._client.cookies

    def get(self, path: str, *, headers: Mapping[str, str] | None = None) -> httpx.Response:
        return self.request("GET", path, headers=headers)

    def post(
        self,
        path: str,
        *,
        data: Mapping[str, str] | None = None,
        content: Iterator[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        return self.request("POST", path, data=data, content=content, headers=headers)

    def post_fields(self, path: str, fields: Sequence[tuple[str, str]]) -> httpx.Response:
        """Send a form in which a field may stand several times."""
        content = iter((urlencode(fields).encode(),))
        return self.post(path, content=content, headers={"content-type": "application/x-www-form-urlencoded"})

    def upload(self, path: str, fields: Mapping[str, str], name: str, content: bytes) -> httpx.Response:
        """Send a form with a file."""
        return self._loop.run(self._client.post(path, data=fields, files={"tep": (name, content)}))

    def request(
        self,
        method: str,
        path: str,
        *,
        data: Mapping[str, str] | None = None,
        content: Iterator[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        body = None if content is None else _drip(content)
        return self._loop.run(self._client.request(method, path, data=data, content=body, headers=headers))


async def _drip(chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


@dataclass
class Bench:
    """The app with all that it knows; close it when done."""

    app: AdminApp
    config: Path
    ledger: Ledger
    run: Run
    told: Told
    clock: SetClock
    loop: Loop = field(default_factory=Loop)

    def close(self) -> None:
        self.loop.stop()
        self.ledger.close()

    def visit(self, *, address: str = "192.0.2.7") -> Client:
        """Return a browser of its own."""
        return Client(self.loop, self.app, address)

    def sign_in(self, name: str = "lan") -> Browser:
        client = self.visit()
        answer = client.post("/admin/dang-nhap", data={"ten": name, "mat-khau": PASSWORD})
        assert (answer.status_code, answer.headers["location"]) == (303, "/admin")
        return Browser(client)


class Browser:
    """Somebody who is signed in and clicks."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.csrf = client.get("/admin").text.partition('name="csrf" value="')[2].partition('"')[0]

    def read(self, path: str) -> str:
        answer = self.client.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.text

    def click(self, path: str, **fields: str) -> str:
        """Send a form with its token; return where it leads."""
        answer = self.client.post(path, data={"csrf": self.csrf, **fields})
        assert answer.status_code == 303, (path, answer.status_code)
        return answer.headers["location"]


def make_bench(
    folder: Path, snapshot: Snapshot | None = None, *, url: str = SITE, sign_in: SignInSettings | None = None
) -> Bench:
    """Make an app with the admins lan (admin) and minh (viewer), and the reminders of ``snapshot`` in its ledger."""
    config = folder / "config"
    config.mkdir()
    add_admin(config, "lan", "admin")
    add_admin(config, "minh", "viewer")
    ledger = Ledger.open(f"sqlite:///{folder}/ledger.sqlite3")
    clock, run, told = SetClock(START), Run(snapshot), Told()
    if snapshot is not None:
        planned_at = START - timedelta(days=60)
        apply_proposal(propose_changes(snapshot, ledger, Caution(), planned_at), ledger, planned_at)
    templates = find_shipped("templates") / "web"
    site = AdminSite(
        config_dir=config,
        state_dir=folder,
        templates=templates,
        static=StaticFiles(templates / "static"),
        ledger=ledger,
        running=run,
        teller=told,
        clock=clock,
        public_url=url,
        sign_in=sign_in or SignInSettings(),
    )
    return Bench(build_admin(site), config, ledger, run, told, clock)


def make_editing_bench(folder: Path) -> Bench:
    """Make an app over the shipped configuration, in which linh may change things too, and drafts are really tried."""
    shutil.copytree(SHIPPED_CONFIG, folder / "shipped")
    wiring = load_everything(folder / "shipped")
    bench = make_bench(folder, wiring.snapshot)
    shutil.copytree(folder / "shipped", bench.config, dirs_exist_ok=True)
    add_admin(bench.config, "linh", "admin")
    bench.run.trials = DraftTrials(bench.config, bench.ledger, bench.run.list_problems, bench.run.find_snapshot)
    return bench


def add_admin(config: Path, name: str, role: Role, password: str = PASSWORD) -> None:
    save_admin(config, Admin(name, name.title(), role, CHEAP.hash(password)))
