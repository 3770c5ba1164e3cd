/** Why a provider's look-up failed: a bridged plugin says first how many errors there are, then lists them. */
export function reasonOf({ message }: Error): string {
  const lines = message.split("\n").map((line) => line.trim());
  const reason = lines.find((line) => line.startsWith("* "))?.slice(2) ?? lines.find(Boolean);
  return (reason ?? "no reason given").replace(/\.$/, "");
}
