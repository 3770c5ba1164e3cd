import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { dockerProviderArgs } from "../../../components/host/host.ts";
import type { SshConnection } from "../../../config/schema.ts";
import { sshOptions } from "../../../host-shell/ssh.ts";
import { plain, runsOnHost } from "../../support/commands.ts";
import { mockProgram, type ProgramRun } from "../../support/mock-program.ts";
import { completed, hostKey, type RawSettings } from "../../support/stack-files.ts";
import { stackRun } from "../../support/stack-runs.ts";

const connection: SshConnection = {
  type: "ssh",
  address: "svlnas",
  user: "root",
  port: 22,
  hostKey: "ssh-ed25519 AAAA",
};

const strict = [
  ...["-o", "BatchMode=yes"],
  ...["-o", "ConnectTimeout=15"],
  ...["-o", "StrictHostKeyChecking=yes"],
  ...["-o", "UserKnownHostsFile=/dev/null"],
  ...["-o", "GlobalKnownHostsFile=/dev/null"],
  ...["-o", "KnownHostsCommand=/bin/echo %H ssh-ed25519 AAAA"],
];

describe("sshOptions", () => {
  test("trust the configured host key alone and never ask", () => {
    expect(sshOptions(connection)).toEqual(strict);
  });

  test("with a key file offer that key alone", () => {
    expect(sshOptions({ ...connection, privateKeyFile: "/keys/alloy" })).toEqual([
      ...strict,
      ...["-o", "IdentitiesOnly=yes", "-i", "/keys/alloy"],
    ]);
  });

  test.each([
    ["~/.ssh/alloy", `${homedir()}/.ssh/alloy`],
    ["/keys/~/alloy", "/keys/~/alloy"],
    ["~other/alloy", "~other/alloy"],
  ])("expand %s to %s", (privateKeyFile, path) => {
    expect(sshOptions({ ...connection, privateKeyFile }).at(-1)).toBe(path);
  });
});

describe("dockerProviderArgs", () => {
  test("of an SSH host: asked nothing until something changes, so it previews without a route", () => {
    expect(dockerProviderArgs({ ...connection, user: "deploy", port: 2222 })).toEqual({
      host: "ssh://deploy@svlnas:2222",
      sshOpts: strict,
      disableDockerDaemonCheck: true,
    });
  });

  test("of this machine: its socket", () => {
    expect(dockerProviderArgs({ type: "local", dockerSocket: "/run/other.sock" })).toEqual({
      host: "unix:///run/other.sock",
    });
  });
});

const commandsOf = (run: ProgramRun) => run.resources.filter(runsOnHost);

describe("commands", () => {
  test("of an SSH host go over SSH, to the one server whose key is known", async () => {
    const commands = commandsOf(await stackRun("svlnas"));
    expect(commands).toHaveLength(12);
    for (const { name, type, inputs } of commands) {
      expect(type, name).toBe("command:remote:Command");
      expect(inputs.connection, name).toEqual({
        secret: {
          host: "svlnas",
          port: 22,
          user: "root",
          hostKey,
          // Defaults of the provider's own.
          dialErrorLimit: 10,
          perDialTimeout: 15,
        },
      });
    }
  });

  test("of this machine run here, with the Docker socket of the stack", async () => {
    const run = await stackRun("local");
    const commands = commandsOf(run);
    expect(commands).toHaveLength(11);
    for (const { name, type, inputs } of commands) {
      expect(type, name).toBe("command:local:Command");
      expect(inputs.environment, name).toEqual({ DOCKER_HOST: "unix:///var/run/docker.sock" });
      expect(inputs.connection, name).toBeUndefined();
    }
    expect(run.named("host-docker").inputs).toEqual({ host: "unix:///var/run/docker.sock" });
  });
});

describe("a private key file", () => {
  const withKey = (privateKeyFile: string): RawSettings => {
    const settings = completed("svlazext");
    const host = settings.host as { connection: object };
    return { ...settings, host: { ...host, connection: { ...host.connection, privateKeyFile } } };
  };

  test("reaches the commands' connections as a secret, the Docker provider by name", async () => {
    const directory = mkdtempSync(join(tmpdir(), "key-"));
    const file = join(directory, "id");
    writeFileSync(file, "-----BEGIN KEY-----\nsecret-key\n");
    const run = await mockProgram("svlazext", withKey(file));
    rmSync(directory, { recursive: true });
    for (const resource of run.resources) {
      const { name, inputs } = resource;
      expect(JSON.stringify(plain(inputs)), name).not.toContain("secret-key");
      if (runsOnHost(resource)) {
        expect(JSON.stringify(inputs.connection), name).toContain("secret-key");
      }
    }
    expect(JSON.parse(run.named("host-docker").inputs.sshOpts)).toContain(file);
  });

  test("that is not there is named, with what to do", async () => {
    await expect(mockProgram("svlazext", withKey("/nowhere/key"))).rejects.toMatchObject({
      message:
        "host.connection.privateKeyFile: cannot read /nowhere/key (ENOENT). " +
        "Name a key file of this machine, or leave the setting out to use the ssh-agent: " +
        "pulumi config rm --stack svlazext --path 'grafana-alloy:host.connection.privateKeyFile'",
    });
  });
});
