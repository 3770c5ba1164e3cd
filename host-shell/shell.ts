/** A word quoted for a POSIX shell. */
export function shellQuote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A command line from its words. */
export function shellLine(words: string[]): string {
  return words.map(shellQuote).join(" ");
}

/** Line between the script and its data on the standard input of `scriptRunner`. */
const dataMarker = "#data";

/**
 * The command line that runs a script from standard input, whatever the login shell of the host's user.
 * It is short because the command provider prints it with every error, and holds no secret because `ps`
 * shows it. `read` takes single bytes: what follows the marker is left for the script's own commands. A script
 * that a lost connection cut off is not run at all.
 */
export function scriptRunner(name: string): string {
  const script = `s=
while IFS= read -r line && [ "$line" != "${dataMarker}" ]; do s="$s$line
"; done
[ "$line" = "${dataMarker}" ] || { echo "The script was cut off on its way; nothing was done." >&2; exit 1; }
eval "$s"`;
  return `sh -euc ${shellQuote(script)} ${shellQuote(name)}`;
}

/** Standard input for `scriptRunner`: a POSIX shell script, and what the script reads. */
export function scriptInput(script: string, data = ""): string {
  if (`\n${script}\n`.includes(`\n${dataMarker}\n`)) {
    throw new Error(`a script must not contain the line ${dataMarker}`);
  }
  return `${script.trim()}\n${dataMarker}\n${data}`;
}

/** Script and data of such an input. */
export function splitInput(input: string): { script: string; data: string } {
  const marker = `\n${dataMarker}\n`;
  const at = input.indexOf(marker);
  return at < 0
    ? { script: input, data: "" }
    : { script: input.slice(0, at), data: input.slice(at + marker.length) };
}
