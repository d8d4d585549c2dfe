import pyarrow as pa

from analytics_platform.lakehouse.described import described


def test_columns_of_all_parts_stand_in_order_with_their_sentences():
    schema = described({"day": (pa.date32(), "When.")}, {"users": (pa.int64(), "How many.")})
    assert [(field.name, field.type) for field in schema] == [("day", pa.date32()), ("users", pa.int64())]
    assert [field.metadata[b"comment"] for field in schema] == [b"When.", b"How many."]
