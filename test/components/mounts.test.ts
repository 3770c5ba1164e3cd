import { expect, test } from "vitest";
import {
  alloyCommand,
  alloyMounts,
  journalVolumes,
} from "../../components/agent/alloy-container.ts";

test("alloyMounts: read-only but for the state, rslave for the root alone", () => {
  const bind = (source: string, target: string) => ({ type: "bind", source, target });
  expect(alloyMounts("/srv/alloy")).toEqual([
    { ...bind("/srv/alloy/config", "/etc/alloy"), readOnly: true },
    { ...bind("/srv/alloy/secrets", "/etc/alloy-secrets"), readOnly: true },
    bind("/srv/alloy/data", "/var/lib/alloy"),
    { ...bind("/", "/host/rootfs"), readOnly: true, bindOptions: { propagation: "rslave" } },
    { ...bind("/proc", "/host/proc"), readOnly: true },
    { ...bind("/sys", "/host/sys"), readOnly: true },
    { ...bind("/etc/machine-id", "/etc/machine-id"), readOnly: true },
  ]);
});

test("journalVolumes: both directories, which a host may lack", () => {
  expect(journalVolumes()).toEqual([
    { hostPath: "/var/log/journal", containerPath: "/var/log/journal", readOnly: true },
    { hostPath: "/run/log/journal", containerPath: "/run/log/journal", readOnly: true },
  ]);
});

test("alloyCommand loads the link with a slash at its end; without it nothing is loaded", () => {
  expect(alloyCommand).toEqual([
    "run",
    "--server.http.listen-addr=0.0.0.0:12345",
    "--storage.path=/var/lib/alloy/data",
    "--disable-reporting",
    "--server.http.disable-support-bundle",
    "/etc/alloy/current/",
  ]);
});
