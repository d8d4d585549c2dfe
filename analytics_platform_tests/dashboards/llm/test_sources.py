import pytest

from dashboards.llm import sources


@pytest.mark.parametrize("table", sources.TABLES)
def test_every_table_says_what_it_takes_and_the_command_to_run(table: str):
    told = sources.absent(table)
    assert "nothing yet. It takes " in told
    assert told.endswith("then `analytics-platform run`.")


def test_names_out_of_a_log_are_no_markup():
    assert sources.plain("<b>*a*_b_ [x](y) $z$ :red[q]") == (
        "\\<b\\>\\*a\\*\\_b\\_ \\[x\\]\\(y\\) \\$z\\$ \\:red\\[q\\]"
    )
    assert sources.plain("a\n\nb") == "a b"
    assert sources.in_chart("<a> & b") == "&lt;a&gt; &amp; b"
