import { shellQuote } from "../../host-shell/shell.ts";
import type { InstallSite } from "./install-site.ts";

/** What Alloy says where it was built without the journal, and where its image lacks libsystemd: it runs all the same. */
const SAYS = ["loki.source.journal is not enabled", "unable to open a handle to the library"];

/** Fails, with a sentence, for a container that runs but whose image can't read a journal. */
export function journalIsRead(container: string, { alloyImage }: InstallSite): string {
  const sentence =
    `The image ${alloyImage} can't read the systemd journal: it lacks libsystemd, or was built without it. ` +
    "Set images.alloy to one that can, or leave out the pipeline journal.";
  const said = `docker logs ${container} 2>&1 | grep -qF ${SAYS.map((text) => `-e ${shellQuote(text)}`).join(" ")}`;
  return `{ ! ${said} || { echo ${shellQuote(sentence)} >&2; false; }; }`;
}
