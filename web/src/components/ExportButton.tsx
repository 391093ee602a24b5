/** Exports what a page shows as CSV, JSON or PDF; large exports are prepared in the background, with progress. */
import { Button, Menu } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconDownload } from "@tabler/icons-react";
import { useState } from "react";
import { toApiError } from "@/api/errors";
import { text } from "@/text";
import { type ExportFormat, exportFile, type ExportRequest } from "./exportFile";

const FORMATS: readonly ExportFormat[] = ["csv", "json", "pdf"];

type Props = Omit<ExportRequest, "format"> & {
  /** What the button exports, where a page offers several things. */
  label?: string;
};

export function ExportButton({ label = text.exports.label, ...request }: Props) {
  const [isBusy, setBusy] = useState(false);
  const run = async (format: ExportFormat) => {
    setBusy(true);
    const id = notifications.show({ message: text.exports.preparing, loading: true, autoClose: false });
    try {
      const file = await exportFile({ ...request, format }, (percentage) =>
        notifications.update({
          id,
          message: text.exports.progress(Math.round(percentage)),
          loading: true,
          autoClose: false,
        }),
      );
      download(file, `tally-${request.dataType}.${format}`);
      notifications.update({
        id,
        message: text.exports.ready,
        loading: false,
        color: "green",
        autoClose: 4000,
      });
    } catch (error) {
      const failure = toApiError(error);
      const message = [
        failure.message,
        ...failure.fields.map((each) => `${each.field} ${each.message}`),
      ].join(" ");
      notifications.update({
        id,
        title: text.exports.failed,
        message,
        loading: false,
        color: "red",
        autoClose: 12_000,
      });
    } finally {
      setBusy(false);
    }
  };
  return (
    <Menu>
      <Menu.Target>
        <Button variant="default" leftSection={<IconDownload size={14} aria-hidden />} loading={isBusy}>
          {label}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {FORMATS.map((format) => (
          <Menu.Item key={format} onClick={() => void run(format)}>
            {text.exports.as(format.toUpperCase())}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function download(file: Blob, name: string): void {
  const address = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
