import type { GrafanaCloud } from "../doubles/grafana-cloud.ts";
import { addIssuedTokens, worldSecrets } from "./secrets.ts";

/** Tokens that the simulated Grafana Cloud has alive now, by what they may do. */
export interface LiveTokens {
  metrics: Rights;
  logs: Rights;
}

interface Rights {
  write: string[];
  read: string[];
}

export const NO_TOKENS: LiveTokens = {
  metrics: { write: [], read: [] },
  logs: { write: [], read: [] },
};

/** What the sinks are to take. The cloud itself keeps no token once it was shown, so the lab does. */
export async function liveTokens(cloud: GrafanaCloud, issued: string[]): Promise<LiveTokens> {
  if (issued.length > 0) await addIssuedTokens(issued);
  const { issuedTokens } = await worldSecrets();
  const rights = (signal: string): Rights => ({
    write: issuedTokens.filter((token) => cloud.takes(token, `${signal}:write`)),
    read: issuedTokens.filter((token) => cloud.takes(token, `${signal}:read`)),
  });
  return { metrics: rights("metrics"), logs: rights("logs") };
}
