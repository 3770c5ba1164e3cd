/** The command line of Alloy's container. Where it listens and keeps its state is the caller's. */
export function alloyRun({ listen, storage }: { listen: string; storage: string }): string[] {
  return [
    "run",
    `--server.http.listen-addr=${listen}:12345`,
    `--storage.path=${storage}`,
    "--disable-reporting",
    // Any container on its networks reaches the port: a support bundle would hand out the configuration, and a
    // profile takes time of its CPU.
    "--server.http.disable-support-bundle",
    "--server.http.enable-pprof=false",
    // A link to a directory without the slash at its end loads nothing.
    "/etc/alloy/current/",
  ];
}
