/** What a token is made for. */
export interface TokenWanted {
  stack: string;
  /** `owner/name` of each. */
  repositories: string[];
  /** Base URL of GitHub's REST API. */
  apiUrl: string;
  /** Days until it ends; GitHub allows 366. */
  days: number;
}

/** Longest name of a token that GitHub takes. */
const NAME_LENGTH = 40;

/** GitHub's page that makes a fine-grained token, filled in but for the repositories, which can't be. */
export function creationPage(
  { stack, repositories, apiUrl, days }: TokenWanted,
  today: Date,
): string {
  const url = new URL("settings/personal-access-tokens/new", webUrl(apiUrl));
  // An account can't have two tokens of one name, and the old one lives on until the new one is deployed.
  const name = `alloy-${stack}-${today.toISOString().slice(0, 10)}`;
  url.search = new URLSearchParams({
    name: name.slice(-NAME_LENGTH),
    description: `Read-only: Grafana Alloy polls statistics (stack ${stack})`,
    target_name: ownersOf(repositories)[0] ?? "",
    expires_in: `${days}`,
    metadata: "read",
    issues: "read",
    pull_requests: "read",
  }).toString();
  return url.href;
}

/** Accounts that the repositories belong to, each once; one fine-grained token covers those of one account. */
function ownersOf(repositories: string[]): string[] {
  return [...new Set(repositories.map((repository) => repository.split("/")[0] ?? ""))];
}

/** Address of the website whose API is at `apiUrl`. */
function webUrl(apiUrl: string): string {
  const { protocol, host } = new URL(apiUrl);
  // The API of github.com and of *.ghe.com has a name of its own; elsewhere it is below /api/v3.
  return `${protocol}//${host.replace(/^api\.(?=github\.com$|.+\.ghe\.com$)/, "")}/`;
}

/** What is to be done on the page, a line each. */
export function instructions(wanted: TokenWanted, page: string): string[] {
  const [owner, ...others] = ownersOf(wanted.repositories);
  const limit = `A token covers private repositories of one account: ${owner}'s, not ${others.join("'s or ")}'s.`;
  return [
    "GitHub has no API that creates such a token. Create it on this page:",
    "",
    `  ${page}`,
    "",
    `1. Repository access: "Only select repositories", and of them ${wanted.repositories.join(", ")}.`,
    '2. Leave everything else as it is, and press "Generate token".',
    "3. Copy the token and paste it here. It is not shown.",
    ...(others.length > 0 ? [limit] : []),
  ];
}
