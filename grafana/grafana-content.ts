import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import * as pulumi from "@pulumi/pulumi";
import * as grafana from "@pulumiverse/grafana";
import { type Alert, EVALUATE_SECONDS } from "./alerts/alert.ts";
import { grafanaRules } from "./alerts/grafana-rules.ts";

export interface GrafanaContentArgs {
  /** Provider that may write to the Grafana. */
  provider: grafana.Provider;
  /** uid of the data source with the hosts' metrics, which the rules ask; dashboards let people choose. */
  metricsUid: pulumi.Input<string>;
  /** Dashboards by the last part of their resource's name. */
  dashboards: Record<string, Dashboard>;
  /** Rules by the last part of their uid. */
  alerts: Record<string, Alert>;
  /** E-mail addresses that alerts go to. None: the stack's notification policy says who is told. */
  notifyEmails: string[];
}

/** One folder with all dashboards and all alert rules. */
export class GrafanaContent extends pulumi.ComponentResource {
  /** Addresses of the dashboards by name. */
  readonly urls: pulumi.Output<Record<string, string>>;

  constructor(name: string, args: GrafanaContentArgs, opts?: pulumi.ComponentResourceOptions) {
    super("grafana-alloy:components:GrafanaContent", name, {}, opts);
    const child = { parent: this, provider: args.provider };
    const folder = new grafana.oss.Folder(
      `${name}-folder`,
      { uid: "grafana-alloy", title: "Alloy" },
      child,
    );
    const dashboards = this.createDashboards(name, args, folder);
    const contactPoint = this.createContactPoint(name, args);
    new grafana.alerting.RuleGroup(
      `${name}-alerts`,
      {
        name: "alloy",
        folderUid: folder.uid,
        intervalSeconds: EVALUATE_SECONDS,
        rules: grafanaRules(args.alerts, {
          metricsUid: args.metricsUid,
          dashboards: Object.values(args.dashboards),
          contactPoint: contactPoint && { contactPoint: contactPoint.name },
        }),
      },
      // The rules link to the dashboards' panels.
      { ...child, dependsOn: Object.values(dashboards) },
    );
    const urls = Object.entries(dashboards).map(([key, { url }]) => [key, url] as const);
    this.urls = pulumi.output(Object.fromEntries(urls));
    this.registerOutputs({ urls: this.urls });
  }

  private createDashboards(
    name: string,
    { provider, dashboards }: GrafanaContentArgs,
    folder: grafana.oss.Folder,
  ): Record<string, grafana.oss.Dashboard> {
    const made = Object.entries(dashboards).map(([key, dashboard]) => {
      const resource = new grafana.oss.Dashboard(
        `${name}-dashboard-${key}`,
        {
          folder: folder.uid,
          configJson: JSON.stringify(dashboard),
          // What was changed in the browser is written over: the files are where it is changed.
          overwrite: true,
        },
        { parent: this, provider },
      );
      return [key, resource] as const;
    });
    return Object.fromEntries(made);
  }

  private createContactPoint(
    name: string,
    { provider, notifyEmails }: GrafanaContentArgs,
  ): grafana.alerting.ContactPoint | undefined {
    if (notifyEmails.length === 0) return undefined;
    return new grafana.alerting.ContactPoint(
      `${name}-contact-point`,
      { name: "Alloy", emails: [{ addresses: notifyEmails }] },
      { parent: this, provider },
    );
  }
}
