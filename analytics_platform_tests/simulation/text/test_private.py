"""Personal data is invented but passes the checks that real data passes; some answers repeat it."""

from random import Random

import polars as pl

from analytics_platform.simulation.text import library
from analytics_platform.simulation.text.grammar import wording
from analytics_platform.simulation.text.private import account_number, card_number, personal_sentence

PERSONAL = r"@example\.org|7700 900|555-01|card \d{4}|account is DE"


def luhn_sum(number: str) -> int:
    digits = [int(digit) for digit in reversed(number.replace(" ", ""))]
    return sum(digits[::2]) + sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])


def test_the_check_finds_a_known_good_and_a_known_bad_number() -> None:
    assert luhn_sum("4539 1488 0343 6467") % 10 == 0
    assert luhn_sum("4539 1488 0343 6468") % 10 != 0


def test_card_numbers_pass_the_luhn_check() -> None:
    numbers = [card_number(Random(seed)) for seed in range(200)]
    assert {len(number.replace(" ", "")) for number in numbers} == {16}
    assert {luhn_sum(number) % 10 for number in numbers} == {0}


def test_account_numbers_pass_the_iban_check() -> None:
    for seed in range(200):
        number = account_number(Random(seed)).replace(" ", "")
        moved = number[4:] + number[:4]
        assert len(number) == 22
        assert int("".join(str(int(letter, 36)) for letter in moved)) % 97 == 1


def test_few_notes_hold_personal_data_or_injections_and_some_answers_repeat_them() -> None:
    texts = library(7, 6_000)
    injected = "|".join(line.replace("#", r"\#").replace(".", r"\.") for line in wording()["injections"])
    for pattern, low, high in ((PERSONAL, 0.008, 0.035), (injected, 0.005, 0.03)):
        notes = texts.filter(pl.col("source_text").str.contains(pattern))
        assert low < notes.height / texts.height < high
        repeated = notes.filter(pl.col("feature") != "quiz")["output_text"].str.contains(pattern).mean()
        assert 0.2 < repeated < 0.8


def test_every_kind_of_personal_data_occurs() -> None:
    found = " ".join(personal_sentence(Random(seed)) for seed in range(60))
    for pattern in PERSONAL.split("|"):
        assert pl.Series([found]).str.contains(pattern).item()
