import type { ProviderDouble } from "../engine/provider.ts";
import { serve } from "../engine/serve.ts";
import { configureDocker, type DockerClient } from "./client.ts";
import { container } from "./container.ts";
import { remoteImage } from "./image.ts";
import { network } from "./network.ts";

/** The part of the provider's configuration that is done. */
const CONFIG = ["disableDockerDaemonCheck", "host", "registryAuth", "sshOpts"];

/**
 * Double of the `docker` provider (@pulumi/docker 5.2). Nothing is simulated behind it: it drives
 * the Docker engine of the configured host, over its socket or the real `ssh` command.
 */
export const dockerDouble: ProviderDouble<DockerClient> = {
  name: "docker",
  version: "5.2.0",
  config: CONFIG,
  configure: configureDocker,
  resources: {
    "docker:index/container:Container": container,
    "docker:index/network:Network": network,
    "docker:index/remoteImage:RemoteImage": remoteImage,
  },
  functions: {},
};

if (import.meta.main) await serve(dockerDouble);
