import type { Props } from "./ConfigEditor";
import type { WeirSecrets } from "../settings";

/** secrets gives the fields of a secret what they want: whether it is set, and what happens when it is typed or reset. */
export function secrets(options: Props["options"], onOptionsChange: Props["onOptionsChange"]) {
  return (name: keyof WeirSecrets) => ({
    isConfigured: !!options.secureJsonFields?.[name],
    value: options.secureJsonData?.[name] ?? "",
    onChange: (e: { currentTarget: { value: string } }) =>
      onOptionsChange({ ...options, secureJsonData: { ...options.secureJsonData, [name]: e.currentTarget.value } }),
    onReset: () =>
      onOptionsChange({
        ...options,
        secureJsonFields: { ...options.secureJsonFields, [name]: false },
        secureJsonData: { ...options.secureJsonData, [name]: "" },
      }),
  });
}
