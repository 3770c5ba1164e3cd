/** What a call of docker during an installation is for, by a part of its last word or its first words. */
const purposes: [RegExp, string][] = [
  [/^run .* validate \/etc\/alloy\/versions\/\w+\/$/, "validate"],
  [/positions\.yml/, "carry positions"],
  [/^rm -f alloy-trial$/, "remove trial"],
  [/^run --detach --name alloy-trial /, "start trial"],
  [/--network container:alloy-trial .*\/api\/v0\/web\/components/s, "await trial"],
  [/awk /, "unpack"],
  [
    /mv versions\/\w+\.new [\s\S]*\/-\/reload[\s\S]*xargs -r rm -rf/,
    "switch link, reload, await loaded and prune",
  ],
  [/mv versions\/\w+\.new /, "switch link"],
  [/\/api\/v0\/web\/components[\s\S]*xargs -r rm -rf/, "await loaded and prune"],
  [/readlink proven/, "switch link back"],
  [/\/-\/reload/, "reload"],
  [/\[ "\$\(readlink current\)" = /, "remove version"],
  [/rm -rf \S+\/versions\/\w+\.new$/, "remove what was unpacked"],
  [/^stop -t 30 alloy$/, "stop agent"],
  [/^start alloy$/, "start agent"],
  [/^ps /, "agent's state"],
  [/^inspect /, "agent's image"],
  [/^image inspect /, "image"],
  [/^restart alloy$/, "restart agent"],
  [/^logs /, "agent's log"],
];

/** Calls of docker by purpose; one that none of these describes is shown as it is. */
export function steps(calls: string[][]): string[] {
  return calls.map((call) => {
    const line = call.join(" ");
    return purposes.find(([pattern]) => pattern.test(line))?.[1] ?? line;
  });
}
