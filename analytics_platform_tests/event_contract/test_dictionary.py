"""The data dictionary, written from the contract."""

from analytics_platform.event_contract import CONTRACTS, EVENTS
from analytics_platform.event_contract.dictionary import data_dictionary


def test_every_table_and_column_has_its_line():
    text = data_dictionary()

    for contract in CONTRACTS.values():
        section = text.split(f"## {contract.table}\n")[1].split("\n## ")[0]
        for column in contract.columns:
            assert f"| {column.name} | {column.kind.value} |" in section


def test_a_line_gives_unit_nullability_and_bounds_or_values():
    text = data_dictionary()

    assert "| llm_rating | bigint | stars | yes | 1 … 5 | Stars that the user gave to an answer. |" in text
    assert "| plan | text |  | no | `free`, `trial`, `paid` | Plan of the user at that moment. |" in text
    assert "| students | bigint | students | no | 0 …  | Students on the class list. |" in text


def test_a_section_opens_with_the_grain_and_the_key():
    assert f"## raw.events\n\n{EVENTS.description} Key: `event_id`." in data_dictionary()
