/** A rule, told apart from the system that evaluates it. */
export interface Alert {
  /** Name for people, and in the alert's label `alertname`. */
  title: string;
  /** PromQL that answers a value for each thing that is watched, well or not. */
  expr: string;
  /** Which values are bad. */
  bad: { is: "above" | "below"; value: number };
  /** How long a value must be bad, in minutes. */
  forMinutes: number;
  /**
   * What it means that nothing at all is answered. Default: "OK", as a healthy fleet may have nothing to look at
   * and a silent host is another rule's; "Alerting" where it can't be well.
   */
  noData?: "Alerting";
  severity: "critical" | "warning";
  /** One sentence with Grafana's template variables. */
  summary: string;
  /** What to do, with commands. */
  description: string;
  /** The panel that shows the same, by uid of the dashboard and title. */
  panel: { dashboard: string; title: string };
}

/** How often all rules are evaluated, in s: hosts are scraped as often. */
export const EVALUATE_SECONDS = 60;
