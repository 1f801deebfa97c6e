"""A ledger that an earlier program wrote is brought up to date without loss, and its queries take their indexes."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from alembic.command import upgrade
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, event

from scheduler.changes import ReminderChanges, compare_reminders
from scheduler.delivery import DeliveryState, SentSeries
from scheduler.ledger import Ledger
from scheduler.ledger.engine import NEWEST_REVISION
from scheduler.ledger.schema import metadata
from tests.samples import UPDATED, make_reminder

MIGRATIONS = Path(__file__).parents[2] / "scheduler/ledger/migrations"
BEFORE = "0005"
NOW = datetime(2024, 5, 13, 1, 0, tzinfo=UTC)
SQL_OF_TABLES = (
    "SELECT type, name, tbl_name, CASE type WHEN 'index' THEN sql END FROM sqlite_master WHERE name NOT LIKE 'sqlite%'"
)


def make_earlier_ledger(path: Path, revision: str) -> None:
    engine = create_engine(f"sqlite:///{path}")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        upgrade(config, revision)
    engine.dispose()


def fill_with_every_state(path: Path) -> list[tuple[object, ...]]:
    """Write a row of each state as planning bound it, and return the whole table."""
    with closing(sqlite3.connect(path)) as connection, connection:
        for number, state in enumerate(DeliveryState, start=1):
            reminder = make_reminder(number=number)
            values = {
                **reminder._asdict(),
                "due_at": round(reminder.due_at.timestamp() * 1_000_000),
                "useful_until": round(reminder.useful_until.timestamp() * 1_000_000),
                "next_at": round(reminder.due_at.timestamp() * 1_000_000),
                "updated_at": round(UPDATED.timestamp() * 1_000_000),
                "state": state.value,
            }
            connection.execute(
                f"INSERT INTO deliveries ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})",
                tuple(values.values()),
            )
        return connection.execute("SELECT * FROM deliveries ORDER BY id").fetchall()


def test_an_earlier_ledger_keeps_every_row_and_plans_nothing_anew(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    make_earlier_ledger(path, BEFORE)
    rows = fill_with_every_state(path)
    ledger = Ledger.open(f"sqlite:///{path}")
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT * FROM deliveries ORDER BY id").fetchall() == rows
    wanted = [make_reminder(number=number) for number in range(1, len(DeliveryState) + 1)]
    assert [row.reminder for row in ledger.history.list_deliveries()] == wanted
    changes = compare_reminders(wanted, ledger.planning.list_recorded("plan"), NOW)
    assert [revision.reminder for revision in changes.revise] == [
        wanted[list(DeliveryState).index(DeliveryState.CANCELLED)]
    ]
    assert (changes.add, changes.cancel) == ((), ())
    sent = [wanted[list(DeliveryState).index(state)] for state in ("sending", "sent", "unconfirmed")]
    found = sorted(ledger.sending.list_sent_series([one.series for one in wanted]), key=lambda entry: entry.series)
    assert found == sorted((SentSeries(one.series, one.due_at) for one in sent), key=lambda entry: entry.series)
    ledger.close()


def test_a_migrated_ledger_has_the_tables_and_indexes_of_a_new_one(tmp_path: Path) -> None:
    make_earlier_ledger(tmp_path / "earlier.sqlite3", BEFORE)
    for name in ("earlier", "new"):
        Ledger.open(f"sqlite:///{tmp_path}/{name}.sqlite3").close()
    metadata.create_all(declared := create_engine(f"sqlite:///{tmp_path}/declared.sqlite3"))
    declared.dispose()
    earlier, new, wanted = (read_tables(tmp_path / f"{name}.sqlite3") for name in ("earlier", "new", "declared"))
    assert earlier == new
    assert new - {("table", "alembic_version", "alembic_version", None)} == wanted


def read_tables(path: Path) -> set[tuple[str | None, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return set(connection.execute(SQL_OF_TABLES))


def test_what_was_sent_of_a_series_is_found_by_the_series(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    ledger = Ledger.open(f"sqlite:///{path}")
    ledger.planning.apply_changes(ReminderChanges((make_reminder(),), (), ()), NOW)
    asked: list[tuple[str, tuple[object, ...]]] = []
    event.listen(
        ledger.engine,
        "before_cursor_execute",
        lambda _connection, _cursor, statement, parameters, _context, _many: asked.append((statement, parameters)),
    )
    ledger.sending.list_sent_series([make_reminder().series])
    ledger.close()
    (query,) = (entry for entry in asked if "series IN" in entry[0])
    with closing(sqlite3.connect(path)) as connection:
        steps = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {query[0]}", query[1])]
    assert "SEARCH deliveries USING INDEX deliveries_series (series=?)" in steps


def test_the_newest_revision_is_the_last_step() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_current_head() == NEWEST_REVISION
