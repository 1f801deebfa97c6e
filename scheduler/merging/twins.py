"""A plan that is new, and those imported before -> the one that it looks like, and how to merge with that.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from scheduler.model import Finding, Plan, Severity


def tell_twin(new: Plan, imported: Iterable[Plan]) -> tuple[Finding, ...]:
    """Return a finding that names the plan, of those ``imported``, with most visits to the same units on the same days.

    () where none has more than half of the dated visits of ``new``.
    """
    visits = _list_dated(new)
    common = {plan.id: len(visits & _list_dated(plan)) for plan in imported}
    twin = max(common, key=lambda plan: common[plan], default="")
    if not twin or 2 * common[twin] <= len(visits):
        return ()
    said = (
        f"{common[twin]} of {len(visits)} visits are those of plan {twin}, which was imported before; if it is the same"
        f" plan, import the document with --id {twin}, which merges it there"
    )
    return (Finding(Severity.WARNING, "plan-twice", said, ""),)


def _list_dated(plan: Plan) -> frozenset[tuple[str, tuple[date, ...]]]:
    return frozenset((visit.unit, visit.dates) for visit in plan.visits if visit.dates)
