/** Resident memory of a process, in bytes. */
export interface ResidentMemory {
  /** All resident pages: `VmRSS`, the pages of the program's file among them. */
  total: number;
  /** Pages that no file backs: `RssAnon`, what the process has allocated. */
  anonymous: number;
}

/** Resident memory out of the text of `/proc/<pid>/status`, in bytes. */
export function residentMemory(status: string): ResidentMemory {
  return { total: field(status, "VmRSS"), anonymous: field(status, "RssAnon") };
}

/** The kernel writes kB and means KiB. */
function field(status: string, name: string): number {
  const [, kibibytes] = new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(status) ?? [];
  if (kibibytes === undefined) {
    throw new Error(
      `/proc/<pid>/status has no ${name}: the process has ended, or is the kernel's.`,
    );
  }
  return Number(kibibytes) * 1024;
}
