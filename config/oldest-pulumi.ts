/** Oldest Pulumi CLI that this program is known to run with. */
export const OLDEST_PULUMI = "3.259";
