from datetime import date

import polars as pl
import pytest

from analytics_platform_tests.dashboards.churn import rows
from dashboards.churn.at_risk import Chosen, by_role, headline, list_words, listing, subtitle

SCORES = pl.DataFrame(rows.scores(date(2026, 1, 10)), infer_schema_length=None).with_columns(
    reason_2=pl.lit(None, pl.String), reason_3=pl.lit(None, pl.String)
)


def test_the_headline_counts_those_at_high_risk_and_expects_the_sum_of_chances():
    assert headline(SCORES, Chosen()) == (
        "300 of 1,200 users are at high risk; about 570 (47.5%) are expected to leave within 28 days"
    )
    assert headline(SCORES, Chosen(role="teacher", country="DE")).startswith(
        "20 of 40 users are at high risk among teachers in DE; about"
    )
    assert headline(SCORES, Chosen(country="XX")) == "Nobody was active in the last 28 days among users in XX"


def test_a_band_chooses_the_list_but_not_the_whole_that_the_headline_speaks_of():
    chosen = Chosen(band="high", plan="paid")
    assert headline(SCORES, chosen).startswith("60 of 60 users are at high risk among users on the paid plan")
    assert Chosen(band="raised").of(SCORES).height == 300


@pytest.mark.parametrize("band", ["high", "raised", "low"])
def test_the_list_holds_exactly_the_users_that_are_counted(band: str):
    told = by_role(SCORES)
    counted = sum(int(row[f"{band} risk"].split()[0].replace(",", "")) for row in told)
    users = listing(Chosen(band=band).of(SCORES))
    assert users.height == counted
    assert users["user_id"].n_unique() == users.height
    assert list_words(Chosen(band=band).of(SCORES)).startswith(f"{counted:,} users")


def test_the_likeliest_to_leave_come_first_with_their_reasons():
    users = listing(Chosen().of(SCORES))
    assert users["probability"].is_sorted(descending=True)
    assert users["what speaks for leaving"][0] == "last active 12 days ago"
    assert "the first 1,000 shown" in list_words(SCORES)


def test_the_subtitle_says_what_when_of_whom_and_by_what():
    told = subtitle(SCORES)
    for part in (
        "28 days after Sat 10 Jan 2026",
        "active in the 28 days before",
        "blend",
        "up to Fri 9 Jan 2026",
    ):
        assert part in told
