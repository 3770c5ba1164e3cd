import { serveCloudLogs } from "./server.ts";

/** A stand-in of Grafana Cloud Logs in the lab: node main.mjs URL_OF_VICTORIA_LOGS */
await serveCloudLogs(process.argv[2] ?? "", { host: "0.0.0.0", port: 3100 });
process.once("SIGTERM", () => process.exit(0));
