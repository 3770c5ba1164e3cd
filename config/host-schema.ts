import { z } from "zod";
import { accountName, dockerName, hostName, hostPath, sshPublicKey, zfsDataset } from "./values.ts";

const ssh = z.strictObject({
  type: z.literal("ssh").meta({ examples: ["ssh"] }),
  address: hostName.meta({
    description: "Name or IP address of the host's SSH server.",
    examples: ["<stack>"],
  }),
  user: z
    .string()
    .min(1)
    .default("root")
    .describe("SSH user, whose key the ssh-agent holds; it must be allowed to use Docker."),
  port: z.int().min(1).max(65535).default(22).describe("TCP port of the SSH server."),
  hostKey: sshPublicKey.meta({
    description: "Public key of the SSH server, Ed25519 or ECDSA; any other is refused.",
    examples: ["$(ssh-keyscan -t ed25519 HOST | cut -d' ' -f2-)"],
  }),
});

const local = z.strictObject({
  type: z.literal("local").meta({ examples: ["local"] }),
  dockerSocket: hostPath
    .default("/var/run/docker.sock")
    .describe("Docker socket through which the engine of this machine is driven."),
});

const journal = z.strictObject({
  gid: z
    .int()
    .min(0)
    .meta({
      description: "GID of the host's `systemd-journal` group: `getent group systemd-journal`.",
      examples: ["102"],
    }),
  path: z
    .enum(["/var/log/journal", "/run/log/journal"])
    .default("/var/log/journal")
    .describe(
      "Journal directory that is read; `/run/log/journal` on a host without a persistent one.",
    ),
});

const account = accountName.meta({
  description: "Name of the account that Alloy runs as; made with `host.serviceAccount`'s ids.",
  examples: ["svc-app-alloy"],
});

const prepare = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("truenas").meta({ examples: ["truenas"] }),
    dataset: zfsDataset.meta({
      description: "Dataset that is mounted at `host.directory`; made where it is missing.",
      examples: ["vm-pool/apps/services/alloy"],
    }),
    account,
  }),
  z.strictObject({ type: z.literal("linux").meta({ examples: ["linux"] }), account }),
]);

/** The host: how it is reached, and where on it things go. */
export const host = z.strictObject({
  name: dockerName.meta({
    description: "Value of the labels `host` and `instance` on everything that this host sends.",
    examples: ["<stack>"],
  }),
  connection: z.discriminatedUnion("type", [ssh, local]).meta({
    description: "How the host is reached.",
    examples: ["ssh"],
  }),
  directory: hostPath.meta({
    description: "Directory on the host for configuration, secrets and state.",
    examples: ["/opt/apps/services/alloy"],
  }),
  dockerSocket: hostPath
    .default("/var/run/docker.sock")
    .describe("Docker socket on the host that the socket proxy mounts."),
  serviceAccount: z
    .strictObject({
      uid: z.int().min(1).default(3125).describe("UID that Alloy runs as and that owns its state."),
      gid: z.int().min(1).default(3125).describe("GID that Alloy runs as."),
    })
    .prefault({}),
  prepare: prepare.optional().meta({
    description:
      "What is created on the host before the first deployment, with root's rights: account and dataset (TrueNAS), or account and directory (Linux). Never removed. Default: nothing.",
    examples: ["linux"],
  }),
  journal,
});
