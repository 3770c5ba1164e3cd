import { describe, expect, test } from "vitest";
import { dockerProviderArgs } from "../../../components/host/host.ts";
import type { SshConnection } from "../../../config/schema.ts";
import { runsOnHost } from "../../support/commands.ts";
import type { ProgramRun } from "../../support/mock-program.ts";
import { hostKey } from "../../support/stack-files.ts";
import { stackRun } from "../../support/stack-runs.ts";

const connection: SshConnection = {
  type: "ssh",
  address: "svlnas",
  user: "root",
  port: 22,
  hostKey: "ssh-ed25519 AAAA",
};

const strict = [
  ...["-F", "none"],
  ...["-o", "BatchMode=yes"],
  ...["-o", "IdentityFile=none"],
  ...["-o", "ConnectTimeout=15"],
  ...["-o", "ServerAliveInterval=15"],
  ...["-o", "ServerAliveCountMax=4"],
  ...["-o", "StrictHostKeyChecking=yes"],
  ...["-o", "UserKnownHostsFile=/dev/null"],
  ...["-o", "GlobalKnownHostsFile=/dev/null"],
  ...["-o", "KnownHostsCommand=/bin/echo %H ssh-ed25519 AAAA"],
];

describe("dockerProviderArgs", () => {
  test("of an SSH host: asked nothing until something changes, so it previews without a route", () => {
    expect(dockerProviderArgs({ ...connection, user: "deploy", port: 2222 })).toEqual({
      host: "ssh://deploy@svlnas:2222",
      sshOpts: strict,
      disableDockerDaemonCheck: true,
    });
  });

  test("of an IPv6 address, in brackets", () => {
    expect(dockerProviderArgs({ ...connection, address: "2001:db8::7" }).host).toBe(
      "ssh://root@[2001:db8::7]:22",
    );
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
