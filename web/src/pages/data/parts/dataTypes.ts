/** The data types, and how they are chosen. */
import type { RecordType } from "@/api/records.gen";
import { RECORD_FIELDS } from "@/api/records.gen";
import { text as t } from "@/text/data";

export const DATA_TYPES = Object.keys(RECORD_FIELDS) as RecordType[];

/** The choices of a filter or a form. */
export const DATA_TYPE_CHOICES = DATA_TYPES.map((value) => ({ value, label: t.dataTypes[value] }));

export function isDataType(name: string | null | undefined): name is RecordType {
  return name !== null && name !== undefined && Object.hasOwn(RECORD_FIELDS, name);
}

/** The name of a data type; also of records whose type cannot be read. */
export function nameOfType(name: string): string {
  return isDataType(name) ? t.dataTypes[name] : name === "unknown" ? t.dataTypes.unknown : name;
}
