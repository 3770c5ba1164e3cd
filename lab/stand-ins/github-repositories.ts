/** What Alloy's GitHub exporter reads of a repository; numbers grow with its place in the list. */
export function describe(repository: string, index: number, facts: object) {
  const [owner, name] = repository.split("/");
  return {
    id: 1000 + index,
    name,
    full_name: repository,
    owner: { login: owner },
    fork: false,
    archived: false,
    language: "Shell",
    license: { key: "mit" },
    stargazers_count: 20 + index,
    subscribers_count: 3 + index,
    forks: 2 + index,
    open_issues: 7 + index,
    size: 4096 * (index + 1),
    ...facts,
  };
}

export const pulls = (repository: string, index: number) =>
  Array.from({ length: 2 + index }, (_, i) => ({
    url: `https://api.github.com/repos/${repository}/pulls/${i + 1}`,
    user: { login: "renovate[bot]" },
  }));

export const releases = (repository: string) => [
  {
    name: "v1.0.0",
    tag_name: "v1.0.0",
    assets: [
      {
        name: `${repository.split("/")[1]}.tar.gz`,
        size: 1024,
        download_count: 42,
        created_at: "2026-01-01T00:00:00Z",
      },
    ],
  },
];
