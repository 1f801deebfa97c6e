"""What the service shows over HTTP: calendar feeds, a public agenda, health.

A request reads only what has been published before: no ledger, no configuration, no rendering.
"""
