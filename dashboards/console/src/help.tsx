import { useEffect, useRef } from "preact/hooks";
import { shortcuts } from "./shortcuts";

/** Help lists the shortcuts, in a dialog. */
export function Help({ open, close }: { open: boolean; close: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (open) dialog.current!.showModal();
    else dialog.current!.close();
  }, [open]);
  return (
    <dialog ref={dialog} class="help" aria-labelledby="help-title" data-testid="help" onClose={close}>
      <div class="title">
        <h2 id="help-title">Keys</h2>
        <button class="push" onClick={close}>
          Close
        </button>
      </div>
      <table>
        <tbody>
          {shortcuts.map((s) => (
            <tr key={s.keys.join()}>
              <td>
                {s.keys.map((k, i) => (
                  <>
                    {i > 0 && " "}
                    <kbd key={k}>{k}</kbd>
                  </>
                ))}
              </td>
              <td>{s.does}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </dialog>
  );
}
