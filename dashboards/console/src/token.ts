// The token that a Weir may want. It is kept for as long as the tab is open, and asked for again only if it is wrong.

const key = "weir-token";

export const keepToken = (token: string) => sessionStorage.setItem(key, token);

/** ask is fetch with the token, if there is one. */
export function ask(path: string, init: RequestInit = {}): Promise<Response> {
  const token = sessionStorage.getItem(key);
  const headers = new Headers(init.headers);
  if (token !== null) headers.set("Authorization", `Bearer ${token}`);
  return fetch(path, { ...init, headers });
}
