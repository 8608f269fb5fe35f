import type { DataFrame, DataQueryRequest, StreamingFrameAction, StreamingFrameOptions } from "@grafana/data";
import type { WeirQuery } from "./query";

const kept = 500; // rows, where a request does not say how many points it can draw

/**
 * streamOptions says what the browser does with a live packet. Channels whose path begins with view/ bring new rows, which it appends;
 * those that begin with state/ bring all rows of an updating view, which take the place of the ones before.
 */
export function streamOptions(request: DataQueryRequest<WeirQuery>, frame: DataFrame): Partial<StreamingFrameOptions> {
  const path = frame.meta?.channel?.split("/").slice(2).join("/") ?? "";
  if (path.startsWith("state/")) {
    return { maxLength: Infinity, maxDelta: Infinity, action: "replace" as StreamingFrameAction.Replace };
  }
  const options: Partial<StreamingFrameOptions> = {
    maxLength: Math.max(request.maxDataPoints ?? kept, frame.length),
    action: "append" as StreamingFrameAction.Append,
  };
  if (request.rangeRaw?.to === "now") options.maxDelta = request.range.to.valueOf() - request.range.from.valueOf();
  return options;
}
