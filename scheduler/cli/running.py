"""``scheduler run``: the service, in the foreground: feeds, timers, mail, and edits followed as they are saved.

Shell: wires ledger, mailer, timer, web and watcher, and stops them in order.
"""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import click
import structlog

from scheduler.admin_mail import AdminMail, tell_large_edit, tell_wrong_edit
from scheduler.answering import AnswerDesk
from scheduler.cli.logs import configure_logs
from scheduler.cli.office import ServiceOffice
from scheduler.cli.operating import make_limits
from scheduler.cli.publishing import make_feed_site
from scheduler.cli.trying import DraftTrials
from scheduler.cli.wiring import Loader, Wiring, config_option, make_caution, recall_in_force
from scheduler.clock import WallClock, read_wall_clock
from scheduler.errors import Problem, SchedulerError
from scheduler.following import Decision, Setup
from scheduler.last_good import (
    Started,
    find_last_good,
    guess_ledger_url,
    keep_last_good,
    load_or_last_good,
    read_withdrawn,
)
from scheduler.lasting import set_apart_what_lasts
from scheduler.ledger import Did, Ledger, find_sqlite_file, hold_instance_lock
from scheduler.links import LinkSigner
from scheduler.mailer import Mailer, RelaySettings
from scheduler.model import OFFICE_ZONE, RecordedEvent
from scheduler.planfile.folder import FolderFiles, Reading, read_files
from scheduler.publishing import FeedPublisher, TokenWatch
from scheduler.service import Service
from scheduler.settings import Settings
from scheduler.shipped_files import find_shipped
from scheduler.snapshot import Snapshot
from scheduler.timer import Timer
from scheduler.trail import describe_decision, list_file_edits
from scheduler.watching import ConfigurationWatcher
from scheduler.web.admin.app import AdminSite, build_admin
from scheduler.web.agenda import compose_agenda
from scheduler.web.answers import AnswerPages
from scheduler.web.app import build_app
from scheduler.web.feeds import FeedShelf, feed_path
from scheduler.web.health import Health
from scheduler.web.pages import AgendaBoard
from scheduler.web.server import Address, open_listener, serve

_NEEDS_RESTART = ("http", "smtp", "ledger", "delivery", "feeds", "log", "public_url", "sign_in")

_log = structlog.get_logger(__name__)


@click.command()
@config_option
def run(config_dir: Path) -> None:
    """Run the service in the foreground: feeds and pages over HTTP, timers, mail.

    It follows the files in the configuration folder: a valid edit is in force within seconds, an invalid one
    leaves the last good one running and is told in the log. A large edit waits: scheduler approve. SIGTERM or
    Ctrl-C stops it after the mails that are being handed over. One instance per ledger.
    """
    state_dir = (find_sqlite_file(guess_ledger_url(config_dir, os.environ)) or Path("var/ledger")).parent
    loader = Loader()
    started = load_or_last_good(config_dir, state_dir, loader.load)
    wiring = started.reading.value
    settings = wiring.settings
    configure_logs(settings.log.level)
    for warning in wiring.configuration.warnings:
        _log.warning("configuration", problem=str(warning))
    # A port that is taken is told before anything is planned.
    open_listener(settings.http.host, settings.http.port).close()
    with hold_instance_lock(settings.ledger.url, read_wall_clock()):
        ledger = Ledger.open(settings.ledger.url)
        try:
            _Running(config_dir, state_dir, started, loader, ledger).serve()
        finally:
            ledger.close()
    _log.info("stopped")


def make_relay_settings(settings: Settings) -> RelaySettings:
    """Return how to reach the mail relay."""
    smtp = settings.smtp
    password = None if smtp.password is None else smtp.password.get_secret_value()
    return RelaySettings(smtp.host, smtp.port, smtp.security, smtp.username, password, float(smtp.timeout_seconds))


def make_setup(wiring: Wiring, secret: str, files: FolderFiles | None = None) -> Setup:
    """Return what the service needs of a configuration that an admin wrote; ``secret`` signs the links in its mails."""
    return Setup(wiring.snapshot, wiring.writer.signing(secret), make_caution(wiring.settings), files)


class _Running:
    """One run of the service; its parts know each other through here alone."""

    def __init__(
        self, config_dir: Path, state_dir: Path, started: Started[Wiring], loader: Loader, ledger: Ledger
    ) -> None:
        self._state_dir = state_dir
        self._ledger = ledger
        self._settings = settings = started.reading.value.settings
        self._problems = started.problems
        self._secret = ledger.control.find_link_secret()
        setup = make_setup(started.reading.value, self._secret, started.reading.files)
        self._shelf, self._board = FeedShelf(), AgendaBoard(find_shipped("templates") / "web")
        self._publisher = FeedPublisher(self._shelf, make_feed_site(started.reading.value))
        self._tokens = TokenWatch(ledger.tokens, self._publisher, self._shelf, WallClock())
        self._mailer = Mailer(
            make_relay_settings(settings),
            local_hostname=settings.mail.domain,
            connections=settings.delivery.connections,
        )
        self._admin = AdminMail(make_relay_settings(settings), settings.mail.sender, settings.mail.admin)
        self._service = Service(
            setup=setup,
            ledger=ledger,
            mailer=self._mailer,
            clock=WallClock(),
            publish=self._publish,
            limits=make_limits(started.reading.value),
            fallback=self._find_fallback(started),
            on_decision=self._note_decision,
        )
        self._published_on: date | None = None
        self._timer = Timer(WallClock(), self._service.tick)
        self._service.on_progress = self._timer.beat
        self._warnings = started.reading.value.configuration.warnings
        trials = DraftTrials(config_dir, ledger, self.list_problems, self._find_snapshot)
        self._office = ServiceOffice(self._service, ledger, self, trials, self._timer.call)
        self._admin_pages = build_admin(
            AdminSite(
                config_dir=config_dir,
                state_dir=state_dir,
                templates=find_shipped("templates") / "web",
                static=self._board.static,
                ledger=ledger,
                running=self._office,
                teller=self._admin,
                clock=WallClock(),
                public_url=settings.public_url,
                sign_in=settings.sign_in,
                admins=started.reading.value.admins,
            )
        )
        signer = LinkSigner(self._secret, settings.public_url)
        desk = AnswerDesk(ledger, signer, WallClock(), self._office.find_snapshot, heard=self._office.look)
        self._answer_pages = AnswerPages(desk, self._board.environment, WallClock(), settings.public_url)
        self._watcher = ConfigurationWatcher(config_dir, loader.load, self._take_edit, self._refuse_edit, known=started)

    def serve(self) -> None:
        """Serve until asked to stop."""
        if self._problems:
            self._refuse_edit(self._problems)
        self._service.start()
        if self._find_snapshot() is None:
            # What was first handed in waits for approval: until then there is no calendar, and that is shown.
            today = read_wall_clock().astimezone(OFFICE_ZONE).date()
            self._board.publish(compose_agenda((), today=today, public_url=self._settings.public_url))
        self._tokens.start()
        app = build_app(
            self._shelf,
            self._board,
            self,
            public_url=self._settings.public_url,
            metrics=self._service.metrics.render,
            admin=self._admin_pages,
            answers=self._answer_pages,
        )
        try:
            serve(
                app,
                self._settings.http.host,
                self._settings.http.port,
                on_started=self._begin,
                should_stop=lambda: False,
                shelf=self._shelf,
            )
        finally:
            self._watcher.stop()
            self._service.stopping.set()
            self._timer.stop()
            self._tokens.stop()
            self._admin.stop()
            self._mailer.close()

    def health(self) -> Health:
        """Say whether the service does its work: asked by /readyz, answered from memory."""
        reasons = []
        ledger_file = find_sqlite_file(self._settings.ledger.url)
        if ledger_file is not None and not ledger_file.exists():
            reasons.append(f"the ledger {ledger_file} is gone: put it back, and start the service anew")
        if self._timer.failure is not None:
            reasons.append(f"the last tick failed: {self._timer.failure}")
        if not self._timer.is_alive:
            reasons.append(f"the timer has been silent for {round(self._timer.silent_for.total_seconds())} seconds")
        if self._problems:
            reasons.append(f"the last good configuration runs on: {self._problems[0]}")
        return Health(not reasons, tuple(reasons))

    def list_problems(self) -> tuple[Problem, ...]:
        """Return what is wrong with the configuration in the files, and what the one in force warns of."""
        return (*self._problems, *self._warnings)

    def _begin(self, address: Address) -> None:
        snapshot = self._find_snapshot()
        public = [] if snapshot is None else [feed_path(w.plan.id) for w in snapshot.wanted if w.plan.public]
        _log.info("listening", url=str(address), feeds=public)
        self._timer.start()
        self._watcher.start()

    def _publish(self, snapshot: Snapshot, recorded: tuple[RecordedEvent, ...], today: date) -> None:
        self._publisher.publish(snapshot, recorded, today)
        plans = tuple(wanted.plan for wanted in snapshot.wanted)
        self._board.publish(compose_agenda(plans, today=today, public_url=self._settings.public_url))
        set_apart_what_lasts(anew=today != self._published_on)
        self._published_on = today

    def _take_edit(self, reading: Reading[Wiring]) -> None:
        """Offer a valid edit to the service; called from the watcher's thread."""
        self._problems, self._warnings = (), reading.value.configuration.warnings
        changed = [
            key for key in _NEEDS_RESTART if getattr(reading.value.settings, key) != getattr(self._settings, key)
        ]
        if changed:
            _log.warning("these settings take effect at the next start", settings=changed)
        self._service.offer(make_setup(reading.value, self._secret, reading.files))
        self._timer.call()

    def _refuse_edit(self, problems: tuple[Problem, ...]) -> None:
        """Tell of an edit that is wrong; the configuration in force runs on."""
        self._problems = problems
        for problem in problems:
            _log.error("the edit is wrong, the last good configuration runs on", problem=str(problem))
        self._admin.tell(
            "Cấu hình có lỗi, bản đúng gần nhất vẫn đang chạy",
            tell_wrong_edit(problems),
            read_wall_clock(),
        )

    def _note_decision(self, decision: Decision) -> None:
        """Keep what is in force now, note who changed what; ask the admin about an edit that waits."""
        if not decision.applied:
            self._admin.tell(
                "Thay đổi lớn đang chờ duyệt",
                tell_large_edit(decision.proposal.fingerprint, decision.proposal.reasons, self._settings.public_url),
                decision.at,
            )
            return
        files = decision.setup.files
        if files is None:
            return
        before = find_last_good(self._state_dir)
        old = FolderFiles(()) if before is None else read_files(before)
        followed = describe_decision(decision)
        self._ledger.edits.record(list_file_edits(old, files, decision.at, followed, self._find_editor))
        try:
            keep_last_good(self._state_dir, files, decision.setup.snapshot.withdrawn)
        except SchedulerError as error:
            _log.error("the configuration in force cannot be kept", problem=str(error))

    def _find_editor(self, version: str) -> str | None:
        """Return who put this version of a file in place on the pages for the office; None where nobody did."""
        action = self._ledger.actions.find_last(Did.EDITED, version)
        return None if action is None else action.by

    def _find_snapshot(self) -> Snapshot | None:
        in_force = self._service.in_force
        return None if in_force is None else in_force.setup.snapshot

    def _find_fallback(self, started: Started[Wiring]) -> Setup | None:
        """Return the configuration that ran before, where it is another one, or carries plans that it has no longer."""
        kept = find_last_good(self._state_dir)
        try:
            if kept is None or (read_files(kept).digest == started.reading.files.digest and not read_withdrawn(kept)):
                return None
            before = recall_in_force(self._state_dir)
        except SchedulerError as error:
            _log.warning("what was in force before is not known", problem=str(error))
            return None
        return None if before is None else make_setup(before, self._secret)
