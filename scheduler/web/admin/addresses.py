"""Secret addresses of private feeds: who has one, given out (and shown once), taken back."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.responses import Response

from scheduler.errors import LedgerError, UsageError
from scheduler.feeds import ALL, list_scopes
from scheduler.ledger import Did, FeedToken
from scheduler.naming import normalise_text
from scheduler.publishing.building import check_token_feed, private_path
from scheduler.safetext import find_refused_character
from scheduler.web.admin.asking import Asked, go_to
from scheduler.web.admin.desk import Desk
from scheduler.web.admin.mails import Choice
from scheduler.web.admin.names import Names
from scheduler.web.admin.paging import Pages, make_pages
from scheduler.web.admin.sessions import Notice
from scheduler.web.codes import draw_code
from scheduler.web.feeds import feed_path
from scheduler.web.grants import Grant, hash_token, make_token, token_path

_HERE = "/admin/lich"
_LONGEST_NAME = 200
_MOST_SCOPES = 400


@dataclass(frozen=True, slots=True)
class TokenRow:
    """One address that was given out; ``plan`` and ``feed`` in words."""

    token: FeedToken
    plan: str
    feed: str


@dataclass(frozen=True, slots=True)
class PublicFeed:
    """The calendar of a public plan, and its code to print."""

    title: str
    url: str
    code: str


@dataclass(frozen=True, slots=True)
class AddressesPage:
    """``scopes`` are the feeds to choose from, each as "plan|feed"; empty where there are too many."""

    public: tuple[PublicFeed, ...]
    rows: tuple[TokenRow, ...]
    pages: Pages
    revoked_too: bool
    plans: tuple[Choice, ...]
    scopes: tuple[Choice, ...]
    secret: str
    webcal: str
    code: str


def show_addresses(desk: Desk, asked: Asked) -> Response:
    """Show who has an address; and one given out just now, this once."""
    names = desk.names()
    revoked_too = asked.asked_for("ca") == "1"
    tokens = desk.ledger.tokens.list_all() if revoked_too else desk.ledger.tokens.list_active()
    pages = make_pages(asked.path, (("ca", "1" if revoked_too else ""),), asked.asked_number("trang", 1), len(tokens))
    newest = tuple(reversed(tokens))[pages.first : pages.first + pages.per_page]
    secret = desk.take_secret(asked)
    return desk.show(
        "addresses",
        asked,
        AddressesPage(
            public=tuple(_make_public(desk, plan.id, plan.title) for plan in names.plans.values() if plan.public),
            rows=tuple(_make_row(token, names) for token in newest),
            pages=pages,
            revoked_too=revoked_too,
            plans=tuple(Choice(plan.id, plan.title) for plan in names.plans.values()),
            scopes=_list_scopes(names),
            secret=secret,
            webcal=f"webcal:{secret.partition(':')[2]}" if secret else "",
            code=draw_code(secret, "Mã QR của địa chỉ riêng vừa cấp") if secret else "",
        ),
    )


def give_address(desk: Desk, asked: Asked) -> Response:
    """Give out an address, as `scheduler token add` does; the next page shows it once."""
    snapshot = desk.running.find_snapshot()
    plan, _, feed = asked.field("lich").partition("|")
    if not feed:
        plan, feed = asked.field("ke-hoach"), asked.field("lich")
    of_plan = None if feed == ALL else plan
    holder, device = (normalise_text(asked.field(name)) for name in ("nguoi", "thiet-bi"))
    try:
        if snapshot is None:
            raise UsageError("no configuration is in force yet")
        for text in (holder, device):
            if not 0 < len(text) <= _LONGEST_NAME or find_refused_character(text) is not None:
                raise UsageError(f"a name has 1 to {_LONGEST_NAME} characters, on one line")
        check_token_feed(snapshot, of_plan, feed)
    except UsageError:
        desk.tell(
            asked,
            "Chưa cấp: hãy chọn lịch, và ghi người dùng, thiết bị bằng chữ trên một dòng.",
            is_good=False,
        )
        return go_to(_HERE)
    secret = make_token()
    token_id = desk.ledger.tokens.add(
        digest=hash_token(secret), plan=of_plan, feed=feed, holder=holder, device=device, now=asked.now
    )
    desk.note(asked, Did.ADDRESS_GIVEN, f"{token_id}: {feed}, {holder}, {device}")
    path = token_path(secret, Grant(token_id, private_path(of_plan, feed)).file)
    text = f"Đã cấp địa chỉ số {token_id} cho {holder}."
    desk.sessions.leave_notice(asked.session, Notice(text, secret=f"{desk.public_url.rstrip('/')}{path}"))
    return go_to(_HERE)


def revoke_address(desk: Desk, asked: Asked) -> Response:
    """Take an address back for good."""
    token_id = asked.number("id")
    try:
        revoked = desk.ledger.tokens.revoke(token_id, asked.now)
    except LedgerError:
        raise HTTPException(404) from None
    if revoked:
        desk.note(asked, Did.ADDRESS_REVOKED, str(token_id))
    desk.tell(asked, f"Địa chỉ số {token_id} {'đã thu hồi' if revoked else 'đã được thu hồi từ trước'}.")
    return go_to(_HERE)


def _make_public(desk: Desk, plan_id: str, title: str) -> PublicFeed:
    return PublicFeed(title, f"{desk.public_url.rstrip('/')}{feed_path(plan_id)}", f"/ma-qr/{plan_id}.svg")


def _list_scopes(names: Names) -> tuple[Choice, ...]:
    if len(names.units) > _MOST_SCOPES:
        return ()
    scopes = [Choice(ALL, "Tất cả kế hoạch")]
    for plan in names.plans.values():
        scopes += (Choice(f"{plan.id}|{scope.name}", _word_scope(names, plan.id, scope.name, scope.title))
                   for scope in list_scopes(plan))  # fmt: skip
    return tuple(scopes) if len(scopes) <= _MOST_SCOPES else ()


def _word_scope(names: Names, plan_id: str, name: str, title: str) -> str:
    if name.startswith("member-"):
        return f"{title}: {names.contact(name.removeprefix('member-'))}"
    return f"{title} – toàn bộ" if name == "plan" else title


def _make_row(token: FeedToken, names: Names) -> TokenRow:
    kind, _, of = token.feed.partition("-")
    words = {
        "plan": "Toàn bộ kế hoạch",
        "deadlines": "Hạn báo cáo",
        ALL: "Tất cả kế hoạch",
        "unit": f"Đơn vị {names.place(token.plan or '', of)}",
        "member": f"Thành viên {names.contact(of)}",
    }
    return TokenRow(token, names.plan(token.plan) if token.plan else "", words.get(kind, token.feed))
