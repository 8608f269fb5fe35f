import { ApiError } from "./api";

/** Mistake prints an error with the line it is in and a caret below. */
export function Mistake({ error, statement, testid }: { error: ApiError; statement: string; testid: string }) {
  return (
    <div class="card mistake" role="alert" data-testid={testid} data-position={error.position}>
      <p>{error.message}</p>
      {error.position !== undefined && (
        <pre tabIndex={0} aria-label="Where">
          {excerpt(statement, error.position)}
        </pre>
      )}
    </div>
  );
}

export function excerpt(statement: string, at: number): string {
  const before = statement.slice(0, at).split("\n");
  const line = statement.split("\n")[before.length - 1];
  const head = `line ${before.length}: `;
  return `${head}${line}\n${" ".repeat(head.length + before[before.length - 1].length)}^`;
}

/** errorOf is what went wrong, as the page says it. */
export function errorOf(e: unknown): ApiError {
  if (e instanceof ApiError) return e;
  const stopped = e instanceof DOMException && e.name === "AbortError";
  return new ApiError({ code: stopped ? "stopped" : "network", message: stopped ? "stopped" : "Weir does not answer" });
}

let marked: { error: ApiError; mark: { at: number; message: string } } | undefined;

/** markOf is where to mark an error: nowhere once the text has changed. The same error gives the same mark. */
export function markOf(error: ApiError | undefined, current: boolean) {
  if (error?.position === undefined || !current) return undefined;
  if (marked?.error !== error) marked = { error, mark: { at: error.position, message: error.message } };
  return marked.mark;
}
