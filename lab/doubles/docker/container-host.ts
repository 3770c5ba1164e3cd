import type Docker from "dockerode";
import { bags, bytes, given, labelMap, list, strings, text } from "../engine/shapes.ts";
import { type Bag, isBag } from "../engine/values.ts";

/** How the host is to run a container: everything but the process itself. */
export function hostConfig(inputs: Bag): Docker.HostConfig {
  return given({
    Privileged: inputs.privileged === true,
    PublishAllPorts: inputs.publishAllPorts === true,
    ReadonlyRootfs: inputs.readOnly === true,
    AutoRemove: inputs.rm === true,
    // The real provider always sends it: unset means off, not the daemon's default.
    Init: inputs.init === true,
    RestartPolicy: {
      Name: String(inputs.restart),
      MaximumRetryCount: Number(inputs.maxRetryCount ?? 0),
    },
    LogConfig: { Type: text(inputs.logDriver) ?? "", Config: strings(inputs.logOpts) },
    ...resources(inputs),
    ...security(inputs),
    ...storage(inputs),
    ...networking(inputs),
  }) as Docker.HostConfig;
}

/** Limits; the inputs are in megabytes. Also what an update in place sends. */
export function resources(inputs: Bag) {
  return given({
    Memory: inputs.memory === undefined ? undefined : bytes(inputs.memory),
    MemorySwap: inputs.memorySwap === undefined ? undefined : bytes(inputs.memorySwap),
    CpuShares: inputs.cpuShares === undefined ? undefined : Number(inputs.cpuShares),
    CpusetCpus: text(inputs.cpuSet),
    ShmSize: inputs.shmSize === undefined ? undefined : bytes(inputs.shmSize),
    Ulimits: bags(inputs.ulimits).map(({ name, soft, hard }) => ({
      Name: String(name),
      Soft: Number(soft),
      Hard: Number(hard),
    })),
  });
}

function security(inputs: Bag) {
  const capabilities = isBag(inputs.capabilities) ? inputs.capabilities : {};
  return given({
    CapAdd: list(capabilities.adds),
    CapDrop: list(capabilities.drops),
    SecurityOpt: list(inputs.securityOpts),
    GroupAdd: list(inputs.groupAdds),
    UsernsMode: text(inputs.usernsMode),
    PidMode: text(inputs.pidMode),
    IpcMode: text(inputs.ipcMode),
    Runtime: text(inputs.runtime),
    Sysctls: inputs.sysctls ? strings(inputs.sysctls) : undefined,
    Devices: bags(inputs.devices).map(({ hostPath, containerPath, permissions }) => ({
      PathOnHost: String(hostPath),
      PathInContainer: String(containerPath || hostPath),
      CgroupPermissions: String(permissions || "rwm"),
    })),
  });
}

function storage(inputs: Bag) {
  const volumes = bags(inputs.volumes);
  return given({
    Mounts: bags(inputs.mounts).map(mount),
    // As `Binds`: the daemon makes a missing host path; for a mount of type bind it does not.
    Binds: list(volumes.filter(bindSource).map(bind)),
    VolumesFrom: list(
      volumes.filter(({ fromContainer }) => fromContainer).map((v) => v.fromContainer),
    ),
    Tmpfs: inputs.tmpfs ? strings(inputs.tmpfs) : undefined,
    StorageOpt: inputs.storageOpts ? strings(inputs.storageOpts) : undefined,
  });
}

function networking(inputs: Bag) {
  const bindings: Record<string, { HostIp: string; HostPort: string }[]> = {};
  for (const port of bags(inputs.ports)) {
    const binding = { HostIp: String(port.ip ?? "0.0.0.0"), HostPort: String(port.external ?? "") };
    bindings[portKey(port)] = [...(bindings[portKey(port)] ?? []), binding];
  }
  return given({
    NetworkMode: text(inputs.networkMode),
    PortBindings: bindings,
    Dns: list(inputs.dns),
    DnsOptions: list(inputs.dnsOpts),
    DnsSearch: list(inputs.dnsSearches),
    ExtraHosts: list(bags(inputs.hosts).map(({ host, ip }) => `${host}:${ip}`)),
  });
}

export function portKey({ internal, protocol }: Bag): string {
  return `${internal}/${protocol ?? "tcp"}`;
}

function bindSource({ volumeName, hostPath }: Bag): unknown {
  return volumeName || hostPath;
}

function bind(volume: Bag): string {
  return `${bindSource(volume)}:${volume.containerPath}:${volume.readOnly ? "ro" : "rw"}`;
}

function mount({ type, target, source, readOnly, ...options }: Bag): Docker.MountSettings {
  const bindOptions = isBag(options.bindOptions) ? options.bindOptions : undefined;
  const tmpfsOptions = isBag(options.tmpfsOptions) ? options.tmpfsOptions : undefined;
  const volumeOptions = isBag(options.volumeOptions) ? options.volumeOptions : undefined;
  return given({
    Type: String(type),
    Target: String(target),
    Source: String(source ?? ""),
    ReadOnly: readOnly === true,
    BindOptions: bindOptions && { Propagation: String(bindOptions.propagation ?? "") },
    TmpfsOptions: tmpfsOptions && {
      SizeBytes: Number(tmpfsOptions.sizeBytes ?? 0),
      Mode: Number(tmpfsOptions.mode ?? 0),
    },
    VolumeOptions: volumeOptions && {
      NoCopy: volumeOptions.noCopy === true,
      Labels: labelMap(volumeOptions.labels),
      DriverConfig: {
        Name: String(volumeOptions.driverName ?? ""),
        Options: strings(volumeOptions.driverOptions),
      },
    },
  }) as Docker.MountSettings;
}
