/** A word quoted for a POSIX shell. */
export function shellQuote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A command line from its words. */
export function shellLine(words: string[]): string {
  return words.map(shellQuote).join(" ");
}

/**
 * A script as one command line for whatever log-in shell the host's user has: TrueNAS gives root zsh,
 * which splits words differently. Standard input stays free for data.
 */
export function posixScript(script: string): string {
  return `sh -euc ${shellQuote(script.trim())}`;
}
