"""Old Vietnamese encodings are told from Unicode, by font and by look, and honest text is left alone."""

import pytest

from scheduler.documents.legacy import has_legacy_letters, name_font_encoding, name_text_encoding

PLAN = "Kế hoạch kiểm tra công tác trẻ em, quì gối, Đắk Lắk; ngày 20/5, 30°, 5 m², «Dân vận khéo», §2 – Müller & Söhne"


@pytest.mark.parametrize(
    ("font", "encoding"),
    [
        (".VnTime", "TCVN3 (ABC)"), (".VnArialH", "TCVN3 (ABC)"), ("ABCDEF+.VnTimeH,Bold", "TCVN3 (ABC)"),
        ("VnTime", "TCVN3 (ABC)"), ("VNI-Times", "VNI"), ("GHIJKL+VNI-Helve-Bold", "VNI"), ("VNI Times", "VNI"),
        ("VPS Times", "VPS"), ("VISCII Times", "VISCII"), ("Times New Roman", None), ("Vnipper", None),
        ("Vinhan", None), ("Arial", None), ("", None),
    ],
)  # fmt: skip
def test_a_font_names_its_encoding(font: str, encoding: str | None) -> None:
    assert name_font_encoding(font) == encoding


@pytest.mark.parametrize(
    ("text", "legacy"),
    [("KÕ ho¹ch", True), ("Keá hoaïch", True), ("Ke hoach", False), ("Kế hoạch § 2", False), ("Cà Ná «à»", False)],
)
def test_letters_in_an_old_font_are_legacy_only_where_unicode_would_show_others(text: str, legacy: bool) -> None:
    assert has_legacy_letters(text) is legacy


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (PLAN, None),
        ("Müller, Søren, Zoë", None),
        ("KÕ ho¹ch kiÓm tra c«ng t¸c trÎ em n¨m 2024 cña huyÖn", "TCVN3 (ABC)"),
        ("Keá hoaïch kieåm tra coâng taùc treû em naêm 2024 cuûa huyeän", "VNI"),
        ("Káº¿ hoáº¡ch kiá»ƒm tra Ä‘á»£t hai", "UTF-8 that was read as Windows-1252"),
        ("Kêì hoaòch kiêÒm tra ðõòt hai, ðoaÌn ðêìn", "Windows-1258"),
    ],
)
def test_text_names_its_encoding_by_its_look(text: str, encoding: str | None) -> None:
    assert name_text_encoding(text) == encoding
