import { PartialCreateError, PluginCrash, type ProviderDouble } from "./provider.ts";

/**
 * A double whose errors read as those of a bridged Terraform provider: the reason stands in the second
 * line, below how many there are; a function's error begins with its name.
 */
export function bridged<Client>(double: ProviderDouble<Client>): ProviderDouble<Client> {
  const resources = mapped(double.resources, (resource) => ({
    ...resource,
    create: said(resource.create),
    ...(resource.read && { read: said(resource.read) }),
    ...(resource.update && { update: said(resource.update) }),
    ...(resource.delete && { delete: said(resource.delete) }),
  }));
  const functions = mapped(double.functions, (one, token) => said(one, `invoking ${token}: `));
  return { ...double, resources, functions };
}

function mapped<T>(all: Record<string, T>, work: (one: T, key: string) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(all).map(([key, one]) => [key, work(one, key)]));
}

function said<Args extends unknown[], Result>(
  work: (...args: Args) => Promise<Result>,
  start = "",
): (...args: Args) => Promise<Result> {
  return (...args) =>
    work(...args).catch((error: Error) => {
      if (error instanceof PartialCreateError || error instanceof PluginCrash) throw error;
      throw new Error(`${start}1 error occurred:\n\t* ${error.message}\n\n`, { cause: error });
    });
}
