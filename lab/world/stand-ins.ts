import type { WorldImages } from "../images/published.ts";
import { onNode, PROGRAM, type StandInPrograms } from "../stand-ins/bundle.ts";
import type { ContainerSpec } from "./containers.ts";
import type { WorldSecrets } from "./secrets.ts";
import { LAB_NETWORK, PUBLISH_AT } from "./sinks.ts";

export const TRAEFIK = "lab-traefik-stand-in";
const GITHUB = "lab-github-stand-in";
/** Repositories that the GitHub stand-in knows: those of the stack files. */
const REPOSITORIES = ["DevSecNinja/truenas-apps", "DevSecNinja/dotfiles"];
const TOKEN_FILE = "run/secrets/github-token";

/** What can't be real without an account or a domain, and a container that writes a line a second. */
export function standInContainers(
  images: WorldImages,
  secrets: WorldSecrets,
  programs: StandInPrograms,
): ContainerSpec[] {
  const traefik: ContainerSpec = {
    name: TRAEFIK,
    ...onNode(images),
    cmd: [`/${PROGRAM}`],
    files: [programs.traefik],
    networks: { [LAB_NETWORK.name]: {} },
    memory: 128,
  };
  const github: ContainerSpec = {
    name: GITHUB,
    ...onNode(images),
    cmd: [`/${PROGRAM}`, `/${TOKEN_FILE}`, ...REPOSITORIES],
    networks: { [LAB_NETWORK.name]: {} },
    publish: { port: 8080, at: PUBLISH_AT, hostPort: secrets.githubPort },
    memory: 128,
    files: [
      programs.github,
      { path: TOKEN_FILE, uid: 65534, mode: 0o400, content: githubTokens(secrets) },
    ],
  };
  return [traefik, github, logger(images.busybox)];
}

/** The GitHub stand-in's addresses: `url` for the agent, `callsUrl` for this machine. */
export function github({ githubPort, githubToken }: WorldSecrets) {
  return {
    url: `http://${LAB_NETWORK.host}:${githubPort}`,
    token: githubToken,
    nextToken: nextToken(githubToken),
    callsUrl: `http://127.0.0.1:${githubPort}/__calls`,
  };
}

/** The token that an operator makes before the first one ends: the stand-in knows both. */
const nextToken = (token: string) => `${token}_next`;

const githubTokens = ({ githubToken }: WorldSecrets) =>
  `${githubToken}\n${nextToken(githubToken)}\n`;

/** Prints a line a second. */
export const LOGGING = {
  entrypoint: ["sh", "-c"],
  cmd: [`i=0; while sleep 1; do i=$((i + 1)); echo "line $i of the logger"; done`],
};

function logger(image: string): ContainerSpec {
  return {
    name: "lab-logger",
    image,
    ...LOGGING,
    labels: { "com.docker.compose.project": "lab", "com.docker.compose.service": "logger" },
    networks: { [LAB_NETWORK.name]: {} },
    memory: 16,
  };
}
