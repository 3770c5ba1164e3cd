import { describe, expect, it } from "vitest";
import { createOptions } from "../../lab/doubles/docker/container-options.ts";
import { refreshedInputs } from "../../lab/doubles/docker/container-refresh.ts";
import { demultiplex } from "../../lab/doubles/docker/container-run.ts";
import { withTag } from "../../lab/doubles/docker/image.ts";
import { networkOptions } from "../../lab/doubles/docker/network.ts";
import { sshCommand } from "../../lab/doubles/docker/ssh.ts";
import { goDuration, nanoseconds } from "../../lab/doubles/engine/shapes.ts";

const MB = 1024 * 1024;

describe("create options", () => {
  it("say what a hardened container asks for", () => {
    const options = createOptions({
      name: "alloy",
      image: "img",
      command: ["run", "/etc/alloy"],
      user: "3125:3125",
      memory: 512,
      memorySwap: 512,
      readOnly: true,
      restart: "on-failure",
      maxRetryCount: 3,
      capabilities: { drops: ["ALL"], adds: ["CAP_CHOWN"] },
      securityOpts: ["no-new-privileges:true"],
      groupAdds: ["102"],
      tmpfs: { "/tmp": "size=16m" },
      labels: [{ label: "a", value: "b" }],
      mounts: [
        {
          type: "bind",
          source: "/",
          target: "/host/rootfs",
          readOnly: true,
          bindOptions: { propagation: "rslave" },
        },
      ],
      volumes: [{ hostPath: "/data", containerPath: "/var/lib", readOnly: true }],
      ports: [{ internal: 80, external: 8080 }],
    });
    expect(options).toMatchObject({
      name: "alloy",
      Image: "img",
      Cmd: ["run", "/etc/alloy"],
      User: "3125:3125",
      Labels: { a: "b" },
      ExposedPorts: { "80/tcp": {} },
    });
    expect(options.HostConfig).toMatchObject({
      Memory: 512 * MB,
      MemorySwap: 512 * MB,
      ReadonlyRootfs: true,
      RestartPolicy: { Name: "on-failure", MaximumRetryCount: 3 },
      CapAdd: ["CAP_CHOWN"],
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges:true"],
      GroupAdd: ["102"],
      Tmpfs: { "/tmp": "size=16m" },
      Binds: ["/data:/var/lib:ro"],
      Mounts: [
        {
          Type: "bind",
          Source: "/",
          Target: "/host/rootfs",
          ReadOnly: true,
          BindOptions: { Propagation: "rslave" },
        },
      ],
      PortBindings: { "80/tcp": [{ HostIp: "0.0.0.0", HostPort: "8080" }] },
      NetworkMode: "bridge",
      Init: false,
    });
  });

  it("leave out what is not given, and keep -1 for unlimited swap", () => {
    const { HostConfig, ...options } = createOptions({ name: "c", image: "i", memorySwap: -1 });
    expect(options).not.toHaveProperty("User");
    expect(HostConfig).not.toHaveProperty("Memory");
    expect(HostConfig?.MemorySwap).toBe(-1);
  });

  it("refuse an empty argument", () => {
    expect(() => createOptions({ name: "c", image: "i", command: ["a", ""] })).toThrow("empty");
  });

  it("give a health check in nanoseconds", () => {
    const healthcheck = { tests: ["CMD", "true"], interval: "1m30s", timeout: "5s", retries: 3 };
    expect(createOptions({ name: "c", image: "i", healthcheck }).Healthcheck).toMatchObject({
      Test: ["CMD", "true"],
      Interval: 90e9,
      Timeout: 5e9,
      Retries: 3,
    });
  });
});

it("network options", () => {
  const ipamConfigs = [{ subnet: "172.30.100.8/29", gateway: "172.30.100.9" }];
  expect(networkOptions({ name: "n", internal: true, ipamConfigs })).toMatchObject({
    Name: "n",
    Internal: true,
    IPAM: { Config: [{ Subnet: "172.30.100.8/29", Gateway: "172.30.100.9" }] },
  });
});

it.each([
  ["0s", 0],
  ["250ms", 250e6],
  ["30s", 30e9],
  ["1m30s", 90e9],
  ["2h0m0s", 7200e9],
])("Go's duration %s", (text, amount) => {
  expect(nanoseconds(text)).toBe(amount);
  expect(goDuration(amount)).toBe(text);
});

it("the ssh command line is Docker's own", () => {
  const target = { host: "nas", user: "alloy", port: "2222", options: ["-o", "BatchMode=yes"] };
  expect(sshCommand(target).join(" ")).toBe(
    "-o BatchMode=yes -l alloy -p 2222 -- nas docker system dial-stdio",
  );
});

it.each([
  ["img", "img:latest"],
  ["host:5000/img", "host:5000/img:latest"],
  ["img:1", "img:1"],
  ["img@sha256:ab", "img@sha256:ab"],
])("%s is pulled as %s", (name, pulled) => {
  expect(withTag(name)).toBe(pulled);
});

it("container logs lose their frames", () => {
  const frame = (stream: number, text: string) => {
    const head = Buffer.alloc(8);
    head[0] = stream;
    head.writeUInt32BE(text.length, 4);
    return Buffer.concat([head, Buffer.from(text)]);
  };
  expect(demultiplex(Buffer.concat([frame(1, "out\n"), frame(2, "err\n")]))).toBe("out\nerr\n");
});

describe("refresh", () => {
  const inputs = { name: "c", memory: 64 };
  const state = { ...inputs, user: "", cpuShares: 0, exitCode: 0 };

  it("leaves the inputs alone when nothing drifted", () => {
    expect(refreshedInputs(inputs, state, { ...state, exitCode: 1 })).toEqual(inputs);
  });

  it("takes over what drifted, also what was never asked for", () => {
    const live = { ...state, memory: 128, cpuShares: 512 };
    expect(refreshedInputs(inputs, state, live)).toEqual({
      ...inputs,
      memory: 128,
      cpuShares: 512,
    });
  });
});
