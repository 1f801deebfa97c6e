"""The contacts that a plan may tell -> who they are at each place, and by their ids.

Pure. Snapshots of a configuration whose contacts stay as they were share one value: thousands of contacts are
looked through once, and not once an edit.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from scheduler.model import Contact
from scheduler.plan_index import index_contacts


@dataclass(frozen=True)
class People:
    """Contacts, in the order of their file."""

    contacts: tuple[Contact, ...]

    @cached_property
    def by_place(self) -> dict[str, tuple[Contact, ...]]:
        """The contacts of each unit, commune and team."""
        return index_contacts(self.contacts)

    @cached_property
    def by_id(self) -> dict[str, Contact]:
        return {contact.id: contact for contact in self.contacts}

    def list_at(self, places: Iterable[str]) -> tuple[Contact, ...]:
        """Return the contacts of ``places``, place by place, each place once."""
        return tuple(contact for place in dict.fromkeys(places) for contact in self.by_place.get(place, ()))
