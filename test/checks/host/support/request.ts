import type { ChecksRequest } from "../../../../checks/host/request.ts";
import { hostKey } from "../../../support/stack-files.ts";

/** A request as svlnas makes it, with images that are on the host. */
export function requestOf(change: Partial<ChecksRequest> = {}): ChecksRequest {
  return {
    stack: "svlnas",
    host: {
      name: "svlnas",
      connection: { type: "ssh", address: "svlnas", user: "deploy", port: 22, hostKey },
      directory: "/mnt/vm-pool/apps/services/alloy",
      dockerSocket: "/var/run/docker.sock",
      serviceAccount: { uid: 3125, gid: 3125 },
      prepare: {
        type: "truenas",
        dataset: "vm-pool/apps/services/alloy",
        account: "svc-app-alloy",
      },
      journal: { gid: 102, path: "/var/log/journal" },
    },
    frontendSubnet: "172.30.100.8/29",
    externalNetworks: [{ path: "postgres[0].network", network: "immich-backend" }],
    images: {
      alloy: "alloy-image",
      init: "init-image",
      socketProxy: "proxy-image",
    },
    ...change,
  };
}
