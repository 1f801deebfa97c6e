"""Snapshot + recorded events -> every feed that is published, with the address of each.

Shell over ``feeds``: keeps the events' blocks from one build to the next, and the feeds in which nothing changed. A
public plan has public feeds of its whole, its deadlines, units and communes; a member's feed, and every feed of a plan
that is not public, is private. What a private feed adds is whom to call.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfoNotFoundError

from scheduler.blocks import Block, EventBlocks
from scheduler.errors import SchedulerError, UsageError
from scheduler.feeds import (
    ALL,
    KEEP_REMOVED_DAYS,
    BuiltFeed,
    FeedScope,
    PlanPart,
    Publication,
    assemble_feed,
    describe_feed,
    group_blocks,
    list_scopes,
)
from scheduler.model import Contact, Plan, RecordedEvent
from scheduler.snapshot import Snapshot
from scheduler.web.feeds import Feed, feed_path

_ANY_TIME = datetime.min.replace(tzinfo=UTC)

TITLE_OF_ALL = "Lịch kiểm tra"


@dataclass(frozen=True, slots=True)
class FeedSite:
    """Where feeds are published, and how long a removed event shows in them."""

    public_url: str
    keep_removed_days: int = KEEP_REMOVED_DAYS


@dataclass(frozen=True, slots=True)
class BuiltFeeds:
    """All feeds that were asked for, and a sentence for each thing that had to be left out of one."""

    feeds: tuple[Feed, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Wish:
    """One feed to be built of one plan."""

    scope: FeedScope
    public: bool


@dataclass(frozen=True, slots=True)
class _Asked:
    """All that a feed of one plan is made from; a block is the same object while its event stays as it is."""

    scope: FeedScope
    publication: Publication
    facts: Plan
    blocks: Sequence[Block]
    modified_at: datetime


@dataclass(frozen=True, slots=True)
class _KeptFeed:
    """A feed as it was built last, with what it was made from."""

    asked: _Asked
    feed: Feed
    left_out: tuple[str, ...]


def private_path(plan: str | None, feed: str) -> str:
    """Return the path by which private feed ``feed`` of ``plan`` is known within; None is all plans."""
    return feed_path(ALL if plan is None else f"{plan}/{feed}")


def public_path(plan: str, scope: FeedScope) -> str:
    """Return the path of a public feed: that of the whole plan is called after the plan."""
    return feed_path(plan if scope.kind == "plan" else f"{plan}/{scope.name}")


class FeedBuilder:
    """Builds the feeds of one site; what an edit did not touch is not rendered anew."""

    def __init__(self, site: FeedSite) -> None:
        self._site = site
        self._blocks = EventBlocks()
        self._kept: dict[tuple[str, bool], _KeptFeed] = {}
        self._facts: dict[str, Plan] = {}

    def build(
        self,
        snapshot: Snapshot,
        recorded: Iterable[RecordedEvent],
        today: date,
        private_paths: Container[str],
    ) -> BuiltFeeds:
        """Build every public feed, and the private ones at ``private_paths`` (as ``private_path`` names them).

        A plan or event that cannot be shown is left out with a reason, and the others go on.
        """
        rows: dict[str, list[RecordedEvent]] = {wanted.plan.id: [] for wanted in snapshot.wanted}
        for row in recorded:
            if row.event.plan in rows:
                rows[row.event.plan].append(row)
        feeds: list[Feed] = []
        left_out: dict[str, None] = {}
        whole: list[PlanPart] = []
        kept, self._kept = self._kept, {}
        for plan in (wanted.plan for wanted in snapshot.wanted):
            try:
                parts = self._build_plan(plan, rows[plan.id], snapshot.contacts, today, private_paths, left_out, kept)
            except (SchedulerError, ZoneInfoNotFoundError, ValueError) as error:
                left_out[f"plan {plan.id}: none of its feeds can be built ({error}); correct the plan"] = None
                continue
            feeds.extend(parts.feeds)
            whole.append(parts.whole)
        self._blocks.forget_others(rows)
        feeds.extend(self._build_all(whole, snapshot.contacts, private_paths, {feed.path for feed in feeds}, left_out))
        return BuiltFeeds(tuple(feeds), tuple(left_out))

    def _build_plan(
        self,
        plan: Plan,
        rows: list[RecordedEvent],
        contacts: tuple[Contact, ...],
        today: date,
        private_paths: Container[str],
        left_out: dict[str, None],
        kept: Mapping[tuple[str, bool], _KeptFeed],
    ) -> _PlanFeeds:
        wishes = list(_list_wishes(plan, rows, private_paths))
        blocks = self._blocks.recall(plan, rows)
        whole = FeedScope("plan", plan.title, "plan")
        belongings = {whole.belonging, *(wish.scope.belonging for wish in wishes)}
        parts = group_blocks(plan, blocks, belongings, today, self._site.keep_removed_days)
        facts = self._recall_facts(plan)
        feeds = []
        for wish in wishes:
            path = public_path(plan.id, wish.scope) if wish.public else private_path(plan.id, wish.scope.name)
            publication = self._publish_at(path, contacts, public=wish.public)
            part = parts[wish.scope.belonging]
            asked = _Asked(wish.scope, publication, facts, part.blocks, part.modified_at)
            known = kept.get((path, wish.public))
            if known is None or known.asked != asked:
                built = assemble_feed(wish.scope.title, (part,), publication, place=wish.scope.of)
                known = _KeptFeed(asked, _make_feed(path, built, public=wish.public), built.left_out)
            self._kept[path, wish.public] = known
            left_out.update(dict.fromkeys(known.left_out))
            feeds.append(known.feed)
        return _PlanFeeds(feeds, parts[whole.belonging])

    def _recall_facts(self, plan: Plan) -> Plan:
        """Return what the feeds say of the plan itself; the same object while that is so."""
        facts = replace(plan, visits=(), reports=(), units=(), teams=(), sources=(), updated=_ANY_TIME)
        if self._facts.get(plan.id) != facts:
            self._facts[plan.id] = facts
        return self._facts[plan.id]

    def _build_all(
        self,
        whole: list[PlanPart],
        contacts: tuple[Contact, ...],
        private_paths: Container[str],
        taken: set[str],
        left_out: dict[str, None],
    ) -> Iterator[Feed]:
        path = feed_path(ALL)
        if path in taken:
            left_out[f"feed '{ALL}' of all plans: a plan has the id '{ALL}'; give it another"] = None
            return
        public = [part for part in whole if part.plan.public]
        if public:
            built = assemble_feed(TITLE_OF_ALL, public, self._publish_at(path, contacts, public=True))
            yield _make_feed(path, built, public=True)
        if whole and path in private_paths:
            built = assemble_feed(TITLE_OF_ALL, whole, self._publish_at(path, contacts, public=False))
            yield _make_feed(path, built, public=False)

    def _publish_at(self, path: str, contacts: tuple[Contact, ...], *, public: bool) -> Publication:
        return choose_publication(self._site, path, contacts, public=public)


@dataclass(frozen=True, slots=True)
class _PlanFeeds:
    feeds: list[Feed]
    whole: PlanPart


def choose_publication(site: FeedSite, path: str, contacts: tuple[Contact, ...], *, public: bool) -> Publication:
    """Return what a feed may say: a public one its own address, a private one whom to call."""
    if public:
        return Publication(site.public_url, source=f"{site.public_url}{path}")
    # A private feed's address holds a token, and several tokens may open the same bytes.
    return Publication(site.public_url, contacts=contacts)


def build_one_feed(
    snapshot: Snapshot, plan: Plan, recorded: Iterable[RecordedEvent], name: str, today: date, site: FeedSite
) -> BuiltFeed:
    """Return one feed of ``plan``, as it is served: the public one where there is one; UsageError for no such feed."""
    rows = tuple(recorded)
    scope = describe_feed(plan, name, rows)
    public = plan.public and not scope.names_a_person
    publication = choose_publication(site, public_path(plan.id, scope), snapshot.contacts, public=public)
    parts = group_blocks(plan, EventBlocks().recall(plan, rows), [scope.belonging], today, site.keep_removed_days)
    return assemble_feed(scope.title, (parts[scope.belonging],), publication, place=scope.of)


def list_private_paths(snapshot: Snapshot, recorded: Iterable[RecordedEvent]) -> frozenset[str]:
    """Return the paths of all private feeds there could be."""
    rows = tuple(recorded)
    paths = {private_path(None, ALL)}
    for wanted in snapshot.wanted:
        own = [row for row in rows if row.event.plan == wanted.plan.id]
        paths.update(private_path(wanted.plan.id, scope.name) for scope in list_scopes(wanted.plan, own))
    return frozenset(paths)


def check_token_feed(snapshot: Snapshot, plan_id: str | None, feed: str) -> None:
    """Raise UsageError unless there is such a feed to give a token for."""
    if plan_id is None and feed == ALL:
        return
    wanted = None if plan_id is None else snapshot.find(plan_id)
    if wanted is None:
        known = ", ".join(one.plan.id for one in snapshot.wanted) or "none"
        raise UsageError(f"there is no plan '{plan_id}'; plans: {known}")
    describe_feed(wanted.plan, feed)


def _list_wishes(plan: Plan, rows: list[RecordedEvent], private_paths: Container[str]) -> Iterator[_Wish]:
    for scope in list_scopes(plan, rows):
        if plan.public and not scope.names_a_person:
            yield _Wish(scope, public=True)
        if private_path(plan.id, scope.name) in private_paths:
            yield _Wish(scope, public=False)


def _make_feed(path: str, built: BuiltFeed, *, public: bool) -> Feed:
    return Feed(path, built.content, built.modified_at, public, built.alarmed)
