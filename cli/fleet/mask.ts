/** Secrets shorter than this would blank ordinary words. */
const SHORTEST = 4;

/** Tokens by their form: made by the program, they are in no configuration. */
const TOKENS = /\b(glc_|glsa_|github_pat_|gh[opsu]_)[\w+/=-]+/g;

const MASK = "[secret]";

/**
 * The text without the secrets. The engine masks what it knows to be secret; this is the second line
 * of defence, for what reaches a log on another way.
 */
export function masked(text: string, secrets: Iterable<string>): string {
  let left = text;
  // Logs are written line by line: of a secret with several, each line is one.
  for (const secret of [...secrets].flatMap((whole) => whole.split("\n"))) {
    if (secret.length >= SHORTEST) left = left.replaceAll(secret, MASK);
  }
  return left.replace(TOKENS, MASK);
}
