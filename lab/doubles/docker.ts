import { configureDocker, DOCKER_CONFIG, type DockerClient } from "./docker-client.ts";
import { container } from "./docker-container.ts";
import { remoteImage } from "./docker-image.ts";
import { network } from "./docker-network.ts";
import type { ProviderDouble } from "./provider.ts";
import { serve } from "./serve.ts";

/**
 * Double of the `docker` provider (@pulumi/docker 5.2). Nothing is simulated behind it: it drives
 * the Docker engine of the configured host, over its socket, TCP or the real `ssh` command.
 */
export const dockerDouble: ProviderDouble<DockerClient> = {
  name: "docker",
  version: "5.2.0",
  config: DOCKER_CONFIG,
  configure: configureDocker,
  resources: {
    "docker:index/container:Container": container,
    "docker:index/network:Network": network,
    "docker:index/remoteImage:RemoteImage": remoteImage,
  },
  functions: {},
};

if (import.meta.main) await serve(dockerDouble);
