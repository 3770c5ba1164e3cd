import { createServer } from "node:http";
import { traefikMetrics } from "./traefik-metrics.ts";

/** A stand-in for Traefik's internal metrics entrypoint; it routes nothing. */
const server = createServer((request, response) => {
  if (request.url !== "/metrics") {
    response.writeHead(404).end("404 page not found\n");
    return;
  }
  response.setHeader("content-type", "text/plain; version=0.0.4; charset=utf-8");
  response.end(traefikMetrics(process.uptime()));
});

server.listen(8082);
process.once("SIGTERM", () => process.exit(0));
