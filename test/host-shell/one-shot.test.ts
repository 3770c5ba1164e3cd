import { expect, test } from "vitest";
import { oneShot } from "../../host-shell/one-shot.ts";

const baseline =
  "--read-only --cap-drop ALL --security-opt no-new-privileges --pids-limit 50 --memory 64m --tmpfs /tmp";

test("no network, capability, mount or standard input unless asked for", () => {
  expect(oneShot({ image: "busybox", command: ["true"] })).toBe(
    `docker run --rm --network none ${baseline} busybox true`,
  );
});

test("every option at its place, before the image", () => {
  expect(
    oneShot({
      image: "sha256:alloy",
      command: ["validate", "/etc/alloy/a b/"],
      mounts: ["/opt/alloy/config:/etc/alloy:ro", "/opt/alloy/data:/data"],
      readOnlyMounts: [{ source: "/opt/alloy/secrets", target: "/seen" }],
      user: "3125:3125",
      network: "container:alloy",
      memory: 512,
      addCapabilities: ["CHOWN", "FOWNER"],
      stdin: true,
    }),
  ).toBe(
    `docker run --rm --network container:alloy ${baseline.replace("64m", "512m")} ` +
      "--interactive --cap-add CHOWN --cap-add FOWNER --user 3125:3125 " +
      "-v /opt/alloy/config:/etc/alloy:ro -v /opt/alloy/data:/data " +
      "--mount type=bind,source=/opt/alloy/secrets,target=/seen,readonly " +
      "sha256:alloy validate '/etc/alloy/a b/'",
  );
});

test("a script is one word of the command", () => {
  expect(oneShot({ image: "busybox", command: ["sh", "-euc", "echo it's"] })).toBe(
    `docker run --rm --network none ${baseline} busybox sh -euc 'echo it'\\''s'`,
  );
});
