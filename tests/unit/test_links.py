"""Signed links: what we signed is read back, and nothing else is read."""

from hypothesis import given
from hypothesis import strategies as st

from scheduler.links import PREFIX, Link, LinkSigner

SIGNER = LinkSigner("secret", "https://lich.so.example/")
LINK = Link("report", "kiem-tra-2024", "bao-cao", "son-dong", "ubnd-son-dong")


def read_token(url: str) -> str:
    return url.removeprefix("https://lich.so.example" + PREFIX)


@given(st.sampled_from(["report", "visit"]), st.lists(st.text(max_size=20), min_size=4, max_size=4))
def test_a_link_is_read_back_as_it_was_signed(purpose: str, ids: list[str]) -> None:
    link = Link("report" if purpose == "report" else "visit", *ids)
    assert SIGNER.read(read_token(SIGNER.sign(link))) == link


@given(st.integers(min_value=0), st.characters())
def test_a_link_with_another_character_is_not_read(position: int, character: str) -> None:
    token = read_token(SIGNER.sign(LINK))
    at = position % len(token)
    altered = token[:at] + character + token[at + 1 :]
    # The last character of base64 carries bits that mean nothing; what it reads as is still what we signed.
    assert SIGNER.read(altered) in ({None} if altered != token and at < len(token) - 1 else {None, LINK})


def test_a_link_of_another_secret_or_of_any_length_is_not_read() -> None:
    stranger = LinkSigner("another", "https://lich.so.example/")
    assert stranger.read(read_token(SIGNER.sign(LINK))) is None
    assert [SIGNER.read(token) for token in ("", ".", "a" * 100_000, "é")] == [None] * 4
