import type { DataFrame, DataQueryRequest, StreamingFrameAction, StreamingFrameOptions } from "@grafana/data";
import type { WeirQuery } from "./query";

const kept = 10_000; // rows: what the back end sends at most when a panel opens

/**
 * streamOptions says what the browser does with a live packet. Channels whose path begins with view/ bring new rows, which it appends;
 * those that begin with state/ bring all rows of an updating view, which take the place of the ones before.
 */
export function streamOptions(request: DataQueryRequest<WeirQuery>, frame: DataFrame): Partial<StreamingFrameOptions> {
  const path = frame.meta?.channel?.split("/").slice(2).join("/") ?? "";
  if (path.startsWith("state/")) {
    return { maxLength: kept, maxDelta: Infinity, action: "replace" as StreamingFrameAction.Replace };
  }
  const options: Partial<StreamingFrameOptions> = {
    maxLength: Math.max(request.maxDataPoints ?? 0, kept),
    action: "append" as StreamingFrameAction.Append,
  };
  if (request.rangeRaw?.to === "now") options.maxDelta = request.range.to.valueOf() - request.range.from.valueOf();
  return options;
}
