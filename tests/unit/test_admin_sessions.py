"""Sessions: how they begin, how each of their ends comes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from scheduler.model import Admin
from scheduler.web.admin.sessions import Lifetime, Notice, Sessions

NOW = datetime(2024, 5, 8, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
LAN = Admin("lan", "Lan", "admin", "hash-1")
MINH = Admin("minh", "Minh", "viewer", "hash-2")
BOTH = (LAN, MINH)


def make_sessions() -> Sessions:
    return Sessions(Lifetime(idle=8 * HOUR, longest=24 * HOUR))


def test_ids_and_tokens_are_long_and_never_the_same() -> None:
    sessions = make_sessions()
    begun = [sessions.begin(LAN, NOW) for _ in range(10)]
    secrets = {secret for one in begun for secret in (one.id, one.csrf)}
    assert len(secrets) == 20
    assert {len(secret) for secret in secrets} == {43}


def test_an_unused_session_ends_after_eight_hours_and_a_used_one_after_a_day() -> None:
    sessions = make_sessions()
    idle, used = sessions.begin(LAN, NOW), sessions.begin(MINH, NOW)
    assert sessions.find(used.id, BOTH, NOW + 7 * HOUR) is not None
    assert sessions.find(idle.id, BOTH, NOW + 8 * HOUR) is None
    assert sessions.find(used.id, BOTH, NOW + 14 * HOUR) is not None
    assert sessions.find(used.id, BOTH, NOW + 21 * HOUR) is not None
    assert sessions.find(used.id, BOTH, NOW + 24 * HOUR) is None


def test_a_session_ends_for_good_when_its_admin_goes_or_gets_another_password_or_role() -> None:
    for now_known in ((), (MINH,), (replace(LAN, hash="hash-3"),), (replace(LAN, role="viewer"),)):
        sessions = make_sessions()
        session = sessions.begin(LAN, NOW)
        assert sessions.find(session.id, now_known, NOW) is None
        assert sessions.find(session.id, BOTH, NOW) is None


def test_another_name_leaves_the_session() -> None:
    sessions = make_sessions()
    session = sessions.begin(LAN, NOW)
    assert sessions.find(session.id, (replace(LAN, name="Lan Anh"),), NOW) is not None


def test_of_very_many_sessions_of_one_admin_the_least_used_ends() -> None:
    sessions = make_sessions()
    begun = [sessions.begin(LAN, NOW + timedelta(seconds=number)) for number in range(21)]
    minh = sessions.begin(MINH, NOW)
    alive = [one.id for one in begun if sessions.find(one.id, BOTH, NOW + HOUR) is not None]
    assert alive == [one.id for one in begun[1:]]
    assert sessions.find(minh.id, BOTH, NOW + HOUR) is not None


def test_a_notice_is_told_once_and_only_to_its_session() -> None:
    sessions = make_sessions()
    lan, minh = sessions.begin(LAN, NOW), sessions.begin(MINH, NOW)
    sessions.leave_notice(lan, Notice("done"))
    assert sessions.take_notice(minh) is None
    assert sessions.take_notice(lan) == Notice("done")
    assert sessions.take_notice(lan) is None
