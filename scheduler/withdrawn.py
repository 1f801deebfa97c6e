"""Plans that were in force and are no longer configured -> the same plans, cancelled, as if their files said so.

Pure. A plan's people, names and dates are gone with its file, but who was told of it is still to learn that it is
off: so its last good copy is carried along, until its last day is past.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from itertools import chain

from scheduler.model import Contact, PlanStatus
from scheduler.snapshot import Snapshot, Wanted, WithdrawnPlan, make_snapshot


def carry_withdrawn(snapshot: Snapshot, before: Snapshot | None, now: datetime) -> Snapshot:
    """Return ``snapshot`` with the plans that only ``before``, which is in force, has; the very same where it has none.

    A plan whose last day is past at ``now`` is left behind: there is nothing to take back of it.
    """
    if before is None:
        return snapshot
    configured = {wanted.plan.id for wanted in snapshot.wanted}
    gone = [w for w in before.wanted if w.plan.id not in configured and not _is_over(w, now)]
    return add_withdrawn(snapshot, (_withdraw(wanted, snapshot.contacts) for wanted in gone), before)


def add_withdrawn(snapshot: Snapshot, withdrawn: Iterable[WithdrawnPlan], before: Snapshot | None = None) -> Snapshot:
    """Return ``snapshot`` with these plans added; what ``before`` has of them already is taken over."""
    copies = tuple(withdrawn)
    if not copies:
        return snapshot
    workdays, follow_up = snapshot.workdays, snapshot.follow_up
    wanted = (
        make_snapshot((copy.plan,), copy.contacts, (), workdays, copy.domain, follow_up, before=before).wanted
        for copy in copies
    )
    return replace(
        snapshot, wanted=(*snapshot.wanted, *chain.from_iterable(wanted)), withdrawn=(*snapshot.withdrawn, *copies)
    )


def _is_over(wanted: Wanted, now: datetime) -> bool:
    return wanted.season is None or wanted.season[1] < now.astimezone(wanted.plan.zone).date()


def _withdraw(wanted: Wanted, contacts: tuple[Contact, ...]) -> WithdrawnPlan:
    """Return the copy to keep of a plan; its people with the addresses that they have now, as far as they have one."""
    now = {contact.id: contact for contact in contacts}
    people = tuple(replace(one, email=now[one.id].email) if one.id in now else one for one in wanted.contacts)
    return WithdrawnPlan(replace(wanted.plan, status=PlanStatus.CANCELLED), people, wanted.frame.domain)
