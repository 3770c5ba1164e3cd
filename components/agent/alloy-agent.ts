import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { SinksAnswer } from "../../checks/sinks/ask.ts";
import type { Settings } from "../../config/schema.ts";
import { sinkChecks } from "../destinations/sink-checks.ts";
import { bundleOf, type Images, installSite, secretFiles } from "../files/agent-files.ts";
import { AlloyFiles } from "../files/alloy-files.ts";
import { awaitContainer } from "../files/await-loaded.ts";
import type { InstallSite } from "../files/install-site.ts";
import { proveTokens } from "../files/token-proof.ts";
import type { Host } from "../host/host.ts";
import { hostImage } from "../host/images.ts";
import { AgentNetworks } from "./agent-networks.ts";
import { alloyContainer } from "./alloy-container.ts";
import { AlloyInit } from "./alloy-init.ts";
import type { AlloyAgentArgs } from "./arguments.ts";
import { externalNetworks } from "./external-networks.ts";
import { replaceOnChanges } from "./hardening.ts";
import { keepRunning } from "./keep-running.ts";
import { limitPids } from "./pid-limit.ts";
import { SocketProxy } from "./socket-proxy.ts";

/** Pipelines that read lines. */
const logPipelines: Settings["pipelines"] = ["containers", "journal"];
/** Pipelines that bring samples every minute; `github` does every 10. */
const samplePipelines: Settings["pipelines"] = [
  "host",
  "container-metrics",
  "traefik",
  "postgres",
  "self",
];

/** The whole service on one host: networks, files, socket proxy, init container and Alloy. */
export class AlloyAgent extends pulumi.ComponentResource {
  readonly container: docker.Container;
  /** Version of the configuration that runs. */
  readonly configVersion: pulumi.Output<string>;

  constructor(name: string, args: AlloyAgentArgs, opts?: pulumi.ComponentResourceOptions) {
    const { host, settings } = args;
    super("grafana-alloy:components:AlloyAgent", name, {}, withHooks(host, opts));
    const images = this.createImages(name, args);
    const networks = new AgentNetworks(
      `${name}-networks`,
      { host, ...settings.networks, standing: args.standing },
      { parent: this },
    );
    const site = installSite(settings, images);
    const tokens = sinkChecks(`${name}-sinks`, args.sinks, { parent: this });
    const bundle = bundleOf(args);
    const files = new AlloyFiles(
      `${name}-files`,
      { host, site, bundle, secrets: secretFiles(args), secretsAfter: tokens.passed },
      { parent: this },
    );
    const proxy = this.createSocketProxy(name, args, images, networks, { site, files });
    const init = new AlloyInit(
      `${name}-init`,
      {
        host,
        image: pulumi.all([images.init, files.restored]).apply(([image]) => image),
        dataDirectory: `${settings.host.directory}/data`,
        ...settings.host.serviceAccount,
      },
      { parent: this, dependsOn: [files.directories] },
    );
    this.container = this.createContainer(name, args, images, networks, [
      proxy.ready,
      files.installed,
      init.done,
    ]);
    limitPids(`${name}-pid-limit`, { host, container: this.container, limit: 200 }, this);
    const running = this.keepRunning(host, site);
    const loaded = this.awaitLoaded(
      name,
      host,
      pulumi.all([site, running]).apply(([at]) => at),
    );
    this.proveTokens(name, args, site, tokens.answer, [loaded, files.installed]);
    this.configVersion = pulumi.all([files.version, loaded.urn]).apply(([version]) => version);
    this.registerOutputs({ configVersion: this.configVersion });
  }

  private createImages(name: string, { host, settings }: AlloyAgentArgs): Images {
    const pull = (role: keyof Settings["images"], suffix: string) =>
      hostImage(`${name}-image-${suffix}`, { host, image: settings.images[role] }, this);
    return {
      alloy: pull("alloy", "alloy"),
      init: pull("init", "init"),
      socketProxy: pull("socketProxy", "socket-proxy"),
    };
  }

  private createSocketProxy(
    name: string,
    { host, settings }: AlloyAgentArgs,
    images: Images,
    networks: AgentNetworks,
    { site, files }: { site: pulumi.Output<InstallSite>; files: AlloyFiles },
  ): SocketProxy {
    return new SocketProxy(
      `${name}-socket-proxy`,
      {
        host,
        image: images.socketProxy,
        memory: settings.limits.socketProxyMemory,
        restart: settings.restart,
        dockerSocket: settings.host.dockerSocket,
        network: networks.backend.name,
        site: pulumi.all([site, files.restored]).apply(([at]) => at),
        directories: files.directories,
      },
      { parent: this },
    );
  }

  private createContainer(
    name: string,
    { host, settings }: AlloyAgentArgs,
    images: Images,
    networks: AgentNetworks,
    dependsOn: pulumi.Input<pulumi.Resource>[],
  ): docker.Container {
    const container = alloyContainer({
      image: images.alloy,
      networks: [networks.frontend.name, networks.backend.name, ...externalNetworks(settings)],
      host: settings.host,
      journal: settings.pipelines.includes("journal") ? settings.host.journal.path : undefined,
      memory: settings.limits.alloyMemory,
      restart: settings.restart,
      ingress: settings.ingress,
    });
    return new docker.Container(`${name}-container`, container, {
      parent: this,
      provider: host.provider,
      dependsOn,
      replaceOnChanges,
      deleteBeforeReplace: true,
    });
  }

  /** Starts what has ended of the service, and warns of each thing that had to be done. */
  private keepRunning(host: Host, site: pulumi.Output<InstallSite>): pulumi.Output<unknown> {
    const script = pulumi
      .all([site, this.container.id])
      .apply(([at]) => keepRunning(at, pulumi.getStack()));
    return host.ask("keep running", script).apply((said) => {
      for (const line of said.split("\n").filter(Boolean)) pulumi.log.warn(line, this);
    });
  }

  /**
   * Fails the update unless a new container has loaded what its configuration declares. A configuration that
   * is new to an old one was waited for when it was installed.
   */
  private awaitLoaded(name: string, host: Host, site: pulumi.Output<InstallSite>): pulumi.Resource {
    const stack = pulumi.getStack();
    const script = pulumi
      .all([site, this.container.id])
      .apply(([at, id]) => `# container ${id}\n${awaitContainer(at, stack)}`);
    return host.command(`${name}-loaded`, { script }, { parent: this });
  }

  /** Fails the update, and puts the last tokens back, unless samples and lines are accepted with the new ones. */
  private proveTokens(
    name: string,
    { host, settings, sinks: { metrics, logs } }: AlloyAgentArgs,
    site: pulumi.Output<InstallSite>,
    answer: pulumi.Output<SinksAnswer>,
    dependsOn: pulumi.Resource[],
  ): pulumi.Resource {
    const sends = (some: Settings["pipelines"]) =>
      settings.pipelines.some((name) => some.includes(name));
    const [sendsMetrics, sendsLogs] = [sends(samplePipelines), sends(logPipelines)];
    const stack = pulumi.getStack();
    const script = pulumi
      .all([site, metrics.url, logs.url, answer])
      .apply(([at, metricsUrl, logsUrl, asked]) =>
        proveTokens({ site: at, metricsUrl, logsUrl, sendsMetrics, sendsLogs, asked, stack }),
      );
    const data = pulumi.secret(pulumi.interpolate`${metrics.password}\n${logs.password}\n`);
    return host.command(`${name}-accepted`, { script, data }, { parent: this, dependsOn });
  }
}

/** Options of a component that give all resources in it the host's hooks. */
function withHooks(
  { unreached, makeWay }: Host,
  opts?: pulumi.ComponentResourceOptions,
): pulumi.ComponentResourceOptions {
  const transform: pulumi.ResourceTransformation = ({ resource, type, props, opts: own }) => {
    if (!(resource instanceof pulumi.CustomResource)) return undefined;
    const way = makeWay[type];
    const hooks = { onError: [unreached], ...(way && { beforeCreate: [way] }) };
    return { props, opts: pulumi.mergeOptions(own, { hooks }) };
  };
  return pulumi.mergeOptions(opts, { transformations: [transform] });
}
