import type { Settings } from "../../config/schema.ts";

/** What the checks of a host are told: of the stack's settings, those that the checks depend on. */
export interface ChecksRequest {
  /** Stack that the commands of a fault name. */
  stack: string;
  /** The host; its journal only where it is collected. */
  host: Pick<
    Settings["host"],
    "name" | "connection" | "directory" | "dockerSocket" | "serviceAccount" | "prepare"
  > & { journal?: Settings["host"]["journal"] };
  frontendSubnet: string;
  /** Networks of other services, each with its setting. */
  externalNetworks: { path: string; network: string }[];
  images: Record<ImageRole, string>;
  /** Address at which the stack was deployed, if that is another one. */
  movedFrom?: string;
  /** Nothing of the stack was deployed before. Left out: not known. */
  first?: boolean;
  /** Login with which images are pulled; without one they are pulled anonymously. */
  registry?: { address: string; username: string };
}

export type ImageRole = keyof Settings["images"];

/** The request that a stack's settings make. */
export function checksRequest(
  settings: Pick<Settings, "host" | "pipelines" | "postgres" | "networks" | "images" | "registry">,
  stack: string,
): ChecksRequest {
  const { name, connection, directory, dockerSocket, serviceAccount, prepare, journal } =
    settings.host;
  return {
    stack,
    host: {
      name,
      connection,
      directory,
      dockerSocket,
      serviceAccount,
      ...(prepare && { prepare }),
      ...(settings.pipelines.includes("journal") && { journal }),
    },
    frontendSubnet: settings.networks.frontendSubnet,
    externalNetworks: [
      ...settings.postgres.map(({ network }, index) => ({
        path: `postgres[${index}].network`,
        network,
      })),
      // Made by compose and joined here, they must be there as much as those of other services.
      ...(settings.networks.existing ? ["alloy-frontend", "alloy-backend"] : []).map((network) => ({
        path: "networks.existing",
        network,
      })),
    ],
    images: settings.images,
    ...(settings.registry && { registry: settings.registry }),
  };
}
