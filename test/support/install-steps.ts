/** What a call of docker during an installation is for, by a part of its last word or its first words. */
const purposes: [RegExp, string][] = [
  [/^run .* validate \/etc\/alloy\/versions\/\w+\/$/, "validate"],
  [/awk /, "unpack"],
  [
    /ln -sfn versions\/\w+ current\n.*\/-\/reload[\s\S]*\/api\/v0\/web\/components[\s\S]*xargs -r rm -rf/,
    "switch link, reload, await loaded and prune",
  ],
  [/ln -sfn versions\/\w+ current\n.*xargs -r rm -rf/, "switch link and prune"],
  [/readlink current \|\| true\nln -sfn versions\/\w+ current$/, "switch link"],
  [/ln -sfn "\$\(cat\)"/, "switch link back"],
  [/\/-\/reload/, "reload"],
  [/\/api\/v0\/web\/components/, "await loaded"],
  [/\[ "\$\(readlink current\)" = /, "remove version"],
  [/xargs -r rm -rf/, "prune versions"],
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
