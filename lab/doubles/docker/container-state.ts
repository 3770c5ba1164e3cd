import type Docker from "dockerode";
import { goDuration, megabytes } from "../engine/shapes.ts";
import type { Bag } from "../engine/values.ts";

/**
 * A container as the real provider reads it back (`resourceDockerContainerRead` of
 * terraform-provider-docker): everything but `envs`, `labels`, `uploads`, `volumes` and
 * `networksAdvanced`, whose drift it does not see.
 */
export function containerState(info: Docker.ContainerInspectInfo): Bag {
  const { Config, HostConfig, State } = info;
  return {
    ...processState(Config),
    ...hostState(HostConfig),
    name: info.Name.replace(/^\//, ""),
    image: info.Image,
    bridge: (info.NetworkSettings as { Bridge?: string }).Bridge ?? "",
    networkDatas: networkDatas(info),
    ports: ports(info),
    ...(State.Running ? {} : { exitCode: State.ExitCode }),
  };
}

function processState(config: Docker.ContainerInspectInfo["Config"]): Bag {
  const extra = config as unknown as { StopSignal?: string; StopTimeout?: number };
  return {
    hostname: config.Hostname,
    domainname: config.Domainname,
    user: config.User,
    command: config.Cmd ?? [],
    entrypoints: entrypoints(config.Entrypoint),
    workingDir: config.WorkingDir,
    tty: config.Tty,
    stdinOpen: config.OpenStdin,
    stopSignal: extra.StopSignal ?? "",
    stopTimeout: extra.StopTimeout ?? 0,
    ...(config.Healthcheck ? { healthcheck: healthcheck(config.Healthcheck) } : {}),
  };
}

function entrypoints(value: string | string[] | undefined): string[] {
  if (!value) return [];
  return Array.isArray(value) ? value : [value];
}

function healthcheck(check: Docker.HealthConfig): Bag {
  return {
    tests: check.Test ?? [],
    interval: goDuration(check.Interval ?? 0),
    timeout: goDuration(check.Timeout ?? 0),
    startPeriod: goDuration(check.StartPeriod ?? 0),
    retries: check.Retries ?? 0,
  };
}

function hostState(host: Docker.HostConfig): Bag {
  return {
    rm: host.AutoRemove,
    readOnly: host.ReadonlyRootfs,
    privileged: host.Privileged,
    publishAllPorts: host.PublishAllPorts,
    restart: host.RestartPolicy?.Name ?? "",
    maxRetryCount: host.RestartPolicy?.MaximumRetryCount ?? 0,
    init: host.Init ?? false,
    runtime: host.Runtime,
    memory: megabytes(host.Memory ?? 0),
    memorySwap: megabytes(host.MemorySwap ?? 0),
    shmSize: megabytes(host.ShmSize ?? 0),
    cpuShares: host.CpuShares ?? 0,
    cpuSet: host.CpusetCpus ?? "",
    networkMode: host.NetworkMode,
    pidMode: host.PidMode,
    ipcMode: host.IpcMode,
    usernsMode: host.UsernsMode,
    logDriver: host.LogConfig?.Type,
    logOpts: host.LogConfig?.Config ?? {},
    storageOpts: host.StorageOpt ?? {},
    sysctls: host.Sysctls ?? {},
    tmpfs: host.Tmpfs ?? {},
    dns: host.Dns ?? [],
    dnsOpts: host.DnsOptions ?? [],
    dnsSearches: host.DnsSearch ?? [],
    securityOpts: host.SecurityOpt ?? [],
    groupAdds: host.GroupAdd ?? [],
    capabilities: { adds: host.CapAdd ?? [], drops: host.CapDrop ?? [] },
    mounts: (host.Mounts ?? []).map(mount),
    hosts: ((host.ExtraHosts ?? []) as string[]).map(extraHost),
    ulimits: (host.Ulimits ?? []).map(({ Name, Soft, Hard }) => ({
      name: Name,
      soft: Soft,
      hard: Hard,
    })),
    devices: ((host.Devices ?? []) as Docker.DeviceMapping[]).map((device) => ({
      hostPath: device.PathOnHost,
      containerPath: device.PathInContainer,
      permissions: device.CgroupPermissions,
    })),
  };
}

function extraHost(text: string): Bag {
  const [host, ...ip] = text.split(":");
  return { host, ip: ip.join(":") };
}

function mount({
  Target,
  Source,
  Type,
  ReadOnly,
  BindOptions,
  TmpfsOptions,
}: Docker.MountSettings): Bag {
  return {
    target: Target,
    source: Source ?? "",
    type: Type,
    readOnly: ReadOnly ?? false,
    ...(BindOptions ? { bindOptions: { propagation: BindOptions.Propagation } } : {}),
    ...(TmpfsOptions
      ? { tmpfsOptions: { sizeBytes: TmpfsOptions.SizeBytes, mode: TmpfsOptions.Mode } }
      : {}),
  };
}

function networkDatas({ NetworkSettings }: Docker.ContainerInspectInfo): Bag[] {
  return Object.entries(NetworkSettings.Networks ?? {}).map(([name, network]) => ({
    networkName: name,
    ipAddress: network.IPAddress,
    ipPrefixLength: network.IPPrefixLen,
    gateway: network.Gateway,
    globalIpv6Address: network.GlobalIPv6Address,
    globalIpv6PrefixLength: network.GlobalIPv6PrefixLen,
    ipv6Gateway: network.IPv6Gateway,
    macAddress: network.MacAddress,
  }));
}

function ports({ NetworkSettings }: Docker.ContainerInspectInfo): Bag[] {
  return Object.entries(NetworkSettings.Ports ?? {}).flatMap(([key, bindings]) => {
    const [internal, protocol] = key.split("/");
    return (bindings ?? []).map(({ HostIp, HostPort }) => ({
      internal: Number(internal),
      external: Number(HostPort),
      ip: HostIp,
      protocol,
    }));
  });
}
