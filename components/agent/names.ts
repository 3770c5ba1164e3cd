/** The service's own networks. */
export const networkNames = { frontend: "alloy-frontend", backend: "alloy-backend" } as const;

/** The service's containers. */
export const containerNames: readonly string[] = ["alloy", "alloy-docker-proxy", "alloy-init"];
