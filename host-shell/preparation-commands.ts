import type { Settings } from "../config/schema.ts";

export type PreparedHost = Pick<Settings["host"], "directory" | "serviceAccount"> & {
  prepare: NonNullable<Settings["host"]["prepare"]>;
};

/** Command lines, each of which makes one thing on a host. */
export interface PreparationCommands {
  group: string;
  user: string;
  /** Dataset or directory. */
  place: string;
}

/** The commands for a kind of host; `root` stands before what needs root's rights. */
export function preparationCommands(host: PreparedHost, root = ""): PreparationCommands {
  const { prepare, directory } = host;
  return prepare.type === "truenas"
    ? truenasCommands(host, prepare.dataset, root)
    : { ...linuxCommands(host, root), place: `${root}mkdir -p ${directory}` };
}

/** What root would type on the host. */
export function preparationByHand(host: PreparedHost): string {
  const { group, user, place } = preparationCommands(host);
  return [group, user, place].join(" && ");
}

/** What root types so that a user may use Docker. TrueNAS forgets at the next boot what usermod did. */
export function dockerAccess(user: string, prepare?: PreparedHost["prepare"]): string {
  if (prepare?.type !== "truenas") return `usermod -aG docker ${user}`;
  const ask = (kind: string, key: string, value: string, field: string) =>
    `$(midclt call ${kind}.query '[["${key}","=","${value}"]]' '{"get":true,"select":["${field}"]}' | tr -cd 0-9,)`;
  const groups = ask("user", "username", user, "groups");
  // The list that is given replaces the one that is there.
  const list = `${ask("group", "name", "docker", "id")}\${groups:+,$groups}`;
  return `groups=${groups}; midclt call user.update ${ask("user", "username", user, "id")} "{\\"groups\\":[${list}]}"`;
}

function linuxCommands({ serviceAccount, prepare }: PreparedHost, root: string) {
  const { uid, gid } = serviceAccount;
  const nobody = "--no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin";
  return {
    group: `${root}groupadd --system --gid ${gid} ${prepare.account}`,
    user: `${root}useradd --system --uid ${uid} --gid ${gid} ${nobody} ${prepare.account}`,
  };
}

/** Through the middleware, which at the next boot forgets an account that was made past it. */
function truenasCommands(
  { serviceAccount: { uid, gid }, prepare: { account } }: PreparedHost,
  dataset: string,
  root: string,
): PreparationCommands {
  const call = (method: string, ...json: string[]) =>
    [`${root}midclt call ${method}`, ...json.map((each) => `'${each}'`)].join(" ");
  const properties = {
    username: account,
    full_name: "Grafana Alloy",
    uid,
    password_disabled: true,
    smb: false,
    shell: "/usr/sbin/nologin",
  };
  // The middleware's own number of the group, which is not its GID.
  const groupId = `$(${call("group.query", `[["gid","=",${gid}]]`, '{"get":true,"select":["id"]}')} | tr -cd 0-9)`;
  const user = JSON.stringify(properties).replace(/}$/, `,"group":'"${groupId}"'}`);
  return {
    group: call("group.create", JSON.stringify({ name: account, gid, smb: false })),
    user: call("user.create", user),
    place: call(
      "pool.dataset.create",
      JSON.stringify({ name: dataset, type: "FILESYSTEM", create_ancestors: true }),
    ),
  };
}
