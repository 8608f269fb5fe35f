import { css } from "@emotion/css";
import type { GrafanaTheme2, TimeRange } from "@grafana/data";
import { Button, CodeEditor, Stack, useStyles2, type Monaco, type MonacoEditor } from "@grafana/ui";
import * as React from "react";
import type { WeirDataSource } from "../datasource";
import { attach, type Services } from "./attach";
import { formatSQL } from "./format";
import { told, type Validity } from "./validity";

interface Props {
  sql: string;
  datasource: WeirDataSource;
  range?: TimeRange;
  onChange(sql: string): void;
  onRun(sql: string): void;
  label?: string;
}

/** CodeMode edits SQL. A text counts when the editor is left or the query is run. */
export function CodeMode(props: Props) {
  const { sql, onChange, label = "SQL" } = props;
  const styles = useStyles2(getStyles);
  const [validity, setValidity] = React.useState<Validity>();
  const { mount, unmount, text } = useAttached(props, setValidity);
  const format = () => onChange(formatSQL(text() ?? sql));
  return (
    <Stack direction="column" gap={0.5}>
      <div role="group" aria-label={label}>
        <CodeEditor
          language="sql"
          height={160}
          value={sql}
          showLineNumbers
          showMiniMap={false}
          monacoOptions={{ ariaLabel: label, scrollBeyondLastLine: false, fixedOverflowWidgets: true }}
          onBlur={(text) => text !== sql && onChange(text)}
          onEditorDidMount={mount}
          onEditorWillUnmount={unmount}
        />
      </div>
      <Stack direction="row" gap={1} alignItems="center">
        <Button size="sm" variant="secondary" icon="brackets-curly" onClick={format}>
          Format
        </Button>
        <span role="status" className={validity?.error ? styles.wrong : styles.right}>
          {saying(validity)}
        </span>
      </Stack>
    </Stack>
  );
}

function saying(v: Validity | undefined): string {
  if (!v) return "";
  return v.error ? told(v.error) : (v.notice ?? "Valid");
}

/** useAttached ties an editor to the newest props for as long as it is there. */
function useAttached(props: Props, setValidity: (v: Validity | undefined) => void) {
  const newest = React.useRef(props);
  newest.current = props;
  const editor = React.useRef<MonacoEditor>(undefined);
  const detach = React.useRef<() => void>(undefined);
  const services = (): Services => ({
    run: (sql) => newest.current.onRun(sql),
    schema: () => newest.current.datasource.schema(),
    validate: (sql) => newest.current.datasource.validate(sql, newest.current.range),
    told: setValidity,
  });
  const unmount = () => {
    detach.current?.();
    detach.current = undefined;
    editor.current = undefined;
  };
  const mount = (e: MonacoEditor, monaco: Monaco) => {
    editor.current = e;
    detach.current = attach(e, monaco, services);
  };
  return { mount, unmount, text: () => editor.current?.getValue() };
}

const getStyles = (theme: GrafanaTheme2) => ({
  wrong: css({ color: theme.colors.error.text, whiteSpace: "pre-line", fontSize: theme.typography.bodySmall.fontSize }),
  right: css({ color: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize }),
});
