"""All mails, a page at a time: who was told what, when, with which outcome; found by state, unit, item or reader."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from starlette.responses import Response

from scheduler.delivery import Delivery, DeliveryState
from scheduler.ledger import DeliveryFilter
from scheduler.naming import fold_text
from scheduler.web.admin.asking import Asked
from scheduler.web.admin.desk import Desk
from scheduler.web.admin.names import Names
from scheduler.web.admin.paging import Pages, Parameters, make_pages
from scheduler.web.admin.words import word_state

NEEDS_A_PERSON = (DeliveryState.FAILED, DeliveryState.UNCONFIRMED)
TO_COME = (DeliveryState.PLANNED, DeliveryState.RETRYING, DeliveryState.SENDING)
_GROUPS = {"can-xem": NEEDS_A_PERSON, "sap-gui": TO_COME}
_GROUP_WORDS = {"can-xem": "Cần người xem", "sap-gui": "Sắp gửi"}
_MOST_READERS = 300
_MOST_UNITS = 300


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a list to choose from."""

    value: str
    words: str


@dataclass(frozen=True, slots=True)
class MailRow:
    """One mail of the list, with names for ids."""

    delivery: Delivery
    about: str
    unit: str
    reader: str


@dataclass(frozen=True, slots=True)
class MailSearch:
    """What was asked for, as it stands in the address; ``too_many`` where the text fits too many readers."""

    state: str
    plan: str
    unit: str
    item: str
    text: str
    wanted: DeliveryFilter
    too_many: bool

    @property
    def parameters(self) -> Parameters:
        return (
            ("tinh-trang", self.state),
            ("ke-hoach", self.plan),
            ("don-vi", self.unit),
            ("noi-dung", self.item),
            ("tim", self.text),
        )


@dataclass(frozen=True, slots=True)
class MailsPage:
    """The list and what it can be narrowed by; ``units`` is empty where there are too many to choose from."""

    search: MailSearch
    rows: tuple[MailRow, ...]
    pages: Pages
    states: tuple[Choice, ...]
    plans: tuple[Choice, ...]
    units: tuple[Choice, ...]
    unit_words: str
    item_words: str
    export: str


def show_mails(desk: Desk, asked: Asked) -> Response:
    """Show the mails that were asked for; those to come with the next first, others with the newest first."""
    names = desk.names()
    # Who just opens the list wants to know what comes next.
    search = read_search(desk, asked, names, "sap-gui")
    total = desk.counts.get(search.wanted, asked.now)
    pages = make_pages(asked.path, search.parameters, asked.asked_number("trang", 1), total)
    newest = not search.wanted.states or not set(search.wanted.states) <= set(TO_COME)
    found = desk.ledger.browsing.list_page(search.wanted, first=pages.first, most=pages.per_page, newest=newest)
    few = len(names.units) <= _MOST_UNITS
    units = [Choice(unit.id, unit.name) for (of, _), unit in names.units.items() if few and search.plan in ("", of)]
    plan = search.plan or next(iter(names.plans), "")
    return desk.show(
        "mails",
        asked,
        MailsPage(
            search=search,
            rows=tuple(make_row(delivery, names) for delivery in found),
            pages=pages,
            states=(
                *(Choice(key, words) for key, words in _GROUP_WORDS.items()),
                *(Choice(state, word_state(state)) for state in DeliveryState),
            ),
            plans=tuple(Choice(plan.id, plan.title) for plan in names.plans.values()),
            units=tuple(units),
            unit_words=names.place(plan, search.unit) if search.unit else "",
            item_words=_name_item(names, search) if search.item else "",
            export=Pages("", search.parameters, 1, 0).link(1).partition("?")[2],
        ),
    )


def read_search(desk: Desk, asked: Asked, names: Names, otherwise: str = "") -> MailSearch:
    """Read what was asked for; an unknown state is all. Where nothing was, ``otherwise`` is the state."""
    state, plan, unit, item, text = (
        asked.asked_for(name) for name in ("tinh-trang", "ke-hoach", "don-vi", "noi-dung", "tim")
    )
    if not asked.query:
        state = otherwise
    if not plan:
        # Two plans may have an item of one id.
        item = ""
    states = _GROUPS.get(state) or ((DeliveryState(state),) if state in set(DeliveryState) else ())
    readers = find_readers(desk, names, text, asked.now) if text else None
    too_many = readers is not None and len(readers) > _MOST_READERS
    wanted = DeliveryFilter(
        states=states,
        plan=plan or None,
        unit=unit or None,
        item=item or None,
        addresses=None if too_many else readers,
    )
    return MailSearch(state, plan, unit, item, text, wanted, too_many)


def find_readers(desk: Desk, names: Names, text: str, now: datetime) -> tuple[str, ...]:
    """Return the addresses whose reader's name, or which themselves, hold ``text``; accents do not matter."""
    needle = fold_text(text)
    contacts = {contact for contact, folded in names.folded if needle in folded}
    readers = desk.readers.get(None, now)
    return tuple(dict.fromkeys(r.address for r in readers if r.contact in contacts or needle in r.address.lower()))


def make_row(delivery: Delivery, names: Names) -> MailRow:
    return MailRow(
        delivery=delivery,
        about=names.item(delivery.plan, delivery.about, delivery.item),
        unit=names.place(delivery.plan, delivery.unit),
        reader=names.contact(delivery.contact),
    )


def _name_item(names: Names, search: MailSearch) -> str:
    for plan in (search.plan,) if search.plan else names.plans:
        for about, known in (("visit", names.visits), ("report", names.reports)):
            if (plan, search.item) in known:
                return names.item(plan, about, search.item)
    return search.item
