"""What intake yields: a draft plan, the contacts it names, and what a person should look at.

Pure.
"""

from __future__ import annotations

from dataclasses import dataclass

from scheduler.model import Contact, Finding, Plan, Severity


@dataclass(frozen=True, slots=True)
class Draft:
    """An extracted plan with its contact stubs (without address) and findings, in document order."""

    plan: Plan
    contacts: tuple[Contact, ...]
    findings: tuple[Finding, ...]

    @property
    def has_errors(self) -> bool:
        return any(finding.severity is Severity.ERROR for finding in self.findings)
