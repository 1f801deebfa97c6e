"""The ledger's tables, as SQLAlchemy Core metadata; migrations/ creates them step by step.

Instants are integers, microseconds since 1970 UTC: exact, ordered, and the same in every database.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    false,
    text,
)
from sqlalchemy.types import TypeDecorator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def count_microseconds(instant: datetime) -> int:
    """Return an aware datetime as the ledger's columns hold it: microseconds since 1970 UTC."""
    return (instant - _EPOCH) // _MICROSECOND


@lru_cache(maxsize=4096)  # thousands of rows share a few instants
def read_microseconds(count: int) -> datetime:
    """Return what ``count_microseconds`` counted, in UTC."""
    return _EPOCH + timedelta(microseconds=count)


def _read_optional(microseconds: int | None) -> datetime | None:
    return None if microseconds is None else read_microseconds(microseconds)


class Instant(TypeDecorator[datetime]):
    """An aware datetime, stored as microseconds since 1970 UTC and read back in UTC."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else count_microseconds(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[int | None], datetime | None]:
        # And not process_result_value, which costs two calls more for each of a hundred thousand values.
        return _read_optional


metadata = MetaData()

# SQLite makes an autoincrementing key only of INTEGER, which holds 64 bits there.
_Key = BigInteger().with_variant(Integer(), "sqlite")

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", _Key, primary_key=True),
    Column("key", String, nullable=False, unique=True),  # invariant 2: this constraint and nothing else holds it
    Column("series", String, nullable=False),
    Column("plan", String, nullable=False),
    Column("about", String, nullable=False),
    Column("item", String, nullable=False),
    Column("unit", String, nullable=False),
    Column("occurrence", String, nullable=False),
    Column("rule", String, nullable=False),
    Column("template", String, nullable=False),
    Column("contact", String, nullable=False),
    Column("address", String, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("useful_until", Instant, nullable=False),
    Column("why", Text, nullable=False),
    Column("truth", Text, nullable=False, server_default=""),  # what the mail tells, see ``truths``
    Column("state", String, nullable=False, server_default="planned"),
    Column("next_at", Instant),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("doubts", Integer, nullable=False, server_default="0"),
    Column("silences", Integer, nullable=False, server_default="0"),
    Column("in_doubt", Boolean, nullable=False, server_default=false()),
    Column("message_id", String),
    Column("detail", Text, nullable=False, server_default=""),
    Column("updated_at", Instant, nullable=False),
    Column("claims", Integer, nullable=False, server_default="0"),
    Column("claimed_by", String),  # host and run of the service that claimed it last
    Column("leased_until", Instant),  # until then a service on another host may still be sending it
    # What waits: in the order in which it is looked at, with all that a person's page asks of it. Planning writes
    # it in its order, which costs little; each index on something else of what waits costs a sixth of the insert.
    Index(
        "deliveries_next_at",
        *("next_at", "id", "state", "address", "contact", "unit", "item", "plan"),
        sqlite_where=text("next_at IS NOT NULL"),
    ),
    # The few of these that were tried already: planning writes nothing into it.
    Index(
        "deliveries_waiting_again",
        *("state", "next_at", "id", "plan"),
        sqlite_where=text("next_at IS NOT NULL AND state != 'planned'"),
    ),
    Index("deliveries_series", "series"),
    # What no longer waits: by these a person's page finds it; by its item the key finds it. Each costs every mail that
    # is sent 10 to 15 microseconds.
    Index("deliveries_state", "state", "due_at", "plan", "next_at", sqlite_where=text("next_at IS NULL")),
    Index("deliveries_unit", "unit", "due_at", sqlite_where=text("next_at IS NULL")),
    Index("deliveries_address", "address", "contact", sqlite_where=text("next_at IS NULL")),
)

messages = Table(
    "messages",
    metadata,
    Column("delivery_id", _Key, ForeignKey("deliveries.id"), primary_key=True, autoincrement=False),
    Column("message_id", String, nullable=False),
    Column("sender", String, nullable=False),
    Column("recipient", String, nullable=False),
    Column("subject", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("written_at", Instant, nullable=False),
)

attempts = Table(
    "attempts",
    metadata,
    Column("delivery_id", _Key, ForeignKey("deliveries.id"), primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("started_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("outcome", String),  # NULL while under way; a death leaves it so until the next start
    Column("response", Text, nullable=False, server_default=""),
)

events = Table(
    "events",
    metadata,
    Column("uid", String, primary_key=True),
    Column("plan", String, nullable=False, index=True),
    Column("sequence", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("modified_at", Instant, nullable=False),
    Column("removed_at", Instant),
    Column("content", Text, nullable=False),  # the event as JSON, so that a removed one can still be published
)

feed_tokens = Table(
    "feed_tokens",
    metadata,
    Column("id", _Key, primary_key=True),
    Column("digest", String, nullable=False, unique=True),  # SHA-256 in hex; the token itself is nowhere
    Column("plan", String),  # NULL for the feed of all plans
    Column("feed", String, nullable=False),
    Column("holder", String, nullable=False),
    Column("device", String, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("last_used_at", Instant),
    Column("revoked_at", Instant),
)

service = Table(
    "service",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # one row, 1
    Column("identity", String),  # NULL until a service first works on the ledger
    Column("paused_by", String),  # NULL: mail may go
    Column("pause_reason", Text),
    Column("paused_since", Instant),
    Column("paused_until", Instant),
    Column("link_secret", String),  # signs the links in mails; NULL until the first is needed
)

proposals = Table(
    "proposals",
    metadata,
    Column("fingerprint", String, primary_key=True),
    Column("made_at", Instant, nullable=False),
    Column("reasons", Text, nullable=False),  # one a line: why it waits
    Column("approved_at", Instant),
    Column("settled_at", Instant),  # applied, or no longer asked for
)

edits = Table(
    "edits",
    metadata,
    Column("id", _Key, primary_key=True),
    Column("made_at", Instant, nullable=False),
    Column("file", String, nullable=False),
    Column("before", Text),  # NULL: the file was new
    Column("after", Text),  # NULL: the file is gone
    Column("author", String, nullable=False),
    Column("followed", Text, nullable=False),  # what the edit changed, in words
)

report_marks = Table(
    "report_marks",
    metadata,
    Column("id", _Key, primary_key=True),
    Column("plan", String, nullable=False),
    Column("report", String, nullable=False),
    Column("unit", String, nullable=False),
    Column("mark", String, nullable=False),
    Column("on_day", Date),
    Column("by", String, nullable=False),
    Column("made_at", Instant, nullable=False),
    Index("report_marks_place", "plan", "report", "unit"),
)

visit_answers = Table(
    "visit_answers",
    metadata,
    Column("id", _Key, primary_key=True),
    Column("plan", String, nullable=False),
    Column("visit", String, nullable=False),
    Column("contact", String, nullable=False),
    Column("occurrence", String, nullable=False),
    Column("reply", String, nullable=False),
    Column("words", Text, nullable=False),
    Column("made_at", Instant, nullable=False),
    Index("visit_answers_place", "plan", "visit"),
)

actions = Table(
    "actions",
    metadata,
    Column("id", _Key, primary_key=True),
    Column("made_at", Instant, nullable=False),
    Column("by", String, nullable=False),
    Column("action", String, nullable=False),
    Column("about", Text, nullable=False),
)
