import { useState } from "preact/hooks";
import { keepToken } from "./token";

/** TokenForm asks for the token. The next request has it; if that is refused too, the form stays. */
export function TokenForm() {
  const [tried, setTried] = useState(false);
  const submit = (e: SubmitEvent) => {
    e.preventDefault();
    const field = (e.currentTarget as HTMLFormElement).elements.namedItem("token") as HTMLInputElement;
    keepToken(field.value.trim());
    field.value = "";
    setTried(true);
  };
  return (
    <form class="token" onSubmit={submit} data-testid="token-form">
      <h1>This Weir wants its token</h1>
      <p>It is in the file that weir run was given with --token-file. This tab keeps it until it is closed.</p>
      <label>
        Token <input name="token" type="password" autocomplete="current-password" required autofocus />
      </label>
      <button class="primary" type="submit">Go on</button>
      {tried && <p role="status">The token was sent. If this stays, it is not the right one.</p>}
    </form>
  );
}
