/** Obtains an exported file, whether the API returns it at once, at another address or after a while. */
import type { AxiosResponse } from "axios";
import { type Body, type Result, send } from "@/api/client";
import { ApiError } from "@/api/errors";
import { text } from "@/text";

export type ExportRequest = Body<"/api/v1/analytics/export", "post">;
export type ExportFormat = ExportRequest["format"];
type Status = Result<"/api/v1/analytics/export/{exportId}">;

const PAUSE = 1500;

/** Returns the file; `onProgress` is told how many per cent of a background export are done.
 *
 * @throws ApiError if the request is refused or the export fails.
 */
export async function exportFile(
  request: ExportRequest,
  onProgress: (percentage: number) => void,
): Promise<Blob> {
  let answer = await send<Blob>({
    method: "post",
    url: "/api/v1/analytics/export",
    data: request,
    responseType: "blob",
  });
  const place = location(answer);
  while (place !== null && (await isUnfinished(answer, onProgress))) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
    answer = await send<Blob>({ method: "get", url: place, responseType: "blob" });
  }
  return answer.data;
}

function location(answer: AxiosResponse): string | null {
  if (answer.status !== 202) return null;
  const found: unknown = answer.headers.location;
  return typeof found === "string" ? new URL(found, window.location.origin).pathname : null;
}

/** A status comes as JSON from the API itself; a file from the address to which the API redirects. */
async function isUnfinished(
  answer: AxiosResponse<Blob>,
  onProgress: (percentage: number) => void,
): Promise<boolean> {
  const isStatus = answer.status === 202 || answer.headers["x-ratelimit-limit"] !== undefined;
  if (!isStatus) return false;
  const status = JSON.parse(await answer.data.text()) as Status;
  if (status.status === "failed") {
    throw new ApiError({
      status: 500,
      code: "EXPORT_FAILED",
      message: status.error ?? text.exports.failed,
    });
  }
  onProgress(status.progress.percentage);
  return true;
}
