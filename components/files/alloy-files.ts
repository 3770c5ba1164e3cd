import * as pulumi from "@pulumi/pulumi";
import { type AlloyBundle, packFiles } from "../../pipelines/alloy-bundle.ts";
import type { Host } from "../host/host.ts";
import * as scripts from "./install-scripts.ts";
import { filesCommand, filesType, type InstallSite } from "./install-site.ts";
import { installVersion } from "./install-version.ts";

export interface AlloyFilesArgs {
  host: Host;
  /** Where the files go and which images work on them. */
  site: pulumi.Input<InstallSite>;
  /** The configuration to install. */
  bundle: pulumi.Input<AlloyBundle>;
  /** Secret contents by file name, read by Alloy alone. */
  secrets: Record<string, pulumi.Input<string>>;
  /** What has to be there before a secret is written. */
  secretsAfter: pulumi.Resource[];
}

/** The service's directories, configuration and secrets on the host. */
export class AlloyFiles extends pulumi.ComponentResource {
  /** Version of the installed configuration. */
  readonly version: pulumi.Output<string>;
  /** Directories exist. */
  readonly directories: pulumi.Resource;
  /** Owners and modes are as declared, at each update. */
  readonly restored: pulumi.Output<string>;
  /** Secrets and configuration are in place and valid. */
  readonly installed: pulumi.Resource;

  constructor(name: string, args: AlloyFilesArgs, opts?: pulumi.ComponentResourceOptions) {
    super(filesType, name, {}, opts);
    const declared = pulumi.output(args.site);
    this.directories = args.host.command(
      `${name}-directories`,
      {
        script: declared.apply(scripts.prepareHost),
        delete: declared.apply(scripts.removeDirectories),
      },
      { parent: this },
    );
    const toRestore = pulumi
      .all([declared, this.directories.urn])
      .apply(([at]) => scripts.restoreOwnership(at));
    this.restored = args.host.ask("owners and modes", toRestore);
    const site = pulumi.all([declared, this.restored]).apply(([at]) => at);
    const secrets = Object.entries(args.secrets).map(([secret, content]) =>
      args.host.command(
        filesCommand.secret(name, secret),
        {
          script: pulumi
            .all([site, content])
            .apply(([at, text]) =>
              scripts.writeSecret(at, { name: secret, bytes: Buffer.byteLength(text) }),
            ),
          data: pulumi.secret(content),
          delete: site.apply((at) => scripts.removeSecret(at, secret)),
        },
        // A replacement's own deletion would take the file that was just written.
        {
          parent: this,
          dependsOn: [this.directories, ...args.secretsAfter],
          deleteBeforeReplace: true,
        },
      ),
    );
    const bundle = pulumi.output(args.bundle);
    this.version = bundle.version;
    const packed = bundle.apply(({ files }) => packFiles(files));
    this.installed = args.host.command(
      filesCommand.config(name),
      {
        script: pulumi
          .all([site, this.version, packed])
          .apply(([at, version, text]) =>
            installVersion(at, { version, bytes: Buffer.byteLength(text) }),
          ),
        data: packed,
      },
      {
        parent: this,
        dependsOn: [this.directories, ...secrets],
        // One that failed is done again, with a reverted change too: after a lost connection nobody knows
        // what the host has.
        replaceOnChanges: ["stdin"],
        deleteBeforeReplace: true,
      },
    );
    this.registerOutputs({ version: this.version });
  }
}
