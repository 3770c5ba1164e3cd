import { allDashboards } from "../../grafana/dashboards/index.ts";
import { collectOne, type Sinks, type View } from "../pictures/collect.ts";
import { draw } from "../pictures/draw.ts";
import { escaped } from "../pictures/svg.ts";
import { theme } from "../pictures/theme.ts";

/** Ranges to choose from, in minutes. */
export const RANGES = [5, 15, 60, 360];

/** Seconds after which a drawing asks the sinks again. */
const REFRESH = 15;

/** A dashboard with what can be chosen; its drawing is a page of its own, which renews itself. */
export function page(name: string, view: View, hosts: readonly string[]): string {
  const links = Object.entries(allDashboards()).map(([other, { title }]) => {
    const here = other === name ? ' aria-current="page"' : "";
    return `<a href="/${other}?${escaped(parameters(view))}"${here}>${escaped(short(title))}</a>`;
  });
  const range = RANGES.map((minutes) => ({ value: `${minutes}`, text: spoken(minutes) }));
  return html(
    short(allDashboards()[name]?.title),
    `<header><nav>${links.join(" ")}</nav>
<form action="/${name}">
<label>Host ${select(
      "host",
      view.host,
      hosts.map((host) => ({ value: host, text: host })),
    )}</label>
<label>Last ${select("minutes", `${view.minutes}`, range)}</label>
<label>Search log lines <input name="search" value="${escaped(view.search ?? "")}" placeholder="regular expression"></label>
<button>Show</button>
</form></header>
<iframe title="Panels" src="/${name}/drawing?${escaped(parameters(view))}"></iframe>
<footer>Drawn by the lab from <code>grafana/dashboards</code>; Grafana draws the same definitions in Grafana Cloud.</footer>`,
  );
}

/** The panels of a dashboard with what the sinks say now. */
export async function drawing(sinks: Sinks, name: string, view: View): Promise<string> {
  const dashboard = allDashboards()[name];
  if (!dashboard) throw new Error(`there is no dashboard ${name}`);
  const collected = await collectOne(sinks, name, view);
  return html(
    dashboard.title ?? name,
    draw(name, dashboard, { ...collected, tips: true }),
    REFRESH,
  );
}

/** What can't be drawn; a drawing tries again. */
export function sorry(reason: string): string {
  return html("No answer", `<p>${escaped(reason)}</p>`, REFRESH);
}

export function parameters({ host, minutes, search }: View): string {
  return `${new URLSearchParams({ host, minutes: `${minutes}`, search: search ?? "" })}`;
}

function select(name: string, chosen: string, options: { value: string; text: string }[]): string {
  const all = options.map(({ value, text }) => {
    return `<option value="${escaped(value)}"${value === chosen ? " selected" : ""}>${escaped(text)}</option>`;
  });
  return `<select name="${name}">${all.join("")}</select>`;
}

const short = (title = "") => title.replace(/^Alloy: /, "");
const spoken = (minutes: number) => (minutes < 60 ? `${minutes} min` : `${minutes / 60} h`);

function html(title: string, body: string, refresh?: number): string {
  const again = refresh ? `<meta http-equiv="refresh" content="${refresh}">` : "";
  return `<!doctype html><html lang="en"><head><meta charset="utf-8">${again}
<title>${escaped(title)}</title><style>${style}</style></head>
<body${refresh ? "" : ' class="frame"'}>${body}</body></html>
`;
}

const style = `
body { margin: 0; background: ${theme.canvas}; color: ${theme.text}; font: 14px ${theme.font} }
.frame { height: 100vh; display: flex; flex-direction: column }
header { padding: 10px 16px; display: flex; flex-wrap: wrap; gap: 10px 24px; justify-content: space-between }
nav a { color: ${theme.dim}; margin-right: 14px } nav a[aria-current] { color: ${theme.text} }
input, select, button { font: inherit; color: inherit; background: ${theme.panel}; border: 1px solid ${theme.border}; padding: 4px 8px }
label { margin-right: 12px } iframe { border: 0; flex: 1 } svg { width: 100%; height: auto } .tip:hover { fill: ${theme.border}; opacity: 0.4 } p { padding: 16px }
footer { padding: 10px 16px; color: ${theme.dim} }`;
