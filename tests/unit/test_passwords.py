"""Which passwords are refused, and that a hash belongs to one password alone."""

import pytest

from scheduler.passwords import find_weakness, hash_password, is_right


@pytest.mark.parametrize(
    "password",
    [
        "mười một kt", "a" * 201, "aaaaaaaaaaaa", "abababababab", "password1234", "P@ssw0rd2024!", "MatKhau@2024",
        "matkhau123456", "123456789012", "210987654321", "qwertyuiop12", "lan123456789", "NguyenThiLan1",
        "nguyễn thị lan 1", "admin-admin-1", "Abcd1234!@#$", "iloveyou2023",
    ],
)  # fmt: skip
def test_a_password_that_would_be_guessed_is_refused(password: str) -> None:
    assert find_weakness(password, "lan", "Nguyễn Thị Lan") is not None


@pytest.mark.parametrize(
    "password", ["con mèo đen ngủ trên mái", "Xk9#pQ2$vL7m", "tuyet-mua-ha-1", "correct horse battery", "9f2c8a1be07d"]
)
def test_several_words_or_random_characters_are_taken(password: str) -> None:
    assert find_weakness(password, "lan", "Nguyễn Thị Lan") is None


def test_a_hash_is_of_argon2id_salted_and_right_for_its_password_alone() -> None:
    first, second = hash_password("con mèo đen ngủ trên mái"), hash_password("con mèo đen ngủ trên mái")
    assert first.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert first != second
    assert is_right("con mèo đen ngủ trên mái", first)
    assert not is_right("con mèo đen ngủ trên mái ", first)


def test_nobody_and_a_broken_hash_are_never_right() -> None:
    assert not is_right("con mèo đen ngủ trên mái", None)
    assert not is_right("con mèo đen ngủ trên mái", "$argon2id$broken")
