"""Columns of an Iceberg schema with the types that queries see: Trino's, spelled as Glue spells types."""

from pyiceberg.schema import Schema, SchemaVisitor, visit
from pyiceberg.types import (
    BinaryType,
    BooleanType,
    DateType,
    DecimalType,
    DoubleType,
    FixedType,
    FloatType,
    IntegerType,
    ListType,
    LongType,
    MapType,
    NestedField,
    PrimitiveType,
    StringType,
    StructType,
    TimestampType,
    TimestamptzType,
)

from infra.local.athena.errors import not_supported
from infra.local.athena.tables import IcebergColumn

PRIMITIVES: dict[type[PrimitiveType], str] = {
    BooleanType: "boolean", IntegerType: "int", LongType: "bigint", FloatType: "float", DoubleType: "double",
    DateType: "date", TimestampType: "timestamp(6)", TimestamptzType: "timestamptz", StringType: "string",
    BinaryType: "binary", FixedType: "binary",
}  # fmt: skip


def columns_of(schema: Schema) -> tuple[IcebergColumn, ...]:
    """List the columns of a schema, names in lower case as Athena has them."""
    return tuple(
        IcebergColumn(
            name=field.name.lower(),
            hive_type=visit(field.field_type, _TypeNames()),
            field_id=field.field_id,
            primitive=field.field_type if isinstance(field.field_type, PrimitiveType) else None,
        )
        for field in schema.fields
    )


class _TypeNames(SchemaVisitor[str]):
    def schema(self, schema: Schema, struct_result: str) -> str:  # noqa: ARG002 pyiceberg's signature
        return struct_result

    def struct(self, struct: StructType, field_results: list[str]) -> str:
        fields = zip(struct.fields, field_results, strict=True)
        return f"struct<{','.join(f'`{field.name}`:{kind}' for field, kind in fields)}>"

    def field(self, field: NestedField, field_result: str) -> str:  # noqa: ARG002 pyiceberg's signature
        return field_result

    def list(self, list_type: ListType, element_result: str) -> str:  # noqa: ARG002 pyiceberg's signature
        return f"array<{element_result}>"

    def map(self, map_type: MapType, key_result: str, value_result: str) -> str:  # noqa: ARG002 pyiceberg's signature
        return f"map<{key_result},{value_result}>"

    def primitive(self, primitive: PrimitiveType) -> str:
        if isinstance(primitive, DecimalType):
            return f"decimal({primitive.precision},{primitive.scale})"
        if type(primitive) not in PRIMITIVES:
            raise not_supported(f"the Iceberg type {primitive}")
        return PRIMITIVES[type(primitive)]
