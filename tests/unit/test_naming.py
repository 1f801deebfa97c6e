"""Names become ids: ASCII, stable, unique."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.naming import fold_text, is_fuller_name, make_slug, make_unique_slug, normalise_text


def test_vietnamese_names_become_ascii_slugs() -> None:
    names = ["Sơn Động", "TP. Bắc Giang", "TT. Đồi Ngô", "Ủy ban nhân dân", "Phòng Kế hoạch - Tài chính", "…"]
    slugs = ["son-dong", "tp-bac-giang", "tt-doi-ngo", "uy-ban-nhan-dan", "phong-ke-hoach-tai-chinh", ""]
    assert [make_slug(name) for name in names] == slugs


def test_a_taken_slug_gets_a_number_and_a_nameless_one_a_name() -> None:
    taken: set[str] = set()
    assert [make_unique_slug(name, taken) for name in ("Tân An", "Tân Ân", "tan an", "?")] == [
        "tan-an",
        "tan-an-2",
        "tan-an-3",
        "khong-ten",
    ]
    assert taken == {"tan-an", "tan-an-2", "tan-an-3", "khong-ten"}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Ủy ban nhân dân Nà Rì", "Ủy ban nhân dân huyện Nà Rì", True),
        ("Thanh tra Sở, Thành viên", "Thanh tra Sở", True),
        ("Lãnh đạo Phòng Trẻ em", "Lãnh đạo phòng Trẻ em", True),
        ("Trần Văn Bình, Trưởng đoàn", "Lê Văn Chín, Trưởng đoàn", False),
        ("Trưởng đoàn, Trần Văn Bình", "Trần Văn Bình, Trưởng đoàn", False),
    ],
)
def test_a_name_that_says_more_is_no_other_name(one: str, other: str, same: bool) -> None:
    assert (is_fuller_name(one, other), is_fuller_name(other, one)) == (same, same)


def test_blanks_collapse_and_text_becomes_nfc() -> None:
    assert normalise_text("  Hiệp\u00a0\t Hòa ") == "Hiệp Hòa"


@given(st.text(max_size=60))
def test_a_slug_is_ascii_and_does_not_change_when_made_again(text: str) -> None:
    slug = make_slug(text)
    assert re.fullmatch(r"(?:[a-z0-9]+(?:-[a-z0-9]+)*)?", slug)
    assert make_slug(slug) == slug


@given(st.text(alphabet="ăâđêôơưáàảãạếềểễệAĂÂĐ bcd", max_size=30))
def test_composed_and_decomposed_text_fold_alike(text: str) -> None:
    assert fold_text(unicodedata.normalize("NFC", text)) == fold_text(unicodedata.normalize("NFD", text))
