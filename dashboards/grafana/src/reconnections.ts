import { defer, filter, type Observable } from "rxjs";

/** reconnections emits each time that a connection is there again after it was there and lost. */
export function reconnections(connected: Observable<boolean>): Observable<boolean> {
  return defer(() => {
    let had = false;
    let lost = false;
    return connected.pipe(
      filter((now) => {
        const again = now && lost;
        lost = !now && had;
        had ||= now;
        return again;
      }),
    );
  });
}
