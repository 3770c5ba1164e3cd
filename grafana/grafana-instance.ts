import * as pulumi from "@pulumi/pulumi";
import * as grafana from "@pulumiverse/grafana";
import { reasonOf } from "../components/provider-error.ts";

export interface GrafanaInstanceArgs {
  /** Provider that acts with the bootstrap token. */
  cloud: grafana.Provider;
  /** Slug of the Grafana Cloud stack. */
  stackSlug: string;
  /** Address of the stack's Grafana, as Grafana Cloud says it. */
  url: string;
  /** Name of the data source with the hosts' metrics, which the rules ask. */
  metricsDataSource: string;
}

const DAY = 86_400;
/** Lifetime of the token in s, and how long before its end an update replaces it: as for the hosts' tokens. */
const TOKEN = { lifetime: 90 * DAY, window: 30 * DAY };

/** The Grafana of a Grafana Cloud stack, with a service account of the program's own. */
export class GrafanaInstance extends pulumi.ComponentResource {
  /** Provider that acts as the service account. */
  readonly provider: grafana.Provider;
  /** uid of the data source with the hosts' metrics. Unknown in a preview before there is a token. */
  readonly metricsUid: pulumi.Output<string>;
  /** End of the life of the service account's token. */
  readonly expiresAt: pulumi.Output<string>;

  constructor(name: string, args: GrafanaInstanceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("grafana-alloy:components:GrafanaInstance", name, {}, opts);
    const token = this.createToken(name, args);
    this.provider = new grafana.Provider(
      `${name}-provider`,
      { url: args.url, auth: pulumi.secret(token.key) },
      { parent: this },
    );
    // Depends on the token: while that is unknown, a preview has nobody to ask as.
    this.metricsUid = token.id.apply(() => this.dataSourceUid(args.metricsDataSource));
    this.expiresAt = token.expiration;
    this.registerOutputs({ metricsUid: this.metricsUid, expiresAt: this.expiresAt });
  }

  private createToken(
    name: string,
    { cloud, stackSlug }: GrafanaInstanceArgs,
  ): grafana.cloud.StackServiceAccountRotatingToken {
    const child = { parent: this, provider: cloud };
    const account = new grafana.cloud.StackServiceAccount(
      `${name}-account`,
      {
        stackSlug,
        name: "grafana-alloy",
        // Editor may not read data sources, nor write rules through the provisioning API.
        role: "Admin",
      },
      child,
    );
    return new grafana.cloud.StackServiceAccountRotatingToken(
      `${name}-token`,
      {
        stackSlug,
        serviceAccountId: account.id,
        namePrefix: "grafana-alloy",
        secondsToLive: TOKEN.lifetime,
        earlyRotationWindowSeconds: TOKEN.window,
        // Nothing but this program uses it.
        deleteOnDestroy: true,
      },
      child,
    );
  }

  private async dataSourceUid(name: string): Promise<string> {
    const { uid } = await grafana.oss
      .getDataSource({ name }, { provider: this.provider })
      .catch((error: Error) => {
        const key = `${pulumi.getProject()}:metricsDataSource`;
        throw new pulumi.RunError(
          `metricsDataSource: Grafana could not be asked for the data source "${name}" (${reasonOf(error)}). ` +
            `Its name is under Connections, Data sources: pulumi config set --stack ${pulumi.getStack()} ${key} NAME`,
        );
      });
    return uid;
  }
}
