import { render } from "preact";
import { App } from "./app";
import { setTheme, theme } from "./theme";
import "uplot/dist/uPlot.min.css";
import "./style.css";

setTheme(theme());
render(<App />, document.getElementById("app")!);
